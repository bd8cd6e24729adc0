//! Options that cannot touch a decision (spec 4.96, chapter 14), why, and what their values must
//! look like: the types in `optionlist_config` of readconf.c, as far as Debian's Exim knows the
//! option. Options that few people set are not here, whatever can be said of them.

use crate::target::exim::interpret::shape::{self, ANY, Shape, Table};

use Shape::{
    Accounts, Begins, Digits, Hosts, Limit, Line, Load, Names, Number, Selectors, Size, Space,
    Switch, Text, Time, Timeout, Word, Words,
};

/// A day, in seconds.
const DAY: u64 = 86_400;

/// Space that must be free, in octets: with more than this a host takes no mail (10G).
const SPACE_MAX: u64 = 10 << 30;

/// What is logged, and where.
const LOG: &Table = &[
    (Hosts, "hosts_connection_nolog"),
    // Over 32 letters Exim does not start.
    (Word(&["exim", "exim4"]), "syslog_processname"),
    (
        Words(&[
            "syslog",
            "/var/log/exim4/%slog",
            "/var/log/exim4/exim_%slog",
        ]),
        "log_file_path",
    ),
    (Selectors(&LOGGED), "log_selector"),
    (
        Switch,
        "log_timezone message_logs preserve_message_logs syslog_duplication syslog_pid \
         syslog_timestamp write_rejectlog",
    ),
    (
        Word(&[
            "mail", "user", "news", "uucp", "local0", "local1", "local2", "local3", "local4",
            "local5", "local6", "local7", "daemon",
        ]),
        "syslog_facility",
    ),
];

/// What a log tells (section 53.15).
const LOGGED: [&str; 57] = [
    "8bitmime",
    "acl_warn_skipped",
    "address_rewrite",
    "all",
    "all_parents",
    "arguments",
    "connection_reject",
    "delay_delivery",
    "deliver_time",
    "delivery_size",
    "dkim",
    "dkim_verbose",
    "dnslist_defer",
    "dnssec",
    "etrn",
    "host_lookup_failed",
    "ident_timeout",
    "incoming_interface",
    "incoming_port",
    "lost_incoming_connection",
    "millisec",
    "msg_id",
    "msg_id_created",
    "outgoing_interface",
    "outgoing_port",
    "pid",
    "pipelining",
    "protocol_detail",
    "proxy",
    "queue_run",
    "queue_time",
    "queue_time_exclusive",
    "queue_time_overall",
    "receive_time",
    "received_recipients",
    "received_sender",
    "rejected_header",
    "retry_defer",
    "return_path_on_delivery",
    "sender_on_delivery",
    "sender_verify_fail",
    "size_reject",
    "skip_delivery",
    "smtp_confirmation",
    "smtp_connection",
    "smtp_incomplete_transaction",
    "smtp_mailauth",
    "smtp_no_mail",
    "smtp_protocol_error",
    "smtp_syntax_error",
    "subject",
    "tls_certificate_verified",
    "tls_cipher",
    "tls_peerdn",
    "tls_resumption",
    "tls_sni",
    "unknown_in_list",
];

/// The text and the layout of headers, bounces and greetings.
const TEXTS: &Table = &[
    (Text, "bounce_message_text smtp_banner"),
    // More lines would be header fields of their own: bounces go where these say.
    (Line, "dsn_from"),
    (
        Begins(
            "Received:",
            "without such a line a loop would not end (RFC 5321 section 4.4)",
        ),
        "received_header_text",
    ),
    // Memory for so many octets is taken at once (`moan_send_message` in moan.c of 4.96).
    (Number(0, 1 << 20), "message_body_visible"),
    // A bounce goes through Exim itself, and is smaller than the smallest `message_size_limit`.
    (Number(0, 32 << 10), "bounce_return_size_limit"),
    // It goes to whoever the reverse-path names, and tells where aliases lead.
    (Time(0, 0), "delay_warning"),
    (
        Switch,
        "bounce_return_body bounce_return_message delivery_date_remove envelope_to_remove \
         return_path_remove smtp_return_error_details",
    ),
];

/// How the program runs, and as whom.
const PROGRAM: &Table = &[
    (Accounts, "admin_groups trusted_groups trusted_users"),
    // The daemon makes it as root, in the place of a mailbox that is not there yet.
    (
        Word(&["", "/run/exim4/exim.pid", "/var/run/exim4/exim.pid"]),
        "pid_file_path",
    ),
    (Names, "keep_environment"),
    (Number(0, 20), "daemon_startup_retries"),
    (Time(0, 60), "daemon_startup_sleep"),
    (
        Switch,
        "commandline_checks_require_admin prod_requires_admin queue_list_requires_admin \
         tcp_nodelay",
    ),
];

