//! What classes of addresses are made of, name by name: addresses that some side names, and what
//! stands for all those that none does.

use std::sync::OnceLock;

use super::{Contrast, Facet};
use crate::mail::{Address, Domain};
use crate::prove::keys::{InDomain, Keys};
use crate::prove::universe::{Axis, ClassOf};

/// Addresses that one name stands for, and that nothing tells apart.
#[derive(Debug, Clone, Copy)]
pub struct Addresses<'k> {
    /// The local-part; none is every local-part that no side names.
    pub local: Option<&'k str>,
    /// The local-part without its extension, where it stands for those with any.
    pub base: Option<&'k str>,
    /// The domain, or those that it stands for.
    pub domain: InDomain<'k>,
    /// The class of the address.
    pub class: u32,
    /// How one of them is spelled: by names that are made up, if no side names it.
    pub example: (&'k str, &'k str),
}

impl Addresses<'_> {
    /// Returns one of them.
    pub fn example(&self) -> Address {
        let (local, domain) = self.example;
        Address::new(local, Domain::literal(domain))
    }
}

/// A login, and addresses that it is related to.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'k> {
    /// The login.
    pub login: &'k str,
    /// The addresses.
    pub addresses: Addresses<'k>,
    /// The number of the login's class.
    pub class: u32,
    holds: u64,
}

impl Pair<'_> {
    /// Returns which relations hold, and the class of the addresses.
    pub fn relation(&self) -> (u64, u32) {
        (self.holds, self.addresses.class)
    }
}

/// Returns whether a path can have this domain. Tables have other texts where domains stand, such
/// as `error:5.1.1 no such account` in the place of a next hop.
fn can_be_domain(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c) || !c.is_ascii())
}

/// What was found of the names that classes are made of. It is found when it is first asked for:
/// most comparisons find nothing to tell.
#[derive(Debug, Default)]
pub(super) struct MadeOf {
    froms: OnceLock<Keys>,
    /// Of reverse-paths, and of forward-paths.
    class_of: [OnceLock<ClassOf>; 2],
    logins: OnceLock<(Vec<String>, Vec<u32>)>,
}

impl Contrast<'_, '_> {
    fn keys(&self, facet: Facet) -> &Keys {
        if facet == Facet::Sender {
            let froms = &self.made_of.froms;
            froms.get_or_init(|| self.universe.froms())
        } else {
            self.before.keys
        }
    }

    fn class_of(&self, facet: Facet) -> &ClassOf {
        let [senders, recipients] = &self.made_of.class_of;
        let (found, axis) = if facet == Facet::Sender {
            (senders, Axis::From)
        } else {
            (recipients, Axis::To)
        };
        found.get_or_init(|| self.universe.class_of(self.keys(facet), axis))
    }

    /// Visits all addresses of reverse-paths or forward-paths by name, domain by domain; of each
    /// domain the local-parts that no side names come last.
    pub fn each_address<'c>(&'c self, facet: Facet, visit: &mut dyn FnMut(Addresses<'c>)) {
        let (keys, class_of) = (self.keys(facet), self.class_of(facet));
        for (number, name) in keys.domains.iter().enumerate() {
            if !can_be_domain(name) {
                continue;
            }
            let domain = keys.domain(number);
            let mut one = |local: Option<&'c str>, class: Option<u32>| {
                let spelled = local.unwrap_or(&keys.fresh_local);
                if let Some(class) = class {
                    visit(Addresses {
                        local,
                        base: local.and_then(|local| keys.base(local)),
                        domain,
                        class,
                        example: (spelled, name),
                    });
                }
            };
            for (local, whole) in keys.own(name) {
                one(Some(local), class_of.whole(whole));
            }
            for beside in class_of.beside(name) {
                one(Some(keys.local(beside.local)), Some(beside.class));
            }
            one(None, class_of.rest(name));
        }
    }

    /// Visits the pairs of a login and addresses that some relation relates on some side, domain by
    /// domain.
    pub fn each_pair<'c>(&'c self, visit: &mut dyn FnMut(Pair<'c>)) {
        let (keys, class_of) = (self.keys(Facet::Sender), self.class_of(Facet::Sender));
        let (logins, classes) = self.made_of.logins.get_or_init(|| self.universe.logins());
        let names = (logins.as_slice(), classes.as_slice());
        self.universe.each_pair(keys, names, class_of, &mut |one| {
            let (login, class) = one.login;
            let domain = keys.domains.get(one.domain).map_or("", String::as_str);
            visit(Pair {
                login: logins.get(login as usize).map_or("", String::as_str),
                addresses: Addresses {
                    local: one.local,
                    base: one.local.and_then(|local| keys.base(local)),
                    domain: keys.domain(one.domain),
                    class: one.from,
                    example: (one.local.unwrap_or(&keys.fresh_local), domain),
                },
                class,
                holds: one.holds,
            });
        });
    }

    /// Returns what a member of the sender's sets stands for, as [`Pair::relation`] has it.
    pub fn relation(&self, member: u32) -> (u64, u32) {
        let (_, address, _) = self.parts(Facet::Sender, member);
        (self.pattern(Facet::Sender, member), address)
    }

    /// Returns whether the login of a pair owns the addresses, before and after.
    pub fn owns(&self, pair: &Pair<'_>) -> [bool; 2] {
        self.owning.map(|relations| pair.holds & relations != 0)
    }
}
