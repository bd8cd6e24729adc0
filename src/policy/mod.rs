//! What a policy means. A [`Policy`] is valid by construction: `lower` is its only maker.
//!
//! Rules, in the order in which they are asked, stand in `docs/semantics.md`; `decide` is their
//! reference in code. Not here: how a policy is written (`syntax`), and any MTA.

mod archive;
mod decide;
mod delivery;
mod domain;
mod few;
mod form;
mod grant;
mod host;
mod inbound;
mod logins;
mod lower;
mod network;
mod outbound;
mod publish;
mod rights;
mod route;
mod sorted;
mod statement;
mod tables;
mod target;

pub mod diagnostics;

pub use archive::Archive;
pub use decide::PolicyDecider;
pub use domain::{Alias, Forward, HostedDomain, Mailbox};
pub use few::Few;
pub use grant::{DestinationScope, Grant, Login, SenderScope};
pub use host::{Auth, Host, Limits, SaslauthdMechanism, Tls};
pub use inbound::{Inbound, OwnDomain, RecordHeaders, SpfPolicy};
pub use logins::Logins;
pub use lower::{BULK_OCTETS_MAX, is_everybodys, lower, lower_scenarios};
pub use network::{Network, Otherwise, Via, reaches};
pub use outbound::{DomainScope, Outbound, Way};
pub use publish::{Alignment, Disposition, DkimKey, Dmarc, MtaSts, Publish, ReportUri, StsMode};
pub use route::{Route, RouteHost, RouteTls, SUBMISSIONS_PORT};
pub use sorted::Sorted;
pub use statement::{
    Class, Expectation, LoginScope, RecipientScope, ReversePathScope, Scenario, Statement,
    StatementKind,
};
pub use target::{RawFile, RawSetting, TargetOptions};

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use crate::diagnostic::Acknowledged;
use crate::mail::{Address, Domain, WayIn};
use crate::source::{Loc, Source, Spanned};

/// A mail policy of one host.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The text it was read from.
    pub source: Arc<Source>,
    /// The host that the MTA runs on.
    pub host: Host,
    /// Named networks, in the order of the text. No two hold the same prefix.
    pub networks: Vec<Network>,
    /// Where passwords are checked; without it nobody authenticates.
    pub auth: Option<Auth>,
    /// The grants of every login that has none of its own: by default from its own addresses.
    pub authenticated: Vec<Grant>,
    /// The logins that the policy lists, by mailboxes or by `login` nodes.
    pub logins: Logins,
    /// The domains that mail is delivered for.
    pub domains: BTreeMap<Domain, HostedDomain>,
    /// Domains that neither send nor receive, with their places.
    pub parked: BTreeMap<Domain, Loc>,
    /// What is checked of mail from outside.
    pub inbound: Inbound,
    /// Ways for mail to other hosts, by name.
    pub routes: BTreeMap<String, Route>,
    /// By which routes mail leaves.
    pub outbound: Outbound,
    /// Where copies of accepted mail go.
    pub archive: Archive,
    /// Options and raw settings for targets.
    pub targets: Vec<TargetOptions>,
    /// Envelopes with the verdict that is expected.
    pub scenarios: Vec<Scenario>,
    /// Statements over classes of envelopes, to be proved.
    pub statements: Vec<Statement>,
    /// Warnings that are known.
    pub acknowledged: Acknowledged,
}

impl Policy {
    /// Returns the options of a target, if the policy has a node for it.
    pub fn target(&self, name: &str) -> Option<&TargetOptions> {
        self.targets
            .iter()
            .find(|options| options.name.value == name)
    }

    /// Returns whether nothing comes in: all that the host makes goes to one other host.
    pub fn is_null_client(&self) -> bool {
        self.host.listeners.is_empty()
    }

    /// Returns every proxy that says who clients are, each once, in the order of the text.
    pub fn proxies(&self) -> Vec<&Spanned<IpAddr>> {
        let mut proxies: Vec<&Spanned<IpAddr>> = Vec::new();
        for proxy in self.networks.iter().flat_map(Network::proxies) {
            if proxies.iter().all(|one| one.value != proxy.value) {
                proxies.push(proxy);
            }
        }
        proxies
    }

