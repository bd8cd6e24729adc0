//! Where accepted mail goes: aliases, transports and the delivery agents (cleanup_map1n.c,
//! trivial-rewrite/resolve.c and transport.c, local(8), virtual(8) of 3.7.11).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::by_sender::{BySender, Led, Sender};
use super::class::Class;
use super::local::{Local, store};
use super::map::{Parents, Surroundings};
use super::next_hop::{Protection, Way, endpoint};
use super::rows::Lookup;
use crate::decision::{Destination, Hop, Route, Unanswered};
use crate::mail::{Address, Domain};

/// What seteuid(2) takes for no change.
const NO_ID: u32 = u32::MAX;
/// Where Debian keeps mail, and the group that may make files there (base-passwd).
pub(super) const SPOOL: &str = "/var/mail";
pub(super) const MAIL: u32 = 8;

/// Returns whether a user or a group can have a number.
pub(super) fn is_id(id: u32) -> bool {
    (1..NO_ID).contains(&id)
}

/// An address literal of this host.
pub(super) const OWN_LITERAL: &str = "[127.0.0.1]";

/// Whose mail qmgr(8) throws away in domains of this host (`double_bounce_sender`).
pub(super) const DOUBLE_BOUNCE: &str = "double-bounce";

/// How often one place of an expansion is looked up again (`virtual_alias_recursion_limit`,
/// postconf(5)).
const DEPTH_MAX: usize = 1000;

/// What the files say of delivery.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) around: Surroundings,
    /// Domains, exact, and the parents that relay for what is below them.
    pub(super) classes: BTreeMap<String, Class>,
    pub(super) relay_parents: BTreeSet<String>,
    pub(super) aliases: Lookup,
    /// The most recipients that one comes to (`virtual_alias_expansion_limit`, postconf(5)).
    pub(super) recipients_max: usize,
    pub(super) transports: Lookup,
    pub(super) parents: Parents,
    /// The default transport of each class but that of aliases.
    pub(super) defaults: BTreeMap<Class, String>,
    pub(super) relayhost: String,
    /// What stands above these two for some senders.
    pub(super) by_sender: Option<BySender>,
    /// The program of each `unix` service of master.cf.
    pub(super) services: BTreeMap<String, String>,
    /// Every way that mail can take, and the protection of the services that have a next hop.
    pub(super) ways: Vec<Way>,
    pub(super) protections: BTreeMap<String, Protection>,
    pub(super) mailboxes: Lookup,
    pub(super) mailbox_base: String,
    pub(super) uids: Lookup,
    pub(super) gids: Lookup,
    pub(super) uid_min: u32,
    pub(super) local: Local,
}

/// A transport and its next hop.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Transport {
    pub(super) channel: String,
    pub(super) next: Option<String>,
}

/// What one address comes to, while aliases are followed.
pub(super) struct Expansion {
    /// What is asked about.
    pub(super) asked: Address,
    pub(super) found: BTreeSet<Destination>,
    /// Whether an alias leads to itself, or to too many: then cleanup(8) refuses the message.
    pub(super) is_broken: bool,
}

/// Returns an address in lower case: whether it has been here is asked of that (`BH_FLAG_FOLD`).
fn folded(address: &Address) -> Address {
    let local = address.local().to_ascii_lowercase();
    Address::new(&local, address.domain().clone())
}

/// Returns whether mail of a class leaves the host.
fn leaves(class: Class) -> bool {
    matches!(class, Class::Relay | Class::Default)
}

/// Returns whether the sender has a say: not where a row of the transport table names a service.
pub(super) fn asks_sender(class: Class, row: Option<&str>) -> bool {
    leaves(class) && row.is_none_or(|row| row.starts_with(':'))
}

impl Surroundings {
    /// Returns the addresses of an alias's value.
    pub(super) fn addresses<'v>(
        &'v self,
        value: &'v str,
        local: &'v str,
    ) -> impl Iterator<Item = Address> + 'v {
        let words = value
            .split([',', ' ', '\t'])
            .filter(|word| !word.is_empty());
        let address = move |word: &str| match word.rsplit_once('@') {
            // `@other.domain`: the same local-part there.
            Some(("", domain)) => Address::new(local, Domain::literal(domain)),
            Some((part, domain)) => Address::new(part, Domain::literal(domain)),
            None => Address::new(word, Domain::literal(&self.origin)),
        };
        words.map(address)
    }
}

