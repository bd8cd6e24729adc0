//! Which domains are kept: all that are forced, and of each kind of the others two, with whatever
//! these lead to.

use super::forced::entities;
use super::names::{Entity, Names, What, count};
use super::records::Records;
use super::rows::Words;
use crate::mail::Address;
use crate::policy::{Login, Policy};

/// How many domains stand for those that are like them.
const STAND_FOR: u8 = 2;

/// What is kept.
pub(super) struct Kept {
    pub(super) domains: Vec<bool>,
    logins: Vec<bool>,
}

impl Kept {
    pub(super) fn of(records: &mut Records<'_, '_>) -> Self {
        let names = records.names;
        let mut kept = Self {
            domains: vec![false; names.domains.len()],
            logins: vec![false; names.logins.len()],
        };
        let forced = records.forced;
        let of = |list: &[bool]| -> Vec<u32> {
            let all = (0..).zip(list);
            all.filter(|(_, is)| **is)
                .map(|(number, _)| number)
                .collect()
        };
        let mut counted = Counted::default();
        kept.keep(of(&forced.domains), records, &mut counted);
        for login in of(&forced.logins) {
            kept.login(login);
        }
        for domain in 0..count(names.domains.len()) {
            let is_kept = kept.domains.get(domain as usize).copied().unwrap_or(true);
            if !is_kept && counted.wants(domain, records) {
                kept.keep(vec![domain], records, &mut counted);
            }
        }
        kept
    }

    fn login(&mut self, login: u32) {
        if let Some(is) = self.logins.get_mut(login as usize) {
            *is = true;
        }
    }

    /// Keeps domains, and those that they lead to.
    fn keep(&mut self, mut open: Vec<u32>, records: &mut Records<'_, '_>, counted: &mut Counted) {
        let names = records.names;
        while let Some(domain) = open.pop() {
            match self.domains.get_mut(domain as usize) {
                Some(is) if !*is => *is = true,
                _ => continue,
            }
            counted.count(domain, records);
            // Its rows are looked up, too.
            open.extend(names.parent(domain));
            let Some((_, hosted)) = names.domains.get(domain as usize) else {
                continue;
            };
            let aliases = hosted.aliases.values().chain(&hosted.catch_all);
            for target in aliases.flat_map(|alias| &alias.targets) {
                open.extend(names.domain(target.value.domain().as_str()));
            }
            for mailbox in hosted.mailboxes.values() {
                let login = mailbox.login.as_ref();
                if let Some(login) = login.and_then(|login| names.login(&login.value)) {
                    self.login(login);
                }
            }
        }
    }

    /// Returns what the rows of what is kept name beside it, as far as that is not kept.
    pub(super) fn named(&self, records: &Records<'_, '_>) -> Words {
        let names = records.names;
        let mut found = Words::default();
        let mut look = |of: Entity| records.others(of, &mut found);
        for domain in (0..)
            .zip(&self.domains)
            .filter(|(_, is)| **is)
            .map(|one| one.0)
        {
            entities(names, domain).for_each(&mut look);
        }
        for login in (0..)
            .zip(&self.logins)
            .filter(|(_, is)| **is)
            .map(|one| one.0)
        {
            look(Entity::Login(login));
        }
        found.retain(|word| {
            let mut is_left = false;
            names.around(word, &mut |domain| {
                is_left |= !self.domains.get(domain as usize).copied().unwrap_or(true);
            });
            let login = names.login(word);
            is_left
                || login
                    .is_some_and(|login| !self.logins.get(login as usize).copied().unwrap_or(true))
        });
        found
    }

    /// Returns whether something is kept, by its number.
    pub(super) fn is(&self, names: &Names<'_>, number: usize) -> bool {
        let [recipients, domains, _] = names.counts();
        let is = |list: &[bool], at: usize| list.get(at).copied().unwrap_or(true);
        if let Some(listed) = names.recipients.get(number) {
            return is(&self.domains, listed.domain as usize);
        }
        match number.checked_sub(recipients + domains) {
            Some(login) => is(&self.logins, login),
            None => is(&self.domains, number - recipients),
        }
    }

    /// Returns a policy of what is kept.
    pub(super) fn policy(&self, names: &Names<'_>) -> Policy {
        let whole = names.policy;
        let is = |list: &[bool], at: u32| list.get(at as usize).copied().unwrap_or(true);
        let domains = (0..).zip(&names.domains);
        let domains = domains.filter(|(number, _)| is(&self.domains, *number));
        let has = |address: &&Address| {
            let domain = names.domain(address.domain().as_str());
            domain.is_some_and(|domain| is(&self.domains, domain))
        };
        let logins = (0..).zip(&names.logins);
        let logins = logins.filter(|(number, _)| is(&self.logins, *number));
        let logins = logins.map(|(_, (name, login))| {
            let login = Login {
                name: login.name.clone(),
                mailboxes: login.mailboxes.iter().filter(has).cloned().collect(),
                grants: login.grants.clone(),
            };
            ((*name).to_owned(), login)
        });
        Policy {
            source: whole.source.clone(),
            host: whole.host.clone(),
            networks: whole.networks.clone(),
            auth: whole.auth.clone(),
            authenticated: whole.authenticated.clone(),
            logins: logins.collect(),
            domains: domains
                .map(|(_, (name, one))| ((*name).clone(), (*one).clone()))
                .collect(),
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

/// How many kept domains hold something of each kind.
#[derive(Debug, Default)]
struct Counted {
    /// By the number of what is said: how many domains, and the last of them.
    by_number: Vec<(u8, Option<u32>)>,
}

impl Counted {
    fn count(&mut self, domain: u32, records: &mut Records<'_, '_>) {
        each(domain, records, &mut |number| {
            let number = number as usize;
            if self.by_number.len() <= number {
                self.by_number.resize(number + 1, (0, None));
            }
            if let Some((count, last)) = self.by_number.get_mut(number)
                && *last != Some(domain)
            {
                *count = count.saturating_add(1);
                *last = Some(domain);
            }
            true
        });
    }

    /// Returns whether a domain holds something of which too few are kept.
    fn wants(&self, domain: u32, records: &mut Records<'_, '_>) -> bool {
        let mut wants = false;
        each(domain, records, &mut |number| {
            let counted = self.by_number.get(number as usize);
            wants = counted.is_none_or(|(count, _)| *count < STAND_FOR);
            !wants
        });
        wants
    }
}

/// Hands on the numbers of all that is said of a domain's own, until enough is known.
fn each(domain: u32, records: &mut Records<'_, '_>, take: &mut dyn FnMut(u32) -> bool) {
    let names = records.names;
    for of in entities(names, domain) {
        if !take(records.number(of)) {
            return;
        }
        let Entity::Recipient(one) = of else {
            continue;
        };
        let listed = names.recipients.get(one as usize);
        if let Some(What::Mailbox(mailbox)) = listed.map(|one| one.what)
            && let Some(login) = &mailbox.login
            && let Some(login) = names.login(&login.value)
            && !take(records.number(Entity::Login(login)))
        {
            return;
        }
    }
}
