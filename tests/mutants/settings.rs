//! Files of settings beside those of the MTA, which both targets have.

use crate::draft::{Bench, Files, Mutant};
use crate::words;

/// Breaks a file of `name = value` or `name: value` lines: of policyd-spf, SASL, saslauthd.
pub(crate) fn settings(files: &Files, path: &str) -> Vec<Mutant> {
    let mut bench = Bench::new(files, path);
    bench.remove_file();
    for line in words::lines(bench.text, 0..bench.text.len()) {
        let whole = &bench.text[line.clone()];
        if words::is_silent(whole) {
            continue;
        }
        bench.replace("delete", &line, "");
        bench.replace("duplicate", &line, whole.repeat(2));
        let Some(sign) = whole.find(['=', ':']) else {
            continue;
        };
        let value = words::trimmed(bench.text, &(line.start + sign + 1..line.end));
        bench.replace("empty", &value, "");
        words::switch(&mut bench, &value);
        for other in SETTINGS {
            bench.replace("another value", &value, *other);
        }
        for item in words::items(bench.text, &value) {
            words::prefix(&mut bench, &item);
            words::domains(&mut bench, &item);
            bench.replace("delete a word", &item, "");
        }
        if bench.text[value.clone()].contains('/') {
            for added in ["203.0.113.0/24", "0.0.0.0/0", "::/0", "2001:db8::/32"] {
                bench.insert("add a word", value.end, format!(",{added}"));
            }
        }
        for other in words::lines(bench.text, 0..bench.text.len()) {
            if other.start > line.start && !words::is_silent(&bench.text[other.clone()]) {
                bench.swap("swap", &line, &other);
                break;
            }
        }
    }
    bench.finish()
}

/// Values that some setting of these files knows.
const SETTINGS: &[&str] = &[
    "Fail",
    "Softfail",
    "SPF_Not_Pass",
    "Null",
    "No_Check",
    "AR",
    "SPF",
    "0",
    "5",
    "192.0.2.0/24",
    "auxprop",
    "PLAIN LOGIN CRAM-MD5",
    "\"pam\"",
    "\"sasldb\"",
];
