//! What is decided: the verdict, and why, where to, and with which marks.

use std::collections::BTreeSet;
use std::fmt;

use super::{Copies, Hop, TestId};
use crate::mail::{Address, Domain, Reply};
use crate::source::Loc;

/// Accept, defer or reject: a reply of 2yz, 4yz or 5yz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// 2yz: the server answers for the mail from here on.
    Accept,
    /// 4yz: try again.
    Defer,
    /// 5yz: no.
    Reject,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Defer, Self::Reject];

    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Defer => "defer",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The rule that decided, in the order in which a policy asks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Because {
    /// A path that RFC 5321 does not allow.
    BadPath,
    /// What would be granted under TLS, without.
    TlsRequired,
    /// A submission listener, a client that is not authenticated, and what it is not granted.
    AuthRequired,
    /// A stranger claims a reverse-path in one of our domains.
    OwnDomain,
    /// An authenticated client uses a reverse-path that is not its own.
    SenderLimit,
    /// A network whose clients may do only what is granted, and this is not.
    NetworkLimit,
    /// A foreign destination, and nothing allows it.
    RelayDenied,
    /// One of our domains, but no such recipient.
    Unlisted,
    /// The SPF result of the sender.
    Spf,
    /// Accepted: the recipient is ours.
    Listed,
    /// Accepted: a grant covers it.
    Granted,
    /// A rule of a configuration that says nothing of its reason.
    Unstated,
}

impl Because {
    /// All rules, in order.
    pub const ALL: [Self; 12] = [
        Self::BadPath,
        Self::TlsRequired,
        Self::AuthRequired,
        Self::OwnDomain,
        Self::SenderLimit,
        Self::NetworkLimit,
        Self::RelayDenied,
        Self::Unlisted,
        Self::Spf,
        Self::Listed,
        Self::Granted,
        Self::Unstated,
    ];

    /// Returns the word for it, as in scenarios and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::BadPath => "bad-path",
            Self::TlsRequired => "tls-required",
            Self::AuthRequired => "auth-required",
            Self::OwnDomain => "own-domain",
            Self::SenderLimit => "sender-limit",
            Self::NetworkLimit => "network-limit",
            Self::RelayDenied => "relay-denied",
            Self::Unlisted => "unlisted",
            Self::Spf => "spf",
            Self::Listed => "listed",
            Self::Granted => "granted",
            Self::Unstated => "unstated",
        }
    }

    /// Returns the rule of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|because| because.name() == name)
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A header that is recorded on accepted mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Header {
    /// `Received-SPF` (RFC 7208 section 9.1).
    ReceivedSpf,
    /// `Authentication-Results` (RFC 8601).
    AuthenticationResults,
}

impl Header {
    /// Returns the field name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReceivedSpf => "Received-SPF",
            Self::AuthenticationResults => "Authentication-Results",
        }
    }
}

/// The place that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// This place, whatever the envelope.
    Place(Loc),
    /// The row of this test's table that the envelope met; without one, the table itself.
    Row(TestId),
    /// The part with this number of that row, of a table of clients: one of the rights of a
    /// network, say.
    Part(TestId, usize),
}

/// Where accepted mail goes, as a function of the forward-path.
///
/// The destinations of a million recipients are no part of a decision: they are asked with
/// [`super::Decider::destinations`], key by key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// Refused: nowhere.
    None,
    /// To the destinations of the forward-path's address.
    Recipient,
    /// To the destinations of the forward-path's local-part in this domain.
    RecipientAt(Domain),
    /// To the destinations of this address.
    Address(Address),
    /// To the mail exchangers of the forward-path's own domain, or to its address literal.
    Foreign,
    /// To this next hop, whatever the forward-path.
    Hop(Hop),
}

/// A final mailbox or next hop, after all expansion.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// Delivered here.
    Mailbox {
        /// The mailbox's address.
        mailbox: Address,
        /// Where its messages are kept.
        store: Store,
    },
    /// Sent to the mail exchangers of this domain.
    Exchangers(String),
    /// Sent on to this address, which is another than the one it came for.
    Forward {
        /// The address.
        to: Address,
        /// The next hop; without one, the exchangers of its domain.
        via: Option<Hop>,
    },
    /// Sent to this next hop.
    Hop(Hop),
    /// Sent to whatever address the client has written there, if it has written one.
    Chosen(Chooser),
    /// Accepted and thrown away.
    Discard,
    /// Accepted, and then found undeliverable: a bounce will be made.
    Undeliverable,
}

impl Destination {
    /// Returns where mail ends up that has become mail for this address, which leads here: what
    /// leaves the host then is sent on to it.
    #[must_use]
    pub fn of_another(self, address: &Address) -> Self {
        let to = address.clone();
        match self {
            Self::Exchangers(_) => Self::Forward { to, via: None },
            Self::Hop(hop) => Self::Forward { to, via: Some(hop) },
            Self::Mailbox { .. }
            | Self::Forward { .. }
            | Self::Chosen(_)
            | Self::Discard
            | Self::Undeliverable => self,
        }
    }
}

/// What a client writes by which it can choose where its mail goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chooser {
    /// A header of this name.
    Header(String),
    /// The reverse-path.
    ReversePath,
}

impl fmt::Display for Chooser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "its header {name}"),
            Self::ReversePath => f.write_str("its MAIL FROM"),
        }
    }
}

/// Where the messages of a mailbox are kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    /// The Maildir of this Unix account.
    Account(String),
    /// This Maildir, such as `/var/mail/d.example/box`.
    Directory(String),
    /// This file for all messages, or this directory that is no Maildir.
    File(String),
}

/// A verdict and all that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Accept, defer or reject.
    pub verdict: Verdict,
    /// The reply.
    pub reply: Reply,
    /// The rule that decided.
    pub because: Because,
    /// The place that decided.
    pub at: At,
    /// Where the mail goes.
    pub route: Route,
    /// The headers that are recorded.
    pub headers: BTreeSet<Header>,
    /// Who gets a copy of accepted mail.
    pub copies: Copies,
    /// Whether the message gets Message-ID, Date and From where it has none (RFC 6409 section 8):
    /// of refused mail, whether its other recipients' message does by what was asked of this one.
    pub completes: bool,
}

/// Returns where mail for a destination ends up, in words.
pub fn place(destination: &Destination) -> String {
    match destination {
        Destination::Mailbox { mailbox, store } => match store {
            Store::Account(login) => format!("to the account {login}"),
            Store::Directory(_) => format!("to the mailbox {mailbox}"),
            Store::File(path) => format!("to {path}, which is no Maildir"),
        },
        Destination::Exchangers(domain) => format!("out to {domain}"),
        Destination::Forward { to, via: None } => format!("on to {to}"),
        Destination::Forward { to, via: Some(hop) } => format!("on to {to} by the host {hop}"),
        Destination::Hop(hop) => format!("out to the host {hop}"),
        Destination::Chosen(by) => format!("out to whom the client chooses by {by}"),
        Destination::Discard => "thrown away".to_owned(),
        Destination::Undeliverable => "bounces".to_owned(),
    }
}
