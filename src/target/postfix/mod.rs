//! Postfix: how a policy becomes `main.cf`, `master.cf` and their tables.
//!
//! A domain we deliver for is in `virtual_mailbox_domains`, and nothing is in any other domain
//! class, so no domain is in two (ADDRESS_CLASS_README). Aliases stand in `virtual_alias_maps`,
//! and so do the mailboxes of a login: they lead to an address that only local(8) knows. A mailbox
//! without a login is virtual(8)'s.
//!
//! Internal clients are `mynetworks`. The rules stand in five lists, in the order of the policy;
//! submission and submissions have lists of their own, in which a listed login counts
//! (`docs/targets/postfix.md`).
//!
//! Not here: what a restriction means (`interpret` says that, from Postfix's manual alone), and
//! keys or passwords, which only their paths stand for.

mod emit;
mod lexical;
mod view;

use super::Artifacts;
use crate::diagnostic::{Diagnostics, Reported};
use crate::prove::Proven;

/// Postfix.
#[derive(Debug, Clone, Copy)]
pub struct Postfix;

impl Postfix {
    /// Returns the complete configuration of a server that does what a proved policy says.
    pub fn emit(
        self,
        proven: &Proven<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Artifacts, Reported> {
        emit::emit(proven, diagnostics)
    }
}
