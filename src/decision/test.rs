//! Tests: what a decider may ask of an envelope.

use std::sync::Arc;

use super::{AddressTable, ClientTable, FormTable, LoginTable, NameTable, OwnerTable};
use crate::source::Loc;

/// The number of a test in its decider's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestId(pub u32);

impl TestId {
    /// Returns the number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A projection of the envelope, looked up in a prepared table.
#[derive(Debug, Clone)]
pub struct Test {
    /// What is asked, in words: `client in network`, `check_sender_access texthash:own-domains`.
    pub name: String,
    /// The projection and its table.
    pub question: Question,
    /// Where the table stands: the place of an answer by absence.
    pub at: Option<Loc>,
}

impl Test {
    /// Returns a test.
    pub fn new(name: impl Into<String>, question: Question, at: Option<Loc>) -> Self {
        Self {
            name: name.into(),
            question,
            at,
        }
    }
}

/// What is looked up where. The set is closed: the prover knows each.
#[derive(Debug, Clone)]
pub enum Question {
    /// The listener. Label: its index in [`crate::mail::Listener::ALL`].
    Listener,
    /// Whether the session is under TLS. Label: 0 or 1.
    Tls,
    /// The client's address.
    Client(ClientTable),
    /// The login. Label: the row's, 0 for a login without a row, [`super::Label::NO_LOGIN`].
    Login(LoginTable),
    /// The HELO name, in lower case.
    Helo(NameTable),
    /// The form of the reverse-path. Label: [`crate::mail::PathForm::index`].
    FromForm,
    /// The form of the reverse-path, gathered into kinds.
    FromKind(FormTable),
    /// The address of the reverse-path. Ask only under forms that have what the table looks at.
    From(AddressTable),
    /// The form of the forward-path. Label: [`crate::mail::PathForm::index`].
    ToForm,
    /// The form of the forward-path, gathered into kinds.
    ToKind(FormTable),
    /// The address of the forward-path. Ask only under forms that have what the table looks at.
    To(AddressTable),
    /// The SPF result of the MAIL FROM identity. Label: its number in RFC 7208 section 2.6.
    SpfFrom,
    /// The SPF result of the HELO identity. Label: its number in RFC 7208 section 2.6.
    SpfHelo,
    /// Whether the login owns the address of the reverse-path. Label: 0 or 1; 0 without login.
    Owner(Arc<OwnerTable>),
    /// Whether the login owns every address of the reverse-path's domain, by the domain's row
    /// alone. For forms that have a domain and no address. Label: 0 or 1; 0 without login.
    OwnerOfDomain(Arc<OwnerTable>),
}

impl Question {
    /// Returns whether addresses are looked for without their extension too.
    pub(crate) fn has_extensions(&self) -> bool {
        match self {
            Self::From(table) | Self::To(table) => table.has_extensions(),
            Self::Owner(table) | Self::OwnerOfDomain(table) => table.has_extensions(),
            Self::Listener
            | Self::Tls
            | Self::Client(_)
            | Self::Login(_)
            | Self::Helo(_)
            | Self::FromForm
            | Self::FromKind(_)
            | Self::ToForm
            | Self::ToKind(_)
            | Self::SpfFrom
            | Self::SpfHelo => false,
        }
    }

    /// Lets a table of addresses answer for those with an extension too.
    pub(crate) fn with_extensions(&mut self) {
        if let Self::From(table) | Self::To(table) = self {
            table.with_extensions();
        }
    }
}
