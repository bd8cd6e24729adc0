//! Options that must have their defaults (spec 4.96, chapter 14), and what they would change.

/// An option, its default, and why nothing else is read.
pub(super) const FIXED: &[(&str, &str, &str)] = &[
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
        "acl_smtp_mailauth",
        "",
        "the AUTH parameter of MAIL is not followed",
    ),
    (
        "acl_smtp_mime",
        "",
        "what it decides depends on the message",
    ),
    ("acl_smtp_starttls", "", "who may start TLS is not followed"),
    (
        "allow_utf8_domains",
        "false",
        "names that are no A-labels are not followed",
    ),
    (
        "allow_mx_to_ip",
        "false",
        "mail exchangers that are addresses are not followed",
    ),
    (
        "bounce_sender_authentication",
        "",
        "bounces would be sent as somebody",
    ),
    ("errors_copy", "", "copies of bounces would go elsewhere"),
    ("event_action", "", "what it does is not followed"),
    (
        "extra_local_interfaces",
        "",
        "which addresses are the host's own is not in the files",
    ),
    (
        "helo_verify_hosts",
        "",
        "what a HELO name's DNS says is not in the files",
    ),
    (
        "host_reject_connection",
        "",
        "who is turned away before any reply is not followed",
    ),
    (
        "hosts_proxy",
        "",
        "a proxy says who the client is: then whoever reaches the port does",
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
        "mua_wrapper",
        "false",
        "mail would be delivered while it is received",
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
        "smtp_active_hostname",
        "",
        "the host would have several names",
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
        "tls_verify_hosts",
        "",
        "sessions without a certificate would be refused",
    ),
];
