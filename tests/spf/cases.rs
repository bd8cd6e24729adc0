//! Random zones and queries: well-formed records, odd ones, and malformed ones.

use mailpol::spf::{DnsError, Event, Query, RecordType, Zone, check_host};
use serde_json::{Value, json};

use crate::random::Random;
use crate::records;

pub(crate) const RECEIVER: &str = "mx.receiver.example";

const DOMAINS: &[&str] = &[
    "example.com",
    "a.example.com",
    "b.example.com",
    "mail.example.com",
    "example.org",
    "c.example.org",
    "x-y.z.example.org",
    "example.net",
    "_spf.example.net",
    "helo.example.net",
];
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
const MACROS: &[&str] = &[
    "%{d}", "%{D}", "%{d2}", "%{d1r}", "%{o}", "%{h}", "%{H}", "%{i}", "%{ir}", "%{v}", "%{l}",
    "%{L}", "%{l-}", "%{lr-}", "%{l2r+-}", "%{s}", "%{S}", "%{s1}", "%{d128}", "%%", "%_", "%-",
    "%{i4r}", "%{h3r}", "%{l1=_}",
];
/// What a record may be spoiled with.
const SPOILERS: &[&str] = &[
    "%",
    "{",
    "}",
    "/",
    ":",
    "=",
    ".",
    "-",
    "+",
    "~",
    "?",
    " ",
    ",",
    "_",
    "@",
    "0",
    "1",
    "9",
    "a",
    "r",
    "R",
    "x",
    "\t",
    "\n",
    "\0",
    "\u{7f}",
    "\u{e9}",
    "%{",
    "//",
    "::",
    "%{p}",
    "%{c}",
    "/0",
    "/33",
    "%%",
    "all",
    "exp=",
    "redirect=",
    "mx",
];

/// A zone and a question.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) zone: Vec<Value>,
    pub(crate) client: String,
    pub(crate) helo: String,
    pub(crate) mail_from: String,
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

    /// The texts of all TXT records.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.zone
            .iter()
            .filter(|record| record[1] == "TXT")
            .filter_map(|record| record[2].as_str())
    }
}

