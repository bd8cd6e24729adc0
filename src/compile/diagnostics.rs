//! What only the whole line can tell.

use miette::Diagnostic;

use crate::source::Loc;

/// Options for a target that is none.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("there is no target `{name}`")]
#[diagnostic(code(mailpol::target::unknown), help("write {known}"))]
pub struct UnknownTarget {
    /// What was written.
    pub name: String,
    /// The targets, as text.
    pub known: String,
    /// Where.
    #[source_code]
    #[label(primary, "no MTA that mailpol writes files for")]
    pub at: Loc,
}

/// The files are not what the policy means, and no raw setting is the reason: our mistake.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error(
    "mailpol made files for {target} that do not mean what the policy means; nothing was written"
)]
#[diagnostic(
    code(mailpol::internal::divergence),
    help(
        "this is a bug of mailpol, not of your policy: please send us the policy and this output"
    )
)]
pub struct Divergence {
    /// The target.
    pub target: String,
}

/// A file that the MTA reads is there, and mailpol cannot read it.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the file `{path}` {fault}")]
#[diagnostic(
    code(mailpol::target::missing_file),
    help("the MTA reads this file: what it says cannot be proved")
)]
pub struct Unreadable {
    /// The path below the server's root.
    pub path: String,
    /// What is wrong with it.
    pub fault: String,
}

/// A file in a built tree that no build made.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{path}` is no part of what was built")]
#[diagnostic(
    code(mailpol::target::stray_file),
    severity(Warning),
    help("whoever copies the tree installs it: move it elsewhere")
)]
pub struct StrayFile {
    /// The path.
    pub path: String,
}

/// A scenario of the policy does not come out as its author expects.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the scenario `{name}` comes out otherwise: {found}")]
#[diagnostic(
    code(mailpol::scenario::unexpected),
    help("{decided} decides: change that, or what the scenario expects")
)]
pub struct Unexpected {
    /// The scenario's sentence.
    pub name: String,
    /// What comes out.
    pub found: String,
    /// What decides it: a place.
    pub decided: String,
    /// The expectation.
    #[source_code]
    #[label(primary, "expected")]
    pub at: Loc,
}
