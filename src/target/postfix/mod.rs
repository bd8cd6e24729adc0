//! Postfix: how the ideas of a policy map onto it.
//!
//! A domain that mail is delivered for is in `virtual_mailbox_domains`, and `mydestination` is
//! always empty, so no domain is in two address classes (ADDRESS_CLASS_README). Who may relay
//! stands in the relay restrictions of each listener. `docs/targets/postfix.md` has the rest.

mod emit;
mod interpret;
mod lexical;
mod view;

use super::{Artifacts, Reading, Target};
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::Policy;
use crate::prove::Proven;

/// Postfix 3.7 (Debian 12) and newer.
#[derive(Debug)]
pub struct Postfix;

impl Target for Postfix {
    fn name(&self) -> &'static str {
        "postfix"
    }

    fn judged_by(&self) -> &'static str {
        "Postfix 3.7.11 of Debian 12"
    }

    fn refuse(&self, policy: &Policy, diagnostics: &mut Diagnostics) {
        emit::refuse(policy, diagnostics);
    }

    fn emit(
        &self,
        proven: &Proven<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Artifacts, Reported> {
        emit::emit(proven, diagnostics)
    }

    fn interpret(
        &self,
        artifacts: &Artifacts,
        diagnostics: &mut Diagnostics,
    ) -> Result<Reading, Reported> {
        interpret::interpret(artifacts, diagnostics)
    }
}
