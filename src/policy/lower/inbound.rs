//! `inbound`.

use super::known;
use crate::diagnostic::Diagnostics;
use crate::policy::diagnostics::HeaderWithoutCheck;
use crate::policy::{Inbound, OwnDomain, RecordHeaders, SpfPolicy};
use crate::source::Loc;
use crate::syntax::{Document, node};

/// Lowers the `inbound` node. Without one, SPF is `soft`, both headers are recorded, and strangers
/// that claim one of our domains are refused.
pub(super) fn lower(document: &Document, diagnostics: &mut Diagnostics) -> Inbound {
    let node = document.inbound.as_ref();
    let host = document.host.as_ref().map(|host| &host.at);
    let at = node
        .map(|node| &node.at)
        .or(host)
        .cloned()
        .unwrap_or_else(|| Loc::new(&document.source, 0, 0));
    let mut inbound = Inbound {
        spf: SpfPolicy::Soft,
        header: RecordHeaders::Both,
        own_domain: OwnDomain::Reject,
        spf_at: at.clone(),
        own_domain_at: at,
    };
    if let Some(spf) = node.and_then(|node| node.spf.as_ref()) {
        lower_spf(spf, &mut inbound, diagnostics);
    }
    if let Some(own) = node.and_then(|node| node.own_domain.as_ref()) {
        let all = [OwnDomain::Reject, OwnDomain::Check];
        inbound.own_domain =
            known(&all, OwnDomain::name, &own.word.value).unwrap_or(inbound.own_domain);
        inbound.own_domain_at = own.at.clone();
    }
    inbound
}

fn lower_spf(node: &node::SpfCheck, inbound: &mut Inbound, diagnostics: &mut Diagnostics) {
    let policies = [SpfPolicy::Off, SpfPolicy::Soft, SpfPolicy::Strict];
    inbound.spf = known(&policies, SpfPolicy::name, &node.policy.value).unwrap_or(inbound.spf);
    inbound.spf_at = node.at.clone();
    let headers = [
        RecordHeaders::None,
        RecordHeaders::Spf,
        RecordHeaders::Auth,
        RecordHeaders::Both,
    ];
    let header = node
        .header
        .as_ref()
        .and_then(|word| known(&headers, RecordHeaders::name, &word.value));
    if inbound.spf != SpfPolicy::Off {
        inbound.header = header.unwrap_or(inbound.header);
        return;
    }
    inbound.header = RecordHeaders::None;
    if let Some(word) = &node.header
        && header.is_some_and(|header| header != RecordHeaders::None)
    {
        diagnostics.error(HeaderWithoutCheck {
            header: word.value.clone(),
            at: word.at.clone(),
        });
    }
}
