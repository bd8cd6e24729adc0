//! The token of a proof.

use std::sync::{Arc, OnceLock};

use super::alike::{Alike, LeftOut};
use super::declared::Declared;
use super::threads::in_two;
use crate::policy::{Policy, PolicyDecider};
use crate::source::Source;

/// A policy whose obligations were proved. `prove` is its only maker.
#[derive(Debug)]
pub struct Proven<'p> {
    policy: &'p Policy,
    /// Prepared when it is needed.
    subject: OnceLock<Subject<'p>>,
    /// What of a large policy may be left out: the same for the files of each target.
    alike: Option<Alike<'p>>,
}

impl<'p> Proven<'p> {
    /// Makes the token. INVARIANT: called only after every obligation held.
    pub(super) fn new(policy: &'p Policy, subject: Option<Subject<'p>>) -> Self {
        let subject = subject.map_or_else(OnceLock::new, OnceLock::from);
        Self {
            policy,
            subject,
            alike: None,
        }
    }

    /// Keeps what is known of what may be left out.
    pub(super) fn with(self, alike: Option<Alike<'p>>) -> Self {
        Self { alike, ..self }
    }

    /// Leaves out of the policy and the files that are made of it what others stand for; nothing,
    /// if there is none, or if the policy is small.
    pub(crate) fn leave_out(&self, files: &[Arc<Source>]) -> Option<LeftOut> {
        self.alike.as_ref()?.leave_out(files)
    }

    /// Returns the policy.
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// Returns the policy as it was prepared for its own proof.
    pub(super) fn subject(&self) -> &Subject<'p> {
        self.subject.get_or_init(|| Subject::new(self.policy))
    }
}

/// A policy, prepared to be proved: what it decides, and what it declares. Neither knows the other.
#[derive(Debug)]
pub(super) struct Subject<'p> {
    pub(super) policy: &'p Policy,
    pub(super) reference: PolicyDecider<'p>,
    pub(super) declared: Declared<'p>,
}

impl<'p> Subject<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        let (reference, declared) = in_two(|| PolicyDecider::new(policy), || Declared::new(policy));
        Self {
            policy,
            reference,
            declared,
        }
    }
}
