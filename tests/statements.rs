//! Laws of `forbid` and `require`, by force: random sentences, exceptions among them, about one
//! policy. What the proof says of each is what every envelope of a universe says, by a book that
//! knows classes by their words alone.

use std::net::IpAddr;

use mailpol::compile;
use mailpol::decision::{Envelope, Verdict, run};
use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::mail::{Listener, Path, PathForm};
use mailpol::policy::{Policy, PolicyDecider};
use mailpol::prove::{Answer, check_policy};
use mailpol::source::Source;
use mailpol::spf::SpfResult;
use proptest::prelude::*;

const BASE: &str = r#"mailpol version=1
host "mx.one.example" {
    address "198.51.100.25"
    listen "smtp" "submission"
    tls certificate="/etc/ssl/c.pem" key="/etc/ssl/k.pem"
    postmaster "a@one.example"
}
network "office" { cidr "10.0.0.0/8"; may-send; }
network "devices" {
    cidr "10.9.0.0/16"
    may-send { from "scan@one.example"; to "local" "@partner.example" "p@firm.example"; }
    otherwise "refuse"
}
auth "saslauthd" mechanism="shadow"
domain "one.example" {
    mailbox "a" login="alice"
    mailbox "b" login="bob"
    alias "scan" "a"
    alias "postmaster" "a"
}
login "bob" { may-send { from "own" "@two.example"; }; }
"#;

const CLIENTS: [&str; 4] = ["203.0.113.9", "10.1.2.3", "10.9.1.2", "10.9.200.2"];
const PREFIXES: [&str; 4] = ["10.0.0.0/8", "10.9.0.0/16", "10.9.128.0/17", "203.0.113.9"];
const SESSIONS: [(Listener, bool); 4] = [
    (Listener::Smtp, false),
    (Listener::Smtp, true),
    (Listener::Submission, false),
    (Listener::Submission, true),
];
const LOGINS: [&str; 3] = ["alice", "bob", "www"];
/// What may be written of senders, and what they say.
const FROM: [&str; 8] = [
    "null",
    "local",
    "foreign",
    "a@one.example",
    "scan@one.example",
    "@two.example",
    "@*.two.example",
    "x@far.example",
];
const TO: [&str; 9] = [
    "listed",
    "unlisted",
    "foreign",
    "a@one.example",
    "@one.example",
    "@partner.example",
    "p@firm.example",
    "@*.firm.example",
    "q@firm.example",
];
const SPF: [&str; 2] = ["pass", "fail"];
const REVERSE: [&str; 10] = [
    "",
    "a@one.example",
    "\"a\"@one.example",
    "scan@one.example",
    "b@one.example",
    "z@two.example",
    "u%v@two.example",
    "z@sub.two.example",
    "x@far.example",
    "x@[192.0.2.1]",
];
const FORWARD: [&str; 15] = [
    "postmaster",
    "a@one.example",
    "\"a\"@one.example",
    "nobody@one.example",
    "\"nobody\"@one.example",
    "a%v@one.example",
    "k@partner.example",
    "@relay.example:k@partner.example",
    "k%v@partner.example",
    "p@firm.example",
    "\"p\"@firm.example",
    "r@firm.example",
    "r@sub.firm.example",
    "v@victim.example",
    "v@[192.0.2.1]",
];

/// A class of envelopes, as it is written: numbers of the words above.
#[derive(Debug, Clone, Default)]
struct Class {
    clients: Vec<usize>,
    listener: Option<bool>,
    tls: Option<bool>,
    /// `Some(empty)` is `#null`.
    login: Option<Vec<usize>>,
    from: Vec<usize>,
    to: Vec<usize>,
    spf: Option<usize>,
}

#[derive(Debug, Clone)]
struct Sentence {
    requires: bool,
    class: Class,
    except: Vec<Class>,
}

fn some(of: usize) -> BoxedStrategy<Vec<usize>> {
    let some = proptest::collection::btree_set(0..of, 1..4);
    let some = some.prop_map(|set| set.into_iter().collect());
    prop_oneof![Just(Vec::new()), some].boxed()
}

fn class() -> impl Strategy<Value = Class> {
    let login = proptest::option::of(some(LOGINS.len()));
    let maybe = proptest::option::weighted(0.2, any::<bool>());
    let spf = proptest::option::weighted(0.2, 0..SPF.len());
    let all = (
        some(PREFIXES.len()),
        maybe.clone(),
        maybe,
        login,
        some(FROM.len()),
        some(TO.len()),
        spf,
    );
    all.prop_map(|(clients, listener, tls, login, from, to, spf)| Class {
        clients,
        listener,
        tls,
        login,
        from,
        to,
        spf,
    })
}

