//! The page of a proof that says what strangers' mail can leave to: that it names what it should,
//! of the policy and of the files for each MTA, and that it is what the decider does with each
//! stranger's envelope by itself, nothing less and nothing else.

#[path = "ways_out/cases.rs"]
mod cases;
#[path = "ways_out/printed.rs"]
mod printed;

use std::collections::{BTreeMap, BTreeSet};

use cases::{CASES, Case, HOST};
use mailpol::compile;
use mailpol::decision::{Decider, Destination, Envelope, Hop, Verdict, run};
use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::mail::{Address, Listener, LocalPart, Path};
use mailpol::policy::{Policy, PolicyDecider};
use mailpol::prove::{Onward, Recipient, WayOut, destinations, ways_out};
use mailpol::source::Source;
use mailpol::spf::SpfResult;
use mailpol::target::TARGETS;

fn load(case: &Case) -> Policy {
    made(case.text())
}

fn made(text: String) -> Policy {
    let source = Source::new("policy.kdl", text);
    let mut diagnostics = Diagnostics::new();
    let policy = compile::load(&source, &BTreeMap::new(), &mut diagnostics);
    policy.unwrap_or_else(|_| panic!("{}", told(&diagnostics)))
}

fn told(diagnostics: &Diagnostics) -> String {
    let told = diagnostics.sorted();
    let told = told.iter().map(|one| render(one.as_ref(), Style::PLAIN));
    told.collect()
}

/// Asks something of a side by its name, with its page.
type Asks<'a> = &'a mut dyn FnMut(&str, &dyn Decider, &[WayOut]);

/// Asks something of the policy, and of the files for each MTA.
fn each(policy: &Policy, ask: Asks<'_>) {
    let own = PolicyDecider::new(policy);
    ask("policy", &own, &ways_out(policy, None));
    for target in TARGETS {
        let mut diagnostics = Diagnostics::new();
        let reading = compile::read(policy, *target, None, &mut diagnostics);
        let reading = reading.unwrap_or_else(|_| panic!("{}", told(&diagnostics)));
        let decider = reading.decider.as_ref();
        ask(target.name(), decider, &ways_out(policy, Some(decider)));
    }
}

fn by(hop: Option<&Hop>) -> String {
    hop.map(|hop| format!(" by {}", hop.to)).unwrap_or_default()
}

fn left_to(one: &Onward) -> String {
    let to = one.to.as_ref().expect("an address is said");
    format!("{to}{}", by(one.by.as_ref()))
}

fn line(way: &WayOut) -> String {
    let recipient = match &way.recipient {
        Recipient::Address(address) => address.to_string(),
        Recipient::Others(domain) => format!("others@{domain}"),
    };
    let to = way.leaves.iter().map(left_to);
    let kept = if way.keeps { ", kept" } else { "" };
    format!("{recipient} > {}{kept}", to.collect::<Vec<_>>().join(", "))
}

#[test]
fn the_page_names_what_it_should() {
    for case in CASES {
        each(&load(case), &mut |who, _, page| {
            let page: Vec<String> = page.iter().map(line).collect();
            assert_eq!(page, case.page, "{}: {who}", case.name);
        });
    }
}

/// A row's place is where the recipient is declared.
#[test]
fn a_row_says_where_it_is_declared() {
    for case in CASES {
        each(&load(case), &mut |who, _, page| {
            for way in page {
                let at = way.at.as_ref().map(|at| at.words().to_owned());
                let at = at.unwrap_or_else(|| panic!("{}: {who}: {way:?}", case.name));
                let word = match &way.recipient {
                    Recipient::Address(address) => format!("\"{}\"", address.local()),
                    Recipient::Others(_) => "catch-all".to_owned(),
                };
                assert!(at.contains(&word), "{}: {who}: {word} at {at}", case.name);
            }
        });
    }
}

/// What mail leaves to; and whether some stays.
type Left = (BTreeSet<String>, bool);

