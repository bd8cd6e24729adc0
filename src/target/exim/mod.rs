//! Exim: how a policy becomes `exim4.conf` and its tables.
//!
//! A domain that we deliver for is in `local_domains`, and whatever is not is somebody else's; no
//! domain is relayed to. Who may do what is said in one place, the ACL of RCPT, statement by
//! statement in the order of the policy's rules. A recipient exists if the routers can route it,
//! so what is accepted can be delivered. Numbers, logins and directories come out of tables of
//! ours, never out of what a client said: Exim calls the latter tainted, and refuses it as a path.
//! `docs/targets/exim.md` has the rest.

mod emit;
mod interpret;
mod lexical;
mod view;

use super::{Artifacts, Reading, Target};
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::Policy;
use crate::prove::Proven;

/// Exim 4.96 (Debian 12) and newer.
#[derive(Debug)]
pub struct Exim;

impl Target for Exim {
    fn name(&self) -> &'static str {
        "exim"
    }

    fn judged_by(&self) -> &'static str {
        "Exim 4.96 of Debian 12"
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
