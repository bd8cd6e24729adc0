//! Leaves, collected and put together without loss.

use std::collections::BTreeMap;

use super::Kind;
use crate::decision::Envelope;
use crate::mail::PathForm;
use crate::prove::{
    Contrast, Counterexample, Facet, Incomplete, Outline, Outlines, Pair, Region, Sets, Standing,
    Visited, When,
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
    /// All leaves, with whether mail is taken before and after; if nothing differs, none.
    pub(super) all: Vec<(Outline, [bool; 2])>,
    pub(super) outlines: Outlines,
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
    let mut leaves = Leaves::default();
    let mut differing: Vec<(Pair, Piece)> = Vec::new();
    let visited = contrast.each(&mut |parting| {
        let taken = [parting.pair.before.accepts(), parting.pair.after.accepts()];
        let outline = parting.outline(&mut leaves.outlines);
        leaves.all.push((outline, taken));
        if Kind::of(&parting.pair).is_some() {
            let piece = Piece {
                region: parting.region(sets),
                envelopes: parting.envelopes,
                witnesses: parting.witness().into_iter().collect(),
            };
            differing.push((parting.pair, piece));
        }
    });
    let visited = visited?;
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
            let class = contrast.addresses(Facet::Recipient, path.address);
            let named = path.forms.iter().any(|form| form.has_domain());
            let ours = class.standing != [Standing::Foreign; 2] && named;
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
        let Leaves { all, outlines, .. } = self.leaves;
        let list = all.iter().filter(|(_, [before, after])| match self.when {
            When::Before => *before == self.taken,
            When::After => *after == self.taken,
        });
        let list = list.map(|(outline, _)| outline);
        contrast.meets((region, sets), outlines, list)
    }
}
