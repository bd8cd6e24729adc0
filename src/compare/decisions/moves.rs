//! Mail that is accepted as before, and goes elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::merge::{Leaves, Piece, join};
use super::sentences::replayed;
use super::words::{Words, counted, list};
use super::{Between, Change, Kind};
use crate::decision::{Destination, Envelope, place};
use crate::mail::{Path, PathForm};
use crate::prove::{Contrast, Facet, Region, Sets, shrink};

/// Destinations that mail no longer goes to, and those that it goes to now.
type Shift = (BTreeSet<Destination>, BTreeSet<Destination>);

/// Recipients whose mail goes elsewhere in the same way.
#[derive(Default)]
struct Shifted {
    names: BTreeSet<String>,
    /// Of whose mail.
    regions: Vec<Region>,
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
    let by_sender = contrast.leads_by_sender();
    let whose = shifts.values().map(|shifted| {
        let regions = shifted.regions.iter();
        by_sender.then(|| sets.hull(regions))
    });
    let whose: Vec<Option<Region>> = whose.collect();
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
    };
    if shifts.is_empty() {
        let words = Words { contrast, sets };
        let whom = words.concerned(&named);
        let text =
            format!("mail may go elsewhere, but no envelope was found that shows it: {whom}");
        return vec![change(text, String::new(), String::new())];
    }
    let mut changes = Vec::new();
    for (((gone, new), shifted), whose) in shifts.into_iter().zip(whose) {
        let recipients: Vec<String> = shifted.names.into_iter().collect();
        let count = shifted.more.saturating_add(recipients.len() as u128);
        let mut names = counted(&recipients, count, "and");
        if let Some(region) = whose {
            let senders = Words { contrast, sets }.senders(&region);
            if !senders.is_empty() {
                names = format!("{names}, {senders},");
            }
        }
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
fn shifts(
    contrast: &Contrast<'_, '_>,
    pieces: &[Piece],
    sets: &mut Sets,
) -> BTreeMap<Shift, Shifted> {
    let mut parts = Vec::new();
    for piece in pieces {
        parts.extend(by_senders(contrast, piece, sets));
    }
    let mut shifts: BTreeMap<Shift, Shifted> = BTreeMap::new();
    for (region, witness) in &parts {
        for member in sets.of(Facet::Recipient, region).iter() {
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
                } else if !form.has_domain() {
                    "address literals".to_owned()
                } else if *stands_for > 1 {
                    format!("any other address of {}", address.domain())
                } else {
                    address.to_string()
                };
                let shifted = shifts.entry(shift.clone()).or_default();
                if shifted.regions.last() != Some(region) {
                    shifted.regions.push(*region);
                }
                if !shifted.names.insert(name) {
                    continue;
                }
                shifted.more = shifted.more.saturating_add(std::mem::take(&mut more));
                if shifted.envelope.is_some() && !plain {
                    continue;
                }
                let same = |other: &Envelope| {
                    other.to == envelope.to && self::shift(contrast, other).as_ref() == Some(&shift)
                };
                if shifted.envelope.is_none() {
                    shifted.envelope = Some(shrink(&envelope, &same));
                }
            }
        }
    }
    shifts
}

/// Divides a piece by the senders whose mail goes elsewhere in the same way; each part with a
/// member of it.
fn by_senders(
    contrast: &Contrast<'_, '_>,
    piece: &Piece,
    sets: &mut Sets,
) -> Vec<(Region, Envelope)> {
    let Some(witness) = piece.witnesses.first() else {
        return Vec::new();
    };
    let whole = vec![(piece.region, witness.clone())];
    if !contrast.leads_by_sender() {
        return whole;
    }
    let mut groups: BTreeMap<Shift, (Vec<u32>, Envelope)> = BTreeMap::new();
    for member in sets.of(Facet::Sender, &piece.region).iter() {
        let path = contrast.path(Facet::Sender, *member);
        let class = contrast.addresses(Facet::Sender, path.address);
        let Some((form, (address, _))) = path.forms.first().zip(class.members.first()) else {
            continue;
        };
        let envelope = Envelope {
            from: Path::spell(*form, address, &[]),
            ..witness.clone()
        };
        if let Some(shift) = shift(contrast, &envelope) {
            let (members, _) = groups.entry(shift).or_insert((Vec::new(), envelope));
            members.push(*member);
        }
    }
    if groups.is_empty() {
        return whole;
    }
    let groups = groups.into_values().map(|(members, envelope)| {
        let senders = sets.intern(Facet::Sender, &members);
        (piece.region.with(Facet::Sender, senders), envelope)
    });
    groups.collect()
}
