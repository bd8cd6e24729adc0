//! The policy as a decider: the reference, as plain as it can be.
//!
//! The rules stand in the order of `docs/semantics.md`, and each is a few lines. Nothing here is
//! clever: whoever doubts a reader compares it with this.

mod client;

use std::collections::BTreeSet;

use self::client::{Client, Granted};
use super::delivery;
use super::form::{ForwardKind, ReverseKind};
use super::rights::{self, Rights};
use super::tables::{self, DELIVERY, IN_DOMAIN, Tests};
use super::{DomainScope, Otherwise, OwnDomain, Policy, RecordHeaders, SpfPolicy};
use crate::decision::{
    AddressKey, Ask, At, Because, Copies, Decider, Decision, Destination, Header, Label, Route,
    Test, Unanswered, Verdict,
};
use crate::mail::{Address, Listener, Reply};
use crate::source::Loc;
use crate::spf::SpfResult;

/// A policy, prepared to decide envelopes.
#[derive(Debug)]
pub struct PolicyDecider<'p> {
    policy: &'p Policy,
    tests: Vec<Test>,
    rights: Rights,
    /// The archives, by the labels of domains that have one.
    archives: Vec<&'p Address>,
}

/// Where the mail would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// In a domain of ours, or bare postmaster.
    Local,
    /// In a domain of ours, with a local-part that a neighbour could follow elsewhere.
    Routed,
    /// Elsewhere.
    Foreign,
    /// The domain that carries deliveries to accounts: nobody may send there.
    Delivery,
}

impl<'p> PolicyDecider<'p> {
    /// Prepares a policy.
    pub fn new(policy: &'p Policy) -> Self {
        let (tests, rights) = tables::prepare(policy);
        Self {
            policy,
            tests,
            rights,
            archives: policy.archive.mailboxes().into_iter().collect(),
        }
    }

    /// Rules 2 to 5: what the client and its reverse-path are refused for.
    fn refused_sender(
        &self,
        client: &Client<'_>,
        from: ReverseKind,
        place: Where,
        ask: &mut dyn Ask,
    ) -> Result<Option<Decision>, Unanswered> {
        if client.is_granted() {
            return Ok(None);
        }
        let refused = |reply, because, at| Ok(Some(refuse(reply, because, at)));
        if let Granted::UnderTls(at) = &client.granted {
            return refused(Reply::new(530, 5, 7, 1), Because::TlsRequired, at.clone());
        }
        if client.listener != Listener::Smtp && client.is_stranger() {
            let auth = self.policy.auth.as_ref();
            let at = auth.map_or(&self.policy.host.at, super::Auth::at);
            let at = At::Place(at.clone());
            return refused(Reply::new(530, 5, 7, 0), Because::AuthRequired, at);
        }
        if client.is_stranger()
            && self.policy.inbound.own_domain == OwnDomain::Reject
            && from.has_domain()
            && ask.ask(Tests::FROM_DOMAIN)? == IN_DOMAIN
        {
            let at = At::Place(self.policy.inbound.own_domain_at.clone());
            return refused(Reply::new(554, 5, 7, 1), Because::OwnDomain, at);
        }
        if let Some(login) = client.login
            && !self.owns(login, from, ask)?
        {
            let at = At::Row(Tests::LOGIN);
            return refused(Reply::new(553, 5, 7, 1), Because::SenderLimit, at);
        }
        if let Some(network) = client.network
            && matches!(network.otherwise, Otherwise::Refuse(_))
            && !(client.hands_over() && place == Where::Local)
        {
            let at = rights::OTHERWISE;
            return refused(Reply::new(554, 5, 7, 1), Because::NetworkLimit, at);
        }
        Ok(None)
    }

    fn place(to: ForwardKind, ask: &mut dyn Ask) -> Result<Where, Unanswered> {
        let ours = match to {
            ForwardKind::Postmaster => return Ok(Where::Local),
            ForwardKind::Bad | ForwardKind::Elsewhere => return Ok(Where::Foreign),
            ForwardKind::Address | ForwardKind::Domain => Where::Local,
            ForwardKind::Routed => Where::Routed,
        };
        Ok(match ask.ask(Tests::TO_DOMAIN)? {
            IN_DOMAIN => ours,
            DELIVERY => Where::Delivery,
            _ => Where::Foreign,
        })
    }

