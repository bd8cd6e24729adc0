//! The obligations, one file each.

mod auth_needs_tls;
mod authenticated_may_send;
mod copies_as_declared;
mod forwards_as_declared;
mod headers_as_declared;
mod internal_may_send;
mod listed_is_reachable;
mod no_backscatter;
mod no_open_relay;
mod no_spoofed_own_domain;
mod null_sender_accepted;
mod postmaster_is_reachable;
mod refused_network_is_refused;
mod sender_does_not_authorise;
mod sender_limit;
mod spf_policy;
mod submission_needs_login;

pub(super) use auth_needs_tls::AuthNeedsTls;
pub(super) use authenticated_may_send::AuthenticatedMaySend;
pub(super) use copies_as_declared::CopiesAsDeclared;
pub(super) use forwards_as_declared::ForwardsAsDeclared;
pub(super) use headers_as_declared::HeadersAsDeclared;
pub(super) use internal_may_send::InternalMaySend;
pub(super) use listed_is_reachable::ListedIsReachable;
pub(super) use no_backscatter::NoBackscatter;
pub(super) use no_open_relay::NoOpenRelay;
pub(super) use no_spoofed_own_domain::NoSpoofedOwnDomain;
pub(super) use null_sender_accepted::NullSenderAccepted;
pub(super) use postmaster_is_reachable::PostmasterIsReachable;
pub(super) use refused_network_is_refused::RefusedNetworkIsRefused;
pub(super) use sender_does_not_authorise::SenderDoesNotAuthorise;
pub(super) use sender_limit::SenderLimit;
pub(super) use spf_policy::SpfPolicy;
pub(super) use submission_needs_login::SubmissionNeedsLogin;

use super::declared::{Answered, Asked};
use crate::decision::Verdict;
use crate::mail::Listener;
use crate::prove::kind::Reverse;
use crate::spf::SpfResult;

use super::obligation::{Judgement, Outcome};

fn accepted(outcome: &Outcome) -> bool {
    outcome.decision.verdict == Verdict::Accept
}

/// Judges that what an obligation is about is not accepted.
fn refused_if(concerned: bool, outcome: &Outcome) -> Judgement {
    if concerned {
        Judgement::of(!accepted(outcome))
    } else {
        Judgement::Silent
    }
}

/// Judges that what an obligation is about is accepted.
fn accepted_if(concerned: bool, outcome: &Outcome) -> Judgement {
    if concerned {
        Judgement::of(accepted(outcome))
    } else {
        Judgement::Silent
    }
}

/// Returns whether this is a well-behaved stranger on port 25: one that mail from outside is for.
///
/// A plain reverse-path that claims nothing of ours (or the null one), nothing against it in DNS,
/// a network that is not refused as such, and nothing that TLS would make a granted envelope.
fn welcome(asked: &mut Asked<'_, '_>) -> Answered<bool> {
    if asked.listener()? != Listener::Smtp {
        return Ok(false);
    }
    if asked.network()?.refuse || asked.granted_to_network()? || asked.wants_tls()? {
        return Ok(false);
    }
    let form = asked.reverse()?;
    let fair = form == Reverse::Null || (form == Reverse::Plain && !asked.claims_ours()?);
    Ok(fair
        && matches!(
            asked.spf()?,
            SpfResult::None | SpfResult::Neutral | SpfResult::Pass
        ))
}
