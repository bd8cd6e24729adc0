//! What the classes of a comparison are called: their members, and what both policies declare of
//! them.

use std::collections::BTreeSet;

use super::{Contrast, Facet};
use crate::decision::{Label, Question};
use crate::mail::{Domain, Listener, PathForm};
use crate::prove::declared;
use crate::prove::keys::InDomain;
use crate::prove::universe::{Axis, Class, TestNumber, Witness};
use crate::spf::SpfResult;

/// A side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// What was.
    Before,
    /// What would be.
    After,
}

/// Client addresses in a row, by their numbers: the first and the last.
pub type Range = (u128, u128);

/// Logins that nothing tells apart.
#[derive(Debug, Clone)]
pub struct LoginClass {
    /// The first of them; none is the client that gives no login.
    pub members: Vec<Option<String>>,
    /// How many there are.
    pub count: u128,
    /// Whether the policies list them, before and after.
    pub listed: [bool; 2],
    /// Whether some table names them: of a policy, or of files, which may still have what a policy
    /// lists no more.
    pub named: bool,
}

/// What an address is to a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// In no domain of ours.
    Foreign,
    /// In the domain that carries deliveries.
    Delivery,
    /// In a domain of ours, but no recipient.
    Unlisted,
    /// A recipient.
    Listed,
}

/// Reverse-paths or forward-paths that nothing tells apart.
#[derive(Debug, Clone)]
pub struct PathClass {
    /// How the path is written.
    pub forms: Vec<PathForm>,
    /// The number of the class of addresses.
    pub address: u32,
    /// Whether the login owns it, before and after.
    pub owned: [bool; 2],
}

/// Returns the axis of a path's address, and the test that says whose its domain is.
fn domain_of(facet: Facet) -> (Axis, u32) {
    if facet == Facet::Sender {
        (Axis::From, declared::FROM.0)
    } else {
        (Axis::To, declared::TO.0)
    }
}

impl Contrast<'_, '_> {
    /// Returns the name of a side, as dialogues call it.
    pub fn name(&self, side: Side) -> &str {
        let [before, after] = &self.parties;
        match side {
            Side::Before => before.name,
            Side::After => after.name,
        }
    }

    /// Returns whether a domain stands for others like it, which were left out.
    pub fn stands_for_others(&self, domain: &Domain) -> bool {
        self.stand.contains(domain)
    }

    /// Returns the policies that say what names mean.
    pub fn policies(&self) -> [&crate::policy::Policy; 2] {
        self.parties.map(|party| party.policy)
    }

    fn class(&self, axis: Axis, number: u32) -> Option<&Class> {
        let dimension = self.universe.dimensions.get(axis as usize)?;
        dimension.classes.get(number as usize)
    }

    /// Returns how many classes a facet has.
    pub fn size(&self, facet: Facet) -> u32 {
        match facet {
            Facet::Client => self.classes(Axis::Client),
            Facet::Session => self.classes(Axis::Session),
            Facet::Login => self.classes(Axis::Login),
            Facet::Helo => self.classes(Axis::Helo),
            Facet::Sender => {
                self.classes(Axis::FromForm) * self.classes(Axis::From) * self.relations(facet)
            }
            Facet::Recipient => self.classes(Axis::ToForm) * self.classes(Axis::To),
            Facet::SpfFrom => self.classes(Axis::SpfFrom),
            Facet::SpfHelo => self.classes(Axis::SpfHelo),
        }
    }

    /// Returns the labels that a declared test of both policies gives to a class.
    fn labels(&self, axis: Axis, number: u32, test: u32) -> [Label; 2] {
        let label = |offset: u32| {
            let dimension = self.universe.dimensions.get(axis as usize)?;
            let class = dimension.classes.get(number as usize)?;
            Some(dimension.label(class, TestNumber(offset + test)))
        };
        self.declared
            .map(|offset| label(offset).unwrap_or_default())
    }

