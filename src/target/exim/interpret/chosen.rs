//! What authenticators must have in common: clients choose between them (spec 4.96, section 33.1).

use std::collections::BTreeSet;

use super::authenticator::Authenticator;
use super::diagnostics::UnjudgedService;
use super::reader::Reader;
use super::section::Instance;
use super::value::{Bool, Leaf};
use crate::decision::TestId;
use crate::diagnostic::Reported;
use crate::source::Loc;

impl Reader<'_> {
    /// Refuses two servers, or two clients, of one mechanism: Exim does not start with them
    /// (`auths_init` in readconf.c of 4.96).
    pub(super) fn no_two_of_one_name(&mut self, instances: &[Instance]) {
        let mut seen = BTreeSet::new();
        for instance in instances {
            let name = instance.get("public_name");
            let name = name.and_then(|setting| setting.value.as_ref());
            let name = name.map_or(instance.name.as_str(), |name| name.as_str());
            for (side, options) in [
                ("server", &["server_condition", "server_socket"][..]),
                ("client", &["client_send"]),
            ] {
                let is_one = options.iter().any(|option| instance.get(option).is_some());
                if is_one && !seen.insert((side, name.to_ascii_lowercase())) {
                    let reason = format!("two authenticators are a {side} of {name}");
                    let fault = UnjudgedService::new(&instance.name, reason, &instance.at);
                    self.diagnostics.error(fault);
                }
            }
        }
    }

    /// Refuses a condition that asks for more than the login and its password: clients that are
    /// offered AUTH would be refused with the right password, by this mechanism or by all.
    pub(super) fn asks_of_login_alone(
        &mut self,
        condition: &Bool,
        at: &Loc,
    ) -> Result<(), Reported> {
        let mut is_more = false;
        condition.leaves(&mut |leaf| {
            is_more |= !matches!(
                leaf,
                Leaf::Login(_)
                    | Leaf::Password
                    | Leaf::IsGiven
                    | Leaf::ClaimsNothing
                    | Leaf::ClaimsItself
            );
        });
        let reason = if is_more {
            "mailpol reads questions about the login and its password here: where AUTH is offered \
             `auth_advertise_hosts` says"
        } else if tables(condition).is_empty()
            || [true, false]
                .into_iter()
                .all(|claims| takes(condition, claims))
        {
            return Ok(());
        } else {
            "it does not take who claims nothing, or to be the login itself, with the right \
             password: so almost all clients come"
        };
        let fault = UnjudgedService::new("server_condition", reason, at);
        Err(self.diagnostics.error(fault))
    }

    /// Refuses authenticators of which one looks a login up where another does not, or is offered
    /// where another is not: by which a client comes is no part of an envelope.
    pub(super) fn same_logins(&mut self, authenticators: &[Authenticator]) {
        let Some((first, others)) = authenticators.split_first() else {
            return;
        };
        let of_first = tables(&first.condition);
        for other in others {
            if other.advertised != first.advertised {
                let reason = format!("it is offered elsewhere than {}", first.name);
                self.diagnostics
                    .error(UnjudgedService::new(&other.name, reason, &other.at));
            }
            if tables(&other.condition) != of_first {
                let reason = format!(
                    "it takes other logins than {}, and clients choose between them",
                    first.name
                );
                self.diagnostics
                    .error(UnjudgedService::new(&other.name, reason, &other.at));
            }
        }
    }
}

/// Returns the tables that a condition looks the login up in.
fn tables(condition: &Bool) -> BTreeSet<TestId> {
    let mut found = BTreeSet::new();
    condition.leaves(&mut |leaf| {
        if let Leaf::Login(table) = leaf {
            found.insert(*table);
        }
    });
    found
}

/// Returns whether a condition takes a login that all its tables have, with the right password; who
/// claims to be itself, or claims nothing.
fn takes(condition: &Bool, claims: bool) -> bool {
    match condition {
        Bool::Const(holds) => *holds,
        Bool::Defer | Bool::Forced => false,
        Bool::Not(inner) => !takes(inner, claims),
        Bool::All(parts) => parts.iter().all(|one| takes(one, claims)),
        Bool::Any(parts) => parts.iter().any(|one| takes(one, claims)),
        Bool::If(condition, yes, no) => {
            takes(if takes(condition, claims) { yes } else { no }, claims)
        }
        Bool::Leaf(Leaf::ClaimsNothing) => !claims,
        Bool::Leaf(Leaf::ClaimsItself) => claims,
        Bool::Leaf(_) => true,
    }
}
