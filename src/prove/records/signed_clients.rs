//! Whose mail is signed: that of every client who may send, and of no stranger, in whose mail From
//! proves nothing.

use std::collections::BTreeSet;

use crate::decision::{ClientTable, Label, Row, Sending, SignedClients};
use crate::mail::v4_or_v6;
use crate::policy::Policy;
use crate::prove::report::Evidence;

/// Compares at every way out that signs.
pub(super) fn judge(policy: &Policy, sending: &Sending) -> Result<(), Evidence> {
    let senders = senders(policy);
    for signed in &sending.signed {
        match &signed.clients {
            Some(clients) => compare(policy, &senders, clients, signed)?,
            // Only their own mail leaves.
            None if !lets_out(policy) => {}
            None => {
                let text = "mail is signed whoever sent it, and what strangers write leaves by a \
                            forward or a route"
                    .to_owned();
                return Err(Evidence::certain(text, &signed.at));
            }
        }
        if !signed.logins && !policy.logins.is_empty() {
            let text = "what logins send is not signed".to_owned();
            return Err(Evidence::certain(text, &signed.at));
        }
    }
    Ok(())
}

/// Returns whether strangers' mail leaves the server: by a forward, or to another host of ours.
fn lets_out(policy: &Policy) -> bool {
    policy.domains.values().any(|hosted| {
        let mut mailboxes = hosted.mailboxes.values();
        !hosted.forwards.is_empty() || mailboxes.any(|mailbox| mailbox.via.is_some())
    })
}

/// Compares at every address where either may change.
fn compare(
    policy: &Policy,
    senders: &ClientTable,
    clients: &ClientTable,
    signed: &SignedClients,
) -> Result<(), Evidence> {
    let edges: BTreeSet<u128> = senders.starts().chain(clients.starts()).collect();
    for edge in edges {
        let client = v4_or_v6(edge);
        let may_send = senders.at(edge).filter(|row| row.label != Label::ABSENT);
        let is_signed = clients.at(edge).filter(|row| row.label != Label::ABSENT);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::policy;
    use crate::source::{Loc, Source};
    use crate::syntax;

    const DOE: &str = include_str!("../../../examples/doe/policy.kdl");
    const ALIAS: &str = "    alias \"family\"";

    /// Whether files may sign whoever sent it, where these words stand before an alias of Doe's.
    #[track_caller]
    fn may_sign_all(words: &str) -> bool {
        assert!(DOE.contains(ALIAS));
        let text = DOE.replacen(ALIAS, words, 1) + "\nroute \"inner\" { to \"inner.test\" }\n";
        let source = Source::new("policy.kdl", text);
        let mut diagnostics = Diagnostics::new();
        let none: BTreeMap<_, _> = BTreeMap::new();
        let document = syntax::parse(&source, &mut diagnostics).unwrap();
        let policy = policy::lower(&document, &none, &mut diagnostics).unwrap();
        let at = Loc::new(&source, 0, 0);
        let signed = SignedClients {
            clients: None,
            logins: true,
            at,
        };
        let sending = Sending {
            names: Vec::new(),
            egress: Vec::new(),
            shown: Vec::new(),
            signing: Vec::new(),
            signed: vec![signed],
        };
        judge(&policy, &sending).is_ok()
    }

    #[test]
    fn whoever_sent_it_counts_where_strangers_mail_leaves() {
        assert!(may_sign_all(ALIAS));
        let forward = "    forward \"aunt\" \"aunt@isp.test\"\n";
        assert!(!may_sign_all(&(forward.to_owned() + ALIAS)));
        let inner = "    mailbox \"eve\" via=\"inner\"\n".to_owned();
        assert!(!may_sign_all(&(inner + ALIAS)));
    }
}
