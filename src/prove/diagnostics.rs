//! What the proof has to tell.

use std::sync::Arc;

use miette::{Diagnostic, SourceSpan};

use super::budget::CLASSES_MAX;
use super::counterexample::Counterexample;
use super::declared::different_rights;
use super::fork::Incomplete;
use super::report::{Answer, Evidence, Finding, Report};
use super::selection::EQUALITY;
use crate::decision::FoundListener;
use crate::diagnostic::{Diagnostics, Reported, Warning};
use crate::policy::Policy;
use crate::source::{Loc, Source};

/// An obligation or a statement does not hold: an envelope breaks it.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{name}` does not hold for {subject}: {sentence}{written}")]
#[diagnostic(code(mailpol::prove::refuted))]
pub struct Refuted {
    /// The obligation.
    pub name: String,
    /// What it was asked of.
    pub subject: String,
    /// What it says.
    pub sentence: String,
    /// Where a statement of the policy stands, in brackets.
    pub written: String,
    /// The dialogue.
    #[help]
    pub dialogue: String,
    /// The text that decided.
    #[source_code]
    pub text: Arc<Source>,
    /// The place that decided.
    #[label(primary, "this decides")]
    pub at: SourceSpan,
    /// What the policy says about it.
    pub policy: Loc,
}

/// The files decide an envelope otherwise than the policy does.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the files for {subject} decide an envelope otherwise than the policy does")]
#[diagnostic(code(mailpol::prove::differs))]
pub struct Differs {
    /// The target.
    pub subject: String,
    /// The dialogue.
    #[help]
    pub dialogue: String,
    /// The text that decided.
    #[source_code]
    pub text: Arc<Source>,
    /// The place that decided.
    #[label(primary, "this decides")]
    pub at: SourceSpan,
    /// What the policy says about it.
    pub policy: Loc,
}

/// The files open a way in that the policy does not declare, or miss one.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the files for {subject} {fault}: {name}")]
#[diagnostic(
    code(mailpol::prove::listener),
    help("every listener is declared at `host`, and every declared one is in the files, once")
)]
pub struct StrayListener {
    /// The target.
    pub subject: String,
    /// What is wrong.
    pub fault: String,
    /// The listener.
    pub name: String,
    /// The text that opens or declares it.
    #[source_code]
    pub text: Arc<Source>,
    /// Where.
    #[label(primary, "{fault}")]
    pub at: SourceSpan,
    /// Where the policy declares listeners.
    pub policy: Loc,
}

/// Returns the place of the policy that a finding of the proof is about.
pub fn policy_place<'t>(told: &'t (dyn std::error::Error + 'static)) -> Option<&'t Loc> {
    let refuted = || told.downcast_ref().map(|one: &Refuted| &one.policy);
    let differs = || told.downcast_ref().map(|one: &Differs| &one.policy);
    let stray = || told.downcast_ref().map(|one: &StrayListener| &one.policy);
    refuted().or_else(differs).or_else(stray)
}

/// Returns the question of the proof that a finding answers, such as `no-open-relay`.
pub fn question<'t>(told: &'t (dyn std::error::Error + 'static)) -> Option<&'t str> {
    let refuted = || told.downcast_ref().map(|one: &Refuted| one.name.as_str());
    let no_proof = || told.downcast_ref().map(|one: &NoProof| one.name.as_str());
    let open = || told.downcast_ref().map(|one: &Open| one.name.as_str());
    let name = refuted().or_else(no_proof).or_else(open)?;
    // A statement of the policy has words of its own behind.
    name.split_whitespace().next()
}

/// There is no proof, and so there are no files.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{name}` could not be proved for {subject}: {why}")]
#[diagnostic(code(mailpol::prove::no_proof))]
pub struct NoProof {
    /// The obligation.
    pub name: String,
    /// What it was asked of.
    pub subject: String,
    /// Why not.
    pub why: String,
    /// What can be done, or the alarm that did not replay.
    #[help]
    pub help: String,
}

/// There are more classes of envelopes than the limit.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the proof for {subject} is too large: it would visit more than {CLASSES_MAX} classes")]
#[diagnostic(code(mailpol::prove::too_large))]
pub struct TooLarge {
    /// What is proved.
    pub subject: String,
    /// What can be done.
    #[help]
    pub help: &'static str,
    /// What multiplies the classes, and how many of it there are.
    pub many: String,
    /// The policy.
    #[source_code]
    pub text: Arc<Source>,
    /// The first of what multiplies the classes.
    #[label(primary, "{many}")]
    pub at: SourceSpan,
}

impl TooLarge {
    fn of(policy: &Policy, subject: &str) -> Self {
        let statements = policy.statements.len();
        let rights = different_rights(policy);
        let (help, many, at) = match policy.statements.first() {
            Some(first) if statements > rights => (
                "say the same with fewer statements, each about more",
                format!("the first of {statements} statements"),
                &first.at,
            ),
            _ => (
                "give networks the same rights: those that say the same are proved at once",
                format!("{rights} different rights of networks"),
                policy
                    .networks
                    .first()
                    .map_or(&policy.host.at, |one| &one.at),
            ),
        };
        Self {
            subject: subject.to_owned(),
            help,
            many,
            text: Arc::clone(at.source()),
            at: at.span(),
        }
    }
}

/// What a proof about records hangs on.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{name}` is open for {subject}: it hangs on {shown}, of which nothing is known here")]
#[diagnostic(
    code(mailpol::prove::open),
    severity(Warning),
    help("`mailpol prove --resolve` asks DNS, and `--zone FILE` a master file")
)]
pub struct Open {
    /// The obligation.
    pub name: String,
    /// What it was asked of.
    pub subject: String,
    /// The names, as they are shown.
    pub shown: String,
    /// The names.
    pub names: Vec<String>,
}

