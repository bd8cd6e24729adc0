//! What a proof rests on, and nobody proves.

use super::declared::{Declared, Proxies};
use crate::decision::{Believed, Peers};
use crate::policy::Via;

/// What every proof assumes; of the first, where proxies are declared, what is left of it.
pub const ASSUMPTIONS: &[&str] = &[
    "client addresses reach the MTA unchanged (no NAT, container bridge or proxy in between)",
    "the MTA is of the declared version, and is what the reader models (judged by the tests)",
    "the auth backend admits only right passwords",
    "no two accounts of the auth backend differ in the case of letters only",
    "the raw text of a path is parsed as the MTA parses it (tested, not proved)",
    "tables on the server are these: indexed ones (hash, lmdb, cdb) were made from these sources",
    "mail leaves from addresses that the policy gives the host: the machine has no others",
];

/// Returns what the proof of a policy, or of files that believe these peers, assumes.
pub(super) fn assumptions<'a>(
    declared: &Declared<'_>,
    believed: impl IntoIterator<Item = &'a Believed>,
) -> Vec<String> {
    let proxies = Proxies::new(declared.policy);
    let mut lines: Vec<String> = ASSUMPTIONS.iter().map(|&line| line.to_owned()).collect();
    if !proxies.is_empty() {
        lines.splice(..1, by_proxies(&proxies, believed));
    }
    // Whoever comes by a declared bridge is taken for it, and has no right by that.
    let networks = declared.policy.networks.iter();
    let bridges = networks.filter(|network| matches!(network.via, Via::Bridge(_)));
    let names: Vec<&str> = bridges.map(|network| network.name.value.as_str()).collect();
    if let (Some(first), false) = (lines.first_mut(), names.is_empty()) {
        let but = format!("container bridge but for {}", names.join(", "));
        *first = first.replace("container bridge", &but);
    }
    lines
}

/// Returns what takes the place of the first assumption.
fn by_proxies<'a>(
    proxies: &Proxies<'_>,
    believed: impl IntoIterator<Item = &'a Believed>,
) -> Vec<String> {
    let names = proxies.names();
    let mut first = vec![
        "client addresses reach the MTA, or the proxy that announces them, unchanged (no NAT, \
         container bridge or other proxy in between)"
            .to_owned(),
        format!("the proxy announces each client's true address ({names})"),
    ];
    for one in believed {
        if let Peers::Everybody { way, name } = &one.peers {
            let way = way.map_or_else(|| name.clone(), |way| way.to_string());
            first.push(format!(
                "a firewall lets only {names} reach {way}: whoever does is believed there"
            ));
        }
    }
    first
}
