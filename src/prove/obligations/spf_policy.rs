//! RFC 7208 section 8: each result is treated as declared, and recorded as declared.

use crate::prove::kind::Reverse;
use std::collections::BTreeSet;

use crate::decision::{Header, Verdict};
use crate::mail::Listener;
use crate::policy::{OwnDomain, RecordHeaders, SpfPolicy as Declared};
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Obligation, Outcome};
use crate::spf::SpfResult;

/// Mail from strangers for listed recipients is accepted, deferred or rejected by its SPF result as
/// the policy declares, and carries the declared headers; other mail carries none.
pub(in crate::prove) struct SpfPolicy;

impl Obligation for SpfPolicy {
    fn name(&self) -> &'static str {
        "spf-policy"
    }

    fn sentence(&self) -> &'static str {
        "each SPF result is treated and recorded as declared"
    }

    fn holds(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<bool> {
        let decision = &outcome.decision;
        let network = asked.network()?;
        let checked = asked.stranger()?
            && !network.may_hand_over
            && asked.declared.policy.inbound.spf != Declared::Off
            && !asked.loopback()?;
        if !checked {
            return Ok(decision.headers.is_empty());
        }
        if super::accepted(outcome) && decision.headers != declared_headers(asked) {
            return Ok(false);
        }
        let form = asked.reverse()?;
        let fair = matches!(form, Reverse::Plain | Reverse::Null)
            && asked.listener()? == Listener::Smtp
            && !network.refuse
            && asked.plain_listed()?;
        let spoofed = asked.declared.policy.inbound.own_domain == OwnDomain::Reject;
        if !fair || (spoofed && asked.claims_ours()?) {
            return Ok(true);
        }
        let strict = asked.declared.policy.inbound.spf == Declared::Strict;
        let expected = match asked.spf()? {
            SpfResult::Fail | SpfResult::Permerror => Verdict::Reject,
            SpfResult::Softfail if strict => Verdict::Reject,
            SpfResult::Temperror => Verdict::Defer,
            SpfResult::None | SpfResult::Neutral | SpfResult::Pass | SpfResult::Softfail => {
                Verdict::Accept
            }
        };
        Ok(decision.verdict == expected)
    }
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
