//! Who checks passwords: wherever a client can log in, it is the backend that the policy declares.

use super::report::{Answer, Evidence, Finding};
use super::selection::{BACKEND, Body, Selection};
use crate::decision::{Backend, FoundBackend};
use crate::policy::{Auth, Policy};

const SENTENCE: &str = "passwords are checked where the policy says";

/// Compares who checks passwords with the declared backend: a finding for each that is another, or
/// one that says that there is none.
///
/// SOUNDNESS: envelopes hold logins whose passwords are right. Which these are only the backend
/// says, so another one would put strangers into every grant without any decision being another.
pub(super) fn check(
    policy: &Policy,
    found: &[FoundBackend],
    selection: Selection<'_>,
) -> Vec<Finding> {
    if selection.body(BACKEND) != Some(Body::Stated) {
        return Vec::new();
    }
    let declared = policy.auth.as_ref().map(declared_backend);
    let others = found
        .iter()
        .filter(|one| declared.as_ref() != Some(&one.backend));
    let mut findings: Vec<Finding> = others
        .map(|one| {
            let (used_by, other) = (&one.used_by, &one.backend);
            let declared = match &declared {
                Some(declared) => format!("they are to be by {declared}"),
                None => "the policy has no `auth`".to_owned(),
            };
            let text = format!("for {used_by} passwords are checked by {other}; {declared}");
            finding(Err(Box::new(Evidence::new(text, &one.at))))
        })
        .collect();
    if findings.is_empty() {
        findings.push(finding(Ok(u64::try_from(found.len()).unwrap_or(u64::MAX))));
    }
    findings
}

/// Returns what is declared, as files would have it.
pub fn declared_backend(auth: &Auth) -> Backend {
    match auth {
        Auth::Saslauthd { mechanism, .. } => Backend::Saslauthd(mechanism.value.name().to_owned()),
        Auth::Dovecot { socket, .. } => Backend::Dovecot(socket.value.clone()),
    }
}

fn finding(answer: Result<u64, Box<Evidence>>) -> Finding {
    Finding {
        name: BACKEND.to_owned(),
        sentence: SENTENCE.to_owned(),
        at: None,
        answer: Answer::Places(answer),
    }
}
