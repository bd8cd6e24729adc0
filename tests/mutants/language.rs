//! The languages that can be broken, by target.

use crate::draft::{Files, Mutant};
use crate::support::job::Mta;
use crate::{exim, postfix};

/// How the files of a target are broken.
pub(crate) struct Language {
    pub(crate) mta: Mta,
    /// Returns every mutant of a tree.
    pub(crate) breaks: fn(&Files) -> Vec<Mutant>,
    /// Returns mutants that change no decision.
    pub(crate) neutral: fn(&Files) -> Vec<Mutant>,
}

/// Every language.
pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        mta: Mta::Postfix,
        breaks: postfix::breaks,
        neutral: postfix::neutral,
    },
    Language {
        mta: Mta::Exim,
        breaks: exim::breaks,
        neutral: exim::neutral,
    },
];
