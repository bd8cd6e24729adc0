//! What is accepted on both sides or refused on both, and said or recorded otherwise.

use std::collections::BTreeMap;

use super::identity::{Identity, Subject};
use super::merge::{Leaves, Meets, Piece, join};
use super::replies::{Instead, said};
use super::sentences::replayed;
use super::words::Words;
use super::{Between, Change, Kind};
use crate::prove::{Contrast, Facet, Pair, Region, Sets, When};

/// Returns the sentences about envelopes that get another reply, rule or header: one for each way
/// in which accepted mail is recorded otherwise, or more if one would name what is refused by a
/// side; and one for all that is refused otherwise.
pub(super) fn otherwise(
    contrast: &Contrast<'_, '_>,
    leaves: &Leaves,
    between: &Between,
    sets: &mut Sets,
) -> Vec<Change> {
    let mut accepted: BTreeMap<&Pair, Vec<Piece>> = BTreeMap::new();
    let mut refused: Vec<Piece> = Vec::new();
    let mut replies = Instead::default();
    for ((pair, _), pieces) in &leaves.differing {
        if Kind::of(pair) != Some(Kind::Otherwise) {
            continue;
        }
        if pair.after.accepts() {
            accepted.entry(pair).or_default().extend(pieces.clone());
        } else {
            replies.add(pair);
            refused.extend(pieces.clone());
        }
    }
    let mut changes = Vec::new();
    for (pair, pieces) in accepted {
        for pieces in together(contrast, leaves, pieces, sets) {
            let (before, after) = (said(&pair.before), said(&pair.after));
            let named = named(&pieces, sets);
            let whom = Words { contrast, sets }.concerned(&named);
            let alike = between.alike("accepted");
            let sentence = format!("{alike}, but otherwise: mail of {whom}");
            let said = (true, before, after);
            changes.push(other(contrast, sentence, said, pieces, sets));
        }
    }
    if !refused.is_empty() {
        let named = named(&refused, sets);
        let who = Words { contrast, sets }.who(&named);
        let to = who.map(|who| format!(" to {who}")).unwrap_or_default();
        let refused_alike = between.alike("refused");
        let sentence = format!(
            "{refused_alike}, with another reply{to}: {}",
            replies.told(between)
        );
        let said = (false, "refused".to_owned(), "refused".to_owned());
        changes.push(other(contrast, sentence, said, refused, sets));
    }
    changes
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

/// Puts pieces of accepted mail into groups, each to be told in one sentence: nothing that it then
/// names is refused by either side. A piece by itself names nothing but what differs.
fn together(
    contrast: &Contrast<'_, '_>,
    leaves: &Leaves,
    pieces: Vec<Piece>,
    sets: &mut Sets,
) -> Vec<Vec<Piece>> {
    let refused = [When::Before, When::After].map(|when| Meets {
        leaves,
        when,
        taken: false,
    });
    let is_one = |pieces: &[Piece], sets: &mut Sets| {
        let named = named(pieces, sets);
        !refused.iter().any(|one| one.any(contrast, &named, sets))
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

fn other(
    contrast: &Contrast<'_, '_>,
    sentence: String,
    (accepted, before, after): (bool, String, String),
    pieces: Vec<Piece>,
    sets: &mut Sets,
) -> Change {
    let differing: Vec<Region> = pieces.iter().map(|piece| piece.region).collect();
    let named = named(&pieces, sets);
    let whole = join(named, pieces);
    let kind = Kind::Otherwise;
    let witness = replayed(contrast, kind, &whole, &differing, sets);
    let subject = Subject {
        kind,
        named,
        witness: witness.as_ref(),
    };
    Change {
        identity: Identity::of(contrast, subject, sets),
        kind,
        sentence,
        before,
        after,
        envelopes: whole.envelopes,
        witness,
        differing,
        named,
        whole: false,
        accepted: [accepted; 2],
        widens: false,
        narrows: false,
    }
}
