//! Between which numbers Postfix starts at all: a program that finds another one in main.cf ends
//! with a fatal error (the tables of its `main`, and `mail_params.c`, of 3.7.11).

/// Numbers that are 1 at least. Others may be 0.
const POSITIVE: &str = "anvil_rate_time_unit anvil_status_update_time \
    application_event_drain_time berkeley_db_create_buffer_size berkeley_db_read_buffer_size \
    bounce_size_limit command_time_limit connection_cache_ttl_limit daemon_timeout \
    debug_peer_level default_process_limit deliver_lock_attempts deliver_lock_delay fork_attempts \
    fork_delay hash_queue_depth header_address_token_limit header_size_limit hopcount_limit \
    ipc_idle ipc_timeout ipc_ttl lmdb_map_size max_idle max_use maximal_backoff_time \
    milter_command_timeout milter_connect_timeout milter_content_timeout \
    mime_boundary_length_limit mime_nesting_limit minimal_backoff_time qmgr_message_active_limit \
    qmgr_message_recipient_limit qmgr_message_recipient_minimum qmqpd_timeout queue_run_delay \
    service_throttle_time smtp_helo_timeout smtpd_history_flush_threshold smtpd_min_data_rate \
    smtpd_policy_service_max_idle smtpd_policy_service_max_ttl smtpd_policy_service_retry_delay \
    smtpd_policy_service_timeout smtpd_policy_service_try_limit smtpd_proxy_timeout \
    smtpd_recipient_limit smtpd_recipient_overshoot_limit smtpd_soft_error_limit smtpd_timeout \
    smtpd_upstream_proxy_timeout stale_lock_time tls_daemon_random_bytes tls_random_bytes \
    tls_random_prng_update_period tls_random_reseed_period transport_retry_time trigger_timeout \
    virtual_alias_address_length_limit virtual_alias_expansion_limit";

/// Numbers that may be larger than an `int` (get_mail_conf_long(3)).
const LONG: &str = "lmdb_map_size mailbox_size_limit message_size_limit virtual_mailbox_limit";

const HUNDRED_DAYS: u64 = 8_640_000;

/// Numbers with other bounds; a time in seconds.
const OTHERS: [(&str, u64, u64); 10] = [
    ("bounce_queue_lifetime", 0, HUNDRED_DAYS),
    ("delay_logging_resolution_limit", 0, 6),
    ("in_flow_delay", 0, 10),
    ("maximal_queue_lifetime", 0, HUNDRED_DAYS),
    ("smtpd_forbid_bare_newline_reject_code", 500, 599),
    ("smtpd_sasl_response_limit", 12_288, INT_MAX),
    ("unverified_recipient_defer_code", 200, 499),
    ("unverified_recipient_reject_code", 200, 599),
    ("unverified_sender_defer_code", 200, 499),
    ("unverified_sender_reject_code", 200, 599),
];

const INT_MAX: u64 = i32::MAX as u64;

/// Returns whether Postfix starts with a number: none is one that does not fit in 64 bits.
pub(super) fn is_taken(name: &str, number: Option<u64>) -> bool {
    let is_named = |names: &str| names.split_ascii_whitespace().any(|known| known == name);
    let (least, most) = match OTHERS.iter().find(|(known, ..)| *known == name) {
        Some((_, least, most)) => (*least, *most),
        None if is_named(LONG) => (u64::from(is_named(POSITIVE)), i64::MAX as u64),
        None => (u64::from(is_named(POSITIVE)), INT_MAX),
    };
    number.is_some_and(|number| (least..=most).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::super::shape;
    use super::*;

    #[test]
    fn what_has_a_range_is_a_number() {
        let others = OTHERS.iter().map(|(name, ..)| *name);
        let lists = [POSITIVE, LONG].into_iter();
        for name in lists.flat_map(str::split_ascii_whitespace).chain(others) {
            assert_eq!(shape::fault(name, "x"), Some("it is no number"), "{name}");
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
        assert!(is_taken("in_flow_delay", Some(0)));
        assert!(is_taken("message_size_limit", Some(INT_MAX + 1)));
        assert!(!is_taken("message_size_limit", None));
    }
}
