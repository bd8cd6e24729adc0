//! What stands around Exim: who checks passwords, and what may read what.

use super::main_section::{line_of, path};
use super::senders::Senders;
use super::{Emission, dkim};
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::{Auth, Policy};
use crate::target::exim::lexical::{Comment, Word};
use crate::target::exim::view::{
    Authenticators, Daemon, DovecotAuthenticators, Saslauthd, SaslauthdAuthenticators,
};
use crate::target::render::render;

/// Returns the section of authenticators. Without `senders` nobody can authenticate.
pub(super) fn authenticators(
    emission: &Emission<'_>,
    senders: Option<&Senders>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    match (&emission.policy.auth, senders) {
        (Some(auth @ Auth::Saslauthd { .. }), Some(senders)) => {
            let view = SaslauthdAuthenticators {
                line: line_of(auth),
                logins: senders.logins.reference(),
            };
            render(view, diagnostics)
        }
        (Some(auth @ Auth::Dovecot { socket, .. }), Some(senders)) => {
            let view = DovecotAuthenticators {
                line: line_of(auth),
                logins: senders.logins.reference(),
                socket: path(socket, diagnostics)?,
                socket_line: Comment::line(&socket.at),
            };
            render(view, diagnostics)
        }
        (Some(_), None) | (None, _) => render(Authenticators {}, diagnostics),
    }
}

/// Adds what the services around Exim need.
pub(super) fn write(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let policy = emission.policy;
    daemon(emission, diagnostics)?;
    if let Some(tls) = &policy.host.tls {
        let key = path(&tls.key, diagnostics)?;
        readable(emission, &key);
    }
    dkim::keys(emission, diagnostics)?;
    if !super::acl::auth_is_offered(policy) {
        return Ok(());
    }
    match &policy.auth {
        Some(auth @ Auth::Saslauthd { mechanism, .. }) => {
            let view = Saslauthd {
                policy: emission.policy_name().in_shell(),
                line: line_of(auth).in_shell(),
                mechanism: Word::fixed(mechanism.value.name()),
            };
            let text = render(view, diagnostics)?;
            emission.add_at("etc/default/saslauthd", text);
            emission.needs("sasl2-bin");
            // saslauthd's socket is for this group.
            emission.run("adduser Debian-exim sasl");
            emission.artifacts.services.push("saslauthd");
        }
        Some(Auth::Dovecot { socket, .. }) => {
            emission.needs("dovecot-core");
            emission.artifacts.checks.push(format!(
                "Dovecot's service auth has unix_listener {} {{ mode = 0660; user = Debian-exim }}",
                socket.value
            ));
            let line = capitals(policy);
            emission.artifacts.checks.extend(line);
        }
        None => {}
    }
    Ok(())
}

/// Adds how Debian starts Exim. A server that listens says so, too: the file that it had before, of
/// a policy that did not, would stay (`/etc/init.d/exim4` of exim4-base 4.96).
fn daemon(emission: &mut Emission<'_>, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let policy = emission.policy;
    let (about, runner) = if policy.is_null_client() {
        (
            "No daemon listens. One tries again what waits.",
            "queueonly",
        )
    } else {
        ("One daemon listens and tries again what waits.", "combined")
    };
    let view = Daemon {
        policy: emission.policy_name().in_shell(),
        line: Comment::line(&policy.host.at).in_shell(),
        about: Word::fixed(about),
        runner: Word::fixed(runner),
    };
    let text = render(view, diagnostics)?;
    emission.add_at("etc/default/exim4", text);
    Ok(())
}

/// Returns what Dovecot must be set to if a login has capitals: by default it makes small letters
/// of them (`auth_username_format` of 2.3), and those are another login.
fn capitals(policy: &Policy) -> Option<String> {
    let mut names = policy.logins.keys();
    let name = names.find(|name| name.bytes().any(|c| c.is_ascii_uppercase()))?;
    let small = name.to_ascii_lowercase();
    Some(format!(
        "Dovecot has auth_username_format = %u: its default, %Lu, takes {name} for {small}"
    ))
}

/// Lets Exim read a private key: it gives up being root before. The path is one plain word.
pub(super) fn readable(emission: &mut Emission<'_>, key: &Word) {
    let group = format!("chgrp Debian-exim {key}");
    if emission.artifacts.commands.contains(&group) {
        return;
    }
    emission.run(group);
    emission.run(format!("chmod 0640 {key}"));
    // Let's Encrypt's folders are root's alone.
    emission.artifacts.checks.push(format!(
        "Exim can read {key}: runuser -u Debian-exim -- test -r {key}"
    ));
}
