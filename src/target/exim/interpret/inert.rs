//! Values of options that are not followed: whether reading them can do anything but make a text.
//!
//! Exim expands most options that are strings (spec 4.96, "expanded" in the options' types), and an
//! expansion can run a program, ask a server or send a message's text away (section 11.5). So such
//! a value is a text, or one with plain variables in it; nothing with `{` but a variable's name.

use super::reader::Reader;
use super::text::Text;

/// Kinds of lookups that ask a server, write, or expand what they find (chapter 9): a list may name
/// one without a `$`.
const LOOKUPS: [&str; 15] = [
    "wildlsearch",
    "dnsdb",
    "ibase",
    "ldap",
    "ldapdn",
    "ldapm",
    "mysql",
    "nisplus",
    "oracle",
    "pgsql",
    "redis",
    "sqlite",
    "testdb",
    "whoson",
    "spf",
];

/// How variables begin that are parts of a message, passwords, or what something else has left.
const VARIABLES: [&str; 11] = [
    "auth",
    "bh_",
    "bheader_",
    "h_",
    "header_",
    "lh_",
    "lheader_",
    "message_body",
    "message_headers",
    "rh_",
    "rheader_",
];

impl Reader<'_> {
    /// Says why a value may do something when it is read; nothing if it cannot.
    pub(super) fn active(&self, value: &Text) -> Option<&'static str> {
        let mut open = vec![value.as_str()];
        let mut seen = Vec::new();
        while let Some(text) = open.pop() {
            if let Some(reason) = active(text) {
                return Some(reason);
            }
            for name in names_of_lists(text) {
                if seen.contains(&name) {
                    continue;
                }
                seen.push(name);
                let of_name = self.lists.iter().filter(|((_, one), _)| one == name);
                open.extend(of_name.map(|(_, list)| list.text.as_str()));
            }
        }
        None
    }
}

/// Returns the names that stand behind a `+`.
fn names_of_lists(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split('+').skip(1).map(move |rest| {
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    })
}

fn active(text: &str) -> Option<&'static str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for rest in text.split('$').skip(1) {
        let (inside, bare) = match rest.strip_prefix('{') {
            Some(bare) => (true, bare),
            None => (false, rest),
        };
        let end = bare.find(|c| !is_name(c)).unwrap_or(bare.len());
        let (name, behind) = bare.split_at(end);
        if name.is_empty() || (inside && !behind.starts_with('}')) {
            return Some("what a program does is not in the files");
        }
        let is_listed = VARIABLES.iter().any(|start| name.starts_with(start));
        let is_number = name.starts_with(|c: char| c.is_ascii_digit());
        if is_listed || is_number {
            return Some("a variable of this kind may not stand here");
        }
    }
    let mut words = text.split(';').collect::<Vec<&str>>();
    words.pop();
    let kind = |word: &str| {
        let start = word.rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
        let kind = word.get(start..).unwrap_or_default();
        LOOKUPS.contains(&kind)
    };
    let is_asked = words
        .iter()
        .any(|word| kind(word.trim_end()) || word.contains(','));
    is_asked.then_some("such a lookup asks somebody else, or expands what it finds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_and_plain_variables_are_inert() {
        for text in [
            "",
            "$smtp_active_hostname ESMTP ${version_number} $tod_full",
            "$received_protocol",
            "<; 127.0.0.0/8 ; ::1",
            "nwildlsearch;/etc/exim4/x",
            "a{b}",
        ] {
            assert_eq!(active(text), None, "{text}");
        }
        for text in [
            "${run{/bin/true}}",
            "${expand:\\$\\{run\\{/bin/true\\}\\}}",
            "${if acl{{evil}}{a}{b}}",
            "${lc:X}",
            "$",
            "$h_subject:",
            "$message_body",
            "$auth3",
            "${rheader_from:}",
            "$1",
            "wildlsearch;/etc/exim4/x",
            "a : sqlite;/tmp/x select",
        ] {
            assert!(active(text).is_some(), "{text}");
        }
    }

    #[test]
    fn lists_behind_a_plus_are_named() {
        let names: Vec<&str> = names_of_lists("+a : !+b_c").collect();
        assert_eq!(names, ["a", "b_c"]);
    }
}
