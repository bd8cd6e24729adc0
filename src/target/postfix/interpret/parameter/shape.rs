//! What a value must look like for Postfix to start: `yes` or `no`, and numbers
//! (get_mail_conf_bool(3), get_mail_conf_int(3), get_mail_conf_time(3) of 3.7.11).
//!
//! It holds for parameters that cannot touch a decision too: with another value nothing runs.

use super::super::text::Text;
use super::kind::Kind;
use super::{ends, range, words};

/// Parameters of the harmless list that are `yes` or `no`, by their defaults in `postconf -d` of
/// 3.7.11.
const SWITCHES: &str = "\
    biff broken_sasl_auth_clients \
    disable_vrfy_command enable_long_queue_ids enable_original_recipient smtp_sasl_auth_enable \
    smtp_tls_note_starttls_offer smtp_use_tls smtpd_client_port_logging \
    smtpd_forbid_unauth_pipelining smtpd_per_record_deadline smtpd_per_request_deadline \
    smtpd_sasl_authenticated_header smtpd_tls_ask_ccert smtpd_tls_received_header \
    tls_append_default_CA tls_preempt_cipherlist";

/// Parameters that must not be empty (the tables of strings with a least length in the daemons of
/// 3.7.11).
const FILLED: &str = "\
    double_bounce_sender html_directory mailq_path manpage_directory mydomain myhostname \
    myorigin newaliases_path openssl_path readme_directory sample_directory sendmail_path \
    smtp_helo_name smtpd_banner syslog_name virtual_mailbox_base";

/// Parameters that are absolute paths, and of two the word `no`: with others `postfix start` ends
/// (post-install of 3.7.11).
const PATHS: &str = "\
    html_directory mailq_path manpage_directory newaliases_path openssl_path readme_directory \
    sample_directory sendmail_path";

/// Parameters that the model reads, and the words that they are made of: any other ends every
/// program (inet_proto.c; mynetworks.c, whose value is one word).
const MODELLED: [(&str, &[&str]); 2] = [
    ("inet_protocols", &["all", "ipv4", "ipv6"]),
    ("mynetworks_style", &["class", "host", "subnet"]),
];

/// Lists of no decision, of which an item has something behind its `!` (match_list(3)).
const LISTS: &str = "\
    debug_peer_list fast_flush_domains permit_mx_backup_networks smtp_sasl_mechanism_filter \
    smtpd_client_event_limit_exceptions smtpd_log_access_permit_actions";

/// Between which values a number does not cost mail.
pub(super) struct Bound {
    pub(super) name: &'static str,
    pub(super) least: u64,
    pub(super) most: u64,
    /// Whether 0 stands for no limit at all.
    pub(super) zero_is_none: bool,
    pub(super) reason: &'static str,
}

const DAY: u64 = 86_400;
const NONE: u64 = u64::MAX;
const SMALL: &str = "messages of 64K octets would not pass (RFC 5321 section 4.5.3.1.7)";
const SHORT: &str = "ordinary sessions would be cut off (RFC 5321 section 4.5.3.2)";
const SLOW: &str = "mail for hosts that are slow would not leave (RFC 5321 section 4.5.3.2)";
const TWICE: &str =
    "who answers for SPF would be asked anew amid a message, and add its headers twice";
const SEEN: &str = "what is sent under TLS would stand in the log, passwords among it";
const GIVEN_UP: &str = "mail would be given up before a server that is away has come back";

const fn least(name: &'static str, least: u64, reason: &'static str) -> Bound {
    Bound {
        name,
        least,
        most: NONE,
        zero_is_none: false,
        reason,
    }
}

const fn size(name: &'static str, octets: u64, reason: &'static str) -> Bound {
    Bound {
        zero_is_none: true,
        ..least(name, octets, reason)
    }
}

const fn days(name: &'static str, days: u64, reason: &'static str) -> Bound {
    least(name, days * DAY, reason)
}

const fn most(name: &'static str, most: u64, reason: &'static str) -> Bound {
    Bound {
        most,
        ..least(name, 0, reason)
    }
}

