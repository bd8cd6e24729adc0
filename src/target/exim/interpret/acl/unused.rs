//! ACLs that no command runs. Exim reads them all the same (`acl_read` in acl.c of 4.96), and does
//! not start with what it does not know there.

use super::Acls;
use super::read::{RawAcl, RawLine};
use crate::source::Loc;

/// Conditions, before which a `!` may stand.
const CONDITIONS: &[&str] = &[
    "acl",
    "authenticated",
    "condition",
    "domains",
    "encrypted",
    "hosts",
    "local_parts",
    "recipients",
    "sender_domains",
    "senders",
    "spf",
    "verify",
];

/// Modifiers.
const MODIFIERS: &[&str] = &[
    "add_header",
    "control",
    "delay",
    "log_message",
    "logwrite",
    "message",
    "remove_header",
];

impl Acls {
    /// Returns the first line that Exim may not start with, of ACLs that nobody runs.
    pub(in super::super) fn unknown(&self) -> Option<&Loc> {
        let is_run = |raw: &&RawAcl| self.known.iter().any(|(name, ..)| *name == raw.name);
        let unused = self.raw.iter().filter(|raw| !is_run(raw));
        unused
            .flat_map(|raw| &raw.statements)
            .find_map(|statement| {
                let is_known = |line: &&RawLine| is_known(&statement.verb, line);
                let unknown = statement.lines.iter().find(|line| !is_known(line));
                unknown.map(|line| &line.at)
            })
    }
}

/// Returns whether Exim knows a line of a statement.
fn is_known(verb: &str, line: &RawLine) -> bool {
    let name = line.name.as_str();
    if CONDITIONS.contains(&name) {
        return true;
    }
    let is_variable = |name: &String| {
        let rest = name.strip_prefix("acl_");
        let rest = rest.and_then(|rest| rest.strip_prefix(['c', 'm']));
        rest.is_some_and(|rest| rest.starts_with(|c: char| c == '_' || c.is_ascii_digit()))
    };
    !line.negated
        && match name {
            "endpass" => verb == "accept",
            "set" => line.variable.as_ref().is_some_and(is_variable),
            name => MODIFIERS.contains(&name),
        }
}
