//! What a proxy says of its client before all else: headers of the PROXY protocol, written down
//! from its specification (versions 1 and 2, sections 2.1 and 2.2).

use std::net::{IpAddr, Ipv6Addr};

/// The first octets of version 2.
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// Version 2, and a command.
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
/// TCP over either family.
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;
/// Ports that stand in every header.
const PORTS: [u16; 2] = [54321, 25];

/// The line of version 1 for a client.
pub(crate) fn v1(client: IpAddr) -> Vec<u8> {
    let (family, server) = match client {
        IpAddr::V4(_) => ("TCP4", "192.0.2.1"),
        IpAddr::V6(_) => ("TCP6", "2001:db8::1"),
    };
    let [from, to] = PORTS;
    format!("PROXY {family} {client} {server} {from} {to}\r\n").into_bytes()
}

/// The line of version 1 where the client is not known.
pub(crate) fn unknown() -> Vec<u8> {
    b"PROXY UNKNOWN\r\n".to_vec()
}

/// Version 2 for a client.
pub(crate) fn v2(client: IpAddr) -> Vec<u8> {
    let (family, addresses) = match client {
        IpAddr::V4(v4) => (TCP4, [v4.octets(), [192, 0, 2, 1]].concat()),
        IpAddr::V6(v6) => {
            let server = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
            (TCP6, [v6.octets(), server.octets()].concat())
        }
    };
    let ports = PORTS.map(u16::to_be_bytes).concat();
    framed(PROXY, family, &[addresses, ports].concat())
}

/// Version 2 where the proxy speaks for itself.
pub(crate) fn local() -> Vec<u8> {
    framed(LOCAL, 0, &[])
}

fn framed(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap_or(u16::MAX);
    let head = [SIGNATURE, &[command, family], &length.to_be_bytes()].concat();
    [&head, body].concat()
}

/// Returns an address of IPv4 as it stands in a header of IPv6.
pub(crate) fn mapped(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(v4) => IpAddr::V6(v4.to_ipv6_mapped()),
        IpAddr::V6(_) => client,
    }
}
