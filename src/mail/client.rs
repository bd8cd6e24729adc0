//! Client addresses and prefixes, on one line of 128-bit numbers.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

/// Returns the address that counts: IPv4-mapped IPv6 is IPv4 (RFC 4291 section 2.5.5.2).
pub fn canonical_client(client: IpAddr) -> IpAddr {
    client.to_canonical()
}

/// Returns the prefix that counts: one inside `::ffff:0:0/96` is an IPv4 prefix; host bits are cut.
pub fn canonical_prefix(prefix: IpNet) -> IpNet {
    match prefix.trunc() {
        IpNet::V4(net) => IpNet::V4(net),
        IpNet::V6(net) => match (net.network().to_ipv4_mapped(), net.prefix_len()) {
            (Some(v4), length @ 96..=128) => {
                Ipv4Net::new(v4, length - 96).map_or(IpNet::V6(net), IpNet::V4)
            }
            _ => IpNet::V6(net),
        },
    }
}

/// Returns the first and the last number of a prefix; IPv4 lies at `::ffff:0:0/96`.
pub fn prefix_range(prefix: IpNet) -> (u128, u128) {
    (number(prefix.network()), number(prefix.broadcast()))
}

/// Returns the number of a client address.
pub(crate) fn number(client: IpAddr) -> u128 {
    match client {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// Returns the client address of a number.
pub fn v4_or_v6(number: u128) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from(number)).to_canonical()
}
