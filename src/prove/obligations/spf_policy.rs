//! RFC 7208 section 8: each result is treated as declared, and recorded as declared.

use crate::prove::kind::Reverse;
use std::collections::BTreeSet;

use crate::decision::{Header, Verdict};
use crate::mail::Listener;
use crate::policy::{OwnDomain, RecordHeaders, SpfPolicy as Declared};
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, Obligation, Outcome};
use crate::spf::SpfResult;

/// Mail from strangers for listed recipients is accepted, deferred or rejected by its SPF result as
/// the policy declares; of other mail from strangers, none is accepted against its result. What is
/// accepted after a check carries the declared headers; other mail carries none.
///
/// SOUNDNESS: both identities are dimensions of their own, taken with every client and path;
/// which counts is read from the form of the reverse-path alone.
pub(in crate::prove) struct SpfPolicy;

impl Obligation for SpfPolicy {
    fn name(&self) -> &'static str {
        "spf-policy"
    }

    fn sentence(&self) -> &'static str {
        "each SPF result is treated and recorded as declared"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let accepted = super::accepted(outcome);
        let network = asked.network()?;
        let checked = asked.declared.policy.inbound.spf != Declared::Off
            && asked.stranger()?
            && !network.may_hand_over
            && !asked.loopback()?;
        if !checked {
            let silent = !accepted && outcome.decision.headers.is_empty();
            return Ok(if silent {
                Judgement::Silent
            } else {
                Judgement::of(outcome.decision.headers.is_empty())
            });
        }
        // Whatever the paths are, nothing is taken that the result speaks against.
        if accepted && outcome.decision.headers != declared_headers(asked) {
            return Ok(Judgement::Broken);
        }
        if accepted && expected(asked)? != Verdict::Accept {
            return Ok(Judgement::Broken);
        }
        let spoofed = asked.declared.policy.inbound.own_domain == OwnDomain::Reject;
        let fair = matches!(asked.reverse()?, Reverse::Plain | Reverse::Null)
            && asked.listener()? == Listener::Smtp
            && !network.refuse
            && asked.plain_listed()?
            && !(spoofed && asked.claims_ours()?);
        if fair {
            let verdict = outcome.decision.verdict;
            return Ok(Judgement::of(verdict == expected(asked)?));
        }
        Ok(if accepted {
            Judgement::Kept
        } else {
            Judgement::Silent
        })
    }
}

/// Returns what the policy declares for the result of the identity that counts.
fn expected(asked: &mut Asked<'_, '_>) -> Answered<Verdict> {
    let strict = asked.declared.policy.inbound.spf == Declared::Strict;
    Ok(match asked.spf()? {
        SpfResult::Fail | SpfResult::Permerror => Verdict::Reject,
        SpfResult::Softfail if strict => Verdict::Reject,
        SpfResult::Temperror => Verdict::Defer,
        SpfResult::None | SpfResult::Neutral | SpfResult::Pass | SpfResult::Softfail => {
            Verdict::Accept
        }
    })
}

fn declared_headers(asked: &Asked<'_, '_>) -> BTreeSet<Header> {
    let header = asked.declared.policy.inbound.header;
    let mut headers = BTreeSet::new();
    if matches!(header, RecordHeaders::Spf | RecordHeaders::Both) {
        headers.insert(Header::ReceivedSpf);
    }
    if matches!(header, RecordHeaders::Auth | RecordHeaders::Both) {
        headers.insert(Header::AuthenticationResults);
    }
    headers
}
