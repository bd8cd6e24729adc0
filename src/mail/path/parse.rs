//! From the text of a path to its form and address.
//!
//! INVARIANT: `parse(form.spell(local, domain))` has that form and, where the form has an address,
//! that address. A law in the tests holds it.

use std::net::IpAddr;

use super::quoted::{is_quoted_string, strip_comments, unquote};
use super::{Path, PathForm, is_dot_string, literal};
use crate::mail::Domain;
use crate::mail::address::{LOCAL_OCTETS_MAX, without_extension};

/// What separates one part from the next, outside quotes.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that was seen"
)]
struct Scan {
    /// Where the last unquoted `@` is.
    at: Option<usize>,
    blank: bool,
    comment: bool,
    escape: bool,
    /// An open quote, a bracket or a comment without its end.
    broken: bool,
}

/// What was read of a path: its form, and the parts that the form has.
struct Read {
    form: PathForm,
    local: Option<String>,
    domain: Option<Domain>,
}

impl Read {
    fn new(form: PathForm, local: Option<&str>, domain: Option<&str>) -> Self {
        Self {
            form,
            local: local.map(str::to_ascii_lowercase),
            domain: domain.map(Domain::literal),
        }
    }
}

/// Reads a path; see [`Path::parse`].
pub(super) fn parse(text: &str, own: &[IpAddr]) -> Path {
    let Read {
        form,
        local,
        domain,
    } = plain(text).unwrap_or_else(|| read(text, own));
    Path {
        text: text.to_owned(),
        form,
        local,
        domain,
    }
}

/// Reads a path in which nothing is odd, as nearly all are: [`read`] says the same of it, in more
/// looks over the text. None if it may be odd.
fn plain(text: &str) -> Option<Read> {
    // What `split_once` looks with is made for longer texts.
    let at = text.bytes().position(|byte| byte == b'@')?;
    let (local, domain) = (text.get(..at)?, text.get(at + 1..)?);
    let is_plain = local.len() <= LOCAL_OCTETS_MAX
        && is_dot_string(local)
        && !local.starts_with('-')
        && !is_routed(local)
        && is_domain(domain)
        && domain.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_plain.then(|| Read::new(PathForm::Plain, Some(local), Some(domain)))
}

fn read(text: &str, own: &[IpAddr]) -> Read {
    if text.is_empty() {
        return Read::new(PathForm::Null, None, None);
    }
    if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return Read::new(PathForm::Malformed, None, None);
    }
    let Some(rest) = strip_route(text) else {
        return parse_mailbox(text, own);
    };
    let mut read = parse_mailbox(rest, own);
    read.form = behind_route(read.form);
    read
}

/// Returns the form of a path whose last address, behind a source route, has a form.
fn behind_route(form: PathForm) -> PathForm {
    if form == PathForm::Plain {
        PathForm::SourceRoute
    } else if form == PathForm::BarePostmaster {
        PathForm::OddPostmaster
    } else if form == PathForm::Null {
        PathForm::Malformed
    } else {
        form
    }
}

/// Returns what follows a source route: `@a,@b:` (RFC 5321 section 4.1.2, A-d-l).
fn strip_route(text: &str) -> Option<&str> {
    if !text.starts_with('@') {
        return None;
    }
    let (route, rest) = text.split_once(':')?;
    let good = route
        .split(',')
        .all(|hop| hop.strip_prefix('@').is_some_and(is_domain));
    good.then_some(rest)
}

/// Reads what is left without a source route.
fn parse_mailbox(text: &str, own: &[IpAddr]) -> Read {
    let scan = scan(text);
    if scan.broken {
        return Read::new(PathForm::Malformed, None, None);
    }
    let Some((local, domain)) = scan.at.and_then(|at| text.split_at_checked(at)) else {
        return bare(text, &scan);
    };
    let domain = domain.get(1..).unwrap_or_default();
    if scan.comment {
        let (local, domain) = (strip_comments(local), strip_comments(domain));
        return with_blanks(PathForm::Comment, &local, &domain);
    }
    if scan.blank {
        return with_blanks(PathForm::Spaced, local, domain);
    }
    if domain.starts_with('[') {
        let form = match literal::is_own(domain, own) {
            Some(is_own) => at_literal(local, is_own),
            None if domain.ends_with(']') => PathForm::BadDomain,
            None => PathForm::Malformed,
        };
        return Read::new(form, form.is_literal().then_some(local), None);
    }
    with_domain(local, domain, &scan)
}

