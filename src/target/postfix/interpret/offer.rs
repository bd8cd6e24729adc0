//! What a listener offers at EHLO: AUTH and STARTTLS (smtpd.c, smtpd_sasl_glue.c of 3.7.11).

use super::diagnostics::{Syntax, UnjudgedParameter};
use super::program::Parts;
use super::services;
use crate::mail::Reply;
use crate::source::Loc;

/// When a listener offers AUTH: a login counts only then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Auth {
    /// Never.
    Never,
    /// Under TLS.
    UnderTls,
    /// Always.
    Always,
}

/// What the listener wants of TLS before MAIL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    /// Nothing.
    Optional,
    /// STARTTLS, else 530.
    Required,
    /// The session is under TLS from its first byte.
    Wrapped,
}

/// The parameters of which one at least must name a certificate, or say that there is none.
const CERTIFICATES: [&str; 4] = [
    "smtpd_tls_chain_files",
    "smtpd_tls_cert_file",
    "smtpd_tls_dcert_file",
    "smtpd_tls_eccert_file",
];

impl Parts<'_> {
    /// Returns when AUTH is offered (smtpd_sasl_glue.c, smtpd.c of 3.7.11).
    pub(super) fn auth(&mut self) -> Auth {
        let is_on = self.flag("smtpd_sasl_auth_enable");
        let tls_only = self.flag("smtpd_tls_auth_only");
        for name in [
            "smtpd_sasl_security_options",
            "smtpd_sasl_tls_security_options",
        ] {
            let value = self.text(name);
            let words: Vec<String> = value
                .words()
                .iter()
                .map(|word| word.as_str().to_ascii_lowercase())
                .collect();
            if is_on && words != ["noanonymous"] {
                let reason = "only `noanonymous` is judged: without it anybody has a login";
                let at = self.settings.place(name);
                self.diagnostics
                    .error(UnjudgedParameter::new(name, reason, &at));
            }
        }
        let name = "smtpd_discard_ehlo_keywords";
        for word in self.text(name).words() {
            let keyword = word.as_str().to_ascii_lowercase();
            let is_asked = matches!(keyword.as_str(), "auth" | "starttls");
            // Braces hold no blanks together here (`str_name_mask` in name_mask.c of 3.7.11).
            if is_asked || keyword.contains([':', '/', '{', '}']) {
                let reason = "clients would not see what they may use";
                self.diagnostics
                    .error(UnjudgedParameter::new(name, reason, &word.at()));
            }
        }
        match (is_on, tls_only) {
            (false, _) => Auth::Never,
            (true, true) => Auth::UnderTls,
            (true, false) => Auth::Always,
        }
    }

    /// Returns the place that lets clients ask for reports of deliveries, unless it is taken out of
    /// what EHLO offers: then smtpd(8) takes no NOTIFY (`ehlo_cmd` and `rcpt_cmd` in `smtpd.c`).
    pub(super) fn reports(&mut self) -> Option<Loc> {
        let name = "smtpd_discard_ehlo_keywords";
        let value = self.text(name);
        let mut words = value.words().into_iter();
        let is_out = words.any(|word| word.as_str().eq_ignore_ascii_case("dsn"));
        (!is_out).then(|| self.settings.place(name))
    }

    /// Returns what TLS is wanted (`smtpd_tls_security_level` before `smtpd_enforce_tls`).
    pub(super) fn tls(&mut self) -> Tls {
        let wrapped = self.flag("smtpd_tls_wrappermode");
        let enforced = self.flag("smtpd_enforce_tls");
        let level = self.text("smtpd_tls_security_level");
        match (wrapped, level.as_str().to_ascii_lowercase().as_str()) {
            (true, _) => Tls::Wrapped,
            (false, "encrypt") => Tls::Required,
            (false, "") if enforced => Tls::Required,
            (false, "" | "none" | "may") => Tls::Optional,
            (false, other) => {
                let reason = format!("`{other}` is no level of TLS for smtpd");
                self.diagnostics.error(Syntax::new(reason, &level.at()));
                Tls::Optional
            }
        }
    }

    /// Returns what smtpd answers to STARTTLS if there is no TLS: it is not on, or it cannot start
    /// without a certificate or tlsmgr(8) (ehlo_cmd, starttls_cmd in smtpd.c of 3.7.11).
    pub(super) fn no_tls(&mut self, tls: Tls) -> Option<Reply> {
        let level = self.text("smtpd_tls_security_level");
        let is_on = match level.as_str().to_ascii_lowercase().as_str() {
            _ if tls == Tls::Wrapped => true,
            "" => self.flag("smtpd_use_tls") || tls == Tls::Required,
            level => level != "none",
        };
        if !is_on {
            return Some(Reply::new(502, 5, 5, 1));
        }
        let mut certificate = CERTIFICATES.into_iter().map(|name| self.text(name));
        let has_certificate = certificate.any(|value| !value.as_str().is_empty());
        let can = has_certificate && services::has(self.services, "tlsmgr");
        (!can).then_some(Reply::new(454, 4, 7, 0))
    }
}
