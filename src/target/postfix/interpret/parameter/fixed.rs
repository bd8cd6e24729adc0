//! Parameters that the model holds at some values only. At any other they are refused by name.

/// What is expanded at delivery alone, when other names are known (`raw_table` in local.c of
/// 3.7.11): a `$` in it is a part of the value.
const RAW: [&str; 3] = ["forward_path", "luser_relay", "mailbox_command"];

/// Returns whether a value is taken as it is written.
pub(in super::super) fn is_raw(name: &str) -> bool {
    RAW.contains(&name)
}

/// A parameter, the values that are judged (blanks and commas between words do not count), and why
/// another is not.
pub(super) const FIXED: &[(&str, &[&str], &str)] = &[
    (
        "address_verify_sender_ttl",
        &["0s", "0"],
        "the clock would decide which recipients are not checked",
    ),
    (
        "always_add_missing_headers",
        &["no"],
        "what a signature of somebody else's says is not there would be",
    ),
    (
        "append_at_myorigin",
        &["yes"],
        "addresses without a domain would stay without one",
    ),
    (
        "append_dot_mydomain",
        &["no"],
        "names of one label would become names that no list holds",
    ),
    (
        "best_mx_transport",
        &[""],
        "DNS would decide how mail is delivered",
    ),
    ("body_checks", &[""], "the content would decide"),
    (
        "bounce_template_file",
        &[""],
        "without the file nobody learns of mail that cannot be delivered",
    ),
    (
        "cleanup_replace_stray_cr_lf",
        &["yes"],
        "a message could smuggle another one on (CVE-2023-51764)",
    ),
    (
        "cleanup_service_name",
        &["cleanup"],
        "another service would take the mail",
    ),
    (
        "config_directory",
        &["/etc/postfix"],
        "the files would be read elsewhere",
    ),
    ("content_filter", &[""], "mail would leave for a filter"),
    (
        "daemon_directory",
        &["/usr/lib/postfix/sbin"],
        "other programs would run",
    ),
    (
        "default_delivery_status_filter",
        &[""],
        "failures could be made to look like delays, or delays like failures",
    ),
    (
        "defer_transports",
        &[""],
        "accepted mail would not be delivered until somebody asks for it",
    ),
    (
        "delay_warning_time",
        &["0h", "0", "0s", "0m", "0d"],
        "forged senders would hear of delays, and where mail leads",
    ),
    (
        "double_bounce_sender",
        &["double-bounce"],
        "mail for another name would be taken, never split at an extension, and thrown away",
    ),
    (
        "empty_address_recipient",
        &["MAILER-DAEMON"],
        "the address of bounces would change",
    ),
    (
        "enable_idna2003_compatibility",
        &["no"],
        "names would compare in another way",
    ),
    (
        "fallback_transport",
        &[""],
        "unknown accounts would be delivered elsewhere",
    ),
    (
        "fallback_transport_maps",
        &[""],
        "unknown accounts would be delivered elsewhere",
    ),
    (
        "import_environment",
        &[
            "MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ XAUTHORITY DISPLAY LANG=C",
            "MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ XAUTHORITY DISPLAY LANG=C \
             POSTLOG_SERVICE POSTLOG_HOSTNAME",
        ],
        "the environment can send daemons to other files",
    ),
    (
        "known_tcp_ports",
        // Without a comma none is known, and the names are those of /etc/services (tried).
        &["lmtp=24, smtp=25, smtps=submissions=465, submission=587"],
        "the names of ports would mean other ports",
    ),
    (
        "line_length_limit",
        &["2048"],
        "commands would be cut at another length",
    ),
    (
        "local_delivery_status_filter",
        &[""],
        "failures could be made to look like delays, or delays like failures",
    ),
    (
        "luser_relay",
        &[""],
        "unknown accounts would be delivered elsewhere",
    ),
    (
        "mailbox_command",
        &[""],
        "mail for accounts would be a program's",
    ),
    (
        "mailbox_command_maps",
        &[""],
        "some accounts would be delivered by commands",
    ),
    (
        "mailbox_transport",
        &[""],
        "accounts would be delivered by another service",
    ),
    (
        "mailbox_transport_maps",
        &[""],
        "some accounts would be delivered by another service",
    ),
    ("masquerade_domains", &[""], "addresses would be rewritten"),
    (
        "master_service_disable",
        &[""],
        "services of master.cf would be off",
    ),
    (
        "meta_directory",
        &["/etc/postfix"],
        "other code would read the tables",
    ),
    (
        "milter_protocol",
        &["6"],
        "smtpd would not understand its Milter, and put off all mail",
    ),
    (
        "mime_header_checks",
        &["", "$header_checks"],
        "the header would decide, and may redirect",
    ),
    (
        "multi_instance_directories",
        &[""],
        "another instance would have its own files",
    ),
    (
        "multi_instance_enable",
        &["no"],
        "another instance would have its own files",
    ),
    (
        "nested_header_checks",
        &["", "$header_checks"],
        "the header would decide, and may redirect",
    ),
    (
        "non_smtpd_milters",
        &[""],
        "a filter outside the files would decide",
    ),
    ("owner_request_special", &["yes", "no"], ""),
    (
        "queue_directory",
        &["/var/spool/postfix"],
        "Debian makes no other: without the directory nothing starts",
    ),
    (
        "receive_override_options",
        &[""],
        "checks and rewriting would be off",
    ),
    (
        "recipient_canonical_maps",
        &[""],
        "addresses would be rewritten",
    ),
    (
        "recipient_delimiter",
        &["", "+"],
        "which addresses have an extension then is not modelled",
    ),
    (
        "relocated_maps",
        &[""],
        "recipients would be refused by another table",
    ),
    (
        "remote_header_rewrite_domain",
        &[""],
        "headers of strangers would be written anew, with addresses of ours in them",
    ),
    (
        "resolve_null_domain",
        &["no"],
        "an empty domain would be this host",
    ),
    (
        "resolve_numeric_domain",
        &["no"],
        "an address without brackets would be taken for a domain",
    ),
    (
        "rewrite_service_name",
        &["rewrite"],
        "another service would resolve addresses",
    ),
    (
        "sender_canonical_maps",
        &[""],
        "addresses would be rewritten",
    ),
    (
        "shlib_directory",
        &["/usr/lib/postfix"],
        "other code would read the tables",
    ),
    (
        "smtp_delivery_status_filter",
        // What a service with a next hop may have stands in `status_filter`.
        &[""],
        "failures could be made to look like delays, or delays like failures",
    ),
    (
        "smtp_fallback_relay",
        &[""],
        "mail could leave by another host",
    ),
    (
        "smtp_generic_maps",
        &[""],
        "addresses would be rewritten on the way out",
    ),
    (
        "smtp_host_lookup",
        &["dns"],
        "mail would go to the address of a domain, and not to its exchangers",
    ),
    (
        "smtp_tcp_port",
        &["smtp", "25"],
        "mail would leave for whatever listens at another port",
    ),
    (
        "smtpd_authorized_verp_clients",
        &[""],
        "clients could have mail leave under reverse-paths that nobody owns",
    ),
    (
        "smtpd_authorized_xclient_hosts",
        &[""],
        "clients could claim any address and login",
    ),
    (
        "smtpd_authorized_xforward_hosts",
        &[""],
        "clients could claim any address in logs",
    ),
    (
        "smtpd_discard_ehlo_keyword_address_maps",
        &[""],
        "some clients would see other features",
    ),
    (
        "smtpd_forbid_bare_newline",
        &["normalize", "reject", "yes"],
        "a message could smuggle another one in (CVE-2023-51764)",
    ),
    (
        "smtpd_forbid_bare_newline_exclusions",
        &[""],
        "a message of these clients could smuggle another one in (CVE-2023-51764)",
    ),
    (
        "smtpd_forbidden_commands",
        &[
            "CONNECT GET POST",
            "CONNECT GET POST regexp:{{/^[^A-Z]/ Bogus}}",
        ],
        "commands of the dialogue could be refused",
    ),
    (
        "smtpd_milter_maps",
        &[""],
        "a filter outside the files would decide",
    ),
    (
        "smtpd_milters",
        // What it is stands in `opendkim`.
        &["", "inet:127.0.0.1:8891"],
        "a filter outside the files would decide",
    ),
    (
        "smtpd_noop_commands",
        &[""],
        "commands of the dialogue could do nothing",
    ),
    (
        "smtpd_policy_service_default_action",
        &["451 4.3.5 Server configuration problem"],
        "a broken policy service would decide",
    ),
    (
        "smtpd_null_access_lookup_key",
        &["<>"],
        "a row of that key would be one of an address or a domain, too",
    ),
    (
        "smtpd_proxy_filter",
        &[""],
        "a filter outside the files would decide",
    ),
    (
        "smtpd_sasl_exceptions_networks",
        &[""],
        "some clients would see no AUTH",
    ),
    (
        "smtpd_sasl_local_domain",
        &[""],
        "logins would be reported with a domain",
    ),
    (
        "smtpd_sasl_service",
        &["smtp"],
        "the backend would be asked for another service",
    ),
    (
        "smtpd_tls_CAfile",
        &[""],
        "whether that file is there is not in the files, and without it there is no TLS",
    ),
    (
        "smtpd_upstream_proxy_protocol",
        // Whom it makes Postfix believe stands in `believed`.
        &["", "haproxy"],
        "Postfix knows no other protocol, and would refuse every client",
    ),
    (
        "smtputf8_enable",
        &["no"],
        "mail with letters of UTF-8 in its header would come back from hosts without SMTPUTF8",
    ),
    (
        "strict_smtputf8",
        &["no"],
        "paths with octets over 127 would be refused",
    ),
    (
        "virtual_alias_recursion_limit",
        &["1000"],
        "deeper expansions would be refused, or shallower ones taken",
    ),
    (
        "virtual_delivery_status_filter",
        &[""],
        "failures could be made to look like delays, or delays like failures",
    ),
    ("virtual_maps", &[""], "the name is of Postfix 1"),
];
