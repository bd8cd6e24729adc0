//! The parameters that every daemon has, whether main.cf sets them or not (mail_params_init(3) of
//! 3.7.11). Of any other a daemon knows only what it reads itself: `$name` of one that main.cf does
//! not set is nothing to the rest, and its default to those (mail_conf_lookup(3)). One of these has
//! its default as soon as its turn was, and is nothing to those before it (mail_conf_str.c).

use super::super::text::Text;
use super::expand::{Fault, Lookup};
use super::settings::Settings;
use super::{ends, names};

/// Their names, in the order in which their values are taken.
const LOADED: &str = "\
    compatibility_level mail_version syslog_facility inet_protocols multi_instance_directories \
    multi_instance_group multi_instance_name maillog_file maillog_file_prefixes \
    maillog_file_compressor maillog_file_rotate_suffix postlog_service_name dnssec_probe \
    known_tcp_ports daemon_table_open_error_is_fatal dns_ncache_ttl_fix_enable smtputf8_enable \
    enable_idna2003_compatibility respectful_logging myhostname mydomain mail_name syslog_name \
    mail_owner setgid_group mydestination myorigin relayhost daemon_directory data_directory \
    command_directory meta_directory queue_directory shlib_directory process_id_directory \
    inet_interfaces proxy_interfaces double_bounce_sender default_privs alias_database \
    mail_release_date default_database_type hash_queue_names recipient_delimiter relay_domains \
    fast_flush_domains export_environment import_environment mynetworks_style debug_peer_list \
    default_verp_delimiters verp_delimiter_filter parent_domain_matches_subdomains \
    alternate_config_directories bounce_service_name cleanup_service_name defer_service_name \
    pickup_service_name queue_service_name rewrite_service_name showq_service_name \
    error_service_name flush_service_name address_verify_service_name trace_service_name \
    proxymap_service_name proxywrite_service_name internal_mail_filter_classes \
    multi_instance_wrapper default_delivery_status_filter smtputf8_autodetect_classes \
    message_drop_headers info_log_address_format default_process_limit max_use dont_remove \
    line_length_limit hash_queue_depth fork_attempts deliver_lock_attempts debug_peer_level \
    fault_injection_code berkeley_db_create_buffer_size berkeley_db_read_buffer_size \
    header_size_limit header_address_token_limit mime_nesting_limit mime_boundary_length_limit \
    delay_logging_resolution_limit tcp_windowsize message_size_limit lmdb_map_size \
    disable_dns_lookups soft_bounce owner_request_special strict_8bitmime strict_7bit_headers \
    strict_8bitmime_body strict_mime_encoding_domain disable_mime_input_processing \
    disable_mime_output_conversion address_verify_negative_cache \
    backwards_bounce_logfile_compatibility helpful_warnings send_cyrus_sasl_authzid \
    multi_instance_enable enable_long_queue_ids strict_smtputf8 enable_original_recipient \
    application_event_drain_time max_idle ipc_timeout ipc_idle ipc_ttl trigger_timeout \
    fork_delay deliver_lock_delay stale_lock_time daemon_timeout in_flow_delay mynetworks";

/// What a value that main.cf says can name, and whose value it is.
pub(super) struct Said<'s, 'm>(pub(super) &'s Settings<'m>, pub(super) &'s str);

impl Lookup for Said<'_, '_> {
    fn lookup(&self, name: &str) -> Result<Option<Text>, Fault> {
        let Self(settings, of) = self;
        let found = settings.lookup(name)?;
        let is_own = || !names::is_built_in(name) && !ends::is_held(name);
        if settings.is_set(name) || is_own() || is_there(name, of) {
            return Ok(found);
        }
        let reason = format!("`${name}` is not set: it is nothing to daemons that do not read it");
        Err(Fault::Unknown(reason))
    }
}

/// Returns whether every daemon has a parameter by the time that it takes the value of another.
fn is_there(name: &str, of: &str) -> bool {
    let turn = |name: &str| LOADED.split_ascii_whitespace().position(|one| one == name);
    turn(name).is_some_and(|first| turn(of).is_none_or(|then| first < then))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_there_when_its_turn_was() {
        assert!(is_there("compatibility_level", "relay_domains"));
        assert!(is_there("mydomain", "mydestination"));
        assert!(is_there("mydestination", "relay_domains"));
        assert!(is_there("soft_bounce", "mynetworks"));
        assert!(is_there("soft_bounce", "virtual_alias_maps"));
        assert!(!is_there("soft_bounce", "relay_domains"));
        assert!(!is_there("mynetworks_style", "relayhost"));
        assert!(!is_there("relay_domains", "relay_domains"));
        assert!(!is_there("append_dot_mydomain", "mynetworks"));
        assert!(!is_there(
            "smtpd_relay_restrictions",
            "smtpd_client_restrictions"
        ));
    }
}
