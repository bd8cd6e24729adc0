//! Sets of addresses in words.
//!
//! A name that some side has written is shown; what stands for all others never is.

use std::collections::{BTreeMap, BTreeSet};

use super::listed::Listed;
use super::lists::OTHERS;
use super::{Lists, Words};
use crate::mail::Domain;
use crate::prove::{Addresses, Facet, InDomain, Standing};

/// Local-parts, each with whether it is that with any extension which nobody has written.
type Locals<'k> = BTreeSet<(&'k str, bool)>;

/// Some of the addresses of a domain, or of the domains that one stands for.
#[derive(Debug, Default)]
struct OfDomain<'k> {
    /// The local-parts that are told apart, of the set and not.
    these: Locals<'k>,
    others: Locals<'k>,
    /// Whether all other local-parts are of the set, and whether they are not.
    rest: bool,
    rest_outside: bool,
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
                self.rest_outside = !is_one;
                true
            }
        };
    }

    /// Returns what of the domain is not of the set, if anything is.
    fn outside(&self) -> Option<Self> {
        (self.rest_outside || !self.others.is_empty()).then(|| Self {
            these: self.others.clone(),
            others: self.these.clone(),
            rest: self.rest_outside,
            rest_outside: self.rest,
            foreign: self.foreign,
        })
    }

    /// Returns how it is said that the addresses which are not of the set are those that are
    /// listed, and no other is; nothing if it is not so.
    fn unlisted(&self, domain: &str, words: &Words<'_, '_, '_>) -> Option<&'static str> {
        let listed = Listed::of(domain, words)?;
        let is_so = self.others.iter().all(|(local, _)| listed.has(local))
            && !self.these.iter().any(|(local, _)| listed.may_have(local));
        is_so.then_some(if listed.was {
            "that was not listed by name"
        } else {
            "that is not listed by name"
        })
    }

    /// Returns how it is said that the set is what is listed of the domain; nothing if it is not.
    fn listed(&self, domain: &str, words: &Words<'_, '_, '_>) -> Option<&'static str> {
        if self.these.len() <= FEW || self.these.iter().any(|(_, is_extended)| *is_extended) {
            return None;
        }
        let listed = Listed::of(domain, words)?;
        let these = self.these.iter().map(|(local, _)| *local).collect();
        listed.is(&these).then_some(if listed.was {
            "that was listed by name"
        } else {
            "that is listed by name"
        })
    }

    /// Returns whether the set is what both policies list of the domain, with an extension.
    fn are_extensions(&self, domain: &str, words: &Words<'_, '_, '_>) -> bool {
        let these: BTreeSet<&str> = self.these.iter().map(|(local, _)| *local).collect();
        if these.len() <= FEW || !self.these.iter().all(|(_, is_extended)| *is_extended) {
            return false;
        }
        Listed::of(domain, words).is_some_and(|listed| !listed.was && listed.is(&these))
    }

    /// Adds the names of the set.
    fn names(&self, domain: InDomain<'_>, words: &Words<'_, '_, '_>, names: &mut Named) {
        let place = |local: &str| match domain {
            InDomain::Of(domain) => format!("{local}@{domain}"),
            InDomain::Below(domain) => format!("`{local}` of a domain below {domain}"),
            InDomain::Elsewhere => format!("`{local}` of any other foreign domain"),
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
            match domain {
                InDomain::Of(name) if self.are_extensions(name, words) => {
                    let all = format!("any listed address of {name} with an extension");
                    words.lists.keep(all.clone(), each(&self.these));
                    names.single.push(all);
                }
                InDomain::Of(name) if let Some(listed) = self.listed(name, words) => {
                    let all = format!("any address of {name} {listed}");
                    words.lists.keep(all.clone(), each(&self.these));
                    names.single.push(all);
                }
                InDomain::Of(_) | InDomain::Below(_) | InDomain::Elsewhere => {
                    names.single.extend(each(&self.these));
                }
            }
            return;
        }
        let whole = match domain {
            InDomain::Of(domain) => format!("any address of {domain}"),
            InDomain::Below(domain) => format!("any address below {domain}"),
            InDomain::Elsewhere => "any address of any other foreign domain".to_owned(),
        };
        if self.others.is_empty() {
            names.wide.push(whole);
            return;
        }
        if let InDomain::Of(name) = domain
            && self.others.len() > FEW
            && let Some(unlisted) = self.unlisted(name, words)
        {
            names.wide.push(format!("{whole} {unlisted}"));
            return;
        }
        let others = each(&self.others);
        let but = words.lists.counted(&others, "and");
        names.wide.push(format!("{whole} but {but}"));
    }
}

/// With these words begins what all foreign addresses are called.
pub(super) const FOREIGN: &str = "any foreign ";

/// What all foreign recipients are called: those with an address literal are among them, or not.
pub(in super::super) fn foreign_recipients(literals: bool) -> &'static str {
    if literals {
        "any foreign recipient"
    } else {
        "any foreign recipient with a domain"
    }
}

