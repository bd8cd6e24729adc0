//! The languages that can be broken, by target.

use crate::draft::{Files, Mutant};
use crate::envelopes::Seeded;
use crate::statements::Names;
use crate::support::job::Mta;
use crate::{exim, postfix};

/// How the files of a target are broken.
pub(crate) struct Language {
    pub(crate) mta: Mta,
    /// Returns every mutant of a tree.
    pub(crate) breaks: fn(&Files) -> Vec<Mutant>,
    /// Returns mutants that change no decision.
    pub(crate) neutral: fn(&Files) -> Vec<Mutant>,
    /// Returns a mutant by lot with statements that the reader knows.
    pub(crate) together: fn(&Files, &Names, &mut Seeded) -> Mutant,
}

/// Every language.
pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        mta: Mta::Postfix,
        breaks: postfix::breaks,
        neutral: postfix::neutral,
        together: postfix::together,
    },
    Language {
        mta: Mta::Exim,
        breaks: exim::breaks,
        neutral: exim::neutral,
        together: exim::together,
    },
];
