//! The values that Postfix takes for what main.cf does not set, for every parameter that the model
//! uses.
//!
//! From `postconf -d` of 3.7.11, and `mail_params.h` of 3.7.11 to 3.11: none of these changed.

/// Returns the built-in default of a parameter.
pub(super) fn default_value(name: &str) -> Option<&'static str> {
    DEFAULTS
        .binary_search_by(|(key, _)| key.cmp(&name))
        .ok()
        .and_then(|at| DEFAULTS.get(at))
        .map(|(_, value)| *value)
}

/// Returns the default of a parameter that came with patch levels, so that the table has none:
/// 3.7.9 and 3.8.4 (their announcements; `RELEASE_NOTES` of 3.9). None where the version does not
/// know it.
pub(super) fn of_version(name: &str, version: (u16, u16, u16)) -> Option<&'static str> {
    let knows = version >= (3, 8, 4) || ((3, 7, 9)..(3, 8, 0)).contains(&version);
    match name {
        "smtpd_forbid_bare_newline" if knows && version < (3, 9, 0) => Some("no"),
        "smtpd_forbid_bare_newline" if knows => Some("normalize"),
        "smtpd_forbid_bare_newline_exclusions" if knows => Some("$mynetworks"),
        _ => None,
    }
}

/// Returns the names of the parameters that have one.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    DEFAULTS.iter().map(|(name, _)| *name)
}

const LOCAL_RELAY: &str = "${{$compatibility_level} <level {2} ? {$mydestination} : {}}";
const RELAY_RESTRICTIONS: &str = "${{$compatibility_level} <level {1} ? {} : \
     {permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination}}";
const FORWARD_PATH: &str = "$home/.forward${recipient_delimiter}${extension}, $home/.forward";

