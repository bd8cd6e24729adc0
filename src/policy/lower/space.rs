//! Address space: whose it is, and what it would mean if client addresses were lost in it.
//!
//! Only networks that may send are asked about. The usual open relay is not a wrong restriction: it
//! is a lost client address that meets a wide network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::diagnostic::Diagnostics;
use crate::mail::{number, prefix_range};
use crate::policy::diagnostics::{
    Loopback, NetworkContainer, NetworkHostAddress, NetworkPublic, NetworkWide,
};
use crate::source::Spanned;

/// Public addresses of IPv4: all that can be a host on the Internet (RFC 6890).
pub(super) const PUBLIC_V4: &[(IpAddr, IpAddr)] = &[
    (v4(1, 0, 0, 0), v4(9, 255, 255, 255)),
    (v4(11, 0, 0, 0), v4(100, 63, 255, 255)),
    (v4(100, 128, 0, 0), v4(126, 255, 255, 255)),
    (v4(128, 0, 0, 0), v4(169, 253, 255, 255)),
    (v4(169, 255, 0, 0), v4(172, 15, 255, 255)),
    (v4(172, 32, 0, 0), v4(192, 167, 255, 255)),
    (v4(192, 169, 0, 0), v4(223, 255, 255, 255)),
];

/// Public addresses of IPv6: global unicast (RFC 4291 section 2.4, as IANA has assigned it).
pub(super) const PUBLIC_V6: &[(IpAddr, IpAddr)] = &[(
    IpAddr::V6(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0)),
    IpAddr::V6(Ipv6Addr::new(
        0x3fff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
    )),
)];

/// Private space: RFC 1918, RFC 3927, RFC 4193, RFC 4291 section 2.5.6, and loopback.
const PRIVATE: &[IpNet] = &[
    net4(10, 0, 0, 8),
    net4(172, 16, 0, 12),
    net4(192, 168, 0, 16),
    net4(169, 254, 0, 16),
    LOOPBACK_V4,
    net6(0xfc00, 7),
    net6(0xfe80, 10),
    LOOPBACK_V6,
];

const LOOPBACK_V4: IpNet = net4(127, 0, 0, 8);
const LOOPBACK_V6: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128));

/// Where container bridges are by default: Docker's 172.17.0.0/16 up to 172.31.0.0/16 (the part of
/// its pools that nobody else uses), and Podman's 10.88.0.0/16.
const CONTAINERS: &[IpNet] = &[
    net4(172, 17, 0, 16),
    net4(172, 18, 0, 15),
    net4(172, 20, 0, 14),
    net4(172, 24, 0, 13),
    net4(10, 88, 0, 16),
];
const DOCKER: IpNet = net4(172, 17, 0, 16);

/// A network of IPv4 wider than this is warned of.
const WIDE_V4: u8 = 8;
/// A network of IPv6 wider than this is warned of.
const WIDE_V6: u8 = 32;

const fn v4(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

const fn net4(a: u8, b: u8, c: u8, length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), length))
}

const fn net6(first: u16, length: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(
        Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0),
        length,
    ))
}

/// Warns of a prefix that may send, where client addresses get lost or others live.
pub(super) fn check(
    prefix: &Spanned<IpNet>,
    own: &[&Spanned<IpAddr>],
    diagnostics: &mut Diagnostics,
) {
    let net = prefix.value;
    let at = prefix.at.clone();
    let name = net.to_string();
    if let Some(own) = own.iter().find(|own| net.contains(&own.value)) {
        diagnostics.warn(NetworkHostAddress {
            prefix: name.clone(),
            address: own.value.to_string(),
            at: at.clone(),
        });
    }
    if overlaps(net, LOOPBACK_V4) || overlaps(net, LOOPBACK_V6) {
        diagnostics.warn(Loopback {
            prefix: name.clone(),
            at: at.clone(),
        });
    }
    if overlaps(net, DOCKER) && !is_wide(net) || CONTAINERS.iter().any(|range| range.contains(&net))
    {
        diagnostics.warn(NetworkContainer {
            prefix: name.clone(),
            at: at.clone(),
        });
    }
    if is_wide(net) {
        diagnostics.warn(NetworkWide {
            prefix: name,
            limit: match net {
                IpNet::V4(_) => "`/8`",
                IpNet::V6(_) => "`/32`",
            },
            help: if holds_public(net) { PUBLIC } else { REPLACED },
            at,
        });
    } else if !PRIVATE.iter().any(|range| range.contains(&net)) {
        diagnostics.warn(NetworkPublic { prefix: name, at });
    }
}

