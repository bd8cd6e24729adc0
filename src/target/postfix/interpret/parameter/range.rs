//! Between which numbers Postfix starts at all: a program that finds another one in main.cf ends
//! with a fatal error (the tables of its `main`, and `mail_params.c`, of 3.7.11).

use crate::target::digits::digits;

/// Parameters that are a number (get_mail_conf_int(3), get_mail_conf_long(3)).
const NUMBERS: &str = "\
    bounce_size_limit debug_peer_level default_process_limit duplicate_filter_limit \
    header_size_limit hopcount_limit invalid_hostname_reject_code lmtp_tls_loglevel \
    mailbox_size_limit max_use message_size_limit non_fqdn_reject_code queue_minfree \
    smtp_tls_loglevel smtpd_hard_error_limit smtpd_junk_command_limit smtpd_min_data_rate \
    smtpd_policy_service_request_limit smtpd_recipient_limit smtpd_recipient_overshoot_limit \
    smtpd_sasl_response_limit smtpd_soft_error_limit smtpd_tls_ccert_verifydepth \
    smtpd_tls_loglevel unknown_address_reject_code unknown_client_reject_code \
    unknown_hostname_reject_code unverified_recipient_defer_code \
    unverified_recipient_reject_code unverified_sender_defer_code \
    unverified_sender_reject_code virtual_alias_expansion_limit virtual_mailbox_limit \
    virtual_minimum_uid";

/// Parameters that are a time: a number and at most one unit (get_mail_conf_time(3)).
const TIMES: &str = "\
    bounce_queue_lifetime daemon_timeout in_flow_delay max_idle \
    maximal_backoff_time maximal_queue_lifetime milter_command_timeout milter_connect_timeout \
    milter_content_timeout minimal_backoff_time queue_run_delay service_throttle_time \
    smtp_connect_timeout smtp_helo_timeout smtpd_error_sleep_time smtpd_policy_service_timeout \
    smtpd_proxy_timeout smtpd_starttls_timeout smtpd_timeout smtpd_tls_session_cache_timeout \
    smtpd_upstream_proxy_timeout";

/// Numbers that are 1 at least. Others may be 0.
const POSITIVE: &str = "\
    bounce_size_limit daemon_timeout debug_peer_level default_process_limit header_size_limit \
    hopcount_limit max_idle max_use maximal_backoff_time milter_command_timeout \
    milter_connect_timeout milter_content_timeout minimal_backoff_time queue_run_delay \
    service_throttle_time smtp_helo_timeout smtpd_hard_error_limit smtpd_junk_command_limit \
    smtpd_min_data_rate smtpd_policy_service_timeout smtpd_proxy_timeout smtpd_recipient_limit \
    smtpd_recipient_overshoot_limit smtpd_soft_error_limit smtpd_starttls_timeout \
    smtpd_timeout smtpd_upstream_proxy_timeout virtual_alias_expansion_limit \
    virtual_minimum_uid";

/// Numbers that may be larger than an `int` (get_mail_conf_long(3)).
const LONG: &str = "\
    mailbox_size_limit message_size_limit virtual_mailbox_limit";

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const HUNDRED_DAYS: u64 = 100 * DAY;

/// Times for which a program waits in poll(2), whose milliseconds are an `int`: a longer one comes
/// out as another, or as none at all (`poll_fd_sysv` in poll_fd.c of 3.7.11).
const WAITED: &str = "\
    milter_command_timeout milter_connect_timeout milter_content_timeout smtp_connect_timeout \
    smtp_helo_timeout smtpd_policy_service_timeout smtpd_proxy_timeout smtpd_starttls_timeout \
    smtpd_timeout smtpd_upstream_proxy_timeout";

/// Numbers with other bounds; a time in seconds.
const OTHERS: [(&str, u64, u64); 12] = [
    ("bounce_queue_lifetime", 0, HUNDRED_DAYS),
    ("in_flow_delay", 0, 10),
    ("lmtp_tls_loglevel", 0, 4),
    ("maximal_queue_lifetime", 0, HUNDRED_DAYS),
    ("smtp_tls_loglevel", 0, 4),
    ("smtpd_sasl_response_limit", 12_288, INT_MAX),
    ("smtpd_tls_loglevel", 0, 4),
    ("smtpd_tls_session_cache_timeout", 0, HUNDRED_DAYS),
    ("unverified_recipient_defer_code", 200, 499),
    ("unverified_recipient_reject_code", 200, 599),
    ("unverified_sender_defer_code", 200, 499),
    ("unverified_sender_reject_code", 200, 599),
];

