//! Recipients: domains, mailboxes, aliases, and where they lead.
//!
//! A mailbox of a login leads to `LOGIN@unix.invalid`, which transport(5) hands to local(8): so no
//! numeric user id is needed, and the mailboxes of one domain are not those of another. The
//! delivery domain is in no domain class: strangers are refused as for any foreign domain, and
//! everybody else by a line of its own.

use std::collections::BTreeSet;

use super::expansion::Expansion;
use super::table::Table;
use super::{Emission, expansion};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Address, Domain, LocalPart};
use crate::policy::{Alias, Forward, HostedDomain, Login, Mailbox, OwnDomain, Policy};
use crate::source::Loc;
use crate::target::postfix::lexical::{Comment, Key, LoginName, Name, Outcome, Unsayable};

/// Domains up to this number stand in main.cf itself.
const DOMAINS_INLINE_MAX: usize = 16;

/// The class that the table of catch-all domains names.
pub(super) const CATCH_ALL: &str = "unlisted_if_routed";

/// What recipients come to.
pub(super) struct Recipients {
    /// What main.cf says of our domains.
    pub(super) domains: String,
    /// Domains, for reverse-paths of strangers.
    pub(super) own_domains: Table,
    /// The domains, where main.cf would be too long for them.
    pub(super) domain_table: Option<Table>,
    pub(super) aliases: Table,
    pub(super) mailboxes: Table,
    pub(super) transport: Table,
    pub(super) host_mail: Table,
    /// The domains that have a catch-all.
    pub(super) catch_all: Option<Table>,
    /// How far aliases expand.
    pub(super) expansion: Expansion,
}

/// Returns the tables of recipients.
pub(super) fn recipients(emission: &Emission<'_>, diagnostics: &mut Diagnostics) -> Recipients {
    let policy = emission.policy;
    let mut tables = empty(expansion(policy));
    tables.domains = domains(policy, &mut tables.domain_table);
    let listed = policy.domains.values();
    let listed = listed.map(|hosted| hosted.mailboxes.len() + hosted.aliases.len());
    tables.aliases.reserve(listed.sum());
    tables.transport.reserve(policy.logins.len());
    tables.own_domains.reserve(policy.domains.len());
    for (domain, hosted) in &policy.domains {
        tables.own_domains.push(
            Key::domain(domain),
            &Outcome::fixed(super::restriction::OWN_DOMAIN),
            Some(&hosted.at),
        );
        let mut recipients = Domainwide {
            policy,
            domain,
            hosted,
            delivery: &emission.delivery,
            tables: &mut tables,
            diagnostics: &mut *diagnostics,
        };
        recipients.add();
    }
    transport(emission, &mut tables.transport);
    host_mail(emission, &mut tables);
    tables
}

fn empty(expansion: Expansion) -> Recipients {
    let table = |name: &str, about: &str| Table::new(name, Comment::new(about));
    Recipients {
        domains: String::new(),
        own_domains: table(
            "own-domains",
            "Reverse-paths that no stranger may claim (access(5)).",
        ),
        domain_table: None,
        aliases: table(
            "addresses",
            "Aliases, and mailboxes that belong to a login (virtual(5)).",
        ),
        mailboxes: table(
            "mailboxes",
            "Mailboxes without a login, below /var/mail, and those behind a route (virtual(8)).",
        ),
        transport: table(
            "transport",
            "Where accounts, mailboxes behind a route and domains with one lead (transport(5)).",
        ),
        host_mail: table(
            "host-mail",
            "Where mail made on this host goes that is for nobody else (virtual(5)).",
        ),
        catch_all: None,
        expansion,
    }
}

/// Returns what main.cf says of our domains.
fn domains(policy: &Policy, domain_table: &mut Option<Table>) -> String {
    if policy.domains.len() <= DOMAINS_INLINE_MAX {
        let names: Vec<&str> = policy.domains.keys().map(Domain::as_str).collect();
        return names.join(" ");
    }
    let mut table = Table::new(
        "domains",
        Comment::new("Domains that mail is delivered for."),
    );
    for (domain, hosted) in &policy.domains {
        table.push(
            Key::domain(domain),
            &Outcome::fixed("delivered"),
            Some(&hosted.at),
        );
    }
    let name = table.reference().as_str().to_owned();
    *domain_table = Some(table);
    name
}

