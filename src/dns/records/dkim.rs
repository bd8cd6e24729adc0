//! TXT `SELECTOR._domainkey.DOMAIN`: the public keys that signatures are checked with (RFC 6376
//! section 3.6.2).

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;

use super::{RecordError, read_back};
use crate::dns::{Record, RecordData};
use crate::mail::Domain;
use crate::policy::{DkimKey, Policy};

/// Returns the key record of each selector.
pub(super) fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let mut records = Vec::new();
    for (domain, hosted) in &policy.domains {
        for key in &hosted.publish.dkim {
            records.push(record(domain, key)?);
        }
    }
    Ok(records)
}

/// Returns the name that a key stands at.
pub fn dkim_name(domain: &Domain, selector: &str) -> String {
    format!("{selector}._domainkey.{domain}")
}

fn record(domain: &Domain, key: &DkimKey) -> Result<Record, RecordError> {
    let algorithm = key.public.algorithm().name();
    let text = key.public.record();
    read_back(&text, DomainKey::parse(text.as_bytes()), |_| true)?;
    let purpose = if key.key.is_some() {
        format!("the key ({algorithm}) that mail from {domain} is signed with")
    } else {
        format!("a key ({algorithm}) of {domain} that is published, and signs nothing here")
    };
    Ok(Record {
        name: dkim_name(domain, &key.selector.value),
        data: RecordData::Txt(text),
        purpose,
    })
}
