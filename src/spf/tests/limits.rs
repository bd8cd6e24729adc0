//! Each limit of a check at its edge: what is as large as it may be, and what is one larger.

use super::*;

#[track_caller]
fn ends(evaluation: Evaluation, result: SpfResult, reason: Option<Reason>) {
    let told = evaluation.problem.map(|problem| problem.reason);
    assert_eq!((evaluation.result, told), (result, reason));
}

#[test]
fn so_many_terms_ask_dns() {
    let record = |count: usize| format!("v=spf1 {}-all", "a:other.example ".repeat(count));
    let check = |count: usize| {
        let mut zone = zone(&[("example.com", &record(count))]);
        zone.add_a("other.example", "192.0.2.9".parse().unwrap());
        check_host(&zone, &query(Some("jane@example.com")))
    };
    ends(check(LOOKUP_TERMS_MAX), SpfResult::Fail, None);
    let beyond = Some(Reason::TermLimit);
    ends(check(LOOKUP_TERMS_MAX + 1), SpfResult::Permerror, beyond);
}

#[test]
fn so_many_lookups_find_nothing() {
    let record = |count: usize| format!("v=spf1 {}-all", "a:none.example ".repeat(count));
    let check = |count: usize| evaluate(&[("example.com", &record(count))]);
    ends(check(VOIDS_MAX), SpfResult::Fail, None);
    let beyond = Some(Reason::VoidLimit);
    ends(check(VOIDS_MAX + 1), SpfResult::Permerror, beyond);
}

#[test]
fn a_domain_has_so_many_exchangers() {
    let check = |count: usize| {
        let mut zone = zone(&[("example.com", "v=spf1 mx -all")]);
        for number in 0..count {
            let exchange = format!("mx{number}.example");
            zone.add_a(&exchange, "192.0.2.9".parse().unwrap());
            zone.add_mx("example.com", 10, &exchange);
        }
        check_host(&zone, &query(Some("jane@example.com")))
    };
    ends(check(MX_NAMES_MAX), SpfResult::Fail, None);
    let beyond = Some(Reason::MxLimit("example.com".to_owned()));
    ends(check(MX_NAMES_MAX + 1), SpfResult::Permerror, beyond);
}

/// The last name of the client is in the domain: it is looked at, or it is not.
#[test]
fn so_many_names_of_a_client_are_looked_at() {
    let check = |count: usize| {
        let mut zone = zone(&[("example.com", "v=spf1 ptr -all")]);
        for number in 1..count {
            let name = format!("h{number}.other.example");
            // Without one it would be a lookup that found nothing.
            zone.add_a(&name, "192.0.2.9".parse().unwrap());
            zone.add_ptr("1.2.0.192.in-addr.arpa", &name);
        }
        zone.add_ptr("1.2.0.192.in-addr.arpa", "host.example.com");
        check_host(&zone, &query(Some("jane@example.com")))
    };
    ends(check(PTR_NAMES_MAX), SpfResult::Pass, None);
    ends(check(PTR_NAMES_MAX + 1), SpfResult::Fail, None);
}

#[test]
fn so_many_aliases_of_a_name_are_followed() {
    let check = |count: usize| {
        let mut zone = zone(&[("example.com", "v=spf1 a:c0.example -all")]);
        for number in 0..count {
            zone.set_cname(
                &format!("c{number}.example"),
                &format!("c{}.example", number + 1),
            );
        }
        zone.add_a(&format!("c{count}.example"), "192.0.2.1".parse().unwrap());
        check_host(&zone, &query(Some("jane@example.com")))
    };
    ends(check(CNAMES_MAX), SpfResult::Pass, None);
    let asked = Reason::DnsFailure(RecordType::A, "c0.example".to_owned());
    ends(check(CNAMES_MAX + 1), SpfResult::Temperror, Some(asked));
}

#[test]
fn macros_make_so_much_text() {
    // Each reads 64 octets, and writes as many.
    let most = EXPANSION_OCTETS_MAX / 128;
    let path = format!("{}@example.com", "x".repeat(64));
    let check = |more: &str| {
        let text = format!(
            "v=spf1 exists:{}{more}.example.com -all",
            "%{l}".repeat(most)
        );
        check_host(&zone(&[("example.com", &text)]), &query(Some(&path)))
    };
    ends(check(""), SpfResult::Fail, None);
    let beyond = Some(Reason::ExpansionLimit);
    ends(check("%{v}"), SpfResult::Permerror, beyond);
}

#[test]
fn an_explanation_has_a_greatest_length() {
    let explained = |length: usize| {
        let why = "a".repeat(length);
        let records = [
            ("example.com", "v=spf1 -all exp=why.example.com"),
            ("why.example.com", &why),
        ];
        evaluate(&records).explanation
    };
    let longest = explained(EXPLANATION_LENGTH_MAX);
    assert_eq!(longest.map(|text| text.len()), Some(EXPLANATION_LENGTH_MAX));
    assert_eq!(explained(EXPLANATION_LENGTH_MAX + 1), None);
}

#[test]
fn a_trace_has_so_many_steps() {
    let trace = |count: usize| {
        let text = format!("v=spf1 {}", "ip6:::1 ".repeat(count));
        let evaluation = evaluate(&[("example.com", &text)]);
        assert_eq!(evaluation.result, SpfResult::Neutral);
        evaluation.trace
    };
    // A term is one step.
    let others = trace(1).len() - 1;
    assert_eq!(trace(2).len(), others + 2);
    let longest = trace(STEPS_MAX - others);
    assert_eq!(longest.len(), STEPS_MAX);
    assert!(longest.iter().all(|step| step.event != Event::Omitted));
    let cut = trace(STEPS_MAX - others + 1);
    assert_eq!(cut.len(), STEPS_MAX + 1);
    assert_eq!(cut.last().map(|step| &step.event), Some(&Event::Omitted));
}
