//! The policy's own scenarios: what its author expects must come out, or there are no files.

use super::diagnostics::Unexpected;
use crate::diagnostic::{Diagnostics, Reported};
use crate::dns;
use crate::mail::Listener;
use crate::policy::{Policy, PolicyDecider};
use crate::simulate::{Answerer, Results, play};

/// Plays the scenarios of a policy, over its own records where SPF results are not given, and
/// tells those that come out otherwise than expected.
///
/// Files are not asked: that they decide as the policy does is proved.
pub fn scenarios(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let before = diagnostics.errors();
    if policy.scenarios.is_empty() {
        return Ok(());
    }
    let decider = PolicyDecider::new(policy);
    let listeners = policy.host.listeners.iter().map(|one| one.value);
    // What is wrong with the records is told by the proof.
    let records = dns::records(policy).unwrap_or_default();
    let answerer = Answerer {
        decider: &decider,
        own: &policy.host.own_addresses(),
        listeners: &listeners.collect::<Vec<Listener>>(),
        results: &Results::new(&records, policy.host.name.value.as_str()),
    };
    for scenario in &policy.scenarios {
        let played = play(scenario, &answerer);
        if matches!(&played, Ok(played) if played.as_expected) {
            continue;
        }
        let found = match &played {
            Ok(played) => {
                let answer = &played.answered;
                let (code, status) = (answer.code, &answer.status);
                format!("{} {code} {status} ({})", answer.verdict, answer.because)
            }
            Err(_) => "no decision, which is a bug of mailpol".to_owned(),
        };
        let decided = played.ok().and_then(|played| played.answered.at);
        diagnostics.error(Unexpected {
            name: scenario.name.value.clone(),
            found,
            decided: decided.map_or_else(String::new, |at| at.to_string()),
            at: scenario.expect.at.clone(),
        });
    }
    diagnostics.failed_since(before)
}
