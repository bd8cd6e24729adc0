//! What must change: commands for nsupdate(1) (RFC 2136).
//!
//! Only what was seen to differ is touched, each record by its data. So SOA and NS records, other
//! texts of a name, and whatever else is in the zone stay as they are.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::zone::TTL_SECONDS;
use super::{Finding, Request, Standing};

/// Returns the commands that make what is published what is wanted. What others must publish is
/// left to them.
pub fn update(findings: &[Finding], requests: &[Request]) -> String {
    let others: BTreeSet<&str> = requests
        .iter()
        .map(|one| one.record.name.as_str())
        .collect();
    let mut text = String::new();
    let mut open: Option<&str> = None;
    for finding in findings {
        let Finding {
            standing,
            name,
            kind,
            wanted,
            published,
            ..
        } = finding;
        if others.contains(name.as_str()) {
            continue;
        }
        let deleted = published.as_ref().filter(|_| is_to_go(*standing));
        let added = wanted.as_ref().filter(|_| is_to_come(*standing));
        if deleted.is_none() && added.is_none() {
            continue;
        }
        // One message is about one zone; a name is in one.
        if open.is_some_and(|open| open != name) {
            text.push_str("send\n");
        }
        open = Some(name);
        // Writing to a string does not fail.
        if let Some(data) = deleted {
            let _ = writeln!(text, "update delete {name}. {kind} {data}");
        }
        if let Some(data) = added {
            let _ = writeln!(text, "update add {name}. {TTL_SECONDS} {kind} {data}");
        }
    }
    if open.is_some() {
        text.push_str("send\n");
    }
    text
}

/// Returns whether what is published must go.
fn is_to_go(standing: Standing) -> bool {
    match standing {
        Standing::Different | Standing::Extra => true,
        Standing::Present | Standing::Missing | Standing::Unconfirmed | Standing::Undetermined => {
            false
        }
    }
}

/// Returns whether what is wanted must come.
fn is_to_come(standing: Standing) -> bool {
    match standing {
        Standing::Missing | Standing::Different => true,
        Standing::Present | Standing::Extra | Standing::Unconfirmed | Standing::Undetermined => {
            false
        }
    }
}
