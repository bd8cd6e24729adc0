//! The two sides of a comparison: their files, and what they decide.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mailpol::compare::{self, Decisions, Places};
use mailpol::compile;
use mailpol::diagnostic::{Diagnostics, Reported, Told};
use mailpol::dns;
use mailpol::policy::Policy;
use mailpol::prove::Incomplete;
use mailpol::target::{Entry, TARGETS, Target, Tree};

use super::files::{Files, PlacesOf, TIMES, compared};
use super::raw;
use crate::cli::command::resolve;
use crate::cli::{Failure, tree};

/// The two sides of a comparison.
pub(super) enum Sides {
    /// Two policies, and the targets whose files are compared; and the first under the name of the
    /// second: emitted files name the policy, and another name alone is no difference.
    Policies(
        Box<[Policy; 2]>,
        Vec<&'static dyn Target>,
        Option<Box<Policy>>,
    ),
    /// The same policy twice, where there was none before.
    New(Box<[Policy; 2]>, Vec<&'static dyn Target>),
    /// A tree of files, and the policy that shall be there.
    Tree(Box<Policy>, Vec<&'static dyn Target>, Arc<dyn Tree>),
    /// A policy on two targets.
    Targets(Box<Policy>, Vec<&'static dyn Target>),
}

/// Texts by path.
pub(super) type Texts = BTreeMap<String, String>;

impl Sides {
    /// Returns the policy after the change, and its targets.
    pub(super) fn after(&self) -> (&Policy, &[&'static dyn Target]) {
        match self {
            Self::Policies(policies, targets, _) | Self::New(policies, targets) => {
                let [_, after] = policies.as_ref();
                (after, targets)
            }
            Self::Tree(policy, targets, _) | Self::Targets(policy, targets) => (policy, targets),
        }
    }

    /// Returns the targets for which a policy has raw text: those of which the files are compared
    /// beside the policies, and those that `--target` leaves out.
    pub(super) fn raw(&self, is_named: bool) -> [Vec<&'static dyn Target>; 2] {
        match self {
            Self::Policies(policies, targets, _) | Self::New(policies, targets) => {
                let named = is_named.then_some(targets.as_slice());
                raw::targets(policies.each_ref(), named)
            }
            Self::Tree(..) | Self::Targets(..) => Default::default(),
        }
    }

    /// Returns the places that comments of emitted files may name.
    pub(super) fn places(&self) -> Places {
        match self {
            Self::Policies(policies, ..) | Self::New(policies, _) => {
                Places::in_policies(policies.iter())
            }
            Self::Tree(policy, ..) | Self::Targets(policy, ..) => {
                Places::in_policies([policy.as_ref()])
            }
        }
    }

    /// Returns the texts of both sides, by path.
    pub(super) fn texts(&self, diagnostics: &mut Diagnostics) -> Result<[Texts; 2], Failure> {
        match self {
            Self::Policies(policies, targets, renamed) => {
                let [before, after] = policies.as_ref();
                let before = renamed.as_deref().unwrap_or(before);
                Ok([
                    emitted(before, targets, diagnostics)?,
                    emitted(after, targets, diagnostics)?,
                ])
            }
            Self::New(policies, targets) => {
                let [_, policy] = policies.as_ref();
                Ok([Texts::new(), emitted(policy, targets, diagnostics)?])
            }
            Self::Tree(policy, targets, tree) => {
                let mut after = emitted(policy, targets, diagnostics)?;
                after.remove(ZONE);
                let target = targets.first().map_or("", |target| target.name());
                Ok([installed(tree.as_ref(), target, &after)?, after])
            }
            // The files of two targets have nothing in common.
            Self::Targets(..) => Ok(Default::default()),
        }
    }

    /// Compares what is decided; of two policies also by the files of these targets, which hold
    /// raw text, and of which one may be proved to do as the policy.
    pub(super) fn decisions(
        &mut self,
        raw: (&[&'static dyn Target], Option<&str>),
        diagnostics: &mut Diagnostics,
    ) -> Result<Decisions, Failure> {
        let domains_min = compare::DOMAINS_MIN;
        match self {
            Self::Policies(policies, ..) => {
                let [before, after] = policies.as_mut();
                let decisions = compare::decisions_of_policies(before, after, domains_min);
                let decisions = decisions.map_err(incomplete)?;
                raw::add(decisions, [before, after], raw, diagnostics)
            }
            Self::New(policies, _) => {
                let [same, policy] = policies.as_mut();
                let decisions = compare::decisions_of_new_policy(same, policy, domains_min);
                let decisions = decisions.map_err(incomplete)?;
                raw::add(decisions, [same, policy], raw, diagnostics)
            }
            Self::Tree(policy, targets, tree) => {
                let target = *targets.first().unwrap_or(&first_target());
                let before = compile::read(policy, target, Some(Arc::clone(tree)), diagnostics);
                let before = before.map_err(|failed| no_such_files(failed, target, diagnostics))?;
                let after = compile::read(policy, target, None, diagnostics)?;
                let side = |reading, places| Files {
                    policy: policy.as_ref(),
                    target: target.name(),
                    reading,
                    places,
                };
                let sides = [
                    side(&before, PlacesOf::Files),
                    side(&after, PlacesOf::Policy),
                ];
                compared(sides, TIMES, compare::decisions)
            }
            Self::Targets(policy, targets) => {
                let mut read = Vec::new();
                for target in targets.iter() {
                    read.push(compile::read(policy, *target, None, diagnostics)?);
                }
                match (targets.as_slice(), read.as_slice()) {
                    ([a, b], [before, after]) => {
                        let side = |target: &'static dyn Target, reading| Files {
                            policy: policy.as_ref(),
                            target: target.name(),
                            reading,
                            places: PlacesOf::MadeFiles,
                        };
                        let sides = [side(*a, before), side(*b, after)];
                        let names = [a.name(), b.name()];
                        compared(sides, names, compare::decisions_of_targets)
                    }
                    _ => Err(Failure::Unable("two targets are compared".to_owned())),
                }
            }
        }
    }
}

/// Says of a tree without the file that an MTA begins with that it may be another's.
fn no_such_files(failed: Reported, target: &dyn Target, diagnostics: &Diagnostics) -> Failure {
    let is_root = |one: &&Told| {
        one.code()
            .is_some_and(|code| code.to_string() == "mailpol::target::missing_root")
    };
    if !diagnostics.sorted().iter().any(is_root) {
        return failed.into();
    }
    let name = target.name();
    let others = TARGETS.iter().map(|target| target.name());
    let others: Vec<&str> = others.filter(|other| *other != name).collect();
    Failure::Unable(format!(
        "the tree holds no configuration of {name}; `mailpol build --out` makes one, and \
         `--target` names another MTA: {}",
        others.join(", ")
    ))
}

fn first_target() -> &'static dyn Target {
    &mailpol::target::postfix::Postfix
}

/// The zone, among the texts.
const ZONE: &str = "zone";

fn emitted(
    policy: &Policy,
    targets: &[&'static dyn Target],
    diagnostics: &mut Diagnostics,
) -> Result<Texts, Failure> {
    let mut texts = Texts::new();
    for target in targets {
        let artifacts = compile::emit(policy, *target, diagnostics)?;
        for (path, artifact) in artifacts.files() {
            let path = format!("{}/{path}", target.name());
            texts.insert(path, artifact.source.text().to_owned());
        }
    }
    let records = resolve::records(policy)?;
    texts.insert(ZONE.to_owned(), dns::zone(&records, &dns::requests(policy)));
    Ok(texts)
}

/// Returns the texts that stand in a server's tree, of those that are made now or were made before.
fn installed(files: &dyn Tree, target: &str, after: &Texts) -> Result<Texts, Failure> {
    let text = |path: &str| match files.entry(path) {
        Entry::Absent => Ok(None),
        Entry::Text(source) => Ok(Some(source.text().to_owned())),
        Entry::Unreadable(fault) => Err(Failure::Unable(format!("the file `{path}` {fault}"))),
    };
    // A server's tree holds much that is not ours: its MANIFEST names what is.
    let manifest = text(compile::MANIFEST)?.unwrap_or_default();
    let made = tree::listed(&manifest).map(|(path, _)| path);
    let prefix = format!("{target}/");
    let wanted = after.keys().filter_map(|name| name.strip_prefix(&prefix));
    let paths: BTreeSet<&str> = made.chain(wanted).collect();
    let mut texts = Texts::new();
    for path in paths {
        if let Some(text) = text(path)?.filter(|_| path != compile::MANIFEST) {
            texts.insert(format!("{prefix}{path}"), text);
        }
    }
    Ok(texts)
}

pub(super) fn incomplete(incomplete: Incomplete) -> Failure {
    let (why, help) = incomplete.words();
    Failure::Unable(format!("decisions cannot be compared: {why}; {help}"))
}