/// The recipients of one domain.
struct Domainwide<'a> {
    policy: &'a Policy,
    domain: &'a Domain,
    hosted: &'a HostedDomain,
    delivery: &'a Domain,
    tables: &'a mut Recipients,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Domainwide<'a> {
    fn add(&mut self) {
        let hosted = self.hosted;
        for (local, mailbox) in &hosted.mailboxes {
            self.mailbox(local, mailbox);
        }
        for (local, alias) in &hosted.aliases {
            if let Some(key) = self.key(local, &alias.at) {
                let to = targets(alias);
                self.tables.aliases.push(key, &to, Some(&alias.at));
            }
        }
        for (local, forward) in &hosted.forwards {
            // With a copy it stands in the mailbox's row: a key has one.
            if forward.keep {
                continue;
            }
            if let Some(key) = self.key(local, &forward.at) {
                let to = Outcome::addresses(outside(Some(forward)));
                self.tables.aliases.push(key, &to, Some(&forward.at));
            }
        }
        if let Some(alias) = &hosted.catch_all {
            let key = Key::at_domain(self.domain);
            self.tables
                .aliases
                .push(key, &targets(alias), Some(&alias.at));
        }
        let catch_all = hosted.catch_all.as_ref().map(|alias| &alias.at);
        if let Some(at) = catch_all.or(self.policy.host.plus_addressing.as_ref()) {
            self.takes_routes(at);
        }
    }

    /// A local-part that is a route may be taken here: by a catch-all, or for its extension.
    fn takes_routes(&mut self, at: &Loc) {
        let about = if self.policy.host.plus_addressing.is_some() {
            "Domains where a local-part may have any extension (access(5))."
        } else {
            "Domains where every local-part is taken (access(5))."
        };
        let table = || Table::new("catch-all-domains", Comment::new(about));
        self.tables.catch_all.get_or_insert_with(table).push(
            Key::domain(self.domain),
            &Outcome::fixed(CATCH_ALL),
            Some(at),
        );
    }

    fn mailbox(&mut self, local: &'a LocalPart, mailbox: &Mailbox) {
        let forward = self.hosted.forwards.get(local);
        let Some(key) = self.key(local, &mailbox.at) else {
            return;
        };
        let at = Some(&mailbox.at);
        let route = self.policy.route_of(mailbox);
        if let Some(login) = mailbox.login.as_ref().filter(|_| route.is_none()) {
            match LoginName::new(&login.value).and_then(LoginName::account) {
                Ok(account) => {
                    let to = Outcome::account(account, self.delivery, outside(forward));
                    self.tables.aliases.push(key, &to, at);
                }
                Err(why) => refuse(&login.value, why, &login.at, self.diagnostics),
            }
        } else {
            let keeps = match route {
                Some(_) => Outcome::fixed("behind-a-route"),
                None => Outcome::maildir(local.as_str(), self.domain),
            };
            self.tables.mailboxes.push(key, &keeps, at);
            if let Some(route) = route {
                let hop = Outcome::next_hop(&Name::route(&route.name.value), route);
                self.tables.transport.push(key, &hop, at);
            }
            let loses_extension = route.is_some() && self.policy.host.plus_addressing.is_some();
            if self.hosted.catch_all.is_some() || forward.is_some() || loses_extension {
                // Else the catch-all would take it: virtual(5) is asked first. And the host behind
                // the route gets no extension.
                let address = Address::new(local.as_str(), self.domain.clone());
                let itself = std::iter::once(&address).chain(outside(forward));
                let itself = Outcome::addresses(itself);
                self.tables.aliases.push(key, &itself, at);
            }
        }
    }

    fn key(&mut self, local: &'a LocalPart, at: &Loc) -> Option<Key<'a>> {
        match Key::recipient(local.as_str(), self.domain) {
            Ok(key) => Some(key),
            Err(why) => {
                let address = format!("{local}@{}", self.domain);
                refuse(&address, why, at, self.diagnostics);
                None
            }
        }
    }
}

impl Recipients {
    /// Adds all tables.
    pub(super) fn write(
        self,
        emission: &mut Emission<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        let tables = [self.aliases, self.mailboxes, self.transport, self.host_mail];
        let others = self.domain_table.into_iter().chain(self.catch_all);
        for table in tables.into_iter().chain(others) {
            table.write(emission, diagnostics)?;
        }
        match emission.policy.inbound.own_domain {
            OwnDomain::Reject => self.own_domains.write(emission, diagnostics),
            OwnDomain::Check => Ok(()),
        }
    }
}

/// Returns the addresses of others that a forward names.
fn outside(forward: Option<&Forward>) -> impl Iterator<Item = &Address> {
    let targets = forward.into_iter().flat_map(|forward| &forward.targets);
    targets.map(|target| &target.value)
}

fn targets(alias: &Alias) -> Outcome {
    Outcome::addresses(alias.targets.iter().map(|target| &target.value))
}

/// Reports a value that no table can hold.
pub(super) fn refuse(value: &str, why: Unsayable, at: &Loc, diagnostics: &mut Diagnostics) {
    use crate::target::diagnostics::UnsayableValue;
    diagnostics.error(UnsayableValue::new("postfix", value, why, at));
}

/// Returns whether mail of a login is kept in its account.
fn has_account(login: &Login, policy: &Policy, is_routed: bool) -> bool {
    let mut mailboxes = login.mailboxes.iter();
    if !is_routed {
        return mailboxes.next().is_some();
    }
    mailboxes.any(|address| {
        let mailbox = policy.mailbox(address);
        mailbox.is_some_and(|mailbox| mailbox.via.is_none())
    })
}

/// Returns whether mail of some mailbox goes by a route.
fn is_routed(policy: &Policy) -> bool {
    let mut mailboxes = policy
        .domains
        .values()
        .flat_map(|hosted| hosted.mailboxes.values());
    mailboxes.any(|mailbox| mailbox.via.is_some())
}

/// Returns whether mail is kept in accounts: then local(8) delivers it.
pub(super) fn has_accounts(emission: &Emission<'_>) -> bool {
    let mut logins = emission.policy.logins.values();
    logins.any(|login| has_account(login, emission.policy, true))
}

fn transport(emission: &Emission<'_>, table: &mut Table) {
    let is_routed = is_routed(emission.policy);
    let local = Outcome::fixed("local:");
    for login in emission.policy.logins.values() {
        if !has_account(login, emission.policy, is_routed) {
            continue;
        }
        // Who cannot be written here was refused with the mailbox.
        if let Ok(account) = LoginName::new(&login.name.value).and_then(LoginName::account) {
            let key = Key::account(account, &emission.delivery);
            table.push(key, &local, Some(&login.name.at));
        }
    }
    super::route::recipients(emission.policy, table);
    table.push(
        Key::domain(&emission.delivery),
        &Outcome::fixed("error:5.1.1 no such account"),
        None,
    );
    // Postfix sends from it, and restricts mail to it nowhere.
    let own = Address::new("double-bounce", emission.origin.clone());
    if let Ok(key) = Key::address(&own) {
        table.push(key, &Outcome::fixed("discard:"), None);
    }
}

/// What is for nobody goes to the host's postmaster; what is for somebody does not.
fn host_mail(emission: &Emission<'_>, tables: &mut Recipients) {
    let origin = &emission.origin;
    let postmaster = Outcome::addresses([&emission.postmaster.value]);
    let at = Some(&emission.postmaster.at);
    let own = Address::new("double-bounce", origin.clone());
    let root = Address::new("root", origin.clone());
    let table = &mut tables.host_mail;
    if let Ok(key) = Key::address(&own) {
        table.push(key, &Outcome::addresses([&own]), None);
    }
    let hosted = emission.policy.domains.get(origin);
    let boxes = hosted.into_iter().flat_map(|hosted| &hosted.mailboxes);
    let mut root_is_a_box = false;
    let has_row = |mailbox: &Mailbox| mailbox.login.is_some() && mailbox.via.is_none();
    for (local, mailbox) in boxes.filter(|(_, mailbox)| !has_row(mailbox)) {
        let address = Address::new(local.as_str(), origin.clone());
        root_is_a_box |= address == root;
        if let Ok(key) = Key::address(&address) {
            table.push(key, &Outcome::addresses([&address]), Some(&mailbox.at));
        }
    }
    if !root_is_a_box && let Ok(key) = Key::address(&root) {
        table.push(key, &postmaster, at);
    }
    // A domain of ours has its recipients; the origin is one, but where programs write to too.
    let host = &emission.policy.host.name.value;
    let local = ["localhost", "localhost.localdomain"].map(Domain::literal);
    let names: BTreeSet<&Domain> = std::iter::once(host).chain(&local).collect();
    let others = names
        .into_iter()
        .filter(|name| !emission.policy.domains.contains_key(*name));
    for name in std::iter::once(origin).chain(others) {
        table.push(Key::at_domain(name), &postmaster, at);
    }
}
