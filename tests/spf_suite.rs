//! The RFC 7208 suite of openspf: 203 tests, explanations included.
//!
//! The suite is not part of this package. `tests/spf/setup.sh` brings it; without it the test
//! is skipped, aloud, unless `MAILPOL_REQUIRE_SPF_SUITE` is set.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "spf/brought.rs"]
mod brought;
#[path = "spf/records.rs"]
mod records;

use std::fs::File;
use std::net::IpAddr;

use mailpol::spf::{Query, Zone, check_host};
use serde_json::Value;

/// What the suite calls the explanation if the domain has none.
const DEFAULT: &str = "DEFAULT";

/// Every test of the file must be run.
const TESTS: usize = 203;

#[test]
fn every_test_of_the_rfc_7208_suite_passes() {
    let Some(path) = brought::path("rfc7208-tests.json") else {
        return;
    };
    let scenarios: Value = serde_json::from_reader(File::open(path).unwrap()).unwrap();
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
    let field = |key: &str| test[key].as_str();
    let client: IpAddr = field("host").unwrap().parse().unwrap();
    let helo = field("helo").unwrap();
    let receiver = field("receiver").unwrap_or("unknown");
    let query = Query {
        client,
        helo,
        mail_from: field("mailfrom"),
        receiver,
        time_seconds: 0,
    };
    let ours = check_host(zone, &query);
    let explanation = ours.explanation.as_deref().unwrap_or(DEFAULT);
    let wanted = (
        &test["results"][0],
        field("explanation").unwrap_or(explanation),
    );
    let right = wanted.0 == ours.result.as_str() && wanted.1 == explanation;
    (!right).then(|| {
        let name = field("name").unwrap();
        format!(
            "{name}: {} `{explanation}`, not {wanted:?}: {:?}",
            ours.result, ours.problem
        )
    })
}
