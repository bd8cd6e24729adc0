//! Names as users write them: domains, local-parts, addresses, logins, prefixes, paths.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{script, space};
use crate::diagnostic::Diagnostics;
use crate::mail::{
    Address, DELIVERY_DOMAIN, Domain, DomainError, LocalPart, Short, canonical_client,
    canonical_prefix,
};
use crate::policy::DomainScope;
use crate::policy::diagnostics::{
    AddressInvalid, DomainInvalid, HostBits, LocalPartInvalid, LoginInvalid, MappedPrefix,
    NoAddress, PathInvalid, PrefixInvalid,
};
use crate::source::{Loc, Spanned};
use crate::syntax::tree::{Text, part};

/// The longest login: that of useradd(8).
const LOGIN_OCTETS_MAX: usize = 32;
/// The longest path that is taken.
const PATH_OCTETS_MAX: usize = 255;
/// The longest path of a socket: with a zero behind it, it fills `sun_path` (unix(7)). Exim cuts a
/// longer one off, and asks whoever listens there.
const SOCKET_OCTETS_MAX: usize = 107;

/// Returns a text as a message may show it: short, and on one line.
pub(super) fn shown(text: &str) -> String {
    crate::syntax::shorten(text)
}

/// A text of the policy, or a cell of a file beside it. Its place is asked for when it is needed.
pub(super) trait Written {
    /// Returns the text.
    fn value(&self) -> &str;
    /// Returns where it stands.
    fn at(&self) -> Loc;
    /// Returns where a part of it stands.
    fn part(&self, start: usize, end: usize) -> Loc;
}

impl Written for Text {
    fn value(&self) -> &str {
        &self.value
    }

    fn at(&self) -> Loc {
        self.at.clone()
    }

    fn part(&self, start: usize, end: usize) -> Loc {
        part(self, start, end)
    }
}

/// Returns the domain of a text.
pub(super) fn domain(text: &impl Written, diagnostics: &mut Diagnostics) -> Option<Domain> {
    domain_at(text.value(), || text.at(), diagnostics)
}

/// Returns the domain of a text that is to be the server's own, or its name.
pub(super) fn own_domain(text: &impl Written, diagnostics: &mut Diagnostics) -> Option<Domain> {
    let domain = domain(text, diagnostics)?;
    if domain.as_str() != DELIVERY_DOMAIN {
        return Some(domain);
    }
    diagnostics.error(DomainInvalid {
        name: shown(text.value()),
        reason: "in it the server carries mail to its accounts, and nobody may send there".into(),
        help: "take another name: none that ends in `.invalid` is in DNS (RFC 6761 section 6.4)"
            .into(),
        at: text.at(),
    });
    None
}

/// Returns the domain of a part of a text, which stands at `at`.
fn domain_at(
    text: &str,
    at: impl FnOnce() -> Loc,
    diagnostics: &mut Diagnostics,
) -> Option<Domain> {
    match Domain::parse(text) {
        // Such a name is told, and no less a name.
        Ok(domain) => {
            if !text.is_ascii() {
                script::check(text, &domain, &at(), diagnostics);
            }
            Some(domain)
        }
        Err(error) => {
            diagnostics.error(DomainInvalid {
                name: shown(text),
                reason: error.to_string(),
                help: domain_help(text, error),
                at: at(),
            });
            None
        }
    }
}

/// Returns the domains that a text names with `@DOMAIN` or `@*.DOMAIN`; `bare` is it without `@`.
pub(super) fn domain_scope(
    text: &Text,
    bare: &str,
    diagnostics: &mut Diagnostics,
) -> Option<DomainScope> {
    let (name, scope): (_, fn(Domain) -> DomainScope) = match bare.strip_prefix("*.") {
        Some(above) => (above, DomainScope::Below),
        None => (bare, DomainScope::Exactly),
    };
    let start = text.value.len() - name.len();
    let at = || part(text, start, text.value.len());
    domain_at(name, at, diagnostics).map(scope)
}

/// Returns what to write instead of a text that is no domain.
fn domain_help(text: &str, error: DomainError) -> String {
    let example = "write a name such as `example.org`";
    match error {
        DomainError::OneLabel => format!("write the full name, such as `{text}.example.org`"),
        DomainError::Labels if text.starts_with("*.") => {
            "write each sub-domain as a `domain` of its own".to_owned()
        }
        DomainError::Labels if text.contains('@') => "write the domain without `@`".to_owned(),
        DomainError::Labels if text.contains('_') => {
            "write `-` for `_`: a mail domain has none".to_owned()
        }
        DomainError::Address | DomainError::Empty | DomainError::Long | DomainError::Labels => {
            example.to_owned()
        }
    }
}

/// Returns the local-part of a text.
pub(super) fn local_part(text: &impl Written, diagnostics: &mut Diagnostics) -> Option<LocalPart> {
    local_at(text.value(), || text.at(), diagnostics)
}

fn local_at(
    text: &str,
    at: impl FnOnce() -> Loc,
    diagnostics: &mut Diagnostics,
) -> Option<LocalPart> {
    match LocalPart::parse(text) {
        Ok(local) => Some(local),
        Err(error) => {
            diagnostics.error(LocalPartInvalid {
                local: shown(text),
                reason: error.to_string(),
                at: at(),
            });
            None
        }
    }
}

/// Returns the address of a text: a local-part, `@`, a domain.
pub(super) fn address(text: &impl Written, diagnostics: &mut Diagnostics) -> Option<Address> {
    let Some((local, domain)) = text.value().rsplit_once('@') else {
        diagnostics.error(NoAddress {
            text: shown(text.value()),
            at: text.at(),
        });
        return None;
    };
    let at_sign = local.len();
    let local = local_at(local, || text.part(0, at_sign), diagnostics);
    let place = || text.part(at_sign + 1, text.value().len());
    let domain = domain_at(domain, place, diagnostics)?;
    Some(Address::of(&local?, domain))
}

