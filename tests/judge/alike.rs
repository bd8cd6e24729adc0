//! The two real MTAs, held against each other: asked about the same envelopes, they must answer
//! alike, with neither the policy nor a reader between them.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Failed;
use mailpol::decision::{Envelope, Verdict};
use mailpol::policy::{Policy, PolicyDecider};

use crate::support::report::{Answer, Outcome};
use crate::verdicts::{Combination, SHOWN, combination, decide, describe, in_latitude};

/// What was found when the answers of two MTAs were compared.
#[derive(Default)]
pub(crate) struct Alike {
    /// Envelopes that they answer differently.
    pub(crate) apart: Vec<String>,
    /// Odd forward-paths that one of them refuses.
    latitude: usize,
    /// How often they answered alike, by the kind of decision.
    counts: BTreeMap<Combination, usize>,
}

impl Alike {
    /// Compares the answers to the same envelopes, in the same order.
    pub(crate) fn of(
        policy: &Policy,
        asked: &[Envelope],
        one: &[Outcome],
        other: &[Outcome],
    ) -> Result<Self, Failed> {
        if one.len() != asked.len() || other.len() != asked.len() {
            return Err("an MTA was not asked about every envelope".into());
        }
        let reference = PolicyDecider::new(policy);
        let mut found = Self::default();
        for ((envelope, one), other) in asked.iter().zip(one).zip(other) {
            let decision = decide(&reference, envelope)?;
            let combination = combination(policy, envelope, &decision);
            match (answer(one), answer(other)) {
                (Some(one), Some(other)) if one == other => {
                    *found.counts.entry(combination).or_default() += 1;
                }
                (Some((one, _)), Some((other, _))) if in_latitude(envelope, one, other) => {
                    found.latitude += 1;
                }
                _ => found.apart.push(format!(
                    "{}\n  one      {one}: {}\n  other    {other}: {}",
                    describe(envelope),
                    one.text(),
                    other.text(),
                )),
            }
        }
        Ok(found)
    }

    /// Fails if they differed, or if there is a kind of decision that was never compared.
    pub(crate) fn verdict(&self, wanted: &BTreeSet<Combination>, name: &str) -> Result<(), Failed> {
        let compared: usize = self.counts.values().sum();
        println!(
            "{name} on both: {compared} answered alike, of {} kinds; {} in the latitude\n",
            self.counts.len(),
            self.latitude,
        );
        if !self.apart.is_empty() {
            let shown: Vec<&str> = self.apart.iter().take(SHOWN).map(String::as_str).collect();
            let (apart, shown) = (self.apart.len(), shown.join("\n\n"));
            return Err(format!("the two MTAs differ about {apart}:\n{shown}").into());
        }
        let never: Vec<_> = wanted
            .iter()
            .filter(|one| !self.counts.contains_key(*one))
            .collect();
        if compared == 0 || !never.is_empty() {
            return Err(format!("{compared} compared, and of these none: {never:#?}").into());
        }
        Ok(())
    }
}

/// Returns what a client is told: the verdict, and of a refusal its code. RCPT's 250 and DATA's 354
/// are the same acceptance.
fn answer(outcome: &Outcome) -> Option<(Verdict, u16)> {
    let Answer::Replied { reply, .. } = &outcome.answer else {
        return None;
    };
    Some(match reply.code {
        ..400 => (Verdict::Accept, 250),
        400..500 => (Verdict::Defer, reply.code),
        500.. => (Verdict::Reject, reply.code),
    })
}
