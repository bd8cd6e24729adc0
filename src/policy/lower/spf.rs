//! `publish { spf }`: a first look at the terms of a record (RFC 7208 section 4.6.1).
//!
//! Not here: what the record means; the evaluator reads what is published.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::name::shown;
use super::record;
use crate::diagnostic::Diagnostics;
use crate::mail::Domain;
use crate::policy::diagnostics::{
    SpfEveryone, SpfManyLookups, SpfTerm, SpfTooManyLookups, SpfVersion,
};
use crate::source::{Loc, Spanned};
use crate::syntax::suggest;
use crate::syntax::tree::{Text, part};

/// The mechanisms of RFC 7208 section 5, in its order.
const MECHANISMS: [&str; 8] = ["all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"];
/// The modifiers of RFC 7208 section 6. Others may be defined one day, and mean nothing today.
const MODIFIERS: [&str; 2] = ["redirect", "exp"];

/// The terms of a check that may ask DNS (RFC 7208 section 4.6.4).
const LOOKUPS_MAX: usize = 10;
/// From here on an included record that grows breaks the check.
const LOOKUPS_MANY: usize = 8;

/// Returns the terms of a record. One argument may hold several, with blanks between them.
pub(super) fn terms(
    texts: &[Text],
    domain: &Domain,
    at: &Loc,
    diagnostics: &mut Diagnostics,
) -> Vec<Spanned<String>> {
    let mut terms = Vec::new();
    for text in texts {
        for (start, word) in words(&text.value) {
            let term = Spanned::new(word.to_owned(), part(text, start, start + word.len()));
            if check(&term, diagnostics) {
                terms.push(term);
            }
        }
        if text.value.trim().is_empty() {
            let reason = "nothing stands here";
            tell(
                text,
                reason,
                Some("write `-all` to let nobody send".to_owned()),
                diagnostics,
            );
        }
    }
    let octets: usize = terms.iter().map(|term| term.value.len() + 1).sum();
    record::check("SPF", "v=spf1".len() + octets, at, diagnostics);
    let lookups = terms.iter().filter(|term| asks(&term.value)).count();
    let at = at.clone();
    if lookups > LOOKUPS_MAX {
        diagnostics.error(SpfTooManyLookups { lookups, at });
    } else if lookups >= LOOKUPS_MANY {
        diagnostics.warn(SpfManyLookups {
            domain: domain.to_string(),
            lookups,
            at,
        });
    }
    terms
}

/// Returns whether a term asks DNS, and so counts (RFC 7208 section 4.6.4).
fn asks(term: &str) -> bool {
    let term = term.to_ascii_lowercase();
    let bare = term.strip_prefix(['+', '-', '~', '?']).unwrap_or(&term);
    let end = bare.find([':', '/', '=']).unwrap_or(bare.len());
    let name = bare.get(..end).unwrap_or(bare);
    matches!(name, "include" | "a" | "mx" | "ptr" | "exists" | "redirect")
}

/// Returns the words of a text, each with where it begins.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = 0;
    for word in text.split(' ') {
        if !word.is_empty() {
            words.push((start, word));
        }
        start += word.len() + 1;
    }
    words
}

/// Returns whether a term may stand in a record.
fn check(term: &Text, diagnostics: &mut Diagnostics) -> bool {
    let text = term.value.to_ascii_lowercase();
    if text.starts_with("v=spf1") || text.starts_with("spf2.0") {
        diagnostics.error(SpfVersion {
            at: term.at.clone(),
        });
        return false;
    }
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    {
        tell(
            term,
            "a record is plain ASCII, without quotes",
            None,
            diagnostics,
        );
        return false;
    }
    let bare = text.strip_prefix(['+', '-', '~', '?']).unwrap_or(&text);
    let qualifier = text.chars().next().filter(|_| bare.len() < text.len());
    let end = bare.find([':', '/', '=']).unwrap_or(bare.len());
    let (name, rest) = bare.split_at_checked(end).unwrap_or((bare, ""));
    let problem = if rest.starts_with('=') {
        modifier(name, rest.trim_start_matches('='), qualifier)
    } else {
        mechanism(name, rest, qualifier)
    };
    if let Some((reason, help)) = problem {
        tell(term, reason, help, diagnostics);
        return false;
    }
    if name == "all" && matches!(qualifier, None | Some('+')) {
        diagnostics.error(SpfEveryone {
            term: term.value.clone(),
            at: term.at.clone(),
        });
        return false;
    }
    true
}

