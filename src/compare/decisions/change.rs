//! A sentence, and all that is known of what it says.

use super::words::List;
use super::{Identity, Kind};
use crate::prove::{Counterexample, Region};
use crate::source::Loc;

/// One sentence of a decision diff.
#[derive(Debug, Clone)]
pub struct Change {
    /// What becomes of the envelopes.
    pub kind: Kind,
    /// Whom it concerns and what they can do now, or no longer.
    pub sentence: String,
    /// What was said before.
    pub before: String,
    /// What is said now.
    pub after: String,
    /// How many envelopes of the universe differ.
    pub envelopes: u128,
    /// The regions of the envelopes that differ, disjoint.
    pub differing: Vec<Region>,
    /// The region that the sentence names.
    pub named: Region,
    /// Whether all that is named is accepted now, or all refused. If not, the sentence says so:
    /// *whoever may send to listed recipients*.
    pub whole: bool,
    /// Whether the envelopes that differ were accepted, and whether they are now.
    pub accepted: [bool; 2],
    /// An envelope, replayed on both sides; the places that decide are in it.
    pub witness: Option<Counterexample>,
    /// Whether it lets somebody do what nobody could, or sends mail where none went.
    pub widens: bool,
    /// Whether it takes something away, or sends mail no longer where it went.
    pub narrows: bool,
    /// What it is about in full, names that the sentence only counts included.
    pub identity: Identity,
    /// The lists that the sentence cuts short, in full.
    pub lists: Vec<List>,
    /// Of a setting, which no envelope shows: where each side says it.
    pub stated: Option<Stated>,
    /// The targets by whose files it is so, and not by the policies.
    pub on: Vec<String>,
}

impl Change {
    /// Returns a change that no envelope shows: both sides accept, and nothing is widened.
    pub(super) fn of_no_envelope(
        kind: Kind,
        sentence: String,
        [before, after]: [String; 2],
    ) -> Self {
        Self {
            kind,
            sentence,
            before,
            after,
            envelopes: 0,
            differing: Vec::new(),
            named: Region::default(),
            whole: true,
            accepted: [true, true],
            witness: None,
            widens: false,
            narrows: false,
            identity: Identity::of_no_envelope(),
            lists: Vec::new(),
            stated: None,
            on: Vec::new(),
        }
    }

    /// Returns whether both tell the same of the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let told = |one: &Self| (one.kind, one.widens, one.narrows, one.identity.clone());
        let words = |one: &Self| [one.sentence.clone(), one.before.clone(), one.after.clone()];
        told(self) == told(other) && words(self) == words(other)
    }

    /// Returns whether both are of what the policies say of a setting, at the same places.
    pub(super) fn is_said_there(&self, other: &Self) -> bool {
        let places = |one: &Self| {
            let stated = one.stated.as_ref();
            stated.map(|stated| stated.sides.each_ref().map(|side| side.at.clone()))
        };
        self.kind == other.kind && self.stated.is_some() && places(self) == places(other)
    }

    /// Returns what a client sees of it, on both sides; none if no dialogue shows it.
    pub fn dialogue(&self) -> Option<String> {
        let stated = self.stated.as_ref();
        match &self.witness {
            Some(witness) => Some(witness.dialogue()),
            None => stated.and_then(Stated::dialogue),
        }
    }

    /// Returns what is shown below the sentence: the dialogue, or else the places that say it.
    pub fn shown(&self) -> Option<String> {
        let places = || self.stated.as_ref().map(Stated::places);
        self.dialogue().or_else(places)
    }

    /// Returns the places that decide the witness, before and after: of a side that does not listen
    /// there the one that says where it does. Of a setting those that say it.
    pub fn places(&self) -> Vec<(&str, Option<&Loc>)> {
        if let Some(stated) = &self.stated {
            let sides = stated.sides.iter();
            return sides
                .map(|side| (side.who.as_str(), side.at.as_ref()))
                .collect();
        }
        let decided = self.witness.iter().flat_map(|witness| &witness.decided);
        let mut places: Vec<(&str, Option<&Loc>)> = decided
            .map(|one| (one.who.as_str(), one.at.as_ref()))
            .collect();
        let closed = self.witness.as_ref().and_then(|one| one.closed.as_ref());
        if let Some(closed) = closed {
            let at = if closed.first { 0 } else { places.len() };
            places.insert(at, (&closed.who, Some(&closed.at)));
        }
        places
    }
}

/// What both sides say of a setting, and where.
#[derive(Debug, Clone)]
pub struct Stated {
    /// What a client sends to see it, if there is such a thing.
    pub asks: Option<String>,
    /// Both sides.
    pub sides: [StatedBy; 2],
}

/// What one side says of a setting.
#[derive(Debug, Clone)]
pub struct StatedBy {
    /// The side.
    pub who: String,
    /// What it answers to what the client sends.
    pub answers: String,
    /// Where it says so; of what a policy does not say, the node in which it would.
    pub at: Option<Loc>,
    /// The parameter of the MTA whose default it is, where nothing says it.
    pub default_of: Option<&'static str>,
}

impl Stated {
    fn dialogue(&self) -> Option<String> {
        let asks = self.asks.as_ref()?;
        Some(format!("{asks}\n{}", self.lines(true)))
    }

    fn places(&self) -> String {
        self.lines(false)
    }

    fn lines(&self, answers: bool) -> String {
        let width = self.sides.iter().map(|side| side.who.len()).max();
        let width = width.unwrap_or_default();
        let lines = self.sides.iter().map(
            |StatedBy {
                 who,
                 answers: said,
                 at,
                 default_of,
             }| {
                let default = || default_of.map(|name| format!("by default of `{name}`"));
                let at = at.as_ref().map(ToString::to_string).or_else(default);
                let at = at.unwrap_or_default();
                let said = if answers {
                    format!("{said}  ")
                } else {
                    String::new()
                };
                format!("{who:width$}  {said}{at}\n")
            },
        );
        lines.collect()
    }
}
