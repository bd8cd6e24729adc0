//! Paths of odd parts: whether the forms are fine enough for the texts that clients send.

use std::net::IpAddr;

use mailpol::decision::Envelope;
use mailpol::mail::{Domain, Listener, Path, PathForm};
use mailpol::policy::Policy;
use mailpol::spf::SpfResult;

use super::{Seeded, name_of, parts, spf_of};

/// The domain of ours that texts speak of.
const OURS: &str = "doe-family.com";

/// How many of them are asked about.
const TEXTS: usize = 3_000;

/// No path is longer (RFC 5321 section 4.5.3.1.3): 256 octets with its brackets.
const PATH_OCTETS_MAX: usize = 254;

/// 60 letters.
macro_rules! letters {
    () => {
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    };
}

/// Parts of texts that could stand between `<` and `>`, allowed and not.
const LOCALS: [&str; 38] = [
    "a",
    "john.doe",
    "JANE.doe",
    "family",
    "postmaster",
    "a.b",
    "a+b",
    "|x",
    "/x",
    "a=b",
    "{a}",
    "\"a b\"",
    "\"a\\\"b\"",
    "\"john.doe\"",
    "\"jo\\hn.doe\"",
    "\"a@b\"",
    "\"a%b\"",
    "\"a\\@b\"",
    "\"a>b\"",
    "\"a,b:c\"",
    "\"\u{fc}\"",
    "\"-a\"",
    "\"\"",
    "a\"b\"",
    "\"a\".b",
    "a%b",
    "b!a",
    "a@b",
    "-a",
    ".a",
    "a.",
    "a..b",
    "a\\b",
    "\u{fc}",
    "a(c)",
    "a:b",
    // 64 octets, and one more.
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];
const DOMAINS: [&str; 53] = [
    "doe-family.com",
    "DOE-family.com",
    "doe-family.com.",
    "doe-family.com..",
    "sub.doe-family.com",
    "pass.spf-results.example",
    "fail.spf-results.example",
    "fail.spf-results.example.",
    "permerror.spf-results.example",
    "single",
    "x-y.example",
    "x--y.example",
    "1x.example",
    "12",
    "1.2.3",
    "1.2.3.4",
    "a_b.example",
    "_a.example",
    "-a.example",
    "a-.example",
    "a..b",
    ".a.example",
    "[192.0.2.1]",
    "[127.0.0.1]",
    "[IPv6:::1]",
    "[IPv6:2001:db8::1]",
    "[1.2.3]",
    "[::1]",
    "doe-family.com:25",
    "\u{e9}.example",
    "[1.2.3.4.5]",
    "[01.2.003.4]",
    "[0001.2.3.4]",
    "[127.0.0.01]",
    "[198.51.100.025]",
    "[010.0.0.08]",
    "[0256.1.1.1]",
    "[IPv6:::ffff:01.2.3.4]",
    "[IPv6:::ffff:127.0.0.01]",
    "[1.2.3.256]",
    "[IPv4:192.0.2.1]",
    "[IPv6:1]",
    "[IPv6:2001:db8:::1]",
    "[IPv6:1:2:3:4:5:6:7:8:9]",
    "[IPv6:1:2:3:4:5:6:7::8]",
    "[IPv6:1:2:3:4:5:6:192.0.2.1]",
    "[IPv6:::ffff:192.0.2.1]",
    "[ipv6:2001:DB8::]",
    "[]",
    "[pass.spf-results.example]",
    // Labels of 63 octets and of one more; a domain as long as a path can have.
    concat!(letters!(), "aaa.example"),
    concat!(letters!(), "aaaa.example"),
    concat!(
        letters!(),
        "aa.",
        letters!(),
        "aa.",
        letters!(),
        "aa.",
        letters!(),
        "."
    ),
];
const ROUTES: [&str; 9] = [
    "",
    "",
    "",
    "@r.example:",
    "@r.example,@s.example:",
    "@r_.example:",
    "@[192.0.2.1]:",
    "@r.example.:",
    "@r..example:",
];

/// Returns envelopes whose paths are made of odd parts: a form must say what becomes of each.
/// Only the domain of the example is spoken of; other policies are not asked.
pub(crate) fn texts(policy: &Policy, seed: u64) -> Vec<Envelope> {
    let parts = parts(policy);
    let mut seeded = Seeded::new(seed);
    let mut envelopes = Vec::new();
    if !policy.domains.contains_key(&Domain::literal(OURS)) {
        return envelopes;
    }
    let helo = name_of(SpfResult::None);
    for number in 0..TEXTS {
        let mut text = || {
            let (route, local) = (*seeded.pick(&ROUTES), *seeded.pick(&LOCALS));
            let domain = *seeded.pick(&DOMAINS);
            let text = format!("{route}{local}@{domain}");
            Path::parse(&text, &parts.own)
        };
        let odd = text();
        let plain = if number % 2 == 0 {
            "a@pass.spf-results.example"
        } else {
            "john.doe@doe-family.com"
        };
        let plain = Path::parse(plain, &parts.own);
        // Exim refuses longer ones, as it may: docs/targets/exim.md.
        if odd.text().len() > PATH_OCTETS_MAX {
            continue;
        }
        let (from, to) = if number % 4 < 2 {
            (odd, plain)
        } else {
            (plain, odd)
        };
        // A quoted-pair in a forward-path is refused whatever else is odd about it; these forms
        // stand for the texts that have none: docs/targets/postfix.md.
        if to.text().contains('\\')
            && matches!(to.form(), PathForm::QuotedRoute | PathForm::TrailingDot)
        {
            continue;
        }
        let client = if number % 8 < 6 {
            [203, 0, 113, 9]
        } else {
            [192, 168, 0, 77]
        };
        let client = IpAddr::from(client);
        envelopes.push(Envelope {
            client,
            listener: Listener::Smtp,
            tls: false,
            login: None,
            helo: helo.clone(),
            spf: spf_of(&from),
            spf_helo: SpfResult::None,
            from,
            to,
        });
    }
    envelopes
}
