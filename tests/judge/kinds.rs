//! Kinds of clients, for counting: where one is, and as whom.

use std::net::IpAddr;

use mailpol::decision::Envelope;
use mailpol::mail::{canonical_client, prefix_range};
use mailpol::policy::{Network, Policy};

/// Returns the kind of an envelope's client.
pub(crate) fn kind(policy: &Policy, envelope: &Envelope) -> String {
    let place = match network(policy, envelope.client) {
        Some(network) => format!("in {}", network.name.value),
        None if envelope.client.is_loopback() => "on loopback".to_owned(),
        None => "elsewhere".to_owned(),
    };
    let login = match &envelope.login {
        None => "",
        Some(login) if policy.logins.contains_key(login) => ", a listed login",
        Some(_) => ", another login",
    };
    let tls = if envelope.tls { ", TLS" } else { "" };
    let family = match envelope.client {
        IpAddr::V4(_) => "v4",
        IpAddr::V6(_) => "v6",
    };
    format!("{place} ({family}){login}{tls}")
}

/// Returns the network of a client: that of the longest prefix, by a plain scan.
pub(crate) fn network(policy: &Policy, client: IpAddr) -> Option<&Network> {
    let client = canonical_client(client);
    let prefixes = policy.networks.iter().flat_map(|network| {
        let prefixes = network.prefixes.iter();
        prefixes.map(move |prefix| (prefix.value, network))
    });
    prefixes
        .filter(|(prefix, _)| prefix.contains(&client))
        .min_by_key(|(prefix, _)| {
            let (first, last) = prefix_range(*prefix);
            last - first
        })
        .map(|(_, network)| network)
}
