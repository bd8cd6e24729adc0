//! A third opinion on the SPF records that policies become: mail-auth's, over the same records.
//!
//! pyspf is asked about random records (`tests/spf_pyspf.rs`). mail-auth does not hold the whole of
//! RFC 7208 (it passes 150 of the 203 cases of its suite), but it is what some receivers run; what
//! it makes of our records is what they make of them.

#![expect(clippy::disallowed_methods, reason = "tests read policies")]

#[path = "judge/policies.rs"]
mod policies;

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Instant;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::spf::Spf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    DnsError, DnssecStatus, Error, MX, MessageAuthenticator, Parameters, RecordSet, ResolverCache,
    Txt,
};
use mailpol::dns::{Record, RecordData, in_memory, records};
use mailpol::policy::Policy;
use mailpol::spf::{Query, SpfResult, check_helo, check_host};

/// Fewer than this were compared, and the policies were not found.
const COMPARED_MIN: usize = 400;

/// Their records ask for hosts of others, whose addresses are not in the records: mail-auth takes
/// what it does not find there in another way.
const OUTSIDE: [&str; 2] = ["examples/acme", "examples/acme-backup"];

const STRANGERS: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)),
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 9)),
];

#[test]
fn mail_auth_agrees_about_the_records_of_every_policy() {
    let mut compared = 0;
    let mut results = BTreeSet::new();
    let mut differences = Vec::new();
    for case in policies::all() {
        if OUTSIDE.contains(&case.name.as_str()) {
            continue;
        }
        let policy = case
            .load()
            .unwrap_or_else(|why| panic!("{}: {why:?}", case.name));
        let all = records(&policy).unwrap();
        let zone = in_memory(&all);
        let theirs = Published::of(&all);
        let host = policy.host.name.value.as_str();
        for client in clients(&policy) {
            for sender in senders(&policy) {
                let query = Query {
                    client,
                    helo: host,
                    mail_from: sender.as_deref(),
                    receiver: "mx.receiver.example",
                    time_seconds: 0,
                };
                let ours = match sender {
                    Some(_) => check_host(&zone, &query),
                    None => check_helo(&zone, &query),
                };
                let theirs = theirs.check(client, host, sender.as_deref());
                results.insert(ours.result);
                compared += 1;
                if ours.result != theirs {
                    let name = &case.name;
                    let ours = ours.result;
                    differences.push(format!("{name}: {client} {sender:?}: {ours:?} {theirs:?}"));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(compared >= COMPARED_MIN, "{compared}");
    for result in [SpfResult::Pass, SpfResult::Fail] {
        assert!(results.contains(&result), "{results:?}");
    }
}

/// The host's own addresses, their neighbours, those that a record names, and strangers.
fn clients(policy: &Policy) -> BTreeSet<IpAddr> {
    let own = policy.host.addresses.iter().map(|address| address.value);
    let terms = policy
        .domains
        .values()
        .flat_map(|hosted| &hosted.publish.spf);
    let named = terms.filter_map(|term| {
        let (_, prefix) = term.value.split_once(':')?;
        prefix.split('/').next()?.parse::<IpAddr>().ok()
    });
    let known: BTreeSet<IpAddr> = own.chain(named).chain(STRANGERS).collect();
    known
        .iter()
        .flat_map(|client| [*client, next(*client)])
        .collect()
}

fn next(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits().wrapping_add(1)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits().wrapping_add(1)).into(),
    }
}

/// Somebody at every domain, those without mail and one below among them; and HELO.
fn senders(policy: &Policy) -> Vec<Option<String>> {
    let domains = policy.domains.keys().chain(policy.parked.keys());
    // A few of a great many tell as much.
    let domains = domains.take(20);
    let at = |domain: &mailpol::mail::Domain| {
        [format!("postmaster@{domain}"), format!("a@below.{domain}")].map(Some)
    };
    domains.flat_map(at).chain([None]).collect()
}

/// Records as mail-auth asks for them; every other name does not exist, and nothing is asked of a
/// network.
struct Published {
    txt: Held<Txt>,
    mx: Held<RecordSet<MX>>,
    v4: Held<RecordSet<Ipv4Addr>>,
    v6: Held<RecordSet<Ipv6Addr>>,
}

impl Published {
    fn of(all: &[Record]) -> Self {
        let (mut txt, mut mx) = (BTreeMap::new(), BTreeMap::new());
        let (mut v4, mut v6) = (BTreeMap::new(), BTreeMap::new());
        for Record { name, data, .. } in all {
            match data {
                RecordData::Txt(text) if text.starts_with("v=spf1") => {
                    let spf = Spf::parse(text.as_bytes()).unwrap();
                    txt.insert(name.clone(), Txt::Spf(Arc::new(spf)));
                }
                RecordData::Mx(preference, exchange) => {
                    let all: &mut Vec<MX> = mx.entry(name.clone()).or_default();
                    all.push(MX {
                        exchanges: [format!("{exchange}.").into()].into(),
                        preference: *preference,
                    });
                }
                RecordData::A(address) => v4.entry(name.clone()).or_insert(vec![]).push(*address),
                RecordData::Aaaa(address) => {
                    v6.entry(name.clone()).or_insert(vec![]).push(*address);
                }
                RecordData::Txt(_) | RecordData::Cname(_) | RecordData::Ptr(_) => {}
            }
        }
        let nothing = Txt::Error(Error::Dns(DnsError::RecordNotFound(
            mail_auth::hickory_resolver::proto::op::ResponseCode::NXDomain,
        )));
        Self {
            txt: Held::of(txt, nothing),
            mx: Held::of(sets(mx), set(Vec::new())),
            v4: Held::of(sets(v4), set(Vec::new())),
            v6: Held::of(sets(v6), set(Vec::new())),
        }
    }

    fn check(&self, client: IpAddr, helo: &str, sender: Option<&str>) -> SpfResult {
        let config = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        let authenticator = MessageAuthenticator::new(config, ResolverOpts::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let receiver = "mx.receiver.example";
        let query = match sender {
            Some(sender) => SpfParameters::verify_mail_from(client, helo, receiver, sender),
            None => SpfParameters::verify_ehlo(client, helo, receiver),
        };
        let query = Parameters::new(query)
            .with_txt_cache(&self.txt)
            .with_mx_cache(&self.mx)
            .with_ipv4_cache(&self.v4)
            .with_ipv6_cache(&self.v6);
        match runtime.block_on(authenticator.verify_spf(query)).result() {
            mail_auth::SpfResult::Pass => SpfResult::Pass,
            mail_auth::SpfResult::Fail => SpfResult::Fail,
            mail_auth::SpfResult::SoftFail => SpfResult::Softfail,
            mail_auth::SpfResult::Neutral => SpfResult::Neutral,
            mail_auth::SpfResult::TempError => SpfResult::Temperror,
            mail_auth::SpfResult::PermError => SpfResult::Permerror,
            mail_auth::SpfResult::None => SpfResult::None,
        }
    }
}

fn sets<T>(all: BTreeMap<String, Vec<T>>) -> BTreeMap<String, RecordSet<T>> {
    let sets = all.into_iter().map(|(name, records)| (name, set(records)));
    sets.collect()
}

fn set<T>(records: Vec<T>) -> RecordSet<T> {
    RecordSet {
        rrset: Arc::from(records),
        dnssec_status: DnssecStatus::Insecure,
    }
}

/// Answers by name, and what every other name answers.
struct Held<V>(HashMap<Box<str>, V>, V);

impl<V: Clone> Held<V> {
    /// Holds each name with a dot behind it and without: mail-auth asks for both.
    fn of(all: BTreeMap<String, V>, otherwise: V) -> Self {
        let both = all.into_iter().flat_map(|(name, value)| {
            [
                (format!("{name}.").into(), value.clone()),
                (name.into(), value),
            ]
        });
        Self(both.collect(), otherwise)
    }
}

impl<V: Clone> ResolverCache<Box<str>, V> for Held<V> {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<V>
    where
        Box<str>: Borrow<Q>,
    {
        Some(self.0.get(name).unwrap_or(&self.1).clone())
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<V>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: V, _: Instant) {}
}
