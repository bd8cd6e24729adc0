//! What is accepted on both sides or refused on both, and said or recorded otherwise.

mod refused;

use std::collections::{BTreeMap, VecDeque};

use super::merge::{All, Leaves, Piece, merge};
use super::replies::{by, marks, said};
use super::sentences::{Told, told};
use super::words::{Words, list};
use super::{Between, Change, Kind};
use crate::prove::{Contrast, Facet, Pair, Region, Said, Sets};

/// Returns the sentences about envelopes that get another reply, rule or header: one for each way
/// in which accepted mail is recorded otherwise, more if one would name what is decided in yet
/// another way; and those about refused mail.
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
    changes.extend(refused::sentences(contrast, &near, refused, between, sets));
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
    let [first, second] = [marks(before, after), marks(after, before)];
    let [first, second] =
        [&first, &second].map(|all| all.iter().map(String::as_str).collect::<Vec<_>>());
    let marks = between.with(&first, &second);
    let what: Vec<String> = marks.into_iter().chain(by(before, after)).collect();
    let what = list(&what, "and");
    let together = together(contrast, near, pieces, &is_same, sets);
    let sentences = together.into_iter().map(|Group { named, pieces }| {
        let (whom, lists) = Words::concerned(contrast, &named, sets);
        let told_of = Told {
            kind: Kind::Otherwise,
            sentence: format!("{alike}, but {what}: mail of {whom}"),
            lists,
            before: said(before),
            after: said(after),
            accepted: [true; 2],
            whole: true,
        };
        told(contrast, told_of, named, pieces, sets)
    });
    sentences.collect()
}

/// Pieces that are told together.
struct Group {
    /// The smallest region that holds them.
    named: Region,
    pieces: Vec<Piece>,
}

impl Group {
    fn new(pieces: Vec<Piece>, sets: &mut Sets) -> Self {
        let named = sets.hull(pieces.iter().map(|piece| &piece.region));
        Self { named, pieces }
    }

    /// Takes in, in order, whichever of these groups can be told together with what is here.
    /// Returns the others. Of a region that can be, every part can: so many are tried at once. It
    /// is looked so often at most, and so much less often next time.
    fn take(
        &mut self,
        groups: Vec<Self>,
        is_told: &dyn Fn(&Region, &Sets) -> bool,
        looks: &mut u32,
        sets: &mut Sets,
    ) -> Vec<Self> {
        let mut left = Vec::new();
        let mut open = vec![groups];
        while let Some(mut groups) = open.pop() {
            let Some(fewer) = looks.checked_sub(1) else {
                left.extend(groups);
                continue;
            };
            *looks = fewer;
            let regions = groups.iter().map(|group| &group.named);
            let both = sets.hull(regions.chain([&self.named]));
            if is_told(&both, sets) {
                self.named = both;
                let pieces = groups.into_iter().flat_map(|group| group.pieces);
                self.pieces.extend(pieces);
            } else if groups.len() > 1 {
                let second = groups.split_off(groups.len() / 2);
                open.extend([second, groups]);
            } else {
                left.extend(groups);
            }
        }
        left
    }

    /// Returns all of them as one.
    fn whole(groups: Vec<Self>, sets: &mut Sets) -> Option<Self> {
        let pieces: Vec<Piece> = groups.into_iter().flat_map(|group| group.pieces).collect();
        (!pieces.is_empty()).then(|| Self::new(pieces, sets))
    }
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

/// So often it is looked whether what would be named is told truly; then what is left stays apart.
const LOOKS_MAX: u32 = 1024;

/// Puts pieces into groups, each to be told in one sentence: of all that it then names such a thing
/// is said as `fits`. A piece by itself names nothing but what differs.
fn together(
    contrast: &Contrast<'_, '_>,
    near: &All,
    pieces: Vec<Piece>,
    fits: &(dyn Fn(&Pair) -> bool + Sync),
    sets: &mut Sets,
) -> Vec<Group> {
    let is_one =
        |named: &Region, sets: &Sets| !near.any(contrast, named, sets, &|pair| !fits(pair));
    let mut open = vec![(Group::new(pieces, sets), PARTED.as_slice())];
    let mut groups = VecDeque::new();
    while let Some((group, facets)) = open.pop() {
        match facets.split_first() {
            Some((facet, facets)) if group.pieces.len() > 1 && !is_one(&group.named, sets) => {
                let mut parts: BTreeMap<u32, Vec<Piece>> = BTreeMap::new();
                for piece in group.pieces {
                    let part = parts.entry(piece.region.get(*facet)).or_default();
                    part.push(piece);
                }
                let parts = parts.into_values().rev();
                open.extend(parts.map(|part| (Group::new(part, sets), facets)));
            }
            Some(_) => groups.push_back(group),
            None => {
                let each = group.pieces.into_iter();
                groups.extend(each.map(|piece| Group::new(vec![piece], sets)));
            }
        }
    }
    let mut all = Vec::new();
    let mut looks = LOOKS_MAX;
    while let Some(mut home) = groups.pop_front() {
        if looks > 0 {
            groups = home.take(groups.into(), &is_one, &mut looks, sets).into();
        }
        all.push(home);
    }
    all
}
