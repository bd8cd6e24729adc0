//! Mutants on the real MTA, several on one machine, one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use libtest_mimic::Failed;
use mailpol::decision::{Because, Decision, Destination, Envelope, Peers, Store, Verdict, run};
use mailpol::mail::{Listener, PathForm};
use mailpol::policy::PolicyDecider;
use mailpol::prove::destinations;
use mailpol::target::Reading;

use crate::asked::{self, Asked};
use crate::class::{Class, Original};
use crate::draft::Mutant;
use crate::real::{envelope, job};
use crate::support::job::{Mta, Round, Until};
use crate::support::namespace;
use crate::support::proxy;
use crate::support::report::{Answer, Outcome, RoundReport, Stage};

/// Of what is accepted the first ones go on to DATA...
const FIRST_TO_DATA: u32 = 40;
/// ... and then one in so many.
const TO_DATA: u32 = 8;

/// A mutant that the reader can read, with what it is asked about.
struct Ready<'m> {
    mutant: &'m Mutant,
    class: &'m Class,
    reading: Reading,
    asked: Asked,
    messages: Vec<Envelope>,
}

/// What came out of a run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) mutants: usize,
    /// Those that the MTA does not run with.
    pub(crate) not_run: Vec<String>,
    pub(crate) envelopes: usize,
    pub(crate) messages: usize,
    /// Sessions under TLS that the MTA does not offer.
    pub(crate) no_session: usize,
    /// Those through which the MTA relays for a stranger.
    pub(crate) relays: usize,
    /// Envelopes of which reader and MTA say different things, and relays that are not rejected.
    pub(crate) misses: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.mutants += other.mutants;
        self.not_run.extend(other.not_run);
        self.envelopes += other.envelopes;
        self.messages += other.messages;
        self.no_session += other.no_session;
        self.relays += other.relays;
        self.misses.extend(other.misses);
    }
}

/// Runs mutants of one tree, with their classes, and compares.
pub(crate) fn judge(
    original: &Original,
    mutants: &[(Mutant, Class)],
    seed: u64,
) -> Result<Tally, Failed> {
    let mut ready = Vec::new();
    for (mutant, class) in mutants {
        let files = mutant.apply(&original.files);
        let Ok(reading) = original.read(mutant) else {
            continue;
        };
        ready.push(Ready {
            mutant,
            class,
            asked: asked::envelopes(original, &files, &reading, seed),
            messages: asked::messages(original),
            reading,
        });
    }
    let (_tree, mut job) = job(&original.subject)?;
    // Each mutant wants something else.
    job.scene.announced = BTreeMap::new();
    job.scene.proxies = Vec::new();
    job.rounds = ready.iter().map(|one| round(original, one)).collect();
    job.seconds = 60 + 60 * u64::try_from(ready.len()).unwrap_or(60);
    let report = namespace::run(&job)?;
    let mut tally = Tally::default();
    for (one, round) in ready.iter().zip(&report.rounds) {
        compare(original, one, round, &mut tally)?;
    }
    Ok(tally)
}

fn round(original: &Original, ready: &Ready<'_>) -> Round {
    let after = ready.mutant.apply(&original.files);
    let names: BTreeSet<&String> = original.files.keys().chain(after.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| original.files.get(*name) != after.get(*name));
    let files = changed.map(|name| (name.clone(), after.get(name).cloned()));
    let ask = |one: &Envelope, until: Until| {
        let mut asked = envelope(one);
        if is_believed(original, &ready.reading, one) {
            asked.client.header = proxy::v2(one.client);
        }
        asked.until = until;
        asked.may_misconfigure = true;
        asked
    };
    // What is taken at RCPT may be refused at DATA. It takes a connection each.
    let mut number = 0_u32;
    let mut until = |one: &Envelope| match run(ready.reading.decider.as_ref(), one) {
        Ok((decision, _)) if decision.verdict == Verdict::Accept => {
            number += 1;
            if number < FIRST_TO_DATA || number.is_multiple_of(TO_DATA) {
                Until::Data
            } else {
                Until::Rcpt
            }
        }
        Ok(_) | Err(_) => Until::Data,
    };
    let asked = ready.asked.changed.iter().chain(&ready.asked.alike);
    let asked = asked.map(|one| (one, until(one)));
    let mut envelopes: Vec<_> = asked.map(|(one, until)| ask(one, until)).collect();
    let text = "Subject: a mutant\n\nwords\n";
    let message = |one: &Envelope| ask(one, Until::Message(text.to_owned()));
    envelopes.extend(ready.messages.iter().map(message));
    Round {
        files: files.collect(),
        envelopes,
    }
}

