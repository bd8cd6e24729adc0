//! Values of options that are not followed: whether reading them can do anything but make a text.
//!
//! Exim expands most options that are strings (spec 4.96, "expanded" in the options' types), and an
//! expansion can run a program, ask a server or send a message's text away (section 11.5). So such
//! a value is a text, or one with plain variables in it; nothing with `{` but a variable's name.

use super::reader::Reader;
use super::text::Text;

/// How many octets a text may have that Exim sends in a line or writes into a header: a line has
/// 998 at most (RFC 5322 section 2.1.1), and a reply that does not fit into `big_buffer` ends the
/// session (`smtp_vprintf_flush` in smtp_in.c of 4.96).
const TEXT_OCTETS_MAX: usize = 512;
/// How many variables it may name, each of which is longer than its name perhaps.
const TEXT_VARIABLES_MAX: usize = 8;

/// How many octets a line has that is sent.
const LINE_OCTETS_MAX: usize = 998;

/// How long variables are, by what their names begin with: what clients write, alone and with the
/// name that DNS has for them (`host_build_sender_fullhost` in host.c of 4.96), ciphers, dates.
/// What an ACL or a router has set, and a whole command, is as long as it likes.
const LONG: [(&str, usize); 22] = [
    ("acl_", LINE_OCTETS_MAX),
    ("address_data", LINE_OCTETS_MAX),
    ("authenticated_", 256),
    ("dnslist_", LINE_OCTETS_MAX),
    ("domain", 256),
    ("host_data", LINE_OCTETS_MAX),
    ("local_part", 256),
    ("primary_hostname", 180),
    ("qualify_", 256),
    ("received_for", 256),
    ("recipient", LINE_OCTETS_MAX),
    ("sender_address", 256),
    ("sender_data", LINE_OCTETS_MAX),
    ("sender_fullhost", 600),
    ("sender_helo_name", 256),
    ("sender_host_name", 256),
    ("sender_ident", 256),
    ("sender_rcvhost", 600),
    ("smtp_active_hostname", 180),
    ("smtp_command", LINE_OCTETS_MAX),
    ("tls_", 96),
    ("tod_", 32),
];

/// Returns how long a variable may be, of which a text goes on behind the `$`.
fn length(behind: &str) -> usize {
    let rest = behind.strip_prefix('{').unwrap_or(behind);
    let rest = rest.split_once(':').map_or(rest, |(operator, rest)| {
        let is_operator = operator.bytes().all(|octet| octet.is_ascii_alphanumeric());
        if is_operator { rest } else { operator }
    });
    let found = LONG.iter().find(|(name, _)| rest.starts_with(name));
    found.map_or(0, |(_, octets)| *octets)
}

/// Says why a text is too long for a line.
pub(super) fn too_long(text: &str) -> Option<&'static str> {
    let is_long = text.len() > TEXT_OCTETS_MAX;
    let is_many = text.matches('$').count() > TEXT_VARIABLES_MAX;
    let variables: usize = text.split('$').skip(1).map(length).sum();
    (is_long || is_many || text.len() + variables > LINE_OCTETS_MAX).then_some(
        "it may come to more than a line holds: 512 octets, 8 variables, and 998 with what is in \
         them",
    )
}

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

/// Variables that every expansion of an option may name (section 11.9): they are there whatever
/// happens, and asking for them asks nobody.
const KNOWN: [&str; 25] = [
    "dkim_signers",
    "domain",
    "host",
    "host_address",
    "host_port",
    "interface_address",
    "interface_port",
    "local_part",
    "message_exim_id",
    "message_id",
    "message_size",
    "primary_hostname",
    "qualify_domain",
    "received_for",
    "received_ip_address",
    "received_port",
    "received_protocol",
    "sender_address",
    "sender_fullhost",
    "sender_helo_name",
    "sender_host_address",
    "sender_rcvhost",
    "smtp_active_hostname",
    "tls_in_cipher",
    "version_number",
];

/// Header fields that tell of a message's way (RFC 5321 section 4.4, RFC 8601, RFC 7208 section
/// 9.1), or whom else it was for: a server may remove what others wrote there.
const TRACES: [&str; 6] = [
    "authentication-results",
    "bcc",
    "delivery-date",
    "envelope-to",
    "received-spf",
    "return-path",
];

