//! Zone text: what a DNS server loads (RFC 1035 section 5).

use std::fmt::Write as _;

use super::{Record, RecordData, Request};
use crate::spf::Zone;

/// The time to live of every record.
pub(super) const TTL_SECONDS: u32 = 3600;

/// Returns the records as a master file, each with a comment that says what it is for; and what
/// others must publish, as comments.
///
/// SOA and NS records are not ours: the text is to be included in a zone.
pub fn zone(records: &[Record], requests: &[Request]) -> String {
    let mut text = format!("$TTL {TTL_SECONDS}\n");
    for record in records {
        // Writing to a string does not fail.
        let _ = write!(text, "\n; {}\n{record}\n", record.purpose);
    }
    for Request { whom, record } in requests {
        let purpose = &record.purpose;
        let _ = write!(text, "\n; ask {whom} for this: {purpose}\n; {record}\n");
    }
    text
}

/// Returns the records as a zone that answers: every other name does not exist.
pub fn in_memory(records: &[Record]) -> Zone {
    let mut zone = Zone::new();
    for Record { name, data, .. } in records {
        match data {
            RecordData::A(address) => zone.add_a(name, *address),
            RecordData::Aaaa(address) => zone.add_aaaa(name, *address),
            RecordData::Cname(target) => zone.set_cname(name, target),
            RecordData::Ptr(target) => zone.add_ptr(name, target),
            RecordData::Mx(preference, exchange) => zone.add_mx(name, *preference, exchange),
            RecordData::Txt(text) => zone.add_txt(name, text.as_bytes()),
        }
    }
    zone
}