/// Returns whether a mutant wants to be told who this client is: then it says that it is itself.
fn is_believed(original: &Original, reading: &Reading, envelope: &Envelope) -> bool {
    let number = u128::from(match envelope.client {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    });
    let bound = original.subject.policy.host.bound.get(&envelope.listener);
    let mut bound = bound.into_iter().flatten().map(|one| one.value);
    let comes_to = bound.find(|on| on.is_ipv4() == envelope.client.is_ipv4());
    reading.believed.iter().any(|one| match &one.peers {
        Peers::Ranges(ranges) => ranges
            .iter()
            .any(|range| (range.0..=range.1).contains(&number)),
        Peers::Everybody { way, .. } => way.is_some_and(|way| {
            way.listener == envelope.listener && (way.on.is_none() || way.on == comes_to)
        }),
    })
}

fn compare(
    original: &Original,
    ready: &Ready<'_>,
    round: &RoundReport,
    tally: &mut Tally,
) -> Result<(), Failed> {
    let name = format!(
        "{}: {}: {} ({})",
        original.name, ready.mutant.operator, ready.mutant.what, ready.class
    );
    tally.mutants += 1;
    if let Some(why) = &round.broken {
        tally.not_run.push(format!("{name}\n  {why}"));
        return Ok(());
    }
    let reference = PolicyDecider::new(&original.subject.policy);
    let mut relays = None;
    let mut found = Vec::new();
    let asked = ready.asked.changed.iter().chain(&ready.asked.alike);
    let all = asked.chain(&ready.messages);
    for (envelope, outcome) in all.zip(&round.outcomes) {
        let is_message = outcome.queued_as().is_some();
        tally.envelopes += usize::from(!is_message);
        tally.messages += usize::from(is_message);
        let (policy, _) = run(&reference, envelope).map_err(|_| "the policy is silent")?;
        let Some(read) = reads(&ready.reading, envelope) else {
            found.push(shown(envelope, outcome, "no answer"));
            continue;
        };
        if is_no_session(outcome) {
            tally.no_session += 1;
            continue;
        }
        if !read.fits(outcome) && !read.is_latitude(original.subject.mta, envelope, outcome) {
            found.push(shown(envelope, outcome, &read.to_string()));
        }
        if is_accepted(outcome) && policy.because == Because::RelayDenied {
            relays = Some(shown(envelope, outcome, &read.to_string()));
        }
        if let Some(id) = outcome.queued_as() {
            let (went, goes) = match original.subject.mta {
                Mta::Postfix => (went_by_postfix(id, &round.log), read.goes.clone()),
                Mta::Exim => (went_by_exim(original, id, &round.log), read.goes_roughly()),
            };
            if went != goes {
                let read = format!("{goes:?}, it goes {went:?}");
                found.push(shown(envelope, outcome, &read));
            }
            if went.contains("out") {
                relays = Some(shown(envelope, outcome, "it leaves"));
            }
        }
    }
    if let Some(relays) = relays {
        tally.relays += 1;
        if *ready.class == Class::Same {
            tally
                .misses
                .push(format!("{name}\n  relays, and is proved\n{relays}"));
        }
    }
    if !found.is_empty() {
        let count = found.len();
        found.truncate(3);
        tally
            .misses
            .push(format!("{name}\n  {count} answers\n{}", found.join("\n")));
    }
    Ok(())
}

/// What the reader says of an envelope.
struct Read {
    /// Nothing where no listener is.
    decision: Option<Decision>,
    /// Where it goes, if it is accepted.
    goes: BTreeSet<String>,
}

impl std::fmt::Display for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.decision {
            Some(one) => write!(f, "{} {} ({})", one.verdict, one.reply, one.because),
            None => f.write_str("no listener"),
        }
    }
}

fn reads(reading: &Reading, envelope: &Envelope) -> Option<Read> {
    let is_open = |listener: Listener| {
        let mut open = reading.listeners.iter();
        open.any(|one| one.listener == Some(listener))
    };
    if !is_open(envelope.listener) {
        return Some(Read {
            decision: None,
            goes: BTreeSet::new(),
        });
    }
    let (decision, _) = run(reading.decider.as_ref(), envelope).ok()?;
    let all = destinations(reading.decider.as_ref(), &decision, envelope);
    let goes = all.iter().map(|one| match one {
        Destination::Mailbox { store, .. } => match store {
            Store::Account(login) => format!("account {login}"),
            Store::Directory(_) => "directory".to_owned(),
        },
        Destination::Exchangers(_)
        | Destination::Forward { .. }
        | Destination::Hop(_)
        | Destination::Chosen(_) => "out".to_owned(),
        Destination::Discard => "discard".to_owned(),
        Destination::Undeliverable => "nowhere".to_owned(),
    });
    Some(Read {
        goes: goes.collect(),
        decision: Some(decision),
    })
}

