//! Who says who the client is: in files, the declared proxies and nobody else.

use super::Files;
use super::declared::{Declared, Proxies};
use super::report::{Answer, Evidence, Finding};
use super::selection::{Body, CLIENTS, Selection};
use crate::decision::{Believed, FoundListener, Peers};
use crate::mail::{WayIn, number, v4_or_v6};
use crate::source::Loc;

const SENTENCE: &str = "only the declared proxies say who the client is";

/// Compares whom files believe with the declared proxies: a finding for each that is believed and
/// not declared, or declared and not believed, or one that says that there is none. Nothing where
/// nobody is declared and nobody believed.
///
/// SOUNDNESS: an envelope holds the client that the MTA takes the peer for. Whoever is believed can
/// have every address, and with it the rights of every network, without any decision being another:
/// so no class shows it. What stands here is all that the files say of it, at every way in. Where
/// an MTA cannot name its proxies, that only they reach a listener is an assumption: it is taken
/// for listeners that are bound to addresses of the inside, and for no others.
pub(super) fn check(
    declared: &Declared<'_>,
    files: Files<'_>,
    selection: Selection<'_>,
) -> Vec<Finding> {
    if selection.body(CLIENTS) != Some(Body::Stated) {
        return Vec::new();
    }
    let proxies = Proxies::new(declared.policy);
    let mut faults: Vec<Evidence> = Vec::new();
    for one in files.believed {
        faults.extend(strays(&proxies, one));
    }
    faults.extend(missing(&proxies, files.listeners, files.believed));
    if faults.is_empty() && proxies.is_empty() {
        return Vec::new();
    }
    if faults.is_empty() {
        let places = u64::try_from(proxies.all.len()).unwrap_or(u64::MAX);
        return vec![finding(Ok(places))];
    }
    let faults = faults.into_iter();
    faults.map(|fault| finding(Err(Box::new(fault)))).collect()
}

/// Returns the first of each run of peers that are believed and not declared.
fn strays(proxies: &Proxies<'_>, believed: &Believed) -> Vec<Evidence> {
    let ranges = match &believed.peers {
        Peers::Ranges(ranges) => ranges,
        Peers::Everybody { way, name } => {
            let is_declared = |way: &WayIn| proxies.ways.iter().any(|one| one.value == *way);
            if way.as_ref().is_some_and(is_declared) {
                return Vec::new();
            }
            return vec![stray(proxies, &format!("reaches {name}"), &believed.at)];
        }
    };
    let numbers = proxies.numbers();
    let mut found = Vec::new();
    for (first, last) in ranges {
        let mut next = Some(*first);
        let inside = numbers.iter().filter(|one| (first..=last).contains(one));
        // What lies before each declared one, and behind the last.
        for declared in inside.map(Some).chain([None]) {
            let Some(start) = next else {
                break;
            };
            let end = match declared {
                Some(declared) => declared.checked_sub(1).filter(|end| *end >= start),
                None => Some(*last).filter(|end| *end >= start),
            };
            if let Some(end) = end {
                let text = format!("connects from {}", words(start, end));
                found.push(stray(proxies, &text, &believed.at));
            }
            next = declared.and_then(|declared| declared.checked_add(1));
        }
    }
    found
}

fn words(first: u128, last: u128) -> String {
    if (first, last) == (0, u128::MAX) {
        return "anywhere".to_owned();
    }
    let (first, last) = (v4_or_v6(first), v4_or_v6(last));
    if first == last {
        first.to_string()
    } else {
        format!("{first} to {last}")
    }
}

fn stray(proxies: &Proxies<'_>, who: &str, at: &Loc) -> Evidence {
    let declared = match proxies.all.first() {
        None => "the policy names no proxy".to_owned(),
        Some(first) => {
            let names = proxies.names();
            format!("the policy names {names} only ({})", first.at)
        }
    };
    Evidence::new(
        format!("whoever {who} can say that it is any client; {declared}"),
        at,
    )
}

/// Returns each declared proxy that is not believed where it comes.
fn missing(
    proxies: &Proxies<'_>,
    listeners: &[FoundListener],
    believed: &[Believed],
) -> Vec<Evidence> {
    let mut found = Vec::new();
    // Where nothing is declared to listen nobody comes.
    for proxy in proxies.all.iter().filter(|_| !listeners.is_empty()) {
        let peer = number(proxy.value);
        let mut tell = |at_way: &str, at: &Loc| {
            let text = format!(
                "{} is not believed{at_way}, so all of its clients would have its address; the \
                 policy names it ({})",
                proxy.value, proxy.at
            );
            found.push(Evidence::new(text, at));
        };
        let mut named = believed.iter().filter_map(|one| match &one.peers {
            Peers::Ranges(ranges) => Some((ranges, &one.at)),
            Peers::Everybody { .. } => None,
        });
        let holds = |ranges: &[(u128, u128)]| {
            let mut ranges = ranges.iter();
            ranges.any(|(first, last)| (*first..=*last).contains(&peer))
        };
        if named.clone().any(|(ranges, _)| holds(ranges)) {
            continue;
        }
        if let Some((_, at)) = named.next() {
            tell("", at);
            continue;
        }
        let mut ways = proxies.ways_of(proxy.value).peekable();
        if ways.peek().is_none() {
            tell("", &proxy.at);
        }
        for way in ways.filter(|way| !is_believed_at(believed, way.value)) {
            let listener = listeners.iter().find(|one| one.way_in() == Some(way.value));
            let at = listener.map_or(&way.at, |listener| &listener.at);
            tell(&format!(" at {}", way.value), at);
        }
    }
    found
}

/// Returns whether everybody who comes by a way in is believed.
fn is_believed_at(believed: &[Believed], way: WayIn) -> bool {
    believed.iter().any(|one| match &one.peers {
        Peers::Everybody { way: here, .. } => *here == Some(way),
        Peers::Ranges(_) => false,
    })
}

fn finding(answer: Result<u64, Box<Evidence>>) -> Finding {
    Finding {
        name: CLIENTS.to_owned(),
        sentence: SENTENCE.to_owned(),
        at: None,
        answer: Answer::Places(answer),
    }
}
