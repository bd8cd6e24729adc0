//! How large a proof may be: the classes that all questions of one run visit together.
//!
//! SOUNDNESS: a run that would visit more says nothing at all, so it does not matter which classes
//! its threads have visited by then. Whether it would is the same on every run.

use std::sync::atomic::{AtomicU64, Ordering};

use super::fork::Incomplete;

/// Over this many visited classes there is no proof, and so no file; never a sample.
pub const CLASSES_MAX: u64 = 100_000_000;

/// What a run may visit, and what it has visited.
#[derive(Debug)]
pub(super) struct Budget {
    max: u64,
    spent: AtomicU64,
}

impl Budget {
    pub(super) fn new(max: u64) -> Self {
        let spent = AtomicU64::new(0);
        Self { max, spent }
    }

    /// Counts classes that were visited.
    pub(super) fn spend(&self, classes: u64) -> Result<(), Incomplete> {
        self.spent.fetch_add(classes, Ordering::Relaxed);
        self.check()
    }

    /// Returns an error if as many classes more would be too many: then nothing may be visited.
    pub(super) fn foresee(&self, classes: u64) -> Result<(), Incomplete> {
        if self.spent().saturating_add(classes) > self.max {
            return self.spend(self.max + 1);
        }
        Ok(())
    }

    /// Returns an error if more was visited than may be.
    pub(super) fn check(&self) -> Result<(), Incomplete> {
        if self.spent() > self.max {
            return Err(Incomplete::TooManyClasses);
        }
        Ok(())
    }

    /// Returns how many classes were visited.
    pub(super) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }
}
