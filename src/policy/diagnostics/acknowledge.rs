//! Acknowledged warnings.

use miette::Diagnostic;
use thiserror::Error;

use crate::source::Loc;

/// A code that no diagnostic has.
#[derive(Debug, Error, Diagnostic)]
#[error("no warning has the code `{code}`")]
#[diagnostic(code(mailpol::acknowledge::unknown))]
pub struct AcknowledgeUnknown {
    /// What was written.
    pub code: String,
    /// What may have been meant.
    #[help]
    pub help: Option<String>,
    /// Where.
    #[source_code]
    #[label(primary, "the code stands above each warning")]
    pub at: Loc,
}

/// A code that is not that of a warning about the policy.
#[derive(Debug, Error, Diagnostic)]
#[error("`{code}` cannot be acknowledged")]
#[diagnostic(
    code(mailpol::acknowledge::error),
    help("mend what it speaks of: `mailpol explain {code}` says how")
)]
pub struct AcknowledgeError {
    /// The code.
    pub code: String,
    /// Where.
    #[source_code]
    #[label(primary, "nothing is put aside but warnings")]
    pub at: Loc,
}

/// A word that puts no warning aside.
#[derive(Debug, Error, Diagnostic)]
#[error("no warning `{code}` is about `{word}`")]
#[diagnostic(
    code(mailpol::acknowledge::unused),
    severity(Warning),
    help("delete it; a warning that comes one day should be seen")
)]
pub struct AcknowledgeUnused {
    /// The code.
    pub code: String,
    /// The word.
    pub word: String,
    /// Where.
    #[source_code]
    #[label(primary, "this acknowledges nothing")]
    pub at: Loc,
}
