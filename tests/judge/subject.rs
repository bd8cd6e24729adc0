//! A policy, its files, and what the reader made of them.

use std::collections::BTreeMap;

use libtest_mimic::Failed;
use mailpol::compile::{compile, files};
use mailpol::decision::Envelope;
use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::prove::witnesses;
use mailpol::source::Source;
use mailpol::target::{Artifact, Artifacts, Reading, TARGETS, Target};

use crate::envelopes::{self, at_edges, forms, real};
use crate::policies::told;
use crate::support::job::Mta;

/// What is judged.
pub(crate) struct Subject {
    pub(crate) policy: Policy,
    pub(crate) mta: Mta,
    pub(crate) target: &'static dyn Target,
    pub(crate) artifacts: Artifacts,
    pub(crate) reading: Reading,
}

impl Subject {
    /// Compiles a policy for an MTA; it has to be proved.
    pub(crate) fn of(policy: Policy, mta: Mta) -> Result<Self, Failed> {
        let target = target(mta)?;
        let mut diagnostics = Diagnostics::new();
        let compiled =
            compile(&policy, target, &mut diagnostics).map_err(|_| told(&diagnostics))?;
        let reading = read(target, &compiled.artifacts)?;
        Ok(Self {
            policy,
            mta,
            target,
            artifacts: compiled.artifacts,
            reading,
        })
    }

    /// Returns members of every class of the proof: what the proof says about envelopes, before
    /// anybody has asked whether the world can bring them about.
    pub(crate) fn classes(&self) -> Vec<Envelope> {
        witnesses(&self.policy, files(self.target, &self.reading))
    }

    /// Returns the envelopes that are asked: each once, in a fixed order.
    pub(crate) fn asked(&self, classes: &[Envelope], random: usize) -> Vec<Envelope> {
        let mut all = classes.to_vec();
        all.extend(at_edges(&self.policy));
        all.extend(forms(&self.policy));
        all.extend(envelopes::random(&self.policy, 7, random));
        all.extend(envelopes::texts::texts(&self.policy, 5));
        let all = all
            .into_iter()
            .filter_map(|envelope| real(envelope, &self.policy));
        // Many classes differ in what the world does not let differ.
        let once: BTreeMap<String, Envelope> = all
            .map(|envelope| (format!("{envelope:?}"), envelope))
            .collect();
        once.into_values().collect()
    }

    /// Replaces files of the tree, and reads it again: now it is another server's.
    pub(crate) fn replace(&mut self, changed: &[(&str, String)]) -> Result<(), Failed> {
        let mut tree: BTreeMap<String, Artifact> = self
            .artifacts
            .files()
            .map(|(path, artifact)| (path.to_owned(), artifact.clone()))
            .collect();
        for (path, text) in changed {
            let artifact = tree.get_mut(*path).ok_or(format!("no file {path}"))?;
            artifact.source = Source::new(*path, text.as_str());
        }
        self.artifacts.replace(tree);
        self.reading = read(self.target, &self.artifacts)?;
        Ok(())
    }

    /// Returns the text of a file.
    pub(crate) fn text(&self, path: &str) -> Result<&str, Failed> {
        let found = self.artifacts.files().find(|(name, _)| *name == path);
        let (_, artifact) = found.ok_or(format!("no file {path}"))?;
        Ok(artifact.source.text())
    }
}

/// Returns the target of an MTA.
fn target(mta: Mta) -> Result<&'static dyn Target, Failed> {
    let mut targets = TARGETS.iter().copied();
    let found = targets.find(|target| target.name() == mta.name());
    found.ok_or_else(|| format!("there is no target `{}`", mta.name()).into())
}

fn read(target: &dyn Target, artifacts: &Artifacts) -> Result<Reading, Failed> {
    let mut diagnostics = Diagnostics::new();
    target
        .interpret(artifacts, &mut diagnostics)
        .map_err(|_| told(&diagnostics))
}
