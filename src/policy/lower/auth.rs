//! `auth`, and where it is missing.

use super::{known, name};
use crate::diagnostic::Diagnostics;
use crate::mail::Listener;
use crate::policy::diagnostics::{AuthMissing, AuthMissingForListener};
use crate::policy::{Auth, Host, Logins, SaslauthdMechanism};
use crate::source::{Loc, Spanned};
use crate::syntax::tree::may_have_been;
use crate::syntax::{Document, node};

/// Lowers an `auth` node.
pub(super) fn lower(node: &node::Auth, diagnostics: &mut Diagnostics) -> Option<Auth> {
    match node {
        node::Auth::Saslauthd { mechanism, at } => {
            let value = known(
                &SaslauthdMechanism::ALL,
                SaslauthdMechanism::name,
                &mechanism.value,
            )?;
            Some(Auth::Saslauthd {
                mechanism: Spanned::new(value, mechanism.at.clone()),
                at: at.clone(),
            })
        }
        node::Auth::Dovecot { socket, at } => Some(Auth::Dovecot {
            socket: name::socket(socket, "/var/spool/postfix/private/auth", diagnostics)?,
            at: at.clone(),
        }),
    }
}

/// Tells where `auth` is missed, in a policy that has none.
pub(super) fn check_absent(
    document: &Document,
    host: Option<&Host>,
    logins: &Logins,
    diagnostics: &mut Diagnostics,
) {
    if document.auth_written || may_have_been(&document.left_out, &["auth"]) {
        return;
    }
    let first: Option<&Loc> = logins
        .values()
        .map(|login| &login.name.at)
        .min_by_key(|at| (at.source() != &document.source, at.start()));
    if let Some(at) = first {
        diagnostics.error(AuthMissing { at: at.clone() });
    }
    let listeners = host.map(|host| host.listeners.as_slice());
    for listener in listeners.unwrap_or_default() {
        if listener.value != Listener::Smtp {
            diagnostics.error(AuthMissingForListener {
                listener: listener.value.name(),
                at: listener.at.clone(),
            });
        }
    }
}
