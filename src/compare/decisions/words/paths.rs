//! Senders and recipients in words.
//!
//! Sentences speak of paths as everybody writes them, `local@domain` and the null reverse-path.
//! Other spellings are named only where no such path is among them.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses;
use super::owners::Owners;
use super::{Words, list};
use crate::mail::PathForm;
use crate::prove::{Facet, PathClass, Region, Standing};

/// What a path is to a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Is {
    Null,
    /// The login owns it before and after.
    Own,
    /// The login owns it now.
    Granted,
    /// The login owned it.
    Withdrawn,
    Postmaster,
    Foreign,
    Listed,
    Unlisted,
    Delivery,
    /// Was none of ours, and is now: a recipient, or in a domain of ours.
    New,
    /// Is ours no longer.
    Gone,
    /// Another spelling.
    Odd,
}

impl Is {
    fn of(words: &Words<'_, '_, '_>, facet: Facet, path: &PathClass) -> Self {
        let forms = &path.forms;
        if forms.contains(&PathForm::Null) && facet == Facet::Sender {
            return Self::Null;
        }
        if !forms.contains(&PathForm::Plain) {
            let postmaster = forms.contains(&PathForm::BarePostmaster);
            return if postmaster && facet == Facet::Recipient {
                Self::Postmaster
            } else {
                Self::Odd
            };
        }
        let [before, after] = words.contrast.standing(facet, path.address);
        match (before, after) {
            (Standing::Foreign, Standing::Foreign) => Self::Foreign,
            (Standing::Listed, Standing::Listed) => Self::Listed,
            (Standing::Unlisted, Standing::Unlisted) => Self::Unlisted,
            (Standing::Delivery, _) | (_, Standing::Delivery) => Self::Delivery,
            (Standing::Listed, _) | (Standing::Unlisted, Standing::Foreign) => Self::Gone,
            (_, Standing::Listed) | (Standing::Foreign, Standing::Unlisted) => Self::New,
        }
    }

    /// Returns whether a sentence names it only where there is nothing else: other spellings, and
    /// addresses that only delivery uses.
    fn is_odd(self) -> bool {
        matches!(self, Self::Odd | Self::Delivery)
    }
}

/// What a region holds of one kind of path.
struct Held {
    is: Is,
    /// Whether it holds all there are; but for those that the login owns, if it says so.
    all: bool,
    but_own: bool,
    /// The classes of addresses.
    classes: BTreeSet<u32>,
    /// Of those that the login owns: what relates them.
    relations: BTreeSet<(u64, u32)>,
}

impl Held {
    fn is_here(&self) -> bool {
        !self.classes.is_empty() || !self.relations.is_empty()
    }
}

/// The members of a facet that differ only in whether the login owns the address: how many are
/// inside the region, and how many there are.
#[derive(Default)]
struct Owned {
    own: [u32; 2],
    other: [u32; 2],
    /// Those that it owns, by when.
    since: BTreeMap<Is, Vec<(u64, u32)>>,
}

fn held(words: &Words<'_, '_, '_>, facet: Facet, region: &Region) -> Vec<Held> {
    let inside = words.sets.of(facet, region);
    let logins = words.sets.of(Facet::Login, region);
    let mut paths: BTreeMap<(Is, Vec<PathForm>, u32), Owned> = BTreeMap::new();
    // By the relations that a member stands for.
    let mut owners: BTreeMap<u32, u128> = BTreeMap::new();
    let all = 0..words.contrast.size(facet);
    for member in all.filter(|member| words.contrast.is_there(facet, *member)) {
        let path = words.contrast.path(facet, member);
        let is = Is::of(words, facet, &path);
        let here = inside.binary_search(&member).is_ok();
        // What none of the logins can own is in the product, and means nothing.
        if path.owned != [false, false] {
            let owners = owners.entry(words.contrast.related_of(facet, member));
            let count = owners.or_insert_with(|| words.contrast.owners(member, &logins));
            if *count == 0 {
                continue;
            }
        }
        let owned = paths.entry((is, path.forms, path.address)).or_default();
        let since = match path.owned {
            [false, false] => None,
            [true, true] => Some(Is::Own),
            [false, true] => Some(Is::Granted),
            [true, false] => Some(Is::Withdrawn),
        };
        let [found, all] = if since.is_none() {
            &mut owned.other
        } else {
            &mut owned.own
        };
        *found += u32::from(here);
        *all += 1;
        if let Some(since) = since.filter(|_| here) {
            let relation = words.contrast.relation(member);
            owned.since.entry(since).or_default().push(relation);
        }
    }
    let mut kinds: BTreeMap<Is, Held> = BTreeMap::new();
    for ((is, _, class), owned) in paths {
        let ([own, owns], [other, others]) = (owned.own, owned.other);
        // Of other spellings sentences say no more than that they are there.
        let usual = !matches!(is, Is::Null | Is::Postmaster | Is::Odd);
        if usual && own > 0 && other == 0 && others > 0 {
            for (since, relations) in owned.since {
                hold(&mut kinds, since, true).relations.extend(relations);
            }
            hold(&mut kinds, is, false);
        } else {
            let all = other == others && (own == owns || own == 0);
            let kind = hold(&mut kinds, is, all && (own == owns || others > 0));
            kind.but_own |= own < owns && other > 0;
            if own > 0 || other > 0 {
                kind.classes.insert(class);
            }
        }
    }
    kinds.into_values().collect()
}

