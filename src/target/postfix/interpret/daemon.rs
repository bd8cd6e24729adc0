//! `mailer-daemon` at `myorigin` as a reverse-path: cleanup(8) takes it for the null path
//! (`cleanup_addr_sender` in cleanup_addr.c of 3.7.11), and so does all that asks for the sender of
//! a message behind it. The command filter may make another local-part of it before.

use super::addressing::{Addressing, one_address};
use super::by_sender;
use super::catalogue::{Catalogue, Side};
use super::diagnostics::UnjudgedParameter;
use super::map::Seen;
use super::parameter::Settings;
use super::program::Program;
use crate::decision::TestId;
use crate::diagnostic::Diagnostics;
use crate::mail::PathForm;
use crate::source::Loc;

/// Reports tables of senders that are not asked for it.
pub(super) fn judge(
    base: &Settings<'_>,
    addressing: &Addressing,
    programs: &[Option<Program>],
    diagnostics: &mut Diagnostics,
) {
    let stays = |form: PathForm, program: &Program| {
        let may_be = matches!(addressing.sender(form), Seen::Whole | Seen::Origin);
        let is_error = addressing.is_error(form, Side::From, program.is_strict);
        may_be && !is_error && !program.filter.unlists(form)
    };
    let mut programs = programs.iter().flatten();
    let is_open = programs.any(|program| {
        let mut forms = PathForm::ALL.into_iter();
        forms.any(|form| stays(form, program))
    });
    let tables = by_sender::PARAMETERS.into_iter().chain(["sender_bcc_maps"]);
    for name in tables.filter(|name| is_open && !base.is_empty(name)) {
        let reason = "it is not asked for `mailer-daemon` at `myorigin`, which is the null path \
                      once it is taken: let the command filter make another of it";
        diagnostics.error(UnjudgedParameter::new(name, reason, &base.place(name)));
    }
}

/// Returns the test whether a reverse-path is `mailer-daemon` at `myorigin`.
pub(super) fn test(origin: &str, at: &Loc, catalogue: &mut Catalogue) -> TestId {
    one_address(Side::From, ("mailer-daemon", origin), at, catalogue)
}
