//! From a policy to its files, and to the real Exim that runs on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::Failed;
use mailpol::diagnostic::Diagnostics;
use mailpol::policy::{Auth, Policy};
use mailpol::source::{Files, Source};
use mailpol::target::exim::Exim;
use mailpol::target::{Artifacts, Target};
use tempfile::TempDir;

use crate::policies::{self, told};
use crate::scene::{dovecot, scene};
use crate::support::job::{Job, Mta};

/// Returns the Doe family's policy.
pub(crate) fn doe() -> Result<Policy, Failed> {
    policies::all()
        .iter()
        .find(|case| case.name == "examples/doe")
        .ok_or("there is no examples/doe")?
        .load()
}

/// Returns the files of a policy.
pub(crate) fn emitted(policy: &Policy) -> Result<Artifacts, Failed> {
    let mut diagnostics = Diagnostics::new();
    mailpol::prove::prove(policy, &mut diagnostics)
        .and_then(|(proven, _)| Exim.emit(&proven, &mut diagnostics))
        .map_err(|_| told(&diagnostics))
}

/// Returns a run of Exim on a policy's files, with nothing to ask yet. The folder goes with it.
pub(crate) fn job(policy: &Policy) -> Result<(TempDir, Job), Failed> {
    let artifacts = emitted(policy)?;
    let tree = tempfile::tempdir()?;
    write_tree(&artifacts, tree.path())?;
    let mut job = Job::new(tree.path(), scene(policy, &artifacts));
    job.mta = Mta::Exim;
    if let Some(Auth::Dovecot { socket, .. }) = &policy.auth {
        // Its own configuration is the administrator's, who lets Exim ask.
        let text = dovecot(&socket.value, "Debian-exim");
        let path = PathBuf::from("/etc/dovecot/dovecot.conf");
        job.scene.files.insert(path, text);
        let folder = Path::new(&socket.value).parent().unwrap_or(Path::new("/"));
        let folder = folder.display();
        let make = format!("mkdir -p {folder}; chmod a+x {folder}; dovecot");
        job.scene.commands.push(make);
    }
    Ok((tree, job))
}

fn write_tree(artifacts: &Artifacts, root: &Path) -> Result<(), Failed> {
    for (name, artifact) in artifacts.files() {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(&path, artifact.source.text())?;
    }
    Ok(())
}

/// Returns the policy of a text; it has no files beside it.
pub(crate) fn read(text: &str) -> Result<Policy, Failed> {
    let source = Source::new("policy.kdl", text);
    let mut diagnostics = Diagnostics::new();
    mailpol::compile::load(&source, &Alone, &mut diagnostics).map_err(|_| told(&diagnostics))
}

struct Alone;

impl Files for Alone {
    fn read(&self, name: &str) -> Result<Arc<Source>, String> {
        Err(format!("there is no {name}"))
    }
}
