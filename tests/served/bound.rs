//! Listeners that are bound to addresses: they answer there, and nowhere else.

use std::net::IpAddr;

use libtest_mimic::Failed;
use mailpol::mail::Listener;

use crate::TestOfBoth;
use crate::machine::{FAR, expect, message, serve};
use crate::real;
use crate::support::job::{Client, Envelope, Mta};
use crate::support::report::{Answer, Outcome};

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("listeners are open where they are bound", bound),
    ("a host that only sends takes mail by loopback", by_loopback),
];

const POLICY: &str = include_str!("../corpus/accept/judge/bound/policy.kdl");

/// A host that sends by another, and that programs on it reach by SMTP.
const SENDER: &str = r#"
mailpol version=1
host "app.bound.test" {
    address "198.51.100.25" "2001:db8::25"
    listen "smtp" { on "127.0.0.1" "::1"; }
}
network "machine" {
    cidr "127.0.0.0/8" "::1/128"
    may-send
}
domain "app.bound.test" {
    forward "root" "ops@far.example"
    forward "postmaster" "ops@far.example"
    publish { spf "+mx +a:relay.far.example -all"; }
}
route "relay" { to "relay.far.example" port=25 tls="opportunistic"; }
outbound via="relay"
"#;

/// What a listener does for who comes to an address.
fn at(listener: Listener, client: &str, server: &str) -> Client {
    let address = |text: &str| text.parse::<IpAddr>().unwrap_or([0; 4].into());
    let mut client = Client::new(address(client), real::listener(listener));
    client.server = Some(address(server));
    client
}

fn bound(mta: Mta) -> Result<(), Failed> {
    use Listener::{Smtp, Submission, Submissions};
    // Of each address of the machine, what is open there.
    let table: [(&str, &str, &[Listener]); 6] = [
        ("203.0.113.9", "198.51.100.25", &[Smtp]),
        ("2001:db8:ffff::9", "2001:db8::25", &[Smtp]),
        ("192.168.7.8", "192.168.7.1", &[Smtp, Submission]),
        ("fd00:7::8", "fd00:7::1", &[Smtp, Submission]),
        ("127.0.0.1", "127.0.0.1", &[Smtp, Submissions]),
        ("::1", "::1", &[Smtp]),
    ];
    let mut asked = Vec::new();
    let mut wanted = Vec::new();
    for (client, server, open) in table {
        for listener in Listener::ALL {
            let client = at(listener, client, server);
            asked.push(Envelope::new(&client, "a@b.example", "ann@bound.test"));
            wanted.push((format!("{listener} at {server}"), open.contains(&listener)));
        }
    }
    let report = serve(mta, POLICY, asked)?;
    expect(report.outcomes.len(), wanted.len(), "outcomes")?;
    for (outcome, (name, is_open)) in report.outcomes.iter().zip(&wanted) {
        expect(answers(outcome)?, is_open, name)?;
    }
    Ok(())
}

fn by_loopback(mta: Mta) -> Result<(), Failed> {
    let program = at(Listener::Smtp, "127.0.0.1", "127.0.0.1");
    let program_v6 = at(Listener::Smtp, "::1", "::1");
    let stranger = at(Listener::Smtp, "203.0.113.9", "198.51.100.25");
    let stranger_v6 = at(Listener::Smtp, "2001:db8:ffff::9", "2001:db8::25");
    let far = format!("someone@{FAR}");
    let sent = |client: &Client| message(client, "app@app.bound.test", &far, "report");
    let asked = vec![
        sent(&program),
        sent(&program_v6),
        sent(&stranger),
        sent(&stranger_v6),
    ];
    let report = serve(mta, SENDER, asked)?;
    let [one, two, three, four] = report.outcomes.as_slice() else {
        return Err("four outcomes".into());
    };
    for taken in [one, two] {
        expect(taken.to_string().starts_with("message 250"), true, taken)?;
    }
    for closed in [three, four] {
        expect(answers(closed)?, false, closed)?;
    }
    // Both wait for the relay, which cannot be reached today.
    let waiting = report.queue.join("\n");
    expect(waiting.matches(far.as_str()).count(), 2, waiting)
}

/// Returns whether somebody answered; a connection that is refused is the only other way.
fn answers(outcome: &Outcome) -> Result<bool, Failed> {
    match &outcome.answer {
        Answer::Replied { .. } => Ok(true),
        Answer::Broken { why } if why.contains("Connection refused") => Ok(false),
        Answer::Broken { why } => Err(why.clone().into()),
    }
}
