//! Pieces put together into sentences.

use super::drafts::{Draft, Holds, drafts, joined};
use super::identity::{Identity, Subject};
use super::many::{of_many_networks, of_new_recipients, such};
use super::merge::{Leaves, Meets, Piece, join};
use super::replies::Replies;
use super::words::{List, Lists, Words};
use super::{Between, Change, Kind};
use crate::decision::Envelope;
use crate::prove::{Contrast, Counterexample, Facet, Region, Sets, When, shrink};

/// Returns the sentences about envelopes that are accepted now and were not, or the other way.
pub(super) fn gained_and_lost(
    contrast: &Contrast<'_, '_>,
    leaves: &Leaves,
    between: &Between,
    sets: &mut Sets,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for kind in [Kind::Gained, Kind::Lost] {
        let gained = kind == Kind::Gained;
        let meets = |when, taken| Meets {
            leaves,
            when,
            taken,
        };
        // What is decided the contrary way now, and what was decided so before.
        let contrary = meets(When::After, !gained);
        let already = meets(When::Before, gained);
        let mut pieces = pieces(leaves, kind);
        if kind == Kind::Lost {
            pieces = of_many_networks(contrast, pieces, sets);
        }
        let pieces = of_new_recipients(contrast, kind, pieces, sets);
        let drafts = joined(drafts(contrast, pieces, &contrary, sets), sets);
        let drafts = new_recipients(contrast, kind, drafts, sets);
        for draft in both_ways(contrast, drafts, &already, sets) {
            changes.push(finish(contrast, (kind, between), draft, &already, sets));
        }
    }
    changes
}

/// Returns the pieces of a kind with what is said of them, those of most envelopes first.
fn pieces(leaves: &Leaves, kind: Kind) -> Vec<Draft> {
    let of_kind = leaves
        .differing
        .iter()
        .filter(|((pair, _), _)| Kind::of(pair) == Some(kind));
    let mut drafts: Vec<Draft> = of_kind
        .flat_map(|(key, pieces)| pieces.iter().map(move |piece| (key, piece)))
        .map(|((pair, abroad), piece)| Draft {
            named: piece.region,
            differing: vec![piece.clone()],
            replies: Replies::of(pair),
            abroad: *abroad,
            holds: Holds::All,
        })
        .collect();
    drafts.sort_by_key(|draft| (std::cmp::Reverse(envelopes(draft)), draft.named));
    drafts
}

pub(super) fn envelopes(draft: &Draft) -> u128 {
    let counts = draft.differing.iter().map(|piece| piece.envelopes);
    counts.fold(0, u128::saturating_add)
}

/// Puts sentences about the same new recipients together: of whom they are taken from depends on
/// what holds for every such recipient, and is no part of the change.
fn new_recipients(
    contrast: &Contrast<'_, '_>,
    kind: Kind,
    drafts: Vec<Draft>,
    sets: &mut Sets,
) -> Vec<Draft> {
    let mut all: Vec<Draft> = Vec::new();
    for draft in drafts {
        let such = such(contrast, kind, &draft.named, sets);
        let same = |other: &&mut Draft| {
            other.named.get(Facet::Recipient) == draft.named.get(Facet::Recipient)
        };
        match all.iter_mut().find(same) {
            Some(other) if draft.holds == Holds::All && other.holds != Holds::ButGrants => {
                let Some((such, but)) = such else {
                    all.push(draft);
                    continue;
                };
                other.named = sets.hull([&other.named, &draft.named]);
                other.differing.extend(draft.differing);
                other.replies.add(draft.replies);
                other.holds = Holds::NewRecipients(such, but);
            }
            _ => all.push(draft),
        }
    }
    all
}

/// Puts a sentence about foreign recipients and one about ours together, if they say the same of
/// the same senders and hold nothing but what differs.
fn both_ways(
    contrast: &Contrast<'_, '_>,
    drafts: Vec<Draft>,
    already: &Meets<'_>,
    sets: &mut Sets,
) -> Vec<Draft> {
    let mut all: Vec<Draft> = Vec::new();
    for draft in drafts {
        let twin = all.iter_mut().find(|other| {
            other.abroad != draft.abroad
                && other.named.with(Facet::Recipient, 0) == draft.named.with(Facet::Recipient, 0)
                && other.replies == draft.replies
                && other.holds == Holds::All
                && draft.holds == Holds::All
        });
        match twin {
            Some(twin)
                if !already.any(contrast, &twin.named, sets)
                    && !already.any(contrast, &draft.named, sets) =>
            {
                twin.named = sets.hull([&twin.named, &draft.named]);
                twin.differing.extend(draft.differing);
            }
            _ => all.push(draft),
        }
    }
    all
}

