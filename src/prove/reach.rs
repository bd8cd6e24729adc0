//! Where accepted mail ends up, as obligations see it: what can go wrong with its destinations.

use super::declared::Forwards;
use super::fork::Concrete;
use crate::decision::{Decider, Decision, Destination, Envelope, Hop, Route, Verdict};
use crate::mail::{Address, ForwardPath};

/// What can become of mail. None of it: it is refused, or all of it stays here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Reach {
    /// Some destination is somebody else's, and no forward of the policy names it; or some is
    /// behind a host that no route of the policy leads it to.
    pub(super) leaves: bool,
    /// The same, or the destination is none that the recipient leads to.
    pub(super) strays: bool,
    /// Some destination does not exist, or there is none: a bounce will be made.
    pub(super) bounces: bool,
}

impl Reach {
    /// What leaves, and does nothing else.
    pub(super) const LEAVES: Self = Self {
        leaves: true,
        strays: true,
        bounces: false,
    };

    /// All that can go wrong.
    pub(super) const WORST: Self = Self {
        leaves: true,
        strays: true,
        bounces: true,
    };

    /// Returns what can become of mail for a recipient with these destinations.
    pub(super) fn of(
        recipient: Option<&Address>,
        destinations: &[Destination],
        forwards: Forwards<'_>,
    ) -> Self {
        let none = Self {
            bounces: destinations.is_empty(),
            ..Self::default()
        };
        let one = |destination| Self::one(recipient, destination, forwards);
        destinations.iter().map(one).fold(none, Self::or)
    }

    fn one(recipient: Option<&Address>, destination: &Destination, forwards: Forwards<'_>) -> Self {
        match destination {
            Destination::Mailbox { .. } | Destination::Discard => Self::default(),
            Destination::Exchangers(_) | Destination::Chosen(_) => Self::LEAVES,
            // The recipient itself, behind a route.
            Destination::Hop(hop) => match recipient {
                Some(recipient) if forwards.is_behind(recipient, hop) => Self::default(),
                Some(_) | None => Self::LEAVES,
            },
            Destination::Forward { to, via } => {
                let leaves = !forwards.allow(to, via.as_ref());
                let leads = recipient.is_some_and(|recipient| forwards.lead(recipient, to));
                Self {
                    leaves,
                    strays: leaves || !leads,
                    bounces: false,
                }
            }
            Destination::Undeliverable => Self {
                bounces: true,
                ..Self::default()
            },
        }
    }

    /// Returns what can become of either.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            leaves: self.leaves || other.leaves,
            strays: self.strays || other.strays,
            bounces: self.bounces || other.bounces,
        }
    }

    /// Returns whether all of it stays here, or goes where its recipient's forwards say.
    pub(super) fn stays(self) -> bool {
        !self.strays && !self.bounces
    }
}

/// Returns what becomes of the mail of one envelope, and of its copies.
pub(super) fn reach(
    decider: &dyn Decider,
    decision: &Decision,
    envelope: &Envelope,
    forwards: Forwards<'_>,
) -> Reach {
    if decision.verdict != Verdict::Accept {
        return Reach::default();
    }
    let recipient = match &decision.route {
        Route::Address(address) => Some(address.clone()),
        Route::Recipient | Route::RecipientAt(_) => recipient(&envelope.to),
        Route::None | Route::Foreign | Route::Hop(_) => None,
    };
    let destinations = destinations(decider, decision, envelope);
    let route = Reach::of(recipient.as_ref(), &destinations, forwards);
    let copies = decision.copies.addresses();
    let copies = copies.map(|copy| Reach::of(Some(copy), &led(decider, copy, envelope), forwards));
    copies.fold(route, Reach::or)
}

/// Returns where mail for an address ends up that has the reverse-path of an envelope.
fn led(decider: &dyn Decider, to: &Address, envelope: &Envelope) -> Vec<Destination> {
    let tests = decider.tests();
    let found = decider.destinations(to, &mut Concrete { tests, envelope });
    // It asks of reverse-paths alone, and an envelope has one.
    found.unwrap_or_default()
}

/// Returns the final destinations of accepted mail.
pub fn destinations(
    decider: &dyn Decider,
    decision: &Decision,
    envelope: &Envelope,
) -> Vec<Destination> {
    let to = &envelope.to;
    let of = |address: Option<Address>| {
        let found = address.map(|to| led(decider, &to, envelope));
        found.unwrap_or_default()
    };
    match &decision.route {
        Route::None => Vec::new(),
        Route::Recipient => of(recipient(to)),
        Route::RecipientAt(domain) => {
            let local = to.local().unwrap_or_else(|| written(to));
            of(Some(Address::new(local, domain.clone())))
        }
        Route::Address(address) => of(Some(address.clone())),
        Route::Foreign => vec![abroad(to)],
        Route::Hop(hop) => vec![Destination::Hop(hop.clone())],
    }
}

/// Returns where mail goes that goes out to wherever the forward-path says.
pub fn abroad(to: &ForwardPath) -> Destination {
    match to.domain() {
        Some(domain) => Destination::Exchangers(domain.to_string()),
        // An address literal: the host itself is the next hop.
        None => Destination::Hop(Hop::other(to.text().rsplit('@').next().unwrap_or_default())),
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
