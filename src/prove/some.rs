//! Proofs of what is kept where others stand for most: of a policy, of files, and of two trees.

use super::alike::{ALIKE_MIN, Alike, Left, LeftOut, is_blind};
use super::budget::CLASSES_MAX;
use super::proven::Subject;
use super::report::Report;
use super::run::{Clients, follow};
use super::selection::Selection;
use super::ways_out::{WayOut, ways_out};
use super::{Files, Given, agreement, assumptions, both, check_classes, places, records};
use crate::decision::Decider;
use crate::policy::Policy;
use crate::threads::in_two;

/// Checks a policy without what others stand for; nothing, if there is nothing of that, or if not
/// all is proved: what is wrong is told of the whole.
pub(super) fn check_some(policy: &Policy, given: Given<'_>) -> Option<(Report, Vec<WayOut>)> {
    let alike = Alike::new(policy, ALIKE_MIN)?;
    check_alike(policy, &alike, given, true)
}

/// The same of a policy that was looked at already. What strangers' mail can leave to is found
/// besides, if it is wanted: nothing leaves of what is left out.
pub(super) fn check_alike(
    policy: &Policy,
    alike: &Alike<'_>,
    given: Given<'_>,
    with_leaves: bool,
) -> Option<(Report, Vec<WayOut>)> {
    // Records say nothing of envelopes, so nobody waits for them.
    let (records, checked) = in_two(
        || records::check(policy, None, given, Selection::All),
        || {
            let left = alike.leave_out(&[])?;
            let subject = Subject::new(&left.policy);
            let (leaves, report) = in_two(
                || {
                    let wanted = with_leaves.then_some(&subject.reference);
                    let ways = wanted.map(|decider| ways_out(&left.policy, Some(decider)));
                    ways.unwrap_or_default()
                },
                || check_left_classes(policy, &left, &subject),
            );
            report.map(|report| (report, leaves))
        },
    );
    let (mut report, leaves) = checked?;
    report.findings.extend(records);
    report.is_proved().then_some((report, leaves))
}

/// Checks a policy without what [`super::leave_out`] has left out, but for obligations about
/// records: they are asked of the whole. Returns nothing, if not all is proved.
pub fn check_left_policy(whole: &Policy, left: &LeftOut, given: Given<'_>) -> Option<Report> {
    let mut report = check_left_classes(whole, left, &Subject::new(&left.policy))?;
    let records = records::check(whole, None, given, Selection::All);
    report.findings.extend(records);
    report.is_proved().then_some(report)
}

/// The same of what speaks of envelopes.
fn check_left_classes(whole: &Policy, left: &LeftOut, subject: &Subject<'_>) -> Option<Report> {
    let tests = subject.declared.tests();
    if !is_blind(whole, left, &[&subject.reference], tests) {
        return None;
    }
    let (mut report, ran) = check_classes(subject, Clients::Unlike, CLASSES_MAX);
    report.left_out = Some(left.left.and_clients(ran.clients_left));
    report.is_proved().then_some(report)
}

/// Checks files beside a policy of which everything was proved, as the report says; nothing, if not
/// all of it is proved of the files. Obligations are asked of the files only where their outcome is
/// another than the policy's.
pub fn check_files_beside(
    (policy, proved): (&Policy, &Report),
    files: Files<'_>,
    given: Given<'_>,
) -> Option<Report> {
    let (mut report, clients) = beside(&Subject::new(policy), proved, files, given)?;
    let left = Left::default().and_clients(clients);
    report.left_out = Some(left).filter(|left| *left != Left::default());
    Some(report)
}

/// The same of files without the rows of domains that others stand for, as [`super::leave_out`]
/// returns them, and of the policy without these.
pub fn check_left(
    (whole, proved): (&Policy, &Report),
    left: &LeftOut,
    files: Files<'_>,
    given: Given<'_>,
) -> Option<Report> {
    let subject = Subject::new(&left.policy);
    let deciders: [&dyn Decider; 2] = [&subject.reference, files.decider];
    if !is_blind(whole, left, &deciders, subject.declared.tests()) {
        return None;
    }
    let (mut report, clients) = beside(&subject, proved, files, given)?;
    report.left_out = Some(left.left.and_clients(clients));
    Some(report)
}

fn beside(
    subject: &Subject<'_>,
    proved: &Report,
    files: Files<'_>,
    given: Given<'_>,
) -> Option<(Report, usize)> {
    if !proved.is_proved() {
        return None;
    }
    let speaks = |name: &str| {
        let mut named = proved.findings.iter().filter(|one| one.name == name);
        named.any(|one| !one.answer.is_empty())
    };
    let mut findings = places(subject, files, Selection::All);
    let subjects = both(subject, files, Selection::All, Clients::Unlike);
    let (records, ran) = in_two(
        || records::check(subject.policy, Some(files), given, Selection::All),
        || follow(&subjects, &speaks),
    );
    let ran = ran?;
    findings.extend(ran.findings);
    findings.extend(records);
    let report = Report {
        subject: files.name.to_owned(),
        findings,
        assumptions: assumptions::assumptions(&subject.declared, files.believed),
        left_out: None,
    };
    report.is_proved().then_some((report, ran.clients_left))
}

/// The same of the files of two targets, held against each other.
pub fn check_left_agreement(
    whole: &Policy,
    left: &LeftOut,
    one: Files<'_>,
    other: Files<'_>,
) -> Option<Report> {
    if !is_blind(whole, left, &[one.decider, other.decider], &[]) {
        return None;
    }
    let (mut report, ran) = agreement(&left.policy, one, other, Clients::Unlike);
    report.left_out = Some(left.left.and_clients(ran.clients_left));
    report.is_proved().then_some(report)
}
