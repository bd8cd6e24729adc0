//! What a reader makes of a tree of files.

use crate::decision::Decider;
use crate::mail::Listener;
use crate::source::Loc;

/// What a reader makes of a tree of files: a decider, and what else obligations look at.
pub struct Reading {
    /// What the files decide.
    pub decider: Box<dyn Decider>,
    /// Every way in that the files open.
    pub listeners: Vec<FoundListener>,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("listeners", &self.listeners)
            .finish_non_exhaustive()
    }
}

/// A way in that the files open.
#[derive(Debug, Clone)]
pub struct FoundListener {
    /// The listener, if it is one of those that policies speak of, on all addresses.
    pub listener: Option<Listener>,
    /// How the files name it, such as `0.0.0.0:2525 (smtpd)`.
    pub name: String,
    /// Where.
    pub at: Loc,
}
