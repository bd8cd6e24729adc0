//! Senders and recipients in words.
//!
//! Sentences speak of paths as everybody writes them, `local@domain` and the null reverse-path.
//! Other spellings are named only where no such path is among them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Among, Words, counted, list};
use crate::mail::{Address, PathForm};
use crate::prove::{Facet, PathClass, Region, Standing};

/// What a path is to a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Is {
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
}

/// What a region holds of one kind of path.
struct Held {
    is: Is,
    /// Whether it holds all there are; but for those that the login owns, if it says so.
    all: bool,
    but_own: bool,
    /// The classes of addresses.
    classes: BTreeSet<u32>,
}

/// The members of a facet that differ only in whether the login owns the address: how many are
/// inside the region, and how many there are.
#[derive(Default)]
struct Owned {
    own: [u32; 2],
    other: [u32; 2],
    /// Those that it owns, by when; a member of each.
    since: BTreeMap<Is, u32>,
}

fn held(words: &Words<'_, '_, '_>, facet: Facet, region: &Region) -> Vec<Held> {
    let inside = words.sets.of(facet, region);
    let logins = words.sets.of(Facet::Login, region);
    let mut paths: BTreeMap<(Is, Vec<PathForm>, u32), Owned> = BTreeMap::new();
    // By the relations that a member stands for.
    let mut owners: BTreeMap<u32, u128> = BTreeMap::new();
    for member in 0..words.contrast.size(facet) {
        let path = words.contrast.path(facet, member);
        let is = Is::of(words, facet, &path);
        let here = inside.binary_search(&member).is_ok();
        // What none of the logins can own is in the product, and means nothing.
        if path.owned != [false, false] {
            let owners = owners.entry(words.contrast.related_of(facet, member));
            let count = owners.or_insert_with(|| words.contrast.owners(member, &logins).1);
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
            owned.since.insert(since, member);
        }
    }
    let mut kinds: BTreeMap<Is, Held> = BTreeMap::new();
    for ((is, _, class), owned) in paths {
        let ([own, owns], [other, others]) = (owned.own, owned.other);
        if own > 0 && other == 0 && others > 0 {
            for (since, member) in owned.since {
                hold(&mut kinds, since, true).classes.insert(member);
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
    });
    kind.all &= all;
    kind
}

/// Returns as whom the senders of a region send; nothing if it is anybody.
pub(super) fn senders(words: &Words<'_, '_, '_>, region: &Region) -> String {
    let kinds = held(words, Facet::Sender, region);
    let usual = |kind: &&Held| kind.is != Is::Odd;
    let whole = |kind: &Held| kind.all && !kind.but_own;
    if kinds.iter().filter(usual).all(whole) {
        return String::new();
    }
    let but_null = |kind: &Held| whole(kind) != (kind.is == Is::Null);
    let is_here = |is: Is| {
        let mut kinds = kinds.iter();
        kinds.any(|kind| kind.is == is && !kind.classes.is_empty())
    };
    if !is_here(Is::Null) && kinds.iter().filter(usual).all(but_null) {
        return "as any sender but the null one".to_owned();
    }
    let others = |kind: &&Held| matches!(kind.is, Is::Foreign | Is::Unlisted);
    let mut not_own = kinds.iter().filter(others);
    let not_own = not_own.clone().count() > 1 && not_own.all(|kind| kind.all && kind.but_own);
    let mut names = Vec::new();
    if not_own {
        names.push("addresses that are not its own".to_owned());
    }
    for kind in kinds.iter().filter(|kind| !kind.classes.is_empty()) {
        match (kind.is, kind.all) {
            (Is::Null, _) => names.push("the null sender".to_owned()),
            (Is::Own, _) => names.push("its own addresses".to_owned()),
            (Is::Granted, _) => {
                names.push(format!(
                    "addresses that are now its own {}",
                    owners(words, region, kind)
                ));
            }
            (Is::Withdrawn, _) => {
                names.push(format!(
                    "addresses that were its own {}",
                    owners(words, region, kind)
                ));
            }
            (Is::Foreign | Is::Unlisted, true) if not_own => {}
            (Is::Foreign, true) => names.push("foreign addresses".to_owned()),
            (Is::Unlisted, true) => names.push("addresses in our domains".to_owned()),
            (Is::Gone | Is::New, true) => {
                names.push(format!("addresses of {}", domains(words, &kind.classes)));
            }
            (Is::Odd | Is::Postmaster, _) => {}
            _ => names.push(addresses(words, Facet::Sender, &kind.classes)),
        }
    }
    if names.is_empty() {
        return format!("as senders written {}", forms(words, Facet::Sender, region));
    }
    format!("as {}", list(&names, "or"))
}

/// Returns who owns the addresses of a kind: the first pairs, and how many more.
fn owners(words: &Words<'_, '_, '_>, region: &Region, kind: &Held) -> String {
    let logins = words.sets.of(Facet::Login, region);
    let (mut names, mut count, mut others) = (BTreeSet::new(), 0_u128, false);
    let mut seen = BTreeSet::new();
    for member in &kind.classes {
        let (pairs, all) = words.contrast.owners(*member, &logins);
        if seen.insert(pairs.clone()) {
            count = count.saturating_add(all);
            let mut domains = pairs.iter().map(|(_, address)| address.domain());
            others |= domains.any(|domain| words.contrast.stands_for_others(domain));
            names.extend(
                pairs
                    .iter()
                    .map(|(login, address)| format!("`{login}`: {address}")),
            );
        }
    }
    let names: Vec<String> = names.into_iter().collect();
    format!("({})", Among { count, others }.told(&names, "and"))
}

/// Returns to whom a region's mail is.
pub(super) fn recipients(words: &Words<'_, '_, '_>, region: &Region) -> String {
    let kinds = held(words, Facet::Recipient, region);
    let full = |is: Is| kinds.iter().any(|kind| kind.is == is && kind.all);
    let some: Vec<&Held> = kinds
        .iter()
        .filter(|kind| !kind.classes.is_empty())
        .collect();
    let mut names = Vec::new();
    match (full(Is::Foreign), full(Is::Listed)) {
        (true, true) => names.push("any foreign or listed recipient".to_owned()),
        (true, false) => names.push("any foreign recipient".to_owned()),
        (false, true) => names.push("any listed recipient".to_owned()),
        (false, false) => {}
    }
    for kind in &some {
        match kind.is {
            Is::Foreign | Is::Listed if kind.all => {}
            Is::New | Is::Gone if full(Is::Listed) && kind.all => {}
            Is::Unlisted if kind.all => names.push("any unlisted recipient".to_owned()),
            Is::Odd | Is::Null | Is::Own | Is::Granted | Is::Withdrawn => {}
            Is::Postmaster if some.len() > 1 => {}
            Is::Postmaster => names.push("postmaster without a domain".to_owned()),
            Is::Foreign | Is::Listed | Is::Unlisted | Is::Delivery | Is::New | Is::Gone => {
                names.push(addresses(words, Facet::Recipient, &kind.classes));
            }
        }
    }
    if names.is_empty() {
        let forms = forms(words, Facet::Recipient, region);
        return format!("to recipients written {forms}");
    }
    format!("to {}", list(&names, "or"))
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

/// Returns the addresses of some classes: the first, and how many more.
fn addresses(words: &Words<'_, '_, '_>, facet: Facet, classes: &BTreeSet<u32>) -> String {
    let (mut names, mut unnamed, mut others) = (BTreeSet::new(), 0_u128, false);
    let (mut singles, mut rests) = (Vec::new(), BTreeSet::new());
    for class in classes {
        let class = words.contrast.addresses(facet, *class);
        unnamed = unnamed.saturating_add(class.count);
        for (address, stands_for) in class.members {
            unnamed = unnamed.saturating_sub(stands_for);
            others |= words.contrast.stands_for_others(address.domain());
            // The rest of a domain is one name, however many it stands for.
            if stands_for > 1 {
                rests.insert(address.domain().clone());
            } else {
                singles.push(address);
            }
        }
    }
    names.extend(
        rests
            .iter()
            .map(|domain| format!("other addresses of {domain}")),
    );
    singles.retain(|address| !rests.contains(address.domain()));
    names.extend(singles.iter().map(ToString::to_string));
    let names: Vec<String> = names.into_iter().collect();
    let count = unnamed.saturating_add(names.len() as u128);
    Among { count, others }.told(&names, "or")
}

/// Returns the domains of some classes.
fn domains(words: &Words<'_, '_, '_>, classes: &BTreeSet<u32>) -> String {
    let members = classes
        .iter()
        .flat_map(|class| words.contrast.addresses(Facet::Sender, *class).members);
    let domain = |(address, _): (Address, u128)| address.domain().to_string();
    let names: BTreeSet<String> = members.map(domain).collect();
    let names: Vec<String> = names.into_iter().collect();
    counted(&names, names.len() as u128, "or")
}
