//! Forwards, on the real Postfix.

use libtest_mimic::Failed;

use crate::Test;
use crate::forwarded::{POLICY, lands};
use crate::machine::{job, subject};
use crate::support::job::Mta;

pub(crate) const TESTS: &[Test] = &[("mail goes on where forwards say", goes_on)];

fn goes_on() -> Result<(), Failed> {
    let subject = subject(POLICY, Mta::Postfix)?;
    let (_tree, job) = job(&subject)?;
    lands(job, "echo smtp_tcp_port = 2525 >> /etc/postfix/main.cf")
}
