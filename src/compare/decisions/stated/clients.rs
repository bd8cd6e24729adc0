//! Who says who the client is, before and after.

use super::{place, stated};
use crate::compare::decisions::words::list;
use crate::compare::decisions::{Change, Kind};
use crate::decision::Peers;
use crate::mail::{WayIn, number, v4_or_v6};
use crate::prove::Party;
use crate::source::Loc;

/// Who is believed on a side.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sayers {
    /// The first and the last address of each range, as numbers.
    ranges: Vec<(u128, u128)>,
    /// The ways in at which it is whoever reaches them.
    everybody: Vec<(Option<WayIn>, String)>,
}

/// Returns the sentence about who says who the client is, if it is another.
///
/// Whoever says it can have every address. So one more widens, whatever the networks may.
pub(super) fn change(sides: [Party<'_>; 2]) -> Option<Change> {
    let sayers = sides.map(sayers);
    let [was, is] = &sayers;
    if was == is {
        return None;
    }
    let words = [was, is].map(words);
    let sentence = match &words {
        [_, None] => "no proxy says any longer who the client is: it is who connects".to_owned(),
        [_, Some(is)] => format!("who the client is may now be said by {is}"),
    };
    let (widens, narrows) = (gains(was, is), gains(is, was));
    let said = words.map(|one| match one {
        Some(words) => format!("said by {words}"),
        None => "who connects is the client".to_owned(),
    });
    Some(Change {
        widens,
        narrows,
        stated: Some(stated(sides, None, Default::default(), sides.map(at))),
        ..Change::of_no_envelope(Kind::Proxies, sentence, said)
    })
}

/// Returns where a side says who is believed.
fn at(side: Party<'_>) -> Option<Loc> {
    let proxies = side.policy.proxies();
    let declared = proxies.first().map_or(&side.policy.host.at, |one| &one.at);
    let mut believed = side.found.iter().flat_map(|found| found.believed);
    place(side, believed.next().map(|one| &one.at), declared)
}

fn sayers(side: Party<'_>) -> Sayers {
    let mut found = Sayers::default();
    match side.found {
        None => {
            let proxies = side.policy.proxies();
            let numbers = proxies.iter().map(|one| number(one.value));
            found.ranges = numbers.map(|one| (one, one)).collect();
        }
        Some(files) => {
            for one in files.believed {
                match &one.peers {
                    Peers::Ranges(ranges) => found.ranges.extend(ranges),
                    Peers::Everybody { way, name } => found.everybody.push((*way, name.clone())),
                }
            }
        }
    }
    found.ranges.sort_unstable();
    found.everybody.sort();
    found
}

/// Returns whether somebody is believed on the second side, and not on the first.
fn gains(was: &Sayers, is: &Sayers) -> bool {
    let is_covered = |one: &(u128, u128)| {
        let mut next = one.0;
        for (first, last) in &was.ranges {
            if *first <= next && next <= *last {
                if *last >= one.1 {
                    return true;
                }
                next = last + 1;
            }
        }
        false
    };
    let is_known = |one: &(Option<WayIn>, String)| was.everybody.contains(one);
    !is.ranges.iter().all(is_covered) || !is.everybody.iter().all(is_known)
}

/// Returns who it is in words; none if it is nobody.
fn words(sayers: &Sayers) -> Option<String> {
    let ranges = sayers
        .ranges
        .iter()
        .map(|(first, last)| match (first, last) {
            (0, &u128::MAX) => "whoever connects".to_owned(),
            _ if first == last => format!("`{}`", v4_or_v6(*first)),
            _ => format!("`{}` to `{}`", v4_or_v6(*first), v4_or_v6(*last)),
        });
    let everybody = sayers.everybody.iter();
    let everybody = everybody.map(|(_, name)| format!("whoever reaches `{name}`"));
    let all: Vec<String> = ranges.chain(everybody).collect();
    (!all.is_empty()).then(|| list(&all, "and"))
}
