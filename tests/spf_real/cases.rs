//! Random records, clients, HELO names and reverse-paths, each case under a name of its own.

use std::net::IpAddr;

use mailpol::spf::{Query, SpfResult, Zone, check_helo, check_host};

use crate::random::Random;
use crate::support::job::{DnsFailure, Record};

/// The domain that all cases are below.
const ROOT: &str = "spf-cases.example";

const CLIENTS: &[&str] = &[
    "203.0.113.9",
    "203.0.113.70",
    "192.0.2.1",
    "192.0.2.130",
    "198.18.0.5",
    "2001:db8:1::25",
    "2001:db8:2::1",
];

/// A record, and who asks. `D` stands for the case's own domain.
pub(crate) struct Case {
    pub(crate) zone: Vec<Record>,
    pub(crate) client: IpAddr,
    pub(crate) helo: String,
    /// Empty for the null reverse-path.
    pub(crate) from: String,
    pub(crate) texts: Vec<String>,
}

/// Terms with a good syntax.
const TERMS: &[&str] = &[
    "ip4:203.0.113.9",
    "ip4:203.0.113.0/26",
    "-ip4:192.0.2.0/25",
    "~ip4:192.0.2.128/25",
    "ip6:2001:db8:1::/48",
    "?ip6:2001:db8::/32",
    "a",
    "a:host.D",
    "a:host.D/24",
    "a:host.D//48",
    "mx",
    "-mx:D/28",
    "mx:other.D//64",
    "include:good.D",
    "include:fail.D",
    "include:soft.D",
    "?include:neutral.D",
    "exists:host.D",
    "exists:%{l}.users.D",
    "exists:%{ir}.%{v}.list.D",
    "a:%{h}",
    "a:%{d2}",
    "include:%{d}.more.D",
    "MX:Other.D",
    "IP4:192.0.2.1",
];
/// Ends of a record.
const ENDS: &[&str] = &[
    "-all",
    "~all",
    "?all",
    "+all",
    "redirect=good.D",
    "redirect=soft.D",
    "",
];
/// Terms that ask for what is not there, or goes wrong.
const ODD: &[&str] = &[
    "include:none.D",
    "include:broken.D",
    "include:failing.D",
    "a:failing.D",
    "mx:void1.D",
    "a:void2.D",
    "exists:void3.D",
    "redirect=none.D",
    "include:loop.D",
    "include:deep.D",
    "unknown=%{d}",
    "exp=why.D",
];
/// Terms that are none.
const WRONG: &[&str] = &[
    "ip4:bogus",
    "ip4:192.0.2.0/33",
    "ip6:2001:db8::/129",
    "a:/24",
    "include:",
    "nothing:D",
    "mx/24/24",
    "redirect:good.D",
    "all:D",
    "-",
    "exists:%{x}.D",
];

/// What stands below every case's domain.
const BELOW: &[(&str, &str)] = &[
    ("good", "v=spf1 ip4:203.0.113.0/24 ip6:2001:db8:1::/48 -all"),
    ("fail", "v=spf1 -all"),
    ("soft", "v=spf1 ip4:192.0.2.1 ~all"),
    ("neutral", "v=spf1 ?all"),
    ("broken", "v=spf1 ip4:bogus -all"),
    ("loop", "v=spf1 include:loop.D -all"),
    (
        "deep",
        "v=spf1 a:host.D a:host.D a:host.D a:host.D a:host.D a:host.D a:host.D a:host.D -all",
    ),
];

pub(crate) fn case(number: usize, random: &mut Random) -> Case {
    let domain = format!("c{number}.{ROOT}");
    let own = |text: &str| text.replace('D', &domain);
    let mut texts = vec![own(&record(random))];
    if random.chance(3) {
        texts.push("v=spf1 mx -all".to_owned());
    }
    if random.chance(3) {
        texts.clear();
    }
    if random.chance(10) {
        texts.push("site-verification=1".to_owned());
    }
    let mut zone: Vec<Record> = texts.iter().map(|text| txt(&domain, text)).collect();
    for (label, text) in BELOW {
        zone.push(txt(&format!("{label}.{domain}"), &own(text)));
    }
    for (label, address) in [
        ("", "192.0.2.1"),
        ("host.", "203.0.113.70"),
        ("host.", "2001:db8:2::7"),
    ] {
        let name = format!("{label}{domain}");
        let address = address.parse().unwrap();
        zone.push(Record::Address { name, address });
    }
    let exchange = format!("host.{domain}");
    for label in ["", "other."] {
        let name = format!("{label}{domain}");
        zone.push(Record::Mx {
            name,
            preference: 10,
            exchange: exchange.clone(),
        });
    }
    let name = format!("failing.{domain}");
    zone.push(Record::Fails {
        name,
        how: DnsFailure::ServFail,
    });
    let null = random.chance(20);
    let helo = if null || random.chance(30) {
        domain.clone()
    } else {
        format!("host.{domain}")
    };
    Case {
        client: random.pick(CLIENTS).parse().unwrap(),
        helo,
        from: if null {
            String::new()
        } else {
            format!("jane@{domain}")
        },
        zone,
        texts,
    }
}

/// Returns a record: a few terms, good or not, and an end.
fn record(random: &mut Random) -> String {
    let mut terms = vec!["v=spf1"];
    for _ in 0..random.below(4) {
        terms.push(random.pick(TERMS));
    }
    if random.chance(25) {
        terms.push(random.pick(ODD));
    }
    if random.chance(10) {
        terms.push(random.pick(WRONG));
    }
    terms.push(random.pick(ENDS));
    terms.retain(|term| !term.is_empty());
    // One redirect at most, and one end.
    terms.join(" ")
}

fn txt(name: &str, text: &str) -> Record {
    Record::Txt {
        name: name.to_owned(),
        strings: vec![text.to_owned()],
    }
}

impl Case {
    /// Returns the result of our evaluator: of MAIL FROM, and of HELO for the null reverse-path.
    pub(crate) fn ours(&self) -> SpfResult {
        let mut zone = Zone::new();
        for record in &self.zone {
            match record {
                Record::Txt { name, strings } => zone.add_txt(name, strings.concat().as_bytes()),
                Record::Address {
                    name,
                    address: IpAddr::V4(v4),
                } => zone.add_a(name, *v4),
                Record::Address {
                    name,
                    address: IpAddr::V6(v6),
                } => zone.add_aaaa(name, *v6),
                Record::Mx {
                    name,
                    preference,
                    exchange,
                } => {
                    zone.add_mx(name, *preference, exchange);
                }
                Record::Fails { name, .. } => zone.fail(name),
                Record::Everything { .. } => unreachable!("a zone of these cases names its names"),
            }
        }
        let query = Query {
            client: self.client,
            helo: &self.helo,
            mail_from: Some(&self.from)
                .filter(|from| !from.is_empty())
                .map(String::as_str),
            receiver: "mx.doe-family.com",
            time_seconds: 0,
        };
        let evaluation = if self.from.is_empty() {
            check_helo(&zone, &query)
        } else {
            check_host(&zone, &query)
        };
        evaluation.result
    }
}
