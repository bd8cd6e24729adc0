//! Laws of the decision diff, by force: every envelope of a product, decided by both sides by
//! itself, is in exactly the regions of the sentences that say so; and the counts add up.

#[path = "compare_laws/otherwise.rs"]
mod otherwise;
#[path = "compare_laws/recipients.rs"]
mod recipients;

use std::collections::BTreeMap;
use std::net::IpAddr;

use mailpol::compare::{Between, Change, Decisions, Kind, decisions_of};
use mailpol::compile;
use mailpol::decision::Envelope;
use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::mail::{Listener, Path, WayIn};
use mailpol::policy::{Policy, PolicyDecider};
use mailpol::prove::{Contrast, Pair, Party, Sets, contrast};
use mailpol::source::Source;
use mailpol::spf::SpfResult;

const BASE: &str = r#"mailpol version=1
host "mx.one.example" {
    address "198.51.100.25"
    listen "smtp" "submission" "submissions"
    tls certificate="/etc/ssl/c.pem" key="/etc/ssl/k.pem"
}
network "wide" { cidr "10.0.0.0/8" "fd00:1::/32"; may-send; }
network "guests" { cidr "10.9.0.0/16"; }
network "containers" { cidr "172.17.0.0/16"; otherwise "refuse"; }
network "backup" { cidr "192.0.2.64/28"; may-hand-over; }
auth "saslauthd" mechanism="shadow"
domain "one.example" {
    mailbox "a" login="alice"
    mailbox "b" login="bob"
    alias "both" "a" "b"
    alias "postmaster" "a"
}
domain "two.example" {
    mailbox "c"
    alias "postmaster" "c"
}
login "carol" { may-send { from "@two.example" "x@elsewhere.example"; }; }
inbound { spf "soft" header="both"; own-domain "reject"; }
"#;

/// Changes: words of the base, and what stands in their place.
const CHANGES: &[&[(&str, &str)]] = &[
    &[],
    &[("login=\"bob\"", "login=\"rob\"")],
    &[("\"10.0.0.0/8\"", "\"10.0.0.0/8\" \"10.9.8.0/24\"")],
    &[("network \"guests\" { cidr \"10.9.0.0/16\"; }\n", "")],
    &[("otherwise \"refuse\"", "otherwise \"stranger\"")],
    &[("may-hand-over", "may-send")],
    &[("spf \"soft\"", "spf \"strict\"")],
    &[("own-domain \"reject\"", "own-domain \"check\"")],
    &[("header=\"both\"", "header=\"spf\"")],
    &[
        ("header=\"both\"", "header=\"none\""),
        ("\"bob\"", "\"rob\""),
    ],
    &[
        ("    mailbox \"b\" login=\"bob\"\n", ""),
        ("\"a\" \"b\"", "\"a\""),
    ],
    &[(
        "alias \"both\" \"a\" \"b\"",
        "alias \"both\" \"b\"; catch-all \"a\"",
    )],
    &[("\"@two.example\" ", "")],
    &[("\"postmaster\" \"a\"", "\"postmaster\" \"b\"")],
    &[(
        "login \"carol\"",
        "login \"alice\" { may-send { from \"own\" \"@one.example\"; }; }\nlogin \"carol\"",
    )],
    &[(
        "login \"carol\" { may-send { from \"@two.example\" \"x@elsewhere.example\"; }; }\n",
        "",
    )],
    &[(" \"submission\" \"submissions\"", "")],
    &[("domain \"two.example\"", "domain \"three.example\"")],
    &[("domain \"one.example\"", "domain \"uno.example\"")],
    &[("alias \"both\"", "alias \"all\"")],
    &[
        ("login=\"bob\"", ""),
        ("spf \"soft\" header=\"both\"", "spf \"off\""),
        ("fd00:1::/32", "fd00:1::/48"),
    ],
];

fn policy(text: &str) -> Policy {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text);
    let files: BTreeMap<_, _> = BTreeMap::new();
    compile::load(&source, &files, &mut diagnostics).unwrap_or_else(|_| {
        let told = diagnostics.sorted();
        let told = told.iter().map(|one| render(one.as_ref(), Style::PLAIN));
        panic!("{}", told.collect::<String>())
    })
}

const CLIENTS: &[&str] = &[
    "203.0.113.9",
    "10.0.0.1",
    "10.9.0.1",
    "10.9.8.1",
    "172.17.0.1",
    "192.0.2.65",
    "127.0.0.1",
    "fd00:1::1",
    "fd00:1:1::1",
];

const SESSIONS: [(Listener, bool); 4] = [
    (Listener::Smtp, false),
    (Listener::Submission, false),
    (Listener::Submission, true),
    (Listener::Submissions, true),
];

const LOGINS: [Option<&str>; 6] = [
    None,
    Some("alice"),
    Some("bob"),
    Some("rob"),
    Some("carol"),
    Some("www-data"),
];