    /// Rule 8: what SPF says of a stranger. `None` where it is not asked.
    fn spf(&self, from: ReverseKind, ask: &mut dyn Ask) -> Result<Option<Spf>, Unanswered> {
        let policy = self.policy.inbound.spf;
        if policy == SpfPolicy::Off || ask.ask(Tests::LOOPBACK)? != Label::ABSENT {
            return Ok(None);
        }
        // RFC 7208 section 2.4: the HELO identity stands in for the null reverse-path.
        let identity = if from == ReverseKind::Null {
            Tests::SPF_HELO
        } else {
            Tests::SPF_FROM
        };
        let result = SpfResult::ALL.get(ask.ask(identity)?.0 as usize).copied();
        Ok(Some(match result.unwrap_or(SpfResult::None) {
            SpfResult::Fail => Spf::Refuse(Reply::new(550, 5, 7, 23)),
            SpfResult::Softfail if policy == SpfPolicy::Strict => {
                Spf::Refuse(Reply::new(550, 5, 7, 23))
            }
            SpfResult::Temperror => Spf::Refuse(Reply::new(451, 4, 7, 24)),
            SpfResult::Permerror => Spf::Refuse(Reply::new(550, 5, 7, 24)),
            SpfResult::None | SpfResult::Neutral | SpfResult::Pass | SpfResult::Softfail => {
                Spf::Pass
            }
        }))
    }

    fn headers(&self) -> BTreeSet<Header> {
        let headers: &[Header] = match self.policy.inbound.header {
            RecordHeaders::None => &[],
            RecordHeaders::Spf => &[Header::ReceivedSpf],
            RecordHeaders::Auth => &[Header::AuthenticationResults],
            RecordHeaders::Both => &[Header::ReceivedSpf, Header::AuthenticationResults],
        };
        headers.iter().copied().collect()
    }

    fn accept(
        &self,
        client: Client<'_>,
        (from, to): (ReverseKind, ForwardKind),
        place: Where,
        headers: BTreeSet<Header>,
        ask: &mut dyn Ask,
    ) -> Result<Decision, Unanswered> {
        let (because, at) = match client.granted {
            Granted::Yes(at) => (Because::Granted, at),
            Granted::No | Granted::UnderTls(_) if to == ForwardKind::Postmaster => {
                let at = self
                    .policy
                    .postmaster()
                    .map_or(&self.policy.host.at, |to| &to.at);
                (Because::Listed, At::Place(at.clone()))
            }
            Granted::No | Granted::UnderTls(_) => (Because::Listed, At::Row(Tests::RECIPIENT)),
        };
        let route = match (place, self.policy.postmaster()) {
            (Where::Local, Some(postmaster)) if to == ForwardKind::Postmaster => {
                Route::Address(postmaster.value.clone())
            }
            (Where::Local, _) => Route::Recipient,
            (Where::Foreign | Where::Routed | Where::Delivery, _) => {
                delivery::away(self.policy, to, ask)?
            }
        };
        let reply = Reply::new(250, 2, 1, 5);
        Ok(Decision {
            verdict: Verdict::Accept,
            reply,
            because,
            at,
            route,
            headers,
            completes: because == Because::Granted,
            copies: delivery::copies(self.policy, &self.archives, (from, to), ask)?,
        })
    }
}

/// What SPF does.
enum Spf {
    Pass,
    Refuse(Reply),
}

