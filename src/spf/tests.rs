//! What the suite of the RFC does not ask: identities, places, counts and hostile input.

use super::*;

mod limits;

fn zone(records: &[(&str, &str)]) -> Zone {
    let mut zone = Zone::new();
    for (name, text) in records {
        zone.add_txt(name, *text);
    }
    zone.add_a("host.example.com", "192.0.2.1".parse().unwrap());
    zone
}

fn query(mail_from: Option<&str>) -> Query<'_> {
    let client = "192.0.2.1".parse().unwrap();
    Query {
        client,
        helo: "helo.example",
        mail_from,
        receiver: "mx.example",
        time_seconds: 7,
    }
}

#[track_caller]
fn evaluate(records: &[(&str, &str)]) -> Evaluation {
    check_host(&zone(records), &query(Some("jane@example.com")))
}

#[track_caller]
fn check(records: &[(&str, &str)], expected: SpfResult) {
    let evaluation = evaluate(records);
    assert_eq!(
        evaluation.result, expected,
        "{:?} {:#?}",
        evaluation.problem, evaluation.trace
    );
}

#[test]
fn each_identity_is_checked_by_its_own_function() {
    let zone = zone(&[
        ("example.com", "v=spf1 +all"),
        ("helo.example", "v=spf1 -all"),
    ]);
    let result = |evaluation: &Evaluation| (evaluation.identity, evaluation.result);
    let with_path = query(Some("jane@example.com"));
    let passed = (Identity::MailFrom, SpfResult::Pass);
    let failed = (Identity::Helo, SpfResult::Fail);
    assert_eq!(result(&check_host(&zone, &with_path)), passed);
    assert_eq!(result(&check_helo(&zone, &with_path)), failed);
    let null = check_host(&zone, &query(None));
    assert_eq!(result(&null), failed);
    assert_eq!(null.sender, "postmaster@helo.example");
}

#[test]
fn the_deciding_mechanism_has_a_place() {
    let evaluation = evaluate(&[
        ("example.com", "v=spf1 mx redirect=other.example"),
        ("other.example", "v=spf1 ?include:inner.example ~all"),
        ("inner.example", "v=spf1 ip4:192.0.2.0/24 -all"),
    ]);
    assert_eq!(evaluation.result, SpfResult::Neutral);
    let place = evaluation.mechanism.unwrap();
    assert_eq!(
        (&*place.domain, place.text()),
        ("other.example", "?include:inner.example")
    );
    assert_eq!(place.range, 7..29);
    assert_eq!(evaluation.counts, Counts { terms: 3, voids: 1 });
    let steps: Vec<String> = evaluation
        .trace
        .iter()
        .map(|step| step.event.to_string())
        .collect();
    let shown = steps.join("\n");
    assert!(shown.contains("redirected to other.example"), "{shown}");
    assert_eq!(
        evaluation.trace.iter().map(|step| step.depth).max(),
        Some(1)
    );
}

#[test]
fn problems_have_a_place() {
    let evaluation = evaluate(&[
        ("example.com", "v=spf1 include:inner.example -all"),
        ("inner.example", "v=spf1 ip4:192.0.2.256 -all"),
    ]);
    assert_eq!(evaluation.result, SpfResult::Permerror);
    let problem = evaluation.problem.unwrap();
    assert_eq!(
        problem.to_string(),
        "this is not an IPv4 address: `192.0.2.256` of inner.example"
    );
    assert_eq!(evaluation.mechanism, None);

    let none = check_host(&zone(&[]), &query(Some("jane@[192.0.2.1]")));
    assert_eq!(none.problem.unwrap().reason, Reason::MalformedDomain);
    assert!(
        none.trace
            .iter()
            .all(|step| !matches!(step.event, Event::Asked { .. }))
    );
}

#[test]
fn loops_end_at_the_limit() {
    check(
        &[("example.com", "v=spf1 include:example.com")],
        SpfResult::Permerror,
    );
    check(
        &[("example.com", "v=spf1 redirect=example.com")],
        SpfResult::Permerror,
    );
    let evaluation = evaluate(&[("example.com", "v=spf1 include:%{d}")]);
    assert_eq!(evaluation.counts.terms, LOOKUP_TERMS_MAX + 1);
    assert_eq!(evaluation.problem.unwrap().reason, Reason::TermLimit);
}

#[test]
fn terms_after_the_match_are_not_counted() {
    let eleven = format!(
        "v=spf1 {} +all redirect=example.org",
        "a:host.example.com/0 ".repeat(11)
    );
    check(&[("example.com", &eleven)], SpfResult::Pass);
    let eleven = format!("v=spf1 {} +all", "a:host.example.com//0 ".repeat(11));
    check(&[("example.com", &eleven)], SpfResult::Pass);
    let eleven = format!("v=spf1 {} +all", "mx:host.example.com ".repeat(11));
    check(&[("example.com", &eleven)], SpfResult::Permerror);
}

