//! What targets say about a policy.

use std::sync::Arc;

use miette::{Diagnostic, SourceSpan};

use crate::source::{Loc, Source};

/// A version of an MTA that mailpol does not know.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{version}` is no version of {target} that mailpol knows")]
#[diagnostic(code(mailpol::target::version), help("write one of {known}"))]
pub struct UnknownVersion {
    /// The target.
    pub target: &'static str,
    /// What was written.
    pub version: String,
    /// The known versions, as text.
    pub known: String,
    /// The policy.
    #[source_code]
    pub text: Arc<Source>,
    /// The word.
    #[label(primary, "not known")]
    pub at: SourceSpan,
}

/// A value that the target's files cannot hold.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{target} cannot be told `{value}`")]
#[diagnostic(code(mailpol::target::unsayable), help("{why}"))]
pub struct UnsayableValue {
    /// The target.
    pub target: &'static str,
    /// What was written.
    pub value: String,
    /// What could be written.
    pub why: String,
    /// The policy.
    #[source_code]
    pub text: Arc<Source>,
    /// The word.
    #[label(primary, "this cannot stand in its files")]
    pub at: SourceSpan,
}

/// An address that the target keeps for itself.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{target} keeps `{address}` for itself")]
#[diagnostic(code(mailpol::target::reserved), help("choose another local-part"))]
pub struct ReservedAddress {
    /// The target.
    pub target: &'static str,
    /// The address.
    pub address: String,
    /// The policy.
    #[source_code]
    pub text: Arc<Source>,
    /// Where it is declared.
    #[label(primary, "mail to it would never arrive")]
    pub at: SourceSpan,
}

/// A raw setting that is no setting.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{name}` cannot be set to that in {target}")]
#[diagnostic(code(mailpol::target::setting), help("{why}"))]
pub struct RefusedSetting {
    /// The target.
    pub target: &'static str,
    /// The parameter.
    pub name: String,
    /// What could be written.
    pub why: &'static str,
    /// The policy.
    #[source_code]
    pub text: Arc<Source>,
    /// The word.
    #[label(primary, "this would change more than one setting, or none")]
    pub at: SourceSpan,
}

/// A raw file that cannot stand beside the emitted ones.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{name}` cannot be added to the files of {target}")]
#[diagnostic(code(mailpol::target::file), help("{why}"))]
pub struct RefusedFile {
    /// The target.
    pub target: &'static str,
    /// The file.
    pub name: String,
    /// What could be written.
    pub why: &'static str,
    /// The policy.
    #[source_code]
    pub text: Arc<Source>,
    /// The word.
    #[label(primary, "this name")]
    pub at: SourceSpan,
}

/// A file that could not be written out: a fault of mailpol's own.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{file}` could not be written out: {why}")]
#[diagnostic(
    code(mailpol::internal::template),
    help("this is a fault of mailpol; nothing was written. Please report it with the policy")
)]
pub struct BrokenTemplate {
    /// The template.
    pub file: &'static str,
    /// What went wrong.
    pub why: String,
}

/// A proxy that comes to no listener of the inside, where the MTA believes whoever connects.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{target} cannot be told to believe the proxy `{proxy}` alone")]
#[diagnostic(
    code(mailpol::target::via),
    help(
        "a listener of {target} believes everybody about who the client is, or nobody: bind one \
         to an address of the inside that the proxy reaches ({kind}), as in `listen \"smtp\" {{ on \
         \"{example}\" }}`, and let a firewall keep all others away from it; or name the MTA that \
         the policy is for by `target`, if it is another"
    )
)]
pub struct ProxyEverywhere {
    /// The target.
    pub target: &'static str,
    /// The proxy.
    pub proxy: String,
    /// What addresses these are.
    pub kind: &'static str,
    /// One of them.
    pub example: &'static str,
    /// The policy.
    #[source_code]
    pub text: Arc<Source>,
    /// The word.
    #[label(primary, "no listener is bound to an address of the inside for it")]
    pub at: SourceSpan,
}

impl UnsayableValue {
    /// Returns the error for a value at a place.
    pub(crate) fn new(target: &'static str, value: &str, why: impl Into<String>, at: &Loc) -> Self {
        Self {
            target,
            value: value.to_owned(),
            why: why.into(),
            text: Arc::clone(at.source()),
            at: at.span(),
        }
    }
}
