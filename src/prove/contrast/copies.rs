//! The copies that are made of a message, by where each of them is kept or sent.

use std::collections::BTreeMap;

use crate::decision::{Destination, Store};

/// Where a copy is kept or sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CopyAt<'d> {
    /// In the Maildir of this account: it is one, whichever of its mailboxes the copy is for.
    Account(&'d str),
    /// There.
    At(&'d Destination),
}

/// Returns how many copies destinations make at each place.
pub(crate) fn copies(destinations: &[Destination]) -> BTreeMap<CopyAt<'_>, usize> {
    let mut copies = BTreeMap::new();
    for destination in destinations {
        let at = if let Destination::Mailbox {
            store: Store::Account(login),
            ..
        } = destination
        {
            CopyAt::Account(login)
        } else {
            CopyAt::At(destination)
        };
        *copies.entry(at).or_default() += 1;
    }
    copies
}

/// Returns whether as many copies are made at the same places.
pub(super) fn same_copies(a: &[Destination], b: &[Destination]) -> bool {
    a == b || copies(a) == copies(b)
}

#[cfg(test)]
mod tests {
    use super::same_copies;
    use crate::decision::{Destination, Store};
    use crate::mail::{Address, Domain};

    fn kept(local: &str, login: Option<&str>) -> Destination {
        let store = match login {
            Some(login) => Store::Account(login.to_owned()),
            None => Store::Directory(format!("/var/mail/one.example/{local}")),
        };
        Destination::Mailbox {
            mailbox: Address::new(local, Domain::literal("one.example")),
            store,
        }
    }

    #[test]
    fn copies_are_the_same_in_the_same_accounts() {
        let two = |a, b| [kept("a", Some(a)), kept("b", Some(b))];
        assert!(same_copies(&two("ann", "bob"), &two("bob", "ann")));
        assert!(!same_copies(&two("ann", "bob"), &two("ann", "ann")));
        assert!(!same_copies(&two("ann", "ann"), &[kept("a", Some("ann"))]));
        assert!(!same_copies(&[kept("a", None)], &[kept("b", None)]));
        assert!(!same_copies(&[kept("a", None)], &[kept("a", Some("a"))]));
    }
}
