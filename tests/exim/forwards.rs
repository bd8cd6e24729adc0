//! Forwards, on the real Exim.

use libtest_mimic::Failed;

use crate::Test;
use crate::forwarded::{POLICY, lands};
use crate::run;

pub(crate) const TESTS: &[Test] = &[("mail goes on where forwards say", goes_on)];

/// Makes mail leave for port 2525.
pub(crate) const PORT: &str =
    "sed -i 's/^  driver = smtp$/&\\n  port = 2525/' /etc/exim4/exim4.conf";

fn goes_on() -> Result<(), Failed> {
    let (_tree, job) = run::job(&run::read(POLICY)?)?;
    lands(job, PORT)
}
