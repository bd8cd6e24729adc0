//! What the arguments name: policies, commits, trees, targets.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::target::{TARGETS, Target};

use super::Args;
use super::sides::Sides;
use crate::cli::command::{target, targets};
use crate::cli::git::Commit;
use crate::cli::input::PolicyText;
use crate::cli::{Failure, input, server, tree};

/// Two sides, and what there is to know of them.
pub(super) struct Loaded {
    pub(super) sides: Sides,
    pub(super) note: Option<String>,
    /// The policy, if it is compared with a commit and the next one would not hold it.
    pub(super) untracked: Option<PathBuf>,
    /// Files beside the policy that git was told not to look at.
    pub(super) unlooked: Vec<PathBuf>,
}

impl From<Sides> for Loaded {
    fn from(sides: Sides) -> Self {
        Self {
            sides,
            note: None,
            untracked: None,
            unlooked: Vec::new(),
        }
    }
}

/// Loads what the arguments name.
pub(super) fn load(args: &Args, diagnostics: &mut Diagnostics) -> Result<Loaded, Failure> {
    let one = || input::policy(args.policies.first().map(PathBuf::as_path));
    match (args.policies.as_slice(), args.against.as_deref()) {
        ([old, new], None) => {
            let after = input::policy(Some(new))?;
            two(args, input::policy(Some(old))?, &after, diagnostics).map(Loaded::from)
        }
        ([] | [_], Some(against)) => {
            if let Some(revision) = against.strip_prefix("git:") {
                return commit(args, revision, diagnostics);
            }
            tree_of(args, one()?, Path::new(against), diagnostics).map(Loaded::from)
        }
        ([] | [_], None) => {
            if let Some(folder) = &args.built {
                return tree_of(args, one()?, folder, diagnostics).map(Loaded::from);
            }
            let policy = one()?.load(diagnostics)?;
            let targets = chosen(args, &policy, None)?;
            if targets.len() != 2 {
                let why = "there is one side only: name two policies, `--against DIR`, `--against \
                           git:HEAD`, or two targets";
                return Err(Failure::Unable(why.to_owned()));
            }
            Ok(Sides::Targets(Box::new(policy), targets).into())
        }
        (_, _) => {
            let why = "two policies are compared with each other; `--against` goes with one";
            Err(Failure::Unable(why.to_owned()))
        }
    }
}

/// Returns a tree of files, and the policy that shall be there.
fn tree_of(
    args: &Args,
    text: PolicyText,
    folder: &Path,
    diagnostics: &mut Diagnostics,
) -> Result<Sides, Failure> {
    let below = TARGETS.iter().map(|target| folder.join(target.name()));
    let below: Vec<String> = below
        .filter(|folder| tree::built_for(folder).is_some())
        .map(|folder| format!("`{}`", folder.display()))
        .collect();
    if tree::built_for(folder).is_none() && !below.is_empty() {
        return Err(Failure::Unable(format!(
            "`{}` is no tree, but holds some: name {}",
            folder.display(),
            below.join(" or ")
        )));
    }
    // Comments of the files name the policy, and another name alone is no difference.
    let name = tree::policy_of(folder).unwrap_or_else(|| text.source.name().to_owned());
    let policy = text.named(&name).load(diagnostics)?;
    let targets = chosen(args, &policy, Some(folder))?;
    if targets.len() != 1 {
        let why = "a tree is compared with the files of one target: name it";
        return Err(Failure::Unable(why.to_owned()));
    }
    Ok(Sides::Tree(
        Box::new(policy),
        targets,
        server::tree(folder)?,
    ))
}

/// Loads a policy, and as it was in a commit. Who names none means the one that stands here, and
/// the one that stood there: another name does not hide what it was.
fn commit(args: &Args, revision: &str, diagnostics: &mut Diagnostics) -> Result<Loaded, Failure> {
    let after = input::policy(args.policies.first().map(PathBuf::as_path))?;
    let Some(path) = after.path.clone() else {
        let why = "standard input is in no commit; name the policy";
        return Err(Failure::Unable(why.to_owned()));
    };
    let (revision, named) = split(revision);
    let commit = Commit::new(revision, &path)?;
    // Whoever checks the next commit out finds another policy, or none.
    let is_tracked = commit.staged(after.source.name())?.is_some();
    let loaded = since(args, (revision, named, &commit), &after, diagnostics)?;
    let unlooked = Commit::unlooked(commit.folder())?;
    Ok(Loaded {
        untracked: (!is_tracked).then_some(path),
        unlooked: unlooked
            .iter()
            .map(|name| beside(commit.folder(), name))
            .collect(),
        ..loaded
    })
}

/// Returns the path of a file in a folder, as a user would write it.
fn beside(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    path.strip_prefix(".").unwrap_or(&path).to_owned()
}

/// Returns a revision, and the policy that is named behind it as in `HEAD:mail/policy.kdl`.
fn split(revision: &str) -> (&str, Option<&str>) {
    match revision.split_once(':') {
        Some((revision, path)) if input::is_policy(path) => (revision, Some(path)),
        _ => (revision, None),
    }
}

