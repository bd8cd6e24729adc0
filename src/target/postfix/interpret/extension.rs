//! `recipient_delimiter`: addresses with an extension (split_addr(3), mail_addr_find(3) of 3.7.11).
//!
//! All tables are looked up with the address as it is, and then without its extension: what stands
//! behind the first delimiter, if that is not the first character.

use super::addressing::{Addressing, Traits};
use super::catalogue::Side;
use super::diagnostics::UnjudgedParameter;
use super::parameter::Settings;
use super::program::Program;
use crate::diagnostic::Diagnostics;
use crate::mail::PathForm;

/// Forms of which some members would be an address that tables hold, but for an odd extension: the
/// form does not say which.
const UNTOLD: [PathForm; 3] = [PathForm::Dotted, PathForm::OddLocal, PathForm::EightBit];
/// The same. As forward-paths they are routes, and taken for listed.
const UNTOLD_SENDERS: [PathForm; 3] = [
    PathForm::QuotedRoute,
    PathForm::DoubleAt,
    PathForm::OddRoute,
];

/// Refuses what extensions do that is not modelled.
pub(super) fn judge(
    settings: &Settings<'_>,
    addressing: &Addressing,
    programs: &[Option<Program>],
    diagnostics: &mut Diagnostics,
) {
    if !addressing.around.extensions {
        return;
    }
    let name = "propagate_unmatched_extensions";
    let propagates = settings.text(name, diagnostics);
    if !settings.is_set(name) || !propagates.as_str().is_empty() {
        let reason = "with extensions it must be empty: what an alias leads to would get them";
        let at = settings.place(name);
        diagnostics.error(UnjudgedParameter::new(name, reason, &at));
    }
    let is_untold = |program: &Program, side: Side| {
        let senders = UNTOLD_SENDERS.iter().filter(|_| side == Side::From);
        UNTOLD.iter().chain(senders).any(|form| {
            let traits = addressing.traits(*form, side, &program.filter, program.is_strict);
            match traits {
                Traits::Spoiled(_) => false,
                Traits::Looked { is_error, .. } => !is_error,
            }
        })
    };
    let mut programs = programs.iter().flatten();
    if programs.any(|program| is_untold(program, Side::From) || is_untold(program, Side::To)) {
        let name = "recipient_delimiter";
        let reason = "whose address an odd one such as `john+a..b` is, is not modelled: let \
                      `smtpd_command_filter` refuse them";
        let at = settings.place(name);
        diagnostics.error(UnjudgedParameter::new(name, reason, &at));
    }
}