/// Numbers that cost mail which the policy takes, where they are too small or too large. Sorted.
pub(super) const BOUNDS: [Bound; 31] = [
    days("bounce_queue_lifetime", 1, GIVEN_UP),
    // With its report a bounce is larger, and cleanup(8) may take 64 KiB.
    most(
        "bounce_size_limit",
        50_000,
        "nobody would hear of large messages that cannot be delivered",
    ),
    least(
        "daemon_timeout",
        3_600,
        "processes would end amid a session",
    ),
    least(
        "default_process_limit",
        10,
        "clients and deliveries would wait for each other",
    ),
    size(
        "duplicate_filter_limit",
        1_000,
        "addresses would get messages several times",
    ),
    least(
        "header_size_limit",
        65_536,
        "what is longer of a header would be thrown away",
    ),
    least(
        "hopcount_limit",
        50,
        "mail that came over several hosts would bounce",
    ),
    size("mailbox_size_limit", 65_536, SMALL),
    most("maximal_backoff_time", DAY, GIVEN_UP),
    days("maximal_queue_lifetime", 1, GIVEN_UP),
    // Half as much again must be free on the disk (smtpd_check_size in smtpd_check.c of 3.7.11).
    Bound {
        most: 10 << 30,
        ..size("message_size_limit", 65_536, SMALL)
    },
    most("minimal_backoff_time", DAY, GIVEN_UP),
    most(
        "queue_minfree",
        1 << 30,
        "all mail would be put off while less of the disk is free",
    ),
    most("queue_run_delay", DAY, GIVEN_UP),
    most(
        "service_throttle_time",
        3_600,
        "a service that has ended once would be away for long",
    ),
    size("smtp_connect_timeout", 5, SLOW),
    least("smtp_helo_timeout", 5, SLOW),
    most("smtp_tls_loglevel", 3, SEEN),
    most("smtpd_error_sleep_time", 30, SHORT),
    least("smtpd_hard_error_limit", 20, SHORT),
    least("smtpd_junk_command_limit", 100, SHORT),
    most(
        "smtpd_min_data_rate",
        500,
        "clients with slow lines would be cut off",
    ),
    most("smtpd_policy_service_request_limit", 0, TWICE),
    least(
        "smtpd_policy_service_timeout",
        100,
        "a check of SPF may take longer than smtpd(8) would wait for it",
    ),
    least(
        "smtpd_recipient_limit",
        100,
        "messages to 100 recipients would not pass (RFC 5321 section 4.5.3.1.8)",
    ),
    least("smtpd_recipient_overshoot_limit", 100, SHORT),
    least("smtpd_starttls_timeout", 60, SHORT),
    least("smtpd_timeout", 300, SHORT),
    most("smtpd_tls_loglevel", 3, SEEN),
    least(
        "virtual_alias_expansion_limit",
        1_000,
        "mail for aliases with more recipients would be put off",
    ),
    size("virtual_mailbox_limit", 65_536, SMALL),
];

/// Returns whether a value must look like something.
pub(super) fn is_held(name: &str) -> bool {
    let is_listed = [SWITCHES, FILLED, LISTS]
        .into_iter()
        .any(|names| is_named(names, name))
        || MODELLED.iter().any(|(known, _)| *known == name);
    is_listed
        || REPLIES.contains(&name)
        || range::is_held(name)
        || words::is_held(name)
        || ends::is_held(name)
}

/// Returns whether a value is Postfix's own, which depends on `$stress`; or a name in the log that
/// is not empty, whatever else it holds: `postfix/$service_name`.
pub(super) fn is_usual(name: &str, raw: &Text) -> bool {
    let text = raw.as_str();
    let text_of_log = text.strip_suffix("$service_name").unwrap_or(text);
    let is_plain = text_of_log.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text_of_log
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    USUAL.contains(&(name, text)) || name == "syslog_name" && is_plain
}

/// Values that depend on `$stress`, as Postfix has them.
const USUAL: [(&str, &str); 5] = [
    ("smtpd_hard_error_limit", "${stress?{1}:{20}}"),
    ("smtpd_junk_command_limit", "${stress?{1}:{100}}"),
    (
        "smtpd_per_request_deadline",
        "${smtpd_per_record_deadline?{$smtpd_per_record_deadline}:{${stress?{yes}:{no}}}}",
    ),
    ("smtpd_starttls_timeout", "${stress?{10}:{300}}s"),
    ("smtpd_timeout", "${stress?{10}:{300}}s"),
];

fn is_named(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|known| known == name)
}

/// What stands in replies.
const REPLIES: [&str; 2] = ["smtpd_banner", "smtpd_reject_footer"];

/// How long a text of a reply may be, in octets: with its code a line has 512 at most.
const REPLY_OCTETS_MAX: usize = 400;

