//! Random texts of policies and explanations: well-formed, odd, and malformed.

use crate::random::Random;

pub(crate) const DOMAINS: &[&str] = &[
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
    "/8\n ",
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

/// How well the records of a case are formed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Good,
    Odd,
    Spoiled,
}

pub(crate) fn policy(random: &mut Random, form: Form) -> String {
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
        Form::Odd => make_odd(random, &mut terms, &mut text),
        Form::Spoiled if random.chance(30) => spoil(random, &mut text),
        Form::Good | Form::Spoiled => (),
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
                "EXP=why.%{d}",
                "Redirect=example.org",
                "exists:%{dR}.example.com",
                "exists:%{v-}.example.com",
                "x=1 x=2",
                "default=%{x}",
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
        let mut characters: Vec<char> = text.chars().collect();
        // The version is mostly left alone: without it there is nothing to read.
        let start = if random.chance(95) { "v=spf1".len() } else { 0 };
        let Some(rest) = characters.len().checked_sub(start + 1) else {
            continue;
        };
        let place = start + random.below(rest + 1);
        let (end, new) = match random.below(3) {
            0 => (place + 1, ""),
            1 => (place + 1, random.pick(SPOILERS)),
            _ => (place, random.pick(SPOILERS)),
        };
        characters.splice(place..end, new.chars());
        *text = characters.into_iter().collect();
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
            .pick(&[
                "ptr",
                "ptr:%{h}",
                "ptr:example.com",
                "ptr:org.example",
                "a",
                "mx",
            ])
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

pub(crate) fn explanation(random: &mut Random, form: Form) -> String {
    let words = [
        "See",
        "why",
        "%{i}",
        "%{c}",
        "%{r}",
        "%{s}",
        "%{d}",
        "%{L}",
        "%%,",
        "%_",
        "%{t}",
        "%{p}",
        "%{i}/%{ir}/%{i}/%{ir}",
    ];
    let words: Vec<&str> = (0..random.below(6)).map(|_| random.pick(&words)).collect();
    let mut text = format!("Not you. {}", words.join(" "));
    if form == Form::Spoiled && random.chance(30) {
        spoil(random, &mut text);
    }
    text
}

pub(crate) fn ipv4(random: &mut Random) -> String {
    let addresses = [
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.130",
        "198.51.100.7",
        "203.0.113.200",
    ];
    random.pick(&addresses).to_owned()
}

pub(crate) fn ipv6(random: &mut Random) -> String {
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
