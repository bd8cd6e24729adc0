//! Where accepted mail ends up, as obligations see it: what can go wrong with its destinations.

use crate::decision::{Decider, Decision, Destination, Label, Route, Verdict};
use crate::mail::{Address, ForwardPath};

/// What can become of mail. Neither: it is refused, or all of it stays here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reach {
    /// Some destination is somebody else's host.
    pub(super) leaves: bool,
    /// Some destination does not exist, or there is none: a bounce will be made.
    pub(super) bounces: bool,
}

impl Reach {
    /// What leaves, and does nothing else.
    pub(super) const LEAVES: Self = Self {
        leaves: true,
        bounces: false,
    };

    /// Returns what can become of mail with these destinations.
    pub(super) fn of(destinations: &[Destination]) -> Self {
        let none = Self {
            leaves: false,
            bounces: destinations.is_empty(),
        };
        destinations.iter().map(Self::one).fold(none, Self::or)
    }

    fn one(destination: &Destination) -> Self {
        match destination {
            Destination::Mailbox { .. } | Destination::Discard => Self::default(),
            Destination::Exchangers(_) | Destination::Hop(_) => Self::LEAVES,
            Destination::Undeliverable => Self {
                leaves: false,
                bounces: true,
            },
        }
    }

    /// Returns what can become of either.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            leaves: self.leaves || other.leaves,
            bounces: self.bounces || other.bounces,
        }
    }

    /// Returns whether all of it stays here.
    pub(super) fn stays(self) -> bool {
        !self.leaves && !self.bounces
    }

    /// Returns the label that stands for it.
    pub(super) fn label(self) -> Label {
        Label(u32::from(self.leaves) | u32::from(self.bounces) << 1)
    }

    /// Returns what a label stands for.
    pub(super) fn of_label(label: Label) -> Self {
        Self {
            leaves: label.0 & 1 != 0,
            bounces: label.0 & 2 != 0,
        }
    }
}

/// Returns what becomes of the mail of one envelope.
pub(super) fn reach(decider: &dyn Decider, decision: &Decision, to: &ForwardPath) -> Reach {
    if decision.verdict == Verdict::Accept {
        Reach::of(&destinations(decider, decision, to))
    } else {
        Reach::default()
    }
}

/// Returns the final destinations of accepted mail.
pub fn destinations(
    decider: &dyn Decider,
    decision: &Decision,
    to: &ForwardPath,
) -> Vec<Destination> {
    let foreign = || match to.domain() {
        Some(domain) => Destination::Exchangers(domain.to_string()),
        // An address literal: the host itself is the next hop.
        None => Destination::Hop(to.text().rsplit('@').next().unwrap_or_default().to_owned()),
    };
    let of = |address: Option<Address>| {
        address
            .map(|to| decider.destinations(&to))
            .unwrap_or_default()
    };
    match &decision.route {
        Route::None => Vec::new(),
        Route::Recipient => of(recipient(to)),
        Route::RecipientAt(domain) => {
            let local = to.local().unwrap_or_else(|| written(to));
            of(Some(Address::new(local, domain.clone())))
        }
        Route::Address(address) => decider.destinations(address),
        Route::Foreign => vec![foreign()],
        Route::Hop(hop) => vec![Destination::Hop(hop.clone())],
    }
}

/// Returns the address that a forward-path says; without a local-part that anybody could have, the
/// one that is written: no key is like it, so it is a catch-all's.
fn recipient(to: &ForwardPath) -> Option<Address> {
    let written = || Some(Address::new(written(to), to.domain()?.clone()));
    to.address().or_else(written)
}

fn written(to: &ForwardPath) -> &str {
    let text = to.text();
    text.rsplit_once('@').map_or(text, |(local, _)| local)
}