/// Sorted by name.
const DEFAULTS: &[(&str, &str)] = &[
    ("2bounce_notice_recipient", "postmaster"),
    ("access_map_defer_code", "450"),
    ("access_map_reject_code", "554"),
    ("address_verify_sender", "$double_bounce_sender"),
    ("alias_maps", "hash:/etc/aliases, nis:mail.aliases"),
    ("allow_mail_to_commands", "alias, forward"),
    ("allow_mail_to_files", "alias, forward"),
    ("allow_min_user", "no"),
    ("allow_percent_hack", "yes"),
    ("allow_untrusted_routing", "no"),
    ("always_bcc", ""),
    ("append_at_myorigin", "yes"),
    (
        "append_dot_mydomain",
        "${{$compatibility_level} <level {1} ? {yes} : {no}}",
    ),
    ("bounce_notice_recipient", "postmaster"),
    ("canonical_maps", ""),
    ("compatibility_level", "0"),
    ("content_filter", ""),
    ("cyrus_sasl_config_path", ""),
    ("data_directory", "/var/lib/postfix"),
    ("default_transport", "smtp"),
    ("defer_code", "450"),
    ("delay_notice_recipient", "postmaster"),
    ("double_bounce_sender", "double-bounce"),
    ("error_notice_recipient", "postmaster"),
    ("fallback_transport", ""),
    ("fallback_transport_maps", ""),
    ("forward_path", FORWARD_PATH),
    ("header_checks", ""),
    ("home_mailbox", ""),
    ("inet_interfaces", "all"),
    ("inet_protocols", "all"),
    ("local_header_rewrite_clients", "permit_inet_interfaces"),
    (
        "local_recipient_maps",
        "proxy:unix:passwd.byname $alias_maps",
    ),
    ("local_transport", "local:$myhostname"),
    ("luser_relay", ""),
    ("mail_name", "Postfix"),
    ("mail_spool_directory", "/var/mail"),
    ("mailbox_command", ""),
    ("mailbox_command_maps", ""),
    ("mailbox_transport", ""),
    ("mailbox_transport_maps", ""),
    ("masquerade_domains", ""),
    ("milter_header_checks", ""),
    (
        "mydestination",
        "$myhostname, localhost.$mydomain, localhost",
    ),
    (
        "mynetworks_style",
        "${{$compatibility_level} <level {2} ? {subnet} : {host}}",
    ),
    ("myorigin", "$myhostname"),
    (
        "parent_domain_matches_subdomains",
        "debug_peer_list,fast_flush_domains,mynetworks,permit_mx_backup_networks,\
         qmqpd_authorized_clients,relay_domains,smtpd_access_maps",
    ),
    ("plaintext_reject_code", "450"),
    ("proxy_interfaces", ""),
    ("queue_directory", "/var/spool/postfix"),
    ("recipient_bcc_maps", ""),
    ("recipient_canonical_maps", ""),
    ("recipient_delimiter", ""),
    ("reject_code", "554"),
    ("relay_domains", LOCAL_RELAY),
    ("relay_domains_reject_code", "554"),
    ("relay_recipient_maps", ""),
    ("relay_transport", "relay"),
    ("relayhost", ""),
    ("relocated_maps", ""),
    ("resolve_dequoted_address", "yes"),
    ("sender_bcc_maps", ""),
    ("sender_canonical_maps", ""),
    ("sender_dependent_default_transport_maps", ""),
    ("sender_dependent_relayhost_maps", ""),
    ("smtp_sasl_security_options", "noplaintext, noanonymous"),
    (
        "smtp_sasl_tls_security_options",
        "$smtp_sasl_security_options",
    ),
    ("smtp_tls_secure_cert_match", "nexthop, dot-nexthop"),
    ("smtpd_client_restrictions", ""),
    ("smtpd_command_filter", ""),
    ("smtpd_data_restrictions", ""),
    ("smtpd_delay_reject", "yes"),
    ("smtpd_discard_ehlo_keywords", ""),
    ("smtpd_end_of_data_restrictions", ""),
    ("smtpd_enforce_tls", "no"),
    ("smtpd_helo_required", "no"),
    ("smtpd_helo_restrictions", ""),
    ("smtpd_null_access_lookup_key", "<>"),
    ("smtpd_recipient_restrictions", ""),
    ("smtpd_reject_unlisted_recipient", "yes"),
    ("smtpd_reject_unlisted_sender", "no"),
    (
        "smtpd_relay_before_recipient_restrictions",
        "${{$compatibility_level} <level {3.6} ? {no} : {yes}}",
    ),
    ("smtpd_relay_restrictions", RELAY_RESTRICTIONS),
    ("smtpd_restriction_classes", ""),
    ("smtpd_sasl_auth_enable", "no"),
    ("smtpd_sasl_path", "smtpd"),
    ("smtpd_sasl_security_options", "noanonymous"),
    (
        "smtpd_sasl_tls_security_options",
        "$smtpd_sasl_security_options",
    ),
    ("smtpd_sasl_type", "cyrus"),
    ("smtpd_sender_login_maps", ""),
    ("smtpd_sender_restrictions", ""),
    ("smtpd_tls_auth_only", "no"),
    ("smtpd_tls_cert_file", ""),
    ("smtpd_tls_chain_files", ""),
    ("smtpd_tls_dcert_file", ""),
    ("smtpd_tls_eccert_file", ""),
    ("smtpd_tls_security_level", ""),
    ("smtpd_tls_wrappermode", "no"),
    ("smtpd_use_tls", "no"),
    (
        "smtputf8_enable",
        "${{$compatibility_level} <level {1} ? {no} : {yes}}",
    ),
    ("soft_bounce", "no"),
    ("strict_rfc821_envelopes", "no"),
    ("swap_bangpath", "yes"),
    ("transport_maps", ""),
    ("unknown_local_recipient_reject_code", "550"),
    ("unknown_relay_recipient_reject_code", "550"),
    ("unknown_virtual_alias_reject_code", "550"),
    ("unknown_virtual_mailbox_reject_code", "550"),
    ("virtual_alias_domains", "$virtual_alias_maps"),
    ("virtual_alias_maps", "$virtual_maps"),
    ("virtual_gid_maps", ""),
    ("virtual_mailbox_base", ""),
    ("virtual_mailbox_domains", "$virtual_mailbox_maps"),
    ("virtual_mailbox_maps", ""),
    ("virtual_maps", ""),
    ("virtual_minimum_uid", "100"),
    ("virtual_transport", "virtual"),
    ("virtual_uid_maps", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(DEFAULTS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(default_value("soft_bounce"), Some("no"));
        assert_eq!(default_value("no_such_parameter"), None);
    }
}
