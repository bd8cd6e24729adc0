//! From the text of a path to its form and address.
//!
//! INVARIANT: `parse(form.spell(local, domain))` has that form and, where the form has an address,
//! that address. A law in the tests holds it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Path, PathForm, is_dot_string};
use crate::mail::Domain;
use crate::mail::address::LOCAL_OCTETS_MAX;

/// What separates one part from the next, outside quotes.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that was seen"
)]
struct Scan {
    /// Where the last unquoted `@` is.
    at: Option<usize>,
    /// Whether an unquoted `@` stands before that one.
    two_ats: bool,
    blank: bool,
    comment: bool,
    escape: bool,
    /// An open quote, a bracket or a comment without its end.
    broken: bool,
}

/// Reads a path; see [`Path::parse`].
pub(super) fn parse(text: &str, own: &[IpAddr]) -> Path {
    let form = |form| Path {
        text: text.to_owned(),
        form,
        local: None,
        domain: None,
    };
    if text.is_empty() {
        return form(PathForm::Null);
    }
    if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return form(PathForm::Malformed);
    }
    let (route, rest) = match strip_route(text) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut path = parse_mailbox(rest, own);
    if route && path.form == PathForm::Plain {
        path.form = PathForm::SourceRoute;
    }
    if route && path.form == PathForm::BarePostmaster {
        path.form = PathForm::OddPostmaster;
    }
    if route && path.form == PathForm::Null {
        path.form = PathForm::Malformed;
    }
    text.clone_into(&mut path.text);
    path
}

/// Returns what follows a source route: `@a,@b:` (RFC 5321 section 4.1.2, A-d-l).
fn strip_route(text: &str) -> Option<&str> {
    let (route, rest) = text.split_once(':')?;
    let good = route
        .split(',')
        .all(|hop| hop.strip_prefix('@').is_some_and(is_domain));
    good.then_some(rest)
}

/// Reads what is left without a source route.
fn parse_mailbox(text: &str, own: &[IpAddr]) -> Path {
    let path = |form, local: Option<&str>, domain: Option<&str>| Path {
        text: text.to_owned(),
        form,
        local: local.map(str::to_ascii_lowercase),
        domain: domain.map(Domain::literal),
    };
    let scan = scan(text);
    if scan.broken {
        return path(PathForm::Malformed, None, None);
    }
    let Some((local, domain)) = scan.at.and_then(|at| text.split_at_checked(at)) else {
        return bare(text, &scan);
    };
    let domain = domain.get(1..).unwrap_or_default();
    if scan.comment {
        return match (strip_comments(local), strip_comments(domain)) {
            (local, domain) if is_dot_string(&local) && is_domain(&domain) => {
                path(PathForm::Comment, Some(&local), Some(&domain))
            }
            _ => path(PathForm::Malformed, None, None),
        };
    }
    if scan.blank {
        return match (local.trim(), domain.trim()) {
            (local, domain) if is_dot_string(local) && is_domain(domain) => {
                path(PathForm::Spaced, Some(local), Some(domain))
            }
            _ => path(PathForm::Malformed, None, None),
        };
    }
    if domain.starts_with('[') {
        return match literal(domain) {
            Some(ip) if ip.is_loopback() || own.contains(&ip) => {
                path(PathForm::OwnLiteral, Some(local), None)
            }
            Some(_) => path(PathForm::Literal, Some(local), None),
            None => path(PathForm::Malformed, None, None),
        };
    }
    with_domain(text, local, domain, &scan)
}

