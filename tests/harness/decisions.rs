//! What the server answers at RCPT, and at DATA where RCPT says nothing.

use std::net::IpAddr;

use libtest_mimic::Failed;

use crate::Test;
use crate::doe::{self, PASSWORD, check, internal, stranger, user};
use crate::support::job::Listener::{Smtp, Submission, Submissions};
use crate::support::job::{Client, Envelope, Login, Mechanism, Until};

pub(crate) const TESTS: &[Test] = &[
    ("a stranger reaches only the family", strangers),
    ("internal machines relay", internals),
    ("users send as themselves, anywhere", users),
    ("accounts that are nobody's relay nothing", nobodies),
    ("SPF decides about strangers", spf),
    ("DATA refuses what RCPT lets pass", data),
    ("many envelopes are asked in order", many),
];

fn strangers() -> Result<(), Failed> {
    let far: IpAddr = [0x2001, 0xdb8, 9, 0, 0, 0, 0, 9].into();
    check(&[
        (
            stranger(Smtp),
            "a@b.example",
            "c@d.example",
            "rcpt 554 5.7.1",
        ),
        (stranger(Smtp), "", "c@d.example", "rcpt 554 5.7.1"),
        (
            Client::new(far, Smtp),
            "a@b.example",
            "c@d.example",
            "rcpt 554 5.7.1",
        ),
        (
            Client {
                tls: true,
                ..stranger(Smtp)
            },
            "a@b.example",
            "c@d.example",
            "rcpt 554 5.7.1",
        ),
        (
            stranger(Smtp),
            "a@b.example",
            "jane.doe@doe-family.com",
            "rcpt 250 2.1.5",
        ),
        (
            Client::new(far, Smtp),
            "",
            "jane.doe@doe-family.com",
            "rcpt 250 2.1.5",
        ),
        (
            stranger(Smtp),
            "a@b.example",
            "IOT-fridge@Doe-Family.com",
            "rcpt 250 2.1.5",
        ),
        (
            stranger(Smtp),
            "a@b.example",
            "unknown@doe-family.com",
            "rcpt 550 5.1.1",
        ),
        (
            stranger(Smtp),
            "john.doe@doe-family.com",
            "jane.doe@doe-family.com",
            "rcpt 554 5.7.1",
        ),
        (
            stranger(Smtp),
            "a@b.example",
            "c%d.example@doe-family.com",
            "rcpt 554 5.7.1",
        ),
        (
            stranger(Smtp),
            "a@b.example",
            "postmaster@[198.51.100.25]",
            "rcpt 554 5.7.1",
        ),
        (
            stranger(Smtp),
            "a@b.example",
            "jane..doe@",
            "rcpt 501 5.1.3",
        ),
        (
            stranger(Smtp),
            "a b@c.example",
            "jane.doe@doe-family.com",
            "mail 501 5.1.7",
        ),
        (
            stranger(Submission),
            "a@b.example",
            "jane.doe@doe-family.com",
            "rcpt 530 5.7.0",
        ),
        (
            stranger(Submissions),
            "a@b.example",
            "c@d.example",
            "rcpt 530 5.7.0",
        ),
        (
            stranger(Smtp),
            "a@b.example\r\nQUIT",
            "c@d.example",
            "broken: *",
        ),
    ])
}

fn internals() -> Result<(), Failed> {
    let far: IpAddr = [0xfd00, 0xd0e, 0, 0, 0, 0, 0, 7].into();
    check(&[
        (
            internal(Smtp),
            "a@b.example",
            "c@d.example",
            "rcpt 250 2.1.5",
        ),
        (
            internal(Submission),
            "john.doe@doe-family.com",
            "c@d.example",
            "rcpt 250 2.1.5",
        ),
        (
            Client::new(far, Submissions),
            "",
            "c@d.example",
            "rcpt 250 2.1.5",
        ),
        (
            Client::new([127, 0, 0, 1], Smtp),
            "a@b.example",
            "c@d.example",
            "rcpt 554 5.7.1",
        ),
        (
            Client::new([192, 168, 1, 7], Smtp),
            "a@b.example",
            "c@d.example",
            "rcpt 554 5.7.1",
        ),
    ])
}

fn users() -> Result<(), Failed> {
    let by_login = |listener| Client {
        login: Some(Login {
            mechanism: Mechanism::Login,
            ..Login::plain("john", PASSWORD)
        }),
        ..user("john", listener)
    };
    check(&[
        (
            user("john", Submission),
            "john.doe@doe-family.com",
            "c@d.example",
            "rcpt 250 2.1.5",
        ),
        (
            user("john", Submissions),
            "john.doe@doe-family.com",
            "c@d.example",
            "rcpt 250 2.1.5",
        ),
        (
            by_login(Submission),
            "john.doe@doe-family.com",
            "c@d.example",
            "rcpt 250 2.1.5",
        ),
        (by_login(Submissions), "", "c@d.example", "rcpt 250 2.1.5"),
        (
            user("john", Submission),
            "jane.doe@doe-family.com",
            "c@d.example",
            "rcpt 553 5.7.1",
        ),
        // Who did not get in is a stranger.
        (
            Client {
                tls: false,
                ..user("john", Submission)
            },
            "john.doe@doe-family.com",
            "c@d.example",
            "rcpt 530 5.7.0",
        ),
        (
            Client::authenticated(Submission, "john", "guess"),
            "john.doe@doe-family.com",
            "c@d.example",
            "rcpt 530 5.7.0",
        ),
        (
            user("john", Smtp),
            "john.doe@doe-family.com",
            "c@d.example",
            "rcpt 554 5.7.1",
        ),
    ])
}

