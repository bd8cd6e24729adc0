//! What the proof says of a mutant.
//!
//! It gets the tree, and never the bytes that `build` would emit.

use std::fmt;

use libtest_mimic::Failed;
use mailpol::compile::files;
use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::prove::{self, Answer, Report};
use mailpol::target::{Artifacts, Reading, Target};

use crate::draft::{Files, Mutant, texts, with_texts};
use crate::language::Language;

/// A policy, and the tree that is emitted for it.
pub(crate) struct Original {
    pub(crate) name: String,
    pub(crate) policy: Policy,
    pub(crate) target: &'static dyn Target,
    pub(crate) artifacts: Artifacts,
    pub(crate) files: Files,
}

/// What a mutant is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Every envelope is decided as before.
    Same,
    /// An obligation does not hold any more: the first, as reports have them.
    Refuted(String),
    /// All obligations hold, but files and policy differ.
    Differs(String),
    /// The reader refuses it.
    Unreadable,
    /// There is no proof, and no refutation that replays.
    Undecided(String),
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same decisions"),
            Self::Refuted(by) => write!(f, "refuted: {by}"),
            Self::Differs(by) => write!(f, "differs: {by}"),
            Self::Unreadable => f.write_str("unreadable"),
            Self::Undecided(by) => write!(f, "undecided: {by}"),
        }
    }
}

impl Original {
    /// Emits the tree of a policy.
    pub(crate) fn new(
        name: &str,
        policy: Policy,
        target: &'static dyn Target,
    ) -> Result<Self, Failed> {
        let mut diagnostics = Diagnostics::new();
        let artifacts = prove::prove(&policy, &mut diagnostics)
            .and_then(|(proven, _)| target.emit(&proven, &mut diagnostics))
            .map_err(|_| crate::policies::told(&diagnostics))?;
        Ok(Self {
            name: name.to_owned(),
            files: texts(&artifacts),
            policy,
            target,
            artifacts,
        })
    }

    /// Returns the tree with other texts.
    pub(crate) fn tree(&self, mutant: &Mutant) -> Artifacts {
        with_texts(&self.artifacts, &mutant.apply(&self.files))
    }

    /// Reads a tree; nothing if the reader refuses it.
    pub(crate) fn read(&self, tree: &Artifacts) -> Result<Reading, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let reading = self.target.interpret(tree, &mut diagnostics);
        reading.map_err(|_| diagnostics)
    }

    /// Asks the proof about a mutant.
    pub(crate) fn class(&self, mutant: &Mutant) -> Class {
        let Ok(reading) = self.read(&self.tree(mutant)) else {
            return Class::Unreadable;
        };
        of(&prove::check_files(
            &self.policy,
            files(self.target, &reading),
        ))
    }

    /// Returns the mutants of the tree: what breaks, or what changes nothing.
    pub(crate) fn mutants(
        &self,
        made: impl Fn(&Language) -> fn(&Files) -> Vec<Mutant>,
    ) -> Vec<Mutant> {
        let languages = crate::language::LANGUAGES.iter();
        let of_target = languages.filter(|one| one.target == self.target.name());
        let mut mutants: Vec<Mutant> = of_target.flat_map(|one| made(one)(&self.files)).collect();
        // Two ways to one change are one mutant.
        let mut seen = std::collections::BTreeSet::new();
        mutants.retain(|mutant| seen.insert(format!("{:?}", mutant.edits)));
        mutants
    }
}

/// Returns the class of a report.
fn of(report: &Report) -> Class {
    let broken = |finding: &&prove::Finding| {
        matches!(finding.answer, Answer::Refuted(_) | Answer::Listener(_))
    };
    let is_comparison =
        |name: &str| ["policy-equals-files", "listeners-as-declared"].contains(&name);
    let names = || {
        report
            .findings
            .iter()
            .filter(broken)
            .map(|finding| finding.name.clone())
    };
    if let Some(name) = names().find(|name| !is_comparison(name)) {
        return Class::Refuted(name);
    }
    if let Some(name) = names().next() {
        return Class::Differs(name);
    }
    match report
        .findings
        .iter()
        .find(|finding| !finding.answer.is_proved())
    {
        Some(finding) => Class::Undecided(finding.name.clone()),
        None => Class::Same,
    }
}
