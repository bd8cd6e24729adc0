//! What policy and files say of each recipient, domain and login, with its own names left out: two
//! of which the same is said are alike.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxBuildHasher;

use super::TARGETS_MAX;
use super::forced::Forced;
use super::keywords::is_keyword;
use super::names::{Entity, Listed, Names, What, count};
use super::rows::{Rows, Words};
use super::said::{Said, words_of};
use crate::mail::Address;
use crate::policy::Alias;

/// What is not known yet.
const UNKNOWN: u32 = u32::MAX;
/// What is just being found out: it leads to itself.
const OPEN: u32 = u32::MAX - 1;

/// Aliases that lead through more are like nothing else.
const DEPTH_MAX: usize = 16;

/// Numbers of what is said: equal for two names of which the same is said.
pub(super) struct Records<'a, 'p> {
    pub(super) names: &'a Names<'p>,
    pub(super) forced: &'a Forced,
    pub(super) rows: &'a Rows,
    /// Words of the rest of the files: a local-part that is one of them is like no other.
    words: &'a Words,
    /// Words of local-parts where nothing is left out: a name without a domain may be meant for one
    /// there.
    near: HashSet<&'p str, FxBuildHasher>,
    said: HashMap<Vec<u8>, u32, FxBuildHasher>,
    /// Emptied, to be filled again.
    spare: Vec<Said>,
    /// By [`Names::number`]. Of a domain it is about every address that is not listed.
    numbers: Vec<u32>,
    /// The same of domains without what their catch-alls lead to.
    inner: Vec<u32>,
}

impl<'a, 'p> Records<'a, 'p> {
    pub(super) fn new(
        names: &'a Names<'p>,
        forced: &'a Forced,
        rows: &'a Rows,
        words: &'a Words,
    ) -> Self {
        let [recipients, domains, logins] = names.counts();
        let near = names.recipients.iter();
        let near = near.filter(|listed| forced.has(listed.domain));
        Self {
            names,
            forced,
            rows,
            words,
            near: near.flat_map(|listed| words_of(listed.local)).collect(),
            said: HashMap::default(),
            spare: Vec::new(),
            numbers: vec![UNKNOWN; recipients + domains + logins],
            inner: vec![UNKNOWN; domains],
        }
    }

    /// Returns the number of what is said of something.
    pub(super) fn number(&mut self, of: Entity) -> u32 {
        self.number_at(of, 0)
    }

    pub(super) fn number_at(&mut self, of: Entity, depth: usize) -> u32 {
        let at = self.names.number(of);
        match self.numbers.get(at).copied().unwrap_or(OPEN) {
            UNKNOWN => {}
            OPEN => return self.only(of),
            known => return known,
        }
        if self.is_only(of) || depth > DEPTH_MAX {
            let number = self.only(of);
            return self.keep(at, number);
        }
        self.keep(at, OPEN);
        let said = match of {
            Entity::Recipient(one) => self.recipient(one, depth),
            Entity::Domain(one) => self.domain(one, depth),
            Entity::Login(one) => self.login(one),
        };
        let number = match said {
            Some(said) => self.put(said),
            None => self.only(of),
        };
        self.keep(at, number)
    }

    fn keep(&mut self, at: usize, number: u32) -> u32 {
        if let Some(place) = self.numbers.get_mut(at) {
            *place = number;
        }
        number
    }

    /// Returns whether nothing is like this.
    fn is_only(&self, of: Entity) -> bool {
        let is = |list: &[bool], number: u32| list.get(number as usize).copied().unwrap_or(true);
        match of {
            Entity::Recipient(one) => {
                let listed = self.names.recipients.get(one as usize);
                listed.is_none_or(|one| is(&self.forced.domains, one.domain))
            }
            Entity::Domain(one) => is(&self.forced.domains, one),
            Entity::Login(one) => is(&self.forced.logins, one),
        }
    }

    fn put(&mut self, mut said: Said) -> u32 {
        if let Some(number) = self.said.get(said.octets()) {
            let number = *number;
            said.clear();
            self.spare.push(said);
            return number;
        }
        let number = count(self.said.len());
        self.said.insert(said.into_octets(), number);
        number
    }

    fn blank(&mut self) -> Said {
        self.spare.pop().unwrap_or_default()
    }

