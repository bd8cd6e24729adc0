//! `host`.

use std::net::IpAddr;

use super::{listen, name, space};
use crate::diagnostic::Diagnostics;
use crate::mail::Listener;
use crate::policy::diagnostics::{
    AddressDuplicate, AddressPrivate, AddressUnusable, DomainInvalid, LimitInvalid, TlsMissing,
};
use crate::policy::{Host, Limits, Tls};
use crate::source::{Loc, Spanned};
use crate::syntax::node;
use crate::syntax::tree::{Text, may_have_been};

/// Lowers a `host` node. Its postmaster comes later, when all recipients are known.
pub(super) fn lower(node: &node::Host, diagnostics: &mut Diagnostics) -> Option<Host> {
    let name = node.name.as_ref().and_then(|text| {
        let name = name::own_domain(text, diagnostics)?;
        if name.as_str().len() > HOST_OCTETS_MAX {
            diagnostics.error(DomainInvalid {
                name: name::shown(name.as_str()),
                reason: format!(
                    "the files of mailboxes are named after the host, which has {HOST_OCTETS_MAX} \
                     octets at most"
                ),
                help: "take a shorter name".into(),
                at: text.at.clone(),
            });
        }
        Some(Spanned::new(name, text.at.clone()))
    });
    let mut addresses: Vec<Spanned<IpAddr>> = Vec::new();
    for text in &node.addresses {
        let Some(address) = name::ip(text, diagnostics) else {
            continue;
        };
        if let Some(kind) = unusable(address) {
            diagnostics.error(AddressUnusable {
                address: text.value.clone(),
                kind,
                at: text.at.clone(),
            });
        } else if let Some(first) = addresses.iter().find(|first| first.value == address) {
            diagnostics.error(AddressDuplicate {
                address: text.value.clone(),
                at: text.at.clone(),
                first: first.at.clone(),
            });
        } else {
            if let Some(kind) = space::unrouted(address) {
                diagnostics.warn(AddressPrivate {
                    address: text.value.clone(),
                    kind,
                    at: text.at.clone(),
                });
            }
            addresses.push(Spanned::new(address, text.at.clone()));
        }
    }
    let (listeners, bound) = listen::lower(&node.listen, &addresses, diagnostics);
    if lacks_tls(node) {
        for listener in listeners.iter().filter(|one| one.value != Listener::Smtp) {
            diagnostics.error(TlsMissing {
                listener: listener.value.name(),
                at: listener.at.clone(),
            });
        }
    }
    let tls = node
        .tls
        .as_ref()
        .and_then(|tls| lower_tls(tls, diagnostics));
    Some(Host {
        name: name?,
        addresses,
        listeners,
        bound,
        limits: limits(node.limits.as_ref(), diagnostics),
        plus_addressing: node.plus_addressing.clone(),
        tls,
        postmaster: None,
        at: node.at.clone(),
    })
}

/// How long the name of a host may be, in octets: a message in a Maildir has a name of 255 at most,
/// with a time, a process and its size beside the host.
const HOST_OCTETS_MAX: usize = 180;

/// The sizes that may be declared: every server takes 64K octets (RFC 5321 section 4.5.3.1.7), and
/// none a gigabyte.
const SIZE: std::ops::RangeInclusive<u64> = 65_536..=1_073_741_824;
/// The numbers of recipients (RFC 5321 section 4.5.3.1.8).
const RECIPIENTS: std::ops::RangeInclusive<u64> = 100..=50_000;

fn limits(node: Option<&node::Limits>, diagnostics: &mut Diagnostics) -> Limits {
    let Some(node) = node else {
        return Limits::default();
    };
    let mut tell = |what, text: String, label, at: &Loc| {
        diagnostics.error(LimitInvalid {
            what,
            text,
            label,
            at: at.clone(),
        });
    };
    let size = node.size.as_ref().and_then(|text| {
        let octets = octets(&text.value).filter(|octets| SIZE.contains(octets));
        if octets.is_none() {
            let label = "write octets, or a number with `KiB` or `MiB`: from 64KiB to 1024MiB";
            tell("size", name::shown(&text.value), label, &text.at);
        }
        Some(Spanned::new(octets?, text.at.clone()))
    });
    let recipients = node.recipients.as_ref().and_then(|number| {
        let found = u64::try_from(number.value).ok();
        let found = found.filter(|number| RECIPIENTS.contains(number));
        if found.is_none() {
            let label = "a message may have 100 to 50000";
            tell(
                "number of recipients",
                number.value.to_string(),
                label,
                &number.at,
            );
        }
        Some(Spanned::new(found?, number.at.clone()))
    });
    Limits { size, recipients }
}

/// Reads a size: digits, perhaps with a unit behind them.
fn octets(text: &str) -> Option<u64> {
    let (digits, unit) = [("KiB", 1 << 10), ("MiB", 1 << 20)]
        .into_iter()
        .find_map(|(unit, octets)| Some((text.strip_suffix(unit)?, octets)))
        .unwrap_or((text, 1));
    let digits = digits.trim_end_matches(' ');
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .parse::<u64>()
        .ok()
        .filter(|_| is_number)?
        .checked_mul(unit)
}

/// Returns whether nothing of a node is missing that was told already.
pub(super) fn is_whole(node: &node::Host) -> bool {
    let known = |word: &Text| Listener::from_name(&word.value).is_some();
    let whole = |tls: &node::Tls| tls.certificate.is_some() && tls.key.is_some();
    let listens =
        |listen: &node::Listen| listen.left_out.is_empty() && listen.listeners.iter().all(known);
    node.left_out.is_empty()
        && node.listen.iter().all(listens)
        && node.tls.as_ref().is_none_or(whole)
}

/// Returns whether nobody asked for a certificate.
pub(super) fn lacks_tls(node: &node::Host) -> bool {
    node.tls.is_none() && !may_have_been(&node.left_out, &["tls"])
}

fn lower_tls(node: &node::Tls, diagnostics: &mut Diagnostics) -> Option<Tls> {
    let mut path = |text: &Option<Text>, example| name::path(text.as_ref()?, example, diagnostics);
    let certificate = path(&node.certificate, "/etc/ssl/mx/fullchain.pem");
    let key = path(&node.key, "/etc/ssl/mx/privkey.pem");
    Some(Tls {
        certificate: certificate?,
        key: key?,
    })
}

/// Returns what an address is, if no other host could send mail to it.
pub(super) fn unusable(address: IpAddr) -> Option<&'static str> {
    let broadcast = address == IpAddr::V4(std::net::Ipv4Addr::BROADCAST);
    if address.is_unspecified() {
        Some("the unspecified address")
    } else if address.is_loopback() {
        Some("loopback")
    } else if address.is_multicast() || broadcast {
        Some("a group address")
    } else {
        None
    }
}
