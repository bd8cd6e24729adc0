//! `etc/default/exim4`: how Debian starts the daemon. Options of the command line count before
//! whatever the configuration says.

use crate::draft::{Bench, Files, Mutant};
use crate::settings::settings;
use crate::words;

pub(super) const FILE: &str = "etc/default/exim4";

/// Breaks the file as one of settings, and gives each variable what some variable of it knows.
pub(super) fn breaks(files: &Files) -> Vec<Mutant> {
    let mut mutants = settings(files, FILE);
    let mut bench = Bench::new(files, FILE);
    for line in words::lines(bench.text, 0..bench.text.len()) {
        let whole = &bench.text[line.clone()];
        let Some(sign) = whole.find('=').filter(|_| !words::is_silent(whole)) else {
            continue;
        };
        bench.insert("comment out", line.start, "# ");
        bench.insert("change a name", line.start, "X");
        let value = words::trimmed(bench.text, &(line.start + sign + 1..line.end));
        for other in VALUES {
            bench.replace("another value", &value, format!("'{other}'"));
        }
        // What the shell makes of a word that is in no quotes, or in others.
        let bare = bench.text[value.clone()].trim_matches('\'').to_owned();
        bench.replace("other quotes", &value, bare.as_str());
        bench.replace("other quotes", &value, format!("\"{bare}\""));
        bench.replace("other quotes", &value, format!("'{bare}"));
        bench.insert("a second word", value.end, " QFLAGS='-oX 2525'");
        bench.insert("a second word", value.end, "; QUEUERUNNER=no");
    }
    for line in LINES {
        for at in [0, bench.text.len()] {
            bench.insert("add a line", at, format!("{line}\n"));
        }
    }
    mutants.extend(bench.finish());
    mutants
}

/// What starts a daemon in some way, or makes it do something else.
const VALUES: &[&str] = &[
    "combined",
    "separate",
    "queueonly",
    "ppp",
    "nodaemon",
    "no",
    "Combined",
    "0",
    "0m",
    "1s",
    "59m",
    "60m",
    "61m",
    "1h",
    "1d",
    "-oX 2525",
    "-oX 25:587:465:2525",
    "-oX 127.0.0.1::25",
    "-oX 587",
    "-oP /run/exim4/other.pid",
    "-C /etc/exim4/other.conf",
    "-DOPEN=yes",
    "-odq",
    "-qff",
    "-q30m",
    "-bh 10.0.0.1",
    "-tls-on-connect",
    "-v",
];

const LINES: &[&str] = &[
    "SMTPLISTENEROPTIONS='-oX 2525'",
    "SMTPLISTENEROPTIONS=\"-oX 25:587:465:2525 -oP /run/exim4/exim.pid\"",
    "COMMONOPTIONS='-C /etc/exim4/other.conf'",
    "COMMONOPTIONS='-DOPEN=yes'",
    "QUEUERUNNEROPTIONS='-odq'",
    "QFLAGS='ff'",
    "QUEUERUNNER='nodaemon'",
    "QUEUERUNNER='queueonly'",
    "QUEUERUNNER='separate'",
    "QUEUEINTERVAL='2h'",
    "QUEUEINTERVAL='10m'",
    "EX4DEF_VERSION='4.96'",
    "export COMMONOPTIONS",
    ". /etc/default/other",
    "UPEX4OPTS='--verbose'",
    "PATH='/tmp'",
    "exit 0",
];
