//! What the Doe family does not need: large tables, and Dovecot.

use std::fmt::Write as _;

use libtest_mimic::Failed;

use crate::Test;
use crate::run;
use crate::support::job::Client;
use crate::support::job::Listener::{Smtp, Submissions};
use crate::table::{asks, check, stranger, user};

pub(crate) const TESTS: &[Test] = &[
    ("large tables and long lists are looked up", large),
    ("Dovecot knows the passwords", dovecot),
];

const TLS: &str = r#"tls certificate="/etc/ssl/d/fullchain.pem" key="/etc/ssl/d/privkey.pem""#;

/// Over a thousand domains, mailboxes and aliases, and more prefixes than a line holds.
fn large() -> Result<(), Failed> {
    let mut text = format!(
        r#"mailpol version=1
        host "mx.d.example" {{ address "198.51.100.25"; listen "smtp"; {TLS} }}
        inbound {{ spf "off" }}
        "#
    );
    for number in 0..40 {
        let prefixes = format!("\"10.{number}.0.0/16\" \"fd00:{number}::/64\"");
        writeln!(
            text,
            "network \"office {number}\" {{ cidr {prefixes}; may-send }}\n\
             network \"guests {number}\" {{ cidr \"10.{number}.7.0/24\" }}"
        )?;
    }
    for domain in 0..1_010 {
        writeln!(
            text,
            "domain \"d{domain}.example\" {{ mailbox \"box0\"; mailbox \"box1\"; \
             alias \"postmaster\" \"box0\"; publish {{ spf \"+mx -all\" }} }}"
        )?;
    }
    let asked = "
        <> <box1@d1009.example> rcpt 250
        <> <BOX0@D7.Example> rcpt 250
        <> <postmaster@d3.example> rcpt 250
        <> <postmaster> rcpt 250
        <> <box2@d1009.example> rcpt 550 5.1.1
        <> <box0@d1010.example> rcpt 554 5.7.1
        <> <box0@sub.d5.example> rcpt 554 5.7.1
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
    let known = "
        <john@d.example> <b@victim.example> rcpt 250
        <jane@d.example> <b@victim.example> rcpt 553 5.7.1
    ";
    let unlisted = "<john@d.example> <john@d.example> rcpt 530 5.7.0";
    let mut cases = asks(&user("john", Submissions), known);
    cases.extend(asks(&user("www-data", Submissions), unlisted));
    check(&run::read(&text)?, cases, Vec::new())
}
