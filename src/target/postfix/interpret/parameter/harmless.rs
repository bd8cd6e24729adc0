//! Parameters that cannot touch a decision, each group with the reason.
//!
//! Checked against postconf(5) of 3.7.11. A parameter comes on this list by an argument, never by
//! the wish to read one more file.

/// A reason, and the parameters that it holds for, between blanks.
pub(super) const HARMLESS: &[(&str, &str)] = &[
    (
        "where files and sockets are that no daemon runs or reads, and who owns them",
        "alternate_config_directories html_directory mailq_path manpage_directory \
         newaliases_path openssl_path \
         readme_directory sample_directory sendmail_path \
         default_database_type alias_database \
         maillog_file_compressor maillog_file_prefixes maillog_file_rotate_suffix \
         syslog_name \
         multi_instance_name multi_instance_group multi_instance_wrapper",
    ),
    (
        "only what is logged, said in a banner or written in a text, and no code of a reply",
        "smtpd_banner mail_name mail_version mail_release_date debug_peer_level \
         debug_peer_list smtp_tls_loglevel smtpd_tls_loglevel lmtp_tls_loglevel \
         smtpd_tls_received_header smtpd_sasl_authenticated_header smtpd_client_port_logging \
         respectful_logging show_user_unknown_table_name \
         smtpd_log_access_permit_actions smtp_tls_note_starttls_offer notify_classes \
         helpful_warnings smtpd_reject_footer \
         delay_logging_resolution_limit enable_long_queue_ids \
         header_from_format enable_threaded_bounces \
         always_add_missing_headers \
         masquerade_classes masquerade_exceptions sender_canonical_classes \
         recipient_canonical_classes prepend_delivered_header \
         frozen_delivered_to default_rbl_reply",
    ),
    (
        "time, speed and how many at once; a client over a limit is refused for a while",
        "smtpd_timeout smtpd_starttls_timeout smtpd_error_sleep_time smtpd_soft_error_limit \
         smtpd_hard_error_limit smtpd_junk_command_limit smtpd_recipient_limit \
         smtpd_recipient_overshoot_limit smtpd_history_flush_threshold smtpd_min_data_rate \
         smtpd_per_request_deadline smtpd_per_record_deadline anvil_rate_time_unit \
         anvil_status_update_time default_process_limit max_idle max_use ipc_idle ipc_timeout \
         ipc_ttl fork_attempts fork_delay in_flow_delay daemon_timeout trigger_timeout \
         service_throttle_time application_event_drain_time delay_warning_time \
         confirm_delay_cleared maximal_queue_lifetime bounce_queue_lifetime \
         maximal_backoff_time minimal_backoff_time queue_run_delay transport_retry_time \
         stale_lock_time deliver_lock_attempts deliver_lock_delay \
         command_time_limit hash_queue_depth \
         qmgr_message_active_limit qmgr_message_recipient_limit \
         qmgr_message_recipient_minimum smtpd_policy_service_timeout \
         smtpd_policy_service_max_idle smtpd_policy_service_max_ttl \
         smtpd_policy_service_retry_delay smtpd_policy_service_request_limit \
         smtpd_policy_service_try_limit smtpd_policy_service_policy_context \
         smtpd_proxy_timeout smtpd_client_event_limit_exceptions smtpd_peername_lookup \
         duplicate_filter_limit berkeley_db_create_buffer_size berkeley_db_read_buffer_size \
         lmdb_map_size tcp_windowsize fast_flush_domains smtp_connection_cache_on_demand \
         smtp_connection_cache_destinations connection_cache_ttl_limit \
         dns_ncache_ttl_fix_enable virtual_alias_address_length_limit \
         virtual_alias_expansion_limit header_size_limit \
         header_address_token_limit mime_nesting_limit mime_boundary_length_limit \
         body_checks_size_limit hopcount_limit queue_minfree",
    ),
    (
        "the size of messages and boxes, not whose they are",
        "message_size_limit mailbox_size_limit virtual_mailbox_limit bounce_size_limit",
    ),
    (
        "keys and ciphers: with whom TLS comes about, not what holds under it",
        "smtpd_tls_key_file smtpd_tls_eckey_file smtpd_tls_dkey_file \
         smtpd_tls_CApath smtpd_tls_exclude_ciphers smtpd_tls_mandatory_exclude_ciphers \
         smtpd_tls_dh1024_param_file smtpd_tls_dh512_param_file \
         smtpd_tls_session_cache_database smtpd_tls_session_cache_timeout \
         smtpd_tls_always_issue_session_ids smtpd_tls_fingerprint_digest smtpd_tls_ask_ccert \
         smtpd_tls_ccert_verifydepth tls_append_default_CA tls_daemon_random_bytes \
         tls_fast_shutdown_enable \
         tls_preempt_cipherlist \
         tls_random_bytes tls_random_prng_update_period \
         tls_random_reseed_period \
         tls_ssl_options",
    ),
    (
        "which mechanisms of a backend are offered, and how; who the backend is is read",
        "smtpd_sasl_response_limit broken_sasl_auth_clients \
         send_cyrus_sasl_authzid",
    ),
    (
        "commands other than MAIL, RCPT and DATA, or what smtpd says at EHLO of them",
        "disable_vrfy_command smtpd_etrn_restrictions smtpd_forbid_unauth_pipelining \
         smtpd_forbid_bare_newline_reject_code cleanup_replace_stray_cr_lf \
         smtpd_delay_open_until_valid_rcpt \
         authorized_verp_clients smtpd_authorized_verp_clients disable_verp_bounces",
    ),
    (
        "mail that is made on this host, or bounces of it",
        "internal_mail_filter_classes \
         backwards_bounce_logfile_compatibility",
    ),
    (
        "how outgoing connections are made, not where they go",
        "smtp_tls_session_cache_database smtp_tls_protocols smtp_tls_mandatory_protocols \
         smtp_tls_ciphers smtp_tls_mandatory_ciphers smtp_tls_fingerprint_digest \
         smtp_tls_verify_cert_match smtp_tls_secure_cert_match smtp_tls_exclude_ciphers \
         smtp_sasl_auth_enable smtp_sasl_password_maps \
         smtp_sasl_security_options smtp_sasl_tls_security_options smtp_sasl_mechanism_filter \
         smtp_sasl_path smtp_sasl_type smtp_helo_name smtp_bind_address smtp_bind_address6 \
         smtp_bind_address_enforce smtp_address_preference smtp_balance_inet_protocols \
         smtp_host_lookup smtp_connect_timeout smtp_helo_timeout \
         smtp_mx_address_limit smtp_mx_session_limit smtp_line_length_limit \
         disable_mime_output_conversion smtp_discard_ehlo_keywords \
         smtp_use_tls",
    ),
    (
        "what delivery does beside storing the message",
        "biff strict_mailbox_ownership require_home_directory mail_spool_directory \
         expand_owner_alias reset_owner_alias \
         dont_remove sun_mailtool_compatibility enable_original_recipient \
         propagate_unmatched_extensions",
    ),
    (
        "read only by restrictions and services that are refused, or by none that is asked here",
        "permit_mx_backup_networks maps_rbl_domains maps_rbl_reject_code \
         unknown_client_reject_code unknown_address_reject_code unknown_hostname_reject_code \
         unknown_address_tempfail_action unknown_helo_hostname_tempfail_action \
         reject_tempfail_action invalid_hostname_reject_code non_fqdn_reject_code \
         unverified_sender_reject_code unverified_sender_defer_code \
         unverified_recipient_reject_code unverified_recipient_defer_code \
         multi_recipient_bounce_reject_code qmqpd_authorized_clients \
         qmqpd_timeout qmqpd_error_delay smtpd_proxy_ehlo \
         smtpd_proxy_options milter_default_action milter_connect_timeout \
         milter_command_timeout milter_content_timeout smtpd_upstream_proxy_timeout",
    ),
    (
        "how the message's text is taken, not for whom",
        "disable_mime_input_processing detect_8bit_encoding_header \
         smtputf8_autodetect_classes",
    ),
];
