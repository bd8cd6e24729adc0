//! An SPF record: what it says, with the place of each term.
//!
//! A record is read as a whole before any of it is evaluated, so an error anywhere in it is an
//! error (RFC 7208 section 4.6). Reading is strict: what the grammar of section 12 does not
//! allow is refused.
//!
//! Not here: what the terms mean for a client (`evaluate`, `mechanism`).

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::macros::MacroString;
use super::network::{DualCidr, IPV4_BITS, IPV6_BITS};
use super::result::SpfResult;
use super::syntax::{Fragment, SyntaxError};

/// Octets that a record may have: the most that the strings of one TXT record can hold. Its data
/// have at most 65,535 octets (RFC 1035 section 3.2.1), and of each string's 256 one is its length
/// (section 3.3).
pub const RECORD_OCTETS_MAX: usize = 65_279;

/// Terms that may cause DNS lookups in one check (RFC 7208 section 4.6.4).
pub const LOOKUP_TERMS_MAX: usize = 10;

const VERSION: &[u8] = b"v=spf1";

/// A record that was read without error.
///
/// ```
/// use mailpol::spf::Record;
/// let record = Record::parse(b"v=spf1 +mx -all")?;
/// assert_eq!(record.terms().len(), 2);
/// assert_eq!(record.lookup_terms(), 1);
/// let error = Record::parse(b"v=spf1 +mx -al").unwrap_err();
/// assert_eq!(error.range, 12..14);
/// # Ok::<(), mailpol::spf::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    terms: Vec<Term>,
}

/// One term of a record, and the octets it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Where it stands, from its qualifier to its last character.
    pub range: Range<usize>,
    /// What it says.
    pub kind: TermKind,
}

/// What a term says (RFC 7208 section 4.6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// A mechanism with its qualifier.
    Directive(Directive),
    /// `redirect=`: go on with the record of that domain (section 6.1).
    Redirect(MacroString),
    /// `exp=`: where the text for a refusal stands (section 6.2).
    Explanation(MacroString),
    /// Another modifier, which says nothing (section 6).
    Unknown,
}

/// A mechanism, and the result if it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Pass, fail, softfail or neutral, as the qualifier says (RFC 7208 section 4.6.2).
    pub result: SpfResult,
    /// What is compared with the client.
    pub mechanism: Mechanism,
}

/// A mechanism, in the order of RFC 7208 section 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mechanism {
    /// Every client (section 5.1).
    All,
    /// Clients that pass the record of another domain (section 5.2).
    Include(MacroString),
    /// The addresses of a domain, or of the current one (section 5.3).
    A(Option<MacroString>, DualCidr),
    /// The addresses of the mail exchangers of a domain (section 5.4).
    Mx(Option<MacroString>, DualCidr),
    /// Clients whose validated names are in a domain (section 5.5).
    Ptr(Option<MacroString>),
    /// An IPv4 prefix (section 5.6).
    Ip4(Ipv4Addr, u8),
    /// An IPv6 prefix (section 5.6).
    Ip6(Ipv6Addr, u8),
    /// Every client, if a name has an A record (section 5.7).
    Exists(MacroString),
}

impl Record {
    /// Tells whether a TXT record is meant as an SPF record: whether it has the version of
    /// RFC 7208 section 4.5, which a space or the end must follow.
    pub fn is_spf(text: &[u8]) -> bool {
        match text.split_at_checked(VERSION.len()) {
            Some((version, rest)) => {
                version.eq_ignore_ascii_case(VERSION) && matches!(rest.first(), None | Some(b' '))
            }
            None => false,
        }
    }

    /// Reads a record (RFC 7208 section 4.6.1).
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        let text = ascii(text)?;
        let whole = Fragment::whole(text);
        if !Self::is_spf(text.as_bytes()) {
            return Err(whole.fault("an SPF record starts with `v=spf1` and a space"));
        }
        if text.len() > RECORD_OCTETS_MAX {
            return Err(whole.fault("a record of this length cannot come out of DNS"));
        }
        let mut terms: Vec<Term> = Vec::new();
        let (_, mut rest) = whole.split_at(VERSION.len());
        while let Some(after_space) = rest.strip_prefix(' ') {
            let length = after_space.text.find(' ').unwrap_or(after_space.text.len());
            let (term, after) = after_space.split_at(length);
            rest = after;
            if !term.text.is_empty() {
                let kind = parse_term(term)?;
                let twice = terms.iter().any(|other| other.kind.excludes(&kind));
                if twice {
                    return Err(term.fault("this modifier may stand only once in a record"));
                }
                terms.push(Term {
                    range: term.range(),
                    kind,
                });
            }
        }
        Ok(Self { terms })
    }

    /// Returns the terms, in the order in which they stand.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Counts the terms that may cause lookups, of which one check may meet
    /// [`LOOKUP_TERMS_MAX`], those of included records among them (RFC 7208 section 4.6.4).
    pub fn lookup_terms(&self) -> usize {
        self.terms
            .iter()
            .filter(|term| term.kind.looks_up())
            .count()
    }

    pub(super) fn redirect(&self) -> Option<(&Term, &MacroString)> {
        self.terms.iter().find_map(|term| match &term.kind {
            TermKind::Redirect(target) => Some((term, target)),
            TermKind::Directive(_) | TermKind::Explanation(_) | TermKind::Unknown => None,
        })
    }

    pub(super) fn explanation(&self) -> Option<&MacroString> {
        self.terms.iter().find_map(|term| match &term.kind {
            TermKind::Explanation(target) => Some(target),
            TermKind::Directive(_) | TermKind::Redirect(_) | TermKind::Unknown => None,
        })
    }
}

