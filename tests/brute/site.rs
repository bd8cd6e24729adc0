//! Random sites: what the book knows of one, and how it is written as a policy.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) prefixes: Vec<IpNet>,
    pub(crate) may_send: bool,
    pub(crate) may_hand_over: bool,
    pub(crate) refuse: bool,
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
}

pub(crate) const DOMAINS: [&str; 2] = ["one.example", "two.example"];
pub(crate) const LOGINS: [&str; 2] = ["anna", "bert"];
pub(crate) const FOREIGN: &str = "news@elsewhere.example";
const LOCALS: [&str; 3] = ["a", "b", "c"];
const SPF: [&str; 3] = ["off", "soft", "strict"];

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
    let rights = vec((any::<bool>(), any::<bool>(), any::<bool>()), 4);
    let parted = btree_set(prefix, 1..=prefixes);
    let networks = (parted, rights).prop_map(|(prefixes, rights)| parted_among(&prefixes, &rights));
    let grant = prop_oneof![
        Just(Grant::Own),
        Just(Grant::Any),
        Just(Grant::OwnAndSecond),
        Just(Grant::Foreign),
    ];
    (
        networks,
        vec(domain(), 2),
        vec(grant, 2),
        any::<bool>(),
        any::<bool>(),
        prop::sample::select(&SPF[..]),
    )
        .prop_map(
            |(networks, domains, grants, auth, own_domain_reject, spf)| Site {
                networks,
                domains,
                grants,
                auth,
                own_domain_reject,
                spf,
            },
        )
}

fn parted_among(prefixes: &BTreeSet<IpNet>, rights: &[(bool, bool, bool)]) -> Vec<Network> {
    let network = |(number, (may_send, may_hand_over, refuse)): (usize, &(bool, bool, bool))| {
        let mine = prefixes.iter().skip(number).step_by(rights.len());
        Network {
            prefixes: mine.copied().collect(),
            may_send: *may_send,
            may_hand_over: *may_hand_over,
            refuse: *refuse,
        }
    };
    let networks = rights.iter().enumerate().map(network);
    networks.filter(|one| !one.prefixes.is_empty()).collect()
}

fn domain() -> impl Strategy<Value = Domain> {
    let login = prop::option::of(prop::sample::select(&LOGINS[..]));
    let alias = prop::option::of(btree_set(0_usize..3, 1..3));
    (vec(login, 1..=3), alias, any::<bool>(), any::<bool>()).prop_map(
        |(logins, alias, alias_of_alias, catch_all)| {
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
            }
        },
    )
}

impl Site {
    /// Returns a site that has a bit of everything.
    pub(crate) fn sample() -> Self {
        let network = |prefix: &str, may_send| Network {
            prefixes: vec![prefix.parse().expect("a prefix")],
            may_send,
            may_hand_over: false,
            refuse: false,
        };
        let domain = || Domain {
            mailboxes: vec![("a", Some("anna")), ("b", None)],
            alias: Some(vec![0, 1]),
            alias_of_alias: true,
            catch_all: false,
        };
        Self {
            networks: vec![
                network("192.0.2.0/29", true),
                network("2001:db8::/126", false),
            ],
            domains: vec![domain(), domain()],
            grants: vec![Grant::Own, Grant::Any],
            auth: true,
            own_domain_reject: true,
            spf: "soft",
        }
    }

    /// Returns the logins that some mailbox or grant names.
    pub(crate) fn logins(&self) -> BTreeSet<&'static str> {
        let boxes = self.domains.iter().flat_map(|domain| &domain.mailboxes);
        let mut logins: BTreeSet<&'static str> = boxes.filter_map(|(_, login)| *login).collect();
        if self.auth {
            logins.extend(LOGINS);
        }
        logins
    }

    /// Returns the site as a policy.
    pub(crate) fn policy(&self) -> String {
        let mut text = "mailpol version=1\nhost \"mx.one.example\" {\n\
             address \"198.51.100.25\" \"2001:db8:25::25\"\n\
             listen \"smtp\" \"submission\" \"submissions\"\n\
             tls certificate=\"/etc/ssl/c.pem\" key=\"/etc/ssl/k.pem\"\n}\n\
             auth \"saslauthd\" mechanism=\"shadow\"\n"
            .to_owned();
        for (number, network) in self.networks.iter().enumerate() {
            let prefixes: Vec<String> = network
                .prefixes
                .iter()
                .map(|one| format!("\"{one}\""))
                .collect();
            let _ = writeln!(
                text,
                "network \"n{number}\" {{\ncidr {}",
                prefixes.join(" ")
            );
            for (word, is_said) in [
                ("may-send", network.may_send),
                ("may-hand-over", network.may_hand_over),
                ("otherwise \"refuse\"", network.refuse),
            ] {
                if is_said {
                    let _ = writeln!(text, "{word}");
                }
            }
            text.push_str("}\n");
        }
        for (name, domain) in DOMAINS.iter().zip(&self.domains) {
            domain.write(name, &mut text);
        }
        if self.auth {
            for (login, grant) in LOGINS.iter().zip(&self.grants) {
                let from = match grant {
                    Grant::Own => "\"own\"".to_owned(),
                    Grant::Any => "\"any\"".to_owned(),
                    Grant::OwnAndSecond => format!("\"own\" \"@{}\"", DOMAINS[1]),
                    Grant::Foreign => format!("\"{FOREIGN}\""),
                };
                let _ = writeln!(text, "login \"{login}\" {{ may-send {{ from {from}; }}; }}");
            }
        }
        let own = if self.own_domain_reject {
            "reject"
        } else {
            "check"
        };
        let _ = writeln!(
            text,
            "inbound {{ spf \"{}\"; own-domain \"{own}\"; }}",
            self.spf
        );
        text
    }
}

impl Domain {
    fn write(&self, name: &str, text: &mut String) {
        let _ = writeln!(text, "domain \"{name}\" {{");
        for (local, login) in &self.mailboxes {
            let login = login
                .map(|login| format!(" login=\"{login}\""))
                .unwrap_or_default();
            let _ = writeln!(text, "mailbox \"{local}\"{login}");
        }
        if let Some(targets) = &self.alias {
            let targets: Vec<String> = targets
                .iter()
                .map(|number| format!("\"{}\"", self.mailboxes[*number].0))
                .collect();
            let _ = writeln!(text, "alias \"all\" {}", targets.join(" "));
        }
        if self.alias_of_alias {
            let _ = writeln!(text, "alias \"again\" \"all\"");
        }
        let _ = writeln!(text, "alias \"postmaster\" \"a\"");
        if self.catch_all {
            let _ = writeln!(text, "catch-all \"a\"");
        }
        text.push_str("}\n");
    }
}
