//! Ways in which mail goes elsewhere, told together: a domain that is renamed moves the mail of
//! each of its recipients in another way.

use std::collections::{BTreeMap, BTreeSet};

use super::super::words::Words;
use super::places::{Place, each, places};
use super::{Shift, Shifted};
use crate::prove::{Region, When};

/// More ways than these that begin or end at the same places are one.
const WAYS_MAX: usize = 2;

/// What is told in one sentence.
pub(super) struct Way<'c> {
    /// The recipients of each shift: all of them begin, or all of them end at the same places.
    pub(super) shifts: BTreeMap<Shift, Shifted<'c>>,
    /// All recipients.
    pub(super) shifted: Shifted<'c>,
    pub(super) whose: Option<Region>,
}

impl<'c> Way<'c> {
    pub(super) fn of(shift: Shift, shifted: Shifted<'c>, whose: Option<Region>) -> Self {
        Self {
            shifts: BTreeMap::from([(shift, shifted.clone())]),
            shifted,
            whose,
        }
    }

    /// Returns where the mail went, and where it goes now; nothing if there is no such place.
    /// Where it goes is told of each recipient: it may be new to somebody.
    pub(super) fn places(&self, words: &Words<'_, '_, '_>) -> [Option<String>; 2] {
        let domain = self.shifted.domain();
        let gone = self.shifts.keys().map(|(gone, _)| gone);
        let gone: BTreeSet<Place> = gone.flatten().cloned().collect();
        let from = (!gone.is_empty()).then(|| places(words.lists, &gone, domain));
        let new: BTreeSet<&BTreeSet<Place>> = self.shifts.keys().map(|(_, new)| new).collect();
        let to = match new.first() {
            Some(one) if new.len() == 1 => {
                (!one.is_empty()).then(|| places(words.lists, one, domain))
            }
            _ => {
                let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for ((_, new), shifted) in &self.shifts {
                    let whose = all
                        .entry(places(words.lists, new, shifted.domain()))
                        .or_default();
                    whose.extend(shifted.each_name(words));
                }
                Some(each(words.lists, &all))
            }
        };
        [from, to]
    }

    /// Returns at which places the mail begins to go elsewhere, and at which it ends.
    fn ends(&self) -> Option<[(When, &BTreeSet<Place>); 2]> {
        let ((gone, new), _) = self.shifts.first_key_value()?;
        let is_both = !gone.is_empty() && !new.is_empty();
        is_both.then_some([(When::Before, gone), (When::After, new)])
    }
}

/// Puts ways together that begin or end at the same places, and are of the same senders' mail, if
/// they are many; those of most first.
pub(super) fn together(ways: Vec<Way<'_>>) -> Vec<Way<'_>> {
    let mut ways = ways;
    let mut done = Vec::new();
    while let Some((whose, when, places)) = most(&ways) {
        let is_here = |way: &Way<'_>| {
            let ends = way.ends().into_iter().flatten();
            way.whose == whose && ends.into_iter().any(|end| end == (when, &places))
        };
        let (here, rest): (Vec<Way<'_>>, Vec<Way<'_>>) = ways.into_iter().partition(is_here);
        ways = rest;
        let mut here = here.into_iter();
        let Some(mut whole) = here.next() else {
            continue;
        };
        for way in here {
            whole.shifts.extend(way.shifts);
            whole.shifted.addresses.extend(way.shifted.addresses);
            whole.shifted.forms.extend(way.shifted.forms);
            whole.shifted.regions.extend(way.shifted.regions);
        }
        done.push(whole);
    }
    done.extend(ways);
    done.sort_by(|a, b| a.shifts.keys().cmp(b.shifts.keys()));
    done
}

/// Returns where most ways begin or end, of whose mail; nothing if these are few.
fn most(ways: &[Way<'_>]) -> Option<(Option<Region>, When, BTreeSet<Place>)> {
    let mut count: BTreeMap<(Option<Region>, When, &BTreeSet<Place>), usize> = BTreeMap::new();
    for way in ways {
        for (when, places) in way.ends().into_iter().flatten() {
            *count.entry((way.whose, when, places)).or_default() += 1;
        }
    }
    let most = count.into_iter().max_by_key(|(key, count)| (*count, *key));
    let ((whose, when, places), count) = most?;
    (count > WAYS_MAX).then(|| (whose, when, places.clone()))
}
