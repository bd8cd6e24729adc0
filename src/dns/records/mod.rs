//! The records that a policy needs, one file for each kind.

mod address;
mod dkim;
mod dmarc;
mod mta_sts;
mod mx;
mod spf;
mod tls_rpt;

pub use dkim::dkim_name;
pub use mta_sts::{STS_PATH, StsFile, sts_files};

use super::{Record, Request};
use crate::policy::Policy;

/// A kind of record: from a policy to its records.
type Maker = fn(&Policy) -> Result<Vec<Record>, RecordError>;

/// Every kind, in the order in which they are printed.
static RECORDS: &[Maker] = &[
    address::records,
    mx::records,
    spf::records,
    dkim::records,
    dmarc::records,
    mta_sts::records,
    tls_rpt::records,
];

/// A record that a second reader understands otherwise than it was meant: a bug of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the record `{record}` reads back otherwise than it was meant: {why}")]
pub struct RecordError {
    /// The record.
    pub record: String,
    /// What the second reader says.
    pub why: String,
}

/// Returns every record that a policy needs.
pub fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let mut records = Vec::new();
    for maker in RECORDS {
        records.extend(maker(policy)?);
    }
    Ok(records)
}

/// Returns what others must publish for a policy: the names of our addresses, and that reports
/// from our domains are welcome.
pub fn requests(policy: &Policy) -> Vec<Request> {
    let mut requests = address::requests(policy);
    requests.extend(dmarc::requests(policy));
    requests
}

/// Compares what a second reader makes of a record with what was meant.
fn read_back<T>(
    text: &str,
    read: mail_auth::Result<T>,
    meant: impl FnOnce(&T) -> bool,
) -> Result<(), RecordError> {
    let why = match read {
        Ok(read) if meant(&read) => return Ok(()),
        Ok(_) => "it finds other values".to_owned(),
        Err(error) => error.to_string(),
    };
    let record = text.to_owned();
    Err(RecordError { record, why })
}
