//! How Postfix's files are broken, one thing at a time.
//!
//! Not here: what a change means. A mutant may change everything or nothing; the proof and the real
//! Postfix say which.

mod main_cf;
mod master_cf;
mod neutral;
mod planted;
mod restrictions;
mod statements;
mod tables;

use crate::draft::{Files, Mutant};
use crate::envelopes::Seeded;
use crate::settings::settings;
use crate::statements::Names;

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

/// Returns a mutant by lot with statements that the reader knows.
pub(crate) fn together(files: &Files, names: &Names, seeded: &mut Seeded) -> Mutant {
    statements::together(files, names, seeded)
}

/// Returns mutants of a tree that change no decision.
pub(crate) fn neutral(files: &Files) -> Vec<Mutant> {
    neutral::all(files)
}
