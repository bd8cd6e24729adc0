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
use crate::threads::{in_parts, in_two};

/// So many tests one thread looks at before it takes more.
const PART: usize = 64;

/// Returns whether the deciders, and tests besides, tell no local-part apart by itself that some
/// recipient of ours has, and name nothing that was left out.
pub(in crate::prove) fn is_blind<'t>(
    whole: &Policy,
    left: &LeftOut,
    deciders: &[&'t dyn Decider],
    more: &'t [Test],
) -> bool {
    let known = Known::new(whole, &left.policy);
    let tests = deciders.iter().map(|decider| decider.tests());
    let tests = tests.chain([more]).flat_map(|tests| tests.chunks(PART));
    let destinations = deciders.iter().map(|decider| Part::Destinations(*decider));
    let parts: Vec<Part<'_>> = destinations.chain(tests.map(Part::Tests)).collect();
    let seen = in_parts(&parts, |part| {
        let mut seen = Seen::new(&known);
        seen.part(part);
        (seen.is_any, seen.locals)
    });
    let mut locals = BTreeSet::new();
    let mut is_any = false;
    for (is_one, more) in seen {
        is_any |= is_one;
        locals.extend(more);
    }
    !is_any && has_no_local(whole, locals)
}

/// What one thread looks at.
enum Part<'t> {
    Tests(&'t [Test]),
    /// What destinations hang on.
    Destinations(&'t dyn Decider),
}

type Names<'p> = HashSet<&'p str, FxBuildHasher>;

/// What is known of a policy.
struct Known<'p> {
    whole: &'p Policy,
    /// Domains, logins and addresses that are kept: most that are named are among them.
    domains: Names<'p>,
    logins: Names<'p>,
    addresses: HashSet<(&'p str, &'p str), FxBuildHasher>,
}

/// What deciders name.
struct Seen<'a, 'p> {
    known: &'a Known<'p>,
    /// Domains that the policy does not list.
    unlisted: HashSet<String, FxBuildHasher>,
    /// The domain of the last address: the next one is most often in it too.
    last: String,
    /// Local-parts that are told apart in every domain.
    locals: BTreeSet<String>,
    /// Whether anything that was left out is named.
    is_any: bool,
}

impl<'p> Known<'p> {
    fn new(whole: &'p Policy, kept: &'p Policy) -> Self {
        let addresses = kept.domains.iter().flat_map(|(domain, hosted)| {
            let listed = hosted.mailboxes.keys().chain(hosted.aliases.keys());
            listed.map(|local| (local.as_str(), domain.as_str()))
        });
        let (addresses, (domains, logins)) = in_two(
            || addresses.collect(),
            || {
                let logins = kept.logins.iter().map(|(name, _)| name.as_str());
                let domains = kept.domains.keys().map(Domain::as_str);
                (domains.collect(), logins.collect())
            },
        );
        Self {
            whole,
            domains,
            logins,
            addresses,
        }
    }
}

impl<'a, 'p> Seen<'a, 'p> {
    fn new(known: &'a Known<'p>) -> Self {
        Self {
            known,
            unlisted: HashSet::default(),
            last: String::new(),
            locals: BTreeSet::new(),
            is_any: false,
        }
    }

    fn part(&mut self, part: &Part<'_>) {
        match part {
            Part::Tests(tests) => {
                for test in *tests {
                    self.question(&test.question);
                }
            }
            Part::Destinations(decider) => {
                decider
                    .destination_keys(&mut |part, key| self.key(part, &key.to_ascii_lowercase()));
            }
        }
    }

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
            if self.known.domains.contains(one) || self.unlisted.contains(one) {
                continue;
            }
            if self.known.whole.domains.contains_key(&Domain::literal(one)) {
                self.is_any = true;
            } else {
                self.unlisted.insert(one.to_owned());
            }
        }
    }

    fn address(&mut self, local: &str, domain: &str) {
        if self.last != domain {
            self.domain(domain);
            domain.clone_into(&mut self.last);
        }
        if self.known.addresses.contains(&(local, domain)) || self.unlisted.contains(domain) {
            return;
        }
        let hosted = self.known.whole.domains.get(&Domain::literal(domain));
        self.is_any |= hosted.is_some_and(|hosted| {
            hosted.mailboxes.contains_key(local) || hosted.aliases.contains_key(local)
        });
    }

    fn login(&mut self, login: &str) {
        let Known { logins, whole, .. } = self.known;
        self.is_any |= !logins.contains(login) && whole.logins.contains_key(login);
    }
}

/// Returns whether no recipient of ours has a local-part that is told apart by itself.
fn has_no_local(whole: &Policy, mut locals: BTreeSet<String>) -> bool {
    let bases = locals.iter().filter_map(|local| without_extension(local));
    let bases: Vec<String> = bases.map(str::to_owned).collect();
    locals.extend(bases);
    locals.remove(super::POSTMASTER);
    let mut domains = whole.domains.values();
    locals.is_empty()
        || !domains.any(|hosted| {
            let mut known = hosted.mailboxes.keys().chain(hosted.aliases.keys());
            known.any(|local| locals.contains(local.as_str()))
        })
}