const FROMS: &[&str] = &[
    "",
    "a@one.example",
    "b@one.example",
    "both@one.example",
    "postmaster@one.example",
    "c@two.example",
    "x@elsewhere.example",
    "n@elsewhere.example",
    "n%x@two.example",
    "both@uno.example",
    "all@one.example",
    "n@[192.0.2.9]",
];

const TOS: &[&str] = &[
    "a@one.example",
    "b@one.example",
    "both@one.example",
    "b@uno.example",
    "n@one.example",
    "c@two.example",
    "c@three.example",
    "n@elsewhere.example",
    "postmaster",
    "n%x@one.example",
    "\"b\"@one.example",
    "n@[192.0.2.9]",
    "n@@one.example",
];

const RESULTS: [(SpfResult, SpfResult); 4] = [
    (SpfResult::None, SpfResult::None),
    (SpfResult::Softfail, SpfResult::None),
    (SpfResult::None, SpfResult::Softfail),
    (SpfResult::Temperror, SpfResult::Fail),
];

/// Every envelope of a product of what the policies name and of what they do not.
fn envelopes() -> Vec<Envelope> {
    let own: Vec<IpAddr> = vec!["198.51.100.25".parse().unwrap()];
    let mut all = Vec::new();
    for client in CLIENTS {
        for (listener, tls) in SESSIONS {
            // Nobody can log in on port 25: one login is enough there.
            let logins = if listener == Listener::Smtp { 2 } else { 6 };
            for login in LOGINS.iter().take(logins) {
                for (from, to) in FROMS
                    .iter()
                    .flat_map(|from| TOS.iter().map(move |to| (from, to)))
                {
                    for (spf, spf_helo) in RESULTS {
                        all.push(Envelope {
                            client: client.parse().unwrap(),
                            listener,
                            tls,
                            login: login.map(str::to_owned),
                            helo: "mail.example".to_owned(),
                            from: Path::parse(from, &own),
                            to: Path::parse(to, &own),
                            spf,
                            spf_helo,
                        });
                    }
                }
            }
        }
    }
    all
}

fn ways_in(policy: &Policy) -> Vec<WayIn> {
    let ways = policy.host.ways_in();
    ways.into_iter().map(|one| one.value).collect()
}

/// Works on the comparison of two policies.
fn compared(
    before: &Policy,
    after: &Policy,
    work: impl FnOnce(&Contrast<'_, '_>, &Decisions, &Sets),
) {
    let deciders = [PolicyDecider::new(before), PolicyDecider::new(after)];
    let ways_in = [ways_in(before), ways_in(after)];
    let [one, two] = [(before, 0), (after, 1)].map(|(policy, side)| Party {
        name: if side == 0 { "before" } else { "after" },
        policy,
        decider: &deciders[side],
        ways_in: &ways_in[side],
        found: None,
        made: None,
    });
    let mut sets = Sets::default();
    contrast(one, two, |contrast| {
        let decisions = decisions_of(contrast, Between::Times, &mut sets).unwrap();
        work(contrast, &decisions, &sets);
    });
}

/// The sentences hold what differs, and nothing that is decided the contrary way.
fn check(contrast: &Contrast<'_, '_>, decisions: &Decisions, sets: &Sets, all: &[Envelope]) {
    for envelope in all {
        let (pair, _) = contrast.concretely(envelope).unwrap();
        let point = contrast.point(envelope).unwrap();
        let holds = |change: &&Change| {
            let mut regions = change.differing.iter();
            regions.any(|region| sets.holds(region, &point))
        };
        let found: Vec<&Change> = decisions.changes.iter().filter(holds).collect();
        let kinds: Vec<Kind> = found.iter().map(|change| change.kind).collect();
        // Of a move every sentence has the same regions.
        let moves = kinds.iter().filter(|kind| **kind == Kind::Moved);
        let kinds = kinds.get(moves.count().saturating_sub(1)..).unwrap();
        assert_eq!(kinds, otherwise::kinds(&pair), "{envelope:?}");
        for change in &decisions.changes {
            if !sets.holds(&change.named, &point) {
                assert!(!holds(&change), "{}: {envelope:?}", change.sentence);
                continue;
            }
            let (accepts, whole) = (pair.after.accepts(), change.whole);
            let contrary = match change.kind {
                Kind::Gained => whole && !accepts,
                Kind::Lost => whole && accepts,
                Kind::Otherwise => !otherwise::holds(change, &pair, holds(&change)),
                Kind::Moved | Kind::Latitude => false,
                Kind::Limits | Kind::Listeners | Kind::Passwords | Kind::Proxies => true,
            };
            assert!(!contrary, "{}: {envelope:?}", change.sentence);
        }
    }
}

