//! What users state about their policy: scenarios, and statements over classes of envelopes.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::decision::{Because, Verdict};
use crate::mail::{Address, Domain, Listener};
use crate::source::{Loc, Spanned};
use crate::spf::SpfResult;

/// One envelope, and the verdict that the user expects.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name: a sentence.
    pub name: Spanned<String>,
    /// The client's address.
    pub client: IpAddr,
    /// The listener; by default `smtp`.
    pub listener: Listener,
    /// Whether under TLS; by default only on `submissions`.
    pub tls: bool,
    /// The login.
    pub login: Option<String>,
    /// The HELO name; by default the client's address literal.
    pub helo: Option<String>,
    /// The text of the reverse-path; empty for the null one.
    pub from: String,
    /// The text of the forward-path.
    pub to: String,
    /// The SPF result of MAIL FROM, if given.
    pub spf: Option<SpfResult>,
    /// The SPF result of HELO, if given.
    pub spf_helo: Option<SpfResult>,
    /// What is expected.
    pub expect: Expectation,
    /// Where the node stands.
    pub at: Loc,
}

/// What a scenario expects.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The verdict.
    pub verdict: Verdict,
    /// The rule, if the user names one.
    pub because: Option<Because>,
    /// Where it stands.
    pub at: Loc,
}

/// A statement that must hold for a class of envelopes.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its name: a sentence.
    pub name: Spanned<String>,
    /// What is stated.
    pub kind: StatementKind,
    /// What it speaks of.
    pub class: Class,
    /// Of that, what it does not speak of: any of these.
    pub except: Vec<Class>,
    /// Where the node stands.
    pub at: Loc,
}

/// A class of envelopes.
#[derive(Debug, Clone)]
pub struct Class {
    /// The client is in one of these prefixes; empty: any client.
    pub clients: Vec<IpNet>,
    /// The listener is one of these; empty: any.
    pub listeners: Vec<Listener>,
    /// TLS or not; none: either.
    pub tls: Option<bool>,
    /// The login.
    pub login: Option<LoginScope>,
    /// The reverse-path is one of these; empty: any.
    pub from: Vec<ReversePathScope>,
    /// The forward-path is one of these; empty: any.
    pub to: Vec<RecipientScope>,
    /// The SPF result of MAIL FROM is one of these; empty: any.
    pub spf: Vec<SpfResult>,
    /// Where the node stands.
    pub at: Loc,
}

impl Statement {
    /// Returns the classes that it names.
    pub fn classes(&self) -> impl Iterator<Item = &Class> {
        std::iter::once(&self.class).chain(&self.except)
    }
}

/// What a statement says of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementKind {
    /// Nothing of it is accepted.
    Forbid,
    /// All of it is accepted.
    Require,
}

/// Logins that a statement speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginScope {
    /// No login at all: `login "none"`... as the word `#null`.
    None,
    /// One of these.
    OneOf(Vec<String>),
}

/// Reverse-paths that a statement speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReversePathScope {
    /// The null reverse-path: the word `null`.
    Null,
    /// Any address in a domain of ours: the word `local`.
    Local,
    /// Any address in no domain of ours: the word `foreign`.
    Foreign,
    /// One address.
    Address(Address),
    /// Every address of a domain.
    Domain(Domain),
    /// Every address of every domain below one.
    Below(Domain),
}

/// Forward-paths that a statement speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RecipientScope {
    /// A recipient that the policy lists: the word `listed`.
    Listed,
    /// In a domain of ours, but no recipient: the word `unlisted`.
    Unlisted,
    /// In no domain of ours: the word `foreign`.
    Foreign,
    /// One address.
    Address(Address),
    /// Every address of a domain.
    Domain(Domain),
    /// Every address of every domain below one.
    Below(Domain),
}

impl StatementKind {
    /// Returns the word for it, the name of its node.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forbid => "forbid",
            Self::Require => "require",
        }
    }
}
