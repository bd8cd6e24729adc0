//! The RFC 7208 suite of openspf: 203 tests, explanations included.
//!
//! The suite is not part of this package. `tests/spf/setup.sh` brings it; without it the test
//! is skipped, aloud, unless `MAILPOL_REQUIRE_SPF_SUITE` is set.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "spf/brought.rs"]
mod brought;
#[path = "spf/records.rs"]
mod records;

use std::net::IpAddr;

use mailpol::spf::{Query, Zone, check_host};
use serde_json::Value;

/// What the suite calls the explanation if the domain has none.
const DEFAULT: &str = "DEFAULT";

/// Every test of the file must be run.
const TESTS: usize = 203;

#[test]
fn every_test_of_the_rfc_7208_suite_passes() {
    let Some(text) = brought::read("rfc7208-tests.json") else {
        return;
    };
    let scenarios: Value = serde_json::from_str(&text).unwrap();
    let (mut count, mut failures) = (0, Vec::new());
    for scenario in scenarios.as_array().unwrap() {
        let zone = records::zone(scenario["zone"].as_array().unwrap());
        for test in scenario["tests"].as_array().unwrap() {
            count += 1;
            failures.extend(failure(&zone, test));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count} failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert_eq!(count, TESTS);
}

/// Runs one test and says what is wrong.
///
/// The suite lists the preferred result first where the RFC allows several; we take that one.
fn failure(zone: &Zone, test: &Value) -> Option<String> {
    let text = |key: &str| test[key].as_str();
    let client: IpAddr = text("host").unwrap().parse().unwrap();
    let helo = text("helo").unwrap();
    let receiver = text("receiver").unwrap_or("unknown");
    let query = Query {
        client,
        helo,
        mail_from: text("mailfrom"),
        receiver,
        time_seconds: 0,
    };
    let evaluation = check_host(zone, &query);
    let explanation = evaluation.explanation.as_deref().unwrap_or(DEFAULT);
    let result_wanted = test["results"][0].as_str().unwrap();
    let explanation_wanted = text("explanation").unwrap_or(explanation);
    let right = evaluation.result.as_str() == result_wanted && explanation == explanation_wanted;
    (!right).then(|| {
        let name = text("name").unwrap();
        let result = evaluation.result;
        let problem = evaluation.problem;
        format!(
            "{name}: {result} `{explanation}`, not {result_wanted} `{explanation_wanted}` {problem:?}"
        )
    })
}
