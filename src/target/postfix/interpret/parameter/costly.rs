//! Parameters that touch no decision, and would cost mail that was accepted or is to be: lost on
//! the way out, maimed, or refused at its end. They are held at values that cost none.

/// Why no certificate of a client is taken: smtp(8) reads it as it starts (tls_client_init in
/// tls_client.c of 3.7.11).
const CLIENT: &str = "without such a file, and a key that fits, no mail leaves over TLS";

/// As [`super::fixed::FIXED`].
pub(super) const COSTLY: &[(&str, &[&str], &str)] = &[
    (
        "disable_dns_lookups",
        &["no"],
        "mail would go to hosts of the domain's name, and not to its mail exchangers",
    ),
    (
        "ignore_mx_lookup_error",
        &["no"],
        "mail would go to hosts of the domain's name, and not to its mail exchangers",
    ),
    (
        "message_drop_headers",
        &["bcc, content-length, resent-bcc, return-path"],
        "headers of every message would be thrown away",
    ),
    (
        "message_reject_characters",
        &["", "\\0"],
        "messages with ordinary characters would be refused",
    ),
    (
        "message_strip_characters",
        &["", "\\0"],
        "characters of every message would be thrown away",
    ),
    (
        "smtp_dns_support_level",
        &["", "enabled", "dnssec"],
        "mail would go to hosts of the domain's name, and not to its mail exchangers",
    ),
    (
        "smtp_enforce_tls",
        &["no"],
        "mail for hosts without TLS would stay here",
    ),
    (
        "smtp_tls_CAfile",
        &["", "/etc/ssl/certs/ca-certificates.crt"],
        "without such a file no mail leaves over TLS",
    ),
    (
        // A folder that is not there stops nothing, and Debian's is in the chroot too.
        "smtp_tls_CApath",
        &["", "/etc/ssl/certs"],
        "certificates of other authorities would do",
    ),
    ("smtp_tls_cert_file", &[""], CLIENT),
    ("smtp_tls_chain_files", &[""], CLIENT),
    (
        "smtp_tls_connection_reuse",
        &["no"],
        "without the service tlsproxy no mail leaves over TLS",
    ),
    ("smtp_tls_key_file", &[""], CLIENT),
    (
        "smtp_tls_security_level",
        &["", "none", "may", "dane"],
        "mail for hosts without TLS would stay here",
    ),
    (
        "smtp_tls_servername",
        &["", "hostname"],
        "hosts would be asked for the certificate of another name",
    ),
    (
        "smtp_tls_wrappermode",
        &["no"],
        "no mail exchanger speaks TLS from the first byte",
    ),
    (
        // Debian's configure-instance.sh copies the folder into the queue directory at each start,
        // and deletes what was there: of `/` all mail.
        "smtpd_tls_CApath",
        &["", "/etc/ssl/certs"],
        "what is in another folder would be copied for everybody to read",
    ),
    (
        "smtpd_sasl_mechanism_filter",
        &[
            "!external, static:rest",
            "static:rest",
            "plain, login",
            "login, plain",
        ],
        "logins could be offered no mechanism that they know",
    ),
    (
        "smtpd_reject_footer_maps",
        &[""],
        "a table that is not read would write into every refusal",
    ),
    (
        "strict_7bit_headers",
        &["no"],
        "mail with octets over 127 would be refused at its end",
    ),
    (
        "strict_8bitmime",
        &["no"],
        "mail with octets over 127 would be refused at its end",
    ),
    (
        "strict_8bitmime_body",
        &["no"],
        "mail with octets over 127 would be refused at its end",
    ),
    (
        "strict_mime_encoding_domain",
        &["no"],
        "mail with odd MIME would be refused at its end",
    ),
    (
        // cleanup(8) adds it behind `header_checks` (cleanup_message.c of 3.7.11).
        "undisclosed_recipients_header",
        &["", "To: undisclosed-recipients:;"],
        "messages without recipients in their header would get a header that nobody looks at",
    ),
];