/// What a wide network of public addresses means.
const PUBLIC: &str = "name the networks that you administer: part of the Internet is in this one, \
                      and every host there can send what the network may; so can every client \
                      whose address is replaced on the way by any one of it";
/// What a wide network of other addresses means.
const REPLACED: &str = "name the networks that you administer; a client whose address is replaced \
                        on the way by any one of it may send to anybody";

/// Returns whether a network has public addresses.
fn holds_public(net: IpNet) -> bool {
    let (first, last) = prefix_range(net);
    let ranges = match net {
        IpNet::V4(_) => PUBLIC_V4,
        IpNet::V6(_) => PUBLIC_V6,
    };
    let meets = |(start, end): &(IpAddr, IpAddr)| number(*start) <= last && first <= number(*end);
    ranges.iter().any(meets)
}

/// Returns whether an address is private, or loopback.
pub(super) fn is_private(address: IpAddr) -> bool {
    PRIVATE.iter().any(|range| range.contains(&address))
}

/// What is not routed on the Internet, in words; the first that holds an address says what it is.
const UNROUTED: &[(IpNet, &str)] = &[
    (
        net4(100, 64, 0, 10),
        "shared behind a provider's NAT (RFC 6598)",
    ),
    (net4(10, 0, 0, 8), "private (RFC 1918)"),
    (net4(172, 16, 0, 12), "private (RFC 1918)"),
    (net4(192, 168, 0, 16), "private (RFC 1918)"),
    (net4(169, 254, 0, 16), "link-local (RFC 3927)"),
    (net6(0xfc00, 7), "private (RFC 4193)"),
    (net6(0xfe80, 10), "link-local (RFC 4291)"),
];

/// Returns what an address is, if nobody on the Internet could send mail there.
pub(super) fn unrouted(address: IpAddr) -> Option<&'static str> {
    if CONTAINERS.iter().any(|range| range.contains(&address)) {
        return Some("in a usual range of container bridges");
    }
    let range = UNROUTED.iter().find(|(range, _)| range.contains(&address));
    range.map(|(_, kind)| *kind)
}

/// Returns whether a network is wider than anybody's.
pub(super) fn is_wide(net: IpNet) -> bool {
    match net {
        IpNet::V4(net) => net.prefix_len() < WIDE_V4,
        IpNet::V6(net) => net.prefix_len() < WIDE_V6,
    }
}

/// Returns whether two networks have addresses in common.
pub(super) fn overlaps(a: IpNet, b: IpNet) -> bool {
    a.contains(&b) || b.contains(&a)
}

/// Returns how many addresses of these ranges prefixes hold together, and how many there are.
pub(super) fn held(nets: &[IpNet], ranges: &[(IpAddr, IpAddr)]) -> (u128, u128) {
    let mut pieces: Vec<(u128, u128)> = nets.iter().map(|net| prefix_range(*net)).collect();
    pieces.sort_unstable();
    let (mut held, mut all) = (0, 0);
    for (first, last) in ranges {
        let (mut next, last) = (number(*first), number(*last));
        all += last - next + 1;
        for (start, end) in &pieces {
            let (start, end) = (next.max(*start), last.min(*end));
            if start <= end {
                held += end - start + 1;
                next = end + 1;
            }
        }
    }
    (held, all)
}

/// Networks that may send and hold one public address in so many are everybody's: no one network on
/// the Internet has that many.
const UNIVERSAL: u128 = 8;

/// Returns whether so many of all public addresses are more than anybody administers.
pub(super) fn is_universal(held: u128, all: u128) -> bool {
    held >= all / UNIVERSAL
}

/// Returns whether a network holds more public addresses than anybody administers, so that no
/// policy may let it send.
pub fn is_everybodys(net: IpNet) -> bool {
    let ranges = match net {
        IpNet::V4(_) => PUBLIC_V4,
        IpNet::V6(_) => PUBLIC_V6,
    };
    let (held, all) = held(&[net], ranges);
    is_universal(held, all)
}