/// What those with an address literal are called where other foreign ones are named.
pub(in super::super) const LITERALS: &str = "address literals";

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
    pub(in super::super) fn told(self, lists: &Lists, more: Vec<String>, last: &str) -> String {
        let (mut names, others) = self.each();
        names.extend(more);
        if others {
            return lists.with_others(&names);
        }
        lists.counted(&names, last)
    }

    /// Returns whether most of all foreign addresses are named.
    pub(in super::super) fn has_most_foreign(&self) -> bool {
        self.wide.iter().any(|name| name.starts_with(FOREIGN))
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.single.is_empty() && self.wide.is_empty()
    }

    /// Returns the names one by one; behind those that have others beside them these are named.
    fn all(self) -> Vec<String> {
        let (mut names, others) = self.each();
        names.extend(others.then(|| OTHERS.to_owned()));
        names
    }

    /// Returns the names one by one, and whether there are others.
    pub(in super::super) fn each(mut self) -> (Vec<String>, bool) {
        self.single.sort();
        ([self.single, self.wide].concat(), self.others)
    }
}

/// Returns the names of the addresses of some classes, of which a list is made.
pub(super) fn of_classes(
    words: &Words<'_, '_, '_>,
    (facet, foreign): (Facet, &'static str),
    classes: &BTreeSet<u32>,
) -> Vec<String> {
    named(words, (facet, foreign), &|one| classes.contains(&one.class)).all()
}

/// Returns the names of the domains of some classes; nothing if these have all domains.
pub(super) fn domains_of(
    words: &Words<'_, '_, '_>,
    facet: Facet,
    classes: &BTreeSet<u32>,
) -> Vec<String> {
    let (mut these, mut all) = (BTreeSet::new(), BTreeSet::new());
    words.contrast.each_address(facet, &mut |one| {
        all.insert(one.domain);
        if classes.contains(&one.class) {
            these.insert(one.domain);
        }
    });
    if these == all {
        return Vec::new();
    }
    let is_one = |one: &Addresses<'_>| these.contains(&one.domain);
    let domain = |name: &String| {
        let name = name.trim_start_matches("any address of ");
        let name = name.replace("any address below ", "any domain below ");
        name.replace("those of ", "")
    };
    let named = named(words, (facet, "any foreign domain"), &is_one);
    named.all().iter().map(domain).collect()
}

/// Returns the names of a set of addresses. `foreign` is what all foreign ones are called.
pub(in super::super) fn named(
    words: &Words<'_, '_, '_>,
    (facet, foreign): (Facet, &'static str),
    is_one: &dyn Fn(&Addresses<'_>) -> bool,
) -> Named {
    let mut gathered = Gathered {
        all_foreign: foreign,
        ..Gathered::default()
    };
    words.contrast.each_address(facet, &mut |one| {
        gathered.add(&one, is_one(&one));
        let standing = words.contrast.standing(facet, one.class);
        gathered.foreign(standing == [Standing::Foreign; 2]);
    });
    gathered.close();
    gathered.named(words)
}

/// Addresses of a set and beside it, as they come, domain by domain.
#[derive(Debug, Default)]
pub(super) struct Gathered<'k> {
    domains: BTreeMap<InDomain<'k>, OfDomain<'k>>,
    /// Foreign addresses that are not of the set.
    outside: BTreeMap<InDomain<'k>, OfDomain<'k>>,
    /// What there is of domains below others.
    below: BTreeSet<InDomain<'k>>,
    /// What all foreign addresses are called.
    all_foreign: &'static str,
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
            if matches!(one.domain, InDomain::Below(_)) {
                self.below.insert(one.domain);
            }
        }
        if let Some((_, of)) = &mut self.open {
            of.add(one, is_one);
        }
    }

    /// Says whether the domain of the last address is foreign.
    fn foreign(&mut self, is_foreign: bool) {
        if let Some((_, of)) = &mut self.open {
            of.foreign = is_foreign;
        }
    }

    /// Ends a domain, before names are asked for.
    pub(super) fn close(&mut self) {
        let Some((domain, of)) = self.open.take() else {
            return;
        };
        if let Some(outside) = of.outside().filter(|of| of.foreign) {
            self.outside.insert(domain, outside);
        }
        if of.rest || !of.these.is_empty() {
            self.domains.insert(domain, of);
        }
    }

    /// Returns the name of the foreign addresses of the set, if they are most of all there are: not
    /// only such whose domains some table names.
    fn most_foreign(&self, words: &Words<'_, '_, '_>) -> Option<String> {
        let elsewhere = self.domains.get(&InDomain::Elsewhere);
        if !elsewhere.is_some_and(|of| of.foreign && of.rest) {
            return None;
        }
        let mut but = Named::default();
        for (domain, of) in &self.outside {
            if self.is_said(&self.outside, *domain, of) {
                continue;
            }
            of.names(*domain, words, &mut but);
        }
        if but.is_empty() {
            return Some(self.all_foreign.to_owned());
        }
        let (names, _) = but.each();
        let names: Vec<String> = names.iter().map(|name| exception(name)).collect();
        let but = words.lists.counted(&names, "and");
        Some(format!("{} but {but}", self.all_foreign))
    }

    /// Returns the names of what lies below a domain that is meant, and is not meant.
    fn not_meant_below(&self, domain: InDomain<'k>, words: &Words<'_, '_, '_>) -> Vec<String> {
        let mut but = Named::default();
        if matches!(domain, InDomain::Below(_)) {
            for (one, of) in &self.outside {
                if one.around(|one| self.below.contains(&one)) == Some(domain) {
                    of.names(*one, words, &mut but);
                }
            }
        }
        let (names, _) = but.each();
        names.iter().map(|name| exception(name)).collect()
    }

    /// Returns whether all of a domain is meant where all below another is, in which it lies: which
    /// names tables have besides is not told.
    fn is_said(
        &self,
        all: &BTreeMap<InDomain<'k>, OfDomain<'k>>,
        one: InDomain<'k>,
        of: &OfDomain<'k>,
    ) -> bool {
        let around = one.around(|one| self.below.contains(&one));
        let around = around.and_then(|one| all.get(&one));
        let is_whole = |of: &OfDomain<'_>| of.rest && of.others.is_empty();
        is_whole(of)
            && around.is_some_and(|around| is_whole(around) && around.foreign == of.foreign)
    }

    pub(super) fn named(&self, words: &Words<'_, '_, '_>) -> Named {
        let mut named = Named::default();
        let most = self.most_foreign(words);
        let is_told = most.is_some();
        named.wide.extend(most);
        for (domain, of) in &self.domains {
            if (is_told && of.foreign) || self.is_said(&self.domains, *domain, of) {
                continue;
            }
            of.names(*domain, words, &mut named);
            if of.rest && of.others.is_empty() {
                let but = self.not_meant_below(*domain, words);
                if let Some(name) = named.wide.last_mut().filter(|_| !but.is_empty()) {
                    *name = format!("{name} but {}", words.lists.counted(&but, "and"));
                }
            }
            if let InDomain::Of(name) = domain {
                named.others |= words.contrast.stands_for_others(&Domain::literal(name));
            }
        }
        named
    }
}

/// Returns the name of a set as an exception of a larger one.
fn exception(name: &str) -> String {
    match name.strip_prefix("any address ") {
        Some(rest) => {
            let rest = rest.replace(" but ", " other than ");
            let rest = rest.replace(" that is ", " that are ");
            format!("those {}", rest.replace(" that was ", " that were "))
        }
        None => name.to_owned(),
    }
}
