//! What a reader makes of a tree of files.

pub use crate::decision::{Believed, FoundBackend, FoundLimit, FoundLimits, FoundListener};

use crate::decision::{Decider, Sending};

/// What a reader makes of a tree of files: a decider, and what else obligations look at.
pub struct Reading {
    /// What the files decide.
    pub decider: Box<dyn Decider>,
    /// Every way in that the files open.
    pub listeners: Vec<FoundListener>,
    /// Who checks passwords, for each way in where a client can log in.
    pub backends: Vec<FoundBackend>,
    /// Who is believed about who the client is.
    pub believed: Vec<Believed>,
    /// How the server sends.
    pub sending: Sending,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("listeners", &self.listeners)
            .field("backends", &self.backends)
            .field("believed", &self.believed)
            .field("sending", &self.sending)
            .finish_non_exhaustive()
    }
}
