//! What the server answers at RCPT, and at DATA where RCPT says nothing.

use std::fs;
use std::net::IpAddr;

use libtest_mimic::Failed;

use crate::Test;
use crate::doe::{Case, PASSWORD, asks, check, internal, job, spoilt, stranger, user};
use crate::support::job::Listener::{Smtp, Submission, Submissions};
use crate::support::job::{Client, Envelope, Login, Mechanism, Until};

pub(crate) const TESTS: &[Test] = &[
    ("a stranger reaches only the family", strangers),
    ("internal machines relay", internals),
    ("users send as themselves, anywhere", users),
    ("Dovecot can check passwords too", dovecot),
    ("accounts that are nobody's relay nothing", nobodies),
    ("SPF decides about strangers", spf),
    ("DATA refuses what RCPT lets pass", data),
    ("many envelopes are answered in order", many),
];

fn strangers() -> Result<(), Failed> {
    let far: IpAddr = [0x2001, 0xdb8, 9, 0, 0, 0, 0, 9].into();
    let in_tls = Client {
        tls: true,
        ..stranger(Smtp)
    };
    let smuggled = Envelope::new(&stranger(Smtp), "a@b.example\r\nQUIT", "c@d.example");
    let cases = [
        asks(
            &stranger(Smtp),
            r"
            <a@b.example> <c@d.example> rcpt 554 5.7.1
            <> <c@d.example> rcpt 554 5.7.1
            <a@b.example> <jane.doe@doe-family.com> rcpt 250 2.1.5
            <a@b.example> <IOT-fridge@Doe-Family.com> rcpt 250 2.1.5
            <a@b.example> <unknown@doe-family.com> rcpt 550 5.1.1
            <a@b.example> <postmaster> rcpt 250 2.1.5
            <john.doe@doe-family.com> <jane.doe@doe-family.com> rcpt 554 5.7.1
            <john.doe@doe-family.com> <postmaster> rcpt 554 5.7.1
            <a@b.example> <c%d.example@doe-family.com> rcpt 554 5.7.1
            <a@b.example> <jane.doe@doe-family.com:c@d.example> rcpt 554 5.7.1
            <a@b.example> <@doe-family.com:c@d.example> rcpt 554 5.7.1
            <a@b.example> <postmaster@[198.51.100.25]> rcpt 554 5.7.1
            <a@b.example> <jane.doe@> rcpt 501 5.1.3
            <a b@c.example> <jane.doe@doe-family.com> mail 501 5.1.7
            ",
        ),
        asks(
            &Client::new(far, Smtp),
            r"
            <a@b.example> <c@d.example> rcpt 554 5.7.1
            <> <jane.doe@doe-family.com> rcpt 250 2.1.5
            ",
        ),
        asks(&in_tls, "<a@b.example> <c@d.example> rcpt 554 5.7.1"),
        asks(
            &stranger(Submission),
            r"
            <a@b.example> <jane.doe@doe-family.com> rcpt 530 5.7.0
            <a@b.example> <postmaster> rcpt 530 5.7.0
            ",
        ),
        asks(
            &stranger(Submissions),
            "<a@b.example> <c@d.example> rcpt 530 5.7.0",
        ),
        vec![(smuggled, "broken: *".to_owned())],
    ];
    check(job(), cases.concat())
}

fn internals() -> Result<(), Failed> {
    let far: IpAddr = [0xfd00, 0xd0e, 0, 0, 0, 0, 0, 7].into();
    let refused = "<a@b.example> <c@d.example> rcpt 554 5.7.1";
    let cases = [
        asks(
            &internal(Smtp),
            r"
            <a@b.example> <c@d.example> rcpt 250 2.1.5
            <a@fail.example> <jane.doe@doe-family.com> rcpt 250 2.1.5
            ",
        ),
        asks(
            &internal(Submission),
            "<john.doe@doe-family.com> <c@d.example> rcpt 250 2.1.5",
        ),
        asks(
            &Client::new(far, Submissions),
            "<> <c@d.example> rcpt 250 2.1.5",
        ),
        asks(&Client::new([127, 0, 0, 1], Smtp), refused),
        asks(&Client::new([192, 168, 1, 7], Smtp), refused),
    ];
    check(job(), cases.concat())
}

fn users() -> Result<(), Failed> {
    let by_login = |listener| Client {
        login: Some(Login {
            mechanism: Mechanism::Login,
            ..Login::plain("john", PASSWORD)
        }),
        ..user("john", listener)
    };
    let in_the_clear = Client {
        tls: false,
        ..user("john", Submission)
    };
    let guessing = Client::authenticated(Submission, "john", "guess");
    let as_john = "<john.doe@doe-family.com> <c@d.example> rcpt 250 2.1.5";
    let as_stranger = "<john.doe@doe-family.com> <c@d.example> rcpt 530 5.7.0";
    let cases = [
        asks(&user("john", Submission), as_john),
        asks(
            &user("john", Submission),
            "<jane.doe@doe-family.com> <c@d.example> rcpt 553 5.7.1",
        ),
        asks(&user("john", Submissions), as_john),
        asks(&by_login(Submission), as_john),
        asks(&by_login(Submissions), "<> <c@d.example> rcpt 250 2.1.5"),
        // Whoever did not get in is a stranger.
        asks(&in_the_clear, as_stranger),
        asks(&guessing, as_stranger),
        asks(
            &user("john", Smtp),
            "<john.doe@doe-family.com> <c@d.example> rcpt 554 5.7.1",
        ),
    ];
    check(job(), cases.concat())
}

