//! TXT `_dmarc.DOMAIN`: what receivers shall do with mail in whose name nobody speaks (RFC 9989
//! section 4.7). The tags `pct`, `rf` and `ri` of RFC 7489 are no more.

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::dmarc;

use super::{RecordError, read_back};
use crate::dns::{Record, RecordData, Request};
use crate::mail::{Address, Domain};
use crate::policy::{Alignment, Disposition, Dmarc, Policy};
use crate::source::Spanned;

/// Returns the record of each domain that has one, what others of ours say about reports to them,
/// and that of parked domains.
pub(super) fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let mut records = Vec::new();
    for (domain, hosted) in &policy.domains {
        if let Some(written) = &hosted.publish.dmarc {
            records.push(record(domain, written)?);
        }
    }
    let permissions = permissions(policy).into_iter();
    records.extend(
        permissions
            .filter(|(ours, _)| *ours)
            .map(|(_, record)| record),
    );
    for domain in policy.parked.keys() {
        let text = "v=DMARC1; p=reject".to_owned();
        read_back(&text, dmarc::Dmarc::parse(text.as_bytes()), |read| {
            read.p == dmarc::Policy::Reject
        })?;
        records.push(Record {
            name: format!("_dmarc.{domain}"),
            data: RecordData::Txt(text),
            purpose: format!("{domain} sends no mail: what claims to be from it shall be refused"),
        });
    }
    Ok(records)
}

/// Returns the records by which other domains agree to take our reports (RFC 9990 section 4).
pub(super) fn requests(policy: &Policy) -> Vec<Request> {
    let others = permissions(policy).into_iter();
    let others = others.filter(|(ours, _)| !ours);
    others
        .map(|(_, record)| Request {
            whom: "whoever runs DNS there".to_owned(),
            record,
        })
        .collect()
}

fn record(domain: &Domain, written: &Dmarc) -> Result<Record, RecordError> {
    let text = written.record();
    read_back(&text, dmarc::Dmarc::parse(text.as_bytes()), |read| {
        says(read, written)
    })?;
    Ok(Record {
        name: format!("_dmarc.{domain}"),
        data: RecordData::Txt(text),
        purpose: format!(
            "what receivers shall do with mail from {domain} that neither SPF nor DKIM speaks for"
        ),
    })
}

/// Returns whether a second reader finds what was written.
fn says(read: &dmarc::Dmarc, written: &Dmarc) -> bool {
    let disposition = |wanted: Disposition, found: &dmarc::Policy| {
        matches!(
            (wanted, found),
            (Disposition::None, dmarc::Policy::None)
                | (Disposition::Quarantine, dmarc::Policy::Quarantine)
                | (Disposition::Reject, dmarc::Policy::Reject)
        )
    };
    let alignment = |wanted: Alignment, found: dmarc::Alignment| {
        (wanted == Alignment::Strict) == (found == dmarc::Alignment::Strict)
    };
    let subdomains = written.subdomains.unwrap_or(written.disposition);
    let uris = |wanted: &[Spanned<Address>], found: &[dmarc::URI]| {
        let wanted = wanted.iter().map(|address| address.value.mailto());
        wanted.eq(found.iter().map(|uri| format!("mailto:{}", uri.uri())))
    };
    disposition(written.disposition, &read.p)
        && disposition(subdomains, &read.sp)
        && disposition(written.non_existent.unwrap_or(subdomains), &read.np)
        && alignment(written.dkim_alignment, read.adkim)
        && alignment(written.spf_alignment, read.aspf)
        && uris(&written.aggregate_reports, &read.rua)
        && uris(&written.failure_reports, &read.ruf)
        && read.t == written.testing
}

/// Returns the permission of each other domain that reports go to, and whether it is ours to give.
///
/// A sub-domain of the reporting domain is of one organisation with it.
fn permissions(policy: &Policy) -> Vec<(bool, Record)> {
    let mut permissions: Vec<(bool, Record)> = Vec::new();
    for (domain, hosted) in &policy.domains {
        let Some(written) = &hosted.publish.dmarc else {
            continue;
        };
        let reports = written
            .aggregate_reports
            .iter()
            .chain(&written.failure_reports);
        for other in reports.map(|address| address.value.domain()) {
            let within = other == domain || other.parents().any(|parent| parent == domain.as_str());
            let name = format!("{domain}._report._dmarc.{other}");
            if within || permissions.iter().any(|(_, record)| record.name == name) {
                continue;
            }
            let record = Record {
                name,
                data: RecordData::Txt("v=DMARC1".to_owned()),
                purpose: format!("{other} takes the DMARC reports about {domain}"),
            };
            permissions.push((policy.domains.contains_key(other), record));
        }
    }
    permissions
}