/// Says what is wrong with a value, with `$name` expanded.
pub(super) fn fault(name: &str, value: &str) -> Option<&'static str> {
    if let Some(reason) = words::fault(name, value).or_else(|| ends::fault(name, value)) {
        return Some(reason);
    }
    if REPLIES.contains(&name) && value.len() > REPLY_OCTETS_MAX {
        return Some("clients need not take so long a line (RFC 5321 section 4.5.3.1.5)");
    }
    let switch = is_named(SWITCHES, name).then_some(Kind::Switch);
    if let Some(reason) = switch.and_then(|kind| kind.fault(value)) {
        return Some(reason);
    }
    if is_named(FILLED, name) && value.trim_ascii().is_empty() {
        return Some("Postfix does not start without it");
    }
    if name == "smtp_helo_name" && value.ends_with('.') {
        return Some("hosts refuse a name with a dot at its end (RFC 5321 section 2.3.5)");
    }
    let is_none = value == "no" && matches!(name, "html_directory" | "readme_directory");
    if is_named(PATHS, name) && !value.starts_with('/') && !is_none {
        return Some("Postfix does not start without an absolute path");
    }
    let items = value.split([' ', '\t', '\r', '\n', ',']);
    if is_named(LISTS, name) && items.clone().any(is_no_item) {
        return Some(
            "Postfix does not start with nothing behind a `!`, nor without a file or table",
        );
    }
    if let Some((_, words)) = MODELLED.iter().find(|(known, _)| *known == name) {
        let said: Vec<&str> = items.filter(|item| !item.is_empty()).collect();
        let is_known = said.iter().all(|word| words.contains(word));
        if said.is_empty() || !is_known || (name == "mynetworks_style" && said.len() > 1) {
            return Some("Postfix does not start with another word, or none");
        }
    }
    let number = range::number(name, value);
    let bound = BOUNDS.iter().find(|bound| bound.name == name);
    let is_none = bound.is_some_and(|bound| bound.zero_is_none && number == Some(0));
    let is_inside =
        |bound: &Bound| number.is_some_and(|number| (bound.least..=bound.most).contains(&number));
    if let Some(bound) = bound.filter(|bound| !is_none && !is_inside(bound)) {
        return Some(bound.reason);
    }
    let is_taken = !range::is_held(name) || range::is_taken(name, number);
    (!is_taken).then_some("Postfix does not start with such a number")
}

/// Returns whether a list of that no table is read ends the program: of several `!` something is
/// left, and a file or table is opened (match_list_parse in match_list.c of 3.7.11).
fn is_no_item(item: &str) -> bool {
    let bare = item.trim_start_matches('!');
    let is_static = |value: &str| value.bytes().any(|octet| !b"{}".contains(&octet));
    let is_there = bare.starts_with('[') || bare.strip_prefix("static:").is_some_and(is_static);
    let opens = bare.starts_with('/') || (bare.contains(':') && !is_there);
    bare.is_empty() && !item.is_empty() || opens
}

#[cfg(test)]
mod tests {
    use super::super::{Class, class};
    use super::*;

    #[test]
    fn every_parameter_of_a_shape_is_taken_at_some_value() {
        for name in [SWITCHES, FILLED, LISTS].join(" ").split_ascii_whitespace() {
            let class = class(name);
            assert!(!matches!(class, Class::Own | Class::Unjudged), "{name}");
        }
    }

    #[test]
    fn values_that_postfix_would_not_take_are_seen() {
        assert!(fault("biff", "no").is_none());
        assert!(fault("biff", "yes , 0.0.0.0/0").is_some());
        assert!(fault("max_use", "100").is_none());
        assert!(fault("max_idle", "100s").is_none());
        assert!(fault("max_use", "many").is_some());
        assert!(fault("message_size_limit", "0").is_none());
        assert!(fault("message_size_limit", "65536").is_none());
        assert!(fault("message_size_limit", "1").is_some());
        assert!(fault("message_size_limit", "10737418240").is_none());
        assert!(fault("message_size_limit", "10737418241").is_some());
    }

    #[test]
    fn numbers_that_cost_mail_are_seen() {
        for (name, inside, outside) in [
            ("maximal_queue_lifetime", "1d", "23h"),
            ("maximal_queue_lifetime", "1", "0"),
            ("bounce_queue_lifetime", "24h", "0h"),
            ("hopcount_limit", "50", "49"),
            ("smtpd_timeout", "300", "299s"),
            ("smtp_connect_timeout", "0", "4s"),
            ("smtp_helo_timeout", "5s", "4"),
            ("smtpd_recipient_limit", "100", "99"),
            ("virtual_alias_expansion_limit", "1000", "999"),
            ("virtual_alias_expansion_limit", "2147483647", "2147483648"),
            ("queue_minfree", "1073741824", "1073741825"),
            ("queue_minfree", "0", "99999999999999999999"),
            ("duplicate_filter_limit", "0", "999"),
            ("service_throttle_time", "1h", "2h"),
            ("smtpd_tls_loglevel", "3", "4"),
        ] {
            assert!(fault(name, inside).is_none(), "{name} {inside}");
            assert!(fault(name, outside).is_some(), "{name} {outside}");
        }
    }

    #[test]
    fn what_has_bounds_is_a_number() {
        assert!(BOUNDS.is_sorted_by(|a, b| a.name < b.name));
        for bound in &BOUNDS {
            assert!(range::is_held(bound.name), "{}", bound.name);
        }
    }
}
