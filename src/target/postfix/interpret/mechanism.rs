//! Whether smtp(8) gives the name and password that it has: some mechanism must be left for it
//! (smtp_sasl_proto.c, sasl_mech_filter.c and xsasl_cyrus_security.c of 3.7.11).
//!
//! Of what the options may demand, PLAIN and LOGIN of Cyrus SASL 2.1.28 have `noanonymous` alone
//! (`security_flags` in its plain.c and login.c).

use super::diagnostics::UnjudgedParameter;
use super::parameter::Settings;
use super::text::Text;
use crate::decision::HopTls;
use crate::diagnostic::Diagnostics;

/// What a server must be let offer: many have but one of them.
const NEEDED: [&str; 2] = ["plain", "login"];

/// What lets everything through that is no certificate's.
const OPEN: [&[&str]; 2] = [&["static:rest"], &["!external", "static:rest"]];

/// Reports what leaves no mechanism under a service's TLS, for a service that has credentials.
pub(super) fn judge(settings: &Settings<'_>, tls: HopTls, diagnostics: &mut Diagnostics) {
    if matches!(tls, HopTls::None | HopTls::Opportunistic) {
        judge_options(settings, "smtp_sasl_security_options", diagnostics);
    }
    if tls != HopTls::None {
        judge_options(settings, "smtp_sasl_tls_security_options", diagnostics);
    }
    let name = "smtp_sasl_mechanism_filter";
    let filter = settings.text(name, diagnostics);
    let words = lower(&filter);
    let has = |needed: &&str| words.iter().any(|word| word == needed);
    let is_named =
        NEEDED.iter().all(has) && words.iter().all(|word| NEEDED.contains(&word.as_str()));
    if !words.is_empty() && !is_named && !OPEN.iter().any(|open| words == **open) {
        let reason = "hosts that offer PLAIN or LOGIN alone would not be told the password";
        diagnostics.error(UnjudgedParameter::new(name, reason, &settings.place(name)));
    }
}

/// Reports options that neither PLAIN nor LOGIN meets. By default there is one.
fn judge_options(settings: &Settings<'_>, name: &str, diagnostics: &mut Diagnostics) {
    let options = settings.text(name, diagnostics).words();
    if !options.iter().all(|word| word.as_str() == "noanonymous") {
        let reason = "hosts that offer PLAIN or LOGIN alone would not be told the password";
        diagnostics.error(UnjudgedParameter::new(name, reason, &settings.place(name)));
    }
}

fn lower(list: &Text) -> Vec<String> {
    let words = list.words();
    let lower = words.iter().map(|word| word.as_str().to_ascii_lowercase());
    lower.collect()
}