fn finish(
    contrast: &Contrast<'_, '_>,
    (kind, between): (Kind, &Between),
    draft: Draft,
    already: &Meets<'_>,
    sets: &Sets,
) -> Change {
    let lists = Lists::default();
    let words = Words {
        contrast,
        sets,
        lists: &lists,
    };
    let may = between.may_send(kind);
    let sentence = match draft.holds {
        Holds::All => words.sentence(&draft.named, &may),
        Holds::NewRecipients(such, but) => {
            let but = but.map(|but| format!(", but not to {} ones,", but.name()));
            let (such, but) = (such.name(), but.unwrap_or_default());
            let to = words.recipients(&draft.named);
            format!("whoever may send to {such} recipients{but} {may} {to}")
        }
        Holds::ButGrants => {
            let sentence = words.sentence(&draft.named, &may);
            format!("{sentence}, but for what the client's network itself may send")
        }
    };
    // A sentence about whoever may send to others speaks of none to whom nothing changes.
    let speaks_of_all = !matches!(draft.holds, Holds::NewRecipients(..));
    let in_part = if speaks_of_all && already.any(contrast, &draft.named, sets) {
        between.in_part(kind)
    } else {
        String::new()
    };
    let accepted = || "accepted".to_owned();
    let (before, after) = if kind == Kind::Gained {
        (draft.replies.before() + &in_part, accepted())
    } else {
        (accepted(), draft.replies.after() + &in_part)
    };
    let told_of = Told {
        kind,
        lists: lists.of(&[&sentence]),
        sentence,
        before,
        after,
        accepted: [kind == Kind::Lost, kind == Kind::Gained],
        whole: draft.holds == Holds::All,
    };
    told(contrast, told_of, draft.named, draft.differing, sets)
}

/// What is told of the pieces of a sentence.
pub(super) struct Told {
    pub(super) kind: Kind,
    pub(super) sentence: String,
    pub(super) lists: Vec<List>,
    pub(super) before: String,
    pub(super) after: String,
    /// Whether they were accepted, and whether they are now.
    pub(super) accepted: [bool; 2],
    /// Whether that holds for all that is named.
    pub(super) whole: bool,
}

/// Returns the change of some pieces, of which all that is named is told.
pub(super) fn told(
    contrast: &Contrast<'_, '_>,
    told: Told,
    named: Region,
    pieces: Vec<Piece>,
    sets: &Sets,
) -> Change {
    let kind = told.kind;
    let differing: Vec<Region> = pieces.iter().map(|piece| piece.region).collect();
    let all = join(named, pieces);
    let witness = replayed(contrast, kind, &all, &differing, sets);
    let subject = Subject {
        kind,
        named,
        witness: witness.as_ref(),
    };
    Change {
        identity: Identity::of(contrast, subject, sets),
        kind,
        lists: told.lists,
        sentence: told.sentence,
        before: told.before,
        after: told.after,
        envelopes: all.envelopes,
        differing,
        named,
        whole: told.whole,
        accepted: told.accepted,
        witness,
        widens: kind == Kind::Gained,
        narrows: kind == Kind::Lost,
        stated: None,
        on: Vec::new(),
    }
}

/// Returns a witness that both sides decide as the piece says, as simple as can be.
pub(super) fn replayed(
    contrast: &Contrast<'_, '_>,
    kind: Kind,
    piece: &Piece,
    regions: &[Region],
    sets: &Sets,
) -> Option<Counterexample> {
    let shows = |envelope: &Envelope| {
        let pair = contrast.concretely(envelope);
        let inside = |point: [u32; 8]| regions.iter().any(|region| sets.holds(region, &point));
        pair.is_some_and(|(pair, _)| kind.is(&pair)) && contrast.point(envelope).is_some_and(inside)
    };
    let envelope = piece.witnesses.iter().find(|envelope| shows(envelope))?;
    Some(contrast.dialogue(&shrink(envelope, &shows)))
}
