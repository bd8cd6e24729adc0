//! The attack catalogue, sent to the real MTAs: from outside, on every listener, and on port 25
//! with every sender that relay testers claim. Nothing that is taken leads anywhere but into a
//! mailbox of ours.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and says nothing by itself; its judge has to"
)]

#[expect(dead_code, reason = "the harness's own tests use the rest")]
mod support;

#[path = "judge/envelopes.rs"]
mod envelopes;
#[path = "attacks/families.rs"]
mod families;
#[expect(dead_code, reason = "only the judge counts kinds")]
#[path = "judge/kinds.rs"]
mod kinds;
#[path = "judge/policies.rs"]
mod policies;
#[expect(dead_code, reason = "only the judge asks up to DATA")]
#[path = "judge/real.rs"]
mod real;
#[path = "judge/scene.rs"]
mod scene;
#[expect(dead_code, reason = "only the judge asks for classes")]
#[path = "judge/subject.rs"]
mod subject;

use std::net::IpAddr;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use mailpol::mail::Listener;
use mailpol::policy::PolicyDecider;
use mailpol::simulate::{Answerer, CATALOGUE, Results, attack};

use subject::Subject;
use support::job::{self, DnsFailure, Mta, Record, Until, Warnings};
use support::namespace;
use support::report::{Answer, Stage};

/// Senders that testers claim besides those of the catalogue (abuse.net, MAPS).
const SENDERS: [&str; 7] = [
    "",
    "antispam@{host}",
    "antispam@[{ip}]",
    "antispam@{domain}",
    "root@localhost",
    "root",
    "postmaster@{domain}",
];

/// Names that the catalogue would lead to. They cannot be resolved today, so what is taken for
/// them stays in the queue.
const ELSEWHERE: [&str; 2] = ["victim.example", "relay.example"];

fn main() -> ExitCode {
    if let Some(code) = support::inside::run_if_asked() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let mut trials = vec![Trial::test("the catalogue is whole", families::whole)];
    for mta in [Mta::Postfix, Mta::Exim] {
        let examples = policies::all().into_iter();
        let examples = examples.filter(|case| case.name.starts_with("examples/"));
        let of_target = examples.map(|case| {
            let name = format!("{}/{}", mta.name(), case.name);
            Trial::test(name, move || {
                send(
                    &Subject::of(case.load()?, mta)?,
                    &case.name,
                    Warnings::Refused,
                )
            })
        });
        let mut of_target: Vec<Trial> = of_target.collect();
        let name = format!("{}: an open relay is seen", mta.name());
        of_target.push(Trial::test(name, move || seen(mta)));
        trials.extend(support::probes::gate_for(mta, of_target));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The Doe family's server with the attackers' network inside fails the test.
fn seen(mta: Mta) -> Result<(), Failed> {
    let mut cases = policies::all().into_iter();
    let doe = cases.find(|case| case.name == "examples/doe");
    let doe = doe.ok_or("there is no examples/doe")?;
    let mut subject = Subject::of(doe.load()?, mta)?;
    let (file, old, new) = match mta {
        Mta::Postfix => ("etc/postfix/main.cf", "192.168.0.0/24", "203.0.113.0/24"),
        Mta::Exim => (
            "etc/exim4/exim4.conf",
            "internal = <; 192.168.0.0/24",
            "internal = <; 203.0.113.0/24",
        ),
    };
    let text = subject.text(file)?.replace(old, new);
    subject.replace(&[(file, text)])?;
    // It is full of complaints.
    match send(&subject, &doe.name, Warnings::Reported) {
        Err(why) if format!("{why:?}").contains("in the queue:\\n") => Ok(()),
        Err(why) => Err(why),
        Ok(()) => Err("nothing was seen".into()),
    }
}

/// Sends every attack to one MTA.
fn send(subject: &Subject, name: &str, warnings: Warnings) -> Result<(), Failed> {
    let (_tree, mut job) = real::job(subject)?;
    job.warnings = warnings;
    job.seconds = 240;
    let fails = |name: &str| Record::Fails {
        name: name.to_owned(),
        how: DnsFailure::ServFail,
    };
    job.scene.zone.extend(ELSEWHERE.map(fails));
    job.envelopes = attacks(subject)?;
    let report = namespace::run(&job)?;
    if report.outcomes.len() != job.envelopes.len() || job.envelopes.len() < CATALOGUE.len() {
        return Err("the harness did not answer every attack".into());
    }
    let mut broken = Vec::new();
    let mut taken = 0;
    for (envelope, outcome) in job.envelopes.iter().zip(&report.outcomes) {
        match &outcome.answer {
            Answer::Replied { stage, reply } => {
                taken += usize::from(*stage == Stage::Message && reply.code == 250);
            }
            Answer::Broken { .. } => broken.push(format!(
                "<{}> to <{}>: {outcome}",
                envelope.from, envelope.to
            )),
        }
    }
    println!(
        "{}/{}: {} sent, {taken} taken",
        subject.mta.name(),
        name,
        report.outcomes.len()
    );
    // What was taken is in a mailbox: nothing waits for somebody else's host, bounces neither.
    let kept: usize = report.mailboxes.values().map(Vec::len).sum();
    if !report.queue.is_empty() || !broken.is_empty() || kept < taken || taken == 0 {
        let (queue, broken) = (report.queue.join("\n"), broken.join("\n"));
        return Err(format!("{taken} taken, {kept} kept\n{broken}\nin the queue:\n{queue}").into());
    }
    Ok(())
}

/// Returns every attack on every listener as the catalogue has it, and with each other sender.
fn attacks(subject: &Subject) -> Result<Vec<job::Envelope>, Failed> {
    let policy = &subject.policy;
    let own: Vec<IpAddr> = policy.host.addresses.iter().map(|one| one.value).collect();
    let listeners: Vec<_> = policy.host.listeners.iter().map(|one| one.value).collect();
    let reference = PolicyDecider::new(policy);
    let answerer = Answerer {
        decider: &reference,
        own: &own,
        listeners: &listeners,
        results: &Results::new(&[], "mx.example"),
    };
    let mut all = Vec::new();
    for one in CATALOGUE {
        let (envelope, answered, relays) =
            attack(one, policy, &answerer).map_err(|why| format!("{}: {why:?}", one.name))?;
        if relays {
            return Err(format!("{}: the policy relays: {answered:?}", one.name).into());
        }
        let senders = SENDERS.map(|from| mailpol::simulate::Attack { from, ..*one });
        let mut envelopes = vec![envelope];
        for sender in senders {
            let asked = attack(&sender, policy, &answerer);
            envelopes.push(asked.map_err(|why| format!("{why:?}"))?.0);
        }
        for listener in &listeners {
            let senders = match listener {
                Listener::Smtp => envelopes.len(),
                Listener::Submission | Listener::Submissions => 1,
            };
            for envelope in envelopes.iter().take(senders) {
                let envelope = mailpol::decision::Envelope {
                    listener: *listener,
                    tls: *listener == Listener::Submissions,
                    ..envelope.clone()
                };
                let mut asked = real::envelope(&envelope);
                asked.until = Until::Message("Subject: attack\n\nx\n".to_owned());
                all.push(asked);
            }
        }
    }
    Ok(all)
}
