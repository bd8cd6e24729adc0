//! What was said and what is said now, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::Between;
use super::words::list;
use crate::decision::{Because, Header, Verdict};
use crate::mail::Reply;
use crate::prove::{Pair, Said};

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
        } => {
            let headers: Vec<&str> = headers.iter().copied().map(Header::name).collect();
            let with = match (verdict, headers.as_slice()) {
                (Verdict::Accept, []) => ", no header".to_owned(),
                (Verdict::Accept, headers) => format!(", {}", headers.join(" and ")),
                _ => String::new(),
            };
            format!("{verdict} {reply} ({because}){with}")
        }
    }
}

/// Which refusals stand where others were.
#[derive(Debug, Default)]
pub(super) struct Instead {
    /// By what is said now: what was said.
    pairs: BTreeMap<String, BTreeSet<String>>,
}

impl Instead {
    pub(super) fn add(&mut self, pair: &Pair) {
        let before = self.pairs.entry(refusal(&pair.after)).or_default();
        before.insert(refusal(&pair.before));
    }

    /// Returns all of them: those that stand for the same are told together.
    pub(super) fn told(&self, between: &Between) -> String {
        let mut told: BTreeMap<&BTreeSet<String>, Vec<String>> = BTreeMap::new();
        for (after, before) in &self.pairs {
            told.entry(before).or_default().push(after.clone());
        }
        let each = told.iter().map(|(before, after)| {
            let before: Vec<String> = before.iter().cloned().collect();
            between.instead(&list(&before, "or"), &list(after, "or"))
        });
        each.collect::<Vec<String>>().join("; ")
    }
}

/// Returns a refusal by its reply alone.
fn refusal(said: &Said) -> String {
    match said {
        Said::Closed => "no listener".to_owned(),
        Said::Reply { reply, because, .. } => format!("{reply} ({because})"),
    }
}
