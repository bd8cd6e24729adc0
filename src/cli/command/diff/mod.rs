//! `mailpol diff`: what a change does to the files and to decisions.

mod declared;
mod files;
mod load;
mod print;
mod raw;
mod sides;

use std::path::{Path, PathBuf};

use mailpol::compare::{Change, Kind, Review, file_changes, mark};
use mailpol::diagnostic::Diagnostics;

use crate::cli::command::listed::Listed;
use crate::cli::git::Commit;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, tree};

const USAGE: &str = "\
mailpol diff [OPTIONS] OLD NEW
       mailpol diff [OPTIONS] [POLICY] --against DIR|git:REV[:PATH]
       mailpol diff [OPTIONS] [POLICY] --built DIR
       mailpol diff [OPTIONS] [POLICY] --target TARGET,TARGET";

const NOTES: &str = "\
Examples:
  mailpol diff OLD.kdl NEW.kdl                       two policies
  mailpol diff --against git:HEAD                    the policy here, and the one of a commit
  mailpol diff --against build/postfix               what the policy makes, and the files of a tree
  mailpol diff --built build/postfix                 the same, and status 1 if anything differs
  mailpol diff --target postfix,exim                 one policy, on two targets

Decisions are compared over all classes of envelopes, never by samples. A sentence ends with its
mark; `--declared FILE` lets the widenings pass whose marks the change itself adds to FILE.

Without POLICY, `git:REV` is compared with the policy that would have been found there, under
whatever name; and a policy that git finds moved, with what it was where it stood. Of a policy that
is new, all that it accepts is gained.

Exit status: 0, whatever differs, unless `--fail-on` or `--built` says otherwise; 1 as these say,
or a policy has errors; 2 it could not be done.";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = USAGE)]
pub(in crate::cli) struct Args {
    /// The policy before and the policy after; or one policy, with `--against`
    #[arg(value_name = "POLICY", num_args = 0..=2)]
    policies: Vec<PathBuf>,
    /// What was before: a tree of files, or `git:` and a commit, with the policy's path there if it
    /// stood elsewhere and git finds no rename
    #[arg(long, value_name = "DIR|git:REV[:PATH]")]
    against: Option<String>,
    /// The MTA whose files are compared; two with a comma to compare them with each other
    /// [default: what the tree was built for, else what the policy has nodes for, else postfix]
    #[arg(long, value_parser = Listed::TARGETS)]
    target: Option<String>,
    /// Compare only this
    #[arg(long, value_enum, value_name = "WHAT")]
    only: Option<Only>,
    /// End with status 1 if the change does this
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,
    /// Let widenings pass whose marks this file has, as git would commit it, in lines that it had
    /// not in the commit before
    #[arg(
        long,
        value_name = "FILE",
        requires = "against",
        requires = "fail_on",
        overrides_with = "declared"
    )]
    declared: Option<PathBuf>,
    /// End with status 1 if the files in this folder are not what `build` makes of the policy, or
    /// if there are others; with one policy and nothing else, they are what was before
    #[arg(long, value_name = "DIR", overrides_with = "built")]
    built: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// The emitted files and the zone
    Files,
    /// Which envelopes are decided otherwise
    Decisions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// It lets somebody do what nobody could, or sends mail where it did not go
    Widen,
    /// It takes something away
    Narrow,
    /// Anything differs, in decisions or files; of two targets, beyond their latitude
    Any,
}

impl Args {
    /// Refuses a gate that would let everything pass.
    fn can_fail(&self) -> Result<(), Failure> {
        if self.only != Some(Only::Files) {
            return Ok(());
        }
        let two_targets = self.policies.len() < 2
            && self.against.is_none()
            && self.built.is_none()
            && self.target.is_some();
        let why = match self.fail_on {
            Some(FailOn::Widen | FailOn::Narrow) => {
                "`--fail-on widen` and `narrow` are about decisions; leave `--only files` out"
            }
            Some(FailOn::Any) if self.declared.is_some() => {
                "`--declared` is about decisions; leave `--only files` out"
            }
            _ if two_targets => "two targets have no file in common; leave `--only files` out",
            Some(FailOn::Any) | None => return Ok(()),
        };
        Err(Failure::Unable(why.to_owned()))
    }
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    args.can_fail()?;
    let load::Loaded {
        mut sides,
        note,
        untracked,
        unlooked,
    } = load::load(args, diagnostics)?;
    let wants = |what: Only| args.only.is_none_or(|only| only == what);
    let [raw, left_out] = sides.raw(args.target.is_some());
    let left_out = raw::left_out(&left_out).filter(|_| wants(Only::Decisions));
    let mut note: Vec<String> = note.into_iter().chain(left_out).collect();
    let mut stale = stale(args, &sides, diagnostics)?;
    if let Some(policy) = untracked {
        tell_unlike(args, (NOT_IN_INDEX, &policy), &mut note, &mut stale);
    }
    for path in &unlooked {
        tell_unlike(args, (NOT_LOOKED_AT, path), &mut note, &mut stale);
    }
    let files = if wants(Only::Files) {
        let [before, after] = sides.texts(diagnostics)?;
        Some(file_changes(&before, &after, &sides.places()))
    } else {
        None
    };
    let decisions = if wants(Only::Decisions) {
        match sides.decisions((&raw, proved(args, &sides)), diagnostics) {
            Ok(decisions) => Some(decisions),
            // What is wrong with a tree is told; its files can be shown all the same.
            Err(Failure::Reported) => {
                print::files(&files.unwrap_or_default(), output)?;
                return Err(Failure::Reported);
            }
            Err(failure) => return Err(failure),
        }
    } else {
        None
    };
    let of_files = decisions.iter().flat_map(|decisions| &decisions.files);
    note.extend(of_files.map(raw::told));
    let declared = match &args.declared {
        Some(path) => declared::marks(path, args.against.as_deref())?,
        None => declared::Marks::default(),
    };
    let failing = |change: &&Change| {
        let fails = match args.fail_on {
            Some(FailOn::Widen) => change.widens,
            Some(FailOn::Narrow) => change.narrows,
            Some(FailOn::Any) => change.kind != Kind::Latitude,
            None => false,
        };
        fails && !declared.has(&mark(change))
    };
    let changes = decisions.iter().flat_map(|decisions| &decisions.changes);
    let failing: Vec<String> = changes.filter(failing).map(mark).collect();
    let any =
        args.fail_on == Some(FailOn::Any) && files.as_ref().is_some_and(|files| !files.is_empty());
    let shown = print::Shown {
        review: Review { files, decisions },
        note: (!note.is_empty()).then(|| note.join(" ")),
        failing: &failing,
        declared: &declared,
        stale: &stale,
        build: to_build(args, &sides).filter(|_| stale.iter().any(|one| one.what == NOT_MADE)),
    };
    shown.print(args, output)?;
    // The program ends: a million rows need not be given back one by one.
    std::mem::forget(sides);
    Ok(if failing.is_empty() && stale.is_empty() && !any {
        Exit::Yes
    } else {
        Exit::No
    })
}

