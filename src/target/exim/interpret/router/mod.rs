//! Routers and transports (spec 4.96, chapters 15 to 30): where a recipient goes.

mod address_list;
mod astray;
mod copies;
mod data;
mod declining;
mod driver;
mod given;
mod giving_up;
mod known;
mod next_hop;
mod odd;
mod read;
mod sender;
mod store;
mod text;
mod transport;
mod walk;

use copies::Copied;
pub(super) use next_hop::Leaving;
pub(super) use sender::{OfEnvelope, Sender, Unknown};
pub(super) use transport::Transport;
pub(super) use walk::{DomainKind, Outcome, Purpose, Walk};

use std::collections::BTreeSet;
use std::sync::Arc;

use super::value::{Bool, Value, View};
use crate::decision::{Chooser, Hop};
use crate::mail::Address;
use crate::source::Loc;

/// A router.
#[derive(Debug)]
pub(super) struct Router {
    /// What must hold before it runs (section 3.10).
    conditions: Bool,
    driver: Driver,
    /// Whether the next router runs where this one declines (`more`).
    more: bool,
    /// Whether it runs while a recipient is verified, and while a message is delivered.
    verifies: bool,
    delivers: bool,
    /// How it sees local-parts: perhaps without their extension (`local_part_suffix`).
    view: View,
    /// `address_data`.
    address_data: Option<Value>,
    /// `$local_part_data` and `$domain_data`.
    local_part_data: Option<Value>,
    domain_data: Option<Value>,
    whom: Whom,
    at: Loc,
}

/// Whose mail a router delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whom {
    /// That of addresses which the files name.
    Named,
    /// That of all others, too.
    Anybody,
    /// What is made on this host, and no other.
    Host,
}

/// What a router does.
#[derive(Debug)]
enum Driver {
    /// Chapter 16: to a transport.
    Accept(Delivery),
    /// Chapter 17: to the mail exchangers of the domain.
    Exchangers(Arc<Transport>),
    /// Chapter 18: to the address of a literal.
    Literal(Arc<Transport>),
    /// Chapter 20: to hosts that the router names.
    Hosts {
        transport: Arc<Transport>,
        rules: Vec<Rule>,
    },
    /// Chapter 22: to other addresses.
    Redirect(Value, Redirect),
}

/// A rule of `route_list`: which domains, and to which hosts.
#[derive(Debug)]
struct Rule {
    domains: Bool,
    /// The hosts, as they are written.
    host: String,
    hop: Hop,
}

/// A delivery of an `accept` router.
#[derive(Debug)]
struct Delivery {
    transport: Arc<Transport>,
    /// The user of the router, where the transport names none.
    user: Option<Value>,
    /// The home directory that the router sets.
    home: Option<Value>,
    /// Whether the router sets `group`.
    has_group: bool,
}

/// Which special items the data of a `redirect` router may hold (section 22.6): where one may not,
/// it is an error, and Exim defers.
#[derive(Debug, Clone, Copy)]
struct Permits {
    /// `allow_fail`
    fail: bool,
    /// `allow_defer`
    defer: bool,
    /// Without `forbid_blackhole`.
    blackhole: bool,
}

/// What a `redirect` router comes to while a recipient is verified; made when all routers are
/// known.
#[derive(Debug)]
enum Redirect {
    /// Not made yet.
    Unknown(Permits),
    /// One or the other.
    Choice(Arc<Bool>, Arc<Redirect>, Arc<Redirect>),
    /// The router declines.
    Decline,
    /// This.
    Is(Outcome),
    /// By the row that a lookup finds: which decline, fail and defer. All others are taken.
    Row {
        declines: Bool,
        fails: Bool,
        defers: Bool,
    },
}

/// All routers, in their order.
#[derive(Debug, Default)]
pub(super) struct Routers {
    list: Vec<Router>,
    /// Those that only hand on a copy; they stand before all others.
    copies: Vec<Copied>,
    /// Whether what is too old comes back before any other router sees it.
    gives_up: bool,
    /// What the client writes that some router depends on.
    choosers: BTreeSet<Chooser>,
}

impl Router {
    /// Returns whether it takes a local-part without its extension.
    pub(super) fn cuts(&self) -> bool {
        self.view == View::Cut
    }

    /// Returns an address as the router takes it. A host that it goes to gets it so, or as it came.
    fn taken(&self, address: &Address) -> Address {
        let keeps = match &self.driver {
            Driver::Exchangers(transport)
            | Driver::Literal(transport)
            | Driver::Hosts { transport, .. } => transport.includes_affixes,
            Driver::Accept(_) | Driver::Redirect(..) => false,
        };
        let base = address.without_extension();
        let base = base.filter(|_| self.cuts() && !keeps);
        base.unwrap_or_else(|| address.clone())
    }
}
