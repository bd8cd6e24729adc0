//! Options that must have their defaults (spec 4.96, chapter 14), and what they would change.

/// An option, its default, and why nothing else is read.
pub(super) const FIXED: &[(&str, &str, &str)] = &[
    (
        "acl_not_smtp",
        "accept",
        "what becomes of mail that is made on the host is not followed",
    ),
    (
        "acl_not_smtp_mime",
        "accept",
        "what becomes of mail that is made on the host is not followed",
    ),
    (
        "acl_not_smtp_start",
        "accept",
        "what becomes of mail that is made on the host is not followed",
    ),
    (
        "acl_smtp_auth",
        "",
        "which authentications it lets through is not followed",
    ),
    (
        "acl_smtp_data_prdr",
        "accept",
        "replies for each recipient are not followed",
    ),
    (
        "acl_smtp_dkim",
        "",
        "what it decides depends on the message's signatures",
    ),
    (
        "acl_smtp_etrn",
        "deny",
        "whoever gives ETRN would start a program",
    ),
    (
        "acl_smtp_expn",
        "deny",
        "EXPN would list whom an alias leads to",
    ),
    (
        "acl_smtp_mailauth",
        "",
        "the AUTH parameter of MAIL is not followed",
    ),
    (
        "acl_smtp_mime",
        "",
        "what it decides depends on the message",
    ),
    (
        "acl_smtp_notquit",
        "",
        "what an ACL does at the end of a session is not followed",
    ),
    (
        "acl_smtp_quit",
        "",
        "what an ACL does at the end of a session is not followed",
    ),
    ("acl_smtp_starttls", "", "who may start TLS is not followed"),
    ("acl_smtp_vrfy", "deny", "VRFY would list who has a mailbox"),
    (
        "add_environment",
        "",
        "what programs make of it is not followed",
    ),
    (
        "allow_mx_to_ip",
        "false",
        "mail exchangers that are addresses are not followed",
    ),
    (
        "allow_utf8_domains",
        "false",
        "names that are no A-labels are not followed",
    ),
    ("bi_command", "", "what a program does is not in the files"),
    ("bounce_message_file", "", "Exim expands what stands in it"),
    (
        "bounce_sender_authentication",
        "",
        "bounces would be sent as somebody",
    ),
    (
        "deliver_drop_privilege",
        "false",
        "deliveries to accounts would fail",
    ),
    (
        "dns_again_means_nonexist",
        "",
        "mail would bounce while a name server does not answer",
    ),
    (
        "dns_check_names_pattern",
        "",
        "which names are asked for is not followed",
    ),
    (
        "dns_ipv4_lookup",
        "",
        "hosts with IPv6 addresses only would get no mail",
    ),
    (
        "dsn_advertise_hosts",
        "",
        "whoever asks would have a report sent to whomever it names",
    ),
    ("errors_copy", "", "copies of bounces would go elsewhere"),
    ("event_action", "", "what it does is not followed"),
    (
        "exim_group",
        "Debian-exim",
        "Exim would run as somebody else, with the rights of that group",
    ),
    (
        "exim_path",
        "/usr/sbin/exim4",
        "another program would take over",
    ),
    (
        "exim_user",
        "Debian-exim",
        "Exim would run as somebody else, with the rights of that user",
    ),
    (
        "freeze_tell",
        "",
        "what is frozen would be told to somebody",
    ),
    (
        "helo_verify_hosts",
        "",
        "what a HELO name's DNS says is not in the files",
    ),
    ("hold_domains", "", "mail would wait for ever"),
    (
        "host_reject_connection",
        "",
        "who is turned away before any reply is not followed",
    ),
    (
        "hosts_require_alpn",
        "",
        "sessions without ALPN would be refused",
    ),
    (
        "hosts_treat_as_local",
        "",
        "which domains count as the host's own is not followed",
    ),
    (
        "local_scan_path",
        "",
        "what a program decides is not in the files",
    ),
    (
        "local_sender_retain",
        "false",
        "with `local_from_check`, which is on by default, Exim does not start",
    ),
    (
        "max_username_length",
        "0",
        "accounts with longer names would get no mail",
    ),
    (
        "move_frozen_messages",
        "false",
        "what is frozen would leave the queue for good, and nobody would be told",
    ),
    (
        "mua_wrapper",
        "false",
        "mail would be delivered while it is received",
    ),
    (
        "never_users",
        "root",
        "mail for these accounts would not be delivered",
    ),
    (
        "percent_hack_domains",
        "",
        "`a%b@ours` would be taken for `a@b`",
    ),
    (
        "perl_startup",
        "",
        "what a program decides is not in the files",
    ),
    (
        "prdr_enable",
        "false",
        "replies for each recipient are not followed",
    ),
    (
        "queue_domains",
        "",
        "mail would wait for whoever runs the queue",
    ),
    (
        "queue_smtp_domains",
        "",
        "mail would wait for whoever runs the queue",
    ),
    (
        "smtp_accept_reserve",
        "0",
        "connections would be kept for some hosts",
    ),
    (
        "smtp_active_hostname",
        "",
        "the host would have several names",
    ),
    (
        "smtp_enforce_sync",
        "true",
        "what came before its time would be taken for commands",
    ),
    (
        "smtp_etrn_command",
        "",
        "whoever gives ETRN would start a program",
    ),
    ("smtp_ratelimit_hosts", "", "clients would be slowed down"),
    ("smtp_ratelimit_mail", "", "clients would be slowed down"),
    ("smtp_ratelimit_rcpt", "", "clients would be slowed down"),
    (
        "spool_directory",
        "/var/spool/exim4",
        "whether it is there is not in the files",
    ),
    (
        "spool_wireformat",
        "false",
        "how long the lines of a message are would not be known",
    ),
    (
        "strict_acl_vars",
        "false",
        "a variable that is not set would defer all mail",
    ),
    (
        "strip_excess_angle_brackets",
        "false",
        "paths in two brackets are not followed",
    ),
    ("system_filter", "", "a filter decides where the mail goes"),
    (
        "tls_alpn",
        "",
        "sessions with another protocol would be refused",
    ),
    ("tls_crl", "", "what it holds is not in the files"),
    ("tls_ocsp_file", "", "what it holds is not in the files"),
    (
        "tls_verify_hosts",
        "",
        "sessions without a certificate would be refused",
    ),
    ("warn_message_file", "", "Exim expands what stands in it"),
];