impl TermKind {
    /// Two `redirect=` or two `exp=` exclude each other (RFC 7208 section 6). Modifiers that
    /// it does not define may be repeated.
    fn excludes(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Redirect(_), Self::Redirect(_)) | (Self::Explanation(_), Self::Explanation(_))
        )
    }

    /// Tells whether the term counts as one of the ten (RFC 7208 section 4.6.4).
    fn looks_up(&self) -> bool {
        match self {
            Self::Directive(directive) => directive.mechanism.looks_up(),
            Self::Redirect(_) => true,
            Self::Explanation(_) | Self::Unknown => false,
        }
    }
}

impl Mechanism {
    /// Tells whether the mechanism counts as one of the ten (RFC 7208 section 4.6.4).
    pub const fn looks_up(&self) -> bool {
        match self {
            Self::Include(_) | Self::A(..) | Self::Mx(..) | Self::Ptr(_) | Self::Exists(_) => true,
            Self::All | Self::Ip4(..) | Self::Ip6(..) => false,
        }
    }
}

/// Records hold ASCII only (RFC 7208 section 3.1).
fn ascii(text: &[u8]) -> Result<&str, SyntaxError> {
    let fault = |place: usize| SyntaxError {
        range: place..place + 1,
        reason: "an SPF record holds only ASCII characters",
    };
    match text.iter().position(|octet| !octet.is_ascii()) {
        Some(place) => Err(fault(place)),
        None => std::str::from_utf8(text).map_err(|error| fault(error.valid_up_to())),
    }
}

fn parse_term(term: Fragment<'_>) -> Result<TermKind, SyntaxError> {
    let (qualified, result) = match term.text.as_bytes().first() {
        Some(b'+') => (true, SpfResult::Pass),
        Some(b'-') => (true, SpfResult::Fail),
        Some(b'~') => (true, SpfResult::Softfail),
        Some(b'?') => (true, SpfResult::Neutral),
        _ => (false, SpfResult::Pass),
    };
    let (_, unqualified) = term.split_at(usize::from(qualified));
    let (name, argument) = unqualified.split_at(name_length(unqualified.text));
    if name.text.is_empty() {
        return Err(term.fault("a term starts with the name of a mechanism or modifier"));
    }
    match argument.strip_prefix('=') {
        Some(value) if !qualified => parse_modifier(name, value),
        _ => {
            let mechanism = parse_mechanism(name, argument)?;
            Ok(TermKind::Directive(Directive { result, mechanism }))
        }
    }
}

/// `name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`
fn name_length(text: &str) -> usize {
    if !text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return 0;
    }
    let ends = |found: char| !found.is_ascii_alphanumeric() && !"-_.".contains(found);
    text.find(ends).unwrap_or(text.len())
}

/// Names are compared without regard to case (RFC 5234 section 2.3). A known name is never an
/// unknown modifier, so an error in its value is an error.
fn parse_modifier(name: Fragment<'_>, value: Fragment<'_>) -> Result<TermKind, SyntaxError> {
    match name.text.to_ascii_lowercase().as_str() {
        "redirect" => MacroString::domain_spec(value).map(TermKind::Redirect),
        "exp" => MacroString::domain_spec(value).map(TermKind::Explanation),
        _ => MacroString::modifier_value(value).map(|_| TermKind::Unknown),
    }
}