fn sentence() -> impl Strategy<Value = Sentence> {
    let named = class().prop_filter("an exception names something", |class| {
        !written(class).is_empty()
    });
    let except = proptest::collection::vec(named, 0..3);
    (any::<bool>(), class(), except).prop_map(|(requires, class, except)| Sentence {
        requires,
        class,
        except,
    })
}

fn written(class: &Class) -> String {
    let list = |name: &str, words: &[&str], numbers: &[usize]| {
        let words = numbers.iter().map(|at| format!(" {:?}", words[*at]));
        let words: String = words.collect();
        let is_there = !words.is_empty();
        is_there.then(|| format!("{name}{words}\n"))
    };
    let login = class.login.as_ref();
    let listener = class.listener.map(|submission| {
        let name = if submission { "submission" } else { "smtp" };
        format!("listener \"{name}\"\n")
    });
    let all = [
        list("client", &PREFIXES, &class.clients),
        list("from", &FROM, &class.from),
        list("to", &TO, &class.to),
        login.and_then(|login| list("login", &LOGINS, login)),
        list("spf", &SPF, class.spf.as_slice()),
        login
            .filter(|login| login.is_empty())
            .map(|_| "login #null\n".to_owned()),
        listener,
        class.tls.map(|tls| format!("tls #{tls}\n")),
    ];
    all.into_iter().flatten().collect()
}

fn policy(sentences: &[Sentence]) -> String {
    let one = |(number, sentence): (usize, &Sentence)| {
        let kind = if sentence.requires {
            "require"
        } else {
            "forbid"
        };
        let except = sentence.except.iter();
        let except = except.map(|class| format!("except {{\n{}}}\n", written(class)));
        let except: String = except.collect();
        let class = written(&sentence.class);
        format!("{kind} \"{number}\" {{\n{class}{except}}}\n")
    };
    let sentences: String = sentences.iter().enumerate().map(one).collect();
    BASE.to_owned() + &sentences
}

fn load(text: &str) -> Policy {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text);
    compile::load(
        &source,
        &std::collections::BTreeMap::new(),
        &mut diagnostics,
    )
    .unwrap_or_else(|_| {
        let told = diagnostics.sorted();
        let told = told.iter().map(|one| render(one.as_ref(), Style::PLAIN));
        panic!("{text}\n{}", told.collect::<String>())
    })
}

/// What a path says: an address, a domain alone, or neither.
fn says(path: &Path) -> (Option<String>, Option<String>) {
    let form = path.form();
    if form == PathForm::BarePostmaster {
        return (Some("a@one.example".to_owned()), None);
    }
    let is_whole = form.has_address() && form != PathForm::ExtendedRoute;
    let address = path.address().filter(|_| is_whole);
    let domain = path.domain().filter(|_| form.has_domain());
    let text = |one: &dyn std::fmt::Display| one.to_string();
    (address.map(|one| text(&one)), domain.map(|one| text(one)))
}

fn is_named(word: &str, address: Option<&str>, domain: Option<&str>) -> bool {
    if let Some(above) = word.strip_prefix("@*.") {
        domain.is_some_and(|domain| domain.ends_with(&format!(".{above}")))
    } else if let Some(name) = word.strip_prefix('@') {
        domain == Some(name)
    } else {
        address == Some(word)
    }
}

fn holds(class: &Class, envelope: &Envelope, from: &str, to: &str) -> bool {
    let prefix = |at: &usize| {
        let prefix = PREFIXES[*at];
        let prefix = prefix.parse::<ipnet::IpNet>();
        let prefix = prefix.unwrap_or_else(|_| PREFIXES[*at].parse::<IpAddr>().unwrap().into());
        prefix.contains(&envelope.client)
    };
    let spf = if from.is_empty() {
        envelope.spf_helo
    } else {
        envelope.spf
    };
    let login = |wanted: &Vec<usize>| match &envelope.login {
        None => wanted.is_empty(),
        Some(login) => wanted.iter().any(|at| LOGINS[*at] == login),
    };
    (class.clients.is_empty() || class.clients.iter().any(prefix))
        && class
            .listener
            .is_none_or(|submission| submission == (envelope.listener == Listener::Submission))
        && class.tls.is_none_or(|tls| tls == envelope.tls)
        && class.login.as_ref().is_none_or(login)
        && class.spf.is_none_or(|at| SPF[at] == spf.to_string())
        && (class.from.is_empty()
            || class
                .from
                .iter()
                .any(|at| is_from(FROM[*at], envelope, from)))
        && (class.to.is_empty() || class.to.iter().any(|at| is_to(TO[*at], envelope, to)))
}

