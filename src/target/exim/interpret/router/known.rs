//! The options of drivers that are not followed, and what their values must look like (spec 4.96,
//! chapters 15, 17 to 24, 26 and 30; the option lists of routers/*.c and transports/*.c). An option
//! that one driver has another does not know.

use crate::target::exim::interpret::shape::{ANY, NOT_AS_IT_CAME, Shape, Table};

use Shape::{
    Account, Added, Ciphers, Flag, Hosts, Names, Nothing, Number, Octal, Off, On, Path, Read,
    Removed, Switch, Text, Time, Timeout, Word,
};

/// A day, in seconds.
const DAY: u64 = 86_400;

/// Why a demand is refused.
pub(super) const UNABLE: &str = "mail for hosts that cannot do so would not leave";

/// Why a file is refused.
const UNSEEN: &str = "what it holds is not in the files";

/// Why `envelope_to_add` is refused (section 24.1).
const OTHERS: &str = "hosts of others would read who gets a copy that the message does not tell of";

/// Why `same_domain_copy_routing` is refused: no router is asked for the others (`deliver_message`
/// in deliver.c; tried).
const COPIED: &str =
    "others at the domain of one whom the router takes would go where that one goes";

/// `do_local_deliveries` in deliver.c of 4.96: by the domain alone.
const HELD_UP: &str = "one recipient's mail that waits would hold up that of all others";

/// Generic options of transports (section 24.1).
pub(super) const TRANSPORT: &Table = &[
    (Read, "driver"),
    (Text, "debug_print"),
    (Added, "headers_add"),
    (Removed, "headers_remove"),
    (
        Switch,
        "delivery_date_add disable_logging initgroups rcpt_include_affixes return_path_add",
    ),
    (On(HELD_UP), "retry_use_local_part"),
];

/// Options of `appendfile` that do not say where a message is kept.
pub(super) const APPENDFILE: &Table = &[
    (Word(&["mail"]), "group"),
    (Octal, "lockfile_mode"),
    (Number(0, 1_000), "lock_retries"),
    (Number(1, ANY), "maildir_retries"),
    (
        Time(0, 3_600),
        "lock_fcntl_timeout lock_flock_timeout lock_interval lockfile_timeout",
    ),
    (Word(&["", ",S=$message_size"]), "maildir_tag"),
    (
        Switch,
        "check_group check_owner envelope_to_add maildir_use_size_file mode_fail_narrower \
         notify_comsat use_crlf use_fcntl_lock",
    ),
    (
        Nothing(NOT_AS_IT_CAME),
        "check_string escape_string message_prefix message_suffix",
    ),
];

/// Options of `smtp` that say how a connection is made, and neither to whom nor what is sent. How
/// long to wait: RFC 5321 section 4.5.3.2; of a longer time than a day Exim may make a shorter one
/// (milliseconds in an `int`, `fd_ready` in ip.c of 4.96).
pub(super) const SMTP: &Table = &[
    (
        Read,
        "dkim_canon dkim_domain dkim_hash dkim_identity dkim_private_key dkim_selector \
         dkim_sign_headers dkim_strict dkim_timestamps helo_data hosts_avoid_tls \
         hosts_require_auth hosts_require_tls hosts_try_auth interface port protocol tls_sni \
         tls_try_verify_hosts tls_verify_cert_hostnames tls_verify_hosts",
    ),
    (Time(300, DAY), "command_timeout"),
    (Time(180, DAY), "data_timeout"),
    (Time(600, DAY), "final_timeout"),
    (Timeout(30, DAY), "connect_timeout"),
    (Number(0, ANY), "connection_max_messages max_rcpt"),
    // What MAIL FROM says beyond the size of a message, and other hosts measure.
    (Number(0, 65_536), "size_addition"),
    // Two addresses at least are tried (RFC 5321 section 5.1); the defaults are these.
    (Number(5, ANY), "hosts_max_try"),
    (Number(50, ANY), "hosts_max_try_hardlimit"),
    (Number(998, ANY), "message_linelength_limit"),
    (Number(512, 1_024), "tls_dh_min_bits"),
    // What is larger was accepted already, and would come back.
    (Word(&["0"]), "message_size_limit"),
    (Off(OTHERS), "envelope_to_add"),
    (
        Switch,
        "delay_after_cutoff dns_qualify_single dns_search_parents keepalive multi_domain \
         tls_tempfail_tryclear",
    ),
    (
        On("an address of a host that does not answer would hold up its others"),
        "retry_include_ip_address",
    ),
    (Names, "dnssec_request_domains"),
    // AUTH= of MAIL FROM, which says that nothing is known.
    (Word(&["<>"]), "authenticated_sender"),
    (
        Hosts,
        "hosts_avoid_pipelining hosts_nopass_tls hosts_noproxy_tls \
         hosts_pipe_connect hosts_request_ocsp hosts_try_chunking hosts_try_dane \
         hosts_try_fastopen hosts_try_prdr hosts_verify_avoid_tls serialize_hosts \
         tls_resumption_hosts",
    ),
    (
        Nothing(UNABLE),
        "dnssec_require_domains hosts_require_alpn hosts_require_dane hosts_require_ocsp tls_alpn",
    ),
    (Nothing("without EHLO there is no TLS"), "hosts_avoid_esmtp"),
    (Nothing(UNSEEN), "tls_certificate tls_crl tls_privatekey"),
    (Ciphers, "tls_require_ciphers"),
    (Word(&["system"]), "tls_verify_certificates"),
];