    /// Returns the HELO names of some classes, the first of each; those that stand for others as
    /// what they stand for.
    pub fn helos<'c>(&'c self, classes: &[u32]) -> BTreeSet<InDomain<'c>> {
        let tables = self.universe.tests.iter().filter_map(|test| {
            if let Question::Helo(table) = &test.question {
                Some(table)
            } else {
                None
            }
        });
        let keys =
            tables.flat_map(|table| table.exact_keys().into_iter().chain(table.below_keys()));
        let keys: BTreeSet<&str> = keys.collect();
        let members = classes
            .iter()
            .flat_map(|one| self.members(Axis::Helo, *one));
        let names = members.filter_map(|(witness, _)| {
            if let Witness::Helo(name) = witness {
                Some(name.as_str())
            } else {
                None
            }
        });
        let stands_for = |name: &'c str| match name.split_once('.') {
            _ if keys.contains(name) => InDomain::Of(name),
            Some((_, above)) if keys.contains(above) => InDomain::Below(above),
            _ => InDomain::Elsewhere,
        };
        names.map(stands_for).collect()
    }

    /// Returns the ranges of some classes of clients, ascending.
    pub fn clients(&self, classes: &[u32]) -> Vec<Range> {
        let mut ranges: Vec<Range> = Vec::new();
        let starts = &self.universe.clients;
        for (at, (start, class)) in starts.iter().enumerate() {
            if classes.binary_search(class).is_err() {
                continue;
            }
            let last = starts.get(at + 1).map_or(u128::MAX, |(next, _)| next - 1);
            match ranges.last_mut() {
                Some(range) if range.1.checked_add(1) == Some(*start) => range.1 = last,
                _ => ranges.push((*start, last)),
            }
        }
        ranges
    }

    /// Returns the sessions of some classes: the listener, and whether under TLS.
    pub fn sessions(&self, classes: &[u32]) -> Vec<(Listener, bool)> {
        let members = classes
            .iter()
            .flat_map(|one| self.members(Axis::Session, *one));
        members
            .filter_map(|(witness, _)| {
                if let Witness::Session(listener, tls) = witness {
                    Some((*listener, *tls))
                } else {
                    None
                }
            })
            .collect()
    }

    /// Returns the SPF results of some classes.
    pub fn results(&self, facet: Facet, classes: &[u32]) -> Vec<SpfResult> {
        let axis = if facet == Facet::SpfHelo {
            Axis::SpfHelo
        } else {
            Axis::SpfFrom
        };
        let members = classes.iter().flat_map(|one| self.members(axis, *one));
        let mut results: Vec<SpfResult> = members
            .filter_map(|(witness, _)| {
                if let Witness::Spf(result) = witness {
                    Some(*result)
                } else {
                    None
                }
            })
            .collect();
        results.sort_by_key(|result| *result as u8);
        results
    }

    fn members(&self, axis: Axis, number: u32) -> &[(Witness, u128)] {
        self.class(axis, number)
            .map(|class| class.members.as_slice())
            .unwrap_or_default()
    }

    /// Returns a class of logins.
    pub fn login(&self, number: u32) -> LoginClass {
        let members = self.members(Axis::Login, number).iter();
        let members = members.filter_map(|(witness, _)| {
            if let Witness::Login(login) = witness {
                Some(login.clone())
            } else {
                None
            }
        });
        let listed = |label: Label| label != Label::ABSENT && label != Label::NO_LOGIN;
        let class = self.class(Axis::Login, number);
        LoginClass {
            named: number != 0 && class.is_some_and(|one| !one.labels.is_empty()),
            members: members.collect(),
            count: class.map_or(0, |one| one.count),
            listed: self
                .labels(Axis::Login, number, declared::LOGIN.0)
                .map(listed),
        }
    }

    /// Returns what the addresses of a class are to the policies, before and after.
    pub fn standing(&self, facet: Facet, number: u32) -> [Standing; 2] {
        let (axis, domain) = domain_of(facet);
        let domains = self.labels(axis, number, domain);
        let listed = if axis == Axis::To {
            self.labels(axis, number, declared::RECIPIENT.0)
        } else {
            [Label::ABSENT; 2]
        };
        let standing = |domain: Label, listed: Label| match (domain.0, listed) {
            (0, _) => Standing::Foreign,
            (2, _) => Standing::Delivery,
            (_, Label::ABSENT) => Standing::Unlisted,
            _ => Standing::Listed,
        };
        let ([d0, d1], [l0, l1]) = (domains, listed);
        [standing(d0, l0), standing(d1, l1)]
    }

    /// Returns what a member of the sender's or recipient's sets stands for.
    pub fn path(&self, facet: Facet, member: u32) -> PathClass {
        let form_axis = if facet == Facet::Sender {
            Axis::FromForm
        } else {
            Axis::ToForm
        };
        let (form, address, _) = self.parts(facet, member);
        let forms = self.members(form_axis, form).iter();
        let forms = forms.filter_map(|(witness, _)| {
            if let Witness::Form(form) = witness {
                Some(*form)
            } else {
                None
            }
        });
        let pattern = self.pattern(facet, member);
        let owned = self.owning.map(|relations| pattern & relations != 0);
        PathClass {
            forms: forms.collect(),
            address,
            owned,
        }
    }

    fn declares_owner(&self, declared: u32, pattern: u64) -> bool {
        [declared::OWNER, declared::OWNER_OF_DOMAIN]
            .into_iter()
            .any(|test| self.holds(declared + test.0, pattern))
    }

    fn holds(&self, test: u32, pattern: u64) -> bool {
        let bit = self.universe.relations.bit(TestNumber(test));
        let mask = bit.and_then(|bit| 1_u64.checked_shl(bit));
        mask.is_some_and(|mask| pattern & mask != 0)
    }

    /// Returns the number of the relations that a member of the sender's sets stands for.
    pub fn related_of(&self, facet: Facet, member: u32) -> u32 {
        self.parts(facet, member).2
    }

    pub(super) fn pattern(&self, facet: Facet, member: u32) -> u64 {
        let related = self.related_of(facet, member);
        self.patterns.get(related as usize).copied().unwrap_or(0)
    }

    /// Returns how many pairs there are of a login of these classes and an address that has the
    /// relations of a member of the sender's sets.
    pub fn owners(&self, member: u32, logins: &[u32]) -> u128 {
        let pattern = self.pattern(Facet::Sender, member);
        self.universe.relations.count(pattern, logins)
    }

    /// Returns whether both policies declare otherwise of a class: a network that has other rights,
    /// a login or a recipient that is new or gone.
    pub fn is_changed(&self, facet: Facet, member: u32) -> bool {
        let differ = |axis: Axis, test: u32| {
            let [before, after] = self.labels(axis, member, test);
            before != after
        };
        match facet {
            Facet::Client => differ(Axis::Client, declared::CLIENT.0),
            Facet::Login => differ(Axis::Login, declared::LOGIN.0),
            Facet::Sender | Facet::Recipient => {
                let path = self.path(facet, member);
                let [before, after] = self.standing(facet, path.address);
                let named = path.forms.iter().any(|form| form.has_domain());
                let pattern = self.pattern(facet, member);
                let [was, is] = self
                    .declared
                    .map(|declared| self.declares_owner(declared, pattern));
                named && (before != after || was != is)
            }
            Facet::Session | Facet::Helo | Facet::SpfFrom | Facet::SpfHelo => false,
        }
    }

    /// Returns whether a class holds what no side names: the clients, logins and addresses of
    /// everybody else.
    pub fn is_anybody(&self, facet: Facet, member: u32) -> bool {
        match facet {
            Facet::Client => {
                // Most of the Internet is in no network.
                let size = |class: u32| {
                    let ranges = self.clients(&[class]).into_iter();
                    ranges
                        .map(|(first, last)| last - first)
                        .fold(0, u128::saturating_add)
                };
                (0..self.size(facet)).all(|other| size(other) <= size(member))
            }
            Facet::Login => !self.login(member).named,
            Facet::Sender | Facet::Recipient => self.path(facet, member).address == 0,
            Facet::Session | Facet::Helo | Facet::SpfFrom | Facet::SpfHelo => true,
        }
    }
}
