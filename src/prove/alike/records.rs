//! What policy and files say of each recipient, domain and login, with its own names left out: two
//! of which the same is said are alike.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::DEPTH_MAX;
use super::addresses::Named;
use super::names::{Entity, Listed, Names, What, count};
use super::own::{Ground, Own, logins};
use super::said::Said;
use crate::mail::Address;
use crate::policy::Alias;

/// What is not known yet.
const UNKNOWN: u32 = u32::MAX;
/// What is just being found out: it leads to itself.
const OPEN: u32 = u32::MAX - 1;

/// Numbers of what is said: equal for two names of which the same is said.
pub(super) struct Records<'a, 'p> {
    pub(super) ground: Ground<'a, 'p>,
    /// What is said of each by itself.
    own: Own,
    said: HashMap<Vec<u8>, u32, FxBuildHasher>,
    /// The same by what is said of most: each by itself, its domain and its login.
    plain: HashMap<[u32; 3], u32, FxBuildHasher>,
    /// Emptied, to be filled again.
    spare: Vec<Said>,
    /// By [`Names::number`]. Of a domain it is about every address that is not listed.
    numbers: Vec<u32>,
    /// The same of domains without what their catch-alls lead to.
    inner: Vec<u32>,
}

impl<'a, 'p> Records<'a, 'p> {
    pub(super) fn new(ground: Ground<'a, 'p>) -> Self {
        let [recipients, domains, logins] = ground.names.counts();
        Self {
            ground,
            own: Own::new(ground),
            said: HashMap::default(),
            plain: HashMap::default(),
            spare: Vec::new(),
            numbers: vec![UNKNOWN; recipients + domains + logins],
            inner: vec![UNKNOWN; domains],
        }
    }

    pub(super) fn names(&self) -> &'a Names<'p> {
        self.ground.names
    }

    /// Returns the number of what is said of something.
    pub(super) fn number(&mut self, of: Entity) -> u32 {
        self.number_at(of, 0)
    }

    /// Returns the addresses that the rows of something name and the policy does not.
    pub(super) fn named(&self, at: usize) -> Vec<Named> {
        self.own.named(at)
    }

    pub(super) fn number_at(&mut self, of: Entity, depth: usize) -> u32 {
        let at = self.names().number(of);
        match self.numbers.get(at).copied().unwrap_or(OPEN) {
            UNKNOWN => {}
            OPEN => return self.only(of),
            known => return known,
        }
        if depth > DEPTH_MAX {
            let number = self.only(of);
            return self.keep(at, number);
        }
        self.keep(at, OPEN);
        let key = self.key(of, at, depth);
        let known = key.and_then(|key| self.plain.get(&key).copied());
        let number = known.unwrap_or_else(|| self.found(of, at, depth));
        if let (Some(key), None) = (key, known) {
            self.plain.insert(key, number);
        }
        self.keep(at, number)
    }

    fn found(&mut self, of: Entity, at: usize, depth: usize) -> u32 {
        match self.all_of(of, at, depth) {
            Some(said) => self.put(said),
            None => self.only(of),
        }
    }

    /// Returns what all hangs on that is said of a login or a mailbox, if its rows name no address:
    /// the same numbers as in [`Records::all_of`].
    fn key(&mut self, of: Entity, at: usize, depth: usize) -> Option<[u32; 3]> {
        let own = self.own.number(at)?;
        if self.own.has_named(at) {
            return None;
        }
        match of {
            Entity::Login(_) => Some([own, UNKNOWN, UNKNOWN]),
            Entity::Domain(_) => None,
            Entity::Recipient(recipient) => {
                let names = self.names();
                let Listed { domain, what, .. } = names.recipients.get(recipient as usize)?;
                match what {
                    What::Alias(_) => None,
                    What::Mailbox(_) => {
                        let inner = self.inner(*domain);
                        let login = names.login_of(recipient).map(Entity::Login);
                        let login = login.map(|login| self.number_at(login, depth + 1));
                        Some([own, inner, login.unwrap_or(UNKNOWN)])
                    }
                }
            }
        }
    }

    fn keep(&mut self, at: usize, number: u32) -> u32 {
        if let Some(place) = self.numbers.get_mut(at) {
            *place = number;
        }
        number
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
        said.number(count(self.names().number(of)));
        self.put(said)
    }

    /// Returns all that is said of something; nothing, if nothing is like it.
    fn all_of(&mut self, of: Entity, at: usize, depth: usize) -> Option<Said> {
        let own = self.own.number(at)?;
        let mut said = self.blank();
        match of {
            Entity::Login(_) => said.text("login"),
            Entity::Domain(domain) => {
                said.text("all of");
                let inner = self.inner(domain);
                said.number(inner);
                let (_, hosted) = *self.names().domains.get(domain as usize)?;
                if let Some(alias) = &hosted.catch_all {
                    self.leads(alias, of, &mut said, depth)?;
                }
            }
            Entity::Recipient(recipient) => {
                let names = self.names();
                let Listed { domain, what, .. } = names.recipients.get(recipient as usize)?;
                let inner = self.inner(*domain);
                said.number(inner);
                match what {
                    What::Mailbox(_) => self.logins(of, &mut said, depth)?,
                    What::Alias(alias) => self.leads(alias, of, &mut said, depth)?,
                }
            }
        }
        self.add_addresses(at, &mut said, depth);
        said.number(own);
        Some(said)
    }

    /// Returns what is said of a domain but for where its catch-all leads.
    fn inner(&mut self, domain: u32) -> u32 {
        let known = self.inner.get(domain as usize).copied().unwrap_or(UNKNOWN);
        if known != UNKNOWN {
            return known;
        }
        let of = Entity::Domain(domain);
        let number = match self.own.number(self.names().number(of)) {
            Some(own) => {
                let mut said = self.blank();
                said.text("domain");
                if let Some(above) = self.names().parent(domain) {
                    let above = self.inner(above);
                    said.number(above);
                }
                said.number(own);
                self.put(said)
            }
            None => self.only(of),
        };
        if let Some(place) = self.inner.get_mut(domain as usize) {
            *place = number;
        }
        number
    }

    /// Adds where an alias leads, and who may call it its own.
    fn leads(&mut self, alias: &'p Alias, of: Entity, said: &mut Said, depth: usize) -> Option<()> {
        said.text(" alias");
        for (target, listed) in alias.targets.iter().zip(self.names().targets(of)) {
            let number = self.target(&target.value, listed, depth + 1)?;
            said.number(number);
        }
        self.logins(of, said, depth)
    }

    /// Adds the logins of something.
    fn logins(&mut self, of: Entity, said: &mut Said, depth: usize) -> Option<()> {
        let mut found = Vec::new();
        logins(self.names(), of, &mut found)?;
        for login in found {
            let number = self.number_at(Entity::Login(login), depth + 1);
            said.text(" of");
            said.number(number);
        }
        Some(())
    }

    /// Returns the number of what is said of an address that an alias leads to: the recipient of
    /// this number, if it is listed.
    fn target(&mut self, address: &Address, listed: Option<u32>, depth: usize) -> Option<u32> {
        let names = self.names();
        if let Some(recipient) = listed {
            return Some(self.number_at(Entity::Recipient(recipient), depth));
        }
        // A catch-all takes it.
        let domain = names.domain(address.domain().as_str())?;
        if self.ground.is_told(address.local()) {
            return None;
        }
        let number = self.number_at(Entity::Domain(domain), depth);
        let mut said = self.blank();
        said.text("any of");
        said.number(number);
        Some(self.put(said))
    }
}