/// The time of day in several ways (section 11.9; `var_table` of expand.c).
pub(super) const TIMES: [&str; 8] = [
    "tod_bsdinbox",
    "tod_epoch",
    "tod_epoch_l",
    "tod_full",
    "tod_log",
    "tod_logfile",
    "tod_zone",
    "tod_zulu",
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

/// Says why an expansion may fail, which ends a session or makes mail wait.
pub(super) fn unknown(text: &str) -> Option<&'static str> {
    if text.ends_with('\\') {
        return Some("an expansion that ends in `\\` fails");
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = text.split('$').skip(1).map(|rest| {
        let bare = rest.strip_prefix('{').unwrap_or(rest);
        let end = bare.find(|c| !is_name(c)).unwrap_or(bare.len());
        bare.get(..end).unwrap_or_default()
    });
    let is_known = names.all(|name| KNOWN.contains(&name) || TIMES.contains(&name));
    (!is_known).then_some("mailpol does not know that this variable is always there")
}

/// Returns whether nothing but traces is removed, and what is nobody's: `X-` and a name.
pub(super) fn removes_traces(list: &str) -> bool {
    list.split(':').all(|name| {
        let name = name.trim().to_ascii_lowercase();
        name.is_empty() || TRACES.contains(&name.as_str()) || is_extra(&name)
    })
}

/// Returns whether what is removed on the way out is not what this host has found about SPF.
pub(super) fn keeps_findings(list: &str) -> bool {
    let finding = ["authentication-results", "received-spf"];
    list.split(':')
        .all(|name| !finding.contains(&&*name.trim().to_ascii_lowercase()))
}

/// Returns whether a text is one header field that nothing depends on, or nothing.
pub(super) fn adds_a_field(text: &str) -> bool {
    let is_one = |(name, _): (&str, &str)| is_extra(&name.to_ascii_lowercase());
    let is_plain = !text.contains(['\\', '\n']);
    text.is_empty() || (is_plain && text.split_once(':').is_some_and(is_one))
}

/// Returns whether a name begins with `x-` and has no odd letters.
pub(super) fn is_extra(name: &str) -> bool {
    let rest = name.strip_prefix("x-").unwrap_or_default();
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !rest.is_empty() && rest.chars().all(is_letter)
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
            return Some(
                "an expansion may fail here, or run a program: only plain variables are read",
            );
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
    fn texts_fit_in_a_line() {
        let many = |times| "$tod_full ".repeat(times);
        assert_eq!(too_long(&many(TEXT_VARIABLES_MAX)), None);
        assert!(too_long(&many(TEXT_VARIABLES_MAX + 1)).is_some());
        assert_eq!(too_long(&"x".repeat(TEXT_OCTETS_MAX)), None);
        assert!(too_long(&"x".repeat(TEXT_OCTETS_MAX + 1)).is_some());
        let of_clients = |more| format!("$sender_address $sender_helo_name {}", "x".repeat(more));
        let own = of_clients(0).len() + 512;
        assert_eq!(too_long(&of_clients(LINE_OCTETS_MAX - own)), None);
        assert!(too_long(&of_clients(LINE_OCTETS_MAX - own + 1)).is_some());
        assert!(too_long("$sender_fullhost $sender_rcvhost").is_some());
    }

    #[test]
    fn expansions_that_may_fail_are_refused() {
        for text in ["", "$tod_full x ${primary_hostname}", "a\\nb"] {
            assert_eq!(unknown(text), None, "{text}");
        }
        for text in ["$no_such_variable", "${nosuch}", "x\\", "$"] {
            assert!(unknown(text).is_some(), "{text}");
        }
    }

    #[test]
    fn every_known_variable_is_in_a_text_that_the_real_exim_reads() {
        const TREE: &str = include_str!(
            "../../../../tests/corpus/read/exim/options-of-every-kind/etc/exim4/exim4.conf"
        );
        let mut words = KNOWN.iter().chain(&TIMES).map(|name| format!("${name}"));
        assert!(words.all(|word| TREE.split_whitespace().any(|one| one == word)));
    }

    #[test]
    fn only_headers_of_no_use_come_and_go() {
        assert!(removes_traces(
            "Bcc : return-path: X-Spam-Flag:Authentication-Results:"
        ));
        for list in ["Subject", "X-*", "Received", "bcc:From", "*"] {
            assert!(!removes_traces(list), "{list}");
        }
        assert!(adds_a_field("X-Me: yes") && adds_a_field(""));
        for text in ["Subject: x", "X-Me: yes\\n\\nx", "X-Me", "X Me: x", "x"] {
            assert!(!adds_a_field(text), "{text}");
        }
    }

    #[test]
    fn lists_behind_a_plus_are_named() {
        let names: Vec<&str> = names_of_lists("+a : !+b_c").collect();
        assert_eq!(names, ["a", "b_c"]);
    }
}