fn parse_mechanism(name: Fragment<'_>, argument: Fragment<'_>) -> Result<Mechanism, SyntaxError> {
    match name.text.to_ascii_lowercase().as_str() {
        "all" if argument.text.is_empty() => Ok(Mechanism::All),
        "all" => Err(argument.fault("`all` takes no argument")),
        "include" => required_domain(name, argument).map(Mechanism::Include),
        "a" => domain_and_cidr(argument).map(|(domain, cidr)| Mechanism::A(domain, cidr)),
        "mx" => domain_and_cidr(argument).map(|(domain, cidr)| Mechanism::Mx(domain, cidr)),
        "ptr" => optional_domain(argument).map(Mechanism::Ptr),
        "ip4" => parse_ip4(name, argument),
        "ip6" => parse_ip6(name, argument),
        "exists" => required_domain(name, argument).map(Mechanism::Exists),
        _ => Err(name.fault("there is no such mechanism")),
    }
}

fn required_domain(name: Fragment<'_>, argument: Fragment<'_>) -> Result<MacroString, SyntaxError> {
    match optional_domain(argument)? {
        Some(domain) => Ok(domain),
        None => Err(name.fault("this mechanism needs `:` and a domain")),
    }
}

fn optional_domain(argument: Fragment<'_>) -> Result<Option<MacroString>, SyntaxError> {
    if argument.text.is_empty() {
        return Ok(None);
    }
    match argument.strip_prefix(':') {
        Some(domain) => MacroString::domain_spec(domain).map(Some),
        None => Err(argument.fault("only `:` and a domain may follow")),
    }
}

/// `[ ":" domain-spec ] [ dual-cidr-length ]`. A domain-spec may hold `/`, but never ends in
/// `/` and digits, so the lengths are cut from the right.
fn domain_and_cidr(argument: Fragment<'_>) -> Result<(Option<MacroString>, DualCidr), SyntaxError> {
    let (mut domain, mut cidr) = (argument, DualCidr::FULL);
    if let Some((before, length)) = split_length(domain) {
        domain = before;
        if let Some(shorter) = before.text.strip_suffix('/') {
            (domain, _) = before.split_at(shorter.len());
            cidr.ipv6 = prefix_length(length, IPV6_BITS)?;
            if let Some((before, length)) = split_length(domain) {
                domain = before;
                cidr.ipv4 = prefix_length(length, IPV4_BITS)?;
            }
        } else {
            cidr.ipv4 = prefix_length(length, IPV4_BITS)?;
        }
    }
    Ok((optional_domain(domain)?, cidr))
}

/// Cuts `/` and the digits at the end: what stands before the slash, and the digits.
fn split_length(text: Fragment<'_>) -> Option<(Fragment<'_>, Fragment<'_>)> {
    let (before, slash_and_length) = text.split_at(text.text.rfind('/')?);
    let length = slash_and_length.strip_prefix('/')?;
    let digits = !length.text.is_empty() && length.text.bytes().all(|digit| digit.is_ascii_digit());
    digits.then_some((before, length))
}

/// `"0" / %x31-39 0*2DIGIT`, and not over the bits of the address (RFC 7208 section 5.6).
fn prefix_length(digits: Fragment<'_>, bits: u8) -> Result<u8, SyntaxError> {
    if digits.text.len() > 1 && digits.text.starts_with('0') {
        return Err(digits.fault("a prefix length has no leading zero"));
    }
    match digits.text.parse() {
        Ok(length) if length <= bits => Ok(length),
        _ => Err(digits.fault("the prefix length is greater than the address has bits")),
    }
}

/// Splits `":" network [ "/" length ]`.
fn network_and_length<'a>(
    name: Fragment<'a>,
    argument: Fragment<'a>,
    bits: u8,
) -> Result<(Fragment<'a>, u8), SyntaxError> {
    let network = argument.strip_prefix(':');
    let network = network.ok_or_else(|| name.fault("this mechanism needs `:` and a network"))?;
    match split_length(network) {
        Some((network, length)) => Ok((network, prefix_length(length, bits)?)),
        None => Ok((network, bits)),
    }
}

fn parse_ip4(name: Fragment<'_>, argument: Fragment<'_>) -> Result<Mechanism, SyntaxError> {
    let (network, length) = network_and_length(name, argument, IPV4_BITS)?;
    match network.text.parse() {
        Ok(address) => Ok(Mechanism::Ip4(address, length)),
        Err(_) => Err(network.fault("this is not an IPv4 address")),
    }
}

fn parse_ip6(name: Fragment<'_>, argument: Fragment<'_>) -> Result<Mechanism, SyntaxError> {
    let (network, length) = network_and_length(name, argument, IPV6_BITS)?;
    match network.text.parse() {
        Ok(address) => Ok(Mechanism::Ip6(address, length)),
        Err(_) => Err(network.fault("this is not an IPv6 address")),
    }
}

#[cfg(test)]
mod tests;
