//! What is accepted on both sides or refused on both, and said or recorded otherwise.

use std::collections::BTreeMap;

use super::merge::{All, Leaves, Piece, merge};
use super::replies::{Instead, by, headers, is, said};
use super::sentences::{Told, told};
use super::words::{Recipients, Words, list};
use super::{Between, Change, Kind};
use crate::prove::{Contrast, Facet, Pair, Region, Said, Sets};

/// Returns the sentences about envelopes that get another reply, rule or header: one for each way
/// in which accepted mail is recorded otherwise, and one for each reply that stands where others
/// did, or others where it did. More, if one would name what is decided in yet another way.
pub(super) fn otherwise(
    contrast: &Contrast<'_, '_>,
    leaves: &Leaves,
    between: &Between,
    sets: &mut Sets,
) -> Vec<Change> {
    let mut all: BTreeMap<(Said, Said), Vec<Piece>> = BTreeMap::new();
    for ((pair, _), pieces) in &leaves.differing {
        if Kind::Otherwise.is(pair) {
            let key = (pair.before.clone(), pair.after.clone());
            all.entry(key).or_default().extend(pieces.clone());
        }
    }
    if all.is_empty() {
        return Vec::new();
    }
    let pieces = all.values().flatten().map(|piece| &piece.region);
    let around = sets.hull(pieces);
    let near = leaves.all.near(contrast, &around, sets);
    let (accepted, refused): (BTreeMap<_, _>, BTreeMap<_, _>) =
        all.into_iter().partition(|((said, _), _)| said.accepts());
    let mut changes = Vec::new();
    for ((before, after), pieces) in accepted {
        let pieces = merge(pieces, sets);
        changes.extend(recorded(
            contrast,
            &near,
            (&before, &after),
            pieces,
            between,
            sets,
        ));
    }
    for (instead, pieces) in Instead::each(refused) {
        let pieces = merge(pieces, sets);
        changes.extend(replied(contrast, &near, &instead, pieces, between, sets));
    }
    changes
}

/// Returns the sentences about accepted mail that is recorded otherwise.
fn recorded(
    contrast: &Contrast<'_, '_>,
    near: &All,
    (before, after): (&Said, &Said),
    pieces: Vec<Piece>,
    between: &Between,
    sets: &mut Sets,
) -> Vec<Change> {
    let is_same = |pair: &Pair| (&pair.before, &pair.after) == (before, after);
    let alike = between.alike("accepted");
    let headers = between.with(&headers(before, after), &headers(after, before));
    let what: Vec<String> = headers.into_iter().chain(by(before, after)).collect();
    let what = list(&what, "and");
    let together = together(contrast, near, pieces, &is_same, sets);
    let sentences = together.into_iter().map(|pieces| {
        let named = named(&pieces, sets);
        let whom = Words { contrast, sets }.concerned(&named);
        let told_of = Told {
            kind: Kind::Otherwise,
            sentence: format!("{alike}, but {what}: mail of {whom}"),
            before: said(before),
            after: said(after),
            accepted: [true; 2],
            whole: true,
        };
        told(contrast, told_of, named, pieces, sets)
    });
    sentences.collect()
}

/// Sentences about the same replies are at most this many: else one names whom it is about in
/// part.
const SENTENCES_MAX: usize = 2;

