//! The proof: obligations over every class of envelopes, and the equality of policy and files.
//!
//! `fork` runs deciders over all classes that `universe` lays out; `obligation`s are judged
//! at the leaves; `equivalence` says when two decisions are the same. What is assumed stands in
//! [`ASSUMPTIONS`], and is printed with every proof.

mod alike;
mod alike_clients;
mod assumptions;
mod backends;
mod budget;
mod by_sender;
mod classes;
mod clients;
mod contrast;
mod counterexample;
mod declared;
mod diagnostics;
mod ends;
mod equivalence;
mod fork;
mod host_mail;
mod keys;
mod kind;
mod limits;
mod listeners;
mod manual;
mod names;
mod obligation;
mod obligations;
mod proven;
mod reach;
mod records;
mod report;
mod run;
mod selection;
mod shrink;
mod side;
mod some;
mod statement;
mod tally;
mod universe;
mod ways_out;

pub use alike::{ALIKE_MIN, Left, LeftOut, leave_out};
pub use assumptions::ASSUMPTIONS;
pub use backends::declared_backend;
pub use budget::CLASSES_MAX;
pub use classes::{Class, Classes};
pub use contrast::{
    Addresses, Contrast, Facet, Found, InDomain, LoginClass, Made, Meeting, Outline, Outlines,
    Owned, Pair, Parting, Party, PathClass, Range, Region, Said, Sets, Standing, When, contrast,
};
pub(crate) use contrast::{CopyAt, contrast_with, copies};
pub use counterexample::{Closed, Counterexample, Decided};
pub use diagnostics::{
    Differs, NoProof, Open, Refuted, StrayListener, TooLarge, policy_place, question,
};
pub use equivalence::is_latitude_of_targets;
pub use fork::{Incomplete, Visited};
pub(crate) use host_mail::{Apart, compared, declared};
pub use manual::page;
pub(crate) use names::is_made_up;
pub use proven::Proven;
pub use reach::{abroad, destinations};
pub use records::Given;
pub use report::{Answer, Broken, Evidence, Finding, Refutation, Report};
pub use selection::{Body, question_names};
pub use shrink::shrink;
pub use some::{check_files_beside, check_left, check_left_agreement, check_left_policy};
pub use ways_out::{Onward, Recipient, WayOut, ways_out};

use crate::decision::{Believed, Decider, Envelope, FoundBackend, FoundListener, Sending};
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::Policy;
use crate::threads;
pub(crate) use crate::threads::{in_parts, in_two};

use alike::Alike;
use declared::Declared;
use proven::Subject;
use run::{Clients, Ran};
use selection::Selection;

/// The name of the policy where it decides.
const POLICY: &str = "policy";

/// Checks every obligation and statement on a policy, those about records over its own.
pub fn check_policy(policy: &Policy) -> Report {
    check_policy_over(policy, Given::default())
}

/// Checks every obligation and statement on a policy, those about records over what is given.
///
/// Of what is alike all but some is left out, if everything is proved of the rest.
pub fn check_policy_over(policy: &Policy, given: Given<'_>) -> Report {
    match some::check_some(policy, given) {
        Some((report, _)) => report,
        None => check_policy_within(policy, given, CLASSES_MAX).0,
    }
}

/// The same, with what strangers' mail can leave to.
pub fn check_policy_and_leaves(policy: &Policy, given: Given<'_>) -> (Report, Vec<WayOut>) {
    if let Some(both) = some::check_some(policy, given) {
        return both;
    }
    let (report, _) = check_policy_within(policy, given, CLASSES_MAX);
    (report, ways_out(policy, None))
}

/// The same with another limit than [`CLASSES_MAX`]. Returns how many classes were visited, too.
pub fn check_policy_within(policy: &Policy, given: Given<'_>, classes_max: u64) -> (Report, u64) {
    check_subject(&Subject::new(policy), given, classes_max)
}

fn check_subject(subject: &Subject<'_>, given: Given<'_>, classes_max: u64) -> (Report, u64) {
    let (mut report, ran) = check_classes(subject, Clients::All, classes_max);
    let records = records::check(subject.policy, None, given, Selection::All);
    report.findings.extend(records);
    (report, ran.visited)
}

