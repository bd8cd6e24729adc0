//! The page of a proof that says what strangers' mail can leave the server to: by the account of
//! the decider that is proved, not of the policy.
//!
//! Not here: that none of it is more than was declared (`obligations/forwards_as_declared.rs`).

mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use self::paths::{OfTests, Paths};
use super::by_sender::{Asked, BySender};
use super::fork::Concrete;
use super::keys::{Collected, Keys};
use super::threads::in_parts;
use super::universe::Axis;
use crate::decision::{Decider, Decision, Destination, Envelope, Hop, Route, Verdict};
use crate::mail::{
    Address, Domain, ForwardPath, Listener, PathForm, ReversePath, without_extension,
};
use crate::policy::{Policy, PolicyDecider};
use crate::source::Loc;
use crate::spf::SpfResult;

/// Domains that one thread asks about before it looks for more.
const DOMAINS_IN_PART: usize = 1 << 10;

/// A recipient of ours whose mail, whoever sends it, leaves the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOut {
    /// The recipient.
    pub recipient: Recipient,
    /// What it leaves to, sorted. Never empty.
    pub leaves: Vec<Onward>,
    /// Whether a copy is kept here.
    pub keeps: bool,
    /// The place in the policy that declares the recipient, if one does.
    pub at: Option<Loc>,
}

/// Whom a stranger writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// This address.
    Address(Address),
    /// Every address of a domain that no row is about.
    Others(Domain),
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Others(domain) => write!(f, "any other address of {domain}"),
        }
    }
}

/// What mail leaves to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Onward {
    /// The address, as far as the decider says it: that of a forward, or the recipient itself.
    pub to: Option<Address>,
    /// The next host; without one the exchangers of its domain.
    pub by: Option<Hop>,
}

impl fmt::Display for Onward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Some(to) => write!(f, "{to} by ")?,
            None => f.write_str("wherever the sender says by ")?,
        }
        match &self.by {
            Some(hop) => hop.fmt(f),
            None => f.write_str("the exchangers of its domain"),
        }
    }
}

/// Returns every recipient of our domains whose mail a stranger can make leave the server, by what
/// the files say or, without any, the policy: in the order of the domains and their local-parts.
///
/// SOUNDNESS: destinations differ by keys only, and every key is asked (see `ends`), under every
/// reverse-path that a stranger may have. Of a row about senders of ours alone the first are tried:
/// if mail of these is refused to strangers, `no-spoofed-own-domain` says so of the others. An
/// extension leads where its address does, unless there is a row of it.
pub fn ways_out(policy: &Policy, files: Option<&dyn Decider>) -> Vec<WayOut> {
    let own;
    let decider = if let Some(decider) = files {
        decider
    } else {
        own = PolicyDecider::new(policy);
        &own
    };
    if !policy
        .host
        .listeners
        .iter()
        .any(|one| one.value == Listener::Smtp)
    {
        return Vec::new();
    }
    let mut keys = Collected::default();
    for test in decider.tests() {
        keys.add_question(&test.question, Axis::To);
    }
    keys.add_destinations(decider);
    let keys = keys.finish();
    let walk = Walk {
        policy,
        decider,
        asked: Asked::new(decider, 0),
        paths: OfTests::new(decider),
        keys: &keys,
        stranger: stranger(policy),
        own: policy.host.own_addresses(),
        somebody: spelt(policy, &keys, &Domain::literal(&keys.fresh_domain)),
    };
    let parts: Vec<&[String]> = keys.domains.chunks(DOMAINS_IN_PART).collect();
    let parts = in_parts(&parts, |domains| {
        let domains = domains.iter().map(|name| Domain::literal(name));
        let ours = domains.filter(|domain| policy.domains.contains_key(domain));
        ours.flat_map(|domain| walk.domain(&domain))
            .collect::<Vec<_>>()
    });
    parts.into_iter().flatten().collect()
}

/// What is known of one address: what its mail leaves to, and whether some of it stays.
type Found = (BTreeSet<Onward>, bool);

