//! What was said and what is said now, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Between;
use crate::decision::{Because, Header, Verdict};
use crate::mail::Reply;
use crate::prove::{Pair, Said, When};

/// The refusals of a sentence's envelopes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Replies {
    before: BTreeSet<Said>,
    after: BTreeSet<Said>,
}

impl Replies {
    pub(super) fn of(pair: &Pair) -> Self {
        let refused = |said: &Said| {
            (!said.accepts())
                .then(|| said.clone())
                .into_iter()
                .collect()
        };
        Self {
            before: refused(&pair.before),
            after: refused(&pair.after),
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.before.extend(other.before);
        self.after.extend(other.after);
    }

    /// Returns how they were refused.
    pub(super) fn before(&self) -> String {
        words(&self.before)
    }

    /// Returns how they are refused now.
    pub(super) fn after(&self) -> String {
        words(&self.after)
    }
}

fn words(refusals: &BTreeSet<Said>) -> String {
    let mut words: Vec<String> = Vec::new();
    for (verdict, word) in [(Verdict::Reject, "rejected"), (Verdict::Defer, "deferred")] {
        let mut replies: BTreeSet<(Because, Reply)> = BTreeSet::new();
        for refusal in refusals {
            if let Said::Reply {
                verdict: one,
                reply,
                because,
                ..
            } = refusal
                && *one == verdict
            {
                replies.insert((*because, *reply));
            }
        }
        let replies: Vec<String> = replies
            .into_iter()
            .map(|(because, reply)| format!("{reply} ({because})"))
            .collect();
        if !replies.is_empty() {
            words.push(format!("{word} {}", replies.join(", ")));
        }
    }
    if refusals.contains(&Said::Closed) {
        words.push("there is no such listener".to_owned());
    }
    words.join("; ")
}

/// Returns what a side says, in words.
pub(super) fn said(said: &Said) -> String {
    match said {
        Said::Closed => "there is no such listener".to_owned(),
        Said::Reply {
            verdict,
            reply,
            because,
            headers,
            copies,
            completes,
        } => {
            let headers: Vec<&str> = headers.iter().copied().map(Header::name).collect();
            let with = match (verdict, headers.as_slice()) {
                (Verdict::Accept, []) => ", no header".to_owned(),
                (Verdict::Accept, headers) => format!(", {}", headers.join(" and ")),
                _ => String::new(),
            };
            let mut text = format!("{verdict} {reply} ({because}){with}");
            for to in copies {
                // Writing to a string does not fail.
                let _ = write!(text, ", a copy to {to}");
            }
            // What is granted is completed, and nothing else: that goes without saying.
            let is_granted = *because == Because::Granted;
            if *verdict == Verdict::Accept && *completes != is_granted {
                let with = if *completes { "with" } else { "without" };
                let _ = write!(text, ", {with} the headers that it lacks");
            }
            text
        }
    }
}

/// Returns the headers that one side records or adds, and the other does not; and the copies that
/// it sends.
pub(super) fn marks(here: &Said, there: &Said) -> Vec<String> {
    let all = |said: &Said| match said {
        Said::Closed => (BTreeSet::new(), BTreeSet::new(), false),
        Said::Reply {
            headers,
            copies,
            completes,
            because,
            ..
        } => {
            // What is granted is completed: that another rule takes it says so.
            let is_odd = *completes && *because != Because::Granted;
            (headers.clone(), copies.clone(), is_odd)
        }
    };
    let [(headers, copies, completes), (other, others, is_complete)] = [all(here), all(there)];
    let headers = headers.difference(&other).map(|one| one.name().to_owned());
    let copies = copies.difference(&others);
    let copies = copies.map(|to| format!("a copy to {to}"));
    let lacking = (completes && !is_complete).then(|| "the headers that it lacks".to_owned());
    headers.chain(copies).chain(lacking).collect()
}

/// Returns what else than headers and copies is another when mail is taken.
pub(super) fn by(before: &Said, after: &Said) -> Option<String> {
    let what = |said: &Said| match said {
        Said::Closed => None,
        Said::Reply { reply, because, .. } => Some((*reply, *because)),
    };
    let [(reply, because), (other, rule)] = [what(before)?, what(after)?];
    if because == rule {
        (reply != other).then(|| "with another reply".to_owned())
    } else {
        Some("by another rule".to_owned())
    }
}

/// One refusal that stands where others did, or others that stand where one did: which of them are
/// whose is then plain. Or several of these at once.
#[derive(Debug, Clone)]
pub(super) struct Instead {
    pub(super) replies: Replies,
    told: BTreeSet<(Said, Said)>,
}

impl Instead {
    /// Divides refusals, by what was said and what is said, into such groups; those of most pairs
    /// first. Each with all that was found of its pairs.
    pub(super) fn each<T>(mut pairs: BTreeMap<(Said, Said), Vec<T>>) -> Vec<(Self, Vec<T>)> {
        let mut all = Vec::new();
        while let Some((said, when)) = most(pairs.keys()) {
            let is_here = |before: &Said, after: &Said| match when {
                When::Before => said == *before,
                When::After => said == *after,
            };
            let parts = pairs
                .into_iter()
                .partition(|((before, after), _)| is_here(before, after));
            let here: BTreeMap<(Said, Said), Vec<T>> = parts.0;
            pairs = parts.1;
            let instead = Self::of(here.keys().cloned().collect());
            all.push((instead, here.into_values().flatten().collect()));
        }
        all
    }

