//! From the text of restriction lists to programs (smtpd_check_parse and generic_checks in
//! smtpd_check.c of 3.7.11).

mod access;
mod asked;
mod class;
mod list;

pub(super) use access::{Opened, OpenedKey};
pub(super) use asked::Asked;
pub(super) use class::fault as class_fault;
pub(super) use list::Compiler;
