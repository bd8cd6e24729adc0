//! Leaves, collected and put together without loss.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Kind;
use crate::decision::Envelope;
use crate::mail::PathForm;
use crate::prove::{
    Contrast, Counterexample, Facet, Incomplete, Outline, Outlines, Pair, Region, Sets, Standing,
    Visited, When, in_parts,
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

/// All leaves: those that differ, by what is said; and all.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    /// By what is said before and after, and by whether all recipients are somebody else's.
    pub(super) differing: BTreeMap<(Pair, bool), Vec<Piece>>,
    /// All leaves; if nothing differs, none.
    pub(super) all: All,
}

/// Leaves by their outlines, each with what is said.
#[derive(Debug, Default)]
pub(super) struct All {
    parts: Vec<Part>,
}

/// A part of the leaves.
#[derive(Debug, Default)]
struct Part {
    outlines: Arc<Outlines>,
    /// What is said of leaves: there are few such pairs.
    pairs: Arc<[Pair]>,
    /// Each leaf with the number of its pair.
    leaves: Vec<(Outline, u32)>,
}

/// What is seen of a part of the leaves. Its regions are of its own sets.
#[derive(Debug, Default)]
struct Seen {
    outlines: Outlines,
    pairs: BTreeMap<Pair, u32>,
    leaves: Vec<(Outline, u32)>,
    differing: Vec<(Pair, Piece)>,
    sets: Sets,
}

impl Seen {
    /// Returns the number of a pair.
    fn number(&mut self, pair: &Pair) -> u32 {
        if let Some(number) = self.pairs.get(pair) {
            return *number;
        }
        let next = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
        self.pairs.insert(pair.clone(), next);
        next
    }
}

impl Part {
    fn of(outlines: Outlines, pairs: BTreeMap<Pair, u32>, leaves: Vec<(Outline, u32)>) -> Self {
        let mut pairs: Vec<(Pair, u32)> = pairs.into_iter().collect();
        pairs.sort_by_key(|(_, number)| *number);
        Self {
            outlines: Arc::new(outlines),
            pairs: pairs.into_iter().map(|(pair, _)| pair).collect(),
            leaves,
        }
    }
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
        let number = seen.number(&parting.pair);
        let outline = parting.outline(&mut seen.outlines);
        seen.leaves.push((outline, number));
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
        let part = Part::of(seen.outlines, seen.pairs, seen.leaves);
        leaves.all.parts.push(part);
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
        leaves.all.parts.clear();
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

impl All {
    /// Returns whether a region has a point in common with a leaf of which such a thing is said.
    pub(super) fn any(
        &self,
        contrast: &Contrast<'_, '_>,
        region: &Region,
        sets: &Sets,
        such: &(dyn Fn(&Pair) -> bool + Sync),
    ) -> bool {
        let meeting = contrast.meeting(region, sets);
        let meets = |part: &Part| {
            let such: Vec<bool> = part.pairs.iter().map(such).collect();
            let is_such = |number: u32| such.get(number as usize).copied().unwrap_or_default();
            let list = part.leaves.iter().filter(|(_, pair)| is_such(*pair));
            meeting.any(&part.outlines, list.map(|(outline, _)| outline))
        };
        let count: usize = self.parts.iter().map(|part| part.leaves.len()).sum();
        if count < THREADS_WORTH {
            return self.parts.iter().any(meets);
        }
        let found = AtomicBool::new(false);
        in_parts(&self.parts, |part| {
            // Whichever thread finds one, the answer is the same.
            if !found.load(Ordering::Relaxed) && meets(part) {
                found.store(true, Ordering::Relaxed);
            }
        });
        found.into_inner()
    }

    /// Returns the leaves that have a point in common with a region. Whoever asks of many regions
    /// within one looks through all leaves once.
    pub(super) fn near(&self, contrast: &Contrast<'_, '_>, region: &Region, sets: &Sets) -> Self {
        let meeting = contrast.meeting(region, sets);
        let near = |part: &Part| Part {
            outlines: Arc::clone(&part.outlines),
            pairs: Arc::clone(&part.pairs),
            leaves: meeting.those(&part.outlines, &part.leaves),
        };
        Self {
            parts: self.parts.iter().map(near).collect(),
        }
    }
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
        let such = |pair: &Pair| {
            let said = match self.when {
                When::Before => &pair.before,
                When::After => &pair.after,
            };
            said.accepts() == self.taken
        };
        self.leaves.all.any(contrast, region, sets, &such)
    }
}

/// Fewer leaves are looked through sooner than a thread begins.
const THREADS_WORTH: usize = 100_000;
