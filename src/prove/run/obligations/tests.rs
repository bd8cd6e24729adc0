//! Which obligations hold by a verdict alone.

use std::collections::BTreeMap;

use super::*;
use crate::diagnostic::Diagnostics;
use crate::policy::Policy;
use crate::prove::proven::Subject;
use crate::prove::reach::Reach;
use crate::prove::run::{Subjects, on_universe};
use crate::prove::selection::Selection;
use crate::prove::{CLASSES_MAX, POLICY};
use crate::source::Source;

const POLICIES: [&str; 3] = [
    include_str!("../../../../examples/doe/policy.kdl"),
    include_str!("../../../../examples/acme/policy.kdl"),
    include_str!("../../../../examples/plant/policy.kdl"),
];

const VERDICTS: [Verdict; 3] = [Verdict::Accept, Verdict::Defer, Verdict::Reject];

fn read(text: &str) -> Policy {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text);
    let document = crate::syntax::parse(&source, &mut diagnostics).unwrap();
    crate::policy::lower(&document, &BTreeMap::new(), &mut diagnostics).unwrap()
}

fn reaches() -> impl Iterator<Item = Reach> {
    (0..8).map(|bits| Reach {
        leaves: bits & 1 != 0,
        strays: bits & 2 != 0,
        bounces: bits & 4 != 0,
    })
}

/// Returns of how many envelopes an obligation is kept and broken, if all had this outcome.
fn judged(run: &Run<'_, '_>, predicate: &Predicate<'_>, outcome: &Outcome) -> (u128, u128) {
    let (mut kept, mut broken) = (0, 0);
    let mut judge = |answers: &Answers<'_>| run.judge(predicate, outcome, answers);
    let mut leaf = |judgement: Judgement, leaf: &Leaf<'_, '_>| match judgement {
        Judgement::Silent => {}
        Judgement::Kept => kept += leaf.envelopes,
        Judgement::Broken => broken += leaf.envelopes,
    };
    explore(run.universe, &mut judge, &mut leaf).unwrap();
    (kept, broken)
}

#[test]
fn what_holds_by_its_verdict_holds_of_every_envelope() {
    let mut about = [0_u128; OBLIGATIONS.len()];
    for policy in POLICIES.map(read) {
        let subject = Subject::new(&policy);
        let subjects = Subjects {
            policy: &policy,
            declared: &subject.declared,
            reference: (POLICY, &subject.reference),
            files: None,
            selection: Selection::All,
            classes_max: CLASSES_MAX,
            clients: crate::prove::run::Clients::All,
        };
        on_universe(&subjects, |run| {
            for (predicate, about) in run.predicates().iter().zip(&mut about) {
                let name = predicate.obligation.name();
                let mut kept = None;
                for (verdict, reach) in VERDICTS
                    .into_iter()
                    .flat_map(|verdict| reaches().map(move |reach| (verdict, reach)))
                {
                    let outcome = Outcome {
                        reach,
                        ..Outcome::bare(verdict, &policy.host.at)
                    };
                    if predicate.holds_with.contains(&verdict) {
                        let (here, broken) = judged(run, predicate, &outcome);
                        assert_eq!(broken, 0, "{name}: {verdict:?} {reach:?}");
                        // It is about the same envelopes.
                        assert_eq!(here, *kept.get_or_insert(here), "{name}: {verdict:?}");
                    }
                }
                for verdict in VERDICTS {
                    if let Some(kept) = kept.filter(|_| !predicate.holds_with.contains(&verdict)) {
                        // With any other verdict each of them breaks it, or the count is wrong.
                        let outcome = Outcome::bare(verdict, &policy.host.at);
                        let (_, broken) = judged(run, predicate, &outcome);
                        assert_eq!(broken, kept, "{name}: {verdict:?}");
                        *about += broken;
                    }
                }
            }
        });
    }
    for (obligation, about) in OBLIGATIONS.iter().zip(about) {
        let holds = !obligation.holds_with().is_empty();
        assert_eq!(about > 0, holds, "{}", obligation.name());
    }
}