/// Returns the address of a target: a local-part alone is one of the same domain.
pub(super) fn target(
    text: &impl Written,
    domain: &Domain,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Address>> {
    let address = if text.value().contains('@') {
        address(text, diagnostics)?
    } else {
        Address::of(&local_part(text, diagnostics)?, domain.clone())
    };
    Some(Spanned::new(address, text.at()))
}

/// Returns a login, if it is one that stands for itself in every configuration.
pub(super) fn login(text: &impl Written, diagnostics: &mut Diagnostics) -> Option<Spanned<Short>> {
    let login = text.value();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '+');
    let wrong = login.chars().find(|c| !allowed(*c));
    let reason = if login.is_empty() {
        "a login cannot be empty".to_owned()
    } else if login.contains('@') {
        "a Unix account has no domain".to_owned()
    } else if let Some(wrong) = wrong {
        format!("`{wrong}` means something to some program")
    } else if login.starts_with(['-', '.', '+']) {
        "a login begins with a letter, a digit or `_`".to_owned()
    } else if login.len() > LOGIN_OCTETS_MAX {
        format!("a login has at most {LOGIN_OCTETS_MAX} characters")
    } else {
        return Some(Spanned::new(login.into(), text.at()));
    };
    diagnostics.error(LoginInvalid {
        login: shown(login),
        reason,
        at: text.at(),
    });
    None
}

/// Says what a prefix with bits behind its length may be. Nobody means a part of the Internet that
/// is wider than any network.
fn host_bits_help(written: IpNet) -> String {
    let host = IpNet::from(written.addr());
    let network = written.trunc();
    if space::is_wide(network) {
        return format!("write `{host}` for the one host, a longer prefix for a network");
    }
    format!("write `{network}` for the network, `{host}` for the one host")
}

/// Returns an IP address; an IPv4-mapped one is IPv4.
pub(super) fn ip(text: &Text, diagnostics: &mut Diagnostics) -> Option<IpAddr> {
    if let Ok(address) = text.value.parse::<IpAddr>() {
        return Some(canonical_client(address));
    }
    diagnostics.error(AddressInvalid {
        text: shown(&text.value),
        at: text.at.clone(),
    });
    None
}

/// Returns a prefix, or that of one address.
pub(super) fn prefix_or_address(text: &Text, diagnostics: &mut Diagnostics) -> Option<IpNet> {
    match text.value.parse::<IpAddr>() {
        Ok(address) => Some(IpNet::from(canonical_client(address))),
        Err(_) => prefix(text, diagnostics),
    }
}

/// Returns a prefix without bits behind its length; one inside the IPv4-mapped range is IPv4.
pub(super) fn prefix(text: &Text, diagnostics: &mut Diagnostics) -> Option<IpNet> {
    let Some(written) = parse_prefix(&text.value) else {
        let own = text.value.parse::<IpAddr>();
        let host = own.map_or_else(
            |_| "192.0.2.7/32".to_owned(),
            |address| IpNet::from(canonical_client(address)).to_string(),
        );
        diagnostics.error(PrefixInvalid {
            host,
            text: shown(&text.value),
            at: text.at.clone(),
        });
        return None;
    };
    if written.trunc() != written {
        diagnostics.error(HostBits {
            text: shown(&text.value),
            help: host_bits_help(written),
            at: text.at.clone(),
        });
        return None;
    }
    let canonical = canonical_prefix(written);
    // A client of IPv4 is in no network of IPv6, whatever its mapped form: such a prefix would be
    // read differently by whoever reads it.
    if let IpNet::V6(v6) = canonical
        && v6.contains(&std::net::Ipv4Addr::UNSPECIFIED.to_ipv6_mapped())
    {
        diagnostics.error(MappedPrefix {
            text: shown(&text.value),
            at: text.at.clone(),
        });
        return None;
    }
    Some(canonical)
}

/// Reads a prefix. Numbers with zeros before them are none: some programs read them as octal.
fn parse_prefix(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    let plain = length.bytes().all(|byte| byte.is_ascii_digit())
        && (length == "0" || !length.starts_with('0'));
    let length = length.parse().ok().filter(|_| plain)?;
    IpNet::new(address.parse().ok()?, length).ok()
}

/// Returns an absolute path that stands for itself in every configuration.
pub(super) fn path(
    text: &Text,
    example: &'static str,
    diagnostics: &mut Diagnostics,
) -> Option<Text> {
    path_up_to(PATH_OCTETS_MAX, text, example, diagnostics)
}

/// Returns such a path of a socket.
pub(super) fn socket(
    text: &Text,
    example: &'static str,
    diagnostics: &mut Diagnostics,
) -> Option<Text> {
    path_up_to(SOCKET_OCTETS_MAX, text, example, diagnostics)
}

fn path_up_to(
    octets_max: usize,
    text: &Text,
    example: &'static str,
    diagnostics: &mut Diagnostics,
) -> Option<Text> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+');
    let reason = if !text.value.starts_with('/') {
        "it is relative"
    } else if !text.value.chars().all(allowed) {
        "a character of it means something in some configuration"
    } else if text.value.split('/').any(|name| name == "..") {
        "it climbs with `..`"
    } else if text.value.ends_with('/') {
        "it is a directory"
    } else if text.value.len() > octets_max {
        "it is too long"
    } else {
        return Some(text.clone());
    };
    diagnostics.error(PathInvalid {
        path: shown(&text.value),
        reason,
        example,
        at: text.at.clone(),
    });
    None
}