/// Checks what speaks of envelopes. The findings of the run are in the report.
fn check_classes(subject: &Subject<'_>, clients: Clients, classes_max: u64) -> (Report, Ran) {
    let policy = subject.policy;
    let subjects = run::Subjects {
        policy,
        declared: &subject.declared,
        reference: (POLICY, &subject.reference),
        files: None,
        selection: Selection::All,
        classes_max,
        clients,
    };
    let mut ran = run::run(&subjects);
    let report = Report {
        subject: "policy".to_owned(),
        findings: std::mem::take(&mut ran.findings),
        assumptions: assumptions::assumptions(&subject.declared, &[]),
        left_out: None,
    };
    (report, ran)
}

/// What a reader made of files.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    /// The target's name.
    pub name: &'a str,
    /// What the files decide.
    pub decider: &'a dyn Decider,
    /// The ways in that they open.
    pub listeners: &'a [FoundListener],
    /// Who checks passwords.
    pub backends: &'a [FoundBackend],
    /// Who is believed about who the client is.
    pub believed: &'a [Believed],
    /// How they send.
    pub sending: &'a Sending,
}

impl std::fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Checks every obligation and statement on what a reader made of files, and that they open the
/// declared listeners and decide as the policy does; obligations about records over the policy's
/// own.
pub fn check_files(policy: &Policy, files: Files<'_>) -> Report {
    check_files_over(policy, files, Given::default())
}

/// The same, with obligations about records over what is given.
pub fn check_files_over(policy: &Policy, files: Files<'_>, given: Given<'_>) -> Report {
    let subject = Subject::new(policy);
    Report {
        subject: files.name.to_owned(),
        findings: put(&subject, files, given, Selection::All),
        assumptions: assumptions::assumptions(&subject.declared, files.believed),
        left_out: None,
    }
}

/// Puts only the named questions of the proof, as [`question_names`] lists them, to files.
///
/// For tests that look at one question by itself; what comes out is no proof, and makes no report.
pub fn check_only(
    policy: &Policy,
    files: Files<'_>,
    given: Given<'_>,
    names: &[&str],
    body: Body,
) -> Vec<Finding> {
    let selection = Selection::Only(names, body);
    put(&Subject::new(policy), files, given, selection)
}

fn put(
    subject: &Subject<'_>,
    files: Files<'_>,
    given: Given<'_>,
    selection: Selection<'_>,
) -> Vec<Finding> {
    let mut findings = places(subject, files, selection);
    let subjects = both(subject, files, selection, Clients::All);
    findings.extend(run::run(&subjects).findings);
    findings.extend(records::check(
        subject.policy,
        Some(files),
        given,
        selection,
    ));
    findings
}

/// Checks what files say besides their decisions.
fn places(subject: &Subject<'_>, files: Files<'_>, selection: Selection<'_>) -> Vec<Finding> {
    let policy = subject.policy;
    let mut findings = listeners::check(policy, files.listeners, selection);
    findings.extend(clients::check(&subject.declared, files, selection));
    findings.extend(limits::check(policy, files.listeners, selection));
    findings.extend(backends::check(policy, files.backends, selection));
    findings.extend(host_mail::check(
        policy,
        files.decider.host_mail(),
        selection,
    ));
    findings
}

/// Returns a policy and files, to be run beside each other.
fn both<'a>(
    subject: &'a Subject<'_>,
    files: Files<'a>,
    selection: Selection<'a>,
    clients: Clients,
) -> run::Subjects<'a> {
    run::Subjects {
        policy: subject.policy,
        declared: &subject.declared,
        reference: (POLICY, &subject.reference),
        files: Some((files.name, files.decider)),
        selection,
        classes_max: CLASSES_MAX,
        clients,
    }
}

/// Checks that the files of two targets decide every class of envelopes alike.
///
/// That both decide as the policy does says nearly the same; this says it without the policy.
pub fn check_agreement(policy: &Policy, one: Files<'_>, other: Files<'_>) -> Report {
    agreement(policy, one, other, Clients::All).0
}

