//! The commands, one file each: arguments, and one call of the library.

pub(super) mod build;
pub(super) mod check;
pub(super) mod diff;
pub(super) mod dkim;
pub(super) mod dns;
pub(super) mod explain;
pub(super) mod fmt;
pub(super) mod init;
mod listed;
pub(super) mod manual;
pub(super) mod prove;
mod resolve;
pub(super) mod simulate;
pub(super) mod spf;

use std::path::PathBuf;

use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::target::{Reading, TARGETS, Target};

use super::{Failure, server, tree};

/// Returns the targets that a user names: `postfix`, or several with commas.
fn targets(names: &str) -> Result<Vec<&'static dyn Target>, Failure> {
    names.split(',').map(|name| target(name.trim())).collect()
}

fn target(name: &str) -> Result<&'static dyn Target, Failure> {
    TARGETS
        .iter()
        .copied()
        .find(|target| target.name() == name)
        .ok_or_else(|| {
            let known: Vec<&str> = TARGETS.iter().map(|target| target.name()).collect();
            Failure::Unable(format!(
                "there is no target `{name}`; there is: {}",
                known.join(", ")
            ))
        })
}

/// Files of a target: the emitted ones, or a tree.
#[derive(Debug, clap::Args)]
struct FilesArgs {
    /// Answer from the files of this target instead of the policy
    #[arg(long, value_parser = listed::Listed::TARGETS)]
    target: Option<String>,
    /// Read these files instead of those that `build` would emit: a folder that mirrors a
    /// server's root, or `/`
    #[arg(long, value_name = "DIR", requires = "target")]
    files: Option<PathBuf>,
}

impl FilesArgs {
    /// Reads the files, if a target is named.
    fn reading(
        &self,
        policy: &Policy,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<(&'static dyn Target, Reading)>, Failure> {
        let Some(name) = &self.target else {
            return Ok(None);
        };
        let target = target(name)?;
        let tree = self.files.as_deref().map(server::tree).transpose()?;
        let reading = mailpol::compile::read(policy, target, tree, diagnostics)?;
        Ok(Some((target, reading)))
    }

    /// Reads the files of each target that is named; of several, each in a folder of its name.
    fn readings(
        &self,
        policy: &Policy,
        diagnostics: &mut Diagnostics,
    ) -> Result<Vec<(&'static dyn Target, Reading)>, Failure> {
        let names = self.target.as_deref();
        let targets = names.map(targets).transpose()?.unwrap_or_default();
        let mut readings = Vec::new();
        for target in &targets {
            let folder = self.files.as_deref().map(|files| match targets.as_slice() {
                [_] => files.to_owned(),
                _ => files.join(target.name()),
            });
            let tree = folder.as_deref().map(server::tree).transpose()?;
            if let Some(folder) = &folder {
                tree::tell_strays(folder, diagnostics)?;
            }
            let reading = mailpol::compile::read(policy, *target, tree, diagnostics)?;
            readings.push((*target, reading));
        }
        Ok(readings)
    }
}
