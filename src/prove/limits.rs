//! What one message may have: every way in takes what the policy says, and no more.

use super::report::{Answer, Evidence, Finding};
use super::selection::{Body, LIMITS, Selection};
use crate::decision::{FoundLimit, FoundListener};
use crate::policy::Policy;
use crate::source::{Loc, Spanned};

const SENTENCE: &str = "of one message every way in takes what the policy says";

/// Compares what the ways in of files take with what is declared: a finding for each that takes
/// something else, or one that says that there is none. Nothing where nothing is declared.
///
/// SOUNDNESS: envelopes are single recipients and have no size, so no class shows a limit. What
/// stands here is all that the files say of it, of every listener.
pub(super) fn check(
    policy: &Policy,
    found: &[FoundListener],
    selection: Selection<'_>,
) -> Vec<Finding> {
    let limits = &policy.host.limits;
    let is_silent = limits.size.is_none() && limits.recipients.is_none();
    if is_silent || selection.body(LIMITS) != Some(Body::Stated) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut places = 0;
    let mut refute = |text: String, at: &Loc| {
        findings.push(finding(Err(Box::new(Evidence::new(text, at)))));
    };
    for (listener, found) in found
        .iter()
        .filter_map(|one| Some((one, one.limits.as_ref()?)))
    {
        let name = &listener.name;
        for (what, declared, found) in [
            ("octets", &limits.size, &found.size),
            ("recipients", &limits.recipients, &found.recipients),
        ] {
            let Some(declared) = declared else {
                continue;
            };
            places += 1;
            if let Some(text) = differs(what, declared, found) {
                refute(format!("{name} {text}"), &found.at);
            }
        }
        for (text, at) in &found.otherwise {
            refute(format!("{name} {text}"), at);
        }
    }
    if findings.is_empty() {
        findings.push(finding(Ok(places)));
    }
    findings
}

/// Says how a limit is another than the declared one.
fn differs(what: &str, declared: &Spanned<u64>, found: &FoundLimit) -> Option<String> {
    let wanted = declared.value;
    if found.most == Some(wanted) {
        return None;
    }
    let most = match found.most {
        Some(most) => format!("up to {most} {what}"),
        None => format!("any number of {what}"),
    };
    let at = &declared.at;
    Some(format!(
        "takes messages with {most}; the policy says {wanted} ({at})"
    ))
}

fn finding(answer: Result<u64, Box<Evidence>>) -> Finding {
    Finding {
        name: LIMITS.to_owned(),
        sentence: SENTENCE.to_owned(),
        at: None,
        answer: Answer::Places(answer),
    }
}
