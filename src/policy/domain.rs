//! Domains that mail is delivered for, and their recipients.

use std::collections::BTreeMap;

use super::publish::Publish;
use crate::mail::{Address, LocalPart};
use crate::source::{Loc, Spanned};

/// A domain that mail is delivered for.
#[derive(Debug)]
pub struct HostedDomain {
    /// Mailboxes, by local-part. A local-part is a mailbox or an alias, never both.
    pub mailboxes: BTreeMap<LocalPart, Mailbox>,
    /// Aliases, by local-part. Their expansion ends, and ends in mailboxes of ours.
    pub aliases: BTreeMap<LocalPart, Alias>,
    /// Where mail for every other local-part goes: addresses of ours, listed by name.
    pub catch_all: Option<Alias>,
    /// What DNS shall say.
    pub publish: Publish,
    /// Where the node, or the row of its file, stands.
    pub at: Loc,
}

/// A mailbox.
#[derive(Debug)]
pub struct Mailbox {
    /// The login that it belongs to, and whose Unix account keeps its messages. Without one they
    /// are kept in `/var/mail/DOMAIN/BOX`, and nobody authenticates as it.
    pub login: Option<Spanned<String>>,
    /// Where it stands. For a postmaster that nobody declared: the domain.
    pub at: Loc,
}

/// An alias: addresses of ours that mail goes to instead.
#[derive(Debug)]
pub struct Alias {
    /// Mailboxes, aliases, or addresses that a catch-all takes. Never empty.
    pub targets: Vec<Spanned<Address>>,
    /// Where it stands.
    pub at: Loc,
}
