//! Where copies of accepted mail go: of all of it, by its sender's domain, or by its recipient's.

use std::collections::{BTreeMap, BTreeSet};

use crate::mail::{Address, Domain};
use crate::source::Spanned;

/// Where copies of accepted mail go. Every address is a mailbox of ours, whose mail goes nowhere
/// else; each stands with the place that says whose mail is meant.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    /// Of all mail.
    pub all: Option<Spanned<Address>>,
    /// By the domain of the reverse-path, which is one of ours.
    pub from: BTreeMap<Domain, Spanned<Address>>,
    /// By the domain of the forward-path, which is one of ours.
    pub to: BTreeMap<Domain, Spanned<Address>>,
}

impl Archive {
    /// Returns whether nothing is copied.
    pub fn is_empty(&self) -> bool {
        self.all.is_none() && self.from.is_empty() && self.to.is_empty()
    }

    /// Returns every mailbox that gets copies.
    pub fn mailboxes(&self) -> BTreeSet<&Address> {
        let named = self.from.values().chain(self.to.values());
        let all = self.all.iter().chain(named);
        all.map(|mailbox| &mailbox.value).collect()
    }
}
