//! Mail that is accepted as before, and goes elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::merge::{Leaves, Piece, join};
use super::sentences::replayed;
use super::words::{Words, counted, list};
use super::{Between, Change, Kind};
use crate::decision::{Destination, Envelope, place};
use crate::mail::{Path, PathForm};
use crate::prove::{Contrast, Facet, Sets, shrink};

/// Destinations that mail no longer goes to, and those that it goes to now.
type Shift = (BTreeSet<Destination>, BTreeSet<Destination>);

/// Recipients whose mail goes elsewhere in the same way.
#[derive(Default)]
struct Shifted {
    names: Vec<String>,
    /// Classes of which only the first members are named.
    more: u128,
    envelope: Option<Envelope>,
}

/// Returns a sentence for each way in which mail goes elsewhere.
pub(super) fn moved(
    contrast: &Contrast<'_, '_>,
    leaves: &Leaves,
    between: &Between,
    sets: &mut Sets,
) -> Vec<Change> {
    let of_kind = leaves
        .differing
        .iter()
        .filter(|((pair, _), _)| Kind::of(pair) == Some(Kind::Moved));
    let pieces: Vec<Piece> = of_kind.flat_map(|(_, pieces)| pieces.clone()).collect();
    if pieces.is_empty() {
        return Vec::new();
    }
    let named = sets.hull(pieces.iter().map(|piece| &piece.region));
    let envelopes = pieces
        .iter()
        .map(|one| one.envelopes)
        .fold(0, u128::saturating_add);
    let differing: Vec<_> = pieces.iter().map(|piece| piece.region).collect();
    let shifts = shifts(contrast, &pieces, sets);
    let whole = join(named, pieces);
    let change = |sentence: String, before: String, after: String| Change {
        kind: Kind::Moved,
        sentence,
        before,
        after,
        envelopes,
        differing: differing.clone(),
        named,
        whole: false,
        accepted: [true, true],
        witness: replayed(contrast, Kind::Moved, &whole, &differing, sets),
        widens: true,
        narrows: true,
        identity: String::new(),
    };
    if shifts.is_empty() {
        let words = Words { contrast, sets };
        let whom = words.concerned(&named);
        let text =
            format!("mail may go elsewhere, but no envelope was found that shows it: {whom}");
        return vec![change(text, String::new(), String::new())];
    }
    let mut changes = Vec::new();
    for ((gone, new), shifted) in shifts {
        let names = counted(
            &shifted.names,
            shifted.more.saturating_add(shifted.names.len() as u128),
            "and",
        );
        let (from, to) = (places(&gone), places(&new));
        let sentence = between.moves(
            &names,
            (!gone.is_empty()).then_some(from.as_str()),
            (!new.is_empty()).then_some(to.as_str()),
        );
        changes.push(Change {
            widens: !new.is_empty(),
            narrows: !gone.is_empty(),
            witness: shifted
                .envelope
                .map(|envelope| contrast.dialogue(&envelope)),
            ..change(sentence, from, to)
        });
    }
    changes
}

fn places(destinations: &BTreeSet<Destination>) -> String {
    let names: Vec<String> = destinations.iter().map(place).collect();
    list(&names, "and")
}

/// Returns how the mail of an envelope goes elsewhere; nothing if it does not.
fn shift(contrast: &Contrast<'_, '_>, envelope: &Envelope) -> Option<Shift> {
    let (pair, [from, to]) = contrast.concretely(envelope)?;
    let (from, to) = (BTreeSet::from_iter(from), BTreeSet::from_iter(to));
    pair.moved.then(|| {
        (
            from.difference(&to).cloned().collect(),
            to.difference(&from).cloned().collect(),
        )
    })
}

/// Follows the mail of every recipient that some piece names, by a member of the piece.
fn shifts(contrast: &Contrast<'_, '_>, pieces: &[Piece], sets: &Sets) -> BTreeMap<Shift, Shifted> {
    let mut shifts: BTreeMap<Shift, Shifted> = BTreeMap::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for piece in pieces {
        let Some(witness) = piece.witnesses.first() else {
            continue;
        };
        for member in sets.of(Facet::Recipient, &piece.region).iter() {
            let path = contrast.path(Facet::Recipient, *member);
            let class = contrast.addresses(Facet::Recipient, path.address);
            let Some(form) = path.forms.first().copied() else {
                continue;
            };
            let plain = form == PathForm::Plain;
            let shown = class.members.iter().map(|(_, count)| count).sum();
            let mut more = class.count.saturating_sub(shown);
            for (address, stands_for) in &class.members {
                let envelope = Envelope {
                    to: Path::spell(form, address, &[]),
                    ..witness.clone()
                };
                let Some(shift) = shift(contrast, &envelope) else {
                    continue;
                };
                let name = if form == PathForm::BarePostmaster {
                    "postmaster without a domain".to_owned()
                } else if *stands_for > 1 {
                    format!("any other address of {}", address.domain())
                } else {
                    address.to_string()
                };
                if !seen.insert(name.clone()) {
                    continue;
                }
                let same = |other: &Envelope| {
                    other.to == envelope.to && self::shift(contrast, other).as_ref() == Some(&shift)
                };
                let envelope = shrink(&envelope, &same);
                let shifted = shifts.entry(shift).or_default();
                shifted.names.push(name);
                if plain || shifted.envelope.is_none() {
                    shifted.envelope.get_or_insert(envelope);
                }
                shifted.more = shifted.more.saturating_add(std::mem::take(&mut more));
            }
        }
    }
    for shifted in shifts.values_mut() {
        shifted.names.sort();
    }
    shifts
}