/// Reads `local@domain` with blanks or what comments leave, as the form that these have.
fn with_blanks(form: PathForm, local: &str, domain: &str) -> Read {
    let (local, domain) = (local.trim(), domain.trim());
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let content = unquote(local);
    let (form, local) = if is_routed(&content) {
        (PathForm::OddRoute, None)
    } else if !is_dot_string(&content) {
        (PathForm::Malformed, None)
    } else if content.starts_with('-') {
        (PathForm::LeadingDash, None)
    } else {
        (form, Some(content.to_ascii_lowercase()))
    };
    let is_read = form != PathForm::Malformed && is_domain(domain);
    Read {
        form: if is_read { form } else { PathForm::Malformed },
        local: local.filter(|_| is_read),
        domain: is_read.then(|| Domain::literal(domain)),
    }
}

/// Returns whether a local-part holds a character that a neighbour could follow elsewhere.
fn is_routed(local: &str) -> bool {
    local.bytes().any(|byte| matches!(byte, b'@' | b'%' | b'!'))
}

/// Reads `local@domain` without blanks and comments.
///
/// Oddities combine; the most dangerous one gives the form. A route comes first, whatever else is
/// odd: it is what leads elsewhere. Then comes what RFC 5321 forbids, then the dot at the end,
/// which hides a domain from what compares it as sent, and last what is only long or quoted.
fn with_domain(local: &str, domain: &str, scan: &Scan) -> Read {
    let path = Read::new;
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
        return path(bad_domain_form(local, domain), None, None);
    }
    let some = Some(bare_domain);
    if local.is_empty() {
        return path(PathForm::EmptyLocal, None, some);
    }
    let content = unquote(local);
    if is_routed(&content) {
        let form = route_form(local, &content);
        let base = without_extension(&content);
        let base = base.filter(|_| form == PathForm::ExtendedRoute);
        return path(form, base, some);
    }
    if let Some(form) = forbidden_form(local, &content, scan) {
        let escaped = form == PathForm::Escaped;
        return path(form, escaped.then_some(&content), some);
    }
    if dotted {
        return path(PathForm::TrailingDot, Some(&content), some);
    }
    // An extension is no part of what the limit is for: senders that carry one are often longer
    // (VERP), and every MTA takes them.
    if without_extension(local).unwrap_or(local).len() > LOCAL_OCTETS_MAX {
        return path(PathForm::LongLocal, None, some);
    }
    let form = match (local.starts_with('"'), local.contains('\\')) {
        (true, true) => PathForm::QuotedPair,
        (true, false) => PathForm::Quoted,
        (false, _) => PathForm::Plain,
    };
    path(form, Some(&content), some)
}

/// Returns the form of a path with an address literal.
fn at_literal(local: &str, is_own: bool) -> PathForm {
    let content = unquote(local);
    let is_routed = is_routed(&content);
    let is_good = is_dot_string(local) || is_quoted_string(local) && !is_routed;
    match (is_own, is_good) {
        // Programs do not agree whether that may be an option.
        _ if content.starts_with('-') => PathForm::Malformed,
        (false, true) => PathForm::Literal,
        (false, false) => PathForm::OddLiteral,
        (true, true) if is_routed => PathForm::RoutedOwnLiteral,
        (true, true) => PathForm::OwnLiteral,
        // What the route leads to is not said by the form.
        (true, false) if is_routed => PathForm::Malformed,
        (true, false) => PathForm::OddOwnLiteral,
    }
}

/// Returns the form of a path whose domain is none. Quotes and brackets in it are read by some
/// programs, and what stands before an `@` at the end is a domain to some.
fn bad_domain_form(local: &str, domain: &str) -> PathForm {
    let is_read = domain.contains(['"', '\\', '[', ']']);
    if is_read || domain.is_empty() && local.contains('@') {
        PathForm::Malformed
    } else {
        PathForm::BadDomain
    }
}

/// Returns the form of a path with a route in its local-part.
fn route_form(local: &str, content: &str) -> PathForm {
    let two_ats = |local: &str| {
        !local.contains(['%', '!']) && local.contains('@') && local.split('@').all(is_dot_string)
    };
    if content.starts_with('-') {
        PathForm::OddRoute
    } else if is_quoted_string(local) {
        PathForm::QuotedRoute
    } else if two_ats(local) {
        PathForm::DoubleAt
    } else if !is_dot_string(local) {
        PathForm::OddRoute
    } else if is_behind_extension(local) {
        PathForm::ExtendedRoute
    } else if local.contains('!') {
        PathForm::Bang
    } else {
        PathForm::Percent
    }
}

