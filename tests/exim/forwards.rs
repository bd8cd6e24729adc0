//! Forwards, on the real Exim.

use libtest_mimic::Failed;

use crate::Test;
use crate::forwarded::{self, POLICY, lands};
use crate::run;

pub(crate) const TESTS: &[Test] = &[
    ("mail goes on where forwards say", goes_on),
    ("a line that is too long is refused", long_lines),
    ("one that is not refused comes back", comes_back),
];

/// Makes mail leave for port 2525.
pub(crate) const PORT: &str =
    "sed -i 's/^  driver = smtp$/&\\n  port = 2525/' /etc/exim4/exim4.conf";

fn goes_on() -> Result<(), Failed> {
    let (_tree, job) = run::job(&run::read(POLICY)?)?;
    lands(job, PORT)
}

fn long_lines() -> Result<(), Failed> {
    let (_tree, job) = run::job(&run::read(POLICY)?)?;
    let found = forwarded::long_lines(job, PORT, &[998, 999, 9_000])?;
    let lands = vec!["998 aunt@isp.test".to_owned()];
    expect(&found, &(vec![true, false, false], lands))
}

/// What the reader says of files that do not refuse it.
fn comes_back() -> Result<(), Failed> {
    let (_tree, mut job) = run::job(&run::read(POLICY)?)?;
    let more = "sed -i 's/{.max_received_linelength}{998}/{$max_received_linelength}{4096}/' \
                /etc/exim4/exim4.conf";
    job.scene.commands.push(more.to_owned());
    let (taken, landed) = forwarded::long_lines(job, PORT, &[998, 999])?;
    let bounces = landed
        .iter()
        .filter(|one| one.ends_with(" victim@lab.test"));
    expect(
        &(taken, vec![bounces.count().to_string()]),
        &(vec![true, true], vec!["1".to_owned()]),
    )
}

type Found = (Vec<bool>, Vec<String>);

fn expect(found: &Found, wanted: &Found) -> Result<(), Failed> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("wanted {wanted:?}, found {found:?}").into())
}