fn is_from(word: &str, envelope: &Envelope, text: &str) -> bool {
    let (address, domain) = says(&envelope.from);
    let ours = domain.as_deref() == Some("one.example");
    match word {
        "null" => text.is_empty(),
        "local" => ours,
        "foreign" => !ours && !text.is_empty(),
        _ => is_named(word, address.as_deref(), domain.as_deref()),
    }
}

fn is_to(word: &str, envelope: &Envelope, text: &str) -> bool {
    let (address, domain) = says(&envelope.to);
    let routed = envelope.to.form().is_routed();
    let bare = text == "postmaster";
    let ours = domain.as_deref() == Some("one.example") && !routed;
    let names = ["a", "b", "scan", "postmaster"].map(|local| format!("{local}@one.example"));
    let listed = address.as_ref().is_some_and(|one| names.contains(one));
    match word {
        "listed" => listed,
        "unlisted" => ours && !listed,
        "foreign" => !ours && !bare,
        // A route in a local-part is no address of the domain.
        _ if routed => false,
        _ if bare => is_named(word, address.as_deref(), Some("one.example")),
        _ => is_named(word, address.as_deref(), domain.as_deref()),
    }
}

fn covers(sentence: &Sentence, envelope: &Envelope, from: &str, to: &str) -> bool {
    let plain = (from.is_empty() || envelope.from.form() == PathForm::Plain)
        && envelope.to.form() == PathForm::Plain;
    (plain || !sentence.requires)
        && holds(&sentence.class, envelope, from, to)
        && !sentence
            .except
            .iter()
            .any(|class| holds(class, envelope, from, to))
}

fn universe(each: &mut dyn FnMut(&Envelope, &str, &str)) {
    for client in CLIENTS {
        for (listener, tls) in SESSIONS {
            for login in LOGINS.iter().map(Some).chain([None]) {
                for from in REVERSE {
                    for to in FORWARD {
                        for spf in [SpfResult::Pass, SpfResult::Fail] {
                            let envelope = Envelope {
                                client: client.parse().unwrap(),
                                listener,
                                tls,
                                login: login.map(|login| (*login).to_owned()),
                                helo: "mail.example".to_owned(),
                                from: Path::parse(from, &[]),
                                to: Path::parse(to, &[]),
                                spf,
                                spf_helo: spf,
                            };
                            each(&envelope, from, to);
                        }
                    }
                }
            }
        }
    }
}

/// For each sentence an envelope of the universe that breaks it, if there is one.
fn broken(sentences: &[Sentence], reference: &PolicyDecider) -> Vec<Option<String>> {
    let mut broken = vec![None; sentences.len()];
    universe(&mut |envelope, from, to| {
        let accepted = accepts(reference, envelope);
        for (sentence, broken) in sentences.iter().zip(&mut broken) {
            if sentence.requires != accepted && covers(sentence, envelope, from, to) {
                *broken = Some(format!("{envelope:?}"));
            }
        }
    });
    broken
}

fn accepts(reference: &PolicyDecider, envelope: &Envelope) -> bool {
    let (decision, _) = run(reference, envelope).expect("it is decided");
    decision.verdict == Verdict::Accept
}

fn check(sentences: &[Sentence]) {
    let text = policy(sentences);
    let policy = load(&text);
    let reference = PolicyDecider::new(&policy);
    let report = check_policy(&policy);
    let broken = broken(sentences, &reference);
    for (number, (sentence, broken)) in sentences.iter().zip(&broken).enumerate() {
        let name = number.to_string();
        let mut findings = report.findings.iter();
        let finding = findings.find(|one| one.sentence == name);
        match &finding.expect("it is there").answer {
            Answer::Proved(_) => assert!(broken.is_none(), "{number}: {broken:?}\n{text}"),
            Answer::Refuted(example) => {
                let envelope = &example.by.envelope;
                let (from, to) = (envelope.from.text(), envelope.to.text());
                let breaks = covers(sentence, envelope, from, to)
                    && accepts(&reference, envelope) != sentence.requires;
                assert!(breaks, "{number}: {envelope:?}\n{text}");
            }
            other => panic!("{number}: {other:?}\n{text}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 6,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_proof_of_a_sentence_is_what_every_envelope_says(
        sentences in proptest::collection::vec(sentence(), 24),
    ) {
        check(&sentences);
    }
}
