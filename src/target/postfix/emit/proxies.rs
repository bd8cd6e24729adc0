//! Proxies that say who the client is. Postfix believes whoever reaches a listener that wants their
//! headers, so it must be one that is bound to an address of the inside.

use std::sync::Arc;

use crate::diagnostic::Diagnostics;
use crate::policy::{Policy, reaches};
use crate::target::diagnostics::ProxyEverywhere;

/// Refuses every proxy that no listener is there for.
pub(super) fn check(policy: &Policy, diagnostics: &mut Diagnostics) {
    let ways = policy.host.ways_in();
    for proxy in policy.proxies() {
        if ways.iter().any(|way| reaches(proxy.value, way.value)) {
            continue;
        }
        let (kind, example) = match (proxy.value.is_loopback(), proxy.value.is_ipv4()) {
            (true, true) => ("127.0.0.0/8", "127.0.0.1"),
            (true, false) => ("::1", "::1"),
            (false, true) => ("RFC 1918", "10.8.0.1"),
            (false, false) => ("RFC 4193", "fd00:8::1"),
        };
        diagnostics.error(ProxyEverywhere {
            target: "postfix",
            proxy: proxy.value.to_string(),
            kind,
            example,
            text: Arc::clone(proxy.at.source()),
            at: proxy.at.span(),
        });
    }
}
