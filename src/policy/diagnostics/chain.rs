//! Complaints about where chains of aliases lead.

use miette::Diagnostic;
use thiserror::Error;

use crate::source::Loc;

/// Aliases that lead to themselves.
#[derive(Debug, Error, Diagnostic)]
#[error("`{alias}` leads back to itself")]
#[diagnostic(
    code(mailpol::alias::cycle),
    help("the way is {cycle}: let one of them lead to a mailbox")
)]
pub struct AliasLoop {
    /// The first of them.
    pub alias: String,
    /// All of them.
    pub cycle: String,
    /// Where.
    #[source_code]
    #[label(primary, "this closes the circle")]
    pub at: Loc,
}

/// A long chain of aliases.
#[derive(Debug, Error, Diagnostic)]
#[error("`{alias}` leads to a mailbox over more than {depth_max} aliases")]
#[diagnostic(
    code(mailpol::alias::depth),
    help("let it lead to the mailbox directly")
)]
pub struct AliasDepth {
    /// The alias.
    pub alias: String,
    /// The longest chain.
    pub depth_max: usize,
    /// Where.
    #[source_code]
    #[label(primary, "the chain begins here")]
    pub at: Loc,
}

/// An alias that leads to very many.
#[derive(Debug, Error, Diagnostic)]
#[error("`{alias}` leads to {recipients} recipients; at most {recipients_max} are allowed")]
#[diagnostic(
    code(mailpol::alias::many),
    help(
        "let it lead to fewer: who is come to by several of its targets counts as often; longer \
         lists are for a mailing list manager"
    )
)]
pub struct AliasMany {
    /// The alias.
    pub alias: String,
    /// How many it leads to.
    pub recipients: usize,
    /// The most.
    pub recipients_max: usize,
    /// Where.
    #[source_code]
    #[label(primary, "one message would become that many")]
    pub at: Loc,
}

/// Aliases that lead to very many, all together.
#[derive(Debug, Error, Diagnostic)]
#[error("the aliases lead to more than {total_max} recipients, all together")]
#[diagnostic(
    code(mailpol::alias::total),
    help(
        "let fewer aliases lead to long lists: each counts all that it leads to, but for those \
         that lead to 100 mailboxes at most, and to no alias"
    )
)]
pub struct AliasTotal {
    /// The one that leads to most.
    pub alias: String,
    /// How many those are.
    pub recipients: usize,
    /// The most of all.
    pub total_max: usize,
    /// Where.
    #[source_code]
    #[label(primary, "most has `{alias}`: {recipients}")]
    pub at: Loc,
}
