//! Which real MTAs have to be here, and what happens to their tests if they are not.

use std::env;
use std::io::{self, Write};
use std::path::Path;

use libtest_mimic::Trial;

use super::job::Mta;
use super::{Context, Failure, Result, namespace};

/// Names the MTAs whose absence is a failure: `postfix,exim`.
const REQUIRED: &str = "MAILPOL_REQUIRE_PROBES";
/// The real Exim, as `tests/setup.d` unpacks it.
pub(crate) const EXIM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/exim/usr/sbin/exim4");
/// What all runs need besides Debian's base.
const PROGRAMS: &[&str] = &[
    "/usr/sbin/saslauthd",
    "/usr/sbin/dnsmasq",
    "/usr/bin/openssl",
    "/usr/bin/unshare",
];
const POSTFIX_PROGRAMS: &[&str] = &[
    "/usr/sbin/postfix",
    "/usr/lib/postfix/postfix-lmdb.so",
    "/usr/lib/postfix/postfix-pcre.so",
    "/usr/bin/policyd-spf",
];
const EXIM_PROGRAMS: &[&str] = &[EXIM, "/usr/bin/cdb"];

/// Lets trials with the real Postfix run if it can; else skips them loudly, or fails them.
pub(crate) fn gate(trials: Vec<Trial>) -> Vec<Trial> {
    gate_for(Mta::Postfix, trials)
}

/// Lets trials with this MTA run if it can; else skips them loudly, or fails them.
pub(crate) fn gate_for(mta: Mta, trials: Vec<Trial>) -> Vec<Trial> {
    let Err(why) = ready(mta) else {
        return trials;
    };
    let wanted = mta.name();
    let required = env::var(REQUIRED).unwrap_or_default();
    if required.split(',').any(|name| name.trim() == wanted) {
        let failing = |trial: Trial| {
            let why = format!("{REQUIRED} names {wanted}, which cannot run here: {why}");
            Trial::test(trial.name(), move || Err(why.into()))
        };
        return trials.into_iter().map(failing).collect();
    }
    let skipped = trials.len();
    // If even stderr is gone, nobody is there to be told.
    let _told = writeln!(
        io::stderr(),
        "\n*** SKIPPED: {skipped} tests with the real {wanted} ***\n*** {why}\n\
         *** `tests/run`, as root on Debian 12, installs what is missing.\n"
    );
    trials
        .into_iter()
        .map(|trial| trial.with_ignored_flag(true))
        .collect()
}

fn ready(mta: Mta) -> Result<()> {
    let own = match mta {
        Mta::Postfix => POSTFIX_PROGRAMS,
        Mta::Exim => EXIM_PROGRAMS,
    };
    for program in PROGRAMS.iter().chain(own) {
        if !Path::new(program).exists() {
            return Err(Failure::new(format!("{program} is not installed")));
        }
    }
    namespace::try_out().context("there can be no throw-away machine")
}