    fn of(told: BTreeSet<(Said, Said)>) -> Self {
        let (before, after) = told.iter().cloned().unzip();
        let replies = Replies { before, after };
        Self { replies, told }
    }

    /// Returns several as one.
    pub(super) fn all(many: Vec<Self>) -> Self {
        Self::of(many.into_iter().flat_map(|one| one.told).collect())
    }

    /// Returns that of those pairs that are such.
    pub(super) fn of_those(&self, such: &dyn Fn(&(Said, Said)) -> bool) -> Self {
        Self::of(
            self.told
                .iter()
                .filter(|pair| such(pair))
                .cloned()
                .collect(),
        )
    }

    /// Returns whether this was said and is said now, as it tells.
    fn is_told(&self, pair: &Pair) -> bool {
        self.told.iter().any(|told| is(told, pair))
    }

    /// Returns whether it is refused on both sides as it tells that it now is.
    pub(super) fn stays(&self, pair: &Pair) -> bool {
        pair.before == pair.after && self.replies.after.contains(&pair.after)
    }

    /// Returns whether a sentence about refused mail is true of this: what is taken is none.
    pub(super) fn is_true_of(&self, pair: &Pair) -> bool {
        is_taken(pair) || self.stays(pair) || self.is_told(pair)
    }

    /// Returns how mail is refused, as it was or not.
    pub(super) fn manner(&self, between: &Between) -> String {
        let words = [&self.replies.before, &self.replies.after].map(|said| {
            let mut words = said.iter().map(word);
            let first = words.next().unwrap_or("refused");
            if words.all(|one| one == first) {
                first
            } else {
                "refused"
            }
        });
        match words {
            [
                before @ ("rejected" | "deferred"),
                after @ ("rejected" | "deferred"),
            ] if before != after => between.instead(before, after),
            [before, after] => {
                let word = if before == after { before } else { "refused" };
                let several = self.replies.before.len() > 1 && self.replies.after.len() > 1;
                let with = if several {
                    "other replies"
                } else {
                    "another reply"
                };
                format!("{}, with {with}", between.alike(word))
            }
        }
    }
}

/// Returns whether mail is taken by some side.
pub(super) fn is_taken(pair: &Pair) -> bool {
    pair.before.accepts() || pair.after.accepts()
}

/// Returns whether a pair says this.
pub(super) fn is((before, after): &(Said, Said), pair: &Pair) -> bool {
    (&pair.before, &pair.after) == (before, after)
}

/// Returns what most pairs say, and on which side.
fn most<'s>(pairs: impl Iterator<Item = &'s (Said, Said)>) -> Option<(Said, When)> {
    let mut count: BTreeMap<(When, &Said), usize> = BTreeMap::new();
    for (before, after) in pairs {
        *count.entry((When::Before, before)).or_default() += 1;
        *count.entry((When::After, after)).or_default() += 1;
    }
    let most = count.into_iter().max_by_key(|(key, count)| (*count, *key));
    most.map(|((side, said), _)| (said.clone(), side))
}

fn word(said: &Said) -> &'static str {
    match said {
        Said::Reply {
            verdict: Verdict::Reject,
            ..
        } => "rejected",
        Said::Reply {
            verdict: Verdict::Defer,
            ..
        } => "deferred",
        Said::Reply {
            verdict: Verdict::Accept,
            ..
        }
        | Said::Closed => "refused",
    }
}