/// When mail is delivered, not where. What is only queued waits for the next run (`daemon.rs`).
const DELIVERY: &Table = &[
    (Time(0, ANY), "auto_thaw ignore_bounce_errors_after"),
    // What waits for somebody to look at it.
    (Timeout(DAY, ANY), "timeout_frozen_after"),
    (Time(DAY, ANY), "retry_data_expire"),
    (Time(60, DAY), "retry_interval_max"),
    (Load(1), "deliver_queue_load_max"),
    (Load(0), "queue_only_load"),
    (
        Number(0, ANY),
        "smtp_accept_queue smtp_accept_queue_per_connection",
    ),
    // Memory for so many processes is taken at once (daemon.c and deliver.c of 4.96).
    (Digits(1, 1_000), "queue_run_max"),
    (Number(1, 1_000), "remote_max_parallel"),
    (
        Switch,
        "queue_fast_ramp queue_only queue_only_load_latch queue_only_override queue_run_in_order \
         split_spool_directory",
    ),
];

/// Limits: they only turn mail away, and not what everybody sends (RFC 5321 section 4.5.3: 64K
/// octets, 100 recipients, minutes of waiting; loops are found at 100 hops, section 6.3).
const LIMITS: &Table = &[
    (Number(0, 100_000), "check_log_inodes check_spool_inodes"),
    (Space(SPACE_MAX), "check_log_space check_spool_space"),
    // A field with all its lines: 50 addresses have more than a thousand octets.
    (Limit(65_536), "header_line_maxsize"),
    (Number(65_536, ANY), "header_maxsize"),
    (Size(65_536), "message_size_limit"),
    (Number(30, ANY), "received_headers_max"),
    (Limit(100), "recipients_max"),
    (Limit(10), "smtp_accept_max"),
    (Number(10, ANY), "smtp_accept_max_nonmail"),
    (Digits(1, ANY), "smtp_accept_max_per_connection"),
    (Digits(2, ANY), "smtp_accept_max_per_host"),
    (Number(1, ANY), "smtp_connect_backlog"),
    (Number(0, ANY), "smtp_backlog_monitor"),
    // At the next error the session ends, and with it the message's other recipients (the default
    // is 3: `synprot_error` in smtp_in.c).
    (
        Number(3, ANY),
        "smtp_max_synprot_errors smtp_max_unknown_commands",
    ),
    (Timeout(300, DAY), "receive_timeout smtp_receive_timeout"),
    (Time(0, ANY), "proxy_protocol_timeout"),
    (Load(1), "smtp_load_reserve"),
    (Hosts, "smtp_accept_max_nonmail_hosts smtp_reserve_hosts"),
    (
        Switch,
        "message_body_newlines recipients_max_reject smtp_accept_keepalive smtp_check_spool_space",
    ),
];

/// What is offered in reply to EHLO, beside AUTH and STARTTLS.
const OFFERED: &Table = &[
    (Switch, "accept_8bitmime"),
    (
        Hosts,
        "chunking_advertise_hosts pipelining_advertise_hosts \
         pipelining_connect_advertise_hosts smtputf8_advertise_hosts",
    ),
];

/// How TLS is done, not whether.
const TLS: &Table = &[
    (Text, "tls_certificate tls_privatekey"),
    (Hosts, "tls_try_verify_hosts"),
    (Number(1_024, ANY), "tls_dh_max_bits"),
    (
        Word(&[
            "none",
            "historic",
            "ffdhe2048",
            "ffdhe3072",
            "ffdhe4096",
            "ffdhe6144",
            "ffdhe8192",
        ]),
        "tls_dhparam",
    ),
    (Word(&["", "system"]), "tls_verify_certificates"),
];

/// Mail that is made on the host itself.
const LOCAL: &Table = &[
    // A list of addresses: what it comes to is read elsewhere.
    (Word(&["", "*"]), "untrusted_set_sender"),
    (Switch, "local_from_check"),
];

/// Commands that take no mail; and which HELO names are refused, since an envelope's name is one
/// that is taken.
const COMMANDS: &Table = &[
    (Switch, "smtp_etrn_serialize"),
    (Hosts, "helo_accept_junk_hosts helo_try_verify_hosts"),
    // Who says no HELO has no name there, and SPF finds nothing of him (`smtp_in.c` of 4.96).
    (Word(&["*"]), "hosts_require_helo"),
    (Text, "helo_allow_chars"),
];

/// How DNS and other hosts are asked.
const ASKED: &Table = &[
    (Hosts, "host_lookup rfc1413_hosts"),
    (Number(0, 10), "dns_retry"),
    (Time(0, 60), "dns_retrans"),
    // What a client's ident says is written into fields, four octets for one.
    (Time(0, 0), "rfc1413_query_timeout"),
];

/// DKIM as it is checked: nothing that is read asks for what comes of it.
const UNASKED: &Table = &[(Text, "dkim_verify_signers")];

/// All of them.
const TABLES: [&Table; 11] = [
    LOG, TEXTS, PROGRAM, DELIVERY, LIMITS, OFFERED, TLS, LOCAL, COMMANDS, ASKED, UNASKED,
];

/// Returns what the value of a harmless option must look like; nothing for other options.
pub(super) fn shape(name: &str) -> Option<Shape> {
    shape::find(&TABLES, name)
}

/// Returns every harmless option.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let rows = TABLES.iter().flat_map(|table| table.iter());
    rows.flat_map(|(_, names)| names.split_whitespace())
}