/// Returns the files of the built tree that are not what the policy makes, and, compared with a
/// commit, those that the next one would not have; each with what is wrong with it.
fn stale(
    args: &Args,
    sides: &sides::Sides,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Stale>, Failure> {
    let Some(folder) = &args.built else {
        return Ok(Vec::new());
    };
    let (policy, targets) = sides.after();
    let [target] = targets else {
        let why = "`--built` goes with one target";
        return Err(Failure::Unable(why.to_owned()));
    };
    let compiled = mailpol::compile::compile(policy, *target, diagnostics)?;
    let differing = tree::differing(folder, &compiled.artifacts)?;
    let with = |what: &'static str| move |path: String| Stale { what, path };
    let mut stale: Vec<Stale> = differing.into_iter().map(with(NOT_MADE)).collect();
    let against = args.against.as_deref().unwrap_or_default();
    if against.starts_with("git:") && folder.is_dir() {
        let tracked = Commit::tracked(folder)?;
        let files = compiled.artifacts.files().map(|(path, _)| path);
        let missing = files.filter(|path| !tracked.contains(*path));
        let missing = missing.map(|path| folder.join(path).display().to_string());
        stale.extend(missing.map(with(NOT_IN_INDEX)));
        let unlooked = Commit::unlooked(folder)?.into_iter();
        let unlooked = unlooked.map(|path| folder.join(path).display().to_string());
        stale.extend(unlooked.map(with(NOT_LOOKED_AT)));
    }
    Ok(stale)
}

/// Returns the target whose files of the second policy are proved: a built tree was compared with
/// these.
fn proved(args: &Args, sides: &sides::Sides) -> Option<&'static str> {
    let (_, targets) = sides.after();
    let target = args.built.as_ref().and_then(|_| targets.first());
    target.map(|target| target.name())
}

/// Returns the command that makes the built tree what the policy makes.
fn to_build(args: &Args, sides: &sides::Sides) -> Option<String> {
    let folder = args.built.as_ref()?;
    let (_, targets) = sides.after();
    let policy = args.policies.last();
    let policy = policy.map_or_else(String::new, |path| format!(" {}", quoted(path)));
    let (target, folder) = (targets.first()?.name(), quoted(folder));
    Some(format!(
        "mailpol build{policy} --target {target} --out {folder}"
    ))
}

/// Returns a path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./+,@:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// What is wrong with a file that a build would write, or remove.
const NOT_MADE: &str = "not what the policy makes";

/// What is wrong with a file that the next commit would not have.
const NOT_IN_INDEX: &str = "not in git's index";

/// What is wrong with a file of which git does not see what becomes of it.
const NOT_LOOKED_AT: &str = "not looked at by git (assume-unchanged or skip-worktree)";

/// Says that the next commit would not have a file as it is here; a gate is about that commit.
fn tell_unlike(
    args: &Args,
    (what, path): (&'static str, &Path),
    note: &mut Vec<String>,
    stale: &mut Vec<Stale>,
) {
    let path = path.display().to_string();
    if stale.iter().any(|one| one.what == what && one.path == path) {
        return;
    }
    if args.fail_on.is_some() || args.built.is_some() {
        stale.push(Stale { what, path });
    } else if what == NOT_IN_INDEX {
        note.push(format!("`{path}` is {what}: no commit holds it yet."));
    } else {
        note.push(format!(
            "`{path}` is {what}: what is committed may be another."
        ));
    }
}

/// A file of a built tree, or the policy, with which something is wrong.
struct Stale {
    what: &'static str,
    path: String,
}

impl Stale {
    fn told(&self) -> String {
        format!("{}: {}", self.what, self.path)
    }
}
