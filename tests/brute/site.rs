//! Random sites: what the book knows of one.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use mailpol::mail::Listener;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) prefixes: Vec<IpNet>,
    pub(crate) rights: Vec<Right>,
    pub(crate) may_hand_over: bool,
    pub(crate) refuse: bool,
}

/// A right to send: what it does not name, it does not limit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Right {
    pub(crate) from: Vec<&'static str>,
    pub(crate) to: Vec<&'static str>,
    pub(crate) tls: bool,
    pub(crate) listener: Option<Listener>,
}

#[derive(Debug, Clone)]
pub(crate) struct Domain {
    /// Local-parts, and the login of each, if any.
    pub(crate) mailboxes: Vec<(&'static str, Option<&'static str>)>,
    /// An alias for some of the mailboxes, by number.
    pub(crate) alias: Option<Vec<usize>>,
    /// An alias for that alias.
    pub(crate) alias_of_alias: bool,
    pub(crate) catch_all: bool,
    /// A forward to [`FRIEND`]: of the first mailbox, which keeps a copy, or of `out`.
    pub(crate) forward: Option<bool>,
    /// Whether its mailboxes are on the inner host.
    pub(crate) inner: bool,
}

/// By which host some mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outbound {
    /// What is for the victims, and for the friend.
    Partner,
    /// What the second domain sends.
    Sender,
    /// All the rest.
    Rest,
}

/// Who gets copies of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Archive {
    /// The first domain's archive, of everything.
    All,
    /// The second domain's, of what the first one sends.
    FromFirst,
    /// The second domain's, of what is for the second.
    ToSecond,
}

/// What a login may send as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    Own,
    Any,
    /// The second domain, and its own addresses.
    OwnAndSecond,
    /// One foreign address, and nothing else.
    Foreign,
    /// Its own addresses, to some recipients.
    OwnToSome,
    /// Its own addresses to ours, and one foreign address on one listener, in two rights.
    Two,
}

impl Grant {
    pub(crate) fn rights(self) -> Vec<Right> {
        let from = |from: &[&'static str], to: &[&'static str]| Right {
            from: from.to_vec(),
            to: to.to_vec(),
            ..Right::default()
        };
        match self {
            Self::Own => vec![from(&["own"], &[])],
            Self::Any => vec![from(&["any"], &[])],
            Self::OwnAndSecond => vec![from(&["own", "@two.example"], &[])],
            Self::Foreign => vec![from(&[FOREIGN], &[])],
            Self::OwnToSome => vec![from(&["own"], &["@victim.example", "a@one.example"])],
            Self::Two => vec![
                from(&["own"], &["local"]),
                Right {
                    listener: Some(Listener::Submissions),
                    ..from(&[FOREIGN], &[])
                },
            ],
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) networks: Vec<Network>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) auth: bool,
    pub(crate) own_domain_reject: bool,
    /// `off`, `soft`, `strict`.
    pub(crate) spf: &'static str,
    /// `spf`, `auth`, `both`, `none`.
    pub(crate) header: &'static str,
    /// Whether addresses may have an extension.
    pub(crate) plus: bool,
    pub(crate) outbound: Vec<Outbound>,
    pub(crate) archives: Vec<Archive>,
}

pub(crate) const DOMAINS: [&str; 2] = ["one.example", "two.example"];
pub(crate) const LOGINS: [&str; 2] = ["anna", "bert"];
pub(crate) const FOREIGN: &str = "news@elsewhere.example";
pub(crate) const FRIEND: &str = "friend@far.example";
const LOCALS: [&str; 3] = ["a", "b", "c"];
const OUTBOUND: [Outbound; 3] = [Outbound::Partner, Outbound::Sender, Outbound::Rest];
const ARCHIVES: [Archive; 3] = [Archive::All, Archive::FromFirst, Archive::ToSecond];
const SPF: [&str; 3] = ["off", "soft", "strict"];
const HEADERS: [&str; 4] = ["spf", "auth", "both", "none"];
/// What the right of a network may name.
const FROM: [&str; 7] = [
    "any",
    "null",
    "local",
    "a@one.example",
    "@two.example",
    "@else.example",
    "@*.else.example",
];
const TO: [&str; 7] = [
    "any",
    "local",
    "a@one.example",
    "postmaster@one.example",
    "@victim.example",
    "@*.victim.example",
    "@*.one.example",
];

/// A prefix of 192.0.2.0/28 or 2001:db8::/124.
fn small() -> BoxedStrategy<IpNet> {
    let v4 = (0_u8..16, 28_u8..=32).prop_map(|(host, length)| v4([192, 0, 2, host], length));
    let v6 = (0_u16..16, 124_u8..=128)
        .prop_map(|(host, length)| v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, host], length));
    prop_oneof![v4, v6].boxed()
}

/// A prefix anywhere in private space, of any length.
fn large() -> BoxedStrategy<IpNet> {
    let v4 = (any::<u32>(), 8_u8..=32).prop_map(|(host, length)| {
        let [_, b, c, d] = host.to_be_bytes();
        v4([10, b, c, d], length)
    });
    let v6 = (any::<[u16; 7]>(), 32_u8..=128).prop_map(|([a, b, c, d, e, f, g], length)| {
        v6([0xfd00, a & 3, b, c, d, e & 1, f, g], length)
    });
    prop_oneof![v4, v6].boxed()
}