fn hold(kinds: &mut BTreeMap<Is, Held>, is: Is, all: bool) -> &mut Held {
    let kind = kinds.entry(is).or_insert(Held {
        is,
        all: true,
        but_own: false,
        classes: BTreeSet::new(),
        relations: BTreeSet::new(),
    });
    kind.all &= all;
    kind
}

/// As whom the senders of a region send.
#[derive(Debug, Default)]
pub(super) struct Senders {
    /// In words; empty if it is anybody.
    pub(super) text: String,
    /// The logins, if only those are meant that own what is named.
    pub(super) logins: Option<BTreeSet<String>>,
}

/// Returns as whom the senders of a region send.
pub(super) fn senders(words: &Words<'_, '_, '_>, region: &Region) -> Senders {
    let kinds = held(words, Facet::Sender, region);
    let usual = |kind: &&Held| kind.is != Is::Odd;
    let whole = |kind: &Held| kind.all && !kind.but_own;
    if kinds.iter().filter(usual).all(whole) {
        return Senders::default();
    }
    let but_null = |kind: &Held| whole(kind) != (kind.is == Is::Null);
    let here = || kinds.iter().filter(|kind| kind.is_here());
    let says = |text: String| Senders { text, logins: None };
    if !here().any(|kind| kind.is == Is::Null) && kinds.iter().filter(usual).all(but_null) {
        return says("as any sender but the null one".to_owned());
    }
    let related = |is: Is| here().filter(move |kind| kind.is == is);
    let relations = [Is::Own, Is::Granted, Is::Withdrawn]
        .into_iter()
        .flat_map(|is| {
            related(is).flat_map(move |kind| kind.relations.iter().map(move |one| (*one, is)))
        });
    let owners = Owners::of(words, region, &relations.collect());
    let owned = |kind: &Held| matches!(kind.is, Is::Granted | Is::Withdrawn);
    let only_owned = here().filter(usual).count() > 0 && here().filter(usual).all(owned);
    let names = sender_names(words, &kinds, &owners, only_owned);
    if names.is_empty() {
        let forms = forms(words, Facet::Sender, region);
        return says(format!("as senders written {forms}"));
    }
    Senders {
        text: format!("as {}", words.lists.counted(&names, "or")),
        logins: only_owned.then(|| owners.logins()),
    }
}

/// Returns the names of senders. `only_owned` says that none are meant but such as logins own.
fn sender_names(
    words: &Words<'_, '_, '_>,
    kinds: &[Held],
    owners: &Owners<'_>,
    only_owned: bool,
) -> Vec<String> {
    let others = |kind: &&Held| matches!(kind.is, Is::Foreign | Is::Unlisted);
    let mut not_own = kinds.iter().filter(others);
    let not_own = not_own.clone().count() > 1 && not_own.all(|kind| kind.all && kind.but_own);
    let mut names = Vec::new();
    if not_own {
        names.push("addresses that the login does not own".to_owned());
    }
    for kind in kinds.iter().filter(|kind| kind.is_here()) {
        match (kind.is, kind.all) {
            (Is::Null, _) => names.push("the null sender".to_owned()),
            (Is::Own, _) => names.push(owners.own().to_owned()),
            (Is::Granted | Is::Withdrawn, _) => {
                names.extend(owners.names(words, kind.is, only_owned));
            }
            (Is::Foreign | Is::Unlisted, true) if not_own => {}
            (Is::Foreign | Is::Unlisted, true) => {
                let which = if kind.is == Is::Foreign {
                    "foreign addresses"
                } else {
                    "addresses in our domains"
                };
                let but = if kind.but_own {
                    " that the login does not own"
                } else {
                    ""
                };
                names.push(format!("{which}{but}"));
            }
            (Is::Odd | Is::Postmaster, _) => {}
            _ => {
                let which = (Facet::Sender, "any foreign address");
                names.extend(addresses::of_classes(words, which, &kind.classes));
            }
        }
    }
    names
}