/// Returns what a policy was in a commit, and its path if it stood in another folder.
fn stood(
    args: &Args,
    (revision, named, commit): (&str, Option<&str>, &Commit),
    name: &str,
) -> Result<Option<(PolicyText, Option<String>)>, Failure> {
    if let Some(path) = named {
        let (elsewhere, old) = commit.at(path);
        let Some(policy) = elsewhere.policy(&old)? else {
            let why = format!("{revision} has no policy `{path}`: its path is from the root");
            return Err(Failure::Unable(why));
        };
        return Ok(Some((policy, Some(path.to_owned()))));
    }
    let here = match args.policies.first() {
        Some(_) => Some(name.to_owned()),
        None => commit.found()?,
    };
    let here = here.map(|name| commit.policy(&name)).transpose()?;
    if let Some(policy) = here.flatten() {
        return Ok(Some((policy, None)));
    }
    let Some(path) = commit.moved_from(name)? else {
        return Ok(None);
    };
    let (elsewhere, old) = commit.at(&path);
    let policy = elsewhere.policy(&old)?;
    Ok(policy.map(|policy| (policy, Some(path))))
}

/// Loads a policy, and what it was in a commit.
fn since(
    args: &Args,
    (revision, named, commit): (&str, Option<&str>, &Commit),
    after: &PolicyText,
    diagnostics: &mut Diagnostics,
) -> Result<Loaded, Failure> {
    let name = after.source.name();
    let Some((before, path)) = stood(args, (revision, named, commit), name)? else {
        let mut note = format!("`{name}` is new: {revision} has no such policy.");
        if commit.has_policies()? {
            // Writing to a string does not fail.
            let _ = write!(
                note,
                " If it stood elsewhere, name it: `--against git:{revision}:PATH`, from the root \
                 of the repository."
            );
        }
        return new(args, after, note, diagnostics);
    };
    let old = path.unwrap_or_else(|| before.source.name().to_owned());
    let now = after.path.as_deref().unwrap_or(Path::new(name)).display();
    let note = format!("The policy was `{old}` in {revision}, and is `{now}` now.");
    let mut told = Diagnostics::new();
    match two(args, before, after, &mut told) {
        Ok(sides) => {
            diagnostics.append(told);
            let note = (old != name).then_some(note);
            Ok(Loaded {
                note,
                ..Loaded::from(sides)
            })
        }
        // If it is the old one that has errors, this may be what mends them.
        Err(Failure::Reported) => {
            let note = format!("`{old}` has errors in {revision}: `{name}` is taken for new.");
            new(args, after, note, diagnostics)
        }
        Err(failure) => Err(failure),
    }
}

/// Loads a policy where there was none.
fn new(
    args: &Args,
    text: &PolicyText,
    note: String,
    diagnostics: &mut Diagnostics,
) -> Result<Loaded, Failure> {
    // What it has to tell is told once.
    let policies = [text.load(diagnostics)?, text.load(&mut Diagnostics::new())?];
    let [policy, _] = &policies;
    let targets = chosen(args, policy, args.built.as_deref())?;
    Ok(Loaded {
        note: Some(note),
        ..Loaded::from(Sides::New(Box::new(policies), targets))
    })
}

/// Loads two policies.
fn two(
    args: &Args,
    before: PolicyText,
    after: &PolicyText,
    diagnostics: &mut Diagnostics,
) -> Result<Sides, Failure> {
    let policies = before.load_with(after, diagnostics)?;
    let name = after.source.name();
    let renamed = if before.source.name() == name {
        None
    } else {
        // What it has to tell was told.
        let mut told = Diagnostics::new();
        Some(Box::new(before.named(name).load(&mut told)?))
    };
    let [_, after] = &policies;
    let targets = chosen(args, after, args.built.as_deref())?;
    Ok(Sides::Policies(Box::new(policies), targets, renamed))
}

/// Returns the targets that are named; else the one that a folder was built for; else those that
/// the policy has nodes for; else the first.
fn chosen(
    args: &Args,
    policy: &Policy,
    folder: Option<&Path>,
) -> Result<Vec<&'static dyn Target>, Failure> {
    let found = folder.and_then(tree::built_for);
    if let Some(names) = &args.target {
        let named = targets(names)?;
        if let (Some(folder), Some(found), [one]) = (folder, found, named.as_slice())
            && found != one.name()
        {
            return Err(Failure::Unable(format!(
                "`{}` holds the files of {found}, and not those of {}",
                folder.display(),
                one.name()
            )));
        }
        return Ok(named);
    }
    if let Some(found) = found {
        return Ok(vec![target(&found)?]);
    }
    let named: Result<Vec<_>, Failure> = policy
        .targets
        .iter()
        .map(|options| target(&options.name.value))
        .collect();
    let mut named = named?;
    if named.is_empty() {
        named.extend(TARGETS.first().copied());
    }
    Ok(named)
}
