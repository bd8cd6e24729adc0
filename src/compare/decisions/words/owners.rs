//! Logins and the addresses that are theirs, now or before, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses::Gathered;
use super::lists::{NAMES_MAX, OTHERS};
use super::paths::Is;
use super::{Lists, Words, list};
use crate::mail::Domain;
use crate::prove::{Facet, InDomain, Owned, Region};

/// A login and an address, what that is if it is meant, and whether the login owns it before and
/// after.
type Pair<'k> = (Owned<'k>, Option<Is>, [bool; 2]);

/// So many addresses are named one by one.
const FEW: usize = 2;

/// What logins of a region own.
#[derive(Debug, Default)]
pub(super) struct Owners<'k> {
    /// What is theirs now, and what was; by login.
    changed: BTreeMap<(Is, &'k str), Gathered<'k>>,
    /// The domains of that, each with whether all of it is meant that is theirs now, or was.
    domains: BTreeMap<(Is, InDomain<'k>), bool>,
    /// Whether all that is theirs before and after is meant.
    own: bool,
    /// Whether the region is of one login.
    single: bool,
    /// Whether what is theirs now, or was, is all that is theirs before and after, with an
    /// extension.
    extended: bool,
}

impl<'k> Owners<'k> {
    /// Finds the pairs of a region's logins and the addresses of some relations.
    pub(super) fn of(
        words: &Words<'k, '_, '_>,
        region: &Region,
        relations: &BTreeMap<(u64, u32), Is>,
    ) -> Self {
        let mut owners = Self {
            own: true,
            extended: true,
            ..Self::default()
        };
        if relations.is_empty() {
            return owners;
        }
        let contrast = words.contrast;
        let logins = words.sets.of(Facet::Login, region);
        owners.single = match logins.as_ref() {
            [login] => contrast.login(*login).count == 1,
            _ => false,
        };
        // All of a domain before anything of it is kept: there may be a million of pairs.
        let mut here: Vec<Pair<'k>> = Vec::new();
        let mut domain: Option<InDomain<'k>> = None;
        contrast.each_pair(&mut |pair| {
            if logins.binary_search(&pair.class).is_err() {
                return;
            }
            if domain != Some(pair.addresses.domain) {
                owners.take(&mut here);
                domain = Some(pair.addresses.domain);
            }
            let is = relations.get(&pair.relation()).copied();
            let owns = match is {
                Some(Is::Own) => [true; 2],
                _ => contrast.owns(&pair),
            };
            owners.own &= is == Some(Is::Own) || owns != [true; 2];
            here.push((pair, is.filter(|is| *is != Is::Own), owns));
        });
        owners.take(&mut here);
        owners
    }

    /// Takes the pairs of a domain.
    fn take(&mut self, here: &mut Vec<Pair<'k>>) {
        let with = here.iter().filter(|(_, is, _)| is.is_some());
        let with: BTreeSet<(&str, Option<&str>)> = with
            .map(|(pair, ..)| (pair.login, pair.addresses.base))
            .collect();
        self.extended &= here.iter().all(|(pair, is, _)| match is {
            Some(_) => pair.addresses.base.is_some(),
            None => {
                pair.addresses.base.is_some() || with.contains(&(pair.login, pair.addresses.local))
            }
        });
        let changed = here
            .iter()
            .filter_map(|(pair, is, _)| Some(((*is)?, pair.login)));
        let changed: BTreeSet<(Is, &str)> = changed.collect();
        for (is, login) in changed {
            let gathered = self.changed.entry((is, login)).or_default();
            for (pair, one, _) in here.iter().filter(|(pair, ..)| pair.login == login) {
                gathered.add(&pair.addresses, *one == Some(is));
            }
            gathered.close();
        }
        for (pair, is, owns) in here.drain(..) {
            let (is, meant) = match (is, owns) {
                (Some(is), _) => (is, true),
                (None, [false, true]) => (Is::Granted, false),
                (None, [true, false]) => (Is::Withdrawn, false),
                (None, _) => continue,
            };
            let domain = (is, pair.addresses.domain);
            *self.domains.entry(domain).or_insert(true) &= meant;
        }
    }

    /// Returns the logins that own something now, or did.
    pub(super) fn logins(&self) -> BTreeSet<String> {
        let logins = self.changed.keys().map(|(_, login)| (*login).to_owned());
        logins.collect()
    }

    /// Returns what is theirs before and after.
    pub(super) fn own(&self) -> &'static str {
        if self.own {
            "its own addresses"
        } else {
            "some of its own addresses"
        }
    }

    /// Returns the names of what is theirs now, or was: the addresses, if all of these are of each
    /// login that is named beside them; else with their logins, or in short.
    pub(super) fn names(&self, words: &Words<'_, '_, '_>, is: Is, only_owned: bool) -> Vec<String> {
        if self.extended && self.changed.keys().any(|(one, _)| *one == is) {
            let short = "its own addresses with an extension";
            let (owners, others) = self.owners(words, is);
            words
                .lists
                .keep(short.to_owned(), each_of_logins(&owners, others));
            return vec![short.to_owned()];
        }
        let (owners, others) = self.owners(words, is);
        let whose = if is == Is::Granted { "are now" } else { "were" };
        if !others {
            let are_all = |logins: &BTreeSet<&str>| logins.len() == self.logins().len();
            if self.single || (only_owned && owners.values().all(are_all)) {
                return owners.into_keys().collect();
            }
            if let Some(domains) = self.whole_domains(is, words).filter(|_| owners.len() > FEW) {
                let short = format!("addresses of {domains} that {whose} its own");
                let each = each_of_logins(&owners, others);
                words.lists.keep(short.clone(), each);
                return vec![short];
            }
        }
        let owned = by_logins(words.lists, &owners, others);
        vec![format!("addresses that {whose} its own ({owned})")]
    }

    /// Returns the names of the domains, if all is meant that is theirs now, or was, since the
    /// domains are ours on one side only.
    fn whole_domains(&self, is: Is, words: &Words<'_, '_, '_>) -> Option<String> {
        let [before, after] = words.contrast.policies();
        let is_one_sided = |name: &str| {
            let domain = Domain::literal(name);
            before.domains.contains_key(&domain) != after.domains.contains_key(&domain)
        };
        let domains = self.domains.iter().filter(|((one, _), _)| *one == is);
        let names = domains.map(|((_, domain), whole)| match domain {
            InDomain::Of(name) if *whole && is_one_sided(name) => Some((*name).to_owned()),
            InDomain::Of(_) | InDomain::Below(_) | InDomain::Elsewhere => None,
        });
        let names: Vec<String> = names.collect::<Option<_>>()?;
        Some(words.lists.counted(&names, "or"))
    }

    /// Returns each address that is theirs now, or was, with its logins; and whether there are
    /// others like these.
    fn owners(&self, words: &Words<'_, '_, '_>, is: Is) -> (ByAddress<'k>, bool) {
        let mut others = false;
        let mut owners = ByAddress::new();
        for ((_, login), gathered) in self.changed.iter().filter(|((one, _), _)| *one == is) {
            let (names, more) = gathered.named(words).each();
            others |= more || words.stands_for_others(login);
            for name in names {
                owners.entry(name).or_default().insert(login);
            }
        }
        (owners, others)
    }
}

