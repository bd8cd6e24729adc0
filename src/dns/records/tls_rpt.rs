//! TXT `_smtp._tls.DOMAIN`: where senders report how TLS went (RFC 8460 section 3).

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::mta_sts;

use super::{RecordError, read_back};
use crate::dns::{Record, RecordData};
use crate::policy::{Policy, ReportUri};

/// Returns the record of each domain that asks for reports.
pub(super) fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let mut records = Vec::new();
    for (domain, hosted) in &policy.domains {
        let uris = hosted.publish.tls_rpt.iter();
        let uris: Vec<String> = uris.map(|written| written.value.uri()).collect();
        if uris.is_empty() {
            continue;
        }
        let text = ReportUri::record(&hosted.publish.tls_rpt);
        read_back(&text, mta_sts::TlsRpt::parse(text.as_bytes()), |read| {
            let found = read.rua.iter().map(|uri| match uri {
                mta_sts::ReportUri::Mail(address) => format!("mailto:{address}"),
                mta_sts::ReportUri::Http(uri) => uri.clone(),
            });
            found.eq(uris.iter().cloned())
        })?;
        records.push(Record {
            name: format!("_smtp._tls.{domain}"),
            data: RecordData::Txt(text),
            purpose: format!("where senders report how TLS to {domain} went"),
        });
    }
    Ok(records)
}