impl Decider for PolicyDecider<'_> {
    fn tests(&self) -> &[Test] {
        &self.tests
    }

    fn offers_tls(&self, _listener: Listener) -> bool {
        self.policy.host.tls.is_some()
    }

    fn decide(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered> {
        // 1. Paths that RFC 5321 does not allow.
        let host = || At::Place(self.policy.host.at.clone());
        let from = ReverseKind::from_label(ask.ask(Tests::FROM_FORM)?);
        if from == ReverseKind::Bad {
            return Ok(refuse(Reply::new(501, 5, 1, 7), Because::BadPath, host()));
        }
        let to = ForwardKind::from_label(ask.ask(Tests::TO_FORM)?);
        if to == ForwardKind::Bad {
            return Ok(refuse(Reply::new(501, 5, 1, 3), Because::BadPath, host()));
        }
        let client = self.client(from, to, ask)?;
        let place = Self::place(to, ask)?;
        // 2. to 5.
        if let Some(decision) = self.refused_sender(&client, from, place, ask)? {
            return Ok(decision);
        }
        // 6. A route inside one of our domains is foreign for a stranger.
        let denied = match place {
            Where::Local => false,
            Where::Routed => client.is_stranger(),
            Where::Foreign => !client.is_granted(),
            Where::Delivery => true,
        };
        if denied {
            let at = At::Row(Tests::CLIENT);
            return Ok(refuse(Reply::new(554, 5, 7, 1), Because::RelayDenied, at));
        }
        // 7. No such recipient; a route inside one of our domains is none for anybody else.
        let unlisted = match place {
            Where::Foreign | Where::Delivery => false,
            Where::Routed => true,
            Where::Local if to == ForwardKind::Postmaster => false,
            Where::Local => {
                to != ForwardKind::Address || ask.ask(Tests::RECIPIENT)? == Label::ABSENT
            }
        };
        if unlisted {
            let at = At::Row(Tests::TO_DOMAIN);
            return Ok(refuse(Reply::new(550, 5, 1, 1), Because::Unlisted, at));
        }
        // 8. SPF, for strangers that are not our own backup.
        let mut headers = BTreeSet::new();
        if client.is_stranger() && !client.hands_over() {
            match self.spf(from, ask)? {
                Some(Spf::Refuse(reply)) => {
                    let at = At::Place(self.policy.inbound.spf_at.clone());
                    return Ok(refuse(reply, Because::Spf, at));
                }
                Some(Spf::Pass) => headers = self.headers(),
                None => {}
            }
        }
        // 9.
        self.accept(client, (from, to), place, headers, ask)
    }

    fn has_extensions(&self) -> bool {
        self.policy.host.plus_addressing.is_some()
    }

    fn destinations(
        &self,
        address: &Address,
        ask: &mut dyn Ask,
    ) -> Result<Vec<Destination>, Unanswered> {
        delivery::destinations(self.policy, address, ask)
    }

    fn leads_by(&self, destination: &Destination) -> Option<Loc> {
        match destination {
            Destination::Hop(hop) => {
                let is_there = |name: &str| {
                    let route = self.policy.routes.get(name);
                    route.is_some_and(|route| route.hop() == *hop)
                };
                // What names nobody is the most likely.
                let rest = self.policy.outbound.rest.as_ref();
                let rest = rest.filter(|via| is_there(&via.value)).map(|via| &via.at);
                let mut ways = self.policy.outbound.ways();
                let mut named = || ways.find(|(via, _)| is_there(&via.value)).map(|(_, at)| at);
                let mut used = self.policy.used_routes();
                let mut used = || used.find(|route| route.hop() == *hop);
                let at = rest.or_else(&mut named).cloned();
                at.or_else(|| used().map(|route| route.name.at.clone()))
            }
            Destination::Mailbox { .. }
            | Destination::Exchangers(_)
            | Destination::Forward { .. }
            | Destination::Chosen(_)
            | Destination::Discard
            | Destination::Undeliverable => None,
        }
    }

    fn destination_keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        for (name, domain) in &self.policy.domains {
            key(AddressKey::Domain, name.as_str());
            let names = domain.mailboxes.keys().chain(domain.aliases.keys());
            for local in names.chain(domain.forwards.keys()) {
                key(AddressKey::Address, &format!("{local}@{name}"));
            }
        }
        for scope in self.policy.outbound.to.keys() {
            match scope {
                DomainScope::Exactly(domain) => key(AddressKey::Domain, domain.as_str()),
                DomainScope::Below(domain) => key(AddressKey::Parent, domain.as_str()),
            }
        }
    }
}

/// Returns the refusal with a reply; 4yz defers.
fn refuse(reply: Reply, because: Because, at: At) -> Decision {
    let verdict = if reply.code < 500 {
        Verdict::Defer
    } else {
        Verdict::Reject
    };
    Decision {
        verdict,
        reply,
        because,
        at,
        route: Route::None,
        headers: BTreeSet::new(),
        copies: Copies::default(),
        completes: false,
    }
}
