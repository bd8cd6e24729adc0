//! Policies made by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Acknowledged;
use crate::mail::{Address, Domain, Listener, LocalPart};
use crate::policy::{
    Alias, Auth, Few, Grant, Host, HostedDomain, Inbound, Login, Logins, Mailbox, Network,
    Otherwise, OwnDomain, Policy, Publish, RecordHeaders, SaslauthdMechanism, SenderScope, Sorted,
    SpfPolicy, TargetOptions, Tls, Via,
};
use crate::source::{Loc, Source, Spanned};

/// A policy that grows by sentences.
pub(super) struct House {
    pub(super) policy: Policy,
    at: Loc,
}

pub(super) fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, place())
}

fn place() -> Loc {
    Loc::new(&Source::new("policy.kdl", "mailpol version=1\n"), 0, 7)
}

pub(super) fn address(text: &str) -> Address {
    let (local, domain) = text.rsplit_once('@').unwrap();
    Address::new(local, Domain::parse(domain).unwrap())
}

impl House {
    /// A host with one domain and its postmaster.
    pub(super) fn new(domain: &str) -> Self {
        let at = place();
        let policy = Policy {
            source: Arc::clone(at.source()),
            host: Host {
                plus_addressing: None,
                limits: crate::policy::Limits::default(),
                name: spanned(Domain::parse("mx.doe-family.com").unwrap()),
                addresses: vec![spanned("198.51.100.25".parse().unwrap())],
                listeners: Listener::ALL.into_iter().map(spanned).collect(),
                bound: BTreeMap::new(),
                tls: Some(Tls {
                    certificate: spanned("/etc/ssl/doe/fullchain.pem".to_owned()),
                    key: spanned("/etc/ssl/doe/privkey.pem".to_owned()),
                }),
                postmaster: Some(spanned(address(&format!("postmaster@{domain}")))),
                at: at.clone(),
            },
            networks: Vec::new(),
            auth: Some(Auth::Saslauthd {
                mechanism: spanned(SaslauthdMechanism::Shadow),
                at: at.clone(),
            }),
            authenticated: vec![Self::grant(&[SenderScope::Own])],
            logins: Logins::default(),
            domains: BTreeMap::new(),
            routes: BTreeMap::new(),
            outbound: crate::policy::Outbound::default(),
            archive: crate::policy::Archive::default(),
            parked: BTreeMap::new(),
            inbound: Inbound {
                spf: SpfPolicy::Soft,
                header: RecordHeaders::Both,
                own_domain: OwnDomain::Reject,
                spf_at: at.clone(),
                own_domain_at: at.clone(),
            },
            targets: Vec::new(),
            scenarios: Vec::new(),
            statements: Vec::new(),
            acknowledged: Acknowledged::default(),
        };
        let mut house = Self { policy, at };
        house.domain(domain);
        house
    }

    /// The Doe family's.
    pub(super) fn doe() -> Self {
        let mut house = Self::new("doe-family.com");
        house.network(
            "internal",
            &["192.168.0.0/24", "fd00:d0e::/64"],
            |network| {
                network.grants = vec![Self::grant(&[])];
            },
        );
        let boxes = [
            ("john.doe", "john"),
            ("jane.doe", "jane"),
            ("jimmy.doe", "jimmy"),
            ("jenny.doe", "jenny"),
            ("iot-fridge", "fridge"),
        ];
        for (local, login) in boxes {
            house.mailbox(&format!("{local}@doe-family.com"), Some(login));
        }
        let family = ["john.doe", "jane.doe", "jimmy.doe", "jenny.doe"];
        let family = family.map(|local| format!("{local}@doe-family.com"));
        let family: Vec<&str> = family.iter().map(String::as_str).collect();
        house.alias("family@doe-family.com", &family);
        house.alias("postmaster@doe-family.com", &["john.doe@doe-family.com"]);
        house
    }

    pub(super) fn grant(from: &[SenderScope]) -> Grant {
        Grant {
            from: from.iter().cloned().map(spanned).collect(),
            to: Vec::new(),
            listeners: Vec::new(),
            needs_tls: false,
            at: place(),
        }
    }

    pub(super) fn domain(&mut self, domain: &str) {
        let hosted = HostedDomain {
            via: None,
            mailboxes: Sorted::new(),
            aliases: Sorted::new(),
            forwards: Sorted::new(),
            catch_all: None,
            publish: Publish {
                mx: Vec::new(),
                mx_at: None,
                spf: Vec::new(),
                spf_at: None,
                dkim: Vec::new(),
                dmarc: None,
                mta_sts: None,
                tls_rpt: Vec::new(),
            },
            at: self.at.clone(),
        };
        let name = Domain::parse(domain).unwrap();
        self.policy.domains.insert(name, hosted);
        self.mailbox(&format!("postmaster@{domain}"), None);
    }

    fn hosted(&mut self, address: &Address) -> &mut HostedDomain {
        self.policy.domains.get_mut(address.domain()).unwrap()
    }

    pub(super) fn mailbox(&mut self, text: &str, login: Option<&str>) {
        let address = address(text);
        let local = LocalPart::parse(address.local()).unwrap();
        let mailbox = Mailbox {
            via: None,
            login: login.map(|login| spanned(login.into())),
            at: place(),
        };
        self.hosted(&address).mailboxes.insert(local, mailbox);
        if let Some(login) = login {
            self.login(login, None);
            let login = self.policy.logins.get_mut(login).unwrap();
            login.mailboxes.push(address);
        }
    }

    pub(super) fn login(&mut self, name: &str, grant: Option<Grant>) {
        let logins = &mut self.policy.logins;
        if !logins.contains_key(name) {
            logins.insert(Login {
                name: spanned(name.into()),
                mailboxes: Few::new(),
                grants: Vec::new(),
            });
        }
        logins.get_mut(name).unwrap().grants.extend(grant);
    }

    fn to(targets: &[&str]) -> Alias {
        Alias {
            targets: targets.iter().map(|to| spanned(address(to))).collect(),
            at: place(),
        }
    }

    pub(super) fn alias(&mut self, text: &str, targets: &[&str]) {
        let address = address(text);
        let local = LocalPart::parse(address.local()).unwrap();
        let hosted = self.hosted(&address);
        hosted.mailboxes.remove(&local);
        hosted.aliases.insert(local, Self::to(targets));
    }

    pub(super) fn catch_all(&mut self, domain: &str, targets: &[&str]) {
        let address = address(&format!("x@{domain}"));
        self.hosted(&address).catch_all = Some(Self::to(targets));
    }

    pub(super) fn network(
        &mut self,
        name: &str,
        prefixes: &[&str],
        change: impl FnOnce(&mut Network),
    ) {
        let mut network = Network {
            name: spanned(name.to_owned()),
            prefixes: prefixes
                .iter()
                .map(|net| spanned(net.parse().unwrap()))
                .collect(),
            grants: Vec::new(),
            may_hand_over: None,
            otherwise: Otherwise::Stranger,
            via: Via::Direct,
            at: place(),
        };
        change(&mut network);
        self.policy.networks.push(network);
    }

    pub(super) fn target(&mut self, change: impl FnOnce(&mut TargetOptions)) {
        let mut options = TargetOptions {
            name: spanned("postfix".to_owned()),
            version: None,
            settings: Vec::new(),
            files: Vec::new(),
            at: place(),
        };
        change(&mut options);
        self.policy.targets = vec![options];
    }
}
