//! The throw-away machine that a job runs on: namespaces, an overlay over `/`, every address.
//!
//! Nothing of the host is changed, and nothing is left: the machine's first process is killed
//! with whoever started it, and takes all others and all mounts with it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use super::inside;
use super::job::{Job, Mta};
use super::probes;
use super::report::Report;
use super::{Context, Failure, Result};

/// Builds the machine, once the namespaces are there.
const SCRIPT: &str = include_str!("namespace.sh");
/// What building the machine may take, on top of the job's own seconds.
const BUILD_SECONDS: u64 = 30;
/// What was printed on both streams, in the directory of the run.
pub(crate) const OUTPUT: &str = "output";

/// Runs a job on a machine of its own.
pub(crate) fn run(job: &Job) -> Result<Report> {
    let directory = tempfile::tempdir().context("making a temporary directory")?;
    let text = serde_json::to_vec(job).context("writing down the job")?;
    fs::write(directory.path().join(inside::JOB), text).context("writing down the job")?;
    bring(job.mta, directory.path())?;
    let program = std::env::current_exe().context("finding this program")?;
    let tree = job.tree.canonicalize().context(job.tree.display())?;
    let seconds = job.seconds + BUILD_SECONDS;
    start(directory.path(), &tree, &program, &[inside::FLAG], seconds)?;
    let report = fs::read(directory.path().join(inside::REPORT)).context("reading the report")?;
    serde_json::from_slice(&report).context("understanding the report")
}

/// Puts an MTA that is not installed on the host into the directory of the run.
pub(crate) fn bring(mta: Mta, directory: &Path) -> Result<()> {
    match mta {
        Mta::Postfix => {}
        // Postfix is installed on the host; Exim, which cannot be too, is only unpacked.
        Mta::Exim => {
            let copy = directory.join(inside::exim::PROGRAM);
            fs::copy(probes::EXIM, copy).context(probes::EXIM)?;
        }
    }
    Ok(())
}

/// Says why there can be no such machine here, if that is so.
pub(crate) fn try_out() -> Result<()> {
    let directory = tempfile::tempdir().context("making a temporary directory")?;
    let tree = tempfile::tempdir().context("making a temporary directory")?;
    start(
        directory.path(),
        tree.path(),
        Path::new("/bin/true"),
        &[],
        BUILD_SECONDS,
    )
}

/// Runs a program on a new machine, and waits for it to end well.
pub(crate) fn start(
    directory: &Path,
    tree: &Path,
    program: &Path,
    arguments: &[&str],
    seconds: u64,
) -> Result<()> {
    let output = directory.join(OUTPUT);
    let file = File::create(&output).context("making a file for the output")?;
    let errors = file.try_clone().context("making a file for the output")?;
    let mut child = Command::new("timeout")
        // unshare(1) itself ignores SIGTERM.
        .args(["--signal=KILL", &seconds.to_string()])
        .args([
            "unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork",
        ])
        .args([
            "--mount-proc",
            "--kill-child",
            "bash",
            "-c",
            SCRIPT,
            "namespace.sh",
        ])
        .args([directory, tree, program])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(file)
        .stderr(errors)
        .spawn()
        .context("starting `timeout unshare`")?;
    // The program inside gives up when this end of the pipe is closed: it must not be, until
    // the program has ended or this process has died.
    let lifeline = child.stdin.take();
    let status = child.wait().context("waiting for `timeout unshare`")?;
    drop(lifeline);
    if status.success() {
        return Ok(());
    }
    let output = fs::read(&output).context("reading the output")?;
    let output = String::from_utf8_lossy(&output);
    Err(Failure::new(format!(
        "the throw-away machine ended with {status}:\n{output}"
    )))
}
