//! The whole line: from a policy to the files of one target, or to the reason why not.
//!
//! It checks its own output on every run. If the files do not mean what the policy means, there
//! are no files.

mod alike;
mod by_hand;
mod diagnostics;
mod manifest;
mod scenarios;

pub use by_hand::{ByHand, place as by_hand, raw_at, raw_text};
pub use diagnostics::{Divergence, StrayFile, Unexpected, UnknownTarget, Unreadable};
pub use manifest::{MANIFEST, hash};
pub use scenarios::scenarios;

use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Reported};
use crate::dns;
use crate::policy::{self, Policy, Scenario};
use crate::prove::{self, Given, Proven, Report, in_two};
use crate::source::{Files, Source};
use crate::syntax;
use crate::target::{Artifacts, Reading, TARGETS, Target, Tree};

/// What a target's files turned out to be.
#[derive(Debug)]
pub struct Compiled {
    /// The files, the MANIFEST included.
    pub artifacts: Artifacts,
    /// The proof of the policy.
    pub policy_report: Report,
    /// The proof of the files.
    pub files_report: Report,
    /// What the reader made of the files: of a large policy without the rows of domains that
    /// others stand for, if the report says so.
    pub reading: Reading,
}

/// Reads a policy and checks it; proves nothing yet.
pub fn load(
    source: &Arc<Source>,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Result<Policy, Reported> {
    let document = syntax::parse(source, diagnostics)?;
    let policy = policy::lower(&document, files, diagnostics)?;
    know_targets(&policy, diagnostics)?;
    Ok(policy)
}

/// Reads two policies at once. What both have to say is told.
pub fn load_both(
    [one, other]: [(&Arc<Source>, &dyn Files); 2],
    diagnostics: &mut Diagnostics,
) -> Result<[Policy; 2], Reported> {
    let mut told = Diagnostics::new();
    let (one, other) = in_two(
        || load(one.0, one.1, diagnostics),
        || load(other.0, other.1, &mut told),
    );
    diagnostics.append(told);
    Ok([one?, other?])
}

/// Tells options for a target that is none: nobody would ever read them.
fn know_targets(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let before = diagnostics.errors();
    for options in &policy.targets {
        let name = &options.name;
        if TARGETS.iter().all(|target| target.name() != name.value) {
            let known: Vec<String> = TARGETS
                .iter()
                .map(|target| format!("`{}`", target.name()))
                .collect();
            diagnostics.error(UnknownTarget {
                name: name.value.clone(),
                known: known.join(" or "),
                at: name.at.clone(),
            });
        }
    }
    diagnostics.failed_since(before)
}

/// Reads a file of scenarios, to be played under some policy.
pub fn load_scenarios(
    source: &Arc<Source>,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Scenario>, Reported> {
    let document = syntax::parse_scenarios(source, diagnostics)?;
    policy::lower_scenarios(&document, diagnostics)
}

/// Turns a policy into the files of one target, or says why it will not.
pub fn compile(
    policy: &Policy,
    target: &dyn Target,
    diagnostics: &mut Diagnostics,
) -> Result<Compiled, Reported> {
    compile_over(policy, target, Given::default(), diagnostics)
}

/// The same, with obligations about records over what is given.
pub fn compile_over(
    policy: &Policy,
    target: &dyn Target,
    given: Given<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Compiled, Reported> {
    know_targets(policy, diagnostics)?;
    let (proven, policy_report) = prove::prove_over(policy, given, diagnostics)?;
    scenarios::scenarios(policy, diagnostics)?;
    let mut artifacts = target.emit(&proven, diagnostics)?;
    let some = alike::prove_some((&proven, &policy_report), target, &artifacts, given);
    let checked = some.map_or_else(
        || {
            made(policy, target, diagnostics, |diagnostics| {
                let reading = target.interpret(&artifacts, diagnostics)?;
                let files = files(target, &reading);
                let report = prove::prove_files_over(&proven, files, given, diagnostics)?;
                Ok((reading, report))
            })
        },
        Ok,
    );
    let (reading, files_report) = checked.map_err(|reported| {
        if has_raw(policy, target) {
            return reported;
        }
        diagnostics.error(Divergence {
            target: target.name().to_owned(),
        })
    })?;
    for file in dns::sts_files(policy) {
        artifacts.add(&manifest::sts_path(&file), 0o644, file.text);
    }
    let proved = (&files_report, reading.decider.as_ref());
    manifest::add(policy, target, proved, &mut artifacts);
    Ok(Compiled {
        artifacts,
        policy_report,
        files_report,
        reading,
    })
}

/// Works on files that were made of a policy. What is wrong with them because of raw text is told
/// there.
fn made<T>(
    policy: &Policy,
    target: &dyn Target,
    diagnostics: &mut Diagnostics,
    work: impl FnOnce(&mut Diagnostics) -> Result<T, Reported>,
) -> Result<T, Reported> {
    if !has_raw(policy, target) {
        return work(diagnostics);
    }
    let mut told = Diagnostics::new();
    let done = work(&mut told);
    if done.is_err() {
        diagnostics.append_errors(told, |told| by_hand(policy, target.name(), told));
    } else {
        diagnostics.append(told);
    }
    done
}

/// Reads back what a proved policy sets by hand, for each of its targets, and proves it.
pub fn check_raw(proven: &Proven<'_>, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let before = diagnostics.errors();
    let policy = proven.policy();
    for target in TARGETS.iter().filter(|target| has_raw(policy, **target)) {
        let Ok(artifacts) = target.emit(proven, diagnostics) else {
            continue;
        };
        // It fails with what it tells.
        let _told = made(policy, *target, diagnostics, |diagnostics| {
            let reading = target.interpret(&artifacts, diagnostics)?;
            // What hangs on DNS was told of the policy.
            let mut told = Diagnostics::new();
            let files = files(*target, &reading);
            let proved = prove::prove_files_over(proven, files, Given::default(), &mut told);
            diagnostics.append_errors(told, |told| told);
            proved
        });
    }
    diagnostics.failed_since(before)
}

/// Tells what targets cannot be told of a policy: of each that it names with `target`, or of all if
/// it names none.
pub fn check_targets(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let before = diagnostics.errors();
    let is_meant =
        |target: &&&dyn Target| policy.targets.is_empty() || policy.target(target.name()).is_some();
    // What is set by hand is read back from files: their emitter tells it then.
    let by_hand = |target: &&&dyn Target| has_raw(policy, **target);
    let meant = TARGETS.iter().filter(is_meant);
    for target in meant.filter(|target| !by_hand(target)) {
        target.refuse(policy, diagnostics);
    }
    diagnostics.failed_since(before)
}

/// Compares what the files of two targets mean with each other, beside the policy.
pub fn agree(
    policy: &Policy,
    one: (&dyn Target, &Compiled),
    other: (&dyn Target, &Compiled),
    diagnostics: &mut Diagnostics,
) -> Result<Report, Reported> {
    let is_whole = |compiled: &Compiled| compiled.files_report.left_out.is_none();
    if is_whole(one.1) && is_whole(other.1) {
        let sides = [one, other].map(|(target, compiled)| (target, &compiled.reading));
        return agree_whole(policy, sides, diagnostics);
    }
    let sides = [one, other].map(|(target, compiled)| (target, &compiled.artifacts));
    if let Some(report) = alike::agree_some(policy, sides) {
        return Ok(report);
    }
    let [one, other] = sides;
    let first = one.0.interpret(one.1, diagnostics)?;
    let second = other.0.interpret(other.1, diagnostics)?;
    agree_whole(policy, [(one.0, &first), (other.0, &second)], diagnostics)
}

fn agree_whole(
    policy: &Policy,
    [one, other]: [(&dyn Target, &Reading); 2],
    diagnostics: &mut Diagnostics,
) -> Result<Report, Reported> {
    let [first, second] = [one, other].map(|(target, reading)| files(target, reading));
    prove::prove_agreement(policy, first, second, diagnostics).map_err(|reported| {
        if has_raw(policy, one.0) || has_raw(policy, other.0) {
            return reported;
        }
        diagnostics.error(Divergence {
            target: format!("{} and {}", first.name, second.name),
        })
    })
}

/// Whether a policy sets something by hand.
pub fn has_raw(policy: &Policy, target: &dyn Target) -> bool {
    let raw = policy.target(target.name());
    raw.is_some_and(|raw| !raw.settings.is_empty() || !raw.files.is_empty())
}

/// Returns the files of one target for a policy that is proved, without reading them back: enough
/// to look at, not to install.
pub fn emit(
    policy: &Policy,
    target: &dyn Target,
    diagnostics: &mut Diagnostics,
) -> Result<Artifacts, Reported> {
    let (proven, _) = prove::prove(policy, diagnostics)?;
    target.emit(&proven, diagnostics)
}

/// Reads files as a target does: the emitted ones, or with `tree` those of a server.
///
/// A reader may take what it does not get as absent; what is there and cannot be read is an error.
pub fn read(
    policy: &Policy,
    target: &dyn Target,
    tree: Option<Arc<dyn Tree>>,
    diagnostics: &mut Diagnostics,
) -> Result<Reading, Reported> {
    let (proven, _) = prove::prove(policy, diagnostics)?;
    let mut artifacts = target.emit(&proven, diagnostics)?;
    let reading = match tree {
        Some(tree) => {
            artifacts.replace_by(tree);
            target.interpret(&artifacts, diagnostics)?
        }
        None => made(policy, target, diagnostics, |diagnostics| {
            target.interpret(&artifacts, diagnostics)
        })?,
    };
    let before = diagnostics.errors();
    for (path, fault) in artifacts.unreadable() {
        diagnostics.error(Unreadable { path, fault });
    }
    diagnostics.failed_since(before)?;
    Ok(reading)
}

/// Reads the files that are made of a policy, and says whether they are proved to mean what it
/// does.
pub fn read_and_prove(
    policy: &Policy,
    target: &dyn Target,
    diagnostics: &mut Diagnostics,
) -> Result<(Reading, bool), Reported> {
    let (proven, _) = prove::prove(policy, diagnostics)?;
    let artifacts = target.emit(&proven, diagnostics)?;
    made(policy, target, diagnostics, |diagnostics| {
        let reading = target.interpret(&artifacts, diagnostics)?;
        let files = files(target, &reading);
        let mut told = Diagnostics::new();
        let proved = prove::prove_files_over(&proven, files, Given::default(), &mut told);
        Ok((reading, proved.is_ok()))
    })
}

/// Returns what the proof needs to know of files.
pub fn files<'a>(target: &'a dyn Target, reading: &'a Reading) -> prove::Files<'a> {
    prove::Files {
        name: target.name(),
        decider: reading.decider.as_ref(),
        listeners: &reading.listeners,
        backends: &reading.backends,
        believed: &reading.believed,
        sending: &reading.sending,
    }
}
