//! Domains that mail is delivered for, and their recipients.

use super::Sorted;
use super::publish::Publish;
use crate::mail::{Address, LocalPart, Short};
use crate::source::{Loc, Spanned};

/// A domain that mail is delivered for.
#[derive(Debug)]
pub struct HostedDomain {
    /// The route of its mailboxes that name none; of some policy's routes.
    pub via: Option<Box<Spanned<String>>>,
    /// Mailboxes, by local-part. A local-part is a mailbox, an alias or a forward; only a forward
    /// that keeps a copy has a mailbox beside it.
    pub mailboxes: Sorted<LocalPart, Mailbox>,
    /// Aliases, by local-part. Their expansion ends, and ends in mailboxes and forwards of ours.
    pub aliases: Sorted<LocalPart, Alias>,
    /// Forwards, by local-part.
    pub forwards: Sorted<LocalPart, Forward>,
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
    pub login: Option<Spanned<Short>>,
    /// The name of the route that its mail goes by, its own or its domain's. Without one it is
    /// kept here.
    pub via: Option<Box<Spanned<String>>>,
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

/// A forward: addresses of others that mail goes on to. Its envelope sender stays.
#[derive(Debug)]
pub struct Forward {
    /// Addresses in domains that are not ours. Never empty.
    pub targets: Vec<Spanned<Address>>,
    /// Whether the mailbox of the same local-part keeps a copy; it is there then.
    pub keep: bool,
    /// Where it stands.
    pub at: Loc,
}
