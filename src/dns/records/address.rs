//! A and AAAA: where the host is.

use std::net::IpAddr;

use super::RecordError;
use crate::dns::{Record, RecordData};
use crate::policy::Policy;

/// Returns the addresses of the host.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every kind of record has the same shape"
)]
pub(super) fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let name = policy.host.name.value.to_string();
    let record = |address: IpAddr| Record {
        name: name.clone(),
        data: match address {
            IpAddr::V4(v4) => RecordData::A(v4),
            IpAddr::V6(v6) => RecordData::Aaaa(v6),
        },
        purpose: format!("the mail host; ask the provider for the PTR of {address} to be {name}."),
    };
    Ok(policy
        .host
        .addresses
        .iter()
        .map(|address| record(address.value))
        .collect())
}
