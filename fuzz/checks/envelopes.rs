//! Streams of envelopes.

use std::sync::OnceLock;

use mailpol::mail::Listener;
use mailpol::policy::PolicyDecider;
use mailpol::simulate::{Answerer, Results, answer_lines};

use super::site::site;

/// Every line that is not empty has one answer, which is JSON, whatever the line is.
pub(crate) fn check(data: &[u8]) {
    static DECIDER: OnceLock<PolicyDecider<'static>> = OnceLock::new();
    let policy = &site("postfix").policy;
    let own: Vec<_> = policy.host.addresses.iter().map(|one| one.value).collect();
    let listeners: Vec<Listener> = policy.host.listeners.iter().map(|one| one.value).collect();
    let results = Results::new(&[], "mx.doe-family.com");
    let answerer = Answerer {
        decider: DECIDER.get_or_init(|| PolicyDecider::new(policy)),
        own: &own,
        listeners: &listeners,
        results: &results,
    };
    let answers = answer_lines(&answerer, data);
    let text = answers.parts.concat();
    let lines = data.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii);
    let wanted = lines.filter(|line| !line.is_empty()).count();
    let text = std::str::from_utf8(&text).expect("answers are text");
    assert_eq!(text.lines().count(), wanted, "{text}");
    for line in text.lines() {
        assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
    }
}