    /// Returns a number that nothing else has.
    fn only(&mut self, of: Entity) -> u32 {
        let mut said = self.blank();
        said.text("only");
        said.number(count(self.names.number(of)));
        self.put(said)
    }

    /// Returns what is said of a domain but for where its catch-all leads.
    fn inner(&mut self, domain: u32) -> u32 {
        let known = self.inner.get(domain as usize).copied().unwrap_or(UNKNOWN);
        if known != UNKNOWN {
            return known;
        }
        let of = Entity::Domain(domain);
        let said = if self.is_only(of) {
            None
        } else {
            self.inner_said(domain)
        };
        let number = match said {
            Some(said) => self.put(said),
            None => self.only(of),
        };
        if let Some(place) = self.inner.get_mut(domain as usize) {
            *place = number;
        }
        number
    }

    fn inner_said(&mut self, domain: u32) -> Option<Said> {
        let (name, hosted) = *self.names.domains.get(domain as usize)?;
        let mut own = vec![name.as_str()];
        let mut said = self.blank();
        said.text("domain");
        if let Some(above) = self.names.parent(domain) {
            said.text(" below");
            let number = self.inner(above);
            said.number(number);
            own.extend(
                self.names
                    .domains
                    .get(above as usize)
                    .map(|one| one.0.as_str()),
            );
        }
        if self.names.is_above(name.as_str()) {
            said.text(" above");
        }
        if let Some(alias) = &hosted.catch_all {
            add_targets(alias, &mut own)?;
            said.text(" catches");
            said.number(count(alias.targets.len()));
        }
        said.publish(&hosted.publish, &own);
        self.add_rows(Entity::Domain(domain), &own, &mut said);
        Some(said)
    }

    fn domain(&mut self, domain: u32, depth: usize) -> Option<Said> {
        let (name, hosted) = *self.names.domains.get(domain as usize)?;
        let mut said = self.blank();
        said.text("all of");
        let inner = self.inner(domain);
        said.number(inner);
        if let Some(alias) = &hosted.catch_all {
            self.add_leads(alias, &mut vec![name.as_str()], &mut said, depth)?;
        }
        self.add_addresses(
            Entity::Domain(domain),
            hosted.catch_all.as_ref(),
            &mut said,
            depth,
        );
        Some(said)
    }

    fn login(&mut self, login: u32) -> Option<Said> {
        let (name, _) = *self.names.logins.get(login as usize)?;
        let mut said = self.blank();
        said.text("login");
        self.add_rows(Entity::Login(login), &[name], &mut said);
        Some(said)
    }

    fn recipient(&mut self, recipient: u32, depth: usize) -> Option<Said> {
        let names = self.names;
        let Listed {
            local,
            domain,
            what,
        } = names.recipients.get(recipient as usize)?;
        let (name, _) = names.domains.get(*domain as usize)?;
        let mut own = vec![*local, name.as_str()];
        let mut said = self.blank();
        let inner = self.inner(*domain);
        said.number(inner);
        match what {
            What::Mailbox(mailbox) => {
                said.text(" mailbox");
                if let Some(login) = &mailbox.login {
                    own.push(&login.value);
                    let login = Entity::Login(names.login(&login.value)?);
                    let number = self.number_at(login, depth + 1);
                    said.text(" of");
                    said.number(number);
                }
            }
            What::Alias(alias) => self.add_leads(alias, &mut own, &mut said, depth)?,
        }
        let of = Entity::Recipient(recipient);
        let alias = match what {
            What::Alias(alias) => Some(*alias),
            What::Mailbox(_) => None,
        };
        self.add_addresses(of, alias, &mut said, depth);
        self.add_rows(of, &own, &mut said);
        Some(said)
    }

    /// Adds where an alias leads, and who may call it its own.
    fn add_leads(
        &mut self,
        alias: &'p Alias,
        own: &mut Vec<&'p str>,
        said: &mut Said,
        depth: usize,
    ) -> Option<()> {
        let names = self.names;
        add_targets(alias, own)?;
        said.text(" alias");
        for target in &alias.targets {
            let number = self.target(&target.value, depth + 1)?;
            said.number(number);
        }
        let mut owners = Vec::new();
        self.owners(alias, &mut owners, 0)?;
        for login in owners {
            own.push(login);
            let number = self.number_at(Entity::Login(names.login(login)?), depth + 1);
            said.text(" of");
            said.number(number);
        }
        Some(())
    }

