//! What the reader has to say about files that it cannot judge, or that Exim would not run with.
//!
//! Every one is an error: what is not understood is never harmless.

use std::sync::Arc;

use miette::{Diagnostic, SourceSpan};

use crate::source::{Loc, Source};
use crate::target::Artifacts;

/// An option, or a value of it, that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot judge `{name}`: {reason}")]
#[diagnostic(code(mailpol::target::unjudged_parameter))]
pub(crate) struct UnjudgedParameter {
    name: String,
    reason: String,
    #[help]
    help: String,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "set here")]
    at: SourceSpan,
}

/// A condition, a modifier, an expansion or a list item that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot judge `{name}`: {reason}")]
#[diagnostic(code(mailpol::target::unjudged_restriction))]
pub(crate) struct UnjudgedRestriction {
    name: String,
    reason: String,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "this one")]
    at: SourceSpan,
}

/// A lookup, or a row of its file, that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot judge the table `{name}`: {reason}")]
#[diagnostic(
    code(mailpol::target::unjudged_table),
    help("use `lsearch`, `cdb`, `iplsearch` or `net-lsearch` with a file of the tree")
)]
pub(crate) struct UnjudgedTable {
    name: String,
    reason: String,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "here")]
    at: SourceSpan,
}

/// A router, a transport or an authenticator that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot judge `{name}`: {reason}")]
#[diagnostic(code(mailpol::target::unjudged_service))]
pub(crate) struct UnjudgedService {
    name: String,
    reason: String,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "here")]
    at: SourceSpan,
}

/// A file that another file names, and that is not there, or is no text.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the file `{path}` {fault}")]
#[diagnostic(
    code(mailpol::target::missing_file),
    help("add the file to the tree, or take out what names it")
)]
pub(crate) struct MissingFile {
    path: String,
    fault: String,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "named here")]
    at: SourceSpan,
}

/// A file of the tree without which Exim does not start.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the file `{path}` {fault}")]
#[diagnostic(code(mailpol::target::missing_root))]
pub(crate) struct MissingRoot {
    path: String,
    fault: String,
}

/// Text that Exim does not read, or does not run with.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("Exim does not run with this: {reason}")]
#[diagnostic(code(mailpol::target::syntax))]
pub(crate) struct Syntax {
    reason: String,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "here")]
    at: SourceSpan,
}

/// A version of Exim that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot read the files of Exim {version}")]
#[diagnostic(
    code(mailpol::target::unjudged_version),
    help("the model holds for Exim 4.96 and newer")
)]
pub(crate) struct UnjudgedVersion {
    version: String,
}

impl UnjudgedVersion {
    pub(super) fn new((major, minor, patch): (u16, u16, u16)) -> Self {
        Self {
            version: format!("{major}.{minor}.{patch}"),
        }
    }
}

impl MissingRoot {
    pub(super) fn new(path: &str, artifacts: &Artifacts) -> Self {
        Self {
            path: path.to_owned(),
            fault: artifacts.fault(path),
        }
    }
}

impl MissingFile {
    pub(super) fn new(path: &str, artifacts: &Artifacts, at: &Loc) -> Self {
        Self {
            path: path.to_owned(),
            fault: artifacts.fault(path),
            text: Arc::clone(at.source()),
            at: at.span(),
        }
    }
}

impl Syntax {
    pub(super) fn new(reason: impl Into<String>, at: &Loc) -> Self {
        Self {
            reason: reason.into(),
            text: Arc::clone(at.source()),
            at: at.span(),
        }
    }
}

impl UnjudgedParameter {
    pub(super) fn new(name: &str, reason: impl Into<String>, at: &Loc) -> Self {
        Self {
            name: name.to_owned(),
            reason: reason.into(),
            help: "take the setting out, or set it to its default".to_owned(),
            text: Arc::clone(at.source()),
            at: at.span(),
        }
    }

    /// Returns the error with the name that may be meant.
    pub(super) fn meant(self, name: &str) -> Self {
        let help = format!("did you mean `{name}`?");
        Self { help, ..self }
    }
}

macro_rules! named {
    ($($kind:ident),*) => {$(
        impl $kind {
            pub(super) fn new(name: &str, reason: impl Into<String>, at: &Loc) -> Self {
                Self {
                    name: name.to_owned(),
                    reason: reason.into(),
                    text: Arc::clone(at.source()),
                    at: at.span(),
                }
            }
        }
    )*};
}

named!(UnjudgedRestriction, UnjudgedTable, UnjudgedService);