/// Returns to whom a region's mail is.
pub(super) fn recipients(words: &Words<'_, '_, '_>, region: &Region) -> String {
    let kinds = held(words, Facet::Recipient, region);
    let full = |is: Is| kinds.iter().any(|kind| kind.is == is && kind.all);
    let some: Vec<&Held> = kinds.iter().filter(|kind| kind.is_here()).collect();
    let literals = has_literals(words, region);
    let foreign = addresses::foreign_recipients(literals);
    let mut names = Vec::new();
    match (full(Is::Foreign), full(Is::Listed)) {
        (true, true) if literals => names.push("any foreign or listed recipient".to_owned()),
        (is_foreign, is_listed) => {
            names.extend(is_listed.then(|| "any listed recipient".to_owned()));
            names.extend(is_foreign.then(|| foreign.to_owned()));
        }
    }
    for kind in &some {
        match kind.is {
            Is::Foreign | Is::Listed if kind.all => {}
            Is::New | Is::Gone if full(Is::Listed) && kind.all => {}
            Is::Unlisted if kind.all => names.push("any unlisted recipient".to_owned()),
            Is::Odd | Is::Null | Is::Own | Is::Granted | Is::Withdrawn => {}
            Is::Postmaster if some.len() > 1 => {}
            Is::Delivery if some.iter().any(|kind| !kind.is.is_odd()) => {}
            Is::Delivery => names.push("any address of the delivery domain".to_owned()),
            Is::Postmaster => names.push("postmaster without a domain".to_owned()),
            Is::Foreign | Is::Listed | Is::Unlisted | Is::New | Is::Gone => {
                let which = (Facet::Recipient, foreign);
                names.extend(addresses::of_classes(words, which, &kind.classes));
            }
        }
    }
    if names.is_empty() {
        return format!("to {}", odd_recipients(words, region));
    }
    let has_foreign = names
        .iter()
        .any(|name| name.starts_with(addresses::FOREIGN));
    if literals && !has_foreign {
        names.push(addresses::LITERALS.to_owned());
    }
    format!("to {}", words.lists.counted(&names, "or"))
}

/// Returns whether there is no recipient that a sentence would name, and that a region has not.
pub(super) fn are_anybody(words: &Words<'_, '_, '_>, region: &Region) -> bool {
    let kinds = held(words, Facet::Recipient, region);
    let mut kinds = kinds.iter().filter(|kind| !kind.is.is_odd());
    kinds.all(|kind| kind.all && !kind.but_own)
}

/// Returns whether all recipients of a region are such as are named only where there is no other.
pub(super) fn are_odd(words: &Words<'_, '_, '_>, region: &Region) -> bool {
    let members = words.sets.of(Facet::Recipient, region);
    members.iter().all(|member| {
        let path = words.contrast.path(Facet::Recipient, *member);
        Is::of(words, Facet::Recipient, &path).is_odd()
    })
}

/// Returns whether a region has recipients with an address literal. They have no domain: their
/// addresses are none that anybody names.
fn has_literals(words: &Words<'_, '_, '_>, region: &Region) -> bool {
    let members = words.sets.of(Facet::Recipient, region);
    members.iter().any(|member| {
        let path = words.contrast.path(Facet::Recipient, *member);
        path.forms.contains(&PathForm::Literal)
            && words.contrast.is_anybody(Facet::Recipient, *member)
    })
}

/// Returns the recipients of a region by how they are written, none of them as everybody does:
/// those that have no domain which anybody could name, and the others by their domains.
fn odd_recipients(words: &Words<'_, '_, '_>, region: &Region) -> String {
    let members = words.sets.of(Facet::Recipient, region);
    let mut classes: BTreeSet<u32> = BTreeSet::new();
    // Without a domain, and with one.
    let mut forms: [BTreeSet<PathForm>; 2] = Default::default();
    let [without, with] = &mut forms;
    for member in members.iter() {
        let path = words.contrast.path(Facet::Recipient, *member);
        for form in path.forms {
            if form.has_domain() {
                classes.insert(path.address);
                with.insert(form);
            } else {
                without.insert(form);
            }
        }
    }
    let domains = addresses::domains_of(words, Facet::Recipient, &classes);
    let written = |forms: &BTreeSet<PathForm>| {
        let forms: Vec<String> = forms.iter().map(ToString::to_string).collect();
        list(&forms, "or")
    };
    if domains.is_empty() {
        let all: BTreeSet<PathForm> = forms.into_iter().flatten().collect();
        return format!("recipients written {}", written(&all));
    }
    let domains = words.lists.counted(&domains, "or");
    let [without, with] = forms.each_ref().map(written);
    if without.is_empty() {
        return format!("recipients written {with} at {domains}");
    }
    format!("recipients written {without}, or written {with} at {domains}")
}

/// Returns the forms of a region's paths: none of them is the usual one.
fn forms(words: &Words<'_, '_, '_>, facet: Facet, region: &Region) -> String {
    let members = words.sets.of(facet, region);
    let forms: BTreeSet<PathForm> = members
        .iter()
        .flat_map(|member| words.contrast.path(facet, *member).forms)
        .collect();
    let forms: Vec<String> = forms.iter().map(ToString::to_string).collect();
    list(&forms, "or")
}
