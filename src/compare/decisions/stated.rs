//! What a change does to settings that no envelope shows: limits of one message, who checks
//! passwords or says who the client is, and the addresses that listeners are bound to.

mod clients;
mod limits;
mod passwords;

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::{Change, Kind};
use crate::mail::Listener;
use crate::prove::Party;

/// Returns the sentences.
pub(super) fn changes(sides: [Party<'_>; 2]) -> Vec<Change> {
    let moved = Listener::ALL.into_iter();
    let mut changes: Vec<Change> = moved.filter_map(|one| moved_to(one, sides)).collect();
    changes.extend(limits::changes(sides));
    changes.extend(passwords::change(sides));
    changes.extend(clients::change(sides));
    changes
}

/// Returns the sentence about a listener that both sides open, at other addresses.
fn moved_to(listener: Listener, sides: [Party<'_>; 2]) -> Option<Change> {
    let [was, is] = sides.map(|side| addresses(listener, side));
    if was.is_empty() || is.is_empty() || was == is {
        return None;
    }
    let sentence = if is.contains(&None) {
        format!("`{listener}` is now open at every address of the host")
    } else {
        format!("`{listener}` is now open at {} only", words(&is))
    };
    // At every address are those of the other side, and more.
    let gains = |one: &BTreeSet<_>, two: &BTreeSet<_>| !one.contains(&None) && !two.is_subset(one);
    let (widens, narrows) = (gains(&was, &is), gains(&is, &was));
    let said = [&was, &is].map(|open| format!("open at {}", words(open)));
    Some(Change {
        widens,
        narrows,
        ..Change::of_no_envelope(Kind::Otherwise, sentence, said)
    })
}

/// Returns where a side opens a listener: at no address, at some, or at every one of the host.
fn addresses(listener: Listener, side: Party<'_>) -> BTreeSet<Option<IpAddr>> {
    let ways = side.ways_in.iter();
    let ways = ways.filter(|way| way.listener == listener);
    ways.map(|way| way.on).collect()
}

fn words(open: &BTreeSet<Option<IpAddr>>) -> String {
    let word = |on: &Option<IpAddr>| {
        on.map_or_else(|| "every address".to_owned(), |address| address.to_string())
    };
    let words: Vec<String> = open.iter().map(word).collect();
    words.join(" and ")
}
