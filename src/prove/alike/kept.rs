//! What is kept: all that is forced, and of each kind of the rest some, with whatever these lead
//! to.

use super::forced::Forced;
use super::names::{Entity, Names, What, count};
use super::records::Records;
use super::seen::{Seen, seen};
use super::{Left, POSTMASTER, TARGETS_MAX};
use crate::mail::Address;
use crate::policy::{Alias, HostedDomain, Login, Logins, Policy};
use crate::prove::threads::in_parts;

/// How many recipients of each kind are kept, and how many domains, as to what is said of all
/// their other addresses.
const RECIPIENTS: usize = 2;
const DOMAINS: usize = 2;
/// How many logins of each kind are kept: one that does not own an alias stands beside all that do.
const LOGINS: usize = TARGETS_MAX + 2;

/// What one thread looks at before it takes more.
const PART: usize = 1 << 12;

/// What is kept.
pub(super) struct Kept {
    domains: Vec<bool>,
    recipients: Vec<bool>,
    logins: Vec<bool>,
    /// How many are kept of each kind, by the number of what is said of them.
    counts: Vec<usize>,
}

impl Kept {
    pub(super) fn of(records: &mut Records<'_, '_>) -> Self {
        let names = records.names();
        let [recipients, domains, logins] = names.counts();
        let mut kept = Self {
            domains: vec![false; domains],
            recipients: vec![false; recipients],
            logins: vec![false; logins],
            counts: Vec::new(),
        };
        let of = |list: &[bool]| -> Vec<u32> {
            let all = (0..).zip(list).filter(|(_, is)| **is);
            all.map(|(number, _)| number).collect()
        };
        let forced = records.ground.forced;
        let domains = of(&forced.domains).into_iter().map(Entity::Domain);
        let logins = of(&forced.logins).into_iter().map(Entity::Login);
        kept.keep(domains.chain(logins).collect(), records);
        for number in 0..count(names.domains.len()) {
            let domain = Entity::Domain(number);
            kept.keep_if_rare(domain, DOMAINS, || domain, records);
            for recipient in names.of_domain(number).map(Entity::Recipient) {
                kept.keep_if_rare(recipient, RECIPIENTS, || recipient, records);
            }
        }
        for (number, (_, login)) in (0..).zip(&names.logins) {
            let mailbox = || login.mailboxes.first().and_then(|one| names.listed(one));
            let login = Entity::Login(number);
            let with = || mailbox().map_or(login, Entity::Recipient);
            kept.keep_if_rare(login, LOGINS, with, records);
        }
        kept
    }

    /// Keeps something, with what it is kept by, if not enough of its kind are kept.
    fn keep_if_rare(
        &mut self,
        of: Entity,
        least: usize,
        with: impl Fn() -> Entity,
        records: &mut Records<'_, '_>,
    ) {
        let number = records.number(of) as usize;
        let kept = self.counts.get(number).copied().unwrap_or_default();
        if kept < least && !self.has(of) {
            self.keep(vec![with(), of], records);
        }
    }

    /// Returns whether something is kept.
    fn has(&self, of: Entity) -> bool {
        let (list, number) = match of {
            Entity::Recipient(one) => (&self.recipients, one),
            Entity::Domain(one) => (&self.domains, one),
            Entity::Login(one) => (&self.logins, one),
        };
        list.get(number as usize).copied().unwrap_or(true)
    }

    /// Keeps all of these, and whatever they lead to.
    fn keep(&mut self, mut open: Vec<Entity>, records: &mut Records<'_, '_>) {
        while let Some(of) = open.pop() {
            if self.has(of) {
                continue;
            }
            let (list, number) = match of {
                Entity::Recipient(one) => (&mut self.recipients, one),
                Entity::Domain(one) => (&mut self.domains, one),
                Entity::Login(one) => (&mut self.logins, one),
            };
            if let Some(is) = list.get_mut(number as usize) {
                *is = true;
            }
            let said = records.number(of) as usize;
            if self.counts.len() <= said {
                self.counts.resize(said + 1, 0);
            }
            if let Some(count) = self.counts.get_mut(said) {
                *count += 1;
            }
            leads(of, records, &mut open);
        }
    }

    /// Forces what the rows of what is kept name beside it, as far as it is not kept; returns
    /// whether there is any.
    pub(super) fn force_seen(&self, records: &Records<'_, '_>, forced: &mut Forced) -> bool {
        let of = |list: &[bool], entity: fn(u32) -> Entity| {
            let all = (0..).zip(list).filter(|(_, is)| **is);
            all.map(|(number, _)| entity(number)).collect::<Vec<_>>()
        };
        let domains = of(&self.domains, Entity::Domain);
        let recipients = of(&self.recipients, Entity::Recipient);
        let logins = of(&self.logins, Entity::Login);
        let lists = [&domains, &recipients, &logins];
        let parts = lists.into_iter().flat_map(|list| list.chunks(PART));
        let parts: Vec<&[Entity]> = parts.collect();
        let found = in_parts(&parts, |part| {
            let mut found = Vec::new();
            for of in *part {
                self.lacks(*of, records, &mut found);
            }
            found
        });
        let mut is_any = false;
        for one in found.into_iter().flatten() {
            is_any = true;
            match one {
                Entity::Domain(domain) => forced.domain(domain),
                Entity::Login(login) => forced.login(login),
                Entity::Recipient(_) => {}
            }
        }
        is_any
    }

