//! How many octets and recipients one message may have, before and after.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::{place, stated};
use crate::compare::decisions::words::list;
use crate::compare::decisions::{Between, Change, Kind};
use crate::decision::{FoundLimit, FoundLimits};
use crate::mail::Listener;
use crate::prove::Party;
use crate::source::{Loc, Spanned};

/// What may be limited.
#[derive(Clone, Copy)]
enum What {
    Octets,
    Recipients,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Octets => "octets",
            Self::Recipients => "recipients",
        }
    }
}

/// What is taken of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Takes {
    UpTo(u64),
    Anything,
    /// As the MTA comes: a policy that does not say it knows no number.
    AsItComes,
}

/// What is taken of one message before and after; of a listener at several addresses the least and
/// the most.
type Sides = [[Takes; 2]; 2];

/// Returns the sentences: one where all listeners change alike, else one for each.
pub(super) fn changes(sides: [Party<'_>; 2], between: &Between) -> Vec<Change> {
    let whats = [What::Octets, What::Recipients];
    let all = whats.into_iter().flat_map(|what| of(what, sides, between));
    all.collect()
}

fn of(what: What, sides: [Party<'_>; 2], between: &Between) -> Vec<Change> {
    let mut by: BTreeMap<Sides, Vec<Listener>> = BTreeMap::new();
    for listener in Listener::ALL {
        let [was, is] = sides.map(|side| takes(what, side, listener));
        // A listener on one side only is told as such.
        if let Some(sides) = was.zip(is) {
            by.entry(sides.into()).or_default().push(listener);
        }
    }
    let is_everywhere = by.len() == 1;
    let told = by.into_iter().filter(|([was, is], _)| was != is);
    let told = told.filter_map(|(taken, listeners)| {
        let names: Vec<String> = listeners.iter().map(|one| format!("`{one}`")).collect();
        let on = if is_everywhere {
            String::new()
        } else {
            format!(" on {}", list(&names, "and"))
        };
        let listener = *listeners.first()?;
        let places = sides.map(|side| {
            place(
                side,
                found_at(what, side, listener),
                declared_at(what, side),
            )
        });
        let (asks, answers) = dialogue(what, listener, taken);
        let change = match between {
            Between::Targets(names) => of_targets(what.name(), &on, taken, names),
            Between::Times | Between::Nothing => of_times(what.name(), &on, taken),
        };
        let kind = match between {
            Between::Targets(_) if !is_declared(what, sides, listener) => Kind::Latitude,
            Between::Targets(_) | Between::Times | Between::Nothing => Kind::Limits,
        };
        let mut stated = stated(sides, asks, answers, places);
        for (side, stated) in sides.into_iter().zip(&mut stated.sides) {
            if stated.at.is_none() {
                stated.default_of = default_of(what, side, listener);
            }
        }
        Some(Change {
            kind,
            stated: Some(stated),
            ..change
        })
    });
    told.collect()
}

/// Returns the sentence about what was and what would be.
fn of_times(what: &str, on: &str, sides: Sides) -> Change {
    let [[was_least, was_most], [is_least, is_most]] = sides;
    let is_unknown = [was_most, is_most].contains(&Takes::AsItComes);
    // What is not said may be more or less.
    let (widens, narrows) = (
        is_unknown || is_most > was_most,
        is_unknown || is_least < was_least,
    );
    let sentence = match (was_most, is_most, widens, narrows) {
        (Takes::AsItComes, ..) => format!("how many {what} one message may have is now said"),
        (_, Takes::AsItComes, ..) => {
            format!("how many {what} one message may have is said no longer")
        }
        (.., true, false) => format!("one message may now have more {what}"),
        (.., false, _) => format!("one message may now have fewer {what}"),
        (.., true, true) => format!("one message may now have more {what} or fewer"),
    };
    Change {
        widens,
        narrows,
        ..Change::of_no_envelope(Kind::Limits, sentence + on, said(what, sides))
    }
}

/// Returns the sentence about two targets.
fn of_targets(what: &str, on: &str, sides: Sides, [one, other]: &[String; 2]) -> Change {
    let [[_, by_one], [_, by_other]] = sides;
    let sentence = match by_one.cmp(&by_other) {
        Ordering::Less => format!("one message may have more {what} by {other} than by {one}"),
        Ordering::Greater => format!("one message may have more {what} by {one} than by {other}"),
        Ordering::Equal => format!("one message may have other {what} by {one} than by {other}"),
    };
    Change::of_no_envelope(Kind::Limits, sentence + on, said(what, sides))
}

fn said(what: &str, sides: Sides) -> [String; 2] {
    sides.map(|[least, most]| {
        let words = words(most, what);
        if least == most {
            words
        } else {
            format!(
                "{words}, and {} at some addresses",
                self::words(least, what)
            )
        }
    })
}

/// Returns a message that one side takes and the other does not, and what each answers.
fn dialogue(what: What, listener: Listener, [was, is]: Sides) -> (Option<String>, [String; 2]) {
    let [was_least, was_most] = was;
    let [is_least, is_most] = is;
    let taken = if was_most == is_most {
        [was_least, is_least]
    } else {
        [was_most, is_most]
    };
    let limits = taken.iter().filter_map(|takes| match takes {
        Takes::UpTo(most) => Some(*most),
        Takes::Anything | Takes::AsItComes => None,
    });
    let Some(less) = limits.min() else {
        return (None, Default::default());
    };
    let head = format!("any client that may send, port {}\n", listener.port());
    let (asks, refusal) = match what {
        What::Octets => {
            let size = less.saturating_add(1);
            let mail = format!("  MAIL FROM:<nobody@elsewhere.example> SIZE={size}");
            (mail, "reject 552 5.3.4")
        }
        What::Recipients => {
            let mail = "  MAIL FROM:<nobody@elsewhere.example>\n";
            let next = less.saturating_add(1);
            let more = format!("  RCPT TO:<...>   (recipient {next})");
            (mail.to_owned() + &more, "defer 452 4.5.3")
        }
    };
    let answers = taken.map(|takes| match takes {
        Takes::UpTo(most) if most <= less => refusal.to_owned(),
        Takes::UpTo(_) | Takes::Anything => "accept".to_owned(),
        Takes::AsItComes => "as the MTA comes".to_owned(),
    });
    (Some(head + &asks), answers)
}

fn words(takes: Takes, what: &str) -> String {
    match takes {
        Takes::UpTo(1) => format!("up to 1 {}", what.trim_end_matches('s')),
        Takes::UpTo(most) => format!("up to {most} {what}"),
        Takes::Anything => format!("any number of {what}"),
        Takes::AsItComes => "as the MTA comes".to_owned(),
    }
}

/// Returns the least and the most that a side takes on a listener; none if it does not open it.
fn takes(what: What, side: Party<'_>, listener: Listener) -> Option<[Takes; 2]> {
    let Some(found) = side.found else {
        let limit = declared(what, side);
        let takes = limit.map_or(Takes::AsItComes, |limit| Takes::UpTo(limit.value));
        return side.opens(listener).then_some([takes; 2]);
    };
    let listeners = found.listeners.iter();
    let here = listeners.filter(|one| one.listener == Some(listener));
    let all: BTreeSet<Takes> = here
        .filter_map(|one| Some(found_takes(what, one.limits.as_ref()?)))
        .collect();
    Some([*all.first()?, *all.last()?])
}

fn found_takes(what: What, limits: &FoundLimits) -> Takes {
    let most = found(what, limits).most;
    most.map_or(Takes::Anything, Takes::UpTo)
}

fn found(what: What, limits: &FoundLimits) -> &FoundLimit {
    match what {
        What::Octets => &limits.size,
        What::Recipients => &limits.recipients,
    }
}

fn declared(what: What, side: Party<'_>) -> Option<&Spanned<u64>> {
    let limits = &side.policy.host.limits;
    match what {
        What::Octets => limits.size.as_ref(),
        What::Recipients => limits.recipients.as_ref(),
    }
}

fn declared_at(what: What, side: Party<'_>) -> &Loc {
    declared(what, side).map_or(&side.policy.host.at, |limit| &limit.at)
}

/// Returns what the files of a side say that they take on a listener.
fn found_on(what: What, side: Party<'_>, listener: Listener) -> Option<&FoundLimit> {
    let files = side.found?;
    let mut here = files.listeners.iter();
    let here = here.find(|one| one.listener == Some(listener) && one.limits.is_some())?;
    Some(found(what, here.limits.as_ref()?))
}

/// Returns where they say so; nowhere, if it is the MTA's default.
fn found_at(what: What, side: Party<'_>, listener: Listener) -> Option<&Loc> {
    let limit = found_on(what, side, listener)?;
    limit.default_of.is_none().then_some(&limit.at)
}

/// Returns the parameter whose default it is.
fn default_of(what: What, side: Party<'_>, listener: Listener) -> Option<&'static str> {
    found_on(what, side, listener)?.default_of
}

/// Returns whether somebody has said what may be taken: the policy, or raw text for a target.
fn is_declared(what: What, sides: [Party<'_>; 2], listener: Listener) -> bool {
    sides.iter().any(|side| {
        let by_hand = side.made.zip(found_at(what, *side, listener));
        let by_hand = by_hand.and_then(|(made, at)| made.by_hand(at));
        declared(what, *side).is_some() || by_hand.is_some()
    })
}
