//! What a change does to decisions: which envelopes are decided otherwise, in few sentences.
//!
//! Every leaf of both deciders, run side by side, is visited (see [`crate::prove::contrast`]).
//! Those that differ are put together in two steps. First exactly: regions that differ in one
//! facet only become one. Then into sentences: a sentence may hold envelopes beside those that
//! differ, but only such that are already decided as it says they now are.
//! So of a sentence "may now send" (but for those that begin with "whoever") every envelope is
//! accepted after the change, and those that were refused before are exactly the ones that differ.
//! Of a sentence "accepted as before" every envelope is accepted by both.

mod alike;
mod causes;
mod change;
mod drafts;
mod host_mail;
mod identity;
mod kind;
mod many;
mod merge;
mod moves;
mod otherwise;
mod replies;
mod sentences;
mod stated;
mod told;
mod words;

use alike::Alike;
pub use alike::DOMAINS_MIN;
pub use change::{Change, Stated, StatedBy};
pub use identity::{Identity, mark};
pub use kind::Kind;
pub use told::Between;
pub use words::List;

use std::collections::BTreeSet;

use crate::mail::WayIn;
use crate::policy::{Policy, PolicyDecider};
use crate::prove::{
    Contrast, Incomplete, Party, Sets, Visited, contrast, contrast_with, declared, in_two,
};

/// A decision diff.
#[derive(Debug, Clone)]
pub struct Decisions {
    /// The sentences, in the order of [`Kind::ALL`]; of a kind the one of most envelopes first.
    pub changes: Vec<Change>,
    /// What was visited: everything.
    pub visited: Visited,
    /// Domains that both sides have in common, and that were left out since others that were
    /// compared are like them.
    pub left_out: usize,
    /// What was compared.
    pub between: Between,
    /// The targets whose files were compared beside the policies.
    pub files: Vec<FilesOf>,
}

/// Files with raw text, compared beside the policies that they are made of.
#[derive(Debug, Clone)]
pub struct FilesOf {
    /// The target.
    pub target: String,
    /// Whether they are proved to decide as the policies do, before and after.
    pub as_policies: bool,
}

impl Decisions {
    /// Returns the sentences of a kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(move |change| change.kind == kind)
    }

    fn add(&mut self, changes: Vec<Change>) {
        self.changes.extend(changes);
        self.changes.sort_by_key(|change| change.kind);
    }

    /// Adds what the files of a target do otherwise, beside what the policies do. What those of
    /// another do, too, is told once; and a setting that the policies say is.
    pub fn add_files(&mut self, target: &str, as_policies: bool, changes: Vec<Change>) {
        let of_policies = self.changes.iter().filter(|change| change.on.is_empty());
        let of_policies: Vec<Change> = of_policies.cloned().collect();
        let known: BTreeSet<String> = of_policies.iter().map(mark).collect();
        for change in changes {
            // What is not proved to be as the policies say may be anything.
            let mut said = of_policies.iter().filter(|_| as_policies);
            if known.contains(&mark(&change)) || said.any(|one| one.is_said_there(&change)) {
                continue;
            }
            let mut others = self.changes.iter_mut().filter(|one| !one.on.is_empty());
            if let Some(same) = others.find(|one| one.is_same(&change)) {
                same.on.push(target.to_owned());
            } else {
                let on = vec![target.to_owned()];
                self.changes.push(Change { on, ..change });
            }
        }
        self.changes.sort_by_key(|change| change.kind);
        self.files.push(FilesOf {
            target: target.to_owned(),
            as_policies,
        });
    }

    /// Returns whether something is allowed that was not.
    pub fn widens(&self) -> bool {
        self.changes.iter().any(|change| change.widens)
    }

    /// Returns whether something is allowed no longer.
    pub fn narrows(&self) -> bool {
        self.changes.iter().any(|change| change.narrows)
    }
}

/// Compares what two policies decide, over all envelopes.
///
/// Where both have that many domains, those that they share are left out, but for some that stand
/// for the rest. The policies are afterwards as they were.
pub fn decisions_of_policies(
    before: &mut Policy,
    after: &mut Policy,
    domains_min: usize,
) -> Result<Decisions, Incomplete> {
    of_policies([before, after], Between::Times, domains_min)
}

/// Tells what a policy accepts where there was none: the same policy is given twice, and before
/// nothing listened.
pub fn decisions_of_new_policy(
    same: &mut Policy,
    policy: &mut Policy,
    domains_min: usize,
) -> Result<Decisions, Incomplete> {
    of_policies([same, policy], Between::Nothing, domains_min)
}

fn of_policies(
    [before, after]: [&mut Policy; 2],
    between: Between,
    domains_min: usize,
) -> Result<Decisions, Incomplete> {
    let alike = Alike::leave_out(before, after, domains_min);
    let decisions = of_what_differs(before, after, between, &alike);
    alike.put_back(before, after);
    decisions
}