fn agreement(policy: &Policy, one: Files<'_>, other: Files<'_>, clients: Clients) -> (Report, Ran) {
    let declared = Declared::new(policy);
    let subjects = run::Subjects {
        policy,
        declared: &declared,
        reference: (one.name, one.decider),
        files: Some((other.name, other.decider)),
        selection: Selection::All,
        classes_max: CLASSES_MAX,
        clients,
    };
    let mut ran = run::targets_agree(&subjects);
    let report = Report {
        subject: format!("{} and {}", one.name, other.name),
        findings: std::mem::take(&mut ran.findings),
        assumptions: assumptions::assumptions(&declared, one.believed.iter().chain(other.believed)),
        left_out: None,
    };
    (report, ran)
}

/// Returns a member of every class of envelopes that policy and files tell apart: what a test asks
/// the real MTA.
pub fn witnesses(policy: &Policy, files: Files<'_>) -> Vec<Envelope> {
    let subject = Subject::new(policy);
    run::witnesses(&both(&subject, files, Selection::All, Clients::All))
}

/// Lays open the classes into which a policy, or what a reader made of files beside it, divides all
/// envelopes: what the laws about them are tested on.
pub fn with_classes<R>(
    policy: &Policy,
    files: Option<Files<'_>>,
    work: impl FnOnce(&Classes<'_, '_>) -> R,
) -> R {
    let subject = Subject::new(policy);
    let subjects = run::Subjects {
        policy,
        declared: &subject.declared,
        reference: (POLICY, &subject.reference),
        selection: Selection::All,
        files: files.map(|files| (files.name, files.decider)),
        classes_max: CLASSES_MAX,
        clients: Clients::All,
    };
    run::with_classes(&subjects, work)
}

/// Tells everything of a report that was not proved.
pub fn tell(
    policy: &Policy,
    report: &Report,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    diagnostics::tell(policy, report, diagnostics)
}

/// Proves a policy, or says what breaks it.
pub fn prove<'p>(
    policy: &'p Policy,
    diagnostics: &mut Diagnostics,
) -> Result<(Proven<'p>, Report), Reported> {
    prove_over(policy, Given::default(), diagnostics)
}

/// The same, with obligations about records over what is given.
pub fn prove_over<'p>(
    policy: &'p Policy,
    given: Given<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(Proven<'p>, Report), Reported> {
    let alike = Alike::new(policy, ALIKE_MIN);
    let some = alike.as_ref();
    let some = some.and_then(|alike| some::check_alike(policy, alike, given, false));
    if let Some((report, _)) = some {
        diagnostics::tell(policy, &report, diagnostics)?;
        return Ok((Proven::new(policy, None).with(alike), report));
    }
    let subject = Subject::new(policy);
    let (report, _) = check_subject(&subject, given, CLASSES_MAX);
    diagnostics::tell(policy, &report, diagnostics)?;
    Ok((Proven::new(policy, Some(subject)).with(alike), report))
}

/// Proves that the files of two targets decide alike, or says where they do not.
pub fn prove_agreement(
    policy: &Policy,
    one: Files<'_>,
    other: Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Report, Reported> {
    let report = check_agreement(policy, one, other);
    diagnostics::tell(policy, &report, diagnostics)?;
    Ok(report)
}

/// Proves files against a proven policy, or says what breaks them.
pub fn prove_files(
    proven: &Proven<'_>,
    files: Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Report, Reported> {
    prove_files_over(proven, files, Given::default(), diagnostics)
}

/// The same, with obligations about records over what is given.
pub fn prove_files_over(
    proven: &Proven<'_>,
    files: Files<'_>,
    given: Given<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Report, Reported> {
    let report = Report {
        subject: files.name.to_owned(),
        findings: put(proven.subject(), files, given, Selection::All),
        assumptions: assumptions::assumptions(&proven.subject().declared, files.believed),
        left_out: None,
    };
    diagnostics::tell(proven.policy(), &report, diagnostics)?;
    Ok(report)
}
