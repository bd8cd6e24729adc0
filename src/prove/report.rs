//! How a proof came out.

use std::collections::BTreeSet;
use std::fmt;

use super::alike::Left;
use super::counterexample::Counterexample;
use super::fork::{Incomplete, Visited};
use crate::decision::FoundListener;
use crate::diagnostic::{count, grouped};
use crate::source::Loc;

/// How one question of the proof came out.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It holds for every class.
    Proved(Visited),
    /// It holds of the policy, and so of files that have the policy's outcome for every class, or
    /// another of which it was asked.
    Follows {
        /// The classes in which the outcomes were compared.
        classes: u64,
        /// Whether it speaks of any envelope.
        speaks: bool,
    },
    /// It does not: this breaks it.
    Refuted(Box<Refutation>),
    /// Some class breaks it, but no envelope of it did when replayed. That is no proof.
    Undecided(Option<Box<Counterexample>>),
    /// It does not: the files open, or fail to open, a way in.
    Listener(FoundListener),
    /// Of what files say besides: it holds at so many places, or this breaks it.
    Places(Result<u64, Box<Evidence>>),
    /// Not every class was visited. That is no proof.
    Incomplete(Incomplete),
    /// Of records: it holds for so many pairs, or this breaks it.
    Records(Result<u64, Box<Evidence>>),
    /// Of records: it hangs on these names, of which nothing is known. That is no refutation.
    Open(BTreeSet<String>),
}

/// What breaks an obligation that speaks of envelopes.
#[derive(Debug, Clone)]
pub struct Refutation {
    /// An envelope that breaks it, replayed on the deciders: the one that is easiest to read, of
    /// those that were tried.
    pub by: Counterexample,
    /// How much breaks it.
    pub broken: Broken,
}

/// How much of what was visited breaks an obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The classes.
    pub classes: u64,
    /// The envelopes that they stand for.
    pub envelopes: u128,
    /// All that was visited; none where that was not everything. What the obligation speaks of is
    /// not counted to the end there: what breaks it says more.
    pub visited: Option<Visited>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = grouped(u128::from(self.classes));
        let verb = if self.classes == 1 { "breaks" } else { "break" };
        match self.visited {
            Some(visited) => {
                let classes = count(u128::from(visited.leaves), "class", "classes");
                write!(f, "{number} of {classes} {verb} it: ")?;
            }
            None => write!(f, "{number} of the classes that were visited {verb} it: ")?,
        }
        f.write_str(&count(self.envelopes, "envelope", "envelopes"))
    }
}

/// What breaks an obligation that speaks of no envelope.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// What it is, in a line or a few.
    pub text: String,
    /// The place in the policy or in a file that it is about.
    pub at: Loc,
    /// Whether it stands whatever names outside the policy say.
    pub(super) certain: bool,
}

impl Evidence {
    pub(super) fn new(text: String, at: &Loc) -> Self {
        Self {
            text,
            at: at.clone(),
            certain: false,
        }
    }

    /// Returns what breaks it, whatever names outside the policy say.
    pub(super) fn certain(text: String, at: &Loc) -> Self {
        let certain = true;
        Self {
            certain,
            ..Self::new(text, at)
        }
    }
}

impl Answer {
    /// Returns whether it was proved.
    pub fn is_proved(&self) -> bool {
        matches!(
            self,
            Self::Proved(_) | Self::Follows { .. } | Self::Records(Ok(_)) | Self::Places(Ok(_))
        )
    }

    /// Returns whether it was proved, and speaks of nothing that this policy or these files have.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Proved(visited) => visited.concerned == 0,
            Self::Follows { speaks, .. } => !speaks,
            Self::Records(Ok(number)) => *number == 0,
            // That there is no place at all is what it says.
            Self::Places(_)
            | Self::Refuted(_)
            | Self::Undecided(_)
            | Self::Listener(_)
            | Self::Incomplete(_)
            | Self::Records(Err(_))
            | Self::Open(_) => false,
        }
    }
}

/// An obligation or a statement, and how it came out.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its name: an obligation's, `forbid`, `require`, or `policy-equals-files`.
    pub name: String,
    /// What it says.
    pub sentence: String,
    /// Where a statement stands.
    pub at: Option<Loc>,
    /// How it came out.
    pub answer: Answer,
}

/// All findings about one subject.
#[derive(Debug, Clone)]
pub struct Report {
    /// What they are about: `policy`, or the name of a target.
    pub subject: String,
    /// The findings, in a fixed order.
    pub findings: Vec<Finding>,
    /// What they rest on.
    pub assumptions: Vec<String>,
    /// What was left out of what was visited: others that were visited stand for it.
    pub left_out: Option<Left>,
}

impl Report {
    /// Returns whether everything was proved, but for what hangs on names outside the policy.
    pub fn is_proved(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.answer.is_proved() || matches!(finding.answer, Answer::Open(_)))
    }
}
