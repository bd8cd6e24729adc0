//! The proof of large trees without the rows of domains that others stand for.
//!
//! Whatever does not come out here is proved of the whole, and told there.

use std::sync::Arc;

use super::{files, has_raw};
use crate::diagnostic::Diagnostics;
use crate::policy::Policy;
use crate::prove::{self, ALIKE_MIN, Given, LeftOut, Proven, Report};
use crate::source::Source;
use crate::target::{Artifacts, Reading, Target};

/// Proves files without what others stand for, if all of that can be proved.
pub(super) fn prove_some(
    (proven, proved): (&Proven<'_>, &Report),
    target: &dyn Target,
    artifacts: &Artifacts,
    given: Given<'_>,
) -> Option<(Reading, Report)> {
    let policy = proven.policy();
    // What is published is said of each domain by itself.
    if has_raw(policy, target) || given.dns.is_some() {
        return None;
    }
    let left = proven.leave_out(&sources(artifacts))?;
    let reading = read(target, artifacts, &left.files)?;
    let report = prove::check_left((policy, proved), &left, files(target, &reading), given)?;
    Some((reading, report))
}

/// Compares the files of two targets without what others stand for in both.
pub(super) fn agree_some(
    policy: &Policy,
    [one, other]: [(&dyn Target, &Artifacts); 2],
) -> Option<Report> {
    if has_raw(policy, one.0) || has_raw(policy, other.0) {
        return None;
    }
    let mut all = sources(one.1);
    let first = all.len();
    all.extend(sources(other.1));
    let left: LeftOut = prove::leave_out(policy, &all, ALIKE_MIN)?;
    let (ours, theirs) = left.files.split_at_checked(first)?;
    let (ours, theirs) = (read(one.0, one.1, ours)?, read(other.0, other.1, theirs)?);
    let (ours, theirs) = (files(one.0, &ours), files(other.0, &theirs));
    prove::check_left_agreement(policy, &left, ours, theirs)
}

fn sources(artifacts: &Artifacts) -> Vec<Arc<Source>> {
    let files = artifacts.files();
    files.map(|(_, made)| Arc::clone(&made.source)).collect()
}

/// Reads a tree in which some files have other texts. What a reader has to tell, it tells of the
/// whole.
fn read(target: &dyn Target, artifacts: &Artifacts, texts: &[Option<String>]) -> Option<Reading> {
    let mut reduced = artifacts.clone();
    for ((path, made), text) in artifacts.files().zip(texts) {
        if let Some(text) = text {
            reduced.add(path, made.mode, text.as_str());
        }
    }
    let mut told = Diagnostics::new();
    let reading = target.interpret(&reduced, &mut told).ok()?;
    told.sorted().is_empty().then_some(reading)
}
