//! Whose mail is signed: that of every client who may send, and of no stranger, in whose mail From
//! proves nothing.

use std::collections::BTreeSet;

use crate::decision::{ClientTable, Label, Row, Sending};
use crate::mail::v4_or_v6;
use crate::policy::Policy;
use crate::prove::report::Evidence;

/// Compares at every address where either may change.
pub(super) fn judge(policy: &Policy, sending: &Sending) -> Result<(), Evidence> {
    let Some(signed) = &sending.signed else {
        return Ok(());
    };
    let senders = senders(policy);
    let edges: BTreeSet<u128> = senders.starts().chain(signed.clients.starts()).collect();
    for edge in edges {
        let client = v4_or_v6(edge);
        let may_send = senders.at(edge).filter(|row| row.label != Label::ABSENT);
        let is_signed = signed.clients.at(edge);
        let is_signed = is_signed.filter(|row| row.label != Label::ABSENT);
        match (may_send, is_signed) {
            (Some(network), None) => {
                let number = (network.label.0 as usize).checked_sub(1);
                let network = number.and_then(|number| policy.networks.get(number));
                let name = network.map_or("", |network| &network.name.value);
                let text = format!(
                    "mail of the client {client} leaves unsigned, and `network \"{name}\"` may \
                     send"
                );
                return Err(Evidence::certain(text, &signed.at));
            }
            (None, Some(row)) => {
                let text = format!(
                    "mail of the client {client} is signed, and no network that may send holds it"
                );
                return Err(Evidence::certain(text, &row.at));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    Ok(())
}

/// Returns who may send: the longest prefix decides alone. A label is the number of the network
/// and one more.
fn senders(policy: &Policy) -> ClientTable {
    let rows = (1..).zip(&policy.networks).flat_map(|(number, network)| {
        let label = if network.grants.is_empty() {
            Label::ABSENT
        } else {
            Label(number)
        };
        let row = move |at| Row::new(label, at);
        network
            .prefixes
            .iter()
            .map(move |prefix| (prefix.value, row(prefix.at.clone())))
    });
    ClientTable::longest_prefix(rows.collect())
}
