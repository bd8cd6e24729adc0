//! The data of templates about other hosts: routers, transports and what they are told.

use serde::Serialize;

use crate::target::exim::emit::TableName;
use crate::target::exim::lexical::{Comment, Credentials, List, Word};
use crate::target::render::{Syntax, View};

/// Routers: what is not ours, to its exchangers.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct ExchangersRouter {}
view!(ExchangersRouter, "routers/exchangers.j2", Lines);

/// Routers: what is not ours, by a route.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct OutboundRouter {
    pub(in crate::target::exim) route: Comment,
    pub(in crate::target::exim) line: Comment,
    pub(in crate::target::exim) transport: Word,
    pub(in crate::target::exim) host: List,
}
view!(OutboundRouter, "routers/outbound.j2", Lines);

/// Routers: mail for some domains of others, by a route.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct OutboundTo {
    pub(in crate::target::exim) route: Comment,
    pub(in crate::target::exim) line: Comment,
    pub(in crate::target::exim) name: Word,
    pub(in crate::target::exim) domains: List,
    pub(in crate::target::exim) transport: Word,
    pub(in crate::target::exim) host: List,
}
view!(OutboundTo, "routers/outbound_to.j2", Lines);

/// Routers: mail of some domains of ours, by a route.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct OutboundFrom {
    pub(in crate::target::exim) route: Comment,
    pub(in crate::target::exim) line: Comment,
    pub(in crate::target::exim) name: Word,
    pub(in crate::target::exim) senders: List,
    pub(in crate::target::exim) transport: Word,
    pub(in crate::target::exim) host: List,
}
view!(OutboundFrom, "routers/outbound_from.j2", Lines);

/// Routers: everything, by a route.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct NullClientRouter {
    pub(in crate::target::exim) route: Comment,
    pub(in crate::target::exim) line: Comment,
    pub(in crate::target::exim) transport: Word,
    pub(in crate::target::exim) host: List,
}
view!(NullClientRouter, "routers/null_client.j2", Lines);

/// A route of mailboxes that are not kept here.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct BehindRouter {
    pub(in crate::target::exim) route: Comment,
    pub(in crate::target::exim) line: Comment,
    pub(in crate::target::exim) mailboxes: TableName,
    pub(in crate::target::exim) transport: Word,
    pub(in crate::target::exim) host: List,
}

/// Routers: their head, which gives up what is too old.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct RoutersHead {}
view!(RoutersHead, "routers/head.j2", Lines);

/// Transports: their head.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct TransportsHead {}
view!(TransportsHead, "transports/head.j2", Lines);

/// Transports: to the host of a route.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct RouteTransport {
    pub(in crate::target::exim) route: Comment,
    pub(in crate::target::exim) line: Comment,
    pub(in crate::target::exim) name: Word,
    pub(in crate::target::exim) port: Word,
    /// What protects the mail.
    pub(in crate::target::exim) options: Vec<TransportOption>,
}
view!(RouteTransport, "transports/route.j2", Lines);

/// An option of a transport.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct TransportOption {
    pub(in crate::target::exim) name: Word,
    pub(in crate::target::exim) value: Word,
}

/// Authenticators: what the hosts of routes are told.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct ClientAuthenticators {
    pub(in crate::target::exim) routes: Vec<ClientRoute>,
}
view!(ClientAuthenticators, "auth/client.j2", Lines);

/// A route whose host is told something.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct ClientRoute {
    pub(in crate::target::exim) name: Comment,
    pub(in crate::target::exim) line: Comment,
    /// Its transport, by which the file is chosen.
    pub(in crate::target::exim) transport: Credentials,
    pub(in crate::target::exim) held: Credentials,
}

/// Transports: to other hosts.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct RemoteTransport {}
view!(RemoteTransport, "transports/remote.j2", Lines);
