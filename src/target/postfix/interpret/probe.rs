//! `address_verify_sender`: whose mail smtpd(8) takes for answers to its own probes
//! (verify_sender_addr.c of 3.7.11).

use super::addressing::one_address;
use super::catalogue::{Catalogue, Side};
use super::diagnostics::UnjudgedParameter;
use super::keys;
use super::parameter::Settings;
use crate::decision::TestId;
use crate::diagnostic::Diagnostics;
use crate::mail::DELIMITER;

/// Names that Postfix treats in ways of their own (mail_addr.h, split_addr.c of 3.7.11).
const SPECIAL: [&str; 2] = ["mailer-daemon", "postmaster"];

/// The address that smtpd(8) takes for its own probes.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) local: String,
    pub(super) domain: String,
    pub(super) test: TestId,
}

/// Reads the parameter: a plain address, or a local-part in `$myorigin`; none for the null path.
pub(super) fn read(
    settings: &Settings<'_>,
    origin: &str,
    catalogue: &mut Catalogue,
    diagnostics: &mut Diagnostics,
) -> Option<Probe> {
    let text = settings.text("address_verify_sender", diagnostics);
    let address = text.as_str().to_ascii_lowercase();
    if address.is_empty() || address == "<>" {
        return None;
    }
    let (local, domain) = address.split_once('@').unwrap_or((&address, origin));
    if !keys::is_address(&address) || address.contains(DELIMITER) || SPECIAL.contains(&local) {
        let reason = "everybody's mail for it is taken: it is no plain address of nobody's";
        let name = "address_verify_sender";
        diagnostics.error(UnjudgedParameter::new(name, reason, &text.at()));
        return None;
    }
    let at = settings.place("address_verify_sender");
    Some(Probe {
        local: local.to_owned(),
        domain: domain.to_owned(),
        test: one_address(Side::To, (local, domain), &at, catalogue),
    })
}