/// Generic options of routers that touch neither whether one runs nor where it leads (section
/// 15.3). Whom it verifies a sender for is not read.
pub(super) const ROUTER: &Table = &[
    (
        Read,
        "address_data condition domains driver ignore_target_hosts local_parts local_part_suffix \
         router_home_directory self senders transport transport_home_directory",
    ),
    (
        Flag,
        "check_local_user local_part_suffix_optional more unseen verify verify_only \
         verify_recipient",
    ),
    (
        Switch,
        "address_test expn initgroups log_as_local verify_sender",
    ),
    (On(HELD_UP), "retry_use_local_part"),
    (Text, "cannot_route_message debug_print"),
    (Names, "dnssec_request_domains"),
    (Added, "headers_add"),
    (Removed, "headers_remove"),
    (Nothing(UNABLE), "dnssec_require_domains"),
    (Word(&["mail"]), "group"),
];

/// Options of routers that keep messages here (chapter 16).
/// Whose mail it is: asked at RCPT, too, where an account that is none puts the recipient off
/// (`rf_queue_add` in rf_queue_add.c of 4.96).
pub(super) const ACCEPT: &Table = &[(Account, "user")];

/// Options of routers that keep nothing: as whom they would.
pub(super) const NOBODY: &Table = &[(Account, "user")];

/// Options of `dnslookup` (chapter 17).
pub(super) const DNSLOOKUP: &Table = &[
    (Flag, "qualify_single"),
    (Switch, "rewrite_headers search_parents"),
    (Off(COPIED), "same_domain_copy_routing"),
    (Word(&["", "false", "no", "true", "yes"]), "ipv4_prefer"),
    (Nothing(UNABLE), "ipv4_only mx_domains"),
    (
        Nothing("mail would bounce while a name server does not answer"),
        "mx_fail_domains srv_fail_domains",
    ),
];

/// Options of `manualroute` (chapter 20).
pub(super) const MANUALROUTE: &Table = &[
    (
        Read,
        "host_all_ignored host_find_failed route_data route_list",
    ),
    (Switch, "hosts_randomize"),
    (Off(COPIED), "same_domain_copy_routing"),
];

/// Options of `redirect` (chapter 22).
pub(super) const REDIRECT: &Table = &[
    (Flag, "allow_defer allow_fail forbid_blackhole"),
    (Read, "data file"),
    (
        Switch,
        "check_ancestor check_group check_owner forbid_exim_filter forbid_file \
         forbid_filter_dlfunc forbid_filter_existstest forbid_filter_logwrite \
         forbid_filter_lookup forbid_filter_perl forbid_filter_readfile \
         forbid_filter_readsocket forbid_filter_reply forbid_filter_run forbid_include \
         forbid_pipe forbid_sieve_filter forbid_smtp_code hide_child_in_errmsg one_time \
         qualify_preserve_domain repeat_use rewrite skip_syntax_errors",
    ),
    (Path, "include_directory"),
    (Octal, "modemask"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree that the real Exim starts with.
    const TREE: &str = include_str!(
        "../../../../../tests/corpus/read/exim/options-of-every-kind/etc/exim4/exim4.conf"
    );

    #[test]
    fn every_option_of_a_driver_stands_in_a_tree_that_runs() {
        let section = |name: &str| {
            let behind = TREE.split_once(&format!("\nbegin {name}\n"));
            let behind = behind.map(|(_, behind)| behind).unwrap_or_default();
            behind.split("\nbegin ").next().unwrap_or_default()
        };
        let driver = |part: &str, driver: &str| {
            let mut all = section(part).split("\n\n");
            let head = format!("  driver = {driver}\n");
            all.find(|text| text.contains(&head))
                .unwrap_or_default()
                .to_owned()
        };
        for (part, name, tables) in [
            ("transports", "appendfile", &[TRANSPORT, APPENDFILE][..]),
            ("transports", "smtp", &[TRANSPORT, SMTP]),
            ("routers", "accept", &[ROUTER]),
            ("routers", "dnslookup", &[ROUTER, NOBODY, DNSLOOKUP]),
            ("routers", "ipliteral", &[ROUTER, NOBODY]),
            ("routers", "manualroute", &[ROUTER, NOBODY, MANUALROUTE]),
            ("routers", "redirect", &[ROUTER, NOBODY, REDIRECT]),
        ] {
            let text = driver(part, name);
            let rows = tables.iter().flat_map(|table| table.iter());
            for (_, names) in rows.filter(|(shape, _)| ![Read, Flag].contains(shape)) {
                for option in names.split_whitespace() {
                    assert!(text.contains(&format!("\n  {option} =")), "{name} {option}");
                }
            }
        }
    }
}
