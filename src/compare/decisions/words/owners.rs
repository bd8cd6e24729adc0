//! Logins and the addresses that are theirs, now or before, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses::Gathered;
use super::paths::Is;
use super::{Among, Words};
use crate::prove::{Facet, InDomain, Owned, Region};

/// What logins of a region own.
#[derive(Debug, Default)]
pub(super) struct Owners<'k> {
    /// What is theirs now, and what was; by login.
    changed: BTreeMap<(Is, &'k str), Gathered<'k>>,
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
        let mut here: Vec<(Owned<'k>, Option<Is>)> = Vec::new();
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
            owners.own &= is == Some(Is::Own) || contrast.owns(&pair) != [true; 2];
            here.push((pair, is.filter(|is| *is != Is::Own)));
        });
        owners.take(&mut here);
        owners
    }

    /// Takes the pairs of a domain.
    fn take(&mut self, here: &mut Vec<(Owned<'k>, Option<Is>)>) {
        let with = here.iter().filter(|(_, is)| is.is_some());
        let with: BTreeSet<(&str, Option<&str>)> = with
            .map(|(pair, _)| (pair.login, pair.addresses.base))
            .collect();
        self.extended &= here.iter().all(|(pair, is)| match is {
            Some(_) => pair.addresses.base.is_some(),
            None => {
                pair.addresses.base.is_some() || with.contains(&(pair.login, pair.addresses.local))
            }
        });
        let changed = here
            .iter()
            .filter_map(|(pair, is)| Some(((*is)?, pair.login)));
        let changed: BTreeSet<(Is, &str)> = changed.collect();
        for (is, login) in changed {
            let gathered = self.changed.entry((is, login)).or_default();
            for (pair, one) in here.iter().filter(|(pair, _)| pair.login == login) {
                gathered.add(&pair.addresses, *one == Some(is));
            }
            gathered.close();
        }
        here.clear();
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

    /// Returns the names of what is theirs now, or was. Of one login these are the addresses; of
    /// more each is named with its login.
    pub(super) fn names(&self, words: &Words<'_, '_, '_>, is: Is, only_owned: bool) -> Vec<String> {
        if self.extended && self.changed.keys().any(|(one, _)| *one == is) {
            return vec!["its own addresses with an extension".to_owned()];
        }
        let changed = self.changed.iter().filter(|((one, _), _)| *one == is);
        let each = changed.map(|((_, login), gathered)| {
            let (names, others) = gathered.named(words).each();
            let others = others || words.stands_for_others(login);
            (*login, names, others)
        });
        let each: Vec<(&str, Vec<String>, bool)> = each.collect();
        let others = each.iter().any(|(_, _, others)| *others);
        if !others && (self.single || (only_owned && self.logins().len() == 1)) {
            return each.into_iter().flat_map(|(_, names, _)| names).collect();
        }
        let pairs = each.iter().flat_map(|(login, names, _)| {
            let pair = move |name| format!("`{login}`: {name}");
            names.iter().map(pair)
        });
        let pairs: Vec<String> = pairs.collect();
        let count = pairs.len() as u128;
        let pairs = Among { count, others }.told(&pairs, "and");
        let whose = if is == Is::Granted { "are now" } else { "were" };
        vec![format!("addresses that {whose} its own ({pairs})")]
    }
}
