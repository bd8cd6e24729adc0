//! What the reader has to say about files that it cannot judge, or that Postfix would not run with.
//!
//! Every one is an error: what is not understood is never harmless.

use std::sync::Arc;

use miette::{Diagnostic, SourceSpan};

use crate::source::{Loc, Source};
use crate::syntax::suggest;
use crate::target::Artifacts;

/// A parameter, or a value of it, that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot judge `{name}`: {reason}")]
#[diagnostic(code(mailpol::target::unjudged_parameter))]
pub(crate) struct UnjudgedParameter {
    name: String,
    reason: String,
    /// What stands at the place.
    said: &'static str,
    #[help]
    help: String,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "{said}")]
    at: SourceSpan,
}

impl UnjudgedParameter {
    /// A place without words is the start of the file: the parameter has its default.
    pub(super) fn new(name: &str, reason: impl Into<String>, at: &Loc) -> Self {
        let (said, help) = if at.words().is_empty() {
            ("not set, here or in master.cf", "set it")
        } else {
            ("set here", "take the setting out, or set it to its default")
        };
        Self {
            name: name.to_owned(),
            reason: reason.into(),
            said,
            help: help.to_owned(),
            text: Arc::clone(at.source()),
            at: at.span(),
        }
    }
}

impl UnjudgedParameter {
    /// Returns the error for a name that no parameter of Postfix has.
    pub(super) fn unknown(name: &str, known: &[&str], at: &Loc) -> Self {
        let reason = "Postfix has no parameter of this name, and no value names it";
        let new = Self::new(name, reason, at);
        let nearest = suggest::nearest(name, known);
        Self {
            help: nearest.map_or(new.help, |nearest| format!("did you mean `{nearest}`?")),
            ..new
        }
    }
}

/// A restriction of smtpd(8) that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot judge the restriction `{name}`: {reason}")]
#[diagnostic(code(mailpol::target::unjudged_restriction))]
pub(crate) struct UnjudgedRestriction {
    name: String,
    reason: String,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "this one")]
    at: SourceSpan,
}

/// A lookup table, or a row of one, that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot judge the table `{name}`: {reason}")]
#[diagnostic(code(mailpol::target::unjudged_table))]
pub(crate) struct UnjudgedTable {
    name: String,
    reason: String,
    #[help]
    help: &'static str,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "here")]
    at: SourceSpan,
}

/// A service of master.cf that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot judge the service `{name}`: {reason}")]
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

/// A file of the tree without which Postfix does not start.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the file `{path}` {fault}")]
#[diagnostic(code(mailpol::target::missing_root))]
pub(crate) struct MissingRoot {
    path: String,
    fault: String,
}

/// Text that Postfix does not read, or does not run with.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("Postfix does not run with this: {reason}")]
#[diagnostic(code(mailpol::target::syntax))]
pub(crate) struct Syntax {
    reason: String,
    #[source_code]
    text: Arc<Source>,
    #[label(primary, "here")]
    at: SourceSpan,
}

/// A version of Postfix that the model does not hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("mailpol cannot read the files of Postfix {version}")]
#[diagnostic(
    code(mailpol::target::unjudged_version),
    help("the model holds for Postfix 3.7 and newer")
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

named!(UnjudgedRestriction, UnjudgedService);

impl UnjudgedTable {
    pub(super) fn new(name: &str, reason: impl Into<String>, at: &Loc) -> Self {
        Self {
            name: name.to_owned(),
            reason: reason.into(),
            help: "use `texthash:`, `hash:`, `lmdb:`, `cidr:`, `inline:` or `static:`",
            text: Arc::clone(at.source()),
            at: at.span(),
        }
    }

    /// Returns what is wrong with a second row of a key.
    pub(super) fn twice(key: &str, at: &Loc) -> Self {
        let reason = "this key stands twice: Postfix refuses the whole `texthash:` table";
        Self {
            help: "write one row with all that the key stands for",
            ..Self::new(key, reason, at)
        }
    }
}
