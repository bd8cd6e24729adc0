//! Mutants on the real MTA, several on one machine, one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use libtest_mimic::Failed;
use mailpol::decision::{Envelope, FoundListener, Peers, Verdict, run};
use mailpol::target::Reading;

use crate::asked::{self, Asked};
use crate::class::{Class, Original};
use crate::draft::Mutant;
use crate::indexes;
use crate::real::{envelope, job, listener};
use crate::relayed::Relayed;
use crate::said::{
    Read, comes_to, follows_both, is_accepted, is_broken_hello, is_no_session, is_of_helo, reads,
};
use crate::subject::Subject;
use crate::support::job::{Mechanism, Mta, Record, Round, Until};
use crate::support::namespace;
use crate::support::proxy;
use crate::support::report::{Outcome, Reply, RoundReport};
use crate::went;

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
    /// Those that the MTA ran with.
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
    for ((mutant, class), seed) in mutants.iter().zip(seed..) {
        let files = mutant.apply(&original.files);
        let Ok(reading) = original.read(mutant) else {
            continue;
        };
        ready.push(Ready {
            mutant,
            class,
            asked: asked::envelopes(original, &files, &reading, seed),
            messages: asked::messages(original, seed),
            reading,
        });
    }
    let (_tree, mut job) = job(&original.subject)?;
    // Each mutant wants something else.
    job.scene.announced = BTreeMap::new();
    job.scene.proxies = Vec::new();
    // A proof takes every name for one that DNS knows. Nothing is sent there: no host can have
    // this address (RFC 1112 section 4).
    let address = IpAddr::from([224, 0, 0, 1]);
    job.scene.zone.push(Record::Everything { address });
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
        if let Some(login) = &mut asked.client.login {
            login.mechanism = Mechanism::Either;
        }
        asked.may_misconfigure = true;
        asked
    };
    // What is taken at RCPT may be refused at DATA, or when the message is there. It takes a
    // connection each.
    let text = "Subject: a mutant\n\nwords\n";
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
        Ok(_) | Err(_) => Until::Message(text.to_owned()),
    };
    let asked = ready.asked.changed.iter().chain(&ready.asked.alike);
    let asked = asked.map(|one| (one, until(one)));
    let mut envelopes: Vec<_> = asked.map(|(one, until)| ask(one, until)).collect();
    let message = |one: &Envelope| ask(one, Until::Message(text.to_owned()));
    envelopes.extend(ready.messages.iter().map(message));
    Round {
        files: files.collect(),
        commands: indexes::commands(&after),
        envelopes,
    }
}

/// Returns whether a mutant wants to be told who this client is: then it says that it is itself.
fn is_believed(original: &Original, reading: &Reading, envelope: &Envelope) -> bool {
    let number = u128::from(match envelope.client {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    });
    let comes_to = comes_to(&original.subject.policy, envelope);
    reading.believed.iter().any(|one| match &one.peers {
        Peers::Ranges(ranges) => ranges
            .iter()
            .any(|range| (range.0..=range.1).contains(&number)),
        Peers::Everybody { way, .. } => way.is_some_and(|way| {
            way.listener == envelope.listener && way.on.is_none_or(|on| on == comes_to)
        }),
    })
}

/// What of a mutant's answers nobody can hold against the reader. But for a listener of one family
/// and a login's bare name, none of it is that the MTA takes what the reader refuses.
#[expect(clippy::struct_excessive_bools, reason = "each excuses something else")]
struct Loose {
    /// Another backend checks passwords: which it takes, nobody knows here.
    logins: bool,
    /// Without the right certificate and key it is said already that no session comes under TLS.
    tls: bool,
    /// It may end the connection with a refusal.
    drops: bool,
    /// It asks of local-parts what the policy does not.
    asks_more: bool,
    /// Where it is open in a way that policies have no word for, such as for one family only: the
    /// names of these listeners. The reader decides nothing there, and the proof names them.
    listens: Vec<String>,
    /// What Postfix puts behind a bare name.
    origin: Option<String>,
}

impl Loose {
    fn of(original: &Original, ready: &Ready<'_>) -> Self {
        let backends = |reading: &Reading| -> Vec<_> {
            let all = reading.backends.iter();
            all.map(|one| one.backend.to_string()).collect()
        };
        let texts = ready.mutant.apply(&original.files);
        let odd = |one: &&FoundListener| one.way_in().is_none();
        let odd = ready.reading.listeners.iter().filter(odd);
        let origin = texts.get("etc/postfix/main.cf").and_then(|main| {
            let mut values = main.lines().filter_map(|line| {
                let (name, value) = line.split_once('=')?;
                (name.trim() == "myorigin").then(|| value.trim().to_owned())
            });
            values.next_back()
        });
        Self {
            logins: backends(&ready.reading) != backends(&original.subject.reading),
            tls: *ready.class == Class::Refuted("certificate-names-host".to_owned()),
            drops: texts.values().any(|text| text.contains("drop")),
            asks_more: original.subject.mta == Mta::Exim && *ready.class != Class::Same,
            // One that is proved has no such listener.
            listens: match ready.class {
                Class::Same => Vec::new(),
                _ => odd.map(|one| one.name.clone()).collect(),
            },
            origin,
        }
    }