    /// Returns the number of what is said of an address that an alias leads to.
    fn target(&mut self, address: &Address, depth: usize) -> Option<u32> {
        if let Some(recipient) = self.names.listed(address) {
            return Some(self.number_at(Entity::Recipient(recipient), depth));
        }
        // A catch-all takes it.
        let domain = self.names.domain(address.domain().as_str())?;
        if self.is_told(address.local()) {
            return None;
        }
        let number = self.number_at(Entity::Domain(domain), depth);
        let mut said = self.blank();
        said.text("any of");
        said.number(number);
        Some(self.put(said))
    }

    /// Collects the logins of the mailboxes that an alias leads to by names alone.
    fn owners(&self, alias: &'p Alias, found: &mut Vec<&'p str>, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        for target in &alias.targets {
            let listed = self.names.listed(&target.value);
            let listed = listed.and_then(|one| self.names.recipients.get(one as usize));
            match listed.map(|one| one.what) {
                Some(What::Mailbox(mailbox)) => {
                    let login = mailbox.login.iter().map(|login| login.value.as_str());
                    found.extend(
                        login
                            .filter(|login| !found.contains(login))
                            .collect::<Vec<_>>(),
                    );
                }
                Some(What::Alias(alias)) => self.owners(alias, found, depth + 1)?,
                None => {}
            }
            if found.len() > TARGETS_MAX {
                return None;
            }
        }
        Some(())
    }

    /// Returns whether something beside what is said of a name may be about it.
    fn is_told(&self, name: &str) -> bool {
        is_keyword(name) || self.words.contains(name)
    }

    /// Adds the rows of something, behind what its own names are: which of them are the same, which
    /// are those of a login or of a domain besides, what an MTA may see in their form, and what it
    /// may put together of them.
    fn add_rows(&self, of: Entity, own: &[&str], said: &mut Said) {
        for name in own {
            let first = own.iter().position(|one| one == name).unwrap_or_default();
            let has = |is: fn(&u8) -> bool| name.as_bytes().iter().any(is);
            said.name(
                first,
                [
                    self.names.login(name).is_some(),
                    self.names.domain(name).is_some(),
                    has(u8::is_ascii_alphabetic),
                    has(u8::is_ascii_uppercase),
                    name.starts_with(|c: char| c.is_ascii_alphabetic()),
                    name.starts_with('-'),
                ],
            );
            said.form(name, own);
            if self.is_told(name) {
                said.text(name);
            }
        }
        self.rows
            .each(self.names.number(of), &mut |file, before, rest| {
                said.row(file);
                said.text(before);
                said.replaced(rest, own, &|name| self.near.contains(name));
            });
    }

    /// Returns the logins that the policy says of something.
    pub(super) fn logins(&self, of: Entity) -> Vec<&'p str> {
        let names = self.names;
        let mut logins: Vec<&str> = Vec::new();
        let add = |alias: &'p Alias, logins: &mut Vec<&'p str>| {
            // Of too many some are enough: the others are kept besides.
            let _ = self.owners(alias, logins, 0);
        };
        match of {
            Entity::Recipient(one) => {
                let listed = names.recipients.get(one as usize);
                match listed.map(|listed| listed.what) {
                    Some(What::Alias(alias)) => add(alias, &mut logins),
                    Some(What::Mailbox(mailbox)) => {
                        logins.extend(mailbox.login.iter().map(|login| login.value.as_str()));
                    }
                    None => {}
                }
            }
            Entity::Domain(one) => {
                let hosted = names.domains.get(one as usize).map(|one| one.1);
                if let Some(alias) = hosted.and_then(|hosted| hosted.catch_all.as_ref()) {
                    add(alias, &mut logins);
                }
            }
            Entity::Login(one) => logins.extend(names.logins.get(one as usize).map(|one| one.0)),
        }
        logins
    }
}

/// Adds the names of an alias's targets to those that are replaced.
fn add_targets<'p>(alias: &'p Alias, own: &mut Vec<&'p str>) -> Option<()> {
    if alias.targets.len() > TARGETS_MAX {
        return None;
    }
    for target in &alias.targets {
        own.push(target.value.local());
        own.push(target.value.domain().as_str());
    }
    Some(())
}