/// Returns the sentences about refused mail that gets another reply.
fn replied(
    contrast: &Contrast<'_, '_>,
    near: &All,
    instead: &Instead,
    pieces: Vec<Piece>,
    between: &Between,
    sets: &mut Sets,
) -> Vec<Change> {
    let taken = |pair: &Pair| pair.before.accepts() || pair.after.accepts();
    let stays = |pair: &Pair| pair.before == pair.after && instead.is_now(&pair.after);
    let fits = |pair: &Pair| taken(pair) || stays(pair) || instead.is_told(pair);
    let groups = together(contrast, near, pieces, &fits, sets);
    let sentences = few(contrast, groups, sets).into_iter().map(|pieces| {
        let named = named(&pieces, sets);
        let any = |such: &(dyn Fn(&Pair) -> bool + Sync)| near.any(contrast, &named, sets, such);
        let (is_part, is_taken, is_so) = (any(&|pair| !fits(pair)), any(&taken), any(&stays));
        let instead = instead.of_those(&|pair| any(&|other| is(pair, other)));
        let of = match (is_part, is_taken) {
            (true, _) => "some of what is refused of the mail of",
            (false, true) => "what is refused of the mail of",
            (false, false) => "mail of",
        };
        let whom = Words { contrast, sets }.concerned(&named);
        let manner = instead.manner(between);
        let so = if is_so {
            between.some_so()
        } else {
            String::new()
        };
        let told_of = Told {
            kind: Kind::Otherwise,
            sentence: format!("{manner}: {of} {whom}"),
            before: instead.replies.before() + &so,
            after: instead.replies.after(),
            accepted: [false; 2],
            whole: !is_part && !is_taken,
        };
        told(contrast, told_of, named, pieces, sets)
    });
    sentences.collect()
}

/// Puts groups together if they are too many; and all of recipients that are not written as
/// everybody does, which nobody wants to read twice of.
fn few(contrast: &Contrast<'_, '_>, groups: Vec<Vec<Piece>>, sets: &mut Sets) -> Vec<Vec<Piece>> {
    let (mut odd, mut usual) = (Vec::new(), Vec::new());
    for group in groups {
        let named = named(&group, sets);
        match (Words { contrast, sets }).which_recipients(&named) {
            Recipients::Odd => odd.extend(group),
            Recipients::Anybody | Recipients::Some => usual.push(group),
        }
    }
    if usual.len() > SENTENCES_MAX {
        usual.push(std::mem::take(&mut odd));
        usual = vec![usual.concat()];
    }
    let odd = (!odd.is_empty()).then_some(odd);
    usual.into_iter().chain(odd).collect()
}

/// The order in which pieces are parted that cannot be told together.
const PARTED: [Facet; 7] = [
    Facet::Sender,
    Facet::SpfFrom,
    Facet::SpfHelo,
    Facet::Session,
    Facet::Login,
    Facet::Client,
    Facet::Recipient,
];

/// More groups than this are not looked through for such as can be told together.
const GROUPS_MAX: usize = 32;

/// Puts pieces into groups, each to be told in one sentence: of all that it then names such a thing
/// is said as `fits`. A piece by itself names nothing but what differs.
fn together(
    contrast: &Contrast<'_, '_>,
    near: &All,
    pieces: Vec<Piece>,
    fits: &(dyn Fn(&Pair) -> bool + Sync),
    sets: &mut Sets,
) -> Vec<Vec<Piece>> {
    let is_one = |pieces: &[Piece], sets: &mut Sets| {
        let named = named(pieces, sets);
        !near.any(contrast, &named, sets, &|pair| !fits(pair))
    };
    let mut open = vec![(pieces, PARTED.as_slice())];
    let mut groups: Vec<Vec<Piece>> = Vec::new();
    while let Some((pieces, facets)) = open.pop() {
        match facets.split_first() {
            Some((facet, facets)) if pieces.len() > 1 && !is_one(&pieces, sets) => {
                let mut parts: BTreeMap<u32, Vec<Piece>> = BTreeMap::new();
                for piece in pieces {
                    let part = parts.entry(piece.region.get(*facet)).or_default();
                    part.push(piece);
                }
                open.extend(parts.into_values().rev().map(|part| (part, facets)));
            }
            Some(_) => groups.push(pieces),
            None => groups.extend(pieces.into_iter().map(|piece| vec![piece])),
        }
    }
    let mut all: Vec<Vec<Piece>> = Vec::new();
    for group in groups {
        let looked = all.len() <= GROUPS_MAX;
        let home = all.iter_mut().filter(|_| looked).find(|other| {
            let both = [other.as_slice(), group.as_slice()].concat();
            is_one(&both, sets)
        });
        match home {
            Some(other) => other.extend(group),
            None => all.push(group),
        }
    }
    all
}

fn named(pieces: &[Piece], sets: &mut Sets) -> Region {
    sets.hull(pieces.iter().map(|piece| &piece.region))
}
