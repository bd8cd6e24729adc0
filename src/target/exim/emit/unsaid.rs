//! What these files do not say yet is refused at the user's own words.

use crate::diagnostic::Diagnostics;
use crate::policy::{Grant, Policy, SenderScope};
use crate::source::Loc;
use crate::target::diagnostics::UnsayableValue;

/// Refuses rights that limit more than the reverse-paths of a login.
pub(super) fn refuse(policy: &Policy, diagnostics: &mut Diagnostics) {
    for network in &policy.networks {
        if network.unlimited().is_some() {
            continue;
        }
        for grant in &network.grants {
            let why = "the right of a network is to send everything, or nothing";
            tell("may-send", why, &grant.at, diagnostics);
        }
    }
    let logins = policy.logins.values().flat_map(|login| &login.grants);
    for grant in logins.chain(&policy.authenticated) {
        login(grant, diagnostics);
    }
}

fn login(grant: &Grant, diagnostics: &mut Diagnostics) {
    if !grant.is_wide() {
        let why = "the right of a login names senders only";
        tell("may-send", why, &grant.at, diagnostics);
    }
    for scope in &grant.from {
        if scope.value == SenderScope::Local {
            let why = "senders are addresses, `@` and a domain, `own` or `any`";
            tell("local", why, &scope.at, diagnostics);
        }
    }
}

fn tell(words: &str, why: &'static str, at: &Loc, diagnostics: &mut Diagnostics) {
    diagnostics.error(UnsayableValue::new("exim", words, why, at));
}