struct Walk<'a> {
    policy: &'a Policy,
    decider: &'a dyn Decider,
    asked: Asked<'a>,
    paths: OfTests,
    keys: &'a Keys,
    stranger: IpAddr,
    own: Vec<IpAddr>,
    /// A reverse-path that nobody has written.
    somebody: ReversePath,
}

/// Returns a reverse-path of a domain that nobody has written.
fn spelt(policy: &Policy, keys: &Keys, domain: &Domain) -> ReversePath {
    let from = Address::new(&keys.fresh_local, domain.clone());
    ReversePath::spell(PathForm::Plain, &from, &policy.host.own_addresses())
}

impl Walk<'_> {
    fn domain(&self, domain: &Domain) -> Vec<WayOut> {
        let special = self.keys.special(domain.as_str()).into_iter();
        let all: BTreeMap<&str, Found> = special
            .map(|(local, _)| (local, self.found(local, domain)))
            .collect();
        let rest = self.found(&self.keys.fresh_local, domain);
        let mut ways = Vec::new();
        for (local, found) in &all {
            let base = without_extension(local).filter(|_| self.decider.has_extensions());
            let beside = base.map_or(&rest, |base| all.get(base).unwrap_or(&rest));
            if found != beside {
                let address = Address::new(local, domain.clone());
                let at = self.at(&address, base);
                ways.extend(way(Recipient::Address(address), found, at));
            }
        }
        let catch_all = self.policy.domains.get(domain);
        let catch_all = catch_all.and_then(|one| one.catch_all.as_ref());
        let at = catch_all.map(|one| one.at.clone());
        ways.extend(way(Recipient::Others(domain.clone()), &rest, at));
        ways
    }

    /// Returns what mail of strangers for an address, and its copies, leave to; nothing if it is
    /// refused, whatever a table says of its domain.
    fn found(&self, local: &str, domain: &Domain) -> Found {
        let address = Address::new(local, domain.clone());
        let Some(decision) = self.accepted(&address, &self.somebody) else {
            return Found::default();
        };
        let leaving = |by| (BTreeSet::from([onward(Some(address.clone()), by)]), false);
        let mut found = match decision.route {
            Route::None => Found::default(),
            Route::Recipient => self.follow(&address, &address),
            Route::Address(other) => self.follow(&other, &address),
            Route::RecipientAt(other) => self.follow(&Address::new(local, other), &address),
            Route::Foreign => leaving(None),
            Route::Hop(hop) => leaving(Some(hop)),
        };
        // A copy may hang on the sender, and whoever passes SPF may be one of ours: by the policy's
        // `archive` nodes, to which files are held by `copies-as-declared`.
        let ours = self.policy.archive.from.keys();
        let ours = ours.map(|domain| spelt(self.policy, self.keys, domain));
        let others = ours.filter_map(|from| self.accepted(&address, &from));
        let copies = others.map(|decision| decision.copies);
        for copies in std::iter::once(decision.copies).chain(copies) {
            for copy in copies.addresses() {
                found.0.extend(self.follow(copy, &address).0);
            }
        }
        found
    }

    /// Returns what is decided of a stranger's mail from a reverse-path, if it is accepted in some
    /// session on port 25.
    fn accepted(&self, to: &Address, from: &ReversePath) -> Option<Decision> {
        let mut envelope = Envelope {
            client: self.stranger,
            listener: Listener::Smtp,
            tls: false,
            login: None,
            helo: self.keys.fresh_domain.clone(),
            from: from.clone(),
            to: ForwardPath::spell(PathForm::Plain, to, &self.own),
            spf: SpfResult::Pass,
            spf_helo: SpfResult::Pass,
        };
        [false, true].into_iter().find_map(|tls| {
            envelope.tls = tls;
            let mut ask = Concrete {
                tests: self.decider.tests(),
                envelope: &envelope,
            };
            let decision = self.decider.decide(&mut ask).ok()?;
            (decision.verdict == Verdict::Accept).then_some(decision)
        })
    }

    /// Returns where strangers' mail for an address goes, that has come for `to`.
    fn follow(&self, address: &Address, to: &Address) -> Found {
        let said = self.asked.say(address, &Found::default(), &mut |found| {
            BySender::Always(left_by(found, address))
        });
        // Under every reverse-path, so under one that was accepted.
        if let BySender::Always(found) = said {
            return found;
        }
        let mut all = Found::default();
        self.gather(&said, to, &Paths::all(self.keys), &mut all);
        all
    }

    /// Adds what is said of mail for `to` under reverse-paths that strangers may have.
    fn gather(&self, said: &BySender<Found>, to: &Address, paths: &Paths, all: &mut Found) {
        let (test, branches) = match said {
            BySender::Always((leaves, keeps)) => {
                if self.can_have(to, paths) {
                    all.0.extend(leaves.iter().cloned());
                    all.1 |= keeps;
                }
                return;
            }
            BySender::Asked(test, branches) => (test, branches),
        };
        for (label, branch) in branches {
            let given = (self.decider, self.policy, self.keys);
            let paths = self.paths.under(paths, given, test.index(), *label);
            self.gather(branch, to, &paths, all);
        }
    }

    /// Returns whether some reverse-path of these may be a stranger's who writes to `to`.
    fn can_have(&self, to: &Address, paths: &Paths) -> bool {
        let accepted = |form: &PathForm| {
            let mut from = paths.from.iter();
            from.any(|from| {
                let from = ReversePath::spell(*form, from, &self.own);
                self.accepted(to, &from).is_some()
            })
        };
        paths.forms.iter().any(accepted)
    }

    /// Returns the place that declares a recipient, or the address that it extends.
    fn at(&self, address: &Address, base: Option<&str>) -> Option<Loc> {
        let hosted = self.policy.domains.get(address.domain())?;
        let declared = |local: &str| {
            let forward = hosted.forwards.get(local).map(|one| &one.at);
            let alias = || hosted.aliases.get(local).map(|one| &one.at);
            let mailbox = || hosted.mailboxes.get(local).map(|one| &one.at);
            forward.or_else(alias).or_else(mailbox)
        };
        let catch_all = || hosted.catch_all.as_ref().map(|one| &one.at);
        let found = declared(address.local()).or_else(|| base.and_then(declared));
        found.or_else(catch_all).cloned()
    }
}

