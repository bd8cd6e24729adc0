//! Pieces by the hundred, put together before it is looked which others can be told with them: each
//! network with rights of its own makes one.

use std::collections::BTreeMap;

use super::Kind;
use super::drafts::{Draft, Holds, Such};
use super::sentences::envelopes;
use crate::prove::{Contrast, Facet, Region, Sets, Standing};

/// More sentences that differ in their clients and recipients only are one.
const NETWORKS_MAX: usize = 3;

/// Of so many pieces about the same new recipients, each is not held against all others.
const NEW_RECIPIENTS_MIN: usize = 32;

/// Puts pieces together that share a login that has changed, or senders that have, and differ in
/// clients and recipients only (and a login's in senders), if there are many: each network with
/// rights of its own makes one, since what it is granted is taken as before.
pub(super) fn of_many_networks(
    contrast: &Contrast<'_, '_>,
    pieces: Vec<Draft>,
    sets: &mut Sets,
) -> Vec<Draft> {
    let of_logins = [Facet::Client, Facet::Sender, Facet::Recipient];
    let pieces = grouped(contrast, pieces, (Facet::Login, &of_logins), sets);
    let of_senders = [Facet::Client, Facet::Recipient];
    grouped(contrast, pieces, (Facet::Sender, &of_senders), sets)
}

fn grouped(
    contrast: &Contrast<'_, '_>,
    pieces: Vec<Draft>,
    (cause, others): (Facet, &[Facet]),
    sets: &mut Sets,
) -> Vec<Draft> {
    let mut alike: BTreeMap<Region, Vec<Draft>> = BTreeMap::new();
    let mut all = Vec::new();
    for piece in pieces {
        if piece.holds != Holds::All {
            all.push(piece);
            continue;
        }
        let key = others.iter();
        let key = key.fold(piece.named, |key, facet| key.with(*facet, 0));
        alike.entry(key).or_default().push(piece);
    }
    for (key, group) in alike {
        let causes = sets.of(cause, &key);
        let mut causes = causes.iter();
        let changed = causes.all(|one| contrast.is_changed(cause, *one));
        if group.len() <= NETWORKS_MAX || !changed {
            all.extend(group);
            continue;
        }
        let mut group = group.into_iter();
        let Some(mut whole) = group.next() else {
            continue;
        };
        whole.holds = Holds::ButGrants;
        let mut named = vec![whole.named];
        for piece in group {
            named.push(piece.named);
            whole.differing.extend(piece.differing);
            whole.replies.add(piece.replies);
        }
        whole.named = sets.hull(&named);
        all.push(whole);
    }
    all.sort_by_key(|draft| (std::cmp::Reverse(envelopes(draft)), draft.named));
    all
}

/// Puts pieces about the same recipients together that are now what they were not, or no longer
/// what they were, if there are many: of whom they are taken from is no part of the change.
pub(super) fn of_new_recipients(
    contrast: &Contrast<'_, '_>,
    kind: Kind,
    pieces: Vec<Draft>,
    sets: &mut Sets,
) -> Vec<Draft> {
    let mut count: BTreeMap<u32, usize> = BTreeMap::new();
    for piece in pieces.iter().filter(|piece| piece.holds == Holds::All) {
        *count.entry(piece.named.get(Facet::Recipient)).or_default() += 1;
    }
    let mut wholes: BTreeMap<u32, (Draft, Vec<Region>)> = BTreeMap::new();
    let mut others = Vec::new();
    for mut piece in pieces {
        let recipient = piece.named.get(Facet::Recipient);
        let many = count.get(&recipient).copied().unwrap_or_default() >= NEW_RECIPIENTS_MIN;
        if piece.holds != Holds::All || !many {
            others.push(piece);
        } else if let Some((whole, named)) = wholes.get_mut(&recipient) {
            named.push(piece.named);
            whole.differing.extend(piece.differing);
            whole.replies.add(piece.replies);
        } else if let Some((such, but)) = such(contrast, kind, &piece.named, sets) {
            piece.holds = Holds::NewRecipients(such, but);
            let named = vec![piece.named];
            wholes.insert(recipient, (piece, named));
        } else {
            others.push(piece);
        }
    }
    let wholes = wholes.into_values().map(|(mut whole, named)| {
        whole.named = sets.hull(&named);
        whole
    });
    // What is said of all goes first: whoever is told of the same recipients joins it.
    wholes.chain(others).collect()
}

/// Returns what the recipients of a region are where mail for them is taken, if they are not that
/// on the other side; and of what is lost, what they are now: to whoever may send to such, too,
/// nothing is lost.
pub(super) fn such(
    contrast: &Contrast<'_, '_>,
    kind: Kind,
    region: &Region,
    sets: &Sets,
) -> Option<(Such, Option<Such>)> {
    let such = |standing| match standing {
        Standing::Listed => Some(Such::Listed),
        Standing::Foreign => Some(Such::Foreign),
        Standing::Unlisted | Standing::Delivery => None,
    };
    let both = |member: &u32| {
        if !contrast.is_changed(Facet::Recipient, *member) {
            return None;
        }
        let path = contrast.path(Facet::Recipient, *member);
        let [before, after] = contrast.standing(Facet::Recipient, path.address);
        if kind == Kind::Gained {
            Some((such(after)?, None))
        } else {
            Some((such(before)?, such(after)))
        }
    };
    let recipients = sets.of(Facet::Recipient, region);
    let first = recipients.iter().find_map(both)?;
    let mut all = recipients.iter();
    all.all(|member| both(member) == Some(first))
        .then_some(first)
}
