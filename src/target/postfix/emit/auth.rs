//! Where passwords are checked.

use super::table::TableName;
use super::{Emission, main_cf};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::Listener;
use crate::policy::{Auth, Policy};
use crate::target::postfix::lexical::{Comment, Word};
use crate::target::postfix::view::{
    AuthDovecotPart, AuthNonePart, AuthSaslauthdPart, Saslauthd, SmtpdConf,
};
use crate::target::render::render;

/// Whether anybody can authenticate: somebody checks passwords, and a listener offers AUTH.
pub(super) fn is_offered(policy: &Policy) -> bool {
    policy.auth.is_some() && submission(policy)
}

/// Returns the part of main.cf. `senders` is the table of reverse-paths and their owners.
pub(super) fn part(
    emission: &Emission<'_>,
    senders: Option<TableName>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    match (&emission.policy.auth, senders) {
        (Some(Auth::Saslauthd { at, .. }), Some(senders)) => {
            let line = Comment::line(at);
            render(AuthSaslauthdPart { line, senders }, diagnostics)
        }
        (Some(Auth::Dovecot { socket, at }), Some(senders)) => {
            let view = AuthDovecotPart {
                line: Comment::line(at),
                socket: main_cf::path(socket, diagnostics)?,
                socket_line: Comment::line(&socket.at),
                senders,
            };
            render(view, diagnostics)
        }
        (_, None) | (None, _) => render(AuthNonePart {}, diagnostics),
    }
}

/// Adds what the service that checks passwords needs.
pub(super) fn write(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let policy = emission.policy;
    if !is_offered(policy) {
        return Ok(());
    }
    match &policy.auth {
        Some(Auth::Saslauthd { mechanism, at }) => {
            let conf = SmtpdConf {
                policy: emission.policy_name(),
                line: Comment::line(at),
            };
            let text = render(conf, diagnostics)?;
            emission.add("sasl/smtpd.conf", text);
            let view = Saslauthd {
                policy: emission.policy_name().in_shell(),
                line: Comment::line(at).in_shell(),
                mechanism: Word::fixed(mechanism.value.name()),
            };
            let text = render(view, diagnostics)?;
            emission.add_at("etc/default/saslauthd", text);
            emission.needs("sasl2-bin");
            emission.needs("libsasl2-modules");
            // saslauthd's socket is for this group.
            emission.run("adduser postfix sasl");
            emission.artifacts.services.push("saslauthd");
        }
        Some(Auth::Dovecot { socket, .. }) => {
            emission.needs("dovecot-core");
            emission.artifacts.checks.push(format!(
                "Dovecot's service auth has unix_listener {} {{ mode = 0660; user = postfix }}",
                socket.value
            ));
        }
        None => {}
    }
    Ok(())
}

/// Whether the host listens to anything but `smtp`.
fn submission(policy: &Policy) -> bool {
    let mut listeners = policy.host.listeners.iter();
    listeners.any(|listener| listener.value != Listener::Smtp)
}
