//! Recipients that are kept behind another host, followed to it; of every MTA alike.

use libtest_mimic::Failed;

use crate::TestOfBoth;
use crate::machine;
use crate::routes::{ISP, NAME, arrivals, scene};
use crate::support::job::Listener::Smtp;
use crate::support::job::{Client, Envelope, Mta, Until};
use crate::support::namespace;

const STRANGER: &str = "a@pass.spf-results.example";

pub(crate) const TESTS: &[TestOfBoth] = &[
    (
        "declared recipients go to the host that they are behind, and nobody else",
        split,
    ),
    ("what the host behind hands back ends", handed_back),
];

/// Some recipients are kept here, some behind a host, a whole domain behind it as well. The host
/// gets no extension.
fn policy() -> String {
    format!(
        "\
mailpol version=1
host \"mx.acme.test\" {{
    address \"198.51.100.25\" \"2001:db8::25\"
    listen \"smtp\"
    plus-addressing
}}
domain \"acme.test\" {{
    mailbox \"jane\"
    mailbox \"ann\" via=\"inner\"
    alias \"postmaster\" \"jane\"
    alias \"staff\" \"jane\" \"ann\" \"eve@lab.acme.test\"
}}
domain \"lab.acme.test\" via=\"inner\" {{
    mailbox \"eve\"
    catch-all \"eve\"
}}
route \"inner\" {{ to \"{NAME}\" port=587 tls=\"required\" }}
network \"inner\" {{ cidr \"192.0.2.64/27\"; may-send {{ from \"@acme.test\" }} }}
acknowledge \"network::public\" \"192.0.2.64/27\"
"
    )
}

/// Mail for ann, of whom the host behind says that she is not there, and comes back with it: it
/// goes there once more, and no longer when it has gone round for a while. What nobody is called
/// comes back at once.
fn handed_back(mta: Mta) -> Result<(), Failed> {
    let (_tree, mut job) = machine::job(&machine::subject(&policy(), mta)?)?;
    scene(&mut job, &ISP);
    let inner = Client::new([192, 0, 2, 65], Smtp);
    let went_round = |times: usize| {
        let hop = "Received: from there.example by mx.acme.test; Thu, 26 Nov 2026 10:00:00 +0000\n";
        Envelope {
            until: Until::Message(format!("{}Subject: x\n\nx\n", hop.repeat(times))),
            ..Envelope::new(&inner, "jane@acme.test", "ann@acme.test")
        }
    };
    let nobody = Envelope::new(&inner, "jane@acme.test", "carl@acme.test");
    job.envelopes = vec![went_round(2), went_round(60), nobody];
    let report = namespace::run(&job)?;
    let outcomes: Vec<String> = report.outcomes.iter().map(ToString::to_string).collect();
    let told = format!("{}\n{}", outcomes.join("\n"), report.log.join("\n"));
    let ends = match mta {
        Mta::Postfix => "message 554 5.4.0",
        Mta::Exim => "message 554 5.4.6",
    };
    let [first, second, third] = outcomes.as_slice() else {
        return Err(told.into());
    };
    let is_so = first.starts_with("message 250") && second == ends && third == "rcpt 550 5.1.1";
    let came = arrivals(&report);
    if is_so && came == ["ann@acme.test from=jane@acme.test tls=yes"] {
        return Ok(());
    }
    Err(format!("{came:?}\n{told}").into())
}

fn split(mta: Mta) -> Result<(), Failed> {
    let (_tree, mut job) = machine::job(&machine::subject(&policy(), mta)?)?;
    scene(&mut job, &ISP);
    let stranger = Client::new([203, 0, 113, 9], Smtp);
    let taken = [
        "ann@acme.test",
        "ann+shop@acme.test",
        "staff@acme.test",
        "anybody@lab.acme.test",
        "postmaster@lab.acme.test",
    ];
    let refused = [
        "carl@acme.test",
        "ann@other.test",
        "ann@sub.lab.acme.test",
        "ann@smtp.isp.test",
    ];
    let message = |to: &&str| Envelope {
        until: Until::Message("Subject: x\n\nlast line\n".to_owned()),
        ..Envelope::new(&stranger, STRANGER, to)
    };
    job.envelopes = taken.iter().chain(&refused).map(message).collect();
    let report = namespace::run(&job)?;
    let outcomes: Vec<String> = report.outcomes.iter().map(ToString::to_string).collect();
    let told = format!("{}\n{}", outcomes.join("\n"), report.log.join("\n"));
    let (first, last) = outcomes
        .split_at_checked(taken.len())
        .ok_or("too few answers")?;
    let wanted = [
        "rcpt 550 5.1.1",
        "rcpt 554 5.7.1",
        "rcpt 554 5.7.1",
        "rcpt 554 5.7.1",
    ];
    if !first.iter().all(|one| one.starts_with("message 250")) || last != wanted {
        return Err(told.into());
    }
    let how = format!("from={STRANGER} tls=yes");
    let wanted = [
        format!("ann@acme.test {how}"),
        format!("ann@acme.test {how}"),
        format!("ann@acme.test {how}"),
        format!("eve@lab.acme.test {how}"),
        format!("eve@lab.acme.test {how}"),
    ];
    let came = arrivals(&report);
    if came != wanted {
        return Err(format!("{came:#?}\n{told}").into());
    }
    // The copy of `staff`, and the postmaster's mail.
    let kept = report.mailboxes.get("/var/mail/acme.test/jane");
    match kept.map_or(0, Vec::len) {
        2 => Ok(()),
        other => Err(format!("{other} messages are kept here\n{told}").into()),
    }
}
