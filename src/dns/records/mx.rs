//! MX: who takes mail for a domain (RFC 5321 section 5.1), and that nobody does (RFC 7505).

use super::RecordError;
use crate::dns::{Record, RecordData};
use crate::policy::Policy;

/// The preference of the only exchanger.
const PREFERENCE: u16 = 10;

/// Returns an exchanger for each domain that we deliver for, and none for parked domains.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every kind of record has the same shape"
)]
pub(super) fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let host = policy.host.name.value.to_string();
    let ours = policy.domains.keys().map(|domain| Record {
        name: domain.to_string(),
        data: RecordData::Mx(PREFERENCE, host.clone()),
        purpose: format!("mail for {domain} goes to this host"),
    });
    let parked = policy.parked.keys().map(|domain| Record {
        name: domain.to_string(),
        data: RecordData::Mx(0, String::new()),
        purpose: format!("{domain} takes no mail"),
    });
    Ok(ours.chain(parked).collect())
}
