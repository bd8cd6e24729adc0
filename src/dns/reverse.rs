//! The names under which the names of addresses stand.

use std::net::IpAddr;

/// Returns the name under which the name of an address stands (RFC 1035 section 3.5, RFC 3596
/// section 2.5).
pub fn reverse_name(address: IpAddr) -> String {
    let (mut labels, end) = match address {
        IpAddr::V4(v4) => {
            let labels: Vec<String> = v4.octets().iter().map(ToString::to_string).collect();
            (labels, "in-addr.arpa")
        }
        IpAddr::V6(v6) => {
            let digits = format!("{:032x}", u128::from(v6));
            (digits.chars().map(String::from).collect(), "ip6.arpa")
        }
    };
    labels.reverse();
    format!("{}.{end}", labels.join("."))
}

#[cfg(test)]
mod tests {
    use super::reverse_name;

    #[test]
    fn addresses_are_reversed() {
        let name = |address: &str| reverse_name(address.parse().unwrap());
        assert_eq!(name("198.51.100.25"), "25.100.51.198.in-addr.arpa");
        let long = name("2001:db8::cb01");
        assert!(long.starts_with("1.0.b.c.0.0."), "{long}");
        assert!(long.ends_with(".8.b.d.0.1.0.0.2.ip6.arpa"), "{long}");
        assert_eq!(long.len(), 72);
    }
}