fn of_what_differs(
    before: &Policy,
    after: &Policy,
    between: Between,
    alike: &Alike,
) -> Result<Decisions, Incomplete> {
    let (one, other) = in_two(|| PolicyDecider::new(before), || PolicyDecider::new(after));
    let ways_in = [before, after].map(|policy| {
        let ways = policy.host.ways_in().into_iter();
        ways.map(|one| one.value).collect::<Vec<WayIn>>()
    });
    let [opened, open] = &ways_in;
    let is_new = between == Between::Nothing;
    let opened: &[WayIn] = if is_new { &[] } else { opened };
    let before = Party {
        name: "before",
        policy: before,
        decider: &one,
        ways_in: opened,
        found: None,
        made: None,
    };
    let after = Party {
        name: "after",
        policy: after,
        decider: &other,
        ways_in: open,
        found: None,
        made: None,
    };
    let sides = [before, after];
    let made = sides.map(|side| declared(side.policy));
    let [was, is] = made.each_ref().map(|one| one.as_ref().map(|one| one as _));
    let made = [was.filter(|_| !is_new), is];
    contrast_with(before, after, &alike.stand, |contrast| {
        let mut decisions = decisions_of(contrast, between, &mut Sets::default())?;
        decisions.left_out = alike.domains;
        host_mail::add(&mut decisions, made);
        if !is_new {
            decisions.add(stated::changes(sides, &decisions.between));
        }
        Ok(decisions)
    })
}

/// Compares what two sides set that no envelope shows.
pub fn settings(before: Party<'_>, after: Party<'_>) -> Vec<Change> {
    stated::changes([before, after], &Between::Times)
}

/// Compares what two sides decide, over all envelopes.
pub fn decisions(before: Party<'_>, after: Party<'_>) -> Result<Decisions, Incomplete> {
    let made = [before, after].map(|side| side.decider.host_mail());
    let sides = [before, after];
    contrast(before, after, |contrast| {
        let mut decisions = decisions_of(contrast, Between::Times, &mut Sets::default())?;
        host_mail::add(&mut decisions, made);
        decisions.add(stated::changes(sides, &decisions.between));
        Ok(decisions)
    })
}

/// Tells what a side accepts where there was none: the same is given twice.
pub fn decisions_of_new(same: Party<'_>, side: Party<'_>) -> Result<Decisions, Incomplete> {
    let before = Party {
        ways_in: &[],
        ..same
    };
    let made = [None, side.decider.host_mail()];
    contrast(before, side, |contrast| {
        let mut decisions = decisions_of(contrast, Between::Nothing, &mut Sets::default())?;
        host_mail::add(&mut decisions, made);
        Ok(decisions)
    })
}

/// Compares what two targets decide of one policy, over all envelopes.
pub fn decisions_of_targets(one: Party<'_>, other: Party<'_>) -> Result<Decisions, Incomplete> {
    let names = [one.name.to_owned(), other.name.to_owned()];
    let sides = [one, other];
    let made = sides.map(|side| side.decider.host_mail());
    contrast(one, other, |contrast| {
        let between = Between::Targets(names);
        let mut decisions = decisions_of(contrast, between, &mut Sets::default())?;
        host_mail::add(&mut decisions, made);
        decisions.add(stated::changes(sides, &decisions.between));
        Ok(decisions)
    })
}

/// Compares the two sides of a contrast. The regions of what is returned are of these sets.
pub fn decisions_of(
    contrast: &Contrast<'_, '_>,
    between: Between,
    sets: &mut Sets,
) -> Result<Decisions, Incomplete> {
    let (leaves, visited) = merge::collect(contrast, sets)?;
    let mut changes = sentences::gained_and_lost(contrast, &leaves, &between, sets);
    changes.extend(moves::moved(contrast, &leaves, &between, sets));
    changes.extend(otherwise::otherwise(contrast, &leaves, &between, sets));
    for change in &mut changes {
        if matches!(between, Between::Targets(_)) && told::is_latitude(contrast, change, sets) {
            change.kind = Kind::Latitude;
            change.widens = false;
            change.narrows = false;
        }
    }
    if between == Between::Nothing {
        // What is refused was not taken before.
        changes.retain(|change| change.kind == Kind::Gained);
        for change in &mut changes {
            "there was no policy".clone_into(&mut change.before);
        }
    }
    changes.sort_by(|a, b| {
        let order = |one: &Change| (one.kind, std::cmp::Reverse(one.envelopes));
        order(a)
            .cmp(&order(b))
            .then_with(|| a.sentence.cmp(&b.sentence))
    });
    Ok(Decisions {
        changes,
        visited,
        left_out: 0,
        between,
        files: Vec::new(),
    })
}
