//! Prefixes of addresses, as `ip4`, `ip6`, `a` and `mx` compare them.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Bits of an IPv4 address.
pub(super) const IPV4_BITS: u8 = 32;
/// Bits of an IPv6 address.
pub(super) const IPV6_BITS: u8 = 128;

/// The two prefix lengths of `a` and `mx` (RFC 7208 section 5.3, `dual-cidr-length`).
///
/// The IPv4 length is at most 32, the IPv6 length at most 128.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DualCidr {
    // INVARIANT: only the parser makes other values than `DualCidr::FULL`, and it compares them
    // with the bits of the address.
    /// Compared when the client has an IPv4 address.
    pub(super) ipv4: u8,
    /// Compared when the client has an IPv6 address.
    pub(super) ipv6: u8,
}

impl DualCidr {
    /// The whole address: what is meant when no length is written.
    pub(super) const FULL: Self = Self {
        ipv4: IPV4_BITS,
        ipv6: IPV6_BITS,
    };

    /// Returns the prefix length for IPv4 clients.
    pub const fn ipv4(self) -> u8 {
        self.ipv4
    }

    /// Returns the prefix length for IPv6 clients.
    pub const fn ipv6(self) -> u8 {
        self.ipv6
    }
}

/// Tells whether the two addresses agree in the first `bits` bits.
pub(super) fn ipv4_agree(one: Ipv4Addr, other: Ipv4Addr, bits: u8) -> bool {
    let differing = u32::from(one) ^ u32::from(other);
    let ignored = u32::from(IPV4_BITS.saturating_sub(bits));
    differing.checked_shr(ignored).unwrap_or(0) == 0
}

/// Tells whether the two addresses agree in the first `bits` bits.
pub(super) fn ipv6_agree(one: Ipv6Addr, other: Ipv6Addr, bits: u8) -> bool {
    let differing = u128::from(one) ^ u128::from(other);
    let ignored = u32::from(IPV6_BITS.saturating_sub(bits));
    differing.checked_shr(ignored).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, bits: u8, expected: bool) {
        let agree = match (one.parse(), other.parse()) {
            (Ok(one), Ok(other)) => ipv4_agree(one, other, bits),
            _ => ipv6_agree(one.parse().unwrap(), other.parse().unwrap(), bits),
        };
        assert_eq!(agree, expected);
    }

    #[test]
    fn prefixes_are_compared_bit_by_bit() {
        check("192.0.2.1", "203.0.113.1", 0, true);
        check("192.0.2.1", "192.0.2.2", 30, true);
        check("192.0.2.1", "192.0.2.2", 31, false);
        check("192.0.2.1", "192.0.2.1", 32, true);
        check("192.0.2.1", "192.0.2.0", 32, false);
        check("2001:db8::1", "::", 0, true);
        check("2001:db8::1", "2001:db8::8000:0:0:0", 64, true);
        check("2001:db8::1", "2001:db8::2", 126, true);
        check("2001:db8::1", "2001:db8::2", 127, false);
        check("2001:db8::1", "2001:db8::", 128, false);
    }
}
