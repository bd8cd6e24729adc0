//! How far the reader of Exim follows lists, addresses and questions: the largest that it takes,
//! and one larger.

use mailpol::decision::{Destination, Envelope, EnvelopeAsk, Verdict, run};
use mailpol::mail::{Address, Domain, Listener, Path};
use mailpol::spf::SpfResult;
use mailpol::target::Reading;

use crate::readers::{EXIM, Files, check};

/// Returns the files with some lines in front of the others that RCPT asks.
fn with_rcpt(lines: &str) -> Files {
    let first = format!("acl_check_rcpt:\n\n{lines}");
    Files::of("exim").replace(EXIM, "acl_check_rcpt:\n", &first)
}

#[test]
fn a_list_comes_to_so_many_tests() {
    // Names of one sign that stand side by side are one test. The last is never negated, for such a
    // list would hold whatever it does not name.
    let of = |count: usize| {
        let items = (1..count).map(|number| {
            let sign = if (count - number).is_multiple_of(2) {
                ""
            } else {
                "!"
            };
            format!("{sign}n{number}.test : ")
        });
        let list = items.collect::<String>() + "example.org\n";
        let new = format!("local_domains = {list}");
        Files::of("exim").replace(EXIM, "local_domains = example.org\n", &new)
    };
    check(200, "it has too many items that no table holds", &of);
}

#[test]
fn lists_that_stand_in_one_another() {
    // There are no more than 16 lists of a kind, so addresses lead on to domains. The first is that
    // of the condition.
    let of = |depth: usize| {
        let chain = |kind: &str, name: &str, count: usize, last: &str| {
            let item = |number: usize| {
                if number == count {
                    return last.to_owned();
                }
                format!("+{name}{}", number + 1)
            };
            let lists =
                (1..=count).map(|number| format!("{kind} {name}{number} = {}\n", item(number)));
            lists.collect::<String>()
        };
        let addresses = chain("addresslist", "a", 15, "*@+d1");
        let domains = chain("domainlist", "d", depth - 16, "a.test");
        let lists = format!("{domains}{addresses}begin acl\n");
        with_rcpt("  warn senders = +a1\n").replace(EXIM, "begin acl\n", &lists)
    };
    check(20, "lists stand in one another too deeply", &of);
}

#[test]
fn addresses_that_redirections_lead_to() {
    let of = |octets: usize| {
        let labels = format!("{0}.{0}.{0}.", "d".repeat(60));
        let local = "l".repeat(64);
        let rest = octets - local.len() - 1 - labels.len();
        let row = format!("long@example.org: {local}@{labels}{}\n", "e".repeat(rest));
        Files::of("exim").add("etc/exim4/aliases", &row)
    };
    check(256, "Exim takes no address so long", &of);
}

#[test]
fn loads_that_options_name() {
    for option in [
        "queue_only_load",
        "deliver_queue_load_max",
        "smtp_load_reserve",
    ] {
        let of = |load: usize| {
            let set = format!("{option} = {load}\nnever_users");
            Files::of("exim").replace(EXIM, "never_users", &set)
        };
        check(2_000_000, "that is more than it may be", &of);
    }
}

#[test]
fn names_of_helo_that_are_written_into_fields() {
    let of = |octets: usize| {
        let condition = |octets: usize| format!("{{${{strlen:$sender_helo_name}}}}{{{octets}}}");
        Files::of("exim").replace(EXIM, &condition(255), &condition(octets))
    };
    check(512, "too long for a line of a field", &of);
}

fn envelope(to: &str) -> Envelope {
    Envelope {
        client: "203.0.113.9".parse().unwrap(),
        listener: Listener::Smtp,
        tls: false,
        login: None,
        helo: "mail.b.example".to_owned(),
        from: Path::parse("a@b.example", &[]),
        to: Path::parse(to, &[]),
        spf: SpfResult::None,
        spf_helo: SpfResult::None,
    }
}

fn verdict(reading: &Reading, to: &str) -> Verdict {
    let (decision, _) = run(reading.decider.as_ref(), &envelope(to))
        .map_err(|_| to)
        .unwrap();
    decision.verdict
}

#[test]
fn questions_that_the_form_of_a_path_does_not_answer() {
    // A table of local-parts does not know those before a literal: each may hold it or not. Nobody
    // gets in either way.
    let of = |count: usize| {
        let asked = (0..count).map(|number| format!("  deny local_parts = n{number}\n"));
        let reading = with_rcpt(&(asked.collect::<String>() + "  deny\n")).read();
        verdict(&reading, "x@[192.0.2.1]")
    };
    assert_eq!(of(6), Verdict::Reject);
    // What is not followed any further counts as an acceptance.
    assert_eq!(of(7), Verdict::Accept);
}

/// Returns what is answered for `c0@example.org`, and what it leads to, behind so many redirections
/// to an address, with somebody beside it.
fn led(count: usize, to: &str, beside: &str) -> (Verdict, Vec<Destination>) {
    let rows = (0..count).map(|number| {
        let next = match number + 1 {
            next if next == count => to.to_owned(),
            next => format!("c{next}@example.org"),
        };
        let beside = if number == 0 { beside } else { "" };
        format!("c{number}@example.org: {next}{beside}\n")
    });
    let files = Files::of("exim").add("etc/exim4/aliases", &rows.collect::<String>());
    let reading = files.read();
    let asked = Address::new("c0", Domain::literal("example.org"));
    let envelope = envelope("c0@example.org");
    let mut ask = EnvelopeAsk::new(reading.decider.tests(), &envelope);
    let found = reading.decider.destinations(&asked, &mut ask);
    let found = found.map_err(|_| count).unwrap();
    (verdict(&reading, "c0@example.org"), found)
}

#[test]
fn redirections_behind_one_another() {
    let (verdict, found) = led(101, "john@example.org", "");
    let is_kept = |one: &Destination| matches!(one, Destination::Mailbox { .. });
    assert!(verdict == Verdict::Accept && found.len() == 1 && found.iter().all(is_kept));
    // It is nobody's, and nobody may send there.
    let beyond = led(102, "john@example.org", "");
    assert_eq!(beyond, (Verdict::Defer, vec![Destination::Undeliverable]));
}

/// Of several recipients none is verified: what is one redirection too far is seen all the same.
#[test]
fn redirections_behind_one_another_beside_others() {
    for (count, is_lost) in [(101, false), (102, true)] {
        let (verdict, found) = led(count, "john@example.org", ", postmaster@example.org");
        assert_eq!(verdict, Verdict::Accept, "{count}");
        let lost = found.contains(&Destination::Undeliverable);
        assert_eq!(lost, is_lost, "{count}: {found:?}");
    }
}

/// A way that is too long hides no shorter one to the same address, whichever comes first.
#[test]
fn an_address_at_the_end_of_a_way_that_is_too_long() {
    for beside in [
        ", c50@example.org",
        ", c100@example.org",
        ", c101@example.org",
    ] {
        let (_, found) = led(110, "john@example.org", beside);
        let is_kept = |one: &Destination| matches!(one, Destination::Mailbox { .. });
        assert!(found.contains(&Destination::Undeliverable), "{beside}");
        assert!(found.iter().any(is_kept), "{beside}: {found:?}");
    }
}
