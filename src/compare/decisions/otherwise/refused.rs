//! What is refused on both sides, with another reply.

use std::collections::BTreeMap;

use super::super::merge::{All, Piece, merge};
use super::super::replies::{Instead, is, is_taken};
use super::super::sentences::{Told, told};
use super::super::words::Words;
use super::super::{Between, Change, Kind};
use super::{Group, together};
use crate::prove::{Contrast, Facet, Pair, Said, Sets};

/// Sentences about the same replies are at most this many: else one names whom it is about in
/// part.
const SENTENCES_MAX: usize = 2;

/// Sentences about refused mail are at most this many: else those of the same listeners are one,
/// and if these are still as many, all are. Nobody is let in by any of them.
const REFUSED_MAX: usize = 4;

/// Refused mail, and its replies.
struct Refused {
    instead: Instead,
    group: Group,
}

/// Returns the sentences about refused mail that gets another reply: one for each reply that
/// stands where others did, or others where it did, if these are few.
pub(super) fn sentences(
    contrast: &Contrast<'_, '_>,
    near: &All,
    refused: BTreeMap<(Said, Said), Vec<Piece>>,
    between: &Between,
    sets: &mut Sets,
) -> Vec<Change> {
    let mut all: Vec<Refused> = Vec::new();
    for (instead, pieces) in Instead::each(refused) {
        let pieces = merge(pieces, sets);
        let fits = |pair: &Pair| instead.is_true_of(pair);
        let groups = together(contrast, near, pieces, &fits, sets);
        let groups = few(contrast, groups, sets).into_iter();
        all.extend(groups.map(|group| Refused {
            instead: instead.clone(),
            group,
        }));
    }
    if all.len() > REFUSED_MAX {
        all = by(|one| one.group.named.get(Facet::Session), all, sets);
    }
    if all.len() > REFUSED_MAX {
        all = by(|_| 0, all, sets);
    }
    let sentence = |one: Refused| sentence(contrast, near, one, between, sets);
    all.into_iter().map(sentence).collect()
}

/// Puts those together of which this is the same.
fn by(key: impl Fn(&Refused) -> u32, all: Vec<Refused>, sets: &mut Sets) -> Vec<Refused> {
    let mut groups: BTreeMap<u32, Vec<Refused>> = BTreeMap::new();
    for one in all {
        groups.entry(key(&one)).or_default().push(one);
    }
    let whole = groups.into_values().filter_map(|all| {
        let (replies, groups): (Vec<Instead>, Vec<Group>) =
            all.into_iter().map(|one| (one.instead, one.group)).unzip();
        let group = Group::whole(groups, sets)?;
        let instead = Instead::all(replies);
        Some(Refused { instead, group })
    });
    whole.collect()
}

/// Returns the sentence about refused mail that gets another reply.
fn sentence(
    contrast: &Contrast<'_, '_>,
    near: &All,
    Refused { instead, group }: Refused,
    between: &Between,
    sets: &Sets,
) -> Change {
    let Group { named, pieces } = group;
    let any = |such: &(dyn Fn(&Pair) -> bool + Sync)| near.any(contrast, &named, sets, such);
    let is_part = any(&|pair| !instead.is_true_of(pair));
    let (is_taken, is_so) = (any(&is_taken), any(&|pair| instead.stays(pair)));
    let instead = instead.of_those(&|pair| any(&|other| is(pair, other)));
    let of = match (is_part, is_taken) {
        (true, _) => "some refused mail of",
        (false, true) => "refused mail of",
        (false, false) => "mail of",
    };
    let (whom, lists) = Words::concerned(contrast, &named, sets);
    let manner = instead.manner(between);
    let so = if is_so {
        between.some_so()
    } else {
        String::new()
    };
    let told_of = Told {
        kind: Kind::Otherwise,
        sentence: format!("{manner}: {of} {whom}"),
        lists,
        before: instead.replies.before() + &so,
        after: instead.replies.after(),
        accepted: [false; 2],
        whole: !is_part && !is_taken,
    };
    told(contrast, told_of, named, pieces, sets)
}

/// Puts groups together if they are too many; and all of recipients that are not written as
/// everybody does, which nobody wants to read twice of.
fn few(contrast: &Contrast<'_, '_>, groups: Vec<Group>, sets: &mut Sets) -> Vec<Group> {
    let is_odd = |group: &Group| Words::are_odd(contrast, &group.named, sets);
    let (mut odd, mut usual): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(is_odd);
    if usual.len() > SENTENCES_MAX {
        usual.append(&mut odd);
        usual = Group::whole(usual, sets).into_iter().collect();
    }
    usual.into_iter().chain(Group::whole(odd, sets)).collect()
}
