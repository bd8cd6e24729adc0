//! Mail that leaves by one of several hosts, followed to it; of every MTA alike.

use libtest_mimic::Failed;

use crate::machine;
use crate::routes::{Host, ISP, came_to, expect, scene};
use crate::support::job::Listener::Smtp;
use crate::support::job::{Client, Envelope, Mta, Until};
use crate::support::namespace;
use crate::{Test, TestOfBoth};

const STRANGER: &str = "a@pass.spf-results.example";

const ESP: Host = Host {
    name: "smtp.esp.test",
    credentials: "/etc/mail/esp",
    address: "203.0.113.78",
    named: "smtp.esp.test",
    maildir: "/home/esp/Maildir",
    user: "bulk",
    ..ISP
};
const PARTNER: Host = Host {
    name: "in.partner.test",
    credentials: "/etc/mail/unused",
    address: "203.0.113.79",
    port: 2525,
    named: "in.partner.test",
    maildir: "/home/partner/Maildir",
    ..ISP
};

pub(crate) const TESTS: &[TestOfBoth] = &[
    (
        "mail leaves by its recipient, by its sender, or with the rest",
        ways,
    ),
    (
        "without a route the rest goes to its own exchangers",
        rest_is_direct,
    ),
];

/// Postfix has a table of passwords for each transport, and no smtp(8) without one that asks there.
pub(crate) const OF_EXIM: &[Test] = &[(
    "a password is for the host of its route, whoever asks for one",
    password_of_one,
)];

/// Returns a policy with three routes; `rest` is what all others go by.
fn policy(rest: &str) -> String {
    format!(
        "\
mailpol version=1
host \"mx.acme.test\" {{
    address \"198.51.100.25\" \"2001:db8::25\"
    listen \"smtp\"
}}
network \"office\" {{ cidr \"192.168.10.0/24\"; may-send }}
domain \"acme.test\" {{
    mailbox \"jane\"
    alias \"postmaster\" \"jane\"
    forward \"aunt\" \"aunt@far.test\" \"aunt@lab.partner.test\"
    publish {{ spf \"+mx\" \"a:smtp.isp.test\" \"-all\" }}
}}
domain \"news.acme.test\" {{
    mailbox \"news\"
    alias \"postmaster\" \"news\"
    publish {{ spf \"+mx\" \"a:smtp.esp.test\" \"-all\" }}
}}
domain \"us.partner.test\" {{
    mailbox \"desk\"
    alias \"postmaster\" \"desk\"
    publish {{ spf \"+mx\" \"a:smtp.isp.test\" \"-all\" }}
}}
route \"isp\" {{ to \"smtp.isp.test\" port=587 credentials=\"/etc/mail/isp\" }}
route \"esp\" {{ to \"smtp.esp.test\" port=587 credentials=\"/etc/mail/esp\" }}
route \"partner\" {{ to \"in.partner.test\" port=2525 tls=\"required\" }}
outbound via=\"partner\" {{ to \"@partner.test\" \"@*.partner.test\" }}
outbound via=\"esp\" {{ from \"@news.acme.test\" }}
{rest}
"
    )
}

fn message(client: &Client, from: &str, to: &str) -> Envelope {
    Envelope {
        until: Until::Message("Subject: x\n\nlast line\n".to_owned()),
        ..Envelope::new(client, from, to)
    }
}

