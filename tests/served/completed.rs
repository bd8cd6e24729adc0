//! What a reader says of the headers that a message lacks, of files that were changed by hand,
//! beside what the real MTA makes of such messages.

use std::fmt::Write;

use libtest_mimic::Failed;
use mailpol::decision::{Envelope, Verdict, run};
use mailpol::mail::{ForwardPath, Listener, ReversePath};
use mailpol::spf::SpfResult;

use crate::TestOfBoth;
use crate::machine::{expect, find, job, subject};
use crate::mended::{MENDED, POLICY, TOM};
use crate::real;
use crate::subject::Subject;
use crate::support::job::{Mta, Script, Step, Until};
use crate::support::namespace;
use crate::support::report::Message;

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("the reader knows whose headers are mended", known),
    ("a recipient that is refused counts too", of_the_refused),
];

const MAIN: &str = "etc/postfix/main.cf";
const EXIM: &str = "etc/exim4/exim4.conf";

/// Changes of one place in one file, each by itself.
const OF_POSTFIX: [(&str, &str); 6] = [
    ("    permit_mynetworks\n    permit_sasl", "    permit_sasl"),
    ("    permit_sasl_authenticated\n", ""),
    (
        "    permit_sasl_authenticated\n",
        "    permit_inet_interfaces inline:{203.0.113.9=x}\n",
    ),
    (
        "    permit_sasl_authenticated\n",
        "    check_address_map inline:{10.20.30.65=x}\n",
    ),
    (
        "    check_address_map cidr:/etc/postfix/networks-at-data\n",
        "",
    ),
    (
        "local_header_rewrite_clients =\n    permit_mynetworks\n",
        "local_header_rewrite_clients = permit_tls_clientcerts\n",
    ),
];

const OF_INSIDE: &str =
    "  accept  hosts   = +internal\n          control = submission/sender_retain\n";
const OF_RIGHTS: &str =
    "  accept  acl     = acl_network_rights\n          control = submission/sender_retain\n";
const RELAYS: &str =
    "  deny  message   = 554 5.7.1 relay-denied: this server does not relay for you\n";

const OF_EXIM: [(&str, &str); 6] = [
    (OF_INSIDE, "  accept  hosts   = +internal\n"),
    (
        OF_INSIDE,
        "  accept  control = submission/sender_retain\n          hosts   = +internal\n",
    ),
    (
        OF_INSIDE,
        "  accept  hosts   = +internal\n          control = suppress_local_fixups\n",
    ),
    (
        OF_RIGHTS,
        "  accept  acl     = acl_network_rights\n          !senders = :\n          control = \
         submission/sender_retain\n",
    ),
    (
        RELAYS,
        "  warn  hosts   = 203.0.113.0/28\n        control = submission/sender_retain\n  deny  \
         message   = 554 5.7.1 relay-denied: this server does not relay for you\n",
    ),
    (
        "  accept  authenticated = *\n          control = submission/sender_retain\n",
        "  accept  authenticated = *\n",
    ),
];

fn changes(mta: Mta) -> (&'static str, &'static [(&'static str, &'static str)]) {
    match mta {
        Mta::Postfix => (MAIN, &OF_POSTFIX),
        Mta::Exim => (EXIM, &OF_EXIM),
    }
}

fn changed(mta: Mta, before: &str, after: &str) -> Result<Subject, Failed> {
    let mut subject = subject(POLICY, mta)?;
    let (file, _) = changes(mta);
    let text = subject.text(file)?.to_owned();
    if text.matches(before).count() != 1 {
        return Err(format!("{file} has not once {before:?}:\n{text}").into());
    }
    subject.replace(&[(file, text.replace(before, after))])?;
    Ok(subject)
}

fn envelope(client: [u8; 4], login: Option<&str>, from: &str) -> Envelope {
    let listener = match login {
        Some(_) => Listener::Submission,
        None => Listener::Smtp,
    };
    Envelope {
        client: client.into(),
        listener,
        tls: login.is_some(),
        login: login.map(str::to_owned),
        helo: "client.example".to_owned(),
        from: ReversePath::parse(from, &[]),
        to: ForwardPath::parse("tom@box.example", &[]),
        spf: SpfResult::None,
        spf_helo: SpfResult::None,
    }
}

