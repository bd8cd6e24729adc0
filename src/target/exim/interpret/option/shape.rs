//! What a value must look like for Exim to start: switches, numbers and times (spec 4.96, sections
//! 6.10 to 6.15; the types in `optionlist_config` of readconf.c), and how small a limit may be.
//!
//! It holds for options that cannot touch a decision too: with another value nothing runs.

use crate::target::exim::interpret::section::Setting;

/// Options of the harmless list that are `yes` or `no`.
const SWITCHES: &str = "accept_8bitmime bounce_return_body bounce_return_message \
    check_rfc2047_length commandline_checks_require_admin debug_store delivery_date_remove \
    dns_csa_use_reverse envelope_to_remove extract_addresses_remove_arguments \
    gnutls_allow_auto_pkcs11 gnutls_compat_mode ignore_fromline_local local_from_check \
    local_sender_retain log_timezone message_body_newlines message_logs move_frozen_messages \
    perl_at_start perl_taintmode preserve_message_logs print_topbitchars prod_requires_admin \
    queue_fast_ramp queue_list_requires_admin queue_only queue_only_load_latch \
    queue_only_override queue_run_in_order recipients_max_reject return_path_remove \
    smtp_accept_keepalive smtp_check_spool_space smtp_enforce_sync smtp_etrn_serialize \
    smtp_return_error_details split_spool_directory spool_wireformat syslog_duplication \
    syslog_pid syslog_timestamp tcp_nodelay tls_remember_esmtp write_rejectlog drop_cr";

/// Those that are a number, with a unit of 1024 or without.
const NUMBERS: &str = "bounce_return_linesize_limit bounce_return_size_limit check_log_inodes \
    check_log_space check_spool_inodes check_spool_space daemon_startup_retries dns_cname_loops \
    dns_csa_search_limit dns_dnssec_ok dns_retry dns_use_edns0 finduser_retries \
    header_line_maxsize header_maxsize lookup_open_max max_username_length message_body_visible \
    received_headers_max remote_max_parallel slow_lookup_log smtp_accept_max \
    smtp_accept_max_nonmail smtp_accept_queue smtp_accept_queue_per_connection \
    smtp_accept_reserve smtp_backlog_monitor smtp_connect_backlog smtp_max_synprot_errors \
    smtp_max_unknown_commands tls_dh_max_bits message_size_limit recipients_max";

/// Those that are a time.
const TIMES: &str = "auto_thaw callout_domain_negative_expire callout_domain_positive_expire \
    callout_negative_expire callout_positive_expire daemon_startup_sleep dns_retrans \
    ignore_bounce_errors_after keep_malformed local_scan_timeout proxy_protocol_timeout \
    receive_timeout retry_data_expire retry_interval_max rfc1413_query_timeout \
    timeout_frozen_after";

/// Those that are a number with a fraction.
const LOADS: &str = "deliver_queue_load_max queue_only_load smtp_load_reserve";

/// Limits below which ordinary mail is turned away, and how large they must be (RFC 5321 section
/// 4.5.3.1: 64K octets, 100 recipients; loops are found at 100 hops, section 6.3). 0 is no limit.
const FLOORS: [(&str, u64); 5] = [
    ("header_line_maxsize", 1_000),
    ("header_maxsize", 65_536),
    ("message_size_limit", 65_536),
    ("received_headers_max", 30),
    ("recipients_max", 100),
];

/// Space that must be free, in octets: with more than this a host takes no mail (10G).
const SPACE_MAX: u64 = 10 << 30;

/// Says what is wrong with a value.
pub(super) fn fault(setting: &Setting) -> Option<&'static str> {
    let name = setting.name.as_str();
    let is_named = |names: &str| names.split(' ').any(|known| known == name);
    let Some(value) = setting.value.as_ref() else {
        return (!is_named(SWITCHES)).then_some("it has no value");
    };
    let value = value.as_str();
    if is_named(SWITCHES) {
        let words = ["yes", "no", "true", "false"];
        let is_one = words.iter().any(|word| value.eq_ignore_ascii_case(word));
        return (!is_one).then_some("it is not one of `yes`, `no`, `true`, `false`");
    }
    if is_named(TIMES) {
        return (!is_time(value)).then_some("it is no time");
    }
    if is_named(LOADS) {
        let plain = |c: char| c.is_ascii_digit() || c == '.';
        let is_load = value.starts_with(|c: char| c.is_ascii_digit()) && value.chars().all(plain);
        return (!is_load).then_some("it is no number");
    }
    if name == "openssl_options" {
        // Debian builds Exim with GnuTLS, to which it is unknown (section 43.2).
        return (!value.is_empty()).then_some("Exim as Debian builds it does not take it");
    }
    if !is_named(NUMBERS) {
        return None;
    }
    let Some(number) = number(value) else {
        return Some("it is no number");
    };
    let floor = FLOORS.iter().find(|(one, _)| *one == name);
    if floor.is_some_and(|(_, least)| number != 0 && number < *least) {
        return Some("ordinary mail would be turned away (RFC 5321 section 4.5.3.1)");
    }
    if name == "received_headers_max" && number == 0 {
        return Some("all mail would be taken for a loop");
    }
    let is_space = matches!(name, "check_spool_space" | "check_log_space");
    (is_space && number > SPACE_MAX).then_some("no mail would be taken for want of space")
}

/// Reads digits and at most one unit (section 6.13).
fn number(value: &str) -> Option<u64> {
    let split = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    let (digits, unit) = value.split_at(split);
    let power = match unit.to_ascii_lowercase().as_str() {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        _ => return None,
    };
    // An octal number begins with 0; none is read here.
    if digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(1 << (10 * power))
}

/// Returns whether a value is a time such as `2h30m` (section 6.15; `readconf_readtime`).
fn is_time(value: &str) -> bool {
    let mut digits = 0;
    let mut units = 0;
    for c in value.chars() {
        match c {
            '0'..='9' => digits += 1,
            'w' | 'd' | 'h' | 'm' | 's' if digits > 0 => {
                digits = 0;
                units += 1;
            }
            _ => return false,
        }
    }
    units > 0 && digits == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_options_have_a_shape_here() {
        for name in [SWITCHES, NUMBERS, TIMES, LOADS].join(" ").split(' ') {
            assert!(
                super::super::harmless::names().any(|known| known == name),
                "{name}"
            );
        }
    }

    #[test]
    fn numbers_and_times_are_read_as_exim_does() {
        for (text, expected) in [
            ("100", Some(100)),
            ("50M", Some(50 << 20)),
            ("1k", Some(1024)),
            ("abc", None),
            ("", None),
            ("1x", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
        for text in ["0s", "2h30m", "1w"] {
            assert!(is_time(text), "{text}");
        }
        for text in ["", "5", "h", "5x", "1h2"] {
            assert!(!is_time(text), "{text}");
        }
    }
}
