//! What all languages have in common: lines, and the domains, prefixes and switches in them.

use std::net::IpAddr;
use std::ops::Range;

use ipnet::IpNet;

use crate::draft::Bench;

/// Returns where each line of a part of a text is, its end included.
pub(crate) fn lines(text: &str, within: Range<usize>) -> Vec<Range<usize>> {
    let mut at = within.start;
    let parts = text[within].split_inclusive('\n');
    parts
        .map(|line| {
            let start = at;
            at += line.len();
            start..at
        })
        .collect()
}

/// Returns where the text of a line is, without the blanks around it.
pub(crate) fn trimmed(text: &str, line: &Range<usize>) -> Range<usize> {
    let whole = &text[line.clone()];
    let start = line.start + whole.len() - whole.trim_start().len();
    start..start + whole.trim().len()
}

/// Returns where the words of a list are, between blanks and commas.
pub(crate) fn items(text: &str, within: &Range<usize>) -> Vec<Range<usize>> {
    let mut at = within.start;
    let parts = text[within.clone()].split([' ', '\t', ',']).map(|word| {
        let start = at;
        at += word.len() + 1;
        start..start + word.len()
    });
    parts.filter(|item| !item.is_empty()).collect()
}

/// Whether two prefixes have addresses in common; none, if one of them is no prefix.
pub(crate) fn overlap(one: &str, two: &str) -> Option<bool> {
    let net = |text: &str| text.trim_matches('"').parse::<IpNet>().ok();
    let (one, two) = (net(one)?, net(two)?);
    Some(one.contains(&two) || two.contains(&one))
}

/// Whether a line is a comment, or nothing.
pub(crate) fn is_silent(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// Changes each domain name of a part by one label, and to one that looks like it.
pub(crate) fn domains(bench: &mut Bench<'_>, within: &Range<usize>) {
    for at in domain_names(bench.text, within) {
        let name = bench.text[at.clone()].to_owned();
        bench.replace("change a domain", &at, format!("sub.{name}"));
        bench.replace("change a domain", &at, format!("x{name}"));
        if let Some((_, above)) = name.split_once('.') {
            bench.replace("change a domain", &at, above);
        }
        if let Some((below, _)) = name.rsplit_once('.') {
            bench.replace("change a domain", &at, below);
        }
    }
}

fn domain_names(text: &str, within: &Range<usize>) -> Vec<Range<usize>> {
    let part = &text[within.clone()];
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let bytes = part.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && is_part(bytes[at]) {
            at += 1;
        }
        let word = &part[start..at];
        // File names and numbers are none.
        let is_path = start > 0 && matches!(bytes[start - 1], b'/' | b'$' | b'_');
        let last = word.rsplit('.').next().unwrap_or_default();
        let is_name = word.contains('.')
            && last.starts_with(|c: char| c.is_ascii_alphabetic())
            && !word.starts_with('.')
            && !word.starts_with('-');
        if is_name && !is_path && bytes.get(at) != Some(&b'_') {
            found.push(within.start + start..within.start + at);
        }
        at += 1;
    }
    found
}

/// Widens and narrows a word by a bit, if it is a prefix or an address.
pub(crate) fn prefix(bench: &mut Bench<'_>, at: &Range<usize>) {
    let word = &bench.text[at.clone()];
    let (negated, plain) = match word.strip_prefix('!') {
        Some(rest) => ("!", rest),
        None => ("", word),
    };
    let bare: String = plain.chars().filter(|c| !"[]".contains(*c)).collect();
    let parsed = bare.parse::<IpNet>().ok();
    let Some(net) = parsed.or_else(|| bare.parse::<IpAddr>().ok().map(IpNet::from)) else {
        return;
    };
    let brackets = plain.starts_with('[');
    let spell = |net: IpNet| match (brackets, net) {
        (true, IpNet::V6(v6)) => format!("{negated}[{}]/{}", v6.network(), v6.prefix_len()),
        (true | false, _) => format!("{negated}{}/{}", net.network(), net.prefix_len()),
    };
    if let Some(wider) = net.supernet() {
        bench.replace("widen a prefix", at, spell(wider));
    }
    let narrower = net.prefix_len().saturating_add(1);
    for half in net.subnets(narrower).into_iter().flatten() {
        bench.replace("narrow a prefix", at, spell(half));
    }
}

/// Turns a switch round, and a number into its neighbours.
pub(crate) fn switch(bench: &mut Bench<'_>, at: &Range<usize>) {
    let word = &bench.text[at.clone()];
    let other = match word {
        "yes" => Some("no"),
        "no" => Some("yes"),
        "true" => Some("false"),
        "false" => Some("true"),
        "True" => Some("False"),
        "False" => Some("True"),
        _ => None,
    };
    if let Some(other) = other {
        bench.replace("toggle", at, other);
    }
    if let Ok(number) = word.parse::<u32>() {
        bench.replace("change a number", at, format!("{}", number + 1));
        bench.replace("change a number", at, "0");
        if let 400..600 = number {
            bench.replace("change a number", at, "250");
            bench.replace("change a number", at, "450");
        }
    }
}