/// Who sends: a network for everything, one for something, a hole in that, a stranger, a login, the
/// host itself.
fn senders() -> Vec<Envelope> {
    let office = [192, 168, 0, 7];
    vec![
        envelope(office, None, "a@b.example"),
        envelope(office, None, ""),
        envelope([10, 20, 30, 7], None, "scanner@box.example"),
        envelope([10, 20, 30, 65], None, "a@b.example"),
        envelope([203, 0, 113, 9], None, "a@b.example"),
        envelope([203, 0, 113, 99], None, "a@b.example"),
        envelope([203, 0, 113, 99], Some("john"), "john@box.example"),
        envelope([127, 0, 0, 1], None, "a@b.example"),
    ]
}

/// Returns whether a message has the headers that it came without; some are no answer.
fn is_complete(message: &Message) -> Result<bool, Failed> {
    // Of the null reverse-path none need be made.
    let has = |name: &&&str| !message.headers(name).is_empty();
    match MENDED.iter().take(2).filter(has).count() {
        0 => Ok(false),
        2 => Ok(true),
        _ => Err(format!("some are there:\n{}", message.text).into()),
    }
}

fn known(mta: Mta) -> Result<(), Failed> {
    let mut told = Vec::new();
    for (before, after) in changes(mta).1 {
        let subject = changed(mta, before, after)?;
        let (_tree, mut job) = job(&subject)?;
        let senders = senders();
        let mut read = String::new();
        for (number, sender) in senders.iter().enumerate() {
            let mut one = real::envelope(sender);
            one.until = Until::Message(format!("Subject: {number}\n\nx\n"));
            job.envelopes.push(one);
            let decided = run(subject.reading.decider.as_ref(), sender);
            let (decision, _) =
                decided.map_err(|test| format!("{number}: no answer to {test:?}"))?;
            expect(
                decision.verdict,
                Verdict::Accept,
                format!("{after}: {number}"),
            )?;
            writeln!(read, "{number} {}", decision.completes)?;
        }
        let report = namespace::run(&job)?;
        let mut real = String::new();
        for number in 0..senders.len() {
            let message = find(&report, TOM, &number.to_string())?;
            writeln!(real, "{number} {}", is_complete(message)?)?;
        }
        expect(&read, &real, after)?;
        told.push(read);
    }
    // Each change shows.
    told.sort();
    told.dedup();
    expect(told.len() > 2, true, format!("{told:?}"))
}

/// A stranger's message with a recipient that is refused: to Exim what it was asked of that one
/// counts for the message, and the reader says so of it.
fn of_the_refused(mta: Mta) -> Result<(), Failed> {
    let (before, after) = match mta {
        // Nothing of Postfix hangs on the recipient.
        Mta::Postfix => OF_POSTFIX[1],
        Mta::Exim => (
            RELAYS,
            "  deny  control = submission/sender_retain\n        message   = 554 5.7.1 \
             relay-denied: this server does not relay for you\n",
        ),
    };
    let subject = changed(mta, before, after)?;
    let (_tree, mut job) = job(&subject)?;
    let stranger = envelope([203, 0, 113, 99], None, "a@b.example");
    let refused = Envelope {
        to: ForwardPath::parse("victim@other.example", &[]),
        ..stranger.clone()
    };
    let say = |line: &str| Step::Say(line.to_owned());
    job.scripts.push(Script {
        address: stranger.client,
        listener: real::envelope(&stranger).client.listener,
        steps: vec![
            say("EHLO client.example"),
            say("MAIL FROM:<a@b.example>"),
            say("RCPT TO:<victim@other.example>"),
            say("RCPT TO:<tom@box.example>"),
            say("DATA"),
            Step::Message("Subject: both\n\nx\n".to_owned()),
        ],
    });
    let report = namespace::run(&job)?;
    let decided = run(subject.reading.decider.as_ref(), &refused);
    let (decision, _) = decided.map_err(|test| format!("no answer to {test:?}"))?;
    expect(decision.verdict, Verdict::Reject, after)?;
    expect(decision.completes, mta == Mta::Exim, after)?;
    let message = find(&report, TOM, "both")?;
    expect(is_complete(message)?, decision.completes, &message.text)
}
