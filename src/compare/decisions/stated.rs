//! What a change does to settings that no envelope shows: limits of one message.

use super::{Change, Decisions, Kind};
use crate::policy::Policy;
use crate::source::Spanned;

/// Adds the sentences.
pub(super) fn add(decisions: &mut Decisions, [before, after]: [&Policy; 2]) {
    let limits = [&before.host.limits, &after.host.limits];
    for (what, sides) in [
        ("octets", limits.map(|one| one.size.as_ref())),
        ("recipients", limits.map(|one| one.recipients.as_ref())),
    ] {
        let [was, is] = sides.map(|limit| limit.map(|limit| limit.value));
        if was == is {
            continue;
        }
        let sentence = match (was, is) {
            (Some(was), Some(is)) if is > was => format!("one message may now have more {what}"),
            (Some(_), Some(_)) => format!("one message may now have fewer {what}"),
            (None, _) => format!("how many {what} one message may have is now said"),
            (Some(_), None) => format!("how many {what} one message may have is said no longer"),
        };
        // What is not said is as the MTA comes, and may be more or less.
        let narrows = was.zip(is).is_none_or(|(was, is)| is < was);
        let said = sides.map(|limit| said(limit, what));
        decisions.changes.push(Change {
            narrows,
            ..Change::of_no_envelope(Kind::Otherwise, sentence, said)
        });
    }
    decisions.changes.sort_by_key(|change| change.kind);
}

fn said(limit: Option<&Spanned<u64>>, what: &str) -> String {
    match limit {
        Some(limit) => format!("up to {} {what}", limit.value),
        None => "as the MTA comes".to_owned(),
    }
}