/// How well the records of a case are formed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Good,
    Odd,
    Spoiled,
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
    let mut case = Case {
        zone,
        client,
        helo,
        mail_from,
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
    let asked = check_host(&probe, &query)
        .trace
        .into_iter()
        .find_map(|step| match step.event {
            Event::Asked {
                record_type: RecordType::Ptr,
                name,
                ..
            } => Some(name),
            _ => None,
        });
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

fn ipv4(random: &mut Random) -> String {
    let addresses = [
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.130",
        "198.51.100.7",
        "203.0.113.200",
    ];
    random.pick(&addresses).to_owned()
}

fn ipv6(random: &mut Random) -> String {
    random
        .pick(&[
            "2001:db8::1",
            "2001:db8:1::26",
            "2001:DB8:ffff::",
            "::1",
            "fe80::1",
        ])
        .to_owned()
}

fn policy(random: &mut Random, form: Form) -> String {
    let mut terms: Vec<String> = (0..random.below(6)).map(|_| directive(random)).collect();
    if random.chance(25) {
        terms.push(format!(
            "exp=why.{}",
            random.pick(&["%{d}", "%{o}", "example.com"])
        ));
    }
    match random.below(10) {
        0..=1 => terms.push(format!("redirect={}", domain_spec(random))),
        2..=7 => terms.push(format!("{}all", qualifier(random))),
        _ => (),
    }
    let mut text = format!("v=spf1 {}", terms.join(" "));
    match form {
        Form::Good => (),
        Form::Odd => make_odd(random, &mut terms, &mut text),
        Form::Spoiled if random.chance(30) => spoil(random, &mut text),
        Form::Spoiled => (),
    }
    text
}

fn make_odd(random: &mut Random, terms: &mut Vec<String>, text: &mut String) {
    let odd = match random.below(10) {
        0 => random
            .pick(&["ip4:0.0.0.0/0", "ip6:::/0", "a/0", "mx//0", "a:%{d}//0"])
            .to_owned(),
        1 => format!(
            "ptr:{}",
            random.pick(&["%{d}", "%{o}", "com", "example.com.", "%{h}"])
        ),
        2 => format!("x-{}=%{{i}}/:=", random.below(1000)),
        3 => format!("exists:{}.", domain(random)),
        4 => format!(
            "a:{}{}",
            random.pick(MACROS),
            random.pick(&[".com", "x", "", "."])
        ),
        5 => format!("exists:{}.%{{p}}.example.com", random.pick(MACROS)),
        6 => format!("include:{}..{}", random.pick(MACROS), domain(random)),
        7 => format!(
            "exists:{}.example.com",
            "very-long-label.".repeat(random.below(30))
        ),
        8 => random
            .pick(&[
                "IP4:192.0.2.0/25",
                "MX",
                "-ALL",
                "Ptr",
                "INCLUDE:Example.Org",
            ])
            .into(),
        _ => format!(
            "exists:{}{}",
            "%{d}".repeat(random.below(5)),
            random.pick(MACROS)
        ),
    };
    terms.insert(random.below(terms.len() + 1), odd);
    *text = format!("v=spf1 {}", terms.join(random.pick(&[" ", "  "])));
    if random.chance(10) {
        text.push(' ');
    }
    if random.chance(5) {
        text.replace_range(0..1, "V");
    }
}

/// Replaces, inserts or removes a few characters.
fn spoil(random: &mut Random, text: &mut String) {
    for _ in 0..=random.below(3) {
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        // The version is mostly left alone: without it there is nothing to read.
        let place = if random.chance(95) { 6 } else { 0 };
        let place = place + random.below(places.len().saturating_sub(place).max(1));
        let Some(place) = places.get(place).copied() else {
            continue;
        };
        let end = text[place..]
            .chars()
            .next()
            .map_or(place, |found| place + found.len_utf8());
        match random.below(3) {
            0 => text.replace_range(place..end, ""),
            1 => text.replace_range(place..end, random.pick(SPOILERS)),
            _ => text.insert_str(place, random.pick(SPOILERS)),
        }
    }
}

fn qualifier(random: &mut Random) -> &'static str {
    random.pick(&["", "+", "-", "-", "-", "~", "?"])
}

fn directive(random: &mut Random) -> String {
    let mechanism = match random.below(12) {
        0 => format!(
            "ip4:{}{}",
            ipv4(random),
            random.pick(&["", "/24", "/25", "/8", "/32"])
        ),
        1 => format!(
            "ip6:{}{}",
            ipv6(random),
            random.pick(&["", "/32", "/64", "/127"])
        ),
        2 => format!("a{}", random.pick(&["", "/24", "//64", "/25//48"])),
        3 => format!(
            "a:{}{}",
            domain_spec(random),
            random.pick(&["", "/24", "//64", "/8//32"])
        ),
        4 => format!("mx{}", random.pick(&["", "/24", "//64", "/25//48"])),
        5 => format!("mx:{}", domain(random)),
        6..=8 => format!("include:{}", domain_spec(random)),
        9..=10 => format!("exists:{}", domain_spec(random)),
        _ => random
            .pick(&["ptr", "ptr:example.com", "ptr:org.example", "a", "mx"])
            .to_owned(),
    };
    format!("{}{mechanism}", qualifier(random))
}

fn domain(random: &mut Random) -> String {
    random.pick(DOMAINS).to_owned()
}

fn domain_spec(random: &mut Random) -> String {
    match random.below(8) {
        0 => format!("{}.{}", random.pick(MACROS), domain(random)),
        1 => format!("{}.{}.%{{d}}", random.pick(MACROS), random.pick(MACROS)),
        _ => domain(random),
    }
}

fn explanation(random: &mut Random, form: Form) -> String {
    let words = [
        "See", "why", "%{i}", "%{c}", "%{r}", "%{s}", "%{d}", "%{L}", "%%,", "%_", "%{t}",
    ];
    let words: Vec<&str> = (0..random.below(6)).map(|_| random.pick(&words)).collect();
    let mut text = format!("Not you. {}", words.join(" "));
    if form == Form::Spoiled && random.chance(30) {
        spoil(random, &mut text);
    }
    text
}