    /// Returns the envelope as the MTA has it: whose password another backend did not take has
    /// gone on without a login.
    fn who(&self, envelope: &Envelope, outcome: &Outcome) -> Envelope {
        let mut who = envelope.clone();
        let is_taken = outcome.auth.as_ref().is_some_and(Reply::is_positive);
        if self.logins && !is_taken {
            who.login = None;
        }
        who
    }

    fn is_no_session(&self, outcome: &Outcome) -> bool {
        is_no_session(outcome) || (self.tls && is_broken_hello(outcome))
    }

    fn excuses(
        &self,
        (original, ready): (&Original, &Ready<'_>),
        read: &Read,
        envelope: &Envelope,
        outcome: &Outcome,
    ) -> bool {
        let Subject { policy, mta, .. } = &original.subject;
        let is_own_bare = |origin: &String| {
            let by = (&ready.reading, policy);
            read.is_own_bare(by, origin, envelope)
        };
        read.is_latitude(*mta, envelope, outcome)
            || (self.drops && read.is_cut_off(outcome))
            || (self.asks_more && follows_both(envelope, outcome))
            || (self.asks_more && is_of_helo(envelope, outcome))
            || (read.is_closed() && self.listens_oddly(envelope))
            || self.origin.as_ref().is_some_and(is_own_bare)
            // Where TLS cannot begin, some say so under it, and some by breaking off.
            || (!read.accepts() && is_broken_hello(outcome))
    }

    /// Whether it is open at the port of this envelope, in a way that policies have no word for.
    fn listens_oddly(&self, envelope: &Envelope) -> bool {
        let port = format!(":{}", listener(envelope.listener).port());
        let is_there = |name: &String| {
            let mut words = name.split_whitespace();
            words.next().is_some_and(|place| place.ends_with(&port))
        };
        self.listens.iter().any(is_there)
    }
}

/// Returns where a message went by the log, and where the reader has it go, in the same words.
fn places(
    original: &Original,
    read: &Read,
    id: &str,
    log: &[String],
) -> (BTreeSet<String>, BTreeSet<String>) {
    match original.subject.mta {
        Mta::Postfix => (read.as_read(went::by_postfix(id, log)), read.goes.clone()),
        Mta::Exim => {
            let went = went::by_exim(original, id, log);
            (read.as_dns_answers(went), read.goes_roughly())
        }
    }
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
    if let Some(why) = &round.broken {
        tally.not_run.push(format!("{name}\n  {why}"));
        return Ok(());
    }
    tally.mutants += 1;
    let loose = Loose::of(original, ready);
    let relayed = Relayed::by(&original.subject.policy);
    let mut relays = None;
    let mut found = Vec::new();
    let asked = ready.asked.changed.iter().chain(&ready.asked.alike);
    let all = asked.chain(&ready.messages);
    for (envelope, outcome) in all.zip(&round.outcomes) {
        let is_message = outcome.queued_as().is_some();
        tally.envelopes += usize::from(!is_message);
        tally.messages += usize::from(is_message);
        let envelope = &loose.who(envelope, outcome);
        let Some(read) = reads(&ready.reading, &original.subject.policy, envelope) else {
            found.push(shown(envelope, outcome, "no answer"));
            continue;
        };
        if loose.is_no_session(outcome) {
            tally.no_session += 1;
            continue;
        }
        if !read.fits(envelope, outcome)
            && !loose.excuses((original, ready), &read, envelope, outcome)
        {
            found.push(shown(envelope, outcome, &read.to_string()));
        }
        if is_accepted(outcome) && relayed.is_taken(envelope)? {
            relays = Some(shown(envelope, outcome, &read.to_string()));
        }
        if let Some(id) = outcome.queued_as() {
            let (went, goes) = places(original, &read, id, &round.log);
            // Of a refusal that is left open the reader says no place.
            if went != goes && read.accepts() {
                let read = format!("{goes:?}, it goes {went:?}");
                found.push(shown(envelope, outcome, &read));
            }
            let completed = went::is_completed(id, &round.log);
            if completed.is_some_and(|completed| completed != read.completes()) && read.accepts() {
                let read = format!("completed: {}, it is {completed:?}", read.completes());
                found.push(shown(envelope, outcome, &read));
            }
            if went.contains("out") && relayed.is_let_out(envelope)? {
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
