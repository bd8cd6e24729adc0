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
use crate::policies::Case;
use crate::subject::Subject;
use crate::support::job::Mta;

/// A policy, and the tree that is emitted for it.
pub(crate) struct Original {
    pub(crate) name: String,
    pub(crate) subject: Subject,
    pub(crate) files: Files,
}

/// A policy and its tree, without what a reader made of it.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    policy: &'a Policy,
    target: &'static dyn Target,
    artifacts: &'a Artifacts,
    files: &'a Files,
}

impl Parts<'_> {
    /// Reads a mutant.
    fn read(&self, mutant: &Mutant) -> Result<Reading, Diagnostics> {
        let tree = with_texts(self.artifacts, &mutant.apply(self.files));
        let mut diagnostics = Diagnostics::new();
        let reading = self.target.interpret(&tree, &mut diagnostics);
        reading.map_err(|_| diagnostics)
    }

    /// Asks the proof about a mutant.
    pub(crate) fn class(&self, mutant: &Mutant) -> Class {
        match self.read(mutant) {
            Ok(reading) => of(&prove::check_files(
                self.policy,
                files(self.target, &reading),
            )),
            Err(_) => Class::Unreadable,
        }
    }
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
    pub(crate) fn new(case: &Case, mta: Mta) -> Result<Self, Failed> {
        let subject = Subject::of(case.load()?, mta)?;
        Ok(Self {
            name: format!("{}/{}", mta.name(), case.name),
            files: texts(&subject.artifacts),
            subject,
        })
    }

    /// Returns what the proof is given, by parts: these can be shared between threads.
    pub(crate) fn parts(&self) -> Parts<'_> {
        let Subject {
            policy,
            target,
            artifacts,
            ..
        } = &self.subject;
        Parts {
            policy,
            target: *target,
            artifacts,
            files: &self.files,
        }
    }

    /// Reads a mutant; what the reader says if it refuses it.
    pub(crate) fn read(&self, mutant: &Mutant) -> Result<Reading, Diagnostics> {
        self.parts().read(mutant)
    }

    /// Returns the mutants of the tree: what breaks, or what changes nothing.
    pub(crate) fn mutants(
        &self,
        made: impl Fn(&Language) -> fn(&Files) -> Vec<Mutant>,
    ) -> Vec<Mutant> {
        let languages = crate::language::LANGUAGES.iter();
        let of_target = languages.filter(|one| one.mta == self.subject.mta);
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
        matches!(
            finding.answer,
            Answer::Refuted(_)
                | Answer::Listener(_)
                | Answer::Records(Err(_))
                | Answer::Places(Err(_))
        )
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
        .find(|finding| !finding.answer.is_proved() && !matches!(finding.answer, Answer::Open(_)))
    {
        Some(finding) => Class::Undecided(finding.name.clone()),
        None => Class::Same,
    }
}
