//! `master.cf`: services, their columns, and what they are given with `-o`.

use std::ops::Range;

use super::MASTER;
use super::restrictions::lists;
use crate::draft::{Bench, Files, Mutant};
use crate::words;

/// A service: its line and the lines of its arguments.
pub(super) struct Service {
    pub(super) whole: Range<usize>,
    pub(super) columns: Vec<Range<usize>>,
    /// The lines behind the first.
    pub(super) arguments: Vec<Range<usize>>,
}

/// Returns the services of a text.
pub(super) fn services(text: &str) -> Vec<Service> {
    let mut found: Vec<Service> = Vec::new();
    for line in words::lines(text, 0..text.len()) {
        let whole = &text[line.clone()];
        if words::is_silent(whole) {
            continue;
        }
        if whole.starts_with([' ', '\t']) {
            let service = found.last_mut().expect("no argument comes first");
            service.whole.end = line.end;
            service.arguments.push(line);
        } else {
            found.push(Service {
                columns: columns(text, &line),
                whole: line,
                arguments: Vec::new(),
            });
        }
    }
    found
}

fn columns(text: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let mut rest = line.clone();
    let mut found = Vec::new();
    loop {
        let at = words::trimmed(text, &rest);
        if at.is_empty() {
            return found;
        }
        let part = &text[at.clone()];
        let end = part
            .find(char::is_whitespace)
            .map_or(at.end, |end| at.start + end);
        found.push(at.start..end);
        rest = end..line.end;
    }
}

/// Breaks each service, each column and each argument.
pub(super) fn breaks(files: &Files) -> Vec<Mutant> {
    let mut bench = Bench::new(files, MASTER);
    bench.remove_file();
    let services = services(bench.text);
    let is_smtpd = |service: &&Service| {
        service
            .columns
            .last()
            .is_some_and(|last| &bench.text[last.clone()] == "smtpd")
    };
    let listeners: Vec<&Service> = services.iter().filter(is_smtpd).collect();
    for (number, service) in services.iter().enumerate() {
        let whole = &bench.text[service.whole.clone()];
        bench.replace("delete", &service.whole, "");
        bench.replace("duplicate", &service.whole, whole.repeat(2));
        bench.insert("comment out", service.whole.start, "# ");
        if let Some(next) = services.get(number + 1) {
            bench.swap("swap", &service.whole, &next.whole);
        }
        for (column, at) in service.columns.iter().enumerate() {
            columns_of(&mut bench, column, at);
        }
        for line in &service.arguments {
            argument(&mut bench, line);
        }
        for pair in service.arguments.windows(2) {
            bench.swap("swap", &pair[0], &pair[1]);
        }
    }
    for listener in &listeners {
        for line in &listener.arguments {
            for other in listeners
                .iter()
                .filter(|other| other.whole != listener.whole)
            {
                let parts = vec![
                    (line.clone(), String::new()),
                    (
                        other.whole.end..other.whole.end,
                        bench.text[line.clone()].to_owned(),
                    ),
                ];
                bench.replace_all("move an option", parts);
            }
        }
        for option in OPTIONS {
            bench.insert(
                "add an option",
                listener.whole.end,
                format!("  -o {option}\n"),
            );
        }
        let again = &bench.text[listener.whole.clone()];
        let name = &bench.text[listener.columns[0].clone()];
        for port in [
            "2525",
            "127.0.0.1:10025",
            "127.0.0.1:smtp",
            "[::1]:smtp",
            "0.0.0.0:submission",
        ] {
            let twin = again.replacen(name, port, 1);
            bench.insert("add a listener", listener.whole.end, twin);
        }
    }
    for service in ADDED {
        bench.insert("add a service", bench.text.len(), *service);
    }
    lists_of(&mut bench, files, &listeners);
    bench.finish()
}

fn columns_of(bench: &mut Bench<'_>, column: usize, at: &Range<usize>) {
    let word = &bench.text[at.clone()];
    let others: &[&str] = match column {
        0 => &["2525", "qmqp", "127.0.0.1:smtp", "smtps"],
        1 => &["inet", "unix", "pass", "fifo"],
        2..=4 => &["y", "n", "-"],
        5 | 6 => &["0", "1", "60"],
        _ => &[
            "smtpd",
            "qmqpd",
            "smtp",
            "cleanup",
            "error",
            "discard",
            "local",
            "postscreen",
        ],
    };
    for other in others.iter().filter(|other| **other != word) {
        bench.replace("another column", at, *other);
    }
}

