//! Inbound checks, targets, scenarios and statements.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostic::Warning;
use crate::source::Loc;

/// Headers are wanted of a check that is off.
#[derive(Debug, Error, Diagnostic)]
#[error("SPF is not checked, so no header can record it")]
#[diagnostic(
    code(mailpol::spf::header_without_check),
    help("write `spf \"off\"` alone, or `spf \"soft\" header=\"{header}\"`")
)]
pub struct HeaderWithoutCheck {
    /// The word.
    pub header: String,
    /// Where.
    #[source_code]
    #[label(primary, "there is no result to record")]
    pub at: Loc,
}

/// A target that stands twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the target `{name}` stands twice")]
#[diagnostic(
    code(mailpol::target::duplicate),
    help("write everything in the first one, and delete this one")
)]
pub struct TargetDuplicate {
    /// The target.
    pub name: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first declared here")]
    pub first: Loc,
}

/// A raw setting or file that stands twice.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is {verb} twice")]
#[diagnostic(
    code(mailpol::target::duplicate_setting),
    help("delete one of the two")
)]
pub struct SettingDuplicate {
    /// Its name.
    pub name: String,
    /// `set`, or `written`.
    pub verb: &'static str,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first here")]
    pub first: Loc,
}

/// A name that cannot stand for a target, a setting, or a file.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` cannot be the name of a {kind}")]
#[diagnostic(code(mailpol::target::name), help("write {wanted}"))]
pub struct SettingName {
    /// What was written.
    pub name: String,
    /// `target`, `setting`, `file` or `version`.
    pub kind: &'static str,
    /// What may be written.
    pub wanted: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "it could change what is around it")]
    pub at: Loc,
}

/// `submissions` without TLS, which no envelope has.
#[derive(Debug, Error, Diagnostic)]
#[error("`submissions` is always under TLS")]
#[diagnostic(
    code(mailpol::scenario::submissions_tls),
    help("leave `tls` out, or write `listener \"submission\"`")
)]
pub struct SubmissionsTls {
    /// Where.
    #[source_code]
    #[label(primary, "there is no such session")]
    pub at: Loc,
}

/// Logins and `#null` together.
#[derive(Debug, Error, Diagnostic)]
#[error("`login` names logins and none at once")]
#[diagnostic(
    code(mailpol::statement::login),
    help("write `login #null` for clients that have not authenticated, or names only")
)]
pub struct LoginOrNull {
    /// Where.
    #[source_code]
    #[label(primary, "`#null` stands alone")]
    pub at: Loc,
}

/// An exception without words.
#[derive(Debug, Error, Diagnostic)]
#[error("this `except` excepts everything")]
#[diagnostic(
    code(mailpol::statement::exception),
    help("say what is excepted, or leave it out")
)]
pub struct ExceptionEmpty {
    /// Where.
    #[source_code]
    #[label(primary, "nothing is left to speak of")]
    pub at: Loc,
}

/// A text that names no class of addresses.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` names no {kind}")]
#[diagnostic(code(mailpol::statement::scope))]
pub struct ScopeInvalid {
    /// What was written.
    pub text: String,
    /// `senders` or `recipients`.
    pub kind: &'static str,
    /// What to do.
    #[help]
    pub help: Option<String>,
    /// Where.
    #[source_code]
    #[label(primary, "no word, address or domain")]
    pub at: Loc,
}

/// A name in a statement or a scenario that nobody has, and that is meant for another: one edit
/// from one that somebody has, or a word as if for every login.
#[derive(Debug, Error, Diagnostic)]
#[error("`{written}` is no {kind} of this policy")]
#[diagnostic(code(mailpol::statement::misspelt), severity(Warning), help("{help}"))]
pub struct Misspelt {
    /// `login`, `recipient` or `domain`.
    pub kind: &'static str,
    /// What was written.
    pub written: String,
    /// What may be meant.
    pub help: String,
    /// Where.
    #[source_code]
    #[label(primary, "this speaks of nobody that is declared")]
    pub at: Loc,
}

impl Warning for Misspelt {
    fn about(&self) -> Vec<&str> {
        vec![&self.written]
    }
}
