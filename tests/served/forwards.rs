//! Forwards, on the real Postfix.

use libtest_mimic::Failed;

use crate::Test;
use crate::forwarded::{self, POLICY, lands};
use crate::machine::{expect, job, subject};
use crate::support::job::Mta;

pub(crate) const TESTS: &[Test] = &[
    ("mail goes on where forwards say", goes_on),
    ("a line that is too long is broken", long_lines),
];

/// Makes mail leave for port 2525.
const PORT: &str = "echo smtp_tcp_port = 2525 >> /etc/postfix/main.cf";

fn goes_on() -> Result<(), Failed> {
    let subject = subject(POLICY, Mta::Postfix)?;
    let (_tree, job) = job(&subject)?;
    lands(job, PORT)
}

/// `smtp_line_length_limit` is 998.
fn long_lines() -> Result<(), Failed> {
    let subject = subject(POLICY, Mta::Postfix)?;
    let (_tree, job) = job(&subject)?;
    let found = forwarded::long_lines(job, PORT, &[998, 999, 9_000])?;
    let lands = ["998", "999", "9000"].map(|subject| format!("{subject} aunt@isp.test"));
    let wanted = (vec![true, true, true], sorted(lands.to_vec()));
    expect(format!("{found:?}"), format!("{wanted:?}"), "lines")
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}