fn argument(bench: &mut Bench<'_>, line: &Range<usize>) {
    let text = &bench.text[line.clone()];
    bench.replace("drop an option", line, "");
    bench.replace("duplicate an option", line, text.repeat(2));
    if let Some(sign) = text.find('=') {
        let value = words::trimmed(bench.text, &(line.start + sign + 1..line.end));
        bench.replace("empty", &value, "");
        words::switch(bench, &value);
        for other in ["encrypt", "may", "none"] {
            bench.replace("another value", &value, other);
        }
        for item in words::items(bench.text, &value) {
            words::prefix(bench, &item);
            words::domains(bench, &item);
        }
    }
}

/// Names another list where a listener names one.
fn lists_of(bench: &mut Bench<'_>, files: &Files, listeners: &[&Service]) {
    let main = files.get(super::MAIN).map_or("", String::as_str);
    for line in listeners.iter().flat_map(|listener| &listener.arguments) {
        let text = &bench.text[line.clone()];
        let Some((_, name)) = text.trim().split_once("=$") else {
            continue;
        };
        let at = words::trimmed(bench.text, line);
        let at = at.end - name.len()..at.end;
        for other in lists(main) {
            bench.replace("rename a reference", &at, other.name);
        }
        bench.replace("rename a reference", &at, "a_list_that_is_none");
    }
}

/// What a listener may be given.
const OPTIONS: &[&str] = &[
    "smtpd_relay_restrictions=permit",
    "smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination",
    "smtpd_relay_restrictions=",
    "smtpd_client_restrictions=",
    "smtpd_client_restrictions=permit_sasl_authenticated,reject",
    "smtpd_sender_restrictions=",
    "smtpd_recipient_restrictions=",
    "smtpd_recipient_restrictions=permit_mynetworks,permit_sasl_authenticated,reject",
    "smtpd_recipient_restrictions=permit_sasl_authenticated,reject_unauth_destination",
    "smtpd_data_restrictions=",
    "smtpd_data_restrictions=reject_unauth_pipelining",
    "smtpd_helo_restrictions=reject",
    "smtpd_sasl_auth_enable=yes",
    "smtpd_sasl_auth_enable=no",
    "smtpd_tls_auth_only=no",
    "smtpd_tls_security_level=none",
    "smtpd_tls_security_level=encrypt",
    "smtpd_tls_wrappermode=yes",
    "smtpd_tls_wrappermode=no",
    "smtpd_delay_reject=no",
    "smtpd_relay_before_recipient_restrictions=no",
    "smtpd_reject_unlisted_recipient=no",
    "smtpd_reject_unlisted_sender=yes",
    "smtpd_helo_required=no",
    "smtpd_command_filter=",
    "mynetworks=203.0.113.0/24",
    "mynetworks=0.0.0.0/0",
    "mynetworks=",
    "mynetworks=[2001:db8::]/32",
    "virtual_mailbox_domains=victim.example",
    "relay_domains=victim.example",
    "mydestination=victim.example",
    "virtual_alias_domains=victim.example",
    "virtual_alias_maps=",
    "virtual_alias_maps=static:jane",
    "local_recipient_maps=",
    "always_bcc=spy@outside.example",
    "content_filter=smtp:[127.0.0.1]:10024",
    "receive_override_options=no_address_mappings",
    "soft_bounce=yes",
    "smtpd_authorized_xclient_hosts=static:all",
    "smtpd_upstream_proxy_protocol=haproxy",
    "cleanup_service_name=cleanup-host",
    "smtpd_sender_login_maps=",
    "smtpd_proxy_filter=127.0.0.1:10025",
    "smtpd_milters=inet:127.0.0.1:9999",
    "myorigin=victim.example",
    "recipient_delimiter=+",
    "access_map_reject_code=550",
    "smtpd_restriction_classes=",
    "strict_rfc821_envelopes=no",
];

/// Services that may be added.
const ADDED: &[&str] = &[
    "2525      inet  n       -       n       -       -       smtpd\n",
    "2525 inet n - n - - smtpd\n  -o smtpd_relay_restrictions=permit\n",
    "127.0.0.1:10025 inet n  -       n       -       -       smtpd\n  -o mynetworks=127.0.0.0/8\n",
    "628       inet  n       -       n       -       -       qmqpd\n",
    "24        inet  n       -       n       -       -       lmtp\n",
    "smtp      pass  -       -       n       -       -       smtpd\n",
    "filter    unix  -       n       n       -       -       pipe\n  user=nobody argv=/bin/cat\n",
    "policy    unix  -       n       n       -       0       spawn\n  user=nobody argv=/bin/cat\n",
];