fn v4(host: [u8; 4], length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::from(host), length).trunc())
}

fn v6(host: [u16; 8], length: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from(host), length).trunc())
}

/// A site on few addresses.
pub(crate) fn narrow() -> impl Strategy<Value = Site> {
    of(small(), 7)
}

/// A site on many addresses.
pub(crate) fn wide() -> impl Strategy<Value = Site> {
    of(large(), 16)
}

fn of(prefix: BoxedStrategy<IpNet>, prefixes: usize) -> impl Strategy<Value = Site> {
    let rights = vec((rights(), any::<bool>(), any::<bool>()), 4);
    let parted = btree_set(prefix, 1..=prefixes);
    let networks = (parted, rights).prop_map(|(prefixes, rights)| parted_among(&prefixes, &rights));
    let grant = prop_oneof![
        Just(Grant::Own),
        Just(Grant::Any),
        Just(Grant::OwnAndSecond),
        Just(Grant::Foreign),
        Just(Grant::OwnToSome),
        Just(Grant::Two),
    ];
    (
        networks,
        vec(domain(), 2),
        vec(grant, 2),
        any::<bool>(),
        any::<bool>(),
        (select(&SPF[..]), select(&HEADERS[..])),
        (
            any::<bool>(),
            subsequence(&OUTBOUND[..], 0..=3),
            subsequence(&ARCHIVES[..], 0..=3),
        ),
    )
        .prop_map(
            |(networks, domains, grants, auth, own_domain_reject, (spf, header), more)| {
                let (plus, outbound, archives) = more;
                Site {
                    networks,
                    domains,
                    grants,
                    auth,
                    own_domain_reject,
                    spf,
                    header,
                    plus,
                    outbound,
                    archives,
                }
            },
        )
}

/// No right, the right to everything, or one or two that name something.
fn rights() -> impl Strategy<Value = Vec<Right>> {
    let listeners = vec![None, Some(Listener::Smtp), Some(Listener::Submission)];
    let right = (
        subsequence(&FROM[..], 0..3),
        subsequence(&TO[..], 0..3),
        any::<bool>(),
        select(listeners),
    );
    let right = right.prop_map(|(from, to, tls, listener)| Right {
        from,
        to,
        tls,
        listener,
    });
    prop_oneof![
        1 => Just(Vec::new()),
        1 => Just(vec![Right::default()]),
        2 => vec(right, 1..3),
    ]
}

fn parted_among(prefixes: &BTreeSet<IpNet>, all: &[(Vec<Right>, bool, bool)]) -> Vec<Network> {
    let networks = all.iter().enumerate().map(|(number, of)| {
        let (rights, may_hand_over, refuse) = of;
        let mine = prefixes.iter().skip(number).step_by(all.len());
        Network {
            prefixes: mine.copied().collect(),
            rights: rights.clone(),
            may_hand_over: *may_hand_over,
            refuse: *refuse,
        }
    });
    networks.filter(|one| !one.prefixes.is_empty()).collect()
}

fn domain() -> impl Strategy<Value = Domain> {
    let login = prop::option::of(select(&LOGINS[..]));
    let alias = prop::option::of(btree_set(0_usize..3, 1..3));
    let forward = prop::option::of(any::<bool>());
    let inner = prop_oneof![3 => Just(false), 1 => Just(true)];
    let flags = (any::<bool>(), any::<bool>(), forward, inner);
    (vec(login, 1..=3), alias, flags).prop_map(
        |(logins, alias, (alias_of_alias, catch_all, forward, inner))| {
            let count = logins.len();
            let within = |targets: BTreeSet<usize>| {
                let targets: BTreeSet<usize> = targets.into_iter().map(|one| one % count).collect();
                targets.into_iter().collect()
            };
            Domain {
                mailboxes: LOCALS.into_iter().zip(logins).collect(),
                alias_of_alias: alias_of_alias && alias.is_some(),
                alias: alias.map(within),
                catch_all,
                forward,
                inner,
            }
        },
    )
}

impl Site {
    /// Returns a site that has a bit of everything.
    pub(crate) fn sample() -> Self {
        let network = |prefix: &str, rights: &[Right]| Network {
            prefixes: vec![prefix.parse().expect("a prefix")],
            rights: rights.to_vec(),
            may_hand_over: false,
            refuse: false,
        };
        let domain = |inner| Domain {
            mailboxes: vec![("a", Some("anna")), ("b", None)],
            alias: Some(vec![0, 1]),
            alias_of_alias: true,
            catch_all: false,
            forward: Some(true),
            inner,
        };
        Self {
            networks: vec![
                network("192.0.2.0/29", &[Right::default()]),
                network("2001:db8::/126", &[]),
            ],
            domains: vec![domain(false), domain(true)],
            grants: vec![Grant::Own, Grant::Any],
            auth: true,
            own_domain_reject: true,
            spf: "soft",
            header: "both",
            plus: true,
            outbound: OUTBOUND.to_vec(),
            archives: ARCHIVES.to_vec(),
        }
    }

    /// Whether some mailbox or grant names a login.
    pub(crate) fn has_login(&self, login: &str) -> bool {
        let mut boxes = self.domains.iter().flat_map(|domain| &domain.mailboxes);
        self.auth && LOGINS.contains(&login) || boxes.any(|(_, of)| *of == Some(login))
    }
}
