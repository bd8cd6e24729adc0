//! Who may say who the client is, as a policy declares it, and by which ways in they come.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::mail::{WayIn, number};
use crate::policy::{Policy, Via};
use crate::source::Spanned;

/// The declared proxies.
#[derive(Debug)]
pub(in crate::prove) struct Proxies<'p> {
    /// Each once, in the order of the text.
    pub(in crate::prove) all: Vec<&'p Spanned<IpAddr>>,
    /// The declared ways in that are bound to addresses of the inside that one of them reaches.
    pub(in crate::prove) ways: Vec<Spanned<WayIn>>,
}

/// What is never routed on the Internet, and is nobody else's: RFC 1918, RFC 4193.
const PRIVATE: [IpNet; 4] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16)),
    IpNet::V6(Ipv6Net::new_assert(
        std::net::Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0),
        7,
    )),
];

impl<'p> Proxies<'p> {
    /// Reads what a policy declares.
    pub(in crate::prove) fn new(policy: &'p Policy) -> Self {
        let mut all: Vec<&Spanned<IpAddr>> = Vec::new();
        for network in &policy.networks {
            let Via::Proxies(named) = &network.via else {
                continue;
            };
            for proxy in named {
                if !all.iter().any(|one| one.value == proxy.value) {
                    all.push(proxy);
                }
            }
        }
        let mut ways = policy.host.ways_in();
        ways.retain(|way| all.iter().any(|proxy| comes_by(proxy.value, way.value.on)));
        Self { all, ways }
    }

    /// Returns whether nobody says who the client is.
    pub(in crate::prove) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns the numbers of their addresses, sorted.
    pub(in crate::prove) fn numbers(&self) -> Vec<u128> {
        let mut numbers: Vec<u128> = self.all.iter().map(|one| number(one.value)).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Returns the ways in that one of them comes by.
    pub(in crate::prove) fn ways_of(&self, proxy: IpAddr) -> impl Iterator<Item = &Spanned<WayIn>> {
        let mut ways = self.ways.iter();
        std::iter::from_fn(move || ways.find(|way| comes_by(proxy, way.value.on)))
    }

    /// Returns their addresses, in words.
    pub(in crate::prove) fn names(&self) -> String {
        let names: Vec<String> = self.all.iter().map(|one| one.value.to_string()).collect();
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => names.concat(),
        }
    }
}

/// Returns whether a proxy reaches an address that a listener is bound to, and the Internet does
/// not. One on the host itself comes by loopback, and no other does.
fn comes_by(proxy: IpAddr, on: Option<IpAddr>) -> bool {
    let Some(on) = on else {
        return false;
    };
    if proxy.is_ipv4() != on.is_ipv4() {
        return false;
    }
    if proxy.is_loopback() {
        return on.is_loopback();
    }
    PRIVATE.iter().any(|net| net.contains(&on))
}
