//! Obligations: what must hold for every class of envelopes, of the policy and of files alike.

use std::collections::BTreeSet;

use super::declared::{Answered, Asked};
use super::obligations;
use super::reach::Reach;
use crate::decision::{At, Because, Copies, Decision, Route, Verdict};
use crate::mail::Reply;
use crate::source::Loc;

/// What an obligation looks at: the decision, and where the mail ends up.
///
/// The place that decided is no part of it: see [`Self::says_as`].
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) decision: Decision,
    pub(super) reach: Reach,
}

impl Outcome {
    /// Returns the outcome of mail with a verdict of which nothing else is said.
    pub(super) fn bare(verdict: Verdict, at: &Loc) -> Self {
        Self {
            decision: Decision {
                verdict,
                reply: Reply::new(250, 2, 1, 5),
                because: Because::Unstated,
                at: At::Place(at.clone()),
                route: Route::None,
                headers: BTreeSet::new(),
                copies: Copies::default(),
                completes: false,
            },
            reach: Reach::default(),
        }
    }

    /// Returns whether another says the same in all that an obligation looks at.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        says_as(&self.decision, &other.decision) && self.reach == other.reach
    }
}

/// Returns whether two decisions are the same in all but their places.
pub(super) fn says_as(ours: &Decision, theirs: &Decision) -> bool {
    let Decision {
        verdict,
        reply,
        because,
        at: _,
        route,
        headers,
        copies,
        completes,
    } = ours;
    (verdict, reply, because) == (&theirs.verdict, &theirs.reply, &theirs.because)
        && (route, headers, copies) == (&theirs.route, &theirs.headers, &theirs.copies)
        && *completes == theirs.completes
}

/// What an obligation says of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Nothing: it is about others.
    Silent,
    /// It must be so, and is.
    Kept,
    /// It must not be so.
    Broken,
}

impl Judgement {
    /// Returns the judgement of an envelope that the obligation is about.
    pub(super) fn of(kept: bool) -> Self {
        if kept { Self::Kept } else { Self::Broken }
    }
}

/// Something that must hold for every class of envelopes.
pub(super) trait Obligation: Sync {
    /// Its name, as `explain` and refutations print it.
    fn name(&self) -> &'static str;

    /// What it says, in one sentence for an administrator.
    fn sentence(&self) -> &'static str;

    /// Judges the envelopes that answer as `asked` does.
    ///
    /// Who it is about is asked first, and is silent about all others, whatever their outcome: the
    /// envelopes that it speaks of are counted, and one that speaks of none says nothing.
    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement>;

    /// Verdicts with which it holds of every envelope, whatever else the outcome is: who it is
    /// about need not be asked then. It is about the same envelopes with each of them.
    fn holds_with(&self) -> &'static [Verdict] {
        &[]
    }
}

/// Mail is not accepted.
pub(super) const NOT_ACCEPTED: &[Verdict] = &[Verdict::Reject, Verdict::Defer];
/// Mail is accepted.
pub(super) const ACCEPTED: &[Verdict] = &[Verdict::Accept];
/// Mail is rejected.
pub(super) const REJECTED: &[Verdict] = &[Verdict::Reject];

/// Every obligation, in the order in which they are printed.
pub(super) static OBLIGATIONS: &[&dyn Obligation] = &[
    &obligations::NoOpenRelay,
    &obligations::SenderDoesNotAuthorise,
    &obligations::SubmissionNeedsLogin,
    &obligations::RefusedNetworkIsRefused,
    &obligations::NoSpoofedOwnDomain,
    &obligations::SenderLimit,
    &obligations::AuthNeedsTls,
    &obligations::InternalMaySend,
    &obligations::AuthenticatedMaySend,
    &obligations::ListedIsReachable,
    &obligations::PostmasterIsReachable,
    &obligations::NullSenderAccepted,
    &obligations::NoBackscatter,
    &obligations::ForwardsAsDeclared,
    &obligations::CopiesAsDeclared,
    &obligations::SpfPolicy,
    &obligations::HeadersAsDeclared,
];