/// Reads `local@domain` without blanks and comments.
fn with_domain(text: &str, local: &str, domain: &str, scan: &Scan) -> Path {
    let path = |form, local: Option<&str>, domain: Option<&str>| Path {
        text: text.to_owned(),
        form,
        local: local.map(str::to_ascii_lowercase),
        domain: domain.map(Domain::literal),
    };
    let (bare_domain, dotted) = match domain.strip_suffix('.') {
        Some(bare) => (bare, true),
        None => (domain, false),
    };
    if is_underscored(bare_domain) {
        return path(PathForm::Underscore, Some(local), None);
    }
    if bare_domain
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && is_domain(bare_domain)
    {
        return path(PathForm::NumericDomain, Some(local), None);
    }
    if !is_domain(bare_domain) {
        return path(PathForm::Malformed, None, None);
    }
    let some = Some(bare_domain);
    if local.is_empty() {
        return path(PathForm::EmptyLocal, None, some);
    }
    if scan.two_ats {
        return path(PathForm::DoubleAt, None, some);
    }
    let content = unquote(local);
    if local.len() > LOCAL_OCTETS_MAX {
        return path(PathForm::LongLocal, None, some);
    }
    if !local.is_ascii() {
        return path(PathForm::EightBit, None, some);
    }
    if local.starts_with('"') && content.contains(['@', '%', '!']) {
        return path(PathForm::QuotedRoute, None, some);
    }
    if scan.escape && content.contains(['@', '%', '!']) {
        return path(PathForm::OddLocal, None, some);
    }
    if local.starts_with('"') {
        let form = if local.contains('\\') {
            PathForm::QuotedPair
        } else {
            PathForm::Quoted
        };
        return path(form, Some(&content), some);
    }
    if scan.escape {
        return path(PathForm::Escaped, Some(&content), some);
    }
    match local_form(local) {
        Some(form) => path(form, None, some),
        None if dotted => path(PathForm::TrailingDot, Some(local), some),
        None => path(PathForm::Plain, Some(local), some),
    }
}

/// Returns the form that an unquoted local-part gives to its path, unless it is plain.
fn local_form(local: &str) -> Option<PathForm> {
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Some(PathForm::Dotted);
    }
    if !is_dot_string(local) {
        return Some(PathForm::OddLocal);
    }
    if local.contains('!') {
        return Some(PathForm::Bang);
    }
    if local.contains('%') {
        return Some(PathForm::Percent);
    }
    if local.starts_with('-') {
        return Some(PathForm::LeadingDash);
    }
    None
}

/// Reads a path without `@`.
fn bare(text: &str, scan: &Scan) -> Path {
    let content = unquote(text);
    let content = content.trim();
    let form = if text.eq_ignore_ascii_case("postmaster") {
        PathForm::BarePostmaster
    } else if content
        .trim_end_matches('.')
        .eq_ignore_ascii_case("postmaster")
    {
        PathForm::OddPostmaster
    } else if content.contains(['@', '%', '!']) {
        PathForm::BareRoute
    } else if text.trim().is_empty() || scan.comment || !text.is_ascii() {
        PathForm::Malformed
    } else {
        PathForm::Bare
    };
    let local = (form == PathForm::Bare).then(|| content.to_ascii_lowercase());
    Path {
        text: text.to_owned(),
        form,
        local,
        domain: None,
    }
}

/// Looks once over the text, quotes and escapes minded.
fn scan(text: &str) -> Scan {
    let mut scan = Scan {
        at: None,
        two_ats: false,
        blank: false,
        comment: false,
        escape: false,
        broken: false,
    };
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_u32);
    for (offset, c) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match c {
            '\\' => {
                escaped = true;
                scan.escape |= !quoted;
            }
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => {
                depth += 1;
                scan.comment = true;
            }
            ')' if !quoted => {
                scan.broken |= depth == 0;
                depth = depth.saturating_sub(1);
            }
            _ if quoted || depth > 0 => {}
            '@' => {
                scan.two_ats = scan.at.is_some();
                scan.at = Some(offset);
            }
            ' ' => scan.blank = true,
            '<' | '>' | ',' | ';' => scan.broken = true,
            _ => {}
        }
    }
    scan.broken |= quoted || escaped || depth > 0;
    scan
}

/// Returns the text without quotes and escapes (RFC 5321 section 4.1.2: they mean nothing).
fn unquote(text: &str) -> String {
    let mut content = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => {}
            c => {
                content.push(c);
                escaped = false;
            }
        }
    }
    content
}

/// Returns the text without comments. The scan has seen that they are balanced.
fn strip_comments(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| match c {
            '(' => {
                depth += 1;
                false
            }
            ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

/// Reads `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 section 4.1.3).
fn literal(text: &str) -> Option<IpAddr> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    if let Some((tag, v6)) = inner.split_at_checked(5)
        && tag.eq_ignore_ascii_case("IPv6:")
    {
        return v6
            .parse::<Ipv6Addr>()
            .ok()
            .map(|v6| IpAddr::V6(v6).to_canonical());
    }
    inner.parse::<Ipv4Addr>().ok().map(IpAddr::V4)
}

/// Returns whether a text is a Domain of RFC 5321 section 4.1.2, one label included.
fn is_domain(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// Returns whether a text would be a domain if underscores were letters, and has one.
fn is_underscored(text: &str) -> bool {
    text.contains('_') && is_domain(&text.replace('_', "a"))
}
