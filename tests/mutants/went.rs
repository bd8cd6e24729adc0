//! Where a message went, by the log of the MTA.

use std::collections::{BTreeMap, BTreeSet};

use crate::class::Original;

/// Returns whether a message without Message-ID got one, by the log of Postfix; nothing if it does
/// not say. Exim logs none that it has made.
pub(crate) fn is_completed(id: &str, log: &[String]) -> Option<bool> {
    let mark = format!("]: {id}: message-id=<");
    let mut named = log.iter().filter_map(|line| line.split_once(&mark));
    named.next().map(|(_, name)| !name.starts_with('>'))
}

/// Returns where a message went, by the log of Postfix.
pub(crate) fn by_postfix(id: &str, log: &[String]) -> BTreeSet<String> {
    let mark = format!("]: {id}: to=<");
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    for line in log {
        let Some((program, rest)) = line.split_once(&mark) else {
            continue;
        };
        let program = program.rsplit('/').next().unwrap_or_default();
        let program = program.split('[').next().unwrap_or_default();
        let to = rest.split('>').next().unwrap_or_default();
        let is_sent = rest.contains("status=sent");
        let place = match (program, is_sent) {
            ("local", true) => {
                // local(8) folds the name (`deliver_recipient` in recipient.c of 3.7.11).
                let account = to.split('@').next().unwrap_or_default();
                format!("account {}", account.to_ascii_lowercase())
            }
            ("virtual", true) => "directory".to_owned(),
            ("discard", true) => "discard".to_owned(),
            ("smtp" | "lmtp" | "pipe" | "relay", _) => "out".to_owned(),
            // It was not tried, since mail to the same host went wrong before.
            ("error" | "retry", _) if rest.contains("delivery temporarily suspended") => {
                "out".to_owned()
            }
            _ => "nowhere".to_owned(),
        };
        found.insert(to, place);
    }
    found.into_values().collect()
}

/// The transports of Exim that lead to other hosts, as the log names them.
const OUT: [&str; 2] = [" T=remote_smtp", " T=route_"];

/// Returns where a message went, by the log of Exim, which names no accounts.
pub(crate) fn by_exim(original: &Original, id: &str, log: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in log.iter().filter(|line| line.starts_with("mainlog: ")) {
        let Some((_, rest)) = line.split_once(&format!(" {id} ")) else {
            continue;
        };
        let Some((sign, rest)) = rest.split_once(' ') else {
            continue;
        };
        let address = rest.split([' ', ':']).next().unwrap_or_default();
        let domain = address.rsplit_once('@').map(|(_, domain)| domain);
        let domains = &original.subject.policy.domains;
        let is_ours = |name: &str| domains.keys().any(|one| one.as_str() == name);
        let is_ours = domain.is_none_or(is_ours);
        found.extend(match sign {
            "=>" | "->" | "**" | "==" if OUT.iter().any(|by| rest.contains(by)) => Some("out"),
            "=>" | "->" => Some("here"),
            // Nobody answers for names outside: whatever was to go there comes back, as what no
            // router takes does.
            "**" | "==" => Some(if is_ours { "nowhere" } else { "perhaps out" }),
            _ => None,
        });
    }
    found.into_iter().map(str::to_owned).collect()
}
