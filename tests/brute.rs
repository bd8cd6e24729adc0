//! The same answers by other ways, for small policies that nobody chose.
//!
//! A random site is written as a policy, and decided by the book (`tests/brute/book.rs`), which
//! knows nothing of the library. Every envelope of a small universe is decided by the book, by the
//! policy, by what each reader made of the emitted files, and by the class of the proof that holds
//! it. For all addresses at once the same is done with binary decision diagrams.
//!
//! A site that fails is kept in `tests/brute/seeds.txt`, and tried first from then on.

#[path = "brute/book.rs"]
mod book;
#[path = "brute/diagram.rs"]
mod diagram;
#[path = "brute/ends.rs"]
mod ends;
#[path = "brute/paths.rs"]
mod paths;
#[path = "brute/site.rs"]
mod site;
#[path = "brute/universe.rs"]
mod universe;
#[path = "brute/written.rs"]
mod written;

use std::collections::BTreeMap;

use mailpol::compile;
use mailpol::decision::{Decider, Envelope, Verdict, place, run};
use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::policy::{Policy, PolicyDecider};
use mailpol::prove::{
    Classes, Files, Report, check_agreement, check_files, check_policy, destinations, with_classes,
};
use mailpol::source::Source;
use mailpol::target::{Reading, TARGETS, Target};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use site::{Grant, Site};

/// How many envelopes of a site are held against the classes.
const IN_CLASSES: usize = 400;

/// So many random sites, or `PROPTEST_CASES` of them.
#[expect(clippy::disallowed_methods, reason = "whoever has time asks for more")]
fn settings(cases: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig {
        cases: std::env::var_os("PROPTEST_CASES").map_or(cases, |_| asked.cases),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/brute/seeds.txt",
        ))),
        ..asked
    }
}

fn told(diagnostics: &Diagnostics) -> String {
    let told = diagnostics.sorted();
    told.iter()
        .map(|one| render(one.as_ref(), Style::PLAIN))
        .collect()
}

fn load(site: &Site) -> Policy {
    let text = site.policy();
    let none: BTreeMap<_, _> = BTreeMap::new();
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text.as_str());
    compile::load(&source, &none, &mut diagnostics)
        .unwrap_or_else(|_| panic!("{text}\n{}", told(&diagnostics)))
}

fn read(policy: &Policy, target: &'static dyn Target) -> Reading {
    let mut diagnostics = Diagnostics::new();
    compile::read(policy, target, None, &mut diagnostics)
        .unwrap_or_else(|_| panic!("{}", told(&diagnostics)))
}

/// Returns what a decider says, as the book says it, and whether it adds what a message lacks.
fn says(decider: &dyn Decider, envelope: &Envelope) -> (book::Answer, bool) {
    let (decision, _) = run(decider, envelope).expect("every envelope is decided");
    let ends = if decision.verdict == Verdict::Accept {
        destinations(decider, &decision, envelope)
    } else {
        Vec::new()
    };
    let answer = book::Answer {
        verdict: decision.verdict,
        reply: decision.reply,
        because: decision.because,
        headers: decision.headers,
        ends: ends.iter().map(place).collect(),
        copies: decision
            .copies
            .addresses()
            .map(ToString::to_string)
            .collect(),
    };
    (answer, decision.completes)
}

/// Whether files may answer so about an odd path (`docs/proof.md`, the latitude): they refuse it,
/// or they take for the plain path what was refused for the path alone, and all of it stays here.
fn is_latitude(site: &Site, envelope: &Envelope, said: &book::Answer, book: &book::Answer) -> bool {
    let stays = said.ends.iter().all(|end| end.starts_with("to the "));
    said.verdict != Verdict::Accept || stays && book::is_for_the_path(site, envelope, book)
}

/// Holds every envelope against the book.
fn by_the_book(site: &Site, policy: &Policy, readings: &[Reading]) {
    let reference = PolicyDecider::new(policy);
    for envelope in universe::all(site) {
        let book = book::decide(site, &envelope);
        let wanted = book::completes(site, &envelope, &book);
        let fits = |completes| wanted.is_none_or(|wanted| wanted == completes);
        let (said, completes) = says(&reference, &envelope);
        assert_eq!(said, book, "policy: {envelope:?}\n{}", site.policy());
        assert!(fits(completes), "policy: {envelope:?}\n{}", site.policy());
        for reading in readings {
            let (said, completes) = says(reading.decider.as_ref(), &envelope);
            let is_about = said.verdict == Verdict::Accept || wanted == Some(false);
            let is_as_wanted = !is_about || fits(completes);
            assert!(is_as_wanted, "files: {envelope:?}\n{}", site.policy());
            if universe::is_usual(&envelope) || !is_latitude(site, &envelope, &said, &book) {
                assert_eq!(said, book, "files: {envelope:?}\n{}", site.policy());
            }
        }
    }
}

