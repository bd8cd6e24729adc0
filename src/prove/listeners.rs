//! The ways in: those that files open are exactly those that the policy declares.

use super::report::{Answer, Finding};
use super::selection::{Body, LISTENERS, Selection};
use crate::decision::FoundListener;
use crate::policy::Policy;

/// Compares the listeners of files with the declared ones. Empty if they are the same.
///
/// SOUNDNESS: classes are made for declared listeners only, so an undeclared one would go unseen;
/// here it is a refutation by itself.
pub(super) fn check(
    policy: &Policy,
    found: &[FoundListener],
    selection: Selection<'_>,
) -> Vec<Finding> {
    if selection.body(LISTENERS) != Some(Body::Stated) {
        return Vec::new();
    }
    let declared = &policy.host.listeners;
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
        let known = listener
            .listener
            .filter(|one| declared.iter().any(|two| two.value == *one));
        if known.is_none() {
            refute(
                "open a listener that the policy does not declare",
                listener.clone(),
            );
        }
        let earlier = found.iter().take(number);
        if known.is_some() && earlier.clone().any(|other| other.listener == known) {
            refute("open the same listener twice", listener.clone());
        }
    }
    for listener in declared {
        if !found.iter().any(|one| one.listener == Some(listener.value)) {
            let name = listener.value.to_string();
            let at = listener.at.clone();
            let missing = FoundListener::new(Some(listener.value), name, at);
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
