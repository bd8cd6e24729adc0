//! Rounds: the same machine with other files, one after the other.
//!
//! A round starts from the tree of the job, whatever the round before did to it. Files with which
//! the MTA does not run are an answer too: a round fails by itself, and the next one goes on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::super::job::{Job, Mta, Round, Warnings};
use super::super::report::{Answer, Outcome, RoundReport};
use super::super::sessions::{self, Servers};
use super::super::{Context, Result};
use super::log::Log;
use super::{GLANCE, TREE, command, exim, postfix, scene};

/// A round that takes longer has met a service that does not answer.
const PATIENCE: Duration = Duration::from_secs(45);
/// Accepted mail that has gone nowhere by then stays where it is.
const DELIVERY_PATIENCE: Duration = Duration::from_secs(4);
/// What changes for a running saslauthd only when it starts again.
const SASLAUTHD: &str = "etc/default/saslauthd";

/// Plays every round.
pub(super) fn all(job: &Job, servers: &Servers, log: &Log) -> Result<Vec<RoundReport>> {
    let mut reports = Vec::new();
    let mut changed = BTreeSet::new();
    for round in &job.rounds {
        let before = std::mem::take(&mut changed);
        changed = round.files.keys().cloned().collect();
        reports.push(one(job, servers, log, round, &before)?);
    }
    Ok(reports)
}

fn one(
    job: &Job,
    servers: &Servers,
    log: &Log,
    round: &Round,
    before: &BTreeSet<String>,
) -> Result<RoundReport> {
    stop(job.mta)?;
    log.settle()?;
    log.forget();
    put(round, before)?;
    if before.contains(SASLAUTHD) || round.files.contains_key(SASLAUTHD) {
        // One that does not start is an answer too: nobody can log in.
        let _started = command("/etc/init.d/saslauthd", &["restart"]);
    }
    for line in &round.commands {
        // What it was to make is missing then, and the MTA says what comes of it.
        let _made = command("sh", &["-c", line]);
    }
    let started = match job.mta {
        Mta::Postfix => postfix::start_again(),
        Mta::Exim => exim::start(),
    };
    let (outcomes, broken) = match started {
        Ok(()) => asked(job.mta, servers, log, round)?,
        Err(why) => (Vec::new(), Some(why.to_string())),
    };
    log.settle()?;
    let broken = broken.or_else(|| log.is_full().then(|| "it logs too much".to_owned()));
    let mut lines = log.lines();
    if job.mta == Mta::Exim {
        lines.extend(exim::logged(Warnings::Reported)?);
    }
    Ok(RoundReport {
        broken,
        outcomes,
        log: lines,
    })
}

/// Puts the tree of the job in place, and the round's files over it.
fn put(round: &Round, before: &BTreeSet<String>) -> Result<()> {
    let real = |name: &str| PathBuf::from("/").join(name);
    for name in before {
        let path = real(name);
        if path.is_file() {
            fs::remove_file(&path).context(path.display())?;
        }
        let original = Path::new(TREE).join(name);
        if original.is_file() {
            fs::copy(&original, &path).context(path.display())?;
        }
    }
    scene::copy_tree(TREE)?;
    for (name, text) in &round.files {
        let path = real(name);
        match text {
            Some(text) => fs::write(&path, text).context(path.display())?,
            None if path.is_file() => fs::remove_file(&path).context(path.display())?,
            None => {}
        }
    }
    Ok(())
}

/// Asks about the envelopes of a round, for as long as it makes sense.
fn asked(
    mta: Mta,
    servers: &Servers,
    log: &Log,
    round: &Round,
) -> Result<(Vec<Outcome>, Option<String>)> {
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(mta, log, &is_done));
        let outcomes = sessions::drive(servers, &round.envelopes);
        if let Ok(outcomes) = &outcomes {
            await_deliveries(mta, outcomes, log);
        }
        is_done.store(true, Ordering::SeqCst);
        let broken = watcher.join().ok().flatten();
        Ok((outcomes?, broken))
    })
}

/// Stops an MTA that will never answer, and says why.
fn watch(mta: Mta, log: &Log, is_done: &AtomicBool) -> Option<String> {
    let start = Instant::now();
    while !is_done.load(Ordering::SeqCst) {
        let hopeless = match mta {
            Mta::Postfix => log.find(postfix::HOPELESS),
            Mta::Exim => None,
        };
        let late = start.elapsed() > PATIENCE;
        if hopeless.is_some() || late {
            let why = hopeless.unwrap_or_else(|| "it does not answer".to_owned());
            let stopped = stop(mta);
            return Some(stopped.err().map_or(why, |failure| failure.to_string()));
        }
        thread::sleep(GLANCE);
    }
    None
}

/// Waits until every message that was taken has gone somewhere, or will not soon.
fn await_deliveries(mta: Mta, outcomes: &[Outcome], log: &Log) {
    let queued: Vec<&str> = outcomes.iter().filter_map(Outcome::queued_as).collect();
    let start = Instant::now();
    let is_gone = |id: &&str| match mta {
        Mta::Postfix => {
            let words = [format!("{id}: removed"), format!("{id}: to=<")];
            words.iter().any(|words| log.find(words).is_some())
        }
        Mta::Exim => {
            let lines = exim::logged(Warnings::Reported).unwrap_or_default();
            let mut of_this = lines.iter().filter(|line| line.contains(id));
            of_this.any(|line| line.contains(" Completed") || line.contains(" == "))
        }
    };
    while !queued.iter().all(is_gone) && start.elapsed() < DELIVERY_PATIENCE {
        thread::sleep(Duration::from_millis(20));
    }
    if mta == Mta::Exim && !queued.iter().all(is_gone) {
        // What only waits for the queue to be run goes where it would have gone by then.
        let _ran = command("exim4", &["-q"]);
    }
}

fn stop(mta: Mta) -> Result<()> {
    match mta {
        Mta::Postfix => postfix::kill(),
        Mta::Exim => exim::kill(),
    }
}

impl Outcome {
    /// Returns the queue id of a message that was taken.
    pub(crate) fn queued_as(&self) -> Option<&str> {
        let Answer::Replied { reply, .. } = &self.answer else {
            return None;
        };
        let mut words = ["queued as ", "OK id="].into_iter();
        words.find_map(|words| Some(reply.text.split_once(words)?.1.trim()))
    }
}