/// Holds some envelopes against the class of the proof that answers as they do.
fn in_classes(site: &Site, classes: &Classes<'_, '_>, first: usize) {
    let all = universe::all(site);
    let step = (all.len() / IN_CLASSES).max(1);
    for envelope in all.iter().skip(first % step).step_by(step) {
        let concrete = classes.concretely(envelope).expect("it is decided");
        let class = classes
            .of(envelope)
            .unwrap_or_else(|| panic!("no class answers so: {envelope:?}\n{}", site.policy()));
        assert_eq!(
            class.decision,
            concrete.decision,
            "{envelope:?}\n{}",
            site.policy()
        );
    }
    let mut sum = 0_u128;
    let visited = classes.each(&mut |class, _| sum += class.envelopes);
    assert_eq!(visited.expect("all is visited").envelopes, sum);
    assert_eq!(classes.size(), Some(sum), "the classes are all envelopes");
}

/// Holds policy and files of every target against the book and the classes, and proves them.
fn every_way(site: &Site, first: usize) {
    let policy = load(site);
    let readings: Vec<Reading> = TARGETS
        .iter()
        .map(|target| read(&policy, *target))
        .collect();
    by_the_book(site, &policy, &readings);
    with_classes(&policy, None, |classes| in_classes(site, classes, first));
    let is_proved = |report: &Report| {
        assert!(report.is_proved(), "{report:?}\n{}", site.policy());
    };
    is_proved(&check_policy(&policy));
    let mut before: Vec<Files<'_>> = Vec::new();
    for (target, reading) in TARGETS.iter().zip(&readings) {
        let files = compile::files(*target, reading);
        is_proved(&check_files(&policy, files));
        with_classes(&policy, Some(files), |classes| {
            in_classes(site, classes, first);
        });
        for other in &before {
            is_proved(&check_agreement(&policy, *other, files));
        }
        before.push(files);
    }
}

proptest! {
    #![proptest_config(settings(3))]

    #[test]
    fn every_envelope_of_a_small_universe_is_decided_by_the_book(
        site in site::narrow(),
        first in 0_usize..1000,
    ) {
        every_way(&site, first);
    }
}

#[test]
fn what_failed_once_is_decided_by_the_book() {
    // A right to one address of a domain that takes all.
    let mut catch_all = Site::sample();
    catch_all.domains[0].catch_all = true;
    catch_all.grants[0] = Grant::OwnToSome;
    every_way(&catch_all, 0);
    // Addresses with an extension, of which a host behind this one is told nothing.
    every_way(&Site::sample(), 1);
}

proptest! {
    #![proptest_config(settings(24))]

    #[test]
    fn the_clients_that_may_relay_are_the_same_diagram(site in site::wide()) {
        let policy = load(&site);
        let book = diagram::by_the_book(&site);
        let reference = PolicyDecider::new(&policy);
        prop_assert!(diagram::that_relay(&reference) == book, "policy\n{}", site.policy());
        for target in TARGETS {
            let reading = read(&policy, *target);
            let files = diagram::that_relay(reading.decider.as_ref());
            prop_assert!(files == book, "{}\n{}", target.name(), site.policy());
        }
    }
}

#[test]
fn the_book_is_not_the_library() {
    // A book that agrees with everything would make every law green.
    let site = Site::sample();
    let policy = load(&site);
    let reference = PolicyDecider::new(&policy);
    let all = universe::all(&site);
    let changes: [fn(&mut Site); 6] = [
        |site| site.networks[0].rights.clear(),
        |site| site.plus = false,
        |site| site.outbound.truncate(1),
        |site| site.archives.truncate(2),
        |site| site.domains[1].inner = false,
        |site| site.own_domain_reject = false,
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut other = site.clone();
        change(&mut other);
        let differ = |one: &&Envelope| says(&reference, one).0 != book::decide(&other, one);
        assert!(all.iter().any(|one| differ(&one)), "{number}");
    }
    let mut other = site.clone();
    other.networks[0].rights.clear();
    assert!(diagram::that_relay(&reference) != diagram::by_the_book(&other));
}