impl Delivery {
    /// Returns every destination of an address.
    pub(super) fn destinations(
        &self,
        address: &Address,
        sender: &mut Sender<'_>,
    ) -> Result<Vec<Destination>, Unanswered> {
        let mut expansion = Expansion {
            asked: address.clone(),
            found: BTreeSet::new(),
            is_broken: false,
        };
        self.expand(address, None, &mut expansion, sender)?;
        if expansion.is_broken {
            return Ok(vec![Destination::Undeliverable]);
        }
        Ok(expansion.found.into_iter().collect())
    }

    /// Returns where mail for an address goes that no row is about.
    pub(super) fn foreign(&self, sender: &mut Sender<'_>) -> Result<Route, Unanswered> {
        let hop = self.led_hop(Class::Default, self.transports.wildcard(), sender)?;
        Ok(
            match (
                self.services.get(&hop.channel).map(String::as_str),
                hop.next,
            ) {
                (Some("smtp"), None) => Route::Foreign,
                (Some("smtp"), Some(next)) => Route::Hop(self.next_hop(&hop.channel, &next)),
                (_, next) => {
                    let next = next.unwrap_or_default();
                    Route::Hop(Hop::other(format!("{}:{next}", hop.channel)))
                }
            },
        )
    }

    fn class(&self, domain: &str) -> Class {
        if domain == OWN_LITERAL {
            return Class::Local;
        }
        if let Some(class) = self.classes.get(domain) {
            return *class;
        }
        let mut above = domain
            .match_indices('.')
            .filter_map(|(dot, _)| domain.get(dot + 1..));
        if above.any(|parent| self.relay_parents.contains(parent)) {
            Class::Relay
        } else {
            Class::Default
        }
    }

    /// Returns an address without its extension, if only that is what rows name.
    fn named(&self, address: &Address) -> Option<Address> {
        let base = address.without_extension();
        let base = base.filter(|_| self.around.extensions)?;
        let is_named = |one: &Address| self.aliases.has(one) || self.mailboxes.has(one);
        (is_named(&base) && !is_named(address)).then_some(base)
    }

    /// Follows aliases as cleanup(8) does (`cleanup_map1n_internal` in cleanup_map1n.c of 3.7.11):
    /// a list of recipients in which the first that an alias leads to takes its place, and the
    /// others are added at the end. `hosted` is the last address so far in a domain of ours.
    pub(super) fn expand(
        &self,
        address: &Address,
        hosted: Option<&Address>,
        out: &mut Expansion,
        sender: &mut Sender<'_>,
    ) -> Result<(), Unanswered> {
        let mut open = VecDeque::from([(address.clone(), hosted.cloned())]);
        // How many were taken out, and those that came to themselves.
        let (mut done, mut been_here) = (0, BTreeSet::new());
        while let Some((mut address, mut hosted)) = open.pop_front() {
            done += 1;
            let mut steps = 0;
            loop {
                if self.class(address.domain().as_str()).is_ours() {
                    hosted = Some(self.named(&address).unwrap_or_else(|| address.clone()));
                }
                if !been_here.is_empty() && been_here.contains(&folded(&address)) {
                    break;
                }
                let (local, domain) = (address.local(), address.domain().as_str());
                let Some(value) = self.aliases.listed(local, domain, &self.around) else {
                    break;
                };
                steps += 1;
                let mut targets = self.around.addresses(value, local);
                // A value without an address leads nowhere, again and again.
                let first = targets.next().filter(|_| steps < DEPTH_MAX);
                let Some(first) = first else {
                    out.is_broken = true;
                    return Ok(());
                };
                let whole = folded(&address);
                let mut leads_back = folded(&first) == whole;
                for target in targets {
                    leads_back |= folded(&target) == whole;
                    open.push_back((target, hosted.clone()));
                    // It grows only: what is too long stays so.
                    if done + open.len() > self.recipients_max {
                        out.is_broken = true;
                        return Ok(());
                    }
                }
                // An address may lead to itself once: it stays.
                if leads_back {
                    been_here.insert(whole);
                }
                address = first;
            }
            self.deliver(&address, hosted.as_ref(), out, sender)?;
        }
        Ok(())
    }

    /// Returns the transport of a class, as a row of the transport table and the sender change it.
    fn led_hop(
        &self,
        class: Class,
        row: Option<&str>,
        sender: &mut Sender<'_>,
    ) -> Result<Transport, Unanswered> {
        let led = match &self.by_sender {
            Some(by_sender) if asks_sender(class, row) => by_sender.of_envelope(sender)?,
            Some(_) | None => Led::default(),
        };
        Ok(self.hop(class, row, led))
    }