fn of_page(page: &[WayOut], policy: &Policy, to: &Address) -> Left {
    let base = to.local().split_once('+').map(|(base, _)| base);
    let base = base.filter(|_| policy.host.plus_addressing.is_some());
    let whole = Address::new(base.unwrap_or(to.local()), to.domain().clone());
    let row = |wanted: Recipient| page.iter().find(|way| way.recipient == wanted);
    let row = row(Recipient::Address(whole.clone())).or_else(|| {
        // Who is listed is none of the others.
        let hosted = policy.domains.get(to.domain()).expect("it is ours");
        let local = whole.local();
        let listed = hosted.mailboxes.keys().map(LocalPart::as_str);
        let listed = listed.chain(hosted.aliases.keys().map(LocalPart::as_str));
        let mut listed = listed.chain(hosted.forwards.keys().map(LocalPart::as_str));
        if listed.any(|one| one == local) {
            return None;
        }
        row(Recipient::Others(to.domain().clone()))
    });
    let Some(row) = row else {
        return Left::default();
    };
    let to = row.leaves.iter().map(left_to);
    (to.collect(), row.keeps)
}

/// Returns what a decider lets a stranger's mail leave to, envelope by envelope.
fn of_envelopes(decider: &dyn Decider, to: &Address) -> Left {
    let mut left = Left::default();
    for from in ["", "x@elsewhere.example", "x@far.example", "x@one.example"] {
        for tls in [false, true] {
            let envelope = Envelope {
                client: "203.0.113.9".parse().unwrap(),
                listener: Listener::Smtp,
                tls,
                login: None,
                helo: "mail.example".to_owned(),
                from: Path::parse(from, &[]),
                to: Path::parse(&to.to_string(), &[]),
                spf: SpfResult::Pass,
                spf_helo: SpfResult::Pass,
            };
            let (decision, mut ask) = run(decider, &envelope).expect("it is decided");
            if decision.verdict != Verdict::Accept {
                continue;
            }
            let found = destinations(decider, &decision, &envelope);
            let stays = |one: &Destination| matches!(one, Destination::Mailbox { .. });
            left.1 |= found.iter().any(stays);
            left.0.extend(found.iter().filter_map(|one| goes(one, to)));
            for copy in decision.copies.addresses() {
                let found = decider.destinations(copy, &mut ask).expect("it is known");
                left.0
                    .extend(found.iter().filter_map(|one| goes(one, copy)));
            }
        }
    }
    left
}

/// Returns where mail goes that has come for an address, if it leaves.
fn goes(found: &Destination, came_for: &Address) -> Option<String> {
    match found {
        Destination::Mailbox { .. } | Destination::Discard | Destination::Undeliverable => None,
        Destination::Forward { to, via } => Some(to.to_string() + &by(via.as_ref())),
        Destination::Hop(hop) => Some(came_for.to_string() + &by(Some(hop))),
        Destination::Exchangers(_) => Some(came_for.to_string()),
        Destination::Chosen(_) => Some("whatever".to_owned()),
    }
}

#[test]
fn the_page_is_what_strangers_can_have_leave_and_nothing_else() {
    let mut compared = 0;
    for case in CASES {
        let policy = load(case);
        let locals = [
            "ann",
            "bob",
            "eve",
            "both",
            "all",
            "postmaster",
            "team",
            "quiet",
            "leads",
            "lead",
            "second",
            "sales",
            "box",
            "here",
            "store",
            "nobody",
            "others",
        ];
        let extended = locals.map(|local| format!("{local}+x"));
        let locals = locals.map(str::to_owned).into_iter().chain(extended);
        let locals: Vec<String> = locals.collect();
        each(&policy, &mut |who, decider, page| {
            for domain in policy.domains.keys() {
                for local in &locals {
                    let to = Address::new(local, domain.clone());
                    let said = of_page(page, &policy, &to);
                    let found = of_envelopes(decider, &to);
                    assert_eq!(said.0, found.0, "{}: {who}: {to}", case.name);
                    if !said.0.is_empty() {
                        assert_eq!(said.1, found.1, "{}: {who}: {to}", case.name);
                        compared += 1;
                    }
                }
            }
        });
    }
    assert!(compared > 100, "only {compared} addresses leave");
}

/// Where the world has no way in, strangers' mail has none out.
#[test]
fn what_only_logins_reach_is_no_way_out() {
    let host = HOST.replace("\"smtp\" ", "");
    let domain =
        "domain \"one.example\" { mailbox \"postmaster\"; forward \"b\" \"b@isp.example\"; }";
    each(&made(host + domain), &mut |who, _, page| {
        assert!(page.is_empty(), "{who}: {page:?}");
    });
}