/// Returns what is said of some destinations of an address.
fn left_by(found: Vec<Destination>, address: &Address) -> Found {
    let mut all = Found::default();
    for one in found {
        match one {
            Destination::Mailbox { .. } => all.1 = true,
            Destination::Discard | Destination::Undeliverable => {}
            Destination::Forward { to, via } => {
                all.0.insert(onward(Some(to), via));
            }
            Destination::Hop(hop) => {
                all.0.insert(onward(Some(address.clone()), Some(hop)));
            }
            Destination::Exchangers(_) => {
                all.0.insert(onward(Some(address.clone()), None));
            }
            Destination::Chosen(_) => {
                all.0.insert(onward(None, None));
            }
        }
    }
    all
}

fn onward(to: Option<Address>, by: Option<Hop>) -> Onward {
    Onward { to, by }
}

fn way(recipient: Recipient, (leaves, keeps): &Found, at: Option<Loc>) -> Option<WayOut> {
    (!leaves.is_empty()).then(|| WayOut {
        recipient,
        leaves: leaves.iter().cloned().collect(),
        keeps: *keeps,
        at,
    })
}

/// Returns an address that is in no network of the policy.
fn stranger(policy: &Policy) -> IpAddr {
    let networks = policy.networks.iter().flat_map(|one| &one.prefixes);
    let mut held: Vec<(u32, u32)> = networks
        .filter_map(|prefix| match prefix.value {
            IpNet::V4(net) => Some((net.network().into(), net.broadcast().into())),
            IpNet::V6(_) => None,
        })
        .collect();
    held.sort_unstable();
    let mut free: u32 = Ipv4Addr::new(1, 0, 0, 1).into();
    for (first, last) in held {
        if first <= free && free <= last {
            free = last.saturating_add(1);
        }
    }
    Ipv4Addr::from(free).into()
}
