//! Obligations: what must hold for every class of envelopes, of the policy and of files alike.

use super::declared::{Answered, Asked};
use super::obligations;
use crate::decision::Decision;

/// Where accepted mail ends up, by the answerer's own account of its destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Refused, so nowhere.
    Nowhere,
    /// Every destination is a mailbox here.
    Here,
    /// Some destination is somebody else's host.
    Leaves,
    /// Some destination does not exist: a bounce will be made.
    Bounces,
}

/// What an obligation looks at: the decision, and where the mail ends up.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) decision: Decision,
    pub(super) reach: Reach,
}

/// Something that must hold for every class of envelopes.
pub(super) trait Obligation: Sync {
    /// Its name, as `explain` and refutations print it.
    fn name(&self) -> &'static str;

    /// What it says, in one sentence for an administrator.
    fn sentence(&self) -> &'static str;

    /// Returns whether it holds for the envelopes that answer as `asked` does.
    fn holds(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<bool>;
}

/// Every obligation, in the order in which they are printed.
pub(super) static OBLIGATIONS: &[&dyn Obligation] = &[
    &obligations::NoOpenRelay,
    &obligations::SenderDoesNotAuthorise,
    &obligations::NoSpoofedOwnDomain,
    &obligations::SenderLimit,
    &obligations::AuthNeedsTls,
    &obligations::InternalMaySend,
    &obligations::AuthenticatedMaySend,
    &obligations::ListedIsReachable,
    &obligations::PostmasterIsReachable,
    &obligations::NullSenderAccepted,
    &obligations::NoBackscatter,
    &obligations::SpfPolicy,
];
