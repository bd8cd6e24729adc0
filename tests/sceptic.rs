//! Planted holes: deciders that relay, and the proof that has to see it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

#[path = "sceptic/destinations.rs"]
mod destinations;
#[path = "sceptic/names.rs"]
mod names;
#[path = "sceptic/odd.rs"]
mod odd;
#[path = "sceptic/planted.rs"]
mod planted;
#[path = "sceptic/rights.rs"]
mod rights;

use mailpol::prove::check_policy;
use planted::{Planted, policy, report};

#[test]
fn the_policy_is_proved_and_so_is_its_copy() {
    let policy = policy(&["doe.example"], false);
    let proof = check_policy(&policy);
    assert!(proof.is_proved(), "{proof:?}");
    let proof = report(
        &policy,
        &Planted::new(&policy, vec![], Box::new(|_| Ok(None))),
    );
    assert!(proof.is_proved(), "{proof:?}");
}