    /// The same, by what is said of the sender.
    pub(super) fn hop(&self, class: Class, row: Option<&str>, led: Led<'_>) -> Transport {
        let split = |text: &str| -> (String, Option<String>) {
            let (channel, next) = text.split_once(':').unwrap_or((text, ""));
            (
                channel.to_owned(),
                (!next.is_empty()).then(|| next.to_owned()),
            )
        };
        let default = self.defaults.get(&class).map_or("error", String::as_str);
        let own = led.transport.filter(|_| class == Class::Default);
        let (channel, next) = split(own.unwrap_or(default));
        let relayhost = led.relayhost.unwrap_or(&self.relayhost);
        let relays = leaves(class) && !relayhost.is_empty();
        let next = next.or_else(|| relays.then(|| relayhost.to_owned()));
        let Some(row) = row else {
            return Transport { channel, next };
        };
        // update_entry in transport.c: a row with a channel forgets the next hop of main.cf.
        let (new, new_next) = split(row);
        if new.is_empty() {
            return Transport {
                channel,
                next: new_next.or(next),
            };
        }
        Transport {
            channel: new,
            next: new_next,
        }
    }

    fn deliver(
        &self,
        address: &Address,
        hosted: Option<&Address>,
        out: &mut Expansion,
        sender: &mut Sender<'_>,
    ) -> Result<(), Unanswered> {
        let domain = address.domain().as_str();
        let class = self.class(domain);
        if class == Class::Alias || address.local().starts_with('-') {
            out.found.insert(Destination::Undeliverable);
            return Ok(());
        }
        // Whatever its transport (`qmgr_message_resolve` in qmgr_message.c of 3.7.11).
        if class == Class::Local && address.local().eq_ignore_ascii_case(DOUBLE_BOUNCE) {
            out.found.insert(Destination::Discard);
            return Ok(());
        }
        let row = self
            .transports
            .transport(address.local(), domain, self.parents, &self.around);
        let hop = self.led_hop(class, row, sender)?;
        let mailbox = hosted.unwrap_or(address);
        let command = self.services.get(&hop.channel).map(String::as_str);
        let destination = match (command, &hop.next) {
            (Some("local"), _) => {
                self.deliver_locally(address.local(), mailbox, out);
                return Ok(());
            }
            (Some("virtual"), _) => self.deliver_virtually(address, mailbox),
            (Some("discard"), _) => Destination::Discard,
            (Some("smtp"), None) if domain.starts_with('[') => {
                let host = endpoint(domain).unwrap_or_else(|| domain.to_owned());
                Destination::Hop(Hop::other(host))
            }
            (Some("smtp"), next) if *address != out.asked => Destination::Forward {
                to: address.clone(),
                via: next.as_ref().map(|next| self.next_hop(&hop.channel, next)),
            },
            (Some("smtp"), None) => Destination::Exchangers(domain.to_owned()),
            (Some("smtp"), Some(next)) if next.starts_with('[') => {
                Destination::Hop(self.next_hop(&hop.channel, next))
            }
            (Some("smtp"), Some(next)) => Destination::Exchangers(next.clone()),
            (Some("lmtp" | "pipe"), next) => {
                let next = next.as_deref().unwrap_or(domain);
                Destination::Hop(Hop::other(format!("{}:{next}", hop.channel)))
            }
            // error(8); or "mail transport unavailable", for ever.
            _ => Destination::Undeliverable,
        };
        out.found.insert(destination);
        Ok(())
    }

    /// virtual(8): a file or a Maildir below `virtual_mailbox_base`.
    pub(super) fn deliver_virtually(&self, address: &Address, mailbox: &Address) -> Destination {
        let (local, domain) = (address.local(), address.domain().as_str());
        let number = |lookup: &Lookup| -> Option<u32> {
            lookup
                .listed(local, domain, &self.around)?
                .trim_ascii()
                .parse()
                .ok()
        };
        // Below /var/mail the group mail alone makes folders (base-files of Debian 12).
        let is_spool = self.mailbox_base.trim_end_matches('/') == SPOOL;
        let has_owner = number(&self.uids).is_some_and(|uid| is_id(uid) && uid >= self.uid_min)
            && number(&self.gids).is_some_and(|gid| is_id(gid) && (!is_spool || gid == MAIL));
        match self.mailboxes.listed(local, domain, &self.around) {
            Some(path) if has_owner && self.mailbox_base.starts_with('/') => {
                let base = self.mailbox_base.trim_end_matches('/');
                let path = path.trim_start_matches('/');
                Destination::Mailbox {
                    mailbox: mailbox.clone(),
                    store: store(&format!("{base}/{path}")),
                }
            }
            _ => Destination::Undeliverable,
        }
    }
}