    /// Adds the domains and logins that the rows of something name, as far as these are not kept.
    fn lacks(&self, of: Entity, records: &Records<'_, '_>, found: &mut Vec<Entity>) {
        let names = records.names();
        seen(of, records, &mut |seen| {
            let (one, is_enough) = match seen {
                Seen::Login(login) => {
                    let login = Entity::Login(login);
                    (login, self.has(login))
                }
                Seen::Domain(domain) => (Entity::Domain(domain), records.ground.forced.has(domain)),
                Seen::Address(local, domain) => {
                    let local = local.to_ascii_lowercase();
                    let listed = names.recipient(&local, domain).map(Entity::Recipient);
                    let is_listed_kept = listed.is_none_or(|one| self.has(one));
                    let domain = Entity::Domain(domain);
                    (domain, self.has(domain) && is_listed_kept)
                }
            };
            if !is_enough {
                found.push(one);
            }
        });
    }

    /// Returns whether something is kept, by its number.
    pub(super) fn is(&self, number: usize) -> bool {
        let (recipients, domains) = (self.recipients.len(), self.domains.len());
        let all = [&self.recipients, &self.domains, &self.logins];
        let (list, at) = match number {
            at if at < recipients => (all[0], at),
            at if at < recipients + domains => (all[1], at - recipients),
            at => (all[2], at - recipients - domains),
        };
        list.get(at).copied().unwrap_or(true)
    }

    /// Returns how many domains, and how many recipients, are not kept.
    pub(super) fn left(&self) -> Left {
        let left = |list: &[bool]| list.iter().filter(|is| !**is).count();
        Left {
            domains: left(&self.domains),
            recipients: left(&self.recipients),
            clients: 0,
        }
    }

    /// Returns a policy of what is kept.
    pub(super) fn policy(&self, names: &Names<'_>) -> Policy {
        let whole = names.policy;
        let has = |local: &str, domain: u32| {
            let recipient = names.recipient(local, domain);
            recipient.is_some_and(|one| self.has(Entity::Recipient(one)))
        };
        let domain = |number: u32| {
            let (name, hosted) = names.domains.get(number as usize)?;
            let mailboxes = hosted.mailboxes.iter();
            let mailboxes = mailboxes.filter(|(local, _)| has(local.as_str(), number));
            let aliases = hosted.aliases.iter();
            let aliases = aliases.filter(|(local, _)| has(local.as_str(), number));
            let hosted = HostedDomain {
                via: hosted.via.clone(),
                mailboxes: mailboxes
                    .map(|(local, one)| (local.clone(), one.clone()))
                    .collect(),
                aliases: aliases
                    .map(|(local, one)| (local.clone(), one.clone()))
                    .collect(),
                forwards: hosted.forwards.clone(),
                catch_all: hosted.catch_all.clone(),
                publish: hosted.publish.clone(),
                at: hosted.at.clone(),
            };
            Some(((*name).clone(), hosted))
        };
        let all = 0..count(names.domains.len());
        let kept: Vec<u32> = all.filter(|one| self.has(Entity::Domain(*one))).collect();
        let parts: Vec<&[u32]> = kept.chunks(PART / 8).collect();
        let domains = in_parts(&parts, |part| {
            let domains = part.iter().filter_map(|number| domain(*number));
            domains.collect::<Vec<_>>()
        });
        let is_kept = |address: &&Address| {
            let listed = names.listed(address);
            listed.is_some_and(|one| self.has(Entity::Recipient(one)))
        };
        let logins = (0..).zip(&names.logins);
        let logins = logins.filter(|(number, _)| self.has(Entity::Login(*number)));
        let mut kept = Logins::default();
        for (_, (_, login)) in logins {
            kept.insert(Login {
                name: login.name.clone(),
                mailboxes: login.mailboxes.iter().filter(is_kept).cloned().collect(),
                grants: login.grants.clone(),
            });
        }
        Policy {
            source: whole.source.clone(),
            host: whole.host.clone(),
            networks: whole.networks.clone(),
            auth: whole.auth.clone(),
            authenticated: whole.authenticated.clone(),
            logins: kept,
            domains: domains.into_iter().flatten().collect(),
            parked: whole.parked.clone(),
            inbound: whole.inbound.clone(),
            routes: whole.routes.clone(),
            outbound: whole.outbound.clone(),
            archive: whole.archive.clone(),
            targets: whole.targets.clone(),
            scenarios: whole.scenarios.clone(),
            statements: whole.statements.clone(),
            acknowledged: whole.acknowledged.clone(),
        }
    }
}

/// Adds what something leads to.
fn leads(of: Entity, records: &Records<'_, '_>, open: &mut Vec<Entity>) {
    let names = records.names();
    let mut follow = |alias: &Alias| {
        for (target, listed) in alias.targets.iter().zip(names.targets(of)) {
            let listed = listed.map(Entity::Recipient);
            let domain = || {
                let domain = names.domain(target.value.domain().as_str());
                domain.map(Entity::Domain)
            };
            open.extend(listed.or_else(domain));
        }
    };
    match of {
        Entity::Recipient(number) => {
            let Some(listed) = names.recipients.get(number as usize) else {
                return;
            };
            match listed.what {
                What::Alias(alias) => follow(alias),
                What::Mailbox(_) => open.extend(names.login_of(number).map(Entity::Login)),
            }
            open.push(Entity::Domain(listed.domain));
        }
        Entity::Domain(number) => {
            let hosted = names.domains.get(number as usize).map(|one| one.1);
            if let Some(alias) = hosted.and_then(|hosted| hosted.catch_all.as_ref()) {
                follow(alias);
            }
            // Rows of those above are looked up, too.
            open.extend(names.parent(number).map(Entity::Domain));
            // Every domain has one.
            open.extend(names.recipient(POSTMASTER, number).map(Entity::Recipient));
            if records.ground.forced.has(number) {
                open.extend(names.of_domain(number).map(Entity::Recipient));
            }
        }
        Entity::Login(_) => {}
    }
}
