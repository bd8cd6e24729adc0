//! Compares the real MTA with policy and reader.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Failed;
use mailpol::decision::{Because, Decider, Decision, Envelope, Verdict, run};
use mailpol::mail::PathForm;
use mailpol::policy::{Policy, PolicyDecider};

use crate::kinds::kind;
use crate::real::{ToData, ask};
use crate::subject::Subject;
use crate::support::report::{Answer, Outcome};

/// How many differences a failed test shows.
pub(crate) const SHOWN: usize = 12;

/// How many random envelopes an example is asked about.
pub(crate) const MANY: usize = 2_000;

/// Asks the real MTA about all envelopes, and holds its answers against policy and reader.
pub(crate) fn compare(
    subject: &Subject,
    asked: &[Envelope],
    to_data: ToData,
) -> Result<Differences, Failed> {
    held(subject, asked, &ask(subject, asked, to_data)?)
}

/// Holds the answers of the real MTA against policy and reader.
pub(crate) fn held(
    subject: &Subject,
    asked: &[Envelope],
    outcomes: &[Outcome],
) -> Result<Differences, Failed> {
    let reference = PolicyDecider::new(&subject.policy);
    let mut differences = Differences::default();
    for (envelope, outcome) in asked.iter().zip(outcomes) {
        differences.compare(subject, &reference, envelope, outcome)?;
    }
    Ok(differences)
}

/// A listener, a kind of client, and why it was decided.
pub(crate) type Combination = (&'static str, String, Because);

/// What was found different, and how often each kind of decision was met.
#[derive(Default)]
pub(crate) struct Differences {
    /// From the policy or the reader.
    pub(crate) found: Vec<String>,
    /// Of these, those from the reader.
    pub(crate) unread: usize,
    latitude: usize,
    counts: BTreeMap<Combination, usize>,
}

impl Differences {
    fn compare(
        &mut self,
        subject: &Subject,
        reference: &dyn Decider,
        envelope: &Envelope,
        outcome: &Outcome,
    ) -> Result<(), Failed> {
        let policy = decide(reference, envelope)?;
        let files = decide(subject.reading.decider.as_ref(), envelope)?;
        *self
            .counts
            .entry(combination(&subject.policy, envelope, &policy))
            .or_default() += 1;
        let fits_files = fits(outcome, &files);
        let fits_policy = fits(outcome, &policy);
        self.unread += usize::from(!fits_files);
        if fits_files && fits_policy {
            return Ok(());
        }
        if fits_files && in_latitude(envelope, policy.verdict, files.verdict) {
            self.latitude += 1;
            return Ok(());
        }
        let found = format!(
            "{}\n  policy   {} {} ({})\n  {:8} {} {} ({})\n  real     {outcome}: {}",
            describe(envelope),
            policy.verdict,
            policy.reply,
            policy.because,
            subject.target.name(),
            files.verdict,
            files.reply,
            files.because,
            outcome.text(),
        );
        // What the reader missed is shown first.
        let at = if fits_files { self.found.len() } else { 0 };
        self.found.insert(at, found);
        Ok(())
    }

    /// Fails if anything differed, or if a kind of decision that the proof speaks of was not met.
    pub(crate) fn verdict(
        &self,
        subject: &Subject,
        wanted: &BTreeSet<Combination>,
        name: &str,
    ) -> Result<(), Failed> {
        let rows = self.counts.iter();
        let table: Vec<String> = rows
            .map(|((listener, kind, because), count)| {
                format!("  {count:6}  {listener:11} {kind:42} {because}")
            })
            .collect();
        let all: usize = self.counts.values().sum();
        println!(
            "{name} on {}: {all} asked, {} in the latitude\n{}\n",
            subject.mta.name(),
            self.latitude,
            table.join("\n")
        );
        if !self.found.is_empty() {
            let found = self.found.len();
            return Err(format!("{found} differences\n{}", self.shown()).into());
        }
        let missed: BTreeSet<_> = wanted
            .iter()
            .filter(|one| !self.counts.contains_key(*one))
            .collect();
        if missed.is_empty() {
            return Ok(());
        }
        Err(format!("in the proof, but never asked: {missed:#?}").into())
    }

    /// Returns the first differences.
    pub(crate) fn shown(&self) -> String {
        let shown: Vec<&str> = self.found.iter().take(SHOWN).map(String::as_str).collect();
        shown.join("\n\n")
    }
}

/// Returns the kinds of decisions that classes of the proof hold.
pub(crate) fn combinations(
    policy: &Policy,
    classes: &[Envelope],
) -> Result<BTreeSet<Combination>, Failed> {
    let reference = PolicyDecider::new(policy);
    let combination = |envelope: &Envelope| {
        let decision = decide(&reference, envelope)?;
        Ok(combination(policy, envelope, &decision))
    };
    classes.iter().map(combination).collect()
}

pub(crate) fn combination(
    policy: &Policy,
    envelope: &Envelope,
    decision: &Decision,
) -> Combination {
    let kind = kind(policy, envelope);
    (envelope.listener.name(), kind, decision.because)
}

/// Decides an envelope.
pub(crate) fn decide(decider: &dyn Decider, envelope: &Envelope) -> Result<Decision, Failed> {
    run(decider, envelope)
        .map(|(decision, _)| decision)
        .map_err(|error| format!("undecided: {error:?}: {envelope:?}").into())
}

/// Whether the real MTA answered as somebody decided.
fn fits(outcome: &Outcome, decision: &Decision) -> bool {
    let Answer::Replied { reply, .. } = &outcome.answer else {
        return false;
    };
    // 354 to DATA is the acceptance of all before it.
    if reply.code == 354 {
        return decision.verdict == Verdict::Accept;
    }
    let status = decision.reply.status.to_string();
    reply.code == decision.reply.code && reply.status.as_ref().is_none_or(|real| *real == status)
}

/// A forward-path that is not plain may be refused, or delivered here; never relayed.
pub(crate) fn in_latitude(envelope: &Envelope, one: Verdict, other: Verdict) -> bool {
    let form = envelope.to.form();
    let odd = form != PathForm::Plain && form != PathForm::BarePostmaster;
    odd && !(one == Verdict::Accept && other == Verdict::Accept)
}

pub(crate) fn describe(envelope: &Envelope) -> String {
    format!(
        "client {} {} tls={} login={:?} helo={} spf={}/{}\n  MAIL FROM:<{}> ({})\n  \
         RCPT TO:<{}> ({})",
        envelope.client,
        envelope.listener,
        envelope.tls,
        envelope.login,
        envelope.helo,
        envelope.spf.as_str(),
        envelope.spf_helo.as_str(),
        envelope.from.text(),
        envelope.from.form(),
        envelope.to.text(),
        envelope.to.form(),
    )
}
