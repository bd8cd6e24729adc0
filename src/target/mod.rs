//! Targets: the MTAs that a policy can be compiled for.
//!
//! A target is six files: `mod`, `emit`, `view`, `lexical`, `interpret/`, `probe`. The reader
//! (`interpret`) sees artifacts only, and never its siblings.

mod artifact;
mod comment;
mod diagnostics;
mod digits;
mod reading;
mod render;
mod saslauthd;

pub mod exim;
pub mod postfix;

pub use artifact::{Artifact, Artifacts, Entry, Tree};
pub use diagnostics::{
    BrokenTemplate, ProxyEverywhere, RefusedFile, RefusedSetting, ReservedAddress, UnknownVersion,
    UnsayableValue,
};
pub use reading::{Believed, FoundBackend, FoundLimit, FoundLimits, FoundListener, Reading};

use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::Policy;
use crate::prove::Proven;

/// An MTA that a policy can be compiled for.
pub trait Target: Sync {
    /// Returns its name, as in `--target postfix`.
    fn name(&self) -> &'static str;

    /// Returns the version of the real program that judges the target's files in the tests, and
    /// where it is from.
    fn judged_by(&self) -> &'static str;

    /// Tells what a policy asks that this MTA cannot be told, as [`Self::emit`] does, of a policy
    /// that need not be proved.
    fn refuse(&self, policy: &Policy, diagnostics: &mut Diagnostics);

    /// Returns the complete configuration of a working server.
    fn emit(
        &self,
        proven: &Proven<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Artifacts, Reported>;

    /// Reads a tree of files as the MTA would, whoever wrote it.
    fn interpret(
        &self,
        artifacts: &Artifacts,
        diagnostics: &mut Diagnostics,
    ) -> Result<Reading, Reported>;
}

/// Every target.
pub static TARGETS: &[&dyn Target] = &[&postfix::Postfix, &exim::Exim];
