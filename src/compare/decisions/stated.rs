//! What a change does to settings that no envelope shows: limits of one message, who checks
//! passwords or says who the client is, and the addresses that listeners are bound to.

mod clients;
mod limits;
mod passwords;

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::{Between, Change, Kind, Stated, StatedBy};
use crate::mail::{Listener, WayIn};
use crate::prove::Party;
use crate::source::Loc;

/// Returns the sentences. Of two targets of one policy only limits can differ: the rest is proved.
pub(super) fn changes(sides: [Party<'_>; 2], between: &Between) -> Vec<Change> {
    let mut changes = limits::changes(sides, between);
    match between {
        Between::Targets(_) => {}
        Between::Times | Between::Nothing => {
            let moved = Listener::ALL.into_iter();
            changes.extend(moved.filter_map(|one| moved_to(one, sides)));
            changes.extend(passwords::change(sides));
            changes.extend(clients::change(sides));
        }
    }
    changes
}

/// Returns where a side says something: the place that was found in its files, or the one at which
/// its policy declares it. Files that are made of a policy have places of that.
fn place(side: Party<'_>, found: Option<&Loc>, declared: &Loc) -> Option<Loc> {
    match (&side.found, &side.made) {
        (None, _) => Some(declared.clone()),
        (Some(_), None) => found.cloned(),
        (Some(_), Some(made)) => match found.and_then(|at| made.by_hand(at)) {
            None if made.decides().is_some() => Some(declared.clone()),
            None => found.cloned(),
            raw => raw,
        },
    }
}

/// Returns what both sides say of a setting: what a client sends to see it, if it can, and what
/// each answers.
fn stated(
    sides: [Party<'_>; 2],
    asks: Option<String>,
    [was, is]: [String; 2],
    [from, to]: [Option<Loc>; 2],
) -> Stated {
    let [one, other] = sides.map(|side| side.name.to_owned());
    let by = |who, answers, at| StatedBy {
        who,
        answers,
        at,
        default_of: None,
    };
    Stated {
        asks,
        sides: [by(one, was, from), by(other, is, to)],
    }
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
    let (asks, answers) = connection(listener, [&was, &is]);
    let places = sides.map(|side| opened_by(listener, side));
    Some(Change {
        widens,
        narrows,
        stated: Some(stated(sides, Some(asks), answers, places)),
        ..Change::of_no_envelope(Kind::Listeners, sentence, said)
    })
}

/// Returns a connection to an address at which one side is open and the other is not, and what
/// each side makes of it.
fn connection(listener: Listener, sides: [&BTreeSet<Option<IpAddr>>; 2]) -> (String, [String; 2]) {
    let [was, is] = sides;
    let finite = if is.contains(&None) { was } else { is };
    let apart = was.symmetric_difference(is).find_map(|on| *on);
    let is_wide = sides.iter().any(|side| side.contains(&None));
    let to = match apart {
        Some(address) if !is_wide => address.to_string(),
        _ => format!("an address of the host other than {}", words(finite)),
    };
    let answers = sides.map(|side| {
        let is_open = side.contains(&None) || (!is_wide && side.contains(&apart));
        let word = if is_open { "open" } else { "closed" };
        word.to_owned()
    });
    (
        format!("connect to {to}, port {}", listener.port()),
        answers,
    )
}

/// Returns where a side says that it opens a listener.
fn opened_by(listener: Listener, side: Party<'_>) -> Option<Loc> {
    let host = &side.policy.host;
    let ways = host.ways_in();
    let is_here = |way: &WayIn| way.listener == listener;
    let declared = ways.iter().find(|way| is_here(&way.value));
    let mut listeners = side.found.iter().flat_map(|found| found.listeners);
    let found = listeners.find(|one| one.listener == Some(listener));
    let found = found.map(|one| &one.at);
    place(side, found, declared.map_or(&host.at, |way| &way.at))
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
