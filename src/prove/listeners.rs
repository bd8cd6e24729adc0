//! The ways in: those that files open are exactly those that the policy declares, each at the
//! addresses that it says.

use super::report::{Answer, Finding};
use super::selection::{Body, LISTENERS, Selection};
use crate::decision::FoundListener;
use crate::policy::Policy;

/// Compares the listeners of files with the declared ones. Empty if they are the same.
///
/// SOUNDNESS: classes are made for declared listeners only, so an undeclared one would go unseen;
/// here it is a refutation by itself. So is one at an address that the policy does not name: to
/// which address a client came is no part of an envelope, and the classes take every client to
/// reach every listener, wherever that is bound.
pub(super) fn check(
    policy: &Policy,
    found: &[FoundListener],
    selection: Selection<'_>,
) -> Vec<Finding> {
    if selection.body(LISTENERS) != Some(Body::Stated) {
        return Vec::new();
    }
    let declared = policy.host.ways_in();
    let mut findings = Vec::new();
    let mut refute = |fault: &str, listener: FoundListener| {
        findings.push(Finding {
            name: LISTENERS.to_owned(),
            sentence: fault.to_owned(),
            at: Some(listener.at.clone()),
            answer: Answer::Listener(listener),
        });
    };
    for (number, listener) in found.iter().enumerate() {
        let way = listener.way_in();
        let is_declared = declared.iter().any(|one| Some(one.value) == way);
        let mut earlier = found.iter().take(number);
        if !is_declared {
            refute(
                "open a listener that the policy does not declare",
                listener.clone(),
            );
        } else if earlier.any(|other| other.way_in() == way) {
            refute("open the same listener twice", listener.clone());
        }
    }
    for way in &declared {
        if !found.iter().any(|one| one.way_in() == Some(way.value)) {
            let listener = Some(way.value.listener);
            let missing = FoundListener::new(listener, way.value.to_string(), way.at.clone());
            refute("do not open a declared listener", missing);
        }
    }
    // Where nothing listens that is the whole of what is to be proved of envelopes: it is said.
    if findings.is_empty() && declared.is_empty() {
        findings.push(Finding {
            name: LISTENERS.to_owned(),
            sentence: "nothing listens, so no mail comes in".to_owned(),
            at: None,
            answer: Answer::Places(Ok(0)),
        });
    }
    findings
}
