//! Lists in options that are not followed: whether reading them can fail.
//!
//! Exim dies at a file that is not there, asks DNS for names of hosts and gives up where that does
//! not answer, and does not read on at a list that nobody has defined (spec 4.96, sections 10.6 to
//! 10.16; match.c). So an item is a network or a name, or names a list of such.

use std::collections::BTreeSet;

use super::list::{ListKind, items};
use super::lookup::network;
use super::reader::Reader;
use super::text::Text;

impl Reader<'_> {
    /// Says why a list may not be read to its end.
    pub(super) fn unread(&self, kind: ListKind, list: &Text) -> Option<&'static str> {
        let mut seen = BTreeSet::new();
        let mut open = vec![list];
        while let Some(list) = open.pop() {
            for item in items(list, ':') {
                let item = item.as_str();
                let item = item.strip_prefix('!').map_or(item, str::trim_start);
                // Exim asks some before a proxy has said who the client is, and keeps the answer of
                // a named list (`sender_host_cache` in smtp_in.c and daemon.c of 4.96).
                if kind == ListKind::Host && item.starts_with('+') {
                    return Some("mailpol reads a list of networks here, and none by its name");
                }
                if let Some(name) = item.strip_prefix('+') {
                    let Some(named) = self.lists.get(&(kind, name.to_owned())) else {
                        return Some("there is no such list");
                    };
                    if seen.insert(name.to_owned()) {
                        open.push(&named.text);
                    }
                    continue;
                }
                match kind {
                    ListKind::Host if !is_host(item) => {
                        return Some("mailpol reads a list of networks here, and `*`");
                    }
                    ListKind::Domain | ListKind::Address | ListKind::LocalPart
                        if !is_name(item) =>
                    {
                        return Some("mailpol reads a list of plain names here, and `*`");
                    }
                    ListKind::Host | ListKind::Domain | ListKind::Address | ListKind::LocalPart => {
                    }
                }
            }
        }
        None
    }
}

fn is_host(item: &str) -> bool {
    matches!(item, "" | "*" | "@[]") || network(item).is_some()
}

fn is_name(item: &str) -> bool {
    let rest = item.strip_prefix('*').unwrap_or(item);
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    matches!(item, "@" | "@[]") || rest.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::{is_host, is_name};

    #[test]
    fn only_networks_and_names_are_read() {
        for item in ["", "*", "@[]", "192.0.2.1", "192.0.2.0/24", "2001:db8::/32"] {
            assert!(is_host(item), "{item}");
        }
        for item in [
            "a.example",
            "/etc/x",
            "net-lsearch;/etc/x",
            "192.0.2",
            "^x",
            "$x",
        ] {
            assert!(!is_host(item), "{item}");
        }
        for item in ["", "*", "@", "*.a.example", "a_b.example"] {
            assert!(is_name(item), "{item}");
        }
        for item in ["/etc/x", "lsearch;/etc/x", "^x", "$x", "+x", "a*b"] {
            assert!(!is_name(item), "{item}");
        }
    }
}
