//! TXT `v=spf1`: who may send as a domain (RFC 7208 section 3).

use std::collections::BTreeSet;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::spf::Spf;

use super::{RecordError, read_back};
use crate::dns::{Record, RecordData};
use crate::policy::Policy;

/// Returns the record of each domain, that of the host's HELO name (RFC 7208 section 2.3), and
/// those of parked domains.
pub(super) fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let mut records = Vec::new();
    let mut read = BTreeSet::new();
    for (name, domain) in &policy.domains {
        let terms = domain.publish.spf.iter().map(|term| term.value.as_str());
        let purpose = format!("who may send mail as {name}");
        let terms = terms.collect::<Vec<_>>().join(" ");
        records.push(record(name.to_string(), &terms, purpose, &mut read)?);
    }
    let host = &policy.host.name.value;
    if !policy.domains.contains_key(host) && !policy.parked.contains_key(host) {
        let purpose = "the host says its own name with HELO, and sends only by itself".to_owned();
        records.push(record(host.to_string(), "a -all", purpose, &mut read)?);
    }
    for name in policy.parked.keys() {
        let purpose = format!("nobody may send mail as {name}");
        records.push(record(name.to_string(), "-all", purpose, &mut read)?);
    }
    Ok(records)
}

/// Makes a record, and has it read by a second reader: one of each text, which says all that this
/// reader sees.
fn record(
    name: String,
    terms: &str,
    purpose: String,
    read: &mut BTreeSet<String>,
) -> Result<Record, RecordError> {
    let text = format!("v=spf1 {terms}");
    if !read.contains(&text) {
        read_back(&text, Spf::parse(text.as_bytes()), |_| true)?;
        read.insert(text.clone());
    }
    Ok(Record {
        name,
        data: RecordData::Txt(text),
        purpose,
    })
}
