//! What runs on the throw-away machine: puts the tree in place, starts the MTA, asks, reports.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Seek, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::job::{Job, Mta, Scene, Warnings};
use super::report::{Gate, Report, Timing};
use super::scripts;
use super::sessions::{self, Servers};
use super::{Context, Failure, Result};
use log::Log;

mod dns;
pub(super) mod exim;
mod log;
mod mailbox;
mod postfix;
mod rounds;
mod scene;

/// The argument that tells a test program that it is on a throw-away machine.
pub(crate) const FLAG: &str = "--inside-throw-away-machine";
/// The job, in the directory of the run.
pub(crate) const JOB: &str = "job.json";
/// The report, in the directory of the run.
pub(crate) const REPORT: &str = "report.json";
/// The directory of the run, as `namespace.sh` mounts it.
const RUN: &str = "/run/mailpol/job";
/// The tree of the job, as `namespace.sh` mounts it.
const TREE: &str = "/run/mailpol/tree";
/// How often somebody looks whether the wait makes sense.
const GLANCE: Duration = Duration::from_millis(100);
/// Killed processes are gone at once; so long only a bug lasts.
const KILL_PATIENCE: Duration = Duration::from_secs(10);
/// Lines of syslog that go with a failure.
const LOG_TAIL: usize = 60;

/// Does the job, if this test program was started for that.
///
/// The first thing that a `main` does.
pub(crate) fn run_if_asked() -> Option<ExitCode> {
    if std::env::args().nth(1).as_deref() != Some(FLAG) {
        return None;
    }
    match enter() {
        Ok(()) => Some(ExitCode::SUCCESS),
        Err(why) => {
            // The reader's end may be gone; the exit status still says it.
            let _told = writeln!(io::stderr(), "{why}");
            Some(ExitCode::FAILURE)
        }
    }
}

/// Does the job in a thread, so that neither time nor the starter's death is missed.
fn enter() -> Result<()> {
    let job = fs::read(format!("{RUN}/{JOB}")).context("reading the job")?;
    let job: Job = serde_json::from_slice(&job).context("understanding the job")?;
    let (mta, patience) = (job.mta, Duration::from_secs(job.seconds));
    let log = Log::start()?;
    let (tell, told) = mpsc::channel();
    let orphaned = tell.clone();
    thread::spawn(move || {
        // The other end is closed when the starter dies. Nothing is ever sent.
        let _closed = io::stdin().read(&mut [0]);
        let _told = orphaned.send(Err(Failure::new("nobody waits for the report any more")));
    });
    // A round may be about files that the MTA does not run with; it looks after itself.
    let is_watched = job.rounds.is_empty();
    let worker_log = log.clone();
    thread::spawn(move || {
        let _told = tell.send(work(&job, &worker_log));
    });
    let report = await_report(&told, patience, &log, is_watched);
    let report = report.map_err(|why| {
        let mut lines = log.lines();
        if mta == Mta::Exim {
            lines.extend(exim::logged(Warnings::Reported).unwrap_or_default());
        }
        let tail = lines
            .get(lines.len().saturating_sub(LOG_TAIL)..)
            .unwrap_or_default();
        Failure::new(format!("{why}\n-- logged:\n{}", tail.join("\n")))
    })?;
    let report = serde_json::to_vec(&report).context("writing the report")?;
    fs::write(format!("{RUN}/{REPORT}"), report).context("writing the report")
}

