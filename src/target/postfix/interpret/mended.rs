//! Whose header is mended (postconf(5), `local_header_rewrite_clients`; `smtpd_check_rewrite` in
//! smtpd_check.c of 3.7.11): from these clients cleanup(8) adds Message-ID, Date and From where
//! they are missing, and a domain to addresses without one.
//!
//! It touches no decision, but smtpd(8) asks it at MAIL, and answers 451 where it cannot.

use super::client;
use super::diagnostics::UnjudgedParameter;
use super::master_cf::Service;
use super::parameter::{Main, Settings};
use super::table::Files;
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
