//! Leaves, collected and put together without loss.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Kind;
use crate::decision::Envelope;
use crate::mail::PathForm;
use crate::prove::{
    Contrast, Counterexample, Facet, Incomplete, Meeting, Outline, Outlines, Pair, Region, Sets,
    Standing, Visited, When, in_parts,
};

/// Envelopes of which the same is said, and some of them to be replayed.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Which envelopes.
    pub(super) region: Region,
    /// How many points of the universe these are.
    pub(super) envelopes: u128,
    /// Members of the leaves that it was made of, the simplest first.
    pub(super) witnesses: Vec<Envelope>,
}

/// Members that are kept for each piece: the first that replays is shown.
const WITNESSES_MAX: usize = 8;

/// All leaves: those that differ, by what is said; and all, by whether mail is taken.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    /// By what is said before and after, and by whether all recipients are somebody else's.
    pub(super) differing: BTreeMap<(Pair, bool), Vec<Piece>>,
    /// All leaves; if nothing differs, none.
    all: Vec<Part>,
}

/// A part of the leaves, with whether mail is taken before and after.
#[derive(Debug, Default)]
struct Part {
    outlines: Outlines,
    leaves: Vec<(Outline, [bool; 2])>,
}

/// What is seen of a part of the leaves. Its regions are of its own sets.
#[derive(Debug, Default)]
struct Seen {
    part: Part,
    differing: Vec<(Pair, Piece)>,
    sets: Sets,
}

/// The order in which facets are put together: what a reader thinks of first comes last.
const ORDER: [Facet; 8] = [
    Facet::SpfHelo,
    Facet::SpfFrom,
    Facet::Helo,
    Facet::Session,
    Facet::Login,
    Facet::Sender,
    Facet::Client,
    Facet::Recipient,
];

/// Visits all leaves. If nothing differs, nothing else is kept.
pub(super) fn collect(
    contrast: &Contrast<'_, '_>,
    sets: &mut Sets,
) -> Result<(Leaves, Visited), Incomplete> {
    let (parts, visited) = contrast.each_in_parts(&|seen: &mut Seen, parting| {
        let taken = [parting.pair.before.accepts(), parting.pair.after.accepts()];
        let outline = parting.outline(&mut seen.part.outlines);
        seen.part.leaves.push((outline, taken));
        if Kind::of(&parting.pair).is_some() {
            let piece = Piece {
                region: parting.region(&mut seen.sets),
                envelopes: parting.envelopes,
                witnesses: parting.witness().into_iter().collect(),
            };
            seen.differing.push((parting.pair, piece));
        }
    })?;
    let mut leaves = Leaves::default();
    let mut differing: Vec<(Pair, Piece)> = Vec::new();
    for seen in parts {
        leaves.all.push(seen.part);
        let mut known = BTreeMap::new();
        for (pair, mut piece) in seen.differing {
            piece.region = sets.take(&piece.region, &seen.sets, &mut known);
            differing.push((pair, piece));
        }
    }
    let mut abroad: BTreeMap<u32, bool> = BTreeMap::new();
    for (pair, piece) in differing {
        let recipient = piece.region.get(Facet::Recipient);
        let abroad = *abroad
            .entry(recipient)
            .or_insert_with(|| is_abroad(contrast, recipient, sets));
        let key = (pair, abroad);
        leaves.differing.entry(key).or_default().push(piece);
    }
    for pieces in leaves.differing.values_mut() {
        *pieces = merge(std::mem::take(pieces), sets);
    }
    if leaves.differing.is_empty() {
        leaves.all.clear();
    }
    Ok((leaves, visited))
}

/// Returns whether all recipients of a set are somebody else's.
fn is_abroad(contrast: &Contrast<'_, '_>, recipients: u32, sets: &Sets) -> bool {
    sets.members(Facet::Recipient, recipients)
        .iter()
        .all(|member| {
            let path = contrast.path(Facet::Recipient, *member);
            let standing = contrast.standing(Facet::Recipient, path.address);
            let named = path.forms.iter().any(|form| form.has_domain());
            let ours = standing != [Standing::Foreign; 2] && named;
            !ours && !path.forms.contains(&PathForm::BarePostmaster)
        })
}

/// Puts pieces together that differ in one facet only, until none do. They stand for the same
/// envelopes as before: two products that differ in one factor are one product.
pub(super) fn merge(mut pieces: Vec<Piece>, sets: &mut Sets) -> Vec<Piece> {
    loop {
        let before = pieces.len();
        for facet in ORDER {
            pieces = merge_facet(pieces, facet, sets);
        }
        if pieces.len() == before {
            return pieces;
        }
    }
}

fn merge_facet(pieces: Vec<Piece>, facet: Facet, sets: &mut Sets) -> Vec<Piece> {
    let mut alike: BTreeMap<Region, Vec<Piece>> = BTreeMap::new();
    for piece in pieces {
        let key = piece.region.with(facet, 0);
        alike.entry(key).or_default().push(piece);
    }
    alike
        .into_iter()
        .map(|(key, parts)| {
            let numbers = parts.iter().map(|part| part.region.get(facet));
            let region = key.with(facet, sets.union(facet, numbers));
            join(region, parts)
        })
        .collect()
}

/// Returns the piece of a region that is made of these.
pub(super) fn join(region: Region, parts: impl IntoIterator<Item = Piece>) -> Piece {
    let mut whole = Piece {
        region,
        envelopes: 0,
        witnesses: Vec::new(),
    };
    for part in parts {
        whole.envelopes = whole.envelopes.saturating_add(part.envelopes);
        whole.witnesses.extend(part.witnesses);
    }
    whole.witnesses.sort_by_cached_key(Counterexample::weight);
    whole.witnesses.dedup();
    whole.witnesses.truncate(WITNESSES_MAX);
    whole
}

/// Tells whether regions hold envelopes that are taken, or that are not, before or after.
#[derive(Clone, Copy)]
pub(super) struct Meets<'l> {
    pub(super) leaves: &'l Leaves,
    pub(super) when: When,
    pub(super) taken: bool,
}

impl Meets<'_> {
    /// Returns whether a region has a point in common with one of these leaves.
    pub(super) fn any(&self, contrast: &Contrast<'_, '_>, region: &Region, sets: &Sets) -> bool {
        let meeting = contrast.meeting(region, sets);
        let parts = &self.leaves.all;
        let count: usize = parts.iter().map(|part| part.leaves.len()).sum();
        if count < THREADS_WORTH {
            return parts.iter().any(|part| self.meets(&meeting, part));
        }
        let found = AtomicBool::new(false);
        in_parts(parts, |part| {
            // Whichever thread finds one, the answer is the same.
            if !found.load(Ordering::Relaxed) && self.meets(&meeting, part) {
                found.store(true, Ordering::Relaxed);
            }
        });
        found.into_inner()
    }

    fn meets(&self, meeting: &Meeting, part: &Part) -> bool {
        let list = part.leaves.iter();
        let list = list.filter(|(_, [before, after])| match self.when {
            When::Before => *before == self.taken,
            When::After => *after == self.taken,
        });
        meeting.any(&part.outlines, list.map(|(outline, _)| outline))
    }
}

/// Fewer leaves are looked through sooner than a thread begins.
const THREADS_WORTH: usize = 100_000;