#[test]
fn a_record_full_of_macros_is_stopped() {
    let text = format!("v=spf1 exists:{}.example.com -all", "%{s}".repeat(15_000));
    let zone = zone(&[("example.com", &text)]);
    let path = format!("{}@example.com", "x".repeat(4_000));
    let evaluation = check_host(&zone, &query(Some(&path)));
    assert_eq!(evaluation.problem.unwrap().reason, Reason::ExpansionLimit);
}

#[test]
fn a_long_trace_is_cut() {
    let text = format!("v=spf1 {}", "ip6:::1 ".repeat(8_000));
    let evaluation = evaluate(&[("example.com", &text)]);
    assert_eq!(evaluation.result, SpfResult::Neutral);
    assert_eq!(evaluation.trace.len(), STEPS_MAX + 1);
    assert_eq!(evaluation.trace.last().unwrap().event, Event::Omitted);
}

#[test]
fn explanations_are_one_line_of_ascii() {
    #[track_caller]
    fn explained(text: &str, path: &str, expected: Option<&str>) {
        let records = [
            ("example.com", "v=spf1 -all exp=why.example.com"),
            ("why.example.com", text),
        ];
        let evaluation = check_host(&zone(&records), &query(Some(path)));
        assert_eq!(evaluation.result, SpfResult::Fail);
        assert_eq!(evaluation.explanation.as_deref(), expected);
    }
    let path = "jane@example.com";
    explained(
        "%{c} is not %{d}, says %{R} at %{t}",
        path,
        Some("192.0.2.1 is not example.com, says mx.example at 7"),
    );
    explained("no%_%{x}", path, None);
    explained("two\r\nlines", path, None);
    explained("%{l}", "a\r\nb@example.com", None);
    explained("%{l}", "é@example.com", None);
    explained("%{L}", "é@example.com", Some("%C3%A9"));
    explained(&"%{s}".repeat(2_000), path, None);
}

#[test]
fn only_a_fail_is_explained() {
    let records = [
        ("example.com", "v=spf1 ~all exp=why.example.com"),
        ("why.example.com", "why"),
    ];
    assert_eq!(evaluate(&records).explanation, None);
}

#[test]
fn the_domain_itself_is_the_best_name_of_a_client() {
    fn last_asked(zone: &Zone) -> String {
        let mut asked = String::new();
        for step in check_host(zone, &query(Some("jane@example.com"))).trace {
            if let Event::Asked { name, .. } = step.event {
                asked = name;
            }
        }
        asked
    }
    let mut zone = zone(&[("example.com", "v=spf1 exists:%{p}.ok.example -all")]);
    for name in ["other.example", "host.example.com", "example.com"] {
        zone.add_ptr("1.2.0.192.in-addr.arpa", name);
    }
    zone.add_a("other.example", "192.0.2.1".parse().unwrap());
    assert_eq!(last_asked(&zone), "host.example.com.ok.example");
    zone.add_a("example.com", "192.0.2.1".parse().unwrap());
    assert_eq!(last_asked(&zone), "example.com.ok.example");
}

#[test]
fn local_parts_beyond_ascii_match_nothing() {
    let mut zone = zone(&[(
        "example.com",
        "v=spf1 exists:%{L}.example.com include:%{l}.example.com ~all",
    )]);
    zone.add_a("%C3%A9.example.com", "192.0.2.1".parse().unwrap());
    let evaluation = check_host(&zone, &query(Some("é@example.com")));
    assert_eq!(evaluation.result, SpfResult::Softfail);
    assert_eq!(
        check_host(&zone, &query(Some("a@é.example.com"))).result,
        SpfResult::None
    );
}

#[test]
fn a_failing_reverse_lookup_only_means_no_name() {
    let records = [("example.com", "v=spf1 ptr exists:%{p}.example.com -all")];
    let mut zone = zone(&records);
    zone.fail("1.2.0.192.in-addr.arpa");
    zone.add_a("unknown.example.com", "192.0.2.9".parse().unwrap());
    let evaluation = check_host(&zone, &query(Some("jane@example.com")));
    assert_eq!(evaluation.result, SpfResult::Pass);
    assert_eq!(
        evaluation.mechanism.unwrap().text(),
        "exists:%{p}.example.com"
    );
}

#[test]
fn mapped_clients_are_ipv4() {
    let zone = zone(&[("example.com", "v=spf1 ip6:::/0 ip4:192.0.2.1 -all")]);
    let client = "::ffff:192.0.2.1".parse().unwrap();
    let mapped = Query {
        client,
        ..query(Some("jane@example.com"))
    };
    assert_eq!(
        check_host(&zone, &mapped).mechanism.unwrap().text(),
        "ip4:192.0.2.1"
    );
}
