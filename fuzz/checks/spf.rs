//! SPF records, and what is evaluated over them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use mailpol::spf::{Query, Record, STEPS_MAX, SpfResult, VOIDS_MAX, Zone, check_host};

const DOMAIN: &str = "example.com";
const OTHER: &str = "other.example.com";

/// The first line is the sender's local-part, the second a record of another name; the rest is the
/// record. It is parsed or refused as a whole, and evaluating it ends within its limits.
pub(crate) fn check(data: &[u8]) {
    let mut lines = data.splitn(3, |octet| *octet == b'\n');
    let (local, other, record) = (lines.next(), lines.next(), lines.next());
    let (Some(local), Some(other), Some(record)) = (local, other, record) else {
        return;
    };
    let mut zone = Zone::new();
    zone.add_txt(DOMAIN, record);
    zone.add_txt(OTHER, other);
    zone.add_mx(DOMAIN, 10, OTHER);
    zone.add_a(OTHER, Ipv4Addr::new(192, 0, 2, 25));
    zone.add_aaaa(OTHER, Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x25));
    zone.add_ptr("25.2.0.192.in-addr.arpa", OTHER);
    let sender = format!("{}@{DOMAIN}", String::from_utf8_lossy(local));
    let clients = [
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, 25)),
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x26)),
    ];
    for client in clients {
        let evaluation = check_host(
            &zone,
            &Query {
                client,
                helo: OTHER,
                mail_from: Some(&sender),
                receiver: "mx.example.net",
                time_seconds: 0,
            },
        );
        assert!(evaluation.trace.len() <= STEPS_MAX, "{evaluation:?}");
        assert!(evaluation.counts.voids <= VOIDS_MAX + 1, "{evaluation:?}");
        let is_record = record.to_ascii_lowercase().starts_with(b"v=spf1 ");
        if is_record && Record::parse(record).is_err() {
            assert_eq!(evaluation.result, SpfResult::Permerror, "{evaluation:?}");
        }
    }
}
