//! Address literals: `[192.0.2.1]` and `[IPv6:2001:db8::1]` (RFC 5321 section 4.1.3).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns whether a literal is of this host or of loopback; nothing if the text is no literal.
pub(super) fn is_own(text: &str, own: &[IpAddr]) -> Option<bool> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let found = match inner.split_at_checked(5) {
        Some((tag, v6)) if tag.eq_ignore_ascii_case("IPv6:") => v6_found(v6)?,
        Some(_) | None => {
            decimal(inner)?;
            Found(by_inet_aton(inner).map(IpAddr::V4))
        }
    };
    let Found(address) = found;
    Some(address.is_some_and(|address| address.is_loopback() || own.contains(&address)))
}

/// The address that a program finds in a literal when it looks whether that is its own.
struct Found(Option<IpAddr>);

fn v6_found(text: &str) -> Option<Found> {
    let (before, v4) = text.rsplit_once(':')?;
    let (plain, is_odd) = if v4.contains('.') {
        let address = decimal(v4)?.to_string();
        (format!("{before}:{address}"), address != v4)
    } else {
        (text.to_owned(), false)
    };
    let v6 = plain.parse::<Ipv6Addr>().ok()?;
    // Zeros in front of its last part hide it from inet_pton(3).
    Some(Found((!is_odd).then(|| IpAddr::V6(v6).to_canonical())))
}

/// Reads four decimal numbers up to 255, which may begin with zeros.
fn decimal(text: &str) -> Option<Ipv4Addr> {
    let number = |text: &str| {
        let is_good = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_good)
    };
    four(text, number)
}

/// Reads four numbers as inet_aton(3) does, by which Postfix looks for its own addresses: those
/// that begin with a zero are octal.
fn by_inet_aton(text: &str) -> Option<Ipv4Addr> {
    let number = |text: &str| match text.strip_prefix('0') {
        Some("") => Some(0),
        Some(octal) => u8::from_str_radix(octal, 8).ok(),
        None => text.parse().ok(),
    };
    four(text, number)
}

fn four(text: &str, number: impl Fn(&str) -> Option<u8>) -> Option<Ipv4Addr> {
    let numbers: Option<Vec<u8>> = text.split('.').map(number).collect();
    <[u8; 4]>::try_from(numbers?).ok().map(Ipv4Addr::from)
}
