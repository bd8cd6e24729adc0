//! The statements of users, each over the classes that it speaks of.
//!
//! A statement is asked before the decider is: all whom it does not speak of are a class or a few,
//! however many networks and logins there are. So a thousand statements about a thousand networks
//! are no product.

use super::{Judge, Run};
use crate::decision::Unanswered;
use crate::policy::Statement;
use crate::prove::declared::Asked;
use crate::prove::fork::{Answers, Ground, Known, State};
use crate::prove::obligation::Judgement;
use crate::prove::report::Finding;
use crate::prove::selection::Body;
use crate::prove::side::number;
use crate::prove::statement::{self, Asks};
use crate::prove::tally::Tally;
use crate::prove::threads::in_parts;
use crate::prove::universe::TestNumber;

/// This many statements share what their walks have learned of the universe; more would only keep
/// it for longer.
const GROUP: usize = 64;

/// A statement that is put.
struct Put<'a> {
    stated: &'a Statement,
    asks: &'a Asks,
    body: Body,
}

impl Run<'_, '_> {
    /// Checks every statement, in the order of the policy.
    pub(super) fn statements(&self) -> Vec<Finding> {
        let all = self.subjects.policy.statements.iter();
        let put = all.zip(&self.declared.statements);
        let put = put.filter_map(|(stated, asks)| {
            let body = self.subjects.selection.body(stated.kind.name())?;
            Some(Put { stated, asks, body })
        });
        let put: Vec<Put<'_>> = put.collect();
        let groups: Vec<&[Put<'_>]> = put.chunks(GROUP).collect();
        let findings = in_parts(&groups, |group| {
            let ground = Ground::new(self.universe);
            let findings = group.iter().map(|one| self.statement(one, &ground));
            let findings = findings.collect::<Vec<Finding>>();
            // Over the limit all findings are void: see `within_budget`.
            let _ = ground.settle();
            findings
        });
        findings.into_iter().flatten().collect()
    }

    fn statement(&self, put: &Put<'_>, ground: &Ground<'_, '_>) -> Finding {
        let Put { stated, asks, body } = put;
        let covers = |asked: &mut Asked<'_, '_>| match body {
            Body::Stated => statement::covers(stated, asks, asked),
            Body::Blank => Ok(false),
        };
        let mut judge = |answers: &Answers<'_>| -> Result<Judgement, TestNumber> {
            let mut asked = Asked {
                declared: self.declared,
                ask: &mut Known::new(answers, self.declared_offset),
            };
            let covered = covers(&mut asked)
                .map_err(|Unanswered(test)| number(self.declared_offset, test))?;
            if !covered {
                return Ok(Judgement::Silent);
            }
            Ok(statement::judge(stated, &self.judged.outcome(answers)?))
        };
        let mut tally = Tally::default();
        tally.walk(ground, &State::all(), &mut judge);
        let visited = tally.complete(self.universe);
        let replayed: Box<Judge<'_>> = Box::new(|asked, outcome| {
            Ok(if covers(asked)? {
                statement::judge(stated, outcome)
            } else {
                Judgement::Silent
            })
        });
        Finding {
            answer: self.answer(tally, visited, &*replayed),
            name: stated.kind.name().to_owned(),
            sentence: stated.name.value.clone(),
            at: Some(stated.at.clone()),
        }
    }
}
