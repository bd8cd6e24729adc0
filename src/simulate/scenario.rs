//! Scenarios: envelopes that a policy's author wrote, with the verdict that they expect.

use super::answer::{Answered, Answerer};
use super::line::literal;
use crate::decision::{Because, Envelope, Unanswered};
use crate::mail::{Path, canonical_client};
use crate::policy::Scenario;

/// How a scenario came out.
#[derive(Debug, Clone)]
pub struct ScenarioResult {
    /// The answer.
    pub answered: Answered<'static>,
    /// Whether it is the expected one.
    pub as_expected: bool,
}

/// Returns the envelope of a scenario.
fn envelope(scenario: &Scenario, answerer: &Answerer<'_>) -> Envelope {
    let client = canonical_client(scenario.client);
    let helo = scenario
        .helo
        .clone()
        .unwrap_or_else(|| literal(scenario.client));
    let from = Path::parse(&scenario.from, answerer.own);
    let results = answerer.results;
    Envelope {
        spf: scenario
            .spf
            .unwrap_or_else(|| results.mail_from(client, &helo, &from)),
        spf_helo: scenario
            .spf_helo
            .unwrap_or_else(|| results.helo(client, &helo)),
        to: Path::parse(&scenario.to, answerer.own),
        client,
        listener: scenario.listener,
        tls: scenario.tls,
        login: scenario.login.clone(),
        helo,
        from,
    }
}

/// Plays a scenario.
pub fn play(scenario: &Scenario, answerer: &Answerer<'_>) -> Result<ScenarioResult, Unanswered> {
    let (answered, decision, _) = answerer.answer(&envelope(scenario, answerer))?;
    let expect = &scenario.expect;
    let because = expect
        .because
        .is_none_or(|because: Because| because == decision.because);
    let as_expected = decision.verdict == expect.verdict && because;
    Ok(ScenarioResult {
        answered,
        as_expected,
    })
}
