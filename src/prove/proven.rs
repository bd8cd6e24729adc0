//! The token of a proof.

use crate::policy::Policy;

/// A policy whose obligations were proved. `prove` is its only maker.
#[derive(Debug, Clone, Copy)]
pub struct Proven<'p> {
    policy: &'p Policy,
}

impl<'p> Proven<'p> {
    /// Makes the token. INVARIANT: called only after every obligation held.
    pub(super) fn new(policy: &'p Policy) -> Self {
        Self { policy }
    }

    /// Returns the policy.
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }
}