/// What is wrong with a term, and what to do.
type Problem = Option<(&'static str, Option<String>)>;

fn modifier(name: &str, value: &str, qualifier: Option<char>) -> Problem {
    if qualifier.is_some() {
        return Some((
            "a modifier has no qualifier",
            Some("write it without".to_owned()),
        ));
    }
    if !MODIFIERS.contains(&name) {
        let mechanism = MECHANISMS.contains(&name);
        let help = if mechanism {
            Some(format!("write `{name}:` for `{name}=`"))
        } else {
            suggest::help(name, &MODIFIERS)
        };
        return Some(("not a modifier of RFC 7208", help));
    }
    value.is_empty().then(|| {
        (
            "it names no domain",
            Some(format!("write `{name}=_spf.example.org`")),
        )
    })
}

fn mechanism(name: &str, rest: &str, qualifier: Option<char>) -> Problem {
    if !MECHANISMS.contains(&name) {
        if MODIFIERS.contains(&name) {
            let help = format!("write `{name}=` for `{name}:`");
            return Some(("a modifier has `=`", Some(help)));
        }
        // What is meant is kept: `~al` is no `all`, which everybody passes.
        let near = suggest::nearest(name, &MECHANISMS).zip(qualifier);
        let help = near.map(|(near, qualifier)| format!("did you mean `{qualifier}{near}`?"));
        return Some((
            "not a mechanism of RFC 7208",
            help.or_else(|| suggest::help(name, &MECHANISMS)),
        ));
    }
    let value = rest.strip_prefix(':');
    let wrong = match name {
        "all" => !rest.is_empty(),
        "include" | "exists" => value.is_none_or(|value| value.is_empty() || value.contains('/')),
        "ip4" => !value.is_some_and(|value| is_network::<Ipv4Addr>(value, 32)),
        "ip6" => !value.is_some_and(|value| is_network::<Ipv6Addr>(value, 128)),
        "ptr" => value.map_or(!rest.is_empty(), str::is_empty),
        _ => !has_good_lengths(value, rest),
    };
    let example = match name {
        "all" => "-all",
        "include" => "include:_spf.example.org",
        "exists" => "exists:%{i}._spf.example.org",
        "ip4" => "ip4:192.0.2.0/24",
        "ip6" => "ip6:2001:db8::/32",
        "ptr" => "ptr:example.org",
        "a" => "a:mail.example.org/28",
        _ => "mx/28",
    };
    wrong.then(|| {
        (
            "its value does not fit",
            Some(format!("write it as in `{example}`")),
        )
    })
}

/// Returns whether a text is an address, or an address, `/` and a length.
fn is_network<A: std::str::FromStr>(text: &str, bits: u8) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    address.parse::<A>().is_ok() && length.parse::<u8>().is_ok_and(|length| length <= bits)
}

/// Returns whether `a` and `mx` have good lengths behind their domain: `/24`, `//64`, `/24//64`.
fn has_good_lengths(value: Option<&str>, rest: &str) -> bool {
    let text = value.unwrap_or(rest);
    let slash = text.find('/').unwrap_or(text.len());
    let (domain, lengths) = text.split_at_checked(slash).unwrap_or((text, ""));
    if value.is_some() && domain.is_empty() {
        return false;
    }
    if lengths.is_empty() {
        return true;
    }
    let (v4, v6) = lengths
        .split_once("//")
        .map_or((lengths, None), |(v4, v6)| (v4, Some(v6)));
    let good = |text: &str, bits: u8| text.parse::<u8>().is_ok_and(|length| length <= bits);
    let good_v4 = v4
        .strip_prefix('/')
        .map_or(v4.is_empty(), |v4| good(v4, 32));
    good_v4 && v6.is_none_or(|v6| good(v6, 128))
}

fn tell(term: &Text, reason: &'static str, help: Option<String>, diagnostics: &mut Diagnostics) {
    diagnostics.error(SpfTerm {
        term: shown(&term.value),
        reason,
        help,
        at: term.at.clone(),
    });
}
