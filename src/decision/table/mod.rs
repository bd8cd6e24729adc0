//! Prepared tables: what a projection is looked up in.
//!
//! A table maps keys to rows; a row is a label and a place. Labels are few; keys may be a million.
//! INVARIANT: no answer depends on the order of a hash map.

mod address;
mod by_address;
mod client;
mod form;
mod key_map;
mod login;
mod name;
mod owner;

pub(crate) use address::OfDomain;
pub use address::{AddressKey, AddressTable};
pub(crate) use by_address::{AddressMap, Within};
pub use client::ClientTable;
pub use form::FormTable;
pub(crate) use key_map::{KeyMap, Probe, lower};
pub use login::LoginTable;
pub use name::NameTable;
pub use owner::OwnerTable;
pub(crate) use owner::OwnersOfDomain;

use crate::source::Loc;

/// The answer of a test. What a number means is the decider's own affair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Label(pub u32);

impl Label {
    /// No row.
    pub const ABSENT: Self = Self(0);
    /// The answer of a login test for a client that has given none.
    pub const NO_LOGIN: Self = Self(u32::MAX);
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The answer.
    pub label: Label,
    /// Where the row was written.
    pub at: Loc,
}

impl Row {
    /// Returns a row.
    pub fn new(label: Label, at: Loc) -> Self {
        Self { label, at }
    }
}