/// Addresses in words, with the logins whose they are.
type ByAddress<'k> = BTreeMap<String, BTreeSet<&'k str>>;

/// Returns addresses with the logins whose they are, those of the same logins together.
fn by_logins(lists: &Lists, owners: &ByAddress<'_>, others: bool) -> String {
    let all = || each_of_logins(owners, others);
    let mut groups: BTreeMap<&BTreeSet<&str>, Vec<String>> = BTreeMap::new();
    for (name, logins) in owners {
        groups.entry(logins).or_default().push(name.clone());
    }
    let groups = groups.into_iter().map(|(logins, names)| {
        let logins: Vec<String> = logins.iter().map(|login| format!("`{login}`")).collect();
        let [logins, names] = [logins, names].map(|all| lists.counted(&all, "and"));
        format!("{logins}: {names}")
    });
    let more = |rest: usize| {
        if others {
            "and others".to_owned()
        } else {
            format!("and those of {rest} more")
        }
    };
    let groups: Vec<String> = groups.collect();
    let is_whole = groups.len() <= NAMES_MAX;
    let text = lists.parts(groups, all, more);
    if others && is_whole {
        return format!("{text}; and others");
    }
    text
}

/// Returns each address with the logins whose it is.
fn each_of_logins(owners: &ByAddress<'_>, others: bool) -> Vec<String> {
    let each = owners.iter().map(|(name, logins)| {
        let logins: Vec<String> = logins.iter().map(|login| format!("`{login}`")).collect();
        format!("{name} of {}", list(&logins, "and"))
    });
    each.chain(others.then(|| OTHERS.to_owned())).collect()
}
