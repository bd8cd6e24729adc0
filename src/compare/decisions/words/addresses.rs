//! Sets of addresses in words.
//!
//! A name that some side has written is shown; what stands for all others never is, since nobody
//! has written it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Among, NAMES_MAX, Words, counted};
use crate::mail::{Address, Domain};
use crate::policy::Policy;
use crate::prove::{Addresses, Facet, InDomain, Standing};

/// Local-parts, each with whether it is that with any extension which nobody has written.
type Locals<'k> = BTreeSet<(&'k str, bool)>;

/// Some of the addresses of a domain, or of the domains that one stands for.
#[derive(Debug, Default)]
struct OfDomain<'k> {
    /// The local-parts that are told apart, of the set and not.
    these: Locals<'k>,
    others: Locals<'k>,
    /// Whether all other local-parts are of the set.
    rest: bool,
    /// Whether it is in no domain of ours, before and after.
    foreign: bool,
}

impl<'k> OfDomain<'k> {
    fn add(&mut self, one: &Addresses<'k>, is_one: bool) {
        let extended = one.base.map(|base| (base, true));
        match extended.or(one.local.map(|local| (local, false))) {
            Some(local) if is_one => self.these.insert(local),
            Some(local) => self.others.insert(local),
            None => {
                self.rest = is_one;
                true
            }
        };
    }

    /// Returns whether the addresses that are not of the set are those that both policies list, and
    /// no other is.
    fn are_those_listed(&self, domain: &str, words: &Words<'_, '_, '_>) -> bool {
        let domain = Domain::literal(domain);
        let is_listed = |(local, _): &(&str, bool), policy: &Policy| {
            policy.is_listed_by_name(&Address::new(local, domain.clone()))
        };
        let policies = words.contrast.policies();
        let mut each = policies.into_iter();
        each.all(|policy| {
            self.others.iter().all(|local| is_listed(local, policy))
                && !self.these.iter().any(|local| is_listed(local, policy))
        })
    }

    /// Adds the names of the set.
    fn names(&self, domain: InDomain<'_>, words: &Words<'_, '_, '_>, names: &mut Named) {
        let place = |local: &str| match domain {
            InDomain::Of(domain) => format!("{local}@{domain}"),
            InDomain::Below(domain) => format!("`{local}` of a domain below {domain}"),
            InDomain::Elsewhere => format!("`{local}` of a domain that is named nowhere"),
        };
        let each = |locals: &Locals<'_>| -> Vec<String> {
            // With an extension and without: then the address says it.
            let shown = locals
                .iter()
                .filter(|(local, any)| !any || !locals.contains(&(*local, false)));
            let name = |(local, any): &(&str, bool)| {
                place(local) + if *any { " with an extension" } else { "" }
            };
            shown.map(name).collect()
        };
        if !self.rest {
            names.single.extend(each(&self.these));
            return;
        }
        let whole = match domain {
            InDomain::Of(domain) => format!("any address of {domain}"),
            InDomain::Below(domain) => format!("any address below {domain}"),
            InDomain::Elsewhere => "any address of a domain that is named nowhere".to_owned(),
        };
        if self.others.is_empty() {
            names.wide.push(whole);
            return;
        }
        if let InDomain::Of(name) = domain
            && self.others.len() > FEW
            && self.are_those_listed(name, words)
        {
            names
                .wide
                .push(format!("{whole} that is not listed by name"));
            return;
        }
        let others = each(&self.others);
        let but = counted(&others, others.len() as u128, "and");
        names.wide.push(format!("{whole} but {but}"));
    }
}

/// So many exceptions are named one by one.
const FEW: usize = 2;

/// The names of a set of addresses.
#[derive(Debug, Default)]
pub(in super::super) struct Named {
    /// Addresses that are named, and whole domains.
    single: Vec<String>,
    wide: Vec<String>,
    /// Whether there are others like some of them, which were left out.
    others: bool,
}

impl Named {
    /// Returns the names in a list, with others that belong there.
    pub(in super::super) fn told(mut self, more: Vec<String>, last: &str) -> String {
        self.single.sort();
        let names = [self.single, self.wide, more].concat();
        let among = Among {
            count: names.len() as u128,
            others: self.others,
        };
        among.told(&names, last)
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.single.is_empty() && self.wide.is_empty()
    }

