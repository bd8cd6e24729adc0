//! Recipients: domains, mailboxes, aliases, and where they lead.
//!
//! Each kind of recipient is a table of its own, and a router that asks it. What a table holds is
//! ours, so it may become a login or a directory.

use std::collections::BTreeMap;

use super::table::Table;
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Address, Domain, LocalPart};
use crate::policy::{Alias, Forward, Mailbox, Policy};
use crate::source::Loc;
use crate::target::diagnostics::UnsayableValue;
use crate::target::exim::lexical::{Comment, Held, Key, List, LoginName, Unsayable, Word};
use crate::target::exim::view::{BehindRouter, Commented};

/// Domains up to this number stand in exim4.conf itself.
const DOMAINS_INLINE_MAX: usize = 16;

/// What recipients come to.
pub(super) struct Recipients {
    /// Our domains.
    pub(super) domains: List,
    /// Where they stand, if they are few.
    pub(super) domain_places: Vec<Commented>,
    /// Our domains, if they are many.
    pub(super) domain_table: Option<Table>,
    pub(super) aliases: Table,
    pub(super) forwards: Option<Table>,
    pub(super) accounts: Table,
    pub(super) boxes: Table,
    pub(super) catch_all: Table,
    /// Mailboxes that are not kept here, by the name of their route.
    pub(super) behind: BTreeMap<String, Table>,
}

/// Returns the tables of recipients.
pub(super) fn recipients(policy: &Policy, diagnostics: &mut Diagnostics) -> Recipients {
    let mut tables = Recipients {
        domains: List::of([]),
        domain_places: Vec::new(),
        domain_table: None,
        aliases: Table::new("aliases", "Aliases, and where their mail goes instead."),
        forwards: None,
        accounts: Table::new("accounts", "Mailboxes that belong to a login, and which."),
        boxes: Table::new(
            "boxes",
            "Mailboxes that belong to no login, and their directories below /var/mail.",
        ),
        catch_all: Table::new(
            "catch-all",
            "Domains where every local-part is taken, and where its mail goes.",
        ),
        behind: BTreeMap::new(),
    };
    tables.add_domains(policy);
    for (domain, hosted) in &policy.domains {
        for (local, mailbox) in &hosted.mailboxes {
            tables.add_mailbox((local, domain), mailbox, diagnostics);
        }
        for (local, alias) in &hosted.aliases {
            if let Some(key) = key((local, domain), &alias.at, diagnostics) {
                let at = Some(&alias.at);
                tables.aliases.push(&key, &targets(alias), at);
            }
        }
        for (local, forward) in &hosted.forwards {
            let address = Address::new(local.as_str(), domain.clone());
            tables.add_forward(&address, forward, diagnostics);
        }
        if let Some(alias) = &hosted.catch_all {
            let (key, at) = (Key::domain(domain), Some(&alias.at));
            tables.catch_all.push(&key, &targets(alias), at);
        }
    }
    tables
}

impl Recipients {
    /// Returns the routers of mailboxes that are not kept here.
    pub(super) fn behind_routers(&self, policy: &Policy) -> Vec<BehindRouter> {
        let tables = self.behind.iter();
        let routers = tables.filter_map(|(name, table)| {
            let route = policy.routes.get(name)?;
            Some(BehindRouter {
                route: Comment::new(name),
                line: Comment::line(&route.at),
                mailboxes: table.reference(),
                transport: Word::route(name),
                host: List::host(&route.host.value),
            })
        });
        routers.collect()
    }

    fn add_domains(&mut self, policy: &Policy) {
        if policy.domains.len() <= DOMAINS_INLINE_MAX {
            self.domains = List::of(policy.domains.keys().map(Word::domain));
            let place = |(domain, hosted): (&Domain, &crate::policy::HostedDomain)| Commented {
                text: Comment::new(domain.as_str()),
                line: Comment::line(&hosted.at),
            };
            self.domain_places = policy.domains.iter().map(place).collect();
            return;
        }
        let mut table = Table::new("domains", "Domains that mail is delivered for.");
        for (domain, hosted) in &policy.domains {
            let (key, held) = (Key::domain(domain), Held::domain(domain));
            table.push(&key, &held, Some(&hosted.at));
        }
        self.domains = table.list();
        self.domain_table = Some(table);
    }

    /// Adds a forward. With a copy it leads to itself too: the router that did it is left out the
    /// second time, and the mailbox's comes.
    fn add_forward(&mut self, address: &Address, forward: &Forward, diagnostics: &mut Diagnostics) {
        let about = "Addresses whose mail goes on to others; with a copy, to themselves too.";
        let table = self
            .forwards
            .get_or_insert_with(|| Table::new("forwards", about));
        for target in &forward.targets {
            if let Err(why) = Held::redirected(&target.value) {
                refuse(&target.value.to_string(), why, &target.at, diagnostics);
            }
        }
        let itself = forward.keep.then_some(address);
        let outside = forward.targets.iter().map(|target| &target.value);
        let to = Held::addresses(itself.into_iter().chain(outside));
        match Key::address(address) {
            Ok(key) => table.push(&key, &to, Some(&forward.at)),
            Err(why) => {
                refuse(&address.to_string(), why, &forward.at, diagnostics);
            }
        }
    }

    fn add_mailbox(
        &mut self,
        (local, domain): (&LocalPart, &Domain),
        mailbox: &Mailbox,
        diagnostics: &mut Diagnostics,
    ) {
        let at = Some(&mailbox.at);
        let Some(key) = key((local, domain), &mailbox.at, diagnostics) else {
            return;
        };
        let directory = || Held::directory(local.as_str(), domain);
        if let Some(via) = &mailbox.via {
            let about = "Mailboxes that are kept behind the host of this route.";
            let table = || Table::new(format!("route-{}", via.value), about);
            let table = self.behind.entry(via.value.clone()).or_insert_with(table);
            table.push(&key, &directory(), at);
            return;
        }
        let Some(login) = &mailbox.login else {
            self.boxes.push(&key, &directory(), at);
            return;
        };
        match LoginName::new(&login.value).and_then(LoginName::account) {
            Ok(account) => self.accounts.push(&key, &Held::login(account), at),
            Err(why) => {
                refuse(&login.value, why, &login.at, diagnostics);
            }
        }
    }
}

/// Returns the key of an address of ours, unless no table can hold it.
fn key<'a>(
    (local, domain): (&'a LocalPart, &'a Domain),
    at: &Loc,
    diagnostics: &mut Diagnostics,
) -> Option<Key<'a>> {
    let key = Key::recipient(local.as_str(), domain);
    let refused = |why| {
        refuse(&format!("{local}@{domain}"), why, at, diagnostics);
    };
    key.map_err(refused).ok()
}

fn targets(alias: &Alias) -> Held {
    Held::addresses(alias.targets.iter().map(|target| &target.value))
}

/// Reports a value that Exim's files cannot hold.
pub(super) fn refuse(
    value: &str,
    why: Unsayable,
    at: &Loc,
    diagnostics: &mut Diagnostics,
) -> Reported {
    diagnostics.error(UnsayableValue::new("exim", value, why.to_string(), at))
}
