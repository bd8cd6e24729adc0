//! MX: who takes mail for a domain (RFC 5321 section 5.1), and that nobody does (RFC 7505).

use super::RecordError;
use crate::dns::{Record, RecordData};
use crate::policy::Policy;

/// The preference of the first exchanger, and how far those behind it are apart.
const PREFERENCE: u16 = 10;

/// Returns the exchangers of each domain that we deliver for, and none for parked domains.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every kind of record has the same shape"
)]
pub(super) fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let host = &policy.host.name.value;
    let ours = policy.domains.iter().flat_map(|(domain, hosted)| {
        let hosts = hosted.publish.exchangers(host).into_iter();
        (1..).zip(hosts).map(move |(choice, one)| Record {
            name: domain.to_string(),
            data: RecordData::Mx(PREFERENCE.saturating_mul(choice), one.to_string()),
            purpose: if one == host {
                format!("mail for {domain} goes to this host")
            } else {
                format!("mail for {domain} goes to {one}")
            },
        })
    });
    let parked = policy.parked.keys().map(|domain| Record {
        name: domain.to_string(),
        data: RecordData::Mx(0, String::new()),
        purpose: format!("{domain} takes no mail"),
    });
    Ok(ours.chain(parked).collect())
}