/// Waits for the report, but not longer than `patience`, nor for an MTA that will not speak.
fn await_report(
    told: &mpsc::Receiver<Result<Report>>,
    patience: Duration,
    log: &Log,
    is_watched: bool,
) -> Result<Report> {
    let start = Instant::now();
    while start.elapsed() < patience {
        match told.recv_timeout(GLANCE) {
            Ok(report) => return report,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
        if let Some(line) = log.find(postfix::HOPELESS).filter(|_| is_watched) {
            return Err(Failure::new(format!("a service does not start: {line}")));
        }
    }
    Err(Failure::new(format!(
        "gave up after {} seconds",
        patience.as_secs()
    )))
}

fn work(job: &Job, log: &Log) -> Result<Report> {
    let mut clock = Clock::start();
    scene::set(&job.scene)?;
    clock.lap("scene");
    match job.mta {
        Mta::Postfix => postfix::make_fresh()?,
        Mta::Exim => exim::make_fresh()?,
    }
    scene::copy_tree(TREE)?;
    match job.mta {
        Mta::Postfix => postfix::age_files()?,
        Mta::Exim => {}
    }
    scene::run(&job.scene.commands)?;
    clock.lap("tree");
    let gate = match job.mta {
        Mta::Postfix | Mta::Exim if job.warnings == Warnings::Unasked => Gate::default(),
        Mta::Postfix => postfix::gate(job.warnings, log)?,
        Mta::Exim => exim::gate(job.warnings)?,
    };
    clock.lap("gate");
    dns::start(&job.scene.zone)?;
    scene::start_logins()?;
    scene::start_signer()?;
    clock.lap("dns and logins");
    match job.mta {
        Mta::Postfix => postfix::start(job.warnings)?,
        Mta::Exim => exim::start()?,
    }
    clock.lap("start");
    scene::run(&job.programs)?;
    clock.lap("programs");
    let servers = servers(&job.scene);
    let outcomes = sessions::drive(&servers, &job.envelopes)?;
    clock.lap("envelopes");
    let transcripts = job
        .scripts
        .iter()
        .map(|script| scripts::play(&servers, script))
        .collect();
    clock.lap("scripts");
    let queue = match job.mta {
        Mta::Postfix | Mta::Exim if job.warnings == Warnings::Unasked => Vec::new(),
        Mta::Postfix => postfix::drain()?,
        Mta::Exim => exim::drain()?,
    };
    let mailboxes = mailbox::collect()?;
    clock.lap("mailboxes");
    log.settle()?;
    if log.is_full() {
        return Err(Failure::new("the log is too long to be kept"));
    }
    let mut lines = log.lines();
    match job.mta {
        Mta::Postfix => {}
        Mta::Exim => lines.extend(exim::logged(job.warnings)?),
    }
    let rounds = rounds::all(job, &servers, log)?;
    clock.lap("rounds");
    Ok(Report {
        gate,
        outcomes,
        transcripts,
        mailboxes,
        queue,
        log: lines,
        rounds,
        timings: clock.laps,
    })
}

/// Clients come to the machine's own address, as they would in the world.
fn servers(scene: &Scene) -> Servers {
    let mut servers = Servers {
        v4: Ipv4Addr::LOCALHOST,
        v6: Ipv6Addr::LOCALHOST,
        bound: scene.bound.clone(),
        proxies: scene.proxies.clone(),
        announced: scene.announced.clone(),
    };
    for address in scene.addresses.iter().rev() {
        match address {
            IpAddr::V4(v4) => servers.v4 = *v4,
            IpAddr::V6(v6) => servers.v6 = *v6,
        }
    }
    servers
}

/// Measures the parts of a run.
struct Clock {
    last: Instant,
    laps: Vec<Timing>,
}

impl Clock {
    fn start() -> Self {
        Self {
            last: Instant::now(),
            laps: Vec::new(),
        }
    }

    fn lap(&mut self, part: &str) {
        let milliseconds = self.last.elapsed().as_millis();
        self.laps.push(Timing {
            part: part.to_owned(),
            milliseconds,
        });
        self.last = Instant::now();
    }
}

/// Ends every process whose program is below a path, at once, and waits until nothing of them is
/// left: one that ends has no program any more while it still holds its sockets.
fn kill(programs: &str) -> Result<()> {
    let start = Instant::now();
    let mut killed: BTreeSet<PathBuf> = BTreeSet::new();
    while start.elapsed() < KILL_PATIENCE {
        let mut found = false;
        for entry in fs::read_dir("/proc").context("/proc")? {
            let path = entry.context("/proc")?.path();
            let program = fs::read_link(path.join("exe")).unwrap_or_default();
            let Some(number) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if program.starts_with(programs) {
                found = true;
                // It may have gone by itself.
                let _killed = command("kill", &["-KILL", number]);
                killed.insert(path);
            }
        }
        killed.retain(|path| is_running(path));
        if !found && killed.is_empty() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err(Failure::new(format!("{programs} does not end")))
}

/// Whether a process, by its folder below `/proc`, is there and not only unburied.
fn is_running(process: &Path) -> bool {
    let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').map(|(_, rest)| rest.trim_start());
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}

/// Runs a program to its end, and returns what it said on both streams. It has to end well.
fn command(program: &str, arguments: &[&str]) -> Result<String> {
    command_with_input(program, arguments, "")
}

fn command_with_input(program: &str, arguments: &[&str], input: &str) -> Result<String> {
    let doing = format!("{program} {}", arguments.join(" "));
    // Not a pipe: a daemon holds its end open long after the program that started it has ended.
    let mut output = tempfile::tempfile().context(&doing)?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(output.try_clone().context(&doing)?)
        .stderr(output.try_clone().context(&doing)?)
        .spawn()
        .context(&doing)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).context(&doing)?;
    }
    let status = child.wait().context(&doing)?;
    let mut said = Vec::new();
    output.rewind().context(&doing)?;
    output.read_to_end(&mut said).context(&doing)?;
    let said = String::from_utf8_lossy(&said).into_owned();
    if status.success() {
        return Ok(said);
    }
    Err(Failure::new(format!("{doing}: {status}: {said}")))
}
