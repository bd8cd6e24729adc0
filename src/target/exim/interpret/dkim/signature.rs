//! Whether a signature is good where it arrives: what it covers, and for how long (spec 4.96,
//! section 58.1; pdkim.c).

use super::{Instance, Reader, Setting, Text, UnjudgedService, list};
use crate::diagnostic::Reported;

/// Headers that are what a message says, and that nobody on the way writes: those of
/// `PDKIM_DEFAULT_SIGN_HEADERS` in pdkim.h, after RFC 6376 section 5.4.1. Others may be added,
/// changed or taken out before a verifier looks, as section 5.4 says of Return-Path and Received.
const LASTING: [&str; 28] = [
    "cc",
    "content-description",
    "content-id",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "in-reply-to",
    "list-archive",
    "list-help",
    "list-id",
    "list-owner",
    "list-post",
    "list-subscribe",
    "list-unsubscribe",
    "message-id",
    "mime-version",
    "references",
    "reply-to",
    "resent-cc",
    "resent-date",
    "resent-from",
    "resent-message-id",
    "resent-sender",
    "resent-to",
    "sender",
    "subject",
    "to",
];

/// How long a signature must last, in seconds: RFC 5321 section 4.5.4.1 has mail tried for four to
/// five days, at a backup too, and section 3.6.1 of RFC 6376 has twelve digits at most for a time.
const LASTS: std::ops::RangeInclusive<u64> = 5 * 24 * 3600..=u32::MAX as u64;

impl Reader<'_> {
    /// Refuses signatures that verifiers would not take, or that are somebody else's.
    pub(super) fn signature_is_plain(&mut self, transport: &Instance) -> Result<(), Reported> {
        let fixed = [
            ("dkim_hash", &["sha256"][..], "RFC 8301 section 3.1"),
            ("dkim_canon", &["relaxed", "simple"], "RFC 6376 section 3.4"),
            ("dkim_identity", &[""], "the domain signs for itself"),
        ];
        for (name, values, why) in fixed {
            if let Some(setting) = transport.get(name)
                && !values.contains(&setting.text(self.diagnostics)?.as_str())
            {
                let reason = format!("it must be one of {values:?}: {why}");
                return Err(self.unsigned(setting, &reason));
            }
        }
        if let Some(setting) = transport.get("dkim_timestamps") {
            self.lasts(setting)?;
        }
        if let Some(setting) = transport.get("dkim_sign_headers") {
            return self.covers(setting);
        }
        let reason = "by default fields are signed that are not there, and that mailing lists \
                      add: set `dkim_sign_headers`";
        let error = UnjudgedService::new("dkim_sign_headers", reason, &transport.at);
        Err(self.diagnostics.error(error))
    }

    /// Refuses signatures that are too old where they arrive. What is no number ends now, and one
    /// that is too large has ended (`strtoul` in dkim.c).
    fn lasts(&mut self, setting: &Setting) -> Result<(), Reported> {
        let text = setting.text(self.diagnostics)?;
        let digits = text.as_str().trim();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && digits.parse().is_ok_and(|number| LASTS.contains(&number)) {
            return Ok(());
        }
        let (least, most) = (LASTS.start(), LASTS.end());
        let reason = format!(
            "it must be a number from {least} to {most}: mail may be on its way for five days \
             (RFC 5321 section 4.5.4.1)"
        );
        Err(self.unsigned(setting, &reason))
    }

    /// Refuses signatures over what changes on the way.
    fn covers(&mut self, setting: &Setting) -> Result<(), Reported> {
        let text = setting.text(self.diagnostics)?;
        if text.as_str().trim_start().starts_with('<') {
            // `header_name_match` knows no other separator, and what lists the names does.
            return Err(self.unsigned(setting, "with a separator of its own no header is signed"));
        }
        let names = list::items(&text, ':');
        let is_sealed = |name: &&Text| {
            let name = name.as_str().trim_start_matches('+').to_ascii_lowercase();
            let of_others = ["sender", "resent-", "list-"];
            of_others.iter().any(|one| name.starts_with(one))
        };
        if let Some(name) = names.iter().find(is_sealed) {
            // RFC 6376 section 5.4.2: what is signed and not there may not be added.
            let reason = format!(
                "`{}` needs `=`: a mailing list adds such a field, and the signature would be bad",
                name.as_str()
            );
            return Err(self.unsigned(setting, &reason));
        }
        let names = names.iter().map(|name| {
            name.as_str()
                .strip_prefix(['=', '+'])
                .unwrap_or(name.as_str())
        });
        let names: Vec<String> = names.map(str::to_ascii_lowercase).collect();
        if let Some(other) = names.iter().find(|name| !LASTING.contains(&name.as_str())) {
            let reason = format!(
                "`{other}` may change on the way; a signature lasts over {}",
                LASTING.join(", ")
            );
            return Err(self.unsigned(setting, &reason));
        }
        if !names.iter().any(|name| name == "from") {
            let reason = "without From no signature is good (RFC 6376 section 5.4)";
            return Err(self.unsigned(setting, reason));
        }
        Ok(())
    }
}
