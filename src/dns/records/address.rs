//! A and AAAA: where the host is; and PTR, which is the provider's to publish.

use std::net::IpAddr;

use super::RecordError;
use crate::dns::{Record, RecordData, Request, reverse_name};
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
        purpose: "where the mail host is".to_owned(),
    };
    let addresses = policy.host.addresses.iter();
    Ok(addresses.map(|address| record(address.value)).collect())
}

/// Returns the names of the host's addresses.
pub(super) fn requests(policy: &Policy) -> Vec<Request> {
    let name = policy.host.name.value.as_str();
    let request = |address: IpAddr| Request {
        whom: format!("the provider of {address}"),
        record: Record {
            name: reverse_name(address),
            data: RecordData::Ptr(name.to_owned()),
            purpose: "receivers refuse mail from an address without a name that leads back to it"
                .to_owned(),
        },
    };
    let addresses = policy.host.addresses.iter();
    addresses.map(|address| request(address.value)).collect()
}
