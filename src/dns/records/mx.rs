//! MX: who takes mail for a domain (RFC 5321 section 5.1).

use super::RecordError;
use crate::dns::{Record, RecordData};
use crate::policy::Policy;

/// The preference of the only exchanger.
const PREFERENCE: u16 = 10;

/// Returns an exchanger for each domain that we deliver for.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every kind of record has the same shape"
)]
pub(super) fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let host = policy.host.name.value.to_string();
    let record = |name: String| Record {
        purpose: format!("mail for {name} goes to this host"),
        data: RecordData::Mx(PREFERENCE, host.clone()),
        name,
    };
    Ok(policy
        .domains
        .keys()
        .map(|domain| record(domain.to_string()))
        .collect())
}