const INT_MAX: u64 = i32::MAX as u64;

/// Returns whether a parameter is a number or a time.
pub(super) fn is_held(name: &str) -> bool {
    is_named(NUMBERS, name) || is_named(TIMES, name)
}

/// Returns the number that a value is, a time in seconds. None if it is none, or does not fit.
pub(super) fn number(name: &str, value: &str) -> Option<u64> {
    // The unit is that of the default in `mail_params.h`.
    let unit = match name {
        "bounce_queue_lifetime" | "maximal_queue_lifetime" => DAY,
        _ => 1,
    };
    if is_named(TIMES, name) {
        time(value, unit)
    } else {
        digits(value)
    }
}

/// Returns a time in seconds, with the unit where the value has none (conv_time.c).
pub(super) fn time(value: &str, unit: u64) -> Option<u64> {
    let units = [('s', 1), ('m', 60), ('h', HOUR), ('d', DAY), ('w', 7 * DAY)];
    let said = units
        .iter()
        .find_map(|(letter, unit)| Some((value.strip_suffix(*letter)?, *unit)));
    let (number, unit) = said.unwrap_or((value, unit));
    let seconds = digits::<u64>(number)?.checked_mul(unit)?;
    // Of a unit the last number that fits is not taken either.
    (seconds <= INT_MAX - 7 * DAY).then_some(seconds)
}

fn is_named(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|known| known == name)
}

/// Returns whether Postfix starts with a number: none is one that does not fit in 64 bits.
pub(super) fn is_taken(name: &str, number: Option<u64>) -> bool {
    let is_named = |names: &str| is_named(names, name);
    let (least, most) = match OTHERS.iter().find(|(known, ..)| *known == name) {
        Some((_, least, most)) => (*least, *most),
        None if is_named(LONG) => (u64::from(is_named(POSITIVE)), i64::MAX as u64),
        None if is_named(WAITED) => (u64::from(is_named(POSITIVE)), DAY),
        None => (u64::from(is_named(POSITIVE)), INT_MAX),
    };
    number.is_some_and(|number| (least..=most).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::super::{Class, class};
    use super::*;

    #[test]
    fn what_has_a_range_is_a_number() {
        let others = OTHERS.iter().map(|(name, ..)| *name);
        let lists = [POSITIVE, LONG].into_iter();
        for name in lists.flat_map(str::split_ascii_whitespace).chain(others) {
            assert!(is_held(name), "{name}");
        }
    }

    #[test]
    fn every_number_is_a_parameter_that_is_taken() {
        for name in [NUMBERS, TIMES].join(" ").split_ascii_whitespace() {
            let class = class(name);
            assert!(matches!(class, Class::Harmless | Class::Modelled), "{name}");
        }
    }

    #[test]
    fn only_a_time_has_a_unit() {
        assert_eq!(number("max_use", "100"), Some(100));
        assert_eq!(number("max_use", "100s"), None);
        assert_eq!(number("message_size_limit", "0s"), None);
        assert_eq!(number("max_idle", "100s"), Some(100));
        assert_eq!(number("max_idle", "2m"), Some(120));
        assert_eq!(number("maximal_queue_lifetime", "1"), Some(DAY));
        for none in ["", "s", "1x", "1ss", "-1s", "+1", "3550w"] {
            assert_eq!(number("max_idle", none), None, "{none}");
        }
    }

    #[test]
    fn the_edges_are_taken() {
        for (name, least, most) in OTHERS {
            assert!(
                is_taken(name, Some(least)) && is_taken(name, Some(most)),
                "{name}"
            );
            assert!(!is_taken(name, Some(most + 1)), "{name}");
            assert!(least == 0 || !is_taken(name, Some(least - 1)), "{name}");
        }
        assert!(is_taken("max_use", Some(1)) && !is_taken("max_use", Some(0)));
        assert!(is_taken("max_use", Some(INT_MAX)) && !is_taken("max_use", Some(INT_MAX + 1)));
        assert!(is_taken("smtpd_timeout", Some(DAY)) && !is_taken("smtpd_timeout", Some(DAY + 1)));
        assert!(is_taken("in_flow_delay", Some(0)));
        assert!(is_taken("message_size_limit", Some(INT_MAX + 1)));
        assert!(!is_taken("message_size_limit", None));
    }
}
