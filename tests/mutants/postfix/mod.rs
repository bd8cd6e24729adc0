//! How Postfix's files are broken, one thing at a time.
//!
//! Not here: what a change means. A mutant may change everything or nothing; the proof and the real
//! Postfix say which.

mod main_cf;
mod master_cf;
mod neutral;
mod planted;
mod restrictions;
mod tables;

use crate::draft::{Bench, Files, Mutant};
use crate::words;

const MAIN: &str = "etc/postfix/main.cf";
const MASTER: &str = "etc/postfix/master.cf";
const TABLES: &str = "etc/postfix/";

/// Returns every mutant of a tree.
pub(crate) fn breaks(files: &Files) -> Vec<Mutant> {
    let mut mutants = main_cf::breaks(files);
    mutants.extend(restrictions::breaks(files));
    mutants.extend(master_cf::breaks(files));
    mutants.extend(planted::breaks(files));
    for path in files.keys() {
        mutants.extend(match tables::kind(files, path) {
            Some(kind) => tables::breaks(files, path, kind),
            None if path == MAIN || path == MASTER || path == "MANIFEST" => Vec::new(),
            None => settings(files, path),
        });
    }
    mutants
}

/// Returns mutants of a tree that change no decision.
pub(crate) fn neutral(files: &Files) -> Vec<Mutant> {
    neutral::all(files)
}

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
