//! Proofs of what is kept where others stand for most: of a policy, of files, and of two trees.

use super::alike::{ALIKE_MIN, LeftOut, is_blind, leave_out};
use super::budget::CLASSES_MAX;
use super::proven::Subject;
use super::report::Report;
use super::selection::Selection;
use super::{Files, Given, assumptions, check_agreement, check_classes, put, records};
use crate::decision::Decider;
use crate::policy::Policy;
use crate::threads::in_two;

/// Checks a policy without what others stand for; nothing, if there is nothing of that, or if not
/// all is proved: what is wrong is told of the whole.
pub(super) fn check_some(policy: &Policy, given: Given<'_>) -> Option<(Report, LeftOut)> {
    let left = leave_out(policy, &[], ALIKE_MIN)?;
    let report = check_left_policy(policy, &left, given)?;
    Some((report, left))
}

/// Checks a policy without what [`leave_out`] has left out, but for obligations about records:
/// they are asked of the whole. Returns nothing, if not all is proved.
pub fn check_left_policy(whole: &Policy, left: &LeftOut, given: Given<'_>) -> Option<Report> {
    let subject = Subject::new(&left.policy);
    let tests = subject.declared.tests();
    if !is_blind(whole, left, &[&subject.reference], tests) {
        return None;
    }
    let (records, (mut report, _)) = in_two(
        || records::check(whole, None, given, Selection::All),
        || check_classes(&subject, CLASSES_MAX),
    );
    report.left_out = Some(left.left);
    report.findings.extend(records);
    report.is_proved().then_some(report)
}

/// Checks files without the rows of domains that others stand for, as [`leave_out`] returns them,
/// against the policy without these; nothing, if not all is proved.
pub fn check_left(
    whole: &Policy,
    left: &LeftOut,
    files: Files<'_>,
    given: Given<'_>,
) -> Option<Report> {
    let subject = Subject::new(&left.policy);
    let deciders: [&dyn Decider; 2] = [&subject.reference, files.decider];
    if !is_blind(whole, left, &deciders, subject.declared.tests()) {
        return None;
    }
    let report = Report {
        subject: files.name.to_owned(),
        findings: put(&subject, files, given, Selection::All),
        assumptions: assumptions::assumptions(&subject.declared, files.believed),
        left_out: Some(left.left),
    };
    report.is_proved().then_some(report)
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
    let mut report = check_agreement(&left.policy, one, other);
    report.left_out = Some(left.left);
    report.is_proved().then_some(report)
}