impl Warning for Open {
    fn about(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
}

/// Tells everything that was not proved, but for what the policy acknowledges.
pub(super) fn tell(
    policy: &Policy,
    report: &Report,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    diagnostics.under(&mut policy.acknowledged.clone(), |diagnostics| {
        tell_all(policy, report, diagnostics)
    })
}

fn tell_all(
    policy: &Policy,
    report: &Report,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let before = diagnostics.errors();
    let (incomplete, others): (Vec<&Finding>, Vec<&Finding>) = report
        .findings
        .iter()
        .partition(|one| matches!(one.answer, Answer::Incomplete(_)));
    // What is too large for one question is so for all: said once.
    if let Some(finding) = incomplete.first() {
        if matches!(
            finding.answer,
            Answer::Incomplete(Incomplete::TooManyClasses)
        ) {
            diagnostics.error(TooLarge::of(policy, &report.subject));
        } else {
            one(policy, report, finding, diagnostics);
        }
    }
    for finding in others {
        one(policy, report, finding, diagnostics);
    }
    diagnostics.failed_since(before)
}

fn one(policy: &Policy, report: &Report, finding: &Finding, diagnostics: &mut Diagnostics) {
    let (name, subject) = (finding.name.clone(), report.subject.clone());
    match &finding.answer {
        Answer::Proved(_)
        | Answer::Follows { .. }
        | Answer::Records(Ok(_))
        | Answer::Places(Ok(_)) => {}
        Answer::Records(Err(evidence)) | Answer::Places(Err(evidence)) => {
            diagnostics.error(by_evidence(policy, subject, finding, evidence));
        }
        Answer::Open(names) => {
            let names: Vec<String> = names.iter().cloned().collect();
            let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            diagnostics.warn(Open {
                name,
                subject,
                shown: shown.join(", "),
                names,
            });
        }
        Answer::Refuted(refutation) => {
            refuted(policy, subject, finding, &refutation.by, diagnostics);
        }
        Answer::Listener(found) => {
            diagnostics.error(by_listener(policy, subject, finding, found));
        }
        Answer::Undecided(alarm) => {
            let why = "a class breaks it, but no envelope of it does when replayed".to_owned();
            let help = alarm
                .as_ref()
                .map(|alarm| alarm.dialogue().trim_end().to_owned());
            let help = help.unwrap_or_default();
            diagnostics.error(NoProof {
                name,
                subject,
                why,
                help,
            });
        }
        Answer::Incomplete(incomplete) => {
            let (why, help) = incomplete.words();
            diagnostics.error(NoProof {
                name,
                subject,
                why: why.into(),
                help: help.into(),
            });
        }
    }
}

/// Returns whether a place is in the policy's own text, or in a file beside it.
fn is_of(policy: &Policy, at: &Loc) -> bool {
    let source = at.source();
    let is_beside = |one: &Loc| Arc::ptr_eq(one.source(), source);
    Arc::ptr_eq(source, &policy.source)
        || policy.networks.iter().any(|one| is_beside(&one.at))
        || policy.domains.values().any(|one| is_beside(&one.at))
}

fn by_listener(
    policy: &Policy,
    subject: String,
    finding: &Finding,
    found: &FoundListener,
) -> StrayListener {
    StrayListener {
        subject,
        fault: finding.sentence.clone(),
        name: found.name.clone(),
        text: Arc::clone(found.at.source()),
        at: found.at.span(),
        policy: policy.host.at.clone(),
    }
}

fn refuted(
    policy: &Policy,
    subject: String,
    finding: &Finding,
    counterexample: &Counterexample,
    diagnostics: &mut Diagnostics,
) {
    // The last to decide is the one in question; a place in no file is the host's.
    let at: &Loc = counterexample.place().unwrap_or(&policy.host.at);
    let (text, span) = (Arc::clone(at.source()), at.span());
    let dialogue = counterexample.dialogue().trim_end().to_owned();
    let said = counterexample.decided.first();
    let said = said
        .and_then(|one| one.at.as_ref())
        .filter(|at| is_of(policy, at));
    let said = said.unwrap_or(&policy.host.at).clone();
    if finding.name == EQUALITY {
        diagnostics.error(Differs {
            subject,
            dialogue,
            text,
            at: span,
            policy: said,
        });
        return;
    }
    let written = finding.at.as_ref().map(|at| format!(" ({at})"));
    diagnostics.error(Refuted {
        name: finding.name.clone(),
        subject,
        sentence: finding.sentence.clone(),
        written: written.unwrap_or_default(),
        dialogue,
        text,
        at: span,
        policy: said,
    });
}

fn by_evidence(
    policy: &Policy,
    subject: String,
    finding: &Finding,
    evidence: &Evidence,
) -> Refuted {
    let at = &evidence.at;
    Refuted {
        name: finding.name.clone(),
        subject,
        sentence: finding.sentence.clone(),
        written: String::new(),
        dialogue: evidence.text.clone(),
        text: Arc::clone(at.source()),
        at: at.span(),
        policy: if is_of(policy, at) {
            at.clone()
        } else {
            policy.host.at.clone()
        },
    }
}
