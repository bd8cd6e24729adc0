//! The envelopes that are asked: witnesses of the proof, prefix edges, and seeded random ones.

#[path = "texts.rs"]
pub(crate) mod texts;

use std::collections::BTreeSet;
use std::net::IpAddr;

use mailpol::decision::Envelope;
use mailpol::mail::{Address, Domain, Listener, Path, PathForm, prefix_range, v4_or_v6};
use mailpol::policy::Policy;
use mailpol::spf::SpfResult;

use crate::kinds::network;
use crate::scene::{name_of, result_of};

/// A small generator (SplitMix64): the same numbers on every machine.
pub(crate) struct Seeded(u64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or(0)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// What random envelopes are made of.
struct Parts {
    clients: Vec<IpAddr>,
    sessions: Vec<(Listener, bool)>,
    logins: Vec<Option<String>>,
    helos: Vec<String>,
    from: Vec<Address>,
    to: Vec<Address>,
    own: Vec<IpAddr>,
}

/// Makes what the world can bring about: SPF results are those that the names give.
///
/// A login stays where AUTH is not offered: the client tries, and is told so.
pub(crate) fn real(mut envelope: Envelope, policy: &Policy) -> Option<Envelope> {
    if envelope.tls && policy.host.tls.is_none() {
        return None;
    }
    if !is_reached(&envelope, policy) {
        return None;
    }
    if is_unusable(envelope.client) {
        envelope.client = usable(envelope.client, policy)?;
    }
    // A stranger's domain is as good as another: take the one that gives the result.
    if let Some(domain) = envelope.from.domain().cloned()
        && envelope.from.form() == PathForm::Plain
        && !policy.domains.contains_key(&domain)
        && !domain
            .parents()
            .any(|parent| policy.domains.contains_key(&Domain::literal(parent)))
    {
        let domain = Domain::literal(&name_of(envelope.spf));
        let local = envelope.from.local().unwrap_or("nobody").to_owned();
        envelope.from = Path::parse(&format!("{local}@{domain}"), &[]);
    }
    envelope.helo = name_of(envelope.spf_helo);
    envelope.spf = spf_of(&envelope.from);
    Some(envelope)
}

/// Returns whether a client can connect to the listener: it is bound to an address of the client's
/// family, or to none.
fn is_reached(envelope: &Envelope, policy: &Policy) -> bool {
    let bound = policy.host.bound.get(&envelope.listener);
    bound.is_none_or(|bound| {
        let mut bound = bound.iter();
        bound.any(|on| on.value.is_ipv4() == envelope.client.is_ipv4())
    })
}

/// Returns the SPF result that the name server makes for a reverse-path: that of its domain,
/// wherever a program may look for it (RFC 7208 section 2.4).
pub(crate) fn spf_of(from: &Path) -> SpfResult {
    from.domain()
        .map_or(SpfResult::None, |domain| result_of(domain.as_str()))
}

/// Returns an address that a client can have, of the same network and family.
fn usable(client: IpAddr, policy: &Policy) -> Option<IpAddr> {
    let name = |client| network(policy, client).map(|network| &network.name.value);
    let mut others = edges(policy).into_iter().chain(elsewhere());
    others.find(|other| other.is_ipv4() == client.is_ipv4() && name(*other) == name(client))
}

/// Clients that a policy hardly names.
fn elsewhere() -> impl Iterator<Item = IpAddr> {
    const ELSEWHERE: [&str; 6] = [
        "203.0.113.9",
        "198.51.100.9",
        "2001:db8:ffff::9",
        "127.0.0.1",
        "::1",
        "9.9.9.9",
    ];
    ELSEWHERE.iter().filter_map(|text| text.parse().ok())
}

/// Addresses that no client on a network can have, or that the kernel replaces.
pub(crate) fn is_unusable(client: IpAddr) -> bool {
    match client {
        IpAddr::V4(v4) => {
            v4.is_multicast()
                || v4.is_broadcast()
                || v4.is_unspecified()
                || v4.octets()[0] >= 240
                || v4.octets()[0] == 0
                || v4.octets() == [127, 255, 255, 255]
        }
        IpAddr::V6(v6) => {
            v6.is_multicast()
                || v6.is_unspecified()
                || v6.is_unicast_link_local()
                || v6.to_ipv4_mapped().is_some()
        }
    }
}

/// Returns the addresses on both sides of every prefix edge.
fn edges(policy: &Policy) -> BTreeSet<IpAddr> {
    let mut edges = BTreeSet::new();
    for prefix in policy.networks.iter().flat_map(|network| &network.prefixes) {
        let (first, last) = prefix_range(prefix.value);
        let around = [
            first.checked_sub(1),
            Some(first),
            Some(last),
            last.checked_add(1),
        ];
        edges.extend(around.into_iter().flatten().map(v4_or_v6));
    }
    edges
        .into_iter()
        .filter(|client| !is_unusable(*client))
        .collect()
}

fn parts(policy: &Policy) -> Parts {
    let mut clients: Vec<IpAddr> = edges(policy).into_iter().collect();
    clients.extend(elsewhere());
    let mut sessions = Vec::new();
    for listener in &policy.host.listeners {
        sessions.push((listener.value, true));
        if policy.host.tls.is_none() {
            sessions.pop();
        }
        if listener.value != Listener::Submissions {
            sessions.push((listener.value, false));
        }
    }
    let mut logins: Vec<Option<String>> = vec![None, Some("www-data".to_owned())];
    logins.extend(policy.logins.keys().map(|name| Some(name.to_string())));
    let mut ours = Vec::new();
    for (name, domain) in &policy.domains {
        let names = domain.mailboxes.keys().chain(domain.aliases.keys());
        ours.extend(names.map(|local| Address::new(local.as_str(), name.clone())));
        for local in ["nobody", "unknown.user", "root", "double-bounce"] {
            ours.push(Address::new(local, name.clone()));
        }
        ours.push(Address::new("x", Domain::literal(&format!("sub.{name}"))));
    }
    let mut from = ours.clone();
    let mut to = ours;
    for result in SpfResult::ALL {
        from.push(Address::new("sender", Domain::literal(&name_of(result))));
    }
    to.push(Address::new("victim", Domain::literal("victim.example")));
    to.push(Address::new("victim", Domain::literal("other.example")));
    Parts {
        clients,
        sessions,
        logins,
        helos: SpfResult::ALL.into_iter().map(name_of).collect(),
        from,
        to,
        own: policy.host.own_addresses(),
    }
}

/// So many random envelopes share a client, a listener, TLS, login and HELO; more of them where
/// very many are asked, since most of the time goes into connections, handshakes and logins.
const GROUP: usize = 20;
const LONG_GROUP: usize = 100;
/// So many envelopes are very many.
pub(crate) const VERY_MANY: usize = 30_000;

/// Returns at least so many random envelopes, in groups of one session each.
pub(crate) fn random(policy: &Policy, seed: u64, count: usize) -> Vec<Envelope> {
    let parts = parts(policy);
    let mut seeded = Seeded::new(seed);
    let mut envelopes = Vec::with_capacity(count);
    let group = if count < VERY_MANY { GROUP } else { LONG_GROUP };
    while envelopes.len() < count {
        let client = *seeded.pick(&parts.clients);
        let (listener, tls) = *seeded.pick(&parts.sessions);
        let login = seeded.pick(&parts.logins).clone();
        let helo = seeded.pick(&parts.helos).clone();
        for _ in 0..group {
            let from = path(&mut seeded, &parts.from, &parts.own, 4);
            let to = path(&mut seeded, &parts.to, &parts.own, 3);
            envelopes.push(Envelope {
                client,
                listener,
                tls,
                login: login.clone(),
                helo: helo.clone(),
                spf: spf_of(&from),
                spf_helo: result_of(&helo),
                from,
                to,
            });
        }
    }
    envelopes
}

/// Returns a path: one in `odd` of any form, the others plain.
fn path(seeded: &mut Seeded, addresses: &[Address], own: &[IpAddr], odd: usize) -> Path {
    let address = seeded.pick(addresses).clone();
    let form = if seeded.below(odd) == 0 {
        *seeded.pick(&PathForm::ALL)
    } else {
        PathForm::Plain
    };
    Path::spell(form, &address, own)
}

/// Returns envelopes with each form of each path, in each session, from a stranger and from each
/// network: the reader takes many forms for one another, and Postfix need not.
pub(crate) fn forms(policy: &Policy) -> Vec<Envelope> {
    let parts = parts(policy);
    let inside = policy.networks.iter().flat_map(|network| &network.prefixes);
    let inside = inside.map(|prefix| v4_or_v6(prefix_range(prefix.value).0));
    let mut clients: Vec<IpAddr> = inside.filter(|client| !is_unusable(*client)).collect();
    clients.truncate(2);
    clients.extend(elsewhere().take(1));
    let listed = policy.logins.keys().next().map(ToString::to_string);
    let with = |result| Address::new("sender", Domain::literal(&name_of(result)));
    let (sender, forger) = (with(SpfResult::Pass), with(SpfResult::Fail));
    let ours = parts.to.first().cloned().unwrap_or_else(|| sender.clone());
    let plain = |address: &Address| Path::spell(PathForm::Plain, address, &parts.own);
    let mut pairs = Vec::new();
    for form in PathForm::ALL {
        let odd = |address: &Address| Path::spell(form, address, &parts.own);
        pairs.push((odd(&sender), plain(&ours)));
        pairs.push((odd(&forger), plain(&ours)));
        pairs.push((odd(&ours), plain(&sender)));
        pairs.push((plain(&sender), odd(&ours)));
        pairs.push((plain(&sender), odd(&sender)));
    }
    let mut envelopes = Vec::new();
    for client in clients {
        for (listener, tls) in &parts.sessions {
            for (from, to) in &pairs {
                envelopes.push(Envelope {
                    client,
                    listener: *listener,
                    tls: *tls,
                    login: listed.clone(),
                    helo: name_of(SpfResult::None),
                    from: from.clone(),
                    to: to.clone(),
                    spf: spf_of(from),
                    spf_helo: SpfResult::None,
                });
            }
        }
    }
    envelopes
}

/// Returns envelopes from both sides of every prefix edge: to a stranger, to us, and as one of us.
pub(crate) fn at_edges(policy: &Policy) -> Vec<Envelope> {
    let parts = parts(policy);
    let mut envelopes = Vec::new();
    let sender = Address::new("sender", Domain::literal(&name_of(SpfResult::Pass)));
    let victim = Address::new("victim", Domain::literal("victim.example"));
    let ours = parts.to.first().cloned().unwrap_or_else(|| victim.clone());
    for client in edges(policy) {
        for (listener, tls) in &parts.sessions {
            for (from, to) in [(&sender, &victim), (&sender, &ours), (&ours, &victim)] {
                envelopes.push(Envelope {
                    client,
                    listener: *listener,
                    tls: *tls,
                    login: None,
                    helo: name_of(SpfResult::None),
                    from: Path::spell(PathForm::Plain, from, &parts.own),
                    to: Path::spell(PathForm::Plain, to, &parts.own),
                    spf: result_of(from.domain().as_str()),
                    spf_helo: SpfResult::None,
                });
            }
        }
    }
    envelopes
}
