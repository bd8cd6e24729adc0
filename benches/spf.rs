//! What one SPF check costs, beside mail-auth and pyspf, over the same zone in memory.
//!
//! `cargo bench --bench spf`. `tests/spf/setup.sh` brings pyspf; without it its line says so.
//! mail-auth keeps records parsed, so its check parses nothing; ours and pyspf's parse each time.

#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark looks at the clock and starts a program"
)]

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::hint::black_box;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::spf::Spf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    DnssecStatus, MX, MessageAuthenticator, Parameters, RecordSet, ResolverCache, Txt,
};
use mailpol::spf::{Query, SpfResult, Zone, check_host};
use serde_json::json;

/// The most that a check may cost, on the average of the cases.
const MICROSECONDS_MAX: f64 = 5.0;
/// How long each evaluator is timed.
const TIMED: Duration = Duration::from_secs(1);
const PYSPF_ROUNDS: u32 = 300;

const DOMAIN: &str = "doe-family.com";
const HOST: &str = "mx.doe-family.com";
const SENDER: &str = "john.doe@doe-family.com";
const RECORD: &str = "v=spf1 +mx ip4:192.0.2.0/24 -all";
const V4: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 25);
const V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0xd0e, 0, 0, 0, 0, 0x25);

/// Who asks, and what the result is.
fn cases() -> [(IpAddr, SpfResult); 4] {
    [
        (V4.into(), SpfResult::Pass),
        (V6.into(), SpfResult::Pass),
        (Ipv4Addr::new(192, 0, 2, 7).into(), SpfResult::Pass),
        (Ipv4Addr::new(203, 0, 113, 9).into(), SpfResult::Fail),
    ]
}

/// Returns how many microseconds a check takes on the average.
fn timed(mut check: impl FnMut(IpAddr) -> SpfResult) -> f64 {
    for (client, result) in cases() {
        assert_eq!(check(client), result, "{client}");
    }
    let start = Instant::now();
    let mut checks = 0_u32;
    while start.elapsed() < TIMED {
        for (client, _) in cases() {
            black_box(check(black_box(client)));
            checks += 1;
        }
    }
    start.elapsed().as_secs_f64() / f64::from(checks) * 1e6
}

fn ours() -> f64 {
    let mut zone = Zone::new();
    zone.add_txt(DOMAIN, RECORD.as_bytes());
    zone.add_mx(DOMAIN, 10, HOST);
    zone.add_a(HOST, V4);
    zone.add_aaaa(HOST, V6);
    timed(|client| {
        let query = Query {
            client,
            helo: HOST,
            mail_from: Some(SENDER),
            receiver: "mx.receiver.example",
            time_seconds: 0,
        };
        check_host(&zone, &query).result
    })
}

/// A cache that holds all that will be asked for: nothing is left to ask a network about.
struct Held<K, V>(HashMap<K, V>);

impl<K: Hash + Eq, V: Clone> ResolverCache<K, V> for Held<K, V> {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: K, _: V, _: Instant) {}
}

/// Both spellings of a name, since the caches are asked in one of them.
fn held<V: Clone>(name: &str, value: &V) -> Held<Box<str>, V> {
    let names = [name.to_owned(), format!("{name}.")];
    Held(
        names
            .map(|name| (name.into_boxed_str(), value.clone()))
            .into(),
    )
}

fn set<T>(records: Vec<T>) -> RecordSet<T> {
    RecordSet {
        rrset: Arc::from(records),
        dnssec_status: DnssecStatus::Insecure,
    }
}

fn mail_auth() -> f64 {
    let record = Arc::new(Spf::parse(RECORD.as_bytes()).unwrap());
    let txt = held(DOMAIN, &Txt::Spf(record));
    let exchanges = vec![format!("{HOST}.").into_boxed_str()].into_boxed_slice();
    let mx = held(
        DOMAIN,
        &set(vec![MX {
            exchanges,
            preference: 10,
        }]),
    );
    let (v4, v6) = (held(HOST, &set(vec![V4])), held(HOST, &set(vec![V6])));
    let config = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
    let authenticator = MessageAuthenticator::new(config, ResolverOpts::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    timed(|client| {
        let query = SpfParameters::verify_mail_from(client, HOST, "mx.receiver.example", SENDER);
        let query = Parameters::new(query)
            .with_txt_cache(&txt)
            .with_mx_cache(&mx)
            .with_ipv4_cache(&v4)
            .with_ipv6_cache(&v6);
        let output = runtime.block_on(authenticator.verify_spf(query));
        match output.result() {
            mail_auth::SpfResult::Pass => SpfResult::Pass,
            mail_auth::SpfResult::Fail => SpfResult::Fail,
            other => panic!("{other:?}"),
        }
    })
}

/// Returns nothing if pyspf was not brought.
fn pyspf() -> Option<f64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let brought = root.join("target/spf-suite");
    let (python, pyspf) = (
        brought.join("venv/bin/python"),
        brought.join("pyspf-2.0.14"),
    );
    if !python.exists() || !pyspf.exists() {
        return None;
    }
    let mut child = Command::new(python)
        .arg(root.join("tests/spf/pyspf_oracle.py"))
        .arg(pyspf)
        .arg(PYSPF_ROUNDS.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for (client, _) in cases() {
        let case = json!({
            "zone": [
                [DOMAIN, "TXT", RECORD],
                [DOMAIN, "MX", [10, HOST]],
                [HOST, "A", V4.to_string()],
                [HOST, "AAAA", V6.to_string()],
            ],
            "client": client.to_string(),
            "helo": HOST,
            "mail_from": SENDER,
            "receiver": "mx.receiver.example",
        });
        writeln!(input, "{case}").unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn main() -> ExitCode {
    let ours = ours();
    println!("mailpol    {ours:8.2} microseconds a check (at most {MICROSECONDS_MAX})");
    println!(
        "mail-auth  {:8.2} microseconds a check, its record parsed before",
        mail_auth()
    );
    match pyspf() {
        Some(theirs) => println!("pyspf      {theirs:8.2} microseconds a check"),
        None => println!("pyspf      was not brought: run tests/spf/setup.sh"),
    }
    if ours > MICROSECONDS_MAX {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
