//! Parameters that cannot touch a decision, each group with the reason.
//!
//! Checked against postconf(5) of 3.7.11. A parameter comes on this list by an argument, never by
//! the wish to read one more file; and of those that few people set none is here.

/// A reason, and the parameters that it holds for, between blanks.
pub(super) const HARMLESS: &[(&str, &str)] = &[
    (
        "where files and sockets are that no daemon runs or reads, and who owns them",
        "html_directory mailq_path manpage_directory newaliases_path openssl_path \
         readme_directory sample_directory sendmail_path alias_database syslog_name",
    ),
    (
        "only what is logged, said in a banner or written in a text, and no code of a reply",
        "smtpd_banner debug_peer_level debug_peer_list smtp_tls_loglevel \
         smtpd_tls_loglevel lmtp_tls_loglevel smtpd_tls_received_header \
         smtpd_sasl_authenticated_header smtpd_client_port_logging \
         smtpd_log_access_permit_actions smtp_tls_note_starttls_offer notify_classes \
         smtpd_reject_footer enable_long_queue_ids header_from_format",
    ),
    (
        "time, speed and how many at once; a client over a limit is refused for a while",
        "smtpd_timeout smtpd_starttls_timeout smtpd_error_sleep_time \
         smtpd_soft_error_limit smtpd_hard_error_limit smtpd_junk_command_limit \
         smtpd_recipient_limit smtpd_recipient_overshoot_limit smtpd_min_data_rate \
         smtpd_per_request_deadline smtpd_per_record_deadline default_process_limit \
         max_idle max_use in_flow_delay daemon_timeout service_throttle_time \
         maximal_queue_lifetime bounce_queue_lifetime \
         maximal_backoff_time minimal_backoff_time queue_run_delay \
         smtpd_policy_service_timeout smtpd_policy_service_request_limit \
         smtpd_proxy_timeout smtpd_client_event_limit_exceptions \
         duplicate_filter_limit fast_flush_domains virtual_alias_expansion_limit \
         header_size_limit hopcount_limit queue_minfree",
    ),
    (
        "the size of messages and boxes, not whose they are",
        "message_size_limit mailbox_size_limit virtual_mailbox_limit \
         bounce_size_limit",
    ),
    (
        "keys and ciphers: with whom TLS comes about, not what holds under it",
        "smtpd_tls_key_file smtpd_tls_eckey_file smtpd_tls_dkey_file \
         smtpd_tls_exclude_ciphers smtpd_tls_mandatory_exclude_ciphers \
         smtpd_tls_dh1024_param_file smtpd_tls_dh512_param_file \
         smtpd_tls_session_cache_database smtpd_tls_session_cache_timeout \
         smtpd_tls_fingerprint_digest smtpd_tls_ask_ccert smtpd_tls_ccert_verifydepth \
         tls_append_default_CA tls_preempt_cipherlist tls_ssl_options",
    ),
    (
        "which mechanisms of a backend are offered, and how; who the backend is is read",
        "smtpd_sasl_response_limit broken_sasl_auth_clients",
    ),
    (
        "commands other than MAIL, RCPT and DATA, or what smtpd says at EHLO of them",
        "disable_vrfy_command smtpd_etrn_restrictions smtpd_forbid_unauth_pipelining",
    ),
    (
        "how outgoing connections are made, not where they go",
        "smtp_tls_session_cache_database smtp_tls_protocols \
         smtp_tls_mandatory_protocols smtp_tls_ciphers smtp_tls_mandatory_ciphers \
         smtp_tls_fingerprint_digest smtp_tls_secure_cert_match \
         smtp_tls_exclude_ciphers smtp_sasl_auth_enable smtp_sasl_password_maps \
         smtp_sasl_security_options smtp_sasl_tls_security_options \
         smtp_sasl_mechanism_filter smtp_helo_name smtp_bind_address \
         smtp_bind_address6 smtp_address_preference \
         smtp_connect_timeout smtp_helo_timeout smtp_discard_ehlo_keywords \
         smtp_use_tls",
    ),
    (
        "what delivery does beside storing the message",
        "biff mail_spool_directory enable_original_recipient \
         propagate_unmatched_extensions",
    ),
    (
        "read only by restrictions and services that are refused, or by none that is asked here",
        "permit_mx_backup_networks unknown_client_reject_code \
         unknown_address_reject_code unknown_hostname_reject_code \
         invalid_hostname_reject_code non_fqdn_reject_code \
         unverified_sender_reject_code unverified_sender_defer_code \
         unverified_recipient_reject_code unverified_recipient_defer_code \
         milter_default_action milter_connect_timeout milter_command_timeout \
         milter_content_timeout smtpd_upstream_proxy_timeout",
    ),
];
