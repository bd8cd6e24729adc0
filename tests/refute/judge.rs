//! One case: emitted, broken, read back, and asked one question.

use std::collections::BTreeMap;

use libtest_mimic::Failed;
use mailpol::compile::files;
use mailpol::diagnostic::Diagnostics;
use mailpol::mail::Certificate;
use mailpol::policy::Policy;
use mailpol::prove::{self, Answer, Body, Finding, Given, Report, question_names};
use mailpol::source::Loc;
use mailpol::spf::{Dns, Zone};
use mailpol::target::{Artifact, Artifacts, Reading, TARGETS, Target};

use crate::case::{Case, told};
use crate::edit;

/// A policy, and what a reader made of files.
struct Subject<'a> {
    policy: &'a Policy,
    target: &'static dyn Target,
    reading: Reading,
    /// What is published instead of the policy's own records.
    published: Option<Zone>,
    /// The certificate that is given.
    certificate: Option<Certificate>,
}

/// Judges one case: red unless its question alone finds the fault.
pub(crate) fn judge(case: &Case) -> Result<(), Failed> {
    let policy = case.policy()?;
    let target = TARGETS
        .iter()
        .copied()
        .find(|target| target.name() == case.target())
        .ok_or("there is no such target")?;
    let mut diagnostics = Diagnostics::new();
    let (proven, proved) =
        prove::prove(&policy, &mut diagnostics).map_err(|_| told(&diagnostics))?;
    let emitted = target.emit(&proven, &mut diagnostics);
    let emitted = emitted.map_err(|_| told(&diagnostics))?;
    let zone = case.zone()?;
    let certificate = case.certificate()?;
    let broken = broken(case, &emitted, zone.is_some() || certificate.is_some())?;
    let read = |artifacts: &Artifacts, published, certificate| -> Result<Subject<'_>, Failed> {
        let mut diagnostics = Diagnostics::new();
        let reading = target.interpret(artifacts, &mut diagnostics);
        Ok(Subject {
            policy: &policy,
            target,
            reading: reading.map_err(|_| told(&diagnostics))?,
            published,
            certificate,
        })
    };
    let whole = read(&emitted, None, None)?;
    if let Some(found) = whole.put(&[&case.question], Body::Stated).first()
        && !found.answer.is_proved()
    {
        let text = text(found)?;
        return Err(format!("the files were broken before the edit\n{text}").into());
    }
    let subject = read(&broken, zone, certificate)?;
    let found = refuted(&subject, &case.question, Body::Stated)?;
    case.compare(&found)?;
    if subject.is_proved_beside(&proved) || !whole.is_proved_beside(&proved) {
        return Err("beside the policy it comes out otherwise".into());
    }
    bites(&subject, &case.question)
}

/// A question that finds the fault whatever it states, or that is found where it is not put, would
/// make every case green.
fn bites(subject: &Subject<'_>, question: &str) -> Result<(), Failed> {
    if let Ok(found) = refuted(subject, question, Body::Blank) {
        return Err(format!("refuted with its body blanked\n{found}").into());
    }
    let others: Vec<&str> = question_names()
        .into_iter()
        .filter(|name| *name != question)
        .collect();
    let found = subject.put(&others, Body::Stated);
    if found.iter().any(|one| one.name == question) {
        return Err("found although it was left out".into());
    }
    Ok(())
}

/// Returns the refutation of a question, as text; an error if it is not refuted.
fn refuted(subject: &Subject<'_>, question: &str, body: Body) -> Result<String, Failed> {
    let found = subject.put(&[question], body);
    if let Some(other) = found.iter().find(|one| one.name != question) {
        return Err(format!("`{}` was not asked", other.name).into());
    }
    let refutations: Vec<String> = found
        .iter()
        .filter(|one| !one.answer.is_proved())
        .map(text)
        .collect::<Result<_, _>>()?;
    if refutations.is_empty() {
        return Err(
            format!("the proof stays green: `{question}` holds of the broken files").into(),
        );
    }
    Ok(refutations.join("\n"))
}

impl Subject<'_> {
    fn put(&self, names: &[&str], body: Body) -> Vec<Finding> {
        let files = files(self.target, &self.reading);
        prove::check_only(self.policy, files, self.given(), names, body)
    }

    /// Whether all is proved, where obligations are asked only of outcomes that the policy has not.
    fn is_proved_beside(&self, proved: &Report) -> bool {
        let files = files(self.target, &self.reading);
        prove::check_files_beside((self.policy, proved), files, self.given()).is_some()
    }

    fn given(&self) -> Given<'_> {
        Given {
            dns: self.published.as_ref().map(|zone| zone as &dyn Dns),
            certificate: self.certificate.as_ref(),
        }
    }
}

/// Returns a refutation as it is expected: files are quoted, since their line numbers move.
fn text(finding: &Finding) -> Result<String, Failed> {
    let Finding { name, sentence, .. } = finding;
    let told = match &finding.answer {
        Answer::Refuted(refutation) => {
            let example = &refutation.by;
            let mut text = example.dialogue();
            for at in example.decided.iter().filter_map(|one| one.at.as_ref()) {
                text = text.replace(&at.to_string(), &place(at));
            }
            text
        }
        Answer::Listener(found) => format!("{}  {}\n", found.name, place(&found.at)),
        Answer::Records(Err(evidence)) | Answer::Places(Err(evidence)) => {
            format!("{}\n{}\n", evidence.text, place(&evidence.at))
        }
        Answer::Proved(_)
        | Answer::Follows { .. }
        | Answer::Records(Ok(_))
        | Answer::Places(Ok(_)) => "proved\n".to_owned(),
        Answer::Undecided(_) | Answer::Incomplete(_) | Answer::Open(_) => {
            return Err(format!("`{name}` is neither proved nor refuted").into());
        }
    };
    Ok(format!("{name}: {sentence}\n{told}"))
}

fn place(at: &Loc) -> String {
    let name = at.source().name();
    if name == "policy.kdl" {
        return at.to_string();
    }
    let words: Vec<&str> = at.words().split_whitespace().collect();
    format!("{name} `{}`", words.join(" "))
}

/// Returns the emitted tree with the case's edits made and its files put in.
///
/// Where other records are published, or a certificate is given, nothing of it need be broken.
fn broken(case: &Case, emitted: &Artifacts, given: bool) -> Result<Artifacts, Failed> {
    let mut texts: BTreeMap<String, String> = emitted
        .files()
        .map(|(path, artifact)| (path.to_owned(), artifact.source.text().to_owned()))
        .collect();
    let before = texts.clone();
    edit::apply(&case.edits()?, &mut texts)?;
    texts.extend(case.files()?);
    if texts == before && !given {
        return Err("nothing is broken".into());
    }
    let mut made = Artifacts::new();
    for (path, text) in texts {
        let mode = emitted.get(&path).map_or(0o644, |artifact| artifact.mode);
        made.add(&path, mode, text);
    }
    let files: BTreeMap<String, Artifact> = made
        .files()
        .map(|(path, artifact)| (path.to_owned(), artifact.clone()))
        .collect();
    let mut broken = emitted.clone();
    broken.replace(files);
    Ok(broken)
}
