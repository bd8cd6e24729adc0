//! Whether deciders see nothing of what was left out: what they tell apart is looked at itself,
//! since settings may put a name together that no word of theirs is.

use std::collections::{BTreeSet, HashSet};

use rustc_hash::FxBuildHasher;

use super::LeftOut;
use crate::decision::{AddressKey, AddressMap, Decider, Question, Test};
use crate::mail::{Domain, without_extension};
use crate::policy::Policy;
use crate::prove::keys::address_table;
use crate::prove::universe::Axis;

/// Returns whether the deciders, and tests besides, tell no local-part apart by itself that some
/// recipient of ours has, and name nothing that was left out.
pub(in crate::prove) fn is_blind<'t>(
    whole: &Policy,
    left: &LeftOut,
    deciders: &[&'t dyn Decider],
    more: &'t [Test],
) -> bool {
    let mut seen = Seen::new(whole, &left.policy);
    let tests = deciders.iter().flat_map(|decider| decider.tests());
    for test in tests.chain(more) {
        seen.question(&test.question);
    }
    for decider in deciders {
        decider.destination_keys(&mut |part, key| seen.key(part, &key.to_ascii_lowercase()));
    }
    !seen.is_any && seen.has_no_local()
}

type Names<'p> = HashSet<&'p str, FxBuildHasher>;

/// What deciders name.
struct Seen<'p> {
    whole: &'p Policy,
    /// Domains, logins and addresses that are kept: most that are named are among them.
    domains: Names<'p>,
    logins: Names<'p>,
    addresses: HashSet<(&'p str, &'p str), FxBuildHasher>,
    /// Domains that the policy does not list.
    unlisted: HashSet<String, FxBuildHasher>,
    /// Local-parts that are told apart in every domain.
    locals: BTreeSet<String>,
    /// Whether anything that was left out is named.
    is_any: bool,
}

impl<'p> Seen<'p> {
    fn new(whole: &'p Policy, kept: &'p Policy) -> Self {
        let addresses = kept.domains.iter().flat_map(|(domain, hosted)| {
            let listed = hosted.mailboxes.keys().chain(hosted.aliases.keys());
            listed.map(|local| (local.as_str(), domain.as_str()))
        });
        Self {
            whole,
            domains: kept.domains.keys().map(Domain::as_str).collect(),
            logins: kept.logins.iter().map(|(name, _)| name.as_str()).collect(),
            addresses: addresses.collect(),
            unlisted: HashSet::default(),
            locals: BTreeSet::new(),
            is_any: false,
        }
    }
}

impl Seen<'_> {
    fn question(&mut self, question: &Question) {
        for table in [Axis::From, Axis::To].map(|axis| address_table(question, axis)) {
            let Some(table) = table else {
                continue;
            };
            for part in [AddressKey::Domain, AddressKey::Parent, AddressKey::Local] {
                for key in table.keys(part) {
                    self.key(part, key);
                }
            }
            for (local, domain, _) in table.addresses().into_iter().flat_map(AddressMap::iter) {
                self.address(local, domain);
            }
        }
        match question {
            Question::Login(table) => table.keys().for_each(|login| self.login(login)),
            Question::Helo(table) => {
                let names = table.exact_keys().into_iter().chain(table.below_keys());
                names.for_each(|name| self.domain(name));
            }
            Question::Owner(table) | Question::OwnerOfDomain(table) => {
                table.logins().for_each(|login| self.login(login));
                table.domains().for_each(|domain| self.domain(domain));
                for (local, domain, _) in table.addresses().iter() {
                    self.address(local, domain);
                }
            }
            Question::Listener
            | Question::Tls
            | Question::Client(_)
            | Question::FromForm
            | Question::FromKind(_)
            | Question::From(_)
            | Question::ToForm
            | Question::ToKind(_)
            | Question::To(_)
            | Question::SpfFrom
            | Question::SpfHelo => {}
        }
    }

    fn key(&mut self, part: AddressKey, key: &str) {
        match part {
            AddressKey::Local => {
                self.locals.insert(key.to_owned());
            }
            AddressKey::Domain | AddressKey::Parent => self.domain(key),
            AddressKey::Address => {
                if let Some((local, domain)) = key.rsplit_once('@') {
                    self.address(local, domain);
                }
            }
        }
    }

    /// A domain by itself, or one below it.
    fn domain(&mut self, name: &str) {
        let mut rest = Some(name);
        while let Some(one) = rest {
            rest = one.split_once('.').map(|(_, above)| above);
            if self.domains.contains(one) || self.unlisted.contains(one) {
                continue;
            }
            if self.whole.domains.contains_key(&Domain::literal(one)) {
                self.is_any = true;
            } else {
                self.unlisted.insert(one.to_owned());
            }
        }
    }

    fn address(&mut self, local: &str, domain: &str) {
        self.domain(domain);
        if self.addresses.contains(&(local, domain)) || self.unlisted.contains(domain) {
            return;
        }
        let hosted = self.whole.domains.get(&Domain::literal(domain));
        self.is_any |= hosted.is_some_and(|hosted| {
            hosted.mailboxes.contains_key(local) || hosted.aliases.contains_key(local)
        });
    }

    fn login(&mut self, login: &str) {
        self.is_any |= !self.logins.contains(login) && self.whole.logins.contains_key(login);
    }

    /// Returns whether no recipient of ours has a local-part that is told apart by itself.
    fn has_no_local(mut self) -> bool {
        let bases = self
            .locals
            .iter()
            .filter_map(|local| without_extension(local));
        let bases: Vec<String> = bases.map(str::to_owned).collect();
        self.locals.extend(bases);
        self.locals.remove(super::POSTMASTER);
        let mut domains = self.whole.domains.values();
        self.locals.is_empty()
            || !domains.any(|hosted| {
                let mut known = hosted.mailboxes.keys().chain(hosted.aliases.keys());
                known.any(|local| self.locals.contains(local.as_str()))
            })
    }
}