fn dovecot() -> Result<(), Failed> {
    let main = "etc/postfix/main.cf";
    let before = "smtpd_sasl_type = cyrus\nsmtpd_sasl_path = smtpd";
    let after = "smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth";
    let (tree, job) = spoilt(main, before, after)?;
    fs::remove_file(tree.path().join("etc/default/saslauthd"))?;
    fs::create_dir(tree.path().join("etc/dovecot"))?;
    fs::write(tree.path().join("etc/dovecot/dovecot.conf"), DOVECOT)?;
    let guessing = Client::authenticated(Submission, "john", "guess");
    let cases = [
        asks(
            &user("john", Submission),
            "<john.doe@doe-family.com> <c@d.example> rcpt 250 2.1.5",
        ),
        asks(
            &guessing,
            "<john.doe@doe-family.com> <c@d.example> rcpt 530 5.7.0",
        ),
    ];
    check(job, cases.concat())
}

const DOVECOT: &str = "
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {
  driver = shadow
}
userdb {
  driver = passwd
}
# Without this an address that guessed wrong has to wait, longer each time.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
";

fn nobodies() -> Result<(), Failed> {
    let table = r"
        <john.doe@doe-family.com> <c@d.example> rcpt 530 5.7.0
        <> <c@d.example> rcpt 530 5.7.0
        <> <jane.doe@doe-family.com> rcpt 530 5.7.0
        ";
    let cases = [
        asks(&user("www-data", Submission), table),
        asks(&user("www-data", Submissions), table),
    ];
    check(job(), cases.concat())
}

fn spf() -> Result<(), Failed> {
    let named = Client {
        helo: "fail.example".to_owned(),
        ..stranger(Smtp)
    };
    let cases = [
        asks(
            &stranger(Smtp),
            r"
            <a@pass.example> <jane.doe@doe-family.com> rcpt 250 2.1.5
            <a@fail.example> <jane.doe@doe-family.com> rcpt 550 5.7.23
            <a@fail.example.> <jane.doe@doe-family.com> rcpt 550 5.7.23
            <a@broken.example> <jane.doe@doe-family.com> rcpt 550 5.7.24
            <a@a.example> <jane.doe@doe-family.com> rcpt 550 5.7.23
            <a@servfail.example> <jane.doe@doe-family.com> rcpt 451 4.7.24
            <a@refused.example> <jane.doe@doe-family.com> rcpt 451 4.7.24
            <a@silent.example> <jane.doe@doe-family.com> rcpt 451 4.7.24
            ",
        ),
        asks(
            &Client::new([198, 51, 100, 7], Smtp),
            "<a@pass.example> <jane.doe@doe-family.com> rcpt 550 5.7.23",
        ),
        asks(
            &Client::new([203, 0, 113, 7], Smtp),
            "<a@a.example> <jane.doe@doe-family.com> rcpt 250 2.1.5",
        ),
        asks(
            &Client::new([203, 0, 113, 8], Smtp),
            "<a@a.example> <jane.doe@doe-family.com> rcpt 250 2.1.5",
        ),
        asks(
            &named,
            r"
            <> <jane.doe@doe-family.com> rcpt 550 5.7.23
            <a@pass.example> <jane.doe@doe-family.com> rcpt 250 2.1.5
            ",
        ),
    ];
    check(job(), cases.concat())
}

fn data() -> Result<(), Failed> {
    let to_data = |(envelope, expected): Case| {
        let until = Until::Data;
        (Envelope { until, ..envelope }, expected)
    };
    // A bare postmaster passes every restriction of RCPT, and the command filter sees no quotes.
    let up_to_rcpt = [
        asks(
            &stranger(Submission),
            r#"<a@b.example> <"postmaster"> rcpt 250 2.1.5"#,
        ),
        asks(
            &stranger(Smtp),
            "<a@b.example> <c@d.example> rcpt 554 5.7.1",
        ),
    ];
    // The connection is dropped after each 354, and the next envelope gets a new one.
    let up_to_data = [
        asks(
            &stranger(Submission),
            r#"<a@b.example> <"postmaster"> data 530 5.7.0"#,
        ),
        asks(
            &stranger(Smtp),
            r#"
            <a@b.example> <"postmaster"> data 354
            <a@fail.example> <"postmaster"> data 550 5.7.23
            <a@b.example> <jane.doe@doe-family.com> data 354
            <a@b.example> <c@d.example> rcpt 554 5.7.1
            "#,
        ),
    ];
    let up_to_data = up_to_data.concat().into_iter().map(to_data).collect();
    check(job(), [up_to_rcpt.concat(), up_to_data].concat())
}

/// So many that sessions, batches and workers all matter.
fn many() -> Result<(), Failed> {
    let mut cases = Vec::new();
    for host in 0..100 {
        let table = r"
            <a@b.example> <c@d.example> rcpt 554 5.7.1
            <> <unknown@doe-family.com> rcpt 550 5.1.1
            ";
        let near = Client::new([192, 168, 0, host], Smtp);
        for _ in 0..5 {
            cases.extend(asks(&stranger(Smtp), table));
            cases.extend(asks(
                &stranger(Submission),
                "<> <c@d.example> rcpt 530 5.7.0",
            ));
            cases.extend(asks(&near, "<> <c@d.example> rcpt 250 2.1.5"));
        }
    }
    check(job(), cases)
}