    /// Returns the names one by one, and whether there are others.
    pub(super) fn each(mut self) -> (Vec<String>, bool) {
        self.single.sort();
        ([self.single, self.wide].concat(), self.others)
    }
}

/// Returns the names of the addresses of some classes, of which a list is made.
pub(super) fn of_classes(
    words: &Words<'_, '_, '_>,
    facet: Facet,
    classes: &BTreeSet<u32>,
) -> Vec<String> {
    let named = named(words, facet, &|one| classes.contains(&one.class));
    let (mut names, others) = named.each();
    if others {
        names.truncate(NAMES_MAX);
        names.push("others".to_owned());
    }
    names
}

/// Returns the names of a set of addresses.
pub(in super::super) fn named(
    words: &Words<'_, '_, '_>,
    facet: Facet,
    is_one: &dyn Fn(&Addresses<'_>) -> bool,
) -> Named {
    let mut gathered = Gathered::default();
    words.contrast.each_address(facet, &mut |one| {
        gathered.add(&one, is_one(&one));
        let standing = words.contrast.standing(facet, one.class);
        gathered.foreign(standing == [Standing::Foreign; 2], is_one(&one));
    });
    gathered.close();
    gathered.named(words)
}

/// Addresses of a set and beside it, as they come, domain by domain.
#[derive(Debug, Default)]
pub(super) struct Gathered<'k> {
    domains: BTreeMap<InDomain<'k>, OfDomain<'k>>,
    /// Names below a domain of which nothing is in the set.
    unnamed: bool,
    /// Whether foreign addresses are of the set, and whether some are not.
    foreign: [bool; 2],
    open: Option<(InDomain<'k>, OfDomain<'k>)>,
}

impl<'k> Gathered<'k> {
    pub(super) fn add(&mut self, one: &Addresses<'k>, is_one: bool) {
        if self
            .open
            .as_ref()
            .is_none_or(|(domain, _)| *domain != one.domain)
        {
            self.close();
            self.open = Some((one.domain, OfDomain::default()));
        }
        if let Some((_, of)) = &mut self.open {
            of.add(one, is_one);
        }
    }

    /// Takes it that the last address is foreign.
    fn foreign(&mut self, is_foreign: bool, is_one: bool) {
        if let Some((_, of)) = &mut self.open {
            of.foreign = is_foreign;
        }
        let [these, others] = &mut self.foreign;
        *these |= is_foreign && is_one;
        *others |= is_foreign && !is_one;
    }

    /// Ends a domain, before names are asked for.
    pub(super) fn close(&mut self) {
        let Some((domain, of)) = self.open.take() else {
            return;
        };
        if of.rest || !of.these.is_empty() {
            self.domains.insert(domain, of);
        } else if !matches!(domain, InDomain::Of(_)) {
            self.unnamed = true;
        }
    }

    pub(super) fn named(&self, words: &Words<'_, '_, '_>) -> Named {
        let mut named = Named::default();
        let all_foreign = self.foreign == [true, false];
        if all_foreign {
            named.wide.push("any foreign address".to_owned());
        }
        let whole = |of: &OfDomain<'_>| of.rest && of.others.is_empty();
        let unnamed = |domain: &InDomain<'_>| !matches!(domain, InDomain::Of(_));
        let mut all = self.domains.iter().filter(|(domain, _)| unnamed(domain));
        // Then no domain need be named of those below which some are.
        let elsewhere = self.domains.contains_key(&InDomain::Elsewhere)
            && !self.unnamed
            && all.all(|(_, of)| whole(of));
        for (domain, of) in &self.domains {
            if all_foreign && of.foreign {
                continue;
            }
            if !elsewhere || !matches!(domain, InDomain::Below(_)) {
                of.names(*domain, words, &mut named);
            }
            if let InDomain::Of(name) = domain {
                named.others |= words.contrast.stands_for_others(&Domain::literal(name));
            }
        }
        named
    }
}