/// Each host gets its mail and no other, under its own name and with its own password.
fn ways(mta: Mta) -> Result<(), Failed> {
    let rest = "outbound via=\"isp\"";
    let (_tree, mut job) = machine::job(&machine::subject(&policy(rest), mta)?)?;
    for host in [&ISP, &ESP, &PARTNER] {
        scene(&mut job, host);
    }
    let office = Client::new([192, 168, 10, 7], Smtp);
    let stranger = Client::new([203, 0, 113, 9], Smtp);
    job.envelopes = vec![
        message(&office, "jane@acme.test", "bob@far.test"),
        message(&office, "news@news.acme.test", "bob@far.test"),
        message(&office, "News@NEWS.acme.test", "bob@[192.0.2.1]"),
        // Below a domain is not in it.
        message(&office, "x@sub.news.acme.test", "carl@far.test"),
        // A bounce has no sender, whoever it is about.
        message(&office, "", "news@far.test"),
        // Whom it is for counts first.
        message(&office, "news@news.acme.test", "bob@partner.test"),
        message(&office, "jane@acme.test", "bob@lab.partner.test"),
        message(&office, "jane@acme.test", "bob@partner.test.example"),
        // What is ours stays, whatever it is below.
        message(&office, "news@news.acme.test", "desk@us.partner.test"),
        // What is sent on keeps its sender.
        message(&office, "news@news.acme.test", "aunt@acme.test"),
        message(&stranger, STRANGER, "aunt@acme.test"),
        message(&stranger, STRANGER, "bob@partner.test"),
        message(&stranger, "news@news.acme.test", "bob@far.test"),
    ];
    let report = namespace::run(&job)?;
    let outcomes: Vec<String> = report.outcomes.iter().map(ToString::to_string).collect();
    let taken = |one: &String| one.starts_with("message 250");
    let refused = ["rcpt 554 5.7.1", "rcpt 554 5.7.1"];
    match outcomes.split_at_checked(11) {
        Some((first, last)) if first.iter().all(taken) && last == refused => {}
        _ => return Err(format!("{}\n{}", outcomes.join("\n"), report.log.join("\n")).into()),
    }
    let how = |host: &str, user: &str| format!("tls=yes sni={host} auth={user} helo=mx.acme.test");
    let isp = how("smtp.isp.test", "office pa^ss:w0rd");
    let esp = how("smtp.esp.test", "bulk pa^ss:w0rd");
    let partner = how("in.partner.test", "");
    let wanted = [
        format!("aunt@far.test from={STRANGER} {isp}"),
        format!("bob@far.test from=jane@acme.test {isp}"),
        format!("bob@partner.test.example from=jane@acme.test {isp}"),
        format!("carl@far.test from=x@sub.news.acme.test {isp}"),
        format!("news@far.test from= {isp}"),
    ];
    expect(
        &came_to(&report, ISP.maildir).join("\n"),
        &wanted.join("\n"),
        &report,
    )?;
    let wanted = [
        format!("aunt@far.test from=news@news.acme.test {esp}"),
        format!("bob@[192.0.2.1] from=News@NEWS.acme.test {esp}"),
        format!("bob@far.test from=news@news.acme.test {esp}"),
    ];
    expect(
        &came_to(&report, ESP.maildir).join("\n"),
        &wanted.join("\n"),
        &report,
    )?;
    let wanted = [
        format!("aunt@lab.partner.test from={STRANGER} {partner}"),
        format!("aunt@lab.partner.test from=news@news.acme.test {partner}"),
        format!("bob@lab.partner.test from=jane@acme.test {partner}"),
        format!("bob@partner.test from=news@news.acme.test {partner}"),
    ];
    expect(
        &came_to(&report, PARTNER.maildir).join("\n"),
        &wanted.join("\n"),
        &report,
    )?;
    let desk = report.mailboxes.get("/var/mail/us.partner.test/desk");
    expect(&desk.map_or(0, Vec::len).to_string(), "1", &report)
}

/// Mail of other senders is for whoever takes mail for the recipient's domain.
fn rest_is_direct(mta: Mta) -> Result<(), Failed> {
    let policy = policy("").replace("route \"isp\"", "// route \"isp\"");
    let policy = policy.replace("\"a:smtp.isp.test\" ", "");
    let (_tree, mut job) = machine::job(&machine::subject(&policy, mta)?)?;
    for host in [&ESP, &PARTNER] {
        scene(&mut job, host);
    }
    let office = Client::new([192, 168, 10, 7], Smtp);
    job.envelopes = vec![
        message(&office, "jane@acme.test", &format!("bob@{}", machine::FAR)),
        message(
            &office,
            "news@news.acme.test",
            &format!("bob@{}", machine::FAR),
        ),
    ];
    let report = namespace::run(&job)?;
    let esp = "tls=yes sni=smtp.esp.test auth=bulk pa^ss:w0rd helo=mx.acme.test";
    let wanted = format!("bob@{} from=news@news.acme.test {esp}", machine::FAR);
    expect(&came_to(&report, ESP.maildir).join("\n"), &wanted, &report)?;
    expect(&came_to(&report, PARTNER.maildir).join("\n"), "", &report)?;
    // The exchangers of the other one's domain cannot be found today.
    let waits = report.queue.iter().any(|one| one.contains("bob@"));
    expect(&waits.to_string(), "true", &report)
}

/// A host that wants a password is not told that of the only route that has one, not even if its
/// own transport is made to give what there is.
fn password_of_one() -> Result<(), Failed> {
    let policy = policy("").replace("route \"isp\"", "// route \"isp\"");
    let policy = policy.replace("\"a:smtp.isp.test\" ", "");
    let (_tree, mut job) = machine::job(&machine::subject(&policy, Mta::Exim)?)?;
    let path = job.tree.join("etc/exim4/exim4.conf");
    let before = "\nroute_partner:\n  driver = smtp\n";
    let after = format!("{before}  hosts_try_auth = *\n");
    let text = std::fs::read_to_string(&path)?;
    if text.matches(before).count() != 1 {
        return Err(format!("{before:?} is not there once").into());
    }
    std::fs::write(&path, text.replace(before, &after))?;
    for host in [&ESP, &PARTNER] {
        scene(&mut job, host);
    }
    let office = Client::new([192, 168, 10, 7], Smtp);
    job.envelopes = vec![
        message(&office, "jane@acme.test", "bob@partner.test"),
        message(&office, "news@news.acme.test", "bob@far.test"),
    ];
    let report = namespace::run(&job)?;
    let esp = "tls=yes sni=smtp.esp.test auth=bulk pa^ss:w0rd helo=mx.acme.test";
    let wanted = format!("bob@far.test from=news@news.acme.test {esp}");
    expect(&came_to(&report, ESP.maildir).join("\n"), &wanted, &report)?;
    let partner = "tls=yes sni=in.partner.test auth= helo=mx.acme.test";
    let wanted = format!("bob@partner.test from=jane@acme.test {partner}");
    expect(
        &came_to(&report, PARTNER.maildir).join("\n"),
        &wanted,
        &report,
    )
}