    /// Returns whether a proxy reaches the server by a way in that others do not: one that is bound
    /// to an address of the inside, and for a proxy on the host itself to loopback.
    pub fn is_behind_proxies(&self, way: WayIn) -> bool {
        let reaches = |proxy: &&Spanned<IpAddr>| network::reaches(proxy.value, way);
        self.proxies().iter().any(reaches)
    }

    /// Returns the route that all leaves by that neither its recipient nor its sender leads; none
    /// if it goes to the exchangers of its domain.
    pub fn outbound_route(&self) -> Option<&Route> {
        self.routes.get(&self.outbound.rest.as_ref()?.value)
    }

    /// Returns the route that mail for a domain of others goes by, if its recipient decides it.
    pub fn route_to(&self, domain: &Domain) -> Option<&Route> {
        self.routes.get(&self.outbound.to_domain(domain)?.via.value)
    }

    /// Returns the route that mail of a domain of ours leaves by, if its recipient does not decide
    /// it; none if it goes to the exchangers of its recipient's domain.
    pub fn route_from(&self, domain: &Domain) -> Option<&Route> {
        match self.outbound.from.get(domain) {
            Some(way) => self.routes.get(&way.via.value),
            None => self.outbound_route(),
        }
    }

    /// Returns the route that mail for a mailbox goes by; none if it is kept here.
    pub fn route_of(&self, mailbox: &Mailbox) -> Option<&Route> {
        self.routes.get(&mailbox.via.as_ref()?.value)
    }

    /// Returns the routes that mail goes by: what leaves, or mail for some mailbox.
    pub fn used_routes(&self) -> impl Iterator<Item = &Route> {
        let used = used_routes(&self.domains, &self.outbound);
        let all = self.routes.values();
        all.filter(move |route| used.contains(route.name.value.as_str()))
    }

    /// Returns the grants of a login: its own, else those of every login.
    pub fn grants_of<'p>(&'p self, login: &'p Login) -> &'p [Grant] {
        if login.grants.is_empty() {
            &self.authenticated
        } else {
            &login.grants
        }
    }

    /// Returns a login's mailboxes, and the aliases that lead to them by name.
    pub fn own_addresses(&self, login: &Login) -> Vec<Address> {
        tables::own_addresses(self, login)
    }

    /// Returns the login that another may be meant for: the same in lower case, or one edit away.
    pub fn near_login(&self, written: &str) -> Option<String> {
        let near = lower::near_login(written, &self.logins)?;
        (near != written).then_some(near)
    }

    /// Returns the alias of an address.
    pub fn alias(&self, address: &Address) -> Option<&Alias> {
        let hosted = self.domains.get(address.domain())?;
        hosted.aliases.get(address.local())
    }

    /// Returns the mailbox of an address.
    pub fn mailbox(&self, address: &Address) -> Option<&Mailbox> {
        let hosted = self.domains.get(address.domain())?;
        hosted.mailboxes.get(address.local())
    }

    /// Returns whether a recipient is listed by name: no catch-all takes its mail.
    pub fn is_listed_by_name(&self, address: &Address) -> bool {
        let local = address.local();
        self.domains.get(address.domain()).is_some_and(|domain| {
            domain.mailboxes.contains_key(local)
                || domain.aliases.contains_key(local)
                || domain.forwards.contains_key(local)
        })
    }

    /// Returns where mail for `postmaster` of any domain without one of its own goes: the host's,
    /// that is `postmaster` of the first domain that has one, else a box of the first domain.
    ///
    /// `lower` fills in every domain's postmaster, so this is what it fills in.
    pub fn postmaster(&self) -> Option<&Spanned<Address>> {
        self.host.postmaster.as_ref()
    }
}

/// Returns the names of the routes that mail goes by.
fn used_routes<'p>(
    domains: &'p BTreeMap<Domain, HostedDomain>,
    outbound: &'p Outbound,
) -> BTreeSet<&'p str> {
    let mailboxes = domains.values().flat_map(|one| one.mailboxes.values());
    let inner = mailboxes.filter_map(|mailbox| mailbox.via.as_deref());
    let all = inner.chain(outbound.ways().map(|(via, _)| via));
    all.map(|via| via.value.as_str()).collect()
}
