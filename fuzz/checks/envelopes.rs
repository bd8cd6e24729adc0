//! Streams of envelopes.

use std::sync::OnceLock;

use mailpol::policy::PolicyDecider;
use mailpol::simulate::answer_lines;

use super::site::site;

/// Every line that is not empty has one answer, which is JSON, whatever the line is.
pub(crate) fn check(data: &[u8]) {
    static DECIDER: OnceLock<PolicyDecider<'static>> = OnceLock::new();
    let site = site("doe", "postfix").expect("the site is one");
    let decider = DECIDER.get_or_init(|| PolicyDecider::new(&site.policy));
    let answerer = site.answerer(decider);
    let answers = answer_lines(&answerer, data);
    let text = answers.text;
    let lines = data.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii);
    let wanted = lines.filter(|line| !line.is_empty()).count();
    let text = std::str::from_utf8(&text).expect("answers are text");
    assert_eq!(text.lines().count(), wanted, "{text}");
    for line in text.lines() {
        assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
    }
}