/// Returns whether what a neighbour could follow stands in the extension of a dot-string only, and
/// what is before that could be somebody's.
fn is_behind_extension(local: &str) -> bool {
    without_extension(local).is_some_and(|base| {
        !is_routed(base) && is_dot_string(base) && base.len() <= LOCAL_OCTETS_MAX
    })
}

/// Returns the form of a path whose local-part RFC 5321 forbids, or a program could take for an
/// option; none if it is a dot-string or one quoted-string.
fn forbidden_form(local: &str, content: &str, scan: &Scan) -> Option<PathForm> {
    // Nearly all are.
    if is_dot_string(local) {
        return content.starts_with('-').then_some(PathForm::LeadingDash);
    }
    if !local.is_ascii() {
        return Some(PathForm::EightBit);
    }
    if content.starts_with('-') {
        return Some(PathForm::LeadingDash);
    }
    if is_quoted_string(local) {
        return None;
    }
    if local.contains('"') {
        return Some(PathForm::OddLocal);
    }
    if scan.escape {
        return Some(PathForm::Escaped);
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Some(PathForm::Dotted);
    }
    Some(PathForm::OddLocal)
}

/// Reads a path without `@`.
fn bare(text: &str, scan: &Scan) -> Read {
    let content = unquote(text);
    let content = content.trim();
    let form = if text.eq_ignore_ascii_case("postmaster") {
        PathForm::BarePostmaster
    } else if content
        .trim_end_matches('.')
        .eq_ignore_ascii_case("postmaster")
    {
        PathForm::OddPostmaster
    } else if is_routed(content) {
        PathForm::BareRoute
    } else if text.trim().is_empty() || scan.comment || !text.is_ascii() {
        PathForm::Malformed
    } else {
        PathForm::Bare
    };
    Read::new(form, (form == PathForm::Bare).then_some(content), None)
}

/// Looks once over the text, quotes and escapes minded.
fn scan(text: &str) -> Scan {
    let mut scan = Scan {
        at: None,
        blank: false,
        comment: false,
        escape: false,
        broken: false,
    };
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_u32);
    // What counts is ASCII, which no octet of another character is.
    for (offset, octet) in text.bytes().enumerate() {
        if escaped {
            escaped = false;
            continue;
        }
        match octet {
            b'\\' => {
                escaped = true;
                scan.escape |= !quoted;
            }
            b'"' if depth == 0 => quoted = !quoted,
            b'(' if !quoted => {
                depth += 1;
                scan.comment = true;
            }
            b')' if !quoted => {
                scan.broken |= depth == 0;
                depth = depth.saturating_sub(1);
            }
            _ if quoted || depth > 0 => {}
            b'@' => scan.at = Some(offset),
            b' ' => scan.blank = true,
            b'<' | b'>' | b',' | b';' => scan.broken = true,
            _ => {}
        }
    }
    scan.broken |= quoted || escaped || depth > 0;
    scan
}

/// Returns whether a text is a Domain of RFC 5321 section 4.1.2, one label included, of no more
/// octets than section 4.5.3.1.2 allows: two more than a name of DNS can have.
fn is_domain(text: &str) -> bool {
    // Of the label so far.
    let (mut length, mut last) = (0, b'-');
    let is_good = text.bytes().all(|byte| {
        let good = match byte {
            b'.' => length > 0 && last != b'-',
            b'-' => length > 0 && length < LABEL_OCTETS_MAX,
            _ => byte.is_ascii_alphanumeric() && length < LABEL_OCTETS_MAX,
        };
        length = if byte == b'.' { 0 } else { length + 1 };
        last = byte;
        good
    });
    is_good && text.len() <= 255 && length > 0 && last != b'-'
}

/// The longest label of a name, in octets (RFC 1035 section 2.3.4).
const LABEL_OCTETS_MAX: usize = 63;

/// Returns whether a text would be a domain if underscores were letters, and has one.
fn is_underscored(text: &str) -> bool {
    text.contains('_') && is_domain(&text.replace('_', "a"))
}
