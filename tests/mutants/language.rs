//! The languages that can be broken, by target.

use crate::draft::{Files, Mutant};
use crate::{exim, postfix};

/// How the files of a target are broken.
pub(crate) struct Language {
    /// The target's name.
    pub(crate) target: &'static str,
    /// Returns every mutant of a tree.
    pub(crate) breaks: fn(&Files) -> Vec<Mutant>,
    /// Returns mutants that change no decision.
    pub(crate) neutral: fn(&Files) -> Vec<Mutant>,
}

/// Every language.
pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        target: "postfix",
        breaks: postfix::breaks,
        neutral: postfix::neutral,
    },
    Language {
        target: "exim",
        breaks: exim::breaks,
        neutral: exim::neutral,
    },
];
