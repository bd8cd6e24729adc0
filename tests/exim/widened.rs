//! What the Doe family does not need: large tables, Dovecot, grants that name reverse-paths.

use std::fmt::Write as _;
use std::path::PathBuf;

use libtest_mimic::Failed;

use crate::Test;
use crate::run;
use crate::support::job::Client;
use crate::support::job::Listener::{Smtp, Submission, Submissions};
use crate::table::{asks, check, check_job, stranger, user};

pub(crate) const TESTS: &[Test] = &[
    ("large tables and long lists are looked up", large),
    ("a network may send as whom it is granted", granted),
    ("Dovecot knows the passwords", dovecot),
];

const TLS: &str = r#"tls certificate="/etc/ssl/d/fullchain.pem" key="/etc/ssl/d/privkey.pem""#;

/// Twenty domains, over a thousand mailboxes, and more prefixes than a line holds.
fn large() -> Result<(), Failed> {
    let mut text = format!(
        r#"mailpol version=1
        host "mx.d.example" {{ address "198.51.100.25"; listen "smtp"; {TLS} }}
        inbound {{ spf "off" }}
        "#
    );
    for network in 0..40 {
        writeln!(
            text,
            "network \"office {network}\" {{ cidr \"10.{network}.0.0/16\" \"fd00:{network}::/64\"; may-send }}\n\
             network \"guests {network}\" {{ cidr \"10.{network}.7.0/24\" }}"
        )?;
    }
    for domain in 0..20 {
        writeln!(
            text,
            "domain \"d{domain}.example\" {{ publish {{ spf \"+mx -all\" }}"
        )?;
        writeln!(text, "alias \"postmaster\" \"box0\"")?;
        for local in 0..60 {
            writeln!(text, "mailbox \"box{local}\"")?;
        }
        text.push_str("}\n");
    }
    let asked = "
        <> <box59@d19.example> rcpt 250
        <> <BOX7@D7.Example> rcpt 250
        <> <postmaster@d3.example> rcpt 250
        <> <postmaster> rcpt 250
        <> <box60@d19.example> rcpt 550 5.1.1
        <> <box0@d20.example> rcpt 554 5.7.1
        <box1@d5.example> <box0@d0.example> rcpt 554 5.7.1
    ";
    let inside = "<a@x.example> <b@victim.example> rcpt 250";
    let outside = "<a@x.example> <b@victim.example> rcpt 554 5.7.1";
    let v6: std::net::IpAddr = "fd00:39::1".parse()?;
    let mut cases = asks(&stranger(Smtp), asked);
    cases.extend(asks(&Client::new([10, 39, 6, 1], Smtp), inside));
    cases.extend(asks(&Client::new(v6, Smtp), inside));
    cases.extend(asks(&Client::new([10, 39, 7, 1], Smtp), outside));
    cases.extend(asks(&Client::new([10, 40, 0, 1], Smtp), outside));
    check(&run::read(&text)?, cases, Vec::new())
}

fn granted() -> Result<(), Failed> {
    let text = format!(
        r#"mailpol version=1
        host "mx.d.example" {{ address "198.51.100.25"; listen "smtp" "submission"; {TLS} }}
        auth "saslauthd" mechanism="shadow"
        network "office" {{ cidr "10.0.0.0/8"; may-send }}
        network "printers" {{
            cidr "10.1.0.0/16"
            may-send {{ from "printer@d.example" "@scans.example" }}
        }}
        network "meters" {{
            cidr "10.2.0.0/16"
            may-send {{ from "meter@d.example" }}
            otherwise "refuse"
        }}
        domain "d.example" {{
            mailbox "john" login="john"
            alias "postmaster" "john"
            publish {{ spf "+mx -all" }}
        }}
        inbound {{ spf "soft" }}"#
    );
    let office = "<a@fail.spf-results.example> <b@victim.example> rcpt 250";
    let printers = "
        <printer@d.example> <b@victim.example> rcpt 250
        <PRINTER@d.example> <b@victim.example> rcpt 250
        <x@scans.example> <b@victim.example> rcpt 250
        <> <b@victim.example> rcpt 250
        <john@d.example> <b@victim.example> rcpt 554 5.7.1
        <x@sub.scans.example> <b@victim.example> rcpt 554 5.7.1
        <a@fail.spf-results.example> <john@d.example> rcpt 250
        <john@d.example> <nobody@d.example> rcpt 550 5.1.1
    ";
    let meters = "
        <meter@d.example> <b@victim.example> rcpt 250
        <> <john@d.example> rcpt 250
        <john@d.example> <b@victim.example> rcpt 554 5.7.1
        <john@d.example> <john@d.example> rcpt 554 5.7.1
    ";
    let known = "
        <john@d.example> <b@victim.example> rcpt 250
        <printer@d.example> <b@victim.example> rcpt 250
        <jane@d.example> <b@victim.example> rcpt 553 5.7.1
    ";
    let mut cases = asks(&Client::new([10, 0, 0, 1], Smtp), office);
    cases.extend(asks(&Client::new([10, 1, 0, 1], Smtp), printers));
    cases.extend(asks(&Client::new([10, 1, 0, 1], Submission), printers));
    cases.extend(asks(&Client::new([10, 2, 0, 1], Smtp), meters));
    let mut john = user("john", Submission);
    john.address = [10, 1, 0, 1].into();
    cases.extend(asks(&john, known));
    check(&run::read(&text)?, cases, Vec::new())
}

/// Dovecot's own configuration is the administrator's.
const DOVECOT: &str = "protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
passdb {
  driver = shadow
}
userdb {
  driver = passwd
}
service auth {
  unix_listener /run/dovecot-auth {
    mode = 0660
    group = Debian-exim
  }
}
";

fn dovecot() -> Result<(), Failed> {
    let text = format!(
        r#"mailpol version=1
        host "mx.d.example" {{ address "198.51.100.25"; listen "smtp" "submissions"; {TLS} }}
        auth "dovecot" socket="/run/dovecot-auth"
        domain "d.example" {{
            mailbox "john" login="john"
            alias "postmaster" "john"
            publish {{ spf "+mx -all" }}
        }}
        inbound {{ spf "off" }}"#
    );
    let policy = run::read(&text)?;
    let (_tree, mut job) = run::job(&policy)?;
    let configuration = PathBuf::from("/etc/dovecot/dovecot.conf");
    job.scene.files.insert(configuration, DOVECOT.to_owned());
    job.scene.commands.push("dovecot".to_owned());
    let known = "
        <john@d.example> <b@victim.example> rcpt 250
        <jane@d.example> <b@victim.example> rcpt 553 5.7.1
    ";
    let unlisted = "<john@d.example> <john@d.example> rcpt 530 5.7.0";
    let mut cases = asks(&user("john", Submissions), known);
    cases.extend(asks(&user("www-data", Submissions), unlisted));
    check_job(job, cases)
}
