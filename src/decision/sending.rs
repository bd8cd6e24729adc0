//! What a server says of itself: its name and certificate, the addresses that mail leaves from, the
//! keys that sign it.

use std::net::IpAddr;

use super::{AddressTable, ClientTable, Label};
use crate::source::{Loc, Spanned};

/// What a server says of itself, to clients and to other servers.
#[derive(Debug, Clone)]
pub struct Sending {
    /// What it calls itself: to clients, and with HELO.
    pub names: Vec<Spanned<String>>,
    /// Where mail for foreign destinations leaves from.
    pub egress: Vec<Leaving>,
    /// The files that each way in shows to sessions under TLS: each key before its certificate.
    pub shown: Vec<Vec<Spanned<String>>>,
    /// The keys that sign it.
    pub signing: Vec<Signing>,
    /// Whose mail they sign, at each way out that signs.
    pub signed: Vec<SignedClients>,
}

/// Whose mail is signed.
#[derive(Debug, Clone)]
pub struct SignedClients {
    /// The clients: those that meet a row other than [`Label::ABSENT`]. Without a table whoever
    /// sent it.
    pub clients: Option<ClientTable>,
    /// Whether what logins send is, wherever they are.
    pub logins: bool,
    /// What says so.
    pub at: Loc,
}

/// An address that mail leaves from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Egress {
    /// Any address of the host.
    Host,
    /// This one.
    Address(IpAddr),
    /// Those of another host, which passes it on.
    Smarthost(String),
}

/// From where some of the mail leaves.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// From where.
    pub egress: Egress,
    /// Whose mail: that of the reverse-paths which meet a row other than [`Label::ABSENT`]. Without
    /// a table it may be anybody's.
    pub senders: Option<AddressTable>,
    /// What says so.
    pub at: Loc,
}

impl Leaving {
    /// Returns whether mail from `postmaster` of a domain may leave there.
    pub fn is_of(&self, domain: &str) -> bool {
        self.senders.as_ref().is_none_or(|senders| {
            let row = senders.lookup(Some("postmaster"), Some(domain));
            row.is_some_and(|row| row.label != Label::ABSENT)
        })
    }
}

/// A key that signs mail of a domain.
#[derive(Debug, Clone)]
pub struct Signing {
    /// The domain, in lower case.
    pub domain: String,
    /// The selector, in lower case.
    pub selector: String,
    /// The path of the private key.
    pub key: String,
    /// Whether no mail of the domain leaves without its signature.
    pub always: bool,
    /// What says so.
    pub at: Loc,
}