/// Whatever a sentence names is part of what differs: each login and each sender is that of some
/// envelope that does, and no sender is that it says it does not mean.
fn check_names(change: &Change, differing: &[(&Envelope, Pair, [u32; 8])], sets: &Sets) {
    let verbs = [" may now send", " can no longer send"];
    let by_verb = verbs.iter().find_map(|verb| {
        let (who, what) = change.sentence.split_once(verb)?;
        Some((who.to_owned(), what.to_owned()))
    });
    let Some((who, what)) = by_verb.or_else(|| otherwise::who_and_what(change)) else {
        return;
    };
    let shows = |is: &dyn Fn(&Envelope) -> bool| {
        differing.iter().any(|(envelope, pair, point)| {
            let mut regions = change.differing.iter();
            change.kind.is(pair) && is(envelope) && regions.any(|region| sets.holds(region, point))
        })
    };
    let [logins, _] = otherwise::named(
        who.split_once("authenticated as ")
            .map_or("", |(_, names)| names),
    );
    for login in logins
        .iter()
        .filter(|login| LOGINS.contains(&Some(**login)))
    {
        let is = |envelope: &Envelope| envelope.login.as_deref() == Some(login);
        assert!(shows(&is), "{}: {login}", change.sentence);
    }
    let ends = [" to ", " where "].map(|end| what.find(end).unwrap_or(what.len()));
    let senders = what.split_at(ends[0].min(ends[1])).0;
    let senders = otherwise::named(senders.split_once(" as ").map_or("", |(_, names)| names));
    for (names, meant) in senders.iter().zip([true, false]) {
        for name in names.iter().filter(|name| FROMS.contains(name)) {
            let is = |envelope: &Envelope| envelope.from.text() == *name;
            assert_eq!(shows(&is), meant, "{}: {name}", change.sentence);
        }
    }
}

/// What the sentences count is what the leaves count.
fn check_counts(contrast: &Contrast<'_, '_>, decisions: &Decisions) {
    let mut counts: BTreeMap<Kind, u128> = BTreeMap::new();
    let mut sum = 0;
    let visited = contrast.each(&mut |parting| {
        sum += parting.envelopes;
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is(&parting.pair)) {
            *counts.entry(kind).or_default() += parting.envelopes;
        }
    });
    assert_eq!(visited.unwrap().envelopes, sum);
    for kind in Kind::ALL {
        let told = decisions.of(kind).map(|change| change.envelopes);
        let told: u128 = if kind == Kind::Moved {
            told.max().unwrap_or(0)
        } else {
            told.sum()
        };
        assert_eq!(told, counts.get(&kind).copied().unwrap_or(0), "{kind:?}");
    }
}

#[test]
fn sentences_hold_the_envelopes_that_differ_and_no_others() {
    let all = envelopes();
    let base = policy(BASE);
    for (number, words) in CHANGES.iter().enumerate() {
        let changed = words.iter().fold(BASE.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        let changed = policy(&changed);
        // Each pair takes another part of the product, and both ways.
        let some = |step: usize| -> Vec<Envelope> {
            all.iter()
                .skip(number + step)
                .step_by(97)
                .cloned()
                .collect()
        };
        compared(&base, &changed, |contrast, decisions, sets| {
            assert_eq!(decisions.changes.is_empty(), words.is_empty(), "{words:?}");
            check(contrast, decisions, sets, &some(0));
            check_counts(contrast, decisions);
        });
        compared(&changed, &base, |contrast, decisions, sets| {
            check(contrast, decisions, sets, &some(7));
        });
    }
}

#[test]
fn what_a_sentence_names_is_part_of_what_differs() {
    let all = envelopes();
    // Their results change nothing of who may send as whom.
    let all = all.iter().filter(|envelope| {
        let asked = ["a@one.example", "n@one.example", "n@elsewhere.example"];
        let results = [RESULTS[0], RESULTS[3]];
        results.contains(&(envelope.spf, envelope.spf_helo)) && asked.contains(&envelope.to.text())
    });
    let all: Vec<&Envelope> = all.collect();
    let base = policy(BASE);
    for words in CHANGES {
        let changed = words
            .iter()
            .fold(BASE.to_owned(), |text, (from, to)| text.replace(from, to));
        compared(&base, &policy(&changed), |contrast, decisions, sets| {
            let decided = all.iter().map(|envelope| {
                let (pair, _) = contrast.concretely(envelope).unwrap();
                (*envelope, pair, contrast.point(envelope).unwrap())
            });
            let decided: Vec<_> = decided.collect();
            for change in &decisions.changes {
                check_names(change, &decided, sets);
            }
        });
    }
}

#[test]
fn every_sentence_is_shown_by_an_envelope() {
    let base = policy(BASE);
    for words in CHANGES {
        let changed = words
            .iter()
            .fold(BASE.to_owned(), |text, (from, to)| text.replace(from, to));
        compared(&base, &policy(&changed), |contrast, decisions, _| {
            for change in &decisions.changes {
                let witness = change.witness.as_ref().expect("a witness");
                let (pair, _) = contrast.concretely(&witness.envelope).unwrap();
                assert!(change.kind.is(&pair), "{}", change.sentence);
            }
            assert!(decisions.changes.len() <= 16, "{words:?}: few sentences");
            let refused = decisions.of(Kind::Otherwise);
            let refused = refused.filter(|change| change.accepted == [false; 2]);
            assert!(refused.count() <= 4, "{words:?}: few about refused mail");
        });
    }
}
