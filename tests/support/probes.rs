//! Which real MTAs have to be here, and what happens to their tests if they are not.

use std::env;
use std::io::{self, Write};
use std::path::Path;

use libtest_mimic::Trial;

use super::{Context, Failure, Result, namespace};

/// Names the MTAs whose absence is a failure: `postfix,exim`.
const REQUIRED: &str = "MAILPOL_REQUIRE_PROBES";
/// What the Postfix runs need besides Debian's base.
const POSTFIX_PROGRAMS: &[&str] = &[
    "/usr/sbin/postfix",
    "/usr/lib/postfix/postfix-lmdb.so",
    "/usr/lib/postfix/postfix-pcre.so",
    "/usr/sbin/saslauthd",
    "/usr/sbin/dnsmasq",
    "/usr/bin/policyd-spf",
    "/usr/bin/openssl",
    "/usr/bin/unshare",
];

/// Lets trials with the real Postfix run if it can; else skips them loudly, or fails them.
pub(crate) fn gate(trials: Vec<Trial>) -> Vec<Trial> {
    let Err(why) = ready() else {
        return trials;
    };
    let required = env::var(REQUIRED).unwrap_or_default();
    if required.split(',').any(|name| name.trim() == "postfix") {
        let failing = |trial: Trial| {
            let why = format!("{REQUIRED} names postfix, which cannot run here: {why}");
            Trial::test(trial.name(), move || Err(why.into()))
        };
        return trials.into_iter().map(failing).collect();
    }
    let skipped = trials.len();
    // If even stderr is gone, nobody is there to be told.
    let _told = writeln!(
        io::stderr(),
        "\n*** SKIPPED: {skipped} tests with the real Postfix ***\n*** {why}\n\
         *** `tests/run`, as root on Debian 12, installs what is missing.\n"
    );
    trials
        .into_iter()
        .map(|trial| trial.with_ignored_flag(true))
        .collect()
}

fn ready() -> Result<()> {
    for program in POSTFIX_PROGRAMS {
        if !Path::new(program).exists() {
            return Err(Failure::new(format!("{program} is not installed")));
        }
    }
    namespace::try_out().context("there can be no throw-away machine")
}
