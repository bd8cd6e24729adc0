//! What a client says behind AUTH, where more people read it than the backend: transcripts of
//! sessions are mailed to the postmaster, with every line of them (smtpd_chat.c and smtp_chat.c;
//! `notify_classes` in postconf(5)), and a log that is verbose enough has them too (smtpd(8), `-v`;
//! `debug_peer_list` in postconf(5); all of 3.7.11).

use super::diagnostics::{UnjudgedParameter, UnjudgedService};
use super::master_cf::Service;
use super::parameter::{Main, Settings};
use super::text::Text;
use crate::diagnostic::Diagnostics;

const CLASSES: &str = "notify_classes";
/// What it is without a word of the files.
const DEFAULT: &str = "resource software";
/// The classes of mail that comes back or waits, of which the postmaster gets the header. A client
/// brings the others about within a session.
const OF_MAIL: [&str; 3] = ["2bounce", "bounce", "delay"];

/// The programs that take passwords or give them, and what says so.
const PROGRAMS: [(&str, &str); 2] = [
    ("smtpd", "smtpd_sasl_auth_enable"),
    ("smtp", "smtp_sasl_auth_enable"),
];

/// Refuses transcripts of services that passwords go through.
pub(super) fn judge(main: &Main, services: &[Service], diagnostics: &mut Diagnostics) {
    let mut told = Vec::new();
    for service in services {
        let Some((_, name)) = PROGRAMS.iter().find(|(one, _)| *one == service.command) else {
            continue;
        };
        let settings = Settings::new(main, service.overrides.clone());
        if !settings.is_set(name) || !settings.boolean(name, diagnostics) {
            continue;
        }
        let at = settings.place(CLASSES);
        if mails(&settings, diagnostics) && !told.contains(&at) {
            let reason = "transcripts of sessions, with the passwords in them, would be mailed to \
                          the postmaster: say `2bounce`, or nothing";
            diagnostics.error(UnjudgedParameter::new(CLASSES, reason, &at));
            told.push(at);
        }
        let name = "debug_peer_list";
        let peers = settings.text(name, diagnostics);
        if !peers.words().is_empty() && !told.contains(&peers.at()) {
            let reason = "the passwords of these clients would stand in the log";
            diagnostics.error(UnjudgedParameter::new(name, reason, &peers.at()));
            told.push(peers.at());
        }
        let is_verbose = |word: &&Text| word.as_str().starts_with("-v");
        if let Some(word) = service.arguments.iter().find(is_verbose) {
            let reason = "passwords would stand in the log";
            let name = service.name.as_str();
            diagnostics.error(UnjudgedService::new(name, reason, &word.at()));
        }
    }
}

/// Returns whether the postmaster gets the session of a client.
fn mails(settings: &Settings<'_>, diagnostics: &mut Diagnostics) -> bool {
    let said = settings.text(CLASSES, diagnostics);
    let said = if settings.is_set(CLASSES) {
        said.as_str()
    } else {
        DEFAULT
    };
    // Another word is a fault of its shape.
    said.split([' ', '\t', '\n', ','])
        .any(|word| !word.is_empty() && !OF_MAIL.contains(&word))
}
