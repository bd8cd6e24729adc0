//! `plus-addressing`: no name has an extension of its own.

use crate::diagnostic::Diagnostics;
use crate::mail::{DELIMITER, without_extension};
use crate::policy::diagnostics::NameExtended;
use crate::policy::{
    DestinationScope, Grant, Policy, RecipientScope, ReversePathScope, SenderScope, Statement,
};
use crate::source::Loc;

/// Refuses names that nobody would meet: addresses are compared without their extension.
pub(super) fn check(policy: &Policy, diagnostics: &mut Diagnostics) {
    let Some(first) = &policy.host.plus_addressing else {
        return;
    };
    let mut tell = |what: &'static str, name: &str, at: &Loc| {
        let local = name.rsplit_once('@').map_or(name, |(local, _)| local);
        // A login is an account as a whole: delivery would take it apart. And of a name that is
        // nothing but an extension Exim leaves nothing (`route_check_suffix` in route.c of 4.96).
        let is_extended = if what == "address" {
            without_extension(local).is_some()
        } else {
            local.contains(DELIMITER)
        };
        if is_extended {
            diagnostics.error(NameExtended {
                what,
                name: name.to_owned(),
                at: at.clone(),
                first: crate::policy::diagnostics::beside(at, first),
            });
        }
    };
    for domain in policy.domains.values() {
        for (local, mailbox) in &domain.mailboxes {
            tell("mailbox", local.as_str(), &mailbox.at);
        }
        for (local, alias) in &domain.aliases {
            tell("alias", local.as_str(), &alias.at);
        }
        for (local, forward) in domain.forwards.iter().filter(|(_, forward)| !forward.keep) {
            tell("forward", local.as_str(), &forward.at);
        }
    }
    for login in policy.logins.values() {
        tell("login", &login.name.value, &login.name.at);
    }
    let networks = policy.networks.iter().flat_map(|network| &network.grants);
    let logins = policy.logins.values().flat_map(|login| &login.grants);
    for grant in networks.chain(logins).chain(&policy.authenticated) {
        scopes(grant, &mut |name, at| tell("address", name, at));
    }
    for class in policy.statements.iter().flat_map(Statement::classes) {
        for scope in &class.from {
            if let ReversePathScope::Address(address) = scope {
                tell("address", &address.to_string(), &class.at);
            }
        }
        for scope in &class.to {
            if let RecipientScope::Address(address) = scope {
                tell("address", &address.to_string(), &class.at);
            }
        }
    }
}

/// Names the addresses of a grant.
fn scopes(grant: &Grant, name: &mut dyn FnMut(&str, &Loc)) {
    for scope in &grant.from {
        if let SenderScope::Address(address) = &scope.value {
            name(&address.to_string(), &scope.at);
        }
    }
    for scope in &grant.to {
        if let DestinationScope::Address(address) = &scope.value {
            name(&address.to_string(), &scope.at);
        }
    }
}