fn nobodies() -> Result<(), Failed> {
    check(&[
        (
            user("www-data", Submission),
            "john.doe@doe-family.com",
            "c@d.example",
            "rcpt 530 5.7.0",
        ),
        (
            user("www-data", Submission),
            "",
            "c@d.example",
            "rcpt 530 5.7.0",
        ),
        (
            user("www-data", Submissions),
            "",
            "jane.doe@doe-family.com",
            "rcpt 530 5.7.0",
        ),
    ])
}

fn spf() -> Result<(), Failed> {
    let jane = "jane.doe@doe-family.com";
    let named = |helo: &str| Client {
        helo: helo.to_owned(),
        ..stranger(Smtp)
    };
    check(&[
        (stranger(Smtp), "a@pass.example", jane, "rcpt 250 2.1.5"),
        (
            Client::new([198, 51, 100, 7], Smtp),
            "a@pass.example",
            jane,
            "rcpt 550 5.7.23",
        ),
        (stranger(Smtp), "a@fail.example", jane, "rcpt 550 5.7.23"),
        (stranger(Smtp), "a@fail.example.", jane, "rcpt 550 5.7.23"),
        (stranger(Smtp), "a@broken.example", jane, "rcpt 550 5.7.24"),
        (
            Client::new([203, 0, 113, 7], Smtp),
            "a@a.example",
            jane,
            "rcpt 250 2.1.5",
        ),
        (
            Client::new([203, 0, 113, 8], Smtp),
            "a@a.example",
            jane,
            "rcpt 250 2.1.5",
        ),
        (stranger(Smtp), "a@a.example", jane, "rcpt 550 5.7.23"),
        (named("fail.example"), "", jane, "rcpt 550 5.7.23"),
        (
            named("fail.example"),
            "a@pass.example",
            jane,
            "rcpt 250 2.1.5",
        ),
        (
            stranger(Smtp),
            "a@servfail.example",
            jane,
            "rcpt 451 4.7.24",
        ),
        (stranger(Smtp), "a@refused.example", jane, "rcpt 451 4.7.24"),
        (stranger(Smtp), "a@silent.example", jane, "rcpt 451 4.7.24"),
        (internal(Smtp), "a@fail.example", jane, "rcpt 250 2.1.5"),
    ])
}

fn data() -> Result<(), Failed> {
    let to_data = |client: &Client, from: &str, to: &str| Envelope {
        until: Until::Data,
        ..Envelope::new(client, from, to)
    };
    let outside = stranger(Submission);
    let quoted = "\"postmaster\"";
    let cases = [
        (
            Envelope::new(&outside, "a@b.example", quoted),
            "rcpt 250 2.1.5",
        ),
        (to_data(&outside, "a@b.example", quoted), "data 530 5.7.0"),
        (
            to_data(&stranger(Smtp), "a@fail.example", quoted),
            "data 550 5.7.23",
        ),
        (
            to_data(&stranger(Smtp), "a@b.example", "c@d.example"),
            "rcpt 554 5.7.1",
        ),
        // The connection is dropped after each 354, and the next envelope gets a new one.
        (to_data(&stranger(Smtp), "a@b.example", quoted), "data 354"),
        (
            to_data(&stranger(Smtp), "a@b.example", "jane.doe@doe-family.com"),
            "data 354",
        ),
        (
            Envelope::new(&stranger(Smtp), "a@b.example", "c@d.example"),
            "rcpt 554 5.7.1",
        ),
    ];
    let envelopes = cases.iter().map(|(envelope, _)| envelope.clone()).collect();
    doe::check_envelopes(doe::job(), envelopes, cases.iter().map(|case| case.1))
}

/// So many that sessions, batches and workers all matter.
fn many() -> Result<(), Failed> {
    let mut cases = Vec::new();
    for number in 0..2000_u32 {
        let host = u8::try_from(number % 7)?;
        cases.push(match number % 4 {
            0 => (
                stranger(Smtp),
                "a@b.example",
                "c@d.example",
                "rcpt 554 5.7.1",
            ),
            1 => {
                let client = Client::new([192, 168, 0, host], Smtp);
                (client, "a@b.example", "c@d.example", "rcpt 250 2.1.5")
            }
            2 => (
                stranger(Smtp),
                "a@b.example",
                "unknown@doe-family.com",
                "rcpt 550 5.1.1",
            ),
            _ => {
                let client = Client::new([203, 0, 113, host], Submission);
                (client, "", "jane.doe@doe-family.com", "rcpt 530 5.7.0")
            }
        });
    }
    check(&cases)
}
