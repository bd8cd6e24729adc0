//! Whose header is mended (postconf(5), `local_header_rewrite_clients`; `smtpd_check_rewrite` in
//! smtpd_check.c of 3.7.11): from these clients cleanup(8) adds Message-ID, Date and From where
//! they are missing, and a domain to addresses without one.
//!
//! It touches no verdict, but smtpd(8) asks it at MAIL, and answers 451 where it cannot.

use super::client;
use super::diagnostics::UnjudgedParameter;
use super::master_cf::Service;
use super::parameter::{Main, Settings};
use super::program::Parts;
use super::session::Session;
use super::table::Files;
use crate::decision::{ClientTable, Question, TestId, Unanswered};
use crate::diagnostic::Diagnostics;

const NAME: &str = "local_header_rewrite_clients";

/// What may stand there, beside tables.
const WORDS: [&str; 4] = [
    "permit_inet_interfaces",
    "permit_mynetworks",
    "permit_sasl_authenticated",
    "permit_tls_clientcerts",
];

/// The word before a table, which may be left out.
const TABLE: &str = "check_address_map";

/// Whose header is mended at one listener.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// The tests of clients: of whoever meets one.
    clients: Vec<TestId>,
    /// Whether that of whoever has logged in.
    logins: bool,
}

impl Mended {
    /// Reads it for a listener. What is wrong with it [`judge`] tells.
    pub(super) fn read(parts: &mut Parts<'_>, mynetworks: TestId) -> Self {
        let value = parts.text(NAME);
        let mut mended = Self::default();
        let mut rows = Vec::new();
        for word in value.words() {
            let text = word.as_str();
            if text.contains(':') {
                let label = client::MATCHED;
                let (files, diagnostics) = (parts.artifacts, &mut *parts.diagnostics);
                client::listed_table(&word, label, files, &mut rows, diagnostics);
            }
            match text.to_ascii_lowercase().as_str() {
                "permit_mynetworks" => mended.clients.push(mynetworks),
                "permit_inet_interfaces" => {
                    rows.extend(client::addresses(&parts.own_addresses(), &word.at()));
                }
                "permit_sasl_authenticated" => mended.logins = true,
                // Of certificates no list is read (`relay_clientcerts`).
                _ => {}
            }
        }
        if !rows.is_empty() {
            let name = format!("client in {NAME} {}", value.as_str());
            let make = || Question::Client(ClientTable::first_match(rows));
            let test = parts.catalogue.share(&name, Some(&value.at()), make);
            mended.clients.push(test);
        }
        mended
    }

    /// Returns whether the message of a session gets the headers that it lacks.
    pub(super) fn holds(&self, session: &mut Session<'_>) -> Result<bool, Unanswered> {
        for test in &self.clients {
            if client::is_match(session.ask.ask(*test)?) {
                return Ok(true);
            }
        }
        Ok(self.logins && session.has_login()?)
    }
}

/// Reports what smtpd(8) could not ask.
pub(super) fn judge(
    main: &Main,
    services: &[Service],
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) {
    let base = Settings::new(main, std::collections::BTreeMap::new());
    judge_list(&base, artifacts, diagnostics);
    let smtpd = services.iter().filter(|one| one.command == "smtpd");
    for service in smtpd.filter(|one| one.overrides.contains_key(NAME)) {
        let settings = Settings::new(main, service.overrides.clone());
        judge_list(&settings, artifacts, diagnostics);
    }
}

fn judge_list(settings: &Settings<'_>, artifacts: &Files<'_>, diagnostics: &mut Diagnostics) {
    let mut wants_table = false;
    for word in settings.text(NAME, diagnostics).words() {
        let text = word.as_str();
        let is_table = text.contains(':');
        if is_table && text.starts_with("static:") {
            let reason = "mail of strangers would be given names of ours";
            diagnostics.error(UnjudgedParameter::new(NAME, reason, &word.at()));
        } else if is_table {
            client::listed_table(
                &word,
                client::MATCHED,
                artifacts,
                &mut Vec::new(),
                diagnostics,
            );
        }
        let is_known = WORDS.iter().any(|known| known.eq_ignore_ascii_case(text));
        let names_table = text.eq_ignore_ascii_case(TABLE);
        if wants_table != is_table && wants_table || !(is_table || is_known || names_table) {
            let reason = "smtpd knows no such word there";
            diagnostics.error(UnjudgedParameter::new(NAME, reason, &word.at()));
        }
        wants_table = names_table;
    }
    if wants_table {
        let reason = "it ends where a table should stand";
        let at = settings.text(NAME, diagnostics).at();
        diagnostics.error(UnjudgedParameter::new(NAME, reason, &at));
    }
}
