//! Parameters that say how Postfix is installed and what it runs with: with other values it does
//! not start, or other programs and modules run (postconf(5), `post-install` of 3.7.11).

const ELSEWHERE: &str = "other programs would run, or none";
const NOT_STARTED: &str = "Postfix would not start, or could not do its work";

/// As [`super::fixed::FIXED`].
pub(super) const INSTALLED: &[(&str, &[&str], &str)] = &[
    (
        "canonical_classes",
        &["envelope_sender, envelope_recipient, header_sender, header_recipient"],
        NOT_STARTED,
    ),
    ("command_directory", &["/usr/sbin"], ELSEWHERE),
    (
        "data_directory",
        &["/var/lib/postfix"],
        "it may not be there, or be somebody else's",
    ),
    (
        "debugger_command",
        &[""],
        "it would run whenever a service has the option `-D`",
    ),
    ("default_privs", &["nobody"], NOT_STARTED),
    ("default_verp_delimiters", &["+="], NOT_STARTED),
    (
        "export_environment",
        &["TZ MAIL_CONFIG LANG"],
        "programs that Postfix starts could be sent to other modules",
    ),
    (
        "info_log_address_format",
        &["external", "internal"],
        NOT_STARTED,
    ),
    (
        "mail_name",
        &["Postfix"],
        "it stands in greetings and in Received fields, which hosts count loops by",
    ),
    ("mail_owner", &["postfix"], NOT_STARTED),
    (
        "maillog_file",
        &[""],
        "Postfix starts only if it may stand there and master.cf has who writes it",
    ),
    ("mailbox_delivery_lock", &["fcntl, dotlock"], NOT_STARTED),
    ("process_id_directory", &["pid"], NOT_STARTED),
    (
        "relay_clientcerts",
        &[""],
        "a table that is not read: smtpd opens it as it starts",
    ),
    ("setgid_group", &["postdrop"], NOT_STARTED),
    ("syslog_facility", &["mail"], NOT_STARTED),
    ("verp_delimiter_filter", &["-=+"], NOT_STARTED),
    ("virtual_mailbox_lock", &["fcntl, dotlock"], NOT_STARTED),
];
