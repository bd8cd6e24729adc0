//! The records that a policy needs, one file for each kind.

mod address;
mod mx;
mod spf;

use super::Record;
use crate::policy::Policy;

/// A kind of record: from a policy to its records.
type Maker = fn(&Policy) -> Result<Vec<Record>, RecordError>;

/// Every kind, in the order in which they are printed.
static RECORDS: &[Maker] = &[address::records, mx::records, spf::records];

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
