//! Random zones and queries: well-formed records, odd ones, and malformed ones.

use mailpol::spf::{DnsError, Event, Query, RecordType, Zone, check_host};
use serde_json::{Value, json};

use crate::policies::{DOMAINS, Form, explanation, ipv4, ipv6, policy};
use crate::random::Random;
use crate::records;

pub(crate) const RECEIVER: &str = "mx.receiver.example";

const CLIENTS: &[&str] = &[
    "192.0.2.1",
    "192.0.2.130",
    "198.51.100.7",
    "203.0.113.9",
    "::ffff:192.0.2.1",
    "2001:db8::1",
    "2001:db8:1::25",
    "fe80::1",
];
const LOCAL_PARTS: &[&str] = &[
    "jane",
    "jane.doe",
    "strong-bad",
    "a+b=c_d",
    "x.y-z",
    "JANE",
    "postmaster",
    "~j&k",
];
const HELOS: &[&str] = &[
    "helo.example.net",
    "mail.example.com",
    "MAIL.Example.Com",
    "[192.0.2.1]",
    "OEMCOMPUTER",
    "a b.example.com",
    "x..y",
];

/// A zone and a question.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) zone: Vec<Value>,
    pub(crate) client: String,
    pub(crate) helo: String,
    pub(crate) mail_from: String,
    /// Whether characters of the texts were replaced at random.
    pub(crate) spoiled: bool,
}

impl Case {
    pub(crate) fn query(&self) -> Query<'_> {
        Query {
            client: self.client.parse().unwrap(),
            helo: &self.helo,
            mail_from: Some(&self.mail_from),
            receiver: RECEIVER,
            time_seconds: 0,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "zone": self.zone, "client": self.client, "helo": self.helo,
            "mail_from": self.mail_from, "receiver": RECEIVER,
        })
    }
}

pub(crate) fn case(random: &mut Random) -> Case {
    let form = match random.below(10) {
        0..=5 => Form::Good,
        6..=7 => Form::Odd,
        _ => Form::Spoiled,
    };
    let client = random.pick(CLIENTS).to_owned();
    let mut zone = Vec::new();
    for domain in DOMAINS {
        add_domain(random, form, domain, &mut zone);
    }
    add_names_of_client(random, &client, &mut zone);
    let helo = random.pick(HELOS).to_owned();
    let domain = random.pick(DOMAINS);
    let mail_from = match random.below(20) {
        0 => String::new(),
        1 if form == Form::Odd => format!("@{domain}"),
        2 if form == Form::Odd => domain.to_owned(),
        _ => format!("{}@{domain}", random.pick(LOCAL_PARTS)),
    };
    let spoiled = form == Form::Spoiled;
    let mut case = Case {
        zone,
        client,
        helo,
        mail_from,
        spoiled,
    };
    for _ in 0..2 {
        add_what_is_asked(random, &mut case);
    }
    case
}

fn add_domain(random: &mut Random, form: Form, domain: &str, zone: &mut Vec<Value>) {
    if random.chance(4) {
        zone.push(json!([domain, "CNAME", random.pick(DOMAINS)]));
        return;
    }
    for _ in 0..random.below(3) {
        zone.push(json!([domain, "A", ipv4(random)]));
    }
    for _ in 0..random.below(3) {
        zone.push(json!([domain, "AAAA", ipv6(random)]));
    }
    let exchangers = if random.chance(3) {
        9 + random.below(4)
    } else {
        random.below(3)
    };
    for _ in 0..exchangers {
        let exchange = if random.chance(3) {
            ""
        } else {
            random.pick(DOMAINS)
        };
        zone.push(json!([domain, "MX", [random.below(3) * 10, exchange]]));
    }
    if random.chance(10) {
        zone.push(json!([domain, "TXT", "unrelated \u{e9} text"]));
    }
    let policies = [0, 1, 1, 1, 1, 1, 1, 1, 1, 2][random.below(10)];
    let policies = if policies == 2 && random.chance(60) {
        1
    } else {
        policies
    };
    for _ in 0..policies {
        zone.push(json!([domain, "TXT", policy(random, form)]));
    }
    zone.push(json!([
        format!("why.{domain}"),
        "TXT",
        explanation(random, form)
    ]));
    if random.chance(4) {
        let types = RecordType::ALL.map(|record_type| record_type.to_string());
        zone.push(json!([domain, "FAIL", types[random.below(types.len())]]));
    }
}

/// PTR records of the client, honest ones and others.
fn add_names_of_client(random: &mut Random, client: &str, zone: &mut Vec<Value>) {
    let helo = "helo.example";
    let client = client.parse().unwrap();
    let query = Query {
        client,
        helo,
        mail_from: None,
        receiver: "",
        time_seconds: 0,
    };
    let mut probe = Zone::new();
    probe.add_txt(helo, "v=spf1 ptr");
    let mut asked = None;
    for step in check_host(&probe, &query).trace {
        if let Event::Asked {
            record_type: RecordType::Ptr,
            name,
            ..
        } = step.event
        {
            asked = Some(name);
        }
    }
    let count = if random.chance(5) {
        12
    } else {
        random.below(3)
    };
    for _ in 0..count {
        zone.push(json!([asked.clone().unwrap(), "PTR", random.pick(DOMAINS)]));
    }
}

/// Gives some of the names that the evaluation does not find a record, so that macros lead
/// somewhere.
fn add_what_is_asked(random: &mut Random, case: &mut Case) {
    let zone = records::zone(&case.zone);
    for step in check_host(&zone, &case.query()).trace {
        let Event::Asked {
            record_type,
            name,
            answer: Err(DnsError::NoSuchName),
        } = step.event
        else {
            continue;
        };
        if random.chance(50) {
            let value = match record_type {
                RecordType::A => ipv4(random),
                RecordType::Aaaa => ipv6(random),
                RecordType::Txt => policy(random, Form::Good),
                RecordType::Mx | RecordType::Ptr => continue,
            };
            case.zone
                .push(json!([name, record_type.to_string(), value]));
        }
    }
}
