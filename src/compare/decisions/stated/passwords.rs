//! Who checks passwords, before and after.

use std::collections::BTreeMap;

use super::{place, stated};
use crate::compare::decisions::{Change, Kind};
use crate::policy::Auth;
use crate::prove::{Party, declared_backend};
use crate::source::Loc;

/// Returns the sentence about who checks passwords, if it is another.
///
/// Whose passwords either knows is not in a policy: somebody may have one now who had none, and
/// somebody none who had one. So another backend both widens and narrows.
pub(super) fn change(sides: [Party<'_>; 2]) -> Option<Change> {
    let [was, is] = sides.map(backends);
    if was == is {
        return None;
    }
    let sentence = match (&was, &is) {
        (None, _) => "passwords are now checked, and clients can authenticate",
        (_, None) => "passwords are checked no longer, and no client can authenticate",
        (Some(_), Some(_)) => {
            "passwords are now checked by another, whose accounts no policy lists: \
             others may authenticate, and some no longer"
        }
    };
    let (widens, narrows) = (is.is_some(), was.is_some());
    let said = [was, is].map(|words| words.unwrap_or_else(|| "by nobody".to_owned()));
    Some(Change {
        widens,
        narrows,
        // What somebody's password is, nobody knows here: there is no dialogue.
        stated: Some(stated(sides, None, Default::default(), sides.map(at))),
        ..Change::of_no_envelope(Kind::Passwords, sentence.to_owned(), said)
    })
}

/// Returns where a side says who checks.
fn at(side: Party<'_>) -> Option<Loc> {
    let declared = match &side.policy.auth {
        Some(Auth::Saslauthd { at, .. } | Auth::Dovecot { at, .. }) => at,
        None => &side.policy.host.at,
    };
    let mut backends = side.found.iter().flat_map(|found| found.backends);
    place(side, backends.next().map(|one| &one.at), declared)
}

/// Returns who checks on a side, in words; none if nobody does.
fn backends(side: Party<'_>) -> Option<String> {
    let Some(found) = side.found else {
        let auth = side.policy.auth.as_ref()?;
        return Some(format!("by {}", declared_backend(auth)));
    };
    let mut by: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for one in found.backends {
        let uses = by.entry(one.backend.to_string()).or_default();
        uses.push(&one.used_by);
    }
    let several = by.len() > 1;
    let words = by.into_iter().map(|(backend, mut uses)| {
        uses.sort_unstable();
        uses.dedup();
        let uses = uses.join(" and ");
        if several {
            format!("by {backend} for {uses}")
        } else {
            format!("by {backend}")
        }
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(", "))
}
