//! How many octets and recipients one message may have, before and after.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::decisions::{Change, Kind};
use crate::decision::FoundLimits;
use crate::mail::Listener;
use crate::prove::Party;

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
pub(super) fn changes(sides: [Party<'_>; 2]) -> Vec<Change> {
    let whats = [What::Octets, What::Recipients];
    whats.into_iter().flat_map(|what| of(what, sides)).collect()
}

fn of(what: What, sides: [Party<'_>; 2]) -> Vec<Change> {
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
    let told = told.map(|(sides, listeners)| {
        let names: Vec<String> = listeners.iter().map(|one| format!("`{one}`")).collect();
        let place = if is_everywhere {
            String::new()
        } else {
            format!(" on {}", names.join(" and "))
        };
        change(what.name(), &place, sides)
    });
    told.collect()
}

fn change(what: &str, place: &str, sides: Sides) -> Change {
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
    let said = sides.map(|[least, most]| {
        let words = words(most, what);
        if least == most {
            words
        } else {
            format!(
                "{words}, and {} at some addresses",
                self::words(least, what)
            )
        }
    });
    Change {
        widens,
        narrows,
        ..Change::of_no_envelope(Kind::Otherwise, sentence + place, said)
    }
}

fn words(takes: Takes, what: &str) -> String {
    match takes {
        Takes::UpTo(most) => format!("up to {most} {what}"),
        Takes::Anything => format!("any number of {what}"),
        Takes::AsItComes => "as the MTA comes".to_owned(),
    }
}

/// Returns the least and the most that a side takes on a listener; none if it does not open it.
fn takes(what: What, side: Party<'_>, listener: Listener) -> Option<[Takes; 2]> {
    let Some(found) = side.found else {
        let limits = &side.policy.host.limits;
        let limit = match what {
            What::Octets => limits.size.as_ref(),
            What::Recipients => limits.recipients.as_ref(),
        };
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
    let limit = match what {
        What::Octets => &limits.size,
        What::Recipients => &limits.recipients,
    };
    limit.most.map_or(Takes::Anything, Takes::UpTo)
}