impl Read {
    /// Returns where it goes, accounts and mailboxes taken for one.
    fn goes_roughly(&self) -> BTreeSet<String> {
        let roughly = |place: &String| match place.as_str() {
            "out" | "nowhere" => place.clone(),
            _ => "here".to_owned(),
        };
        self.goes.iter().map(roughly).collect()
    }

    /// Whether the MTA refused by itself, before it asked what the reader has read: Exim answers
    /// 501 to a path that it cannot parse, as `docs/targets/exim.md` says.
    fn is_latitude(&self, mta: Mta, envelope: &Envelope, outcome: &Outcome) -> bool {
        let is_refused = self
            .decision
            .as_ref()
            .is_some_and(|decision| decision.verdict == Verdict::Reject);
        let is_no_path = |form| matches!(form, PathForm::BadDomain | PathForm::Malformed);
        let forms = [envelope.from.form(), envelope.to.form()];
        let unparsed = matches!(
            &outcome.answer,
            Answer::Replied { reply, .. } if reply.code == 501 && reply.status.is_none()
        );
        mta == Mta::Exim && is_refused && unparsed && forms.into_iter().any(is_no_path)
    }

    /// Whether the MTA answered so.
    fn fits(&self, outcome: &Outcome) -> bool {
        let Some(decision) = &self.decision else {
            return matches!(&outcome.answer, Answer::Broken { why } if why.contains("refused"));
        };
        let Answer::Replied { reply, .. } = &outcome.answer else {
            return false;
        };
        if is_accepted(outcome) {
            return decision.verdict == Verdict::Accept;
        }
        let status = decision.reply.status.to_string();
        reply.code == decision.reply.code && reply.status.as_ref().is_none_or(|one| *one == status)
    }
}

fn is_accepted(outcome: &Outcome) -> bool {
    matches!(
        &outcome.answer,
        Answer::Replied { stage: Stage::Rcpt | Stage::Data | Stage::Message, reply }
            if reply.is_positive()
    )
}

fn is_no_session(outcome: &Outcome) -> bool {
    matches!(
        &outcome.answer,
        Answer::Replied {
            stage: Stage::Tls,
            ..
        }
    )
}

fn shown(envelope: &Envelope, outcome: &Outcome, read: &str) -> String {
    let who = format!(
        "{} {} tls={} {:?} helo={}",
        envelope.client, envelope.listener, envelope.tls, envelope.login, envelope.helo,
    );
    let (from, to) = (envelope.from.text(), envelope.to.text());
    let (spf, spf_helo) = (envelope.spf.as_str(), envelope.spf_helo.as_str());
    let real = format!("{outcome}: {}", outcome.text());
    format!(
        "    {who} <{from}> -> <{to}> spf={spf}/{spf_helo}\n      read {read}\n      real {real}"
    )
}

/// Returns where a message went, by the log of Postfix.
fn went_by_postfix(id: &str, log: &[String]) -> BTreeSet<String> {
    let mark = format!("]: {id}: to=<");
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    for line in log {
        let Some((program, rest)) = line.split_once(&mark) else {
            continue;
        };
        let program = program.rsplit('/').next().unwrap_or_default();
        let program = program.split('[').next().unwrap_or_default();
        let to = rest.split('>').next().unwrap_or_default();
        let is_sent = rest.contains("status=sent");
        let place = match (program, is_sent) {
            ("local", true) => {
                format!("account {}", to.split('@').next().unwrap_or_default())
            }
            ("virtual", true) => "directory".to_owned(),
            ("discard", true) => "discard".to_owned(),
            ("smtp" | "lmtp" | "pipe" | "relay", _) => "out".to_owned(),
            _ => "nowhere".to_owned(),
        };
        found.insert(to, place);
    }
    found.into_values().collect()
}

/// Returns where a message went, by the log of Exim, which names no accounts.
fn went_by_exim(original: &Original, id: &str, log: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in log.iter().filter(|line| line.starts_with("mainlog: ")) {
        let Some((_, rest)) = line.split_once(&format!(" {id} ")) else {
            continue;
        };
        let Some((sign, rest)) = rest.split_once(' ') else {
            continue;
        };
        let address = rest.split([' ', ':']).next().unwrap_or_default();
        let domain = address.rsplit_once('@').map(|(_, domain)| domain);
        let domains = &original.subject.policy.domains;
        let is_ours = |name: &str| domains.keys().any(|one| one.as_str() == name);
        let is_ours = domain.is_none_or(is_ours);
        found.extend(match sign {
            "=>" | "->" if rest.contains("T=remote_smtp") => Some("out"),
            "=>" | "->" => Some("here"),
            // Nobody answers for names outside: whatever was to go there comes back.
            "**" | "==" => Some(if is_ours { "nowhere" } else { "out" }),
            _ => None,
        });
    }
    found.into_iter().map(str::to_owned).collect()
}
