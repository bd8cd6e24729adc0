//! Leaves, collected and put together without loss.

use std::collections::BTreeMap;

use super::Kind;
use crate::decision::Envelope;
use crate::mail::PathForm;
use crate::prove::{
    Contrast, Counterexample, Facet, Incomplete, Pair, Region, Sets, Standing, Visited,
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

/// All leaves: those that differ, by what is said, and the others, by whether mail is taken.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    /// By what is said before and after, and by whether all recipients are somebody else's.
    pub(super) differing: BTreeMap<(Pair, bool), Vec<Piece>>,
    /// Where mail is taken before; and after: `[before, after]`, each refused and accepted.
    pub(super) taken: [[Vec<Region>; 2]; 2],
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
    let mut verdicts: [Vec<Region>; 4] = Default::default();
    let mut differing: Vec<(Pair, Piece)> = Vec::new();
    let visited = contrast.each(sets, &mut |parting| {
        let (before, after) = (parting.pair.before.accepts(), parting.pair.after.accepts());
        let number = usize::from(before) << 1 | usize::from(after);
        if let Some(regions) = verdicts.get_mut(number) {
            regions.push(parting.region);
        }
        if Kind::of(&parting.pair).is_some() {
            let piece = Piece {
                region: parting.region,
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
    if !leaves.differing.is_empty() {
        let [neither, gained, lost, both] = verdicts;
        let all = |parts: [&[Region]; 2], sets: &mut Sets| regions(parts.concat(), sets);
        leaves.taken = [
            [all([&neither, &gained], sets), all([&lost, &both], sets)],
            [all([&neither, &lost], sets), all([&gained, &both], sets)],
        ];
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

/// Puts regions together that differ in one facet only, until none do.
fn regions(regions: Vec<Region>, sets: &mut Sets) -> Vec<Region> {
    let pieces = regions.into_iter().map(|region| Piece {
        region,
        envelopes: 0,
        witnesses: Vec::new(),
    });
    let merged = merge(pieces.collect(), sets);
    merged.into_iter().map(|piece| piece.region).collect()
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
            let mut members: Vec<u32> = Vec::new();
            for part in &parts {
                members.extend_from_slice(&sets.of(facet, &part.region));
            }
            members.sort_unstable();
            members.dedup();
            let region = key.with(facet, sets.intern(facet, &members));
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

/// Tells whether regions meet one of a list.
pub(super) struct Meets<'l> {
    regions: &'l [Region],
}

impl<'l> Meets<'l> {
    pub(super) fn new(regions: &'l [Region]) -> Self {
        Self { regions }
    }

    /// Returns whether a region has a point in common with one of the list.
    pub(super) fn any(&self, region: &Region, sets: &Sets) -> bool {
        let mut known: [BTreeMap<u32, bool>; 8] = Default::default();
        let own = Facet::ALL.map(|facet| sets.of(facet, region));
        self.regions.iter().any(|other| {
            Facet::ALL
                .iter()
                .zip(&own)
                .zip(&mut known)
                .all(|((facet, own), known)| {
                    let number = other.get(*facet);
                    *known
                        .entry(number)
                        .or_insert_with(|| overlap(own, &sets.members(*facet, number)))
                })
        })
    }
}

/// Returns whether two ascending lists have a member in common.
fn overlap(a: &[u32], b: &[u32]) -> bool {
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    small.iter().any(|one| large.binary_search(one).is_ok())
}
