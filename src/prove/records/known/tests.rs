//! What is proved whatever stands at names of which nothing is known, and what hangs on them.

use std::collections::BTreeMap;

use super::{Known, RUNS_MAX};
use crate::diagnostic::Diagnostics;
use crate::policy;
use crate::prove::{Answer, check_policy};
use crate::source::Source;
use crate::spf::{Dns, Query, SpfResult, Zone, check_helo};
use crate::syntax;

const DOE: &str = include_str!("../../../../examples/doe/policy.kdl");

/// Returns what becomes of an obligation about records under a policy: the number of pairs, or the
/// names that it hangs on.
#[track_caller]
fn answer(obligation: &str, policy: &str) -> Result<u64, String> {
    let none: BTreeMap<_, _> = BTreeMap::new();
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", policy);
    let document = syntax::parse(&source, &mut diagnostics).unwrap();
    let policy = policy::lower(&document, &none, &mut diagnostics).unwrap();
    let report = check_policy(&policy);
    let mut findings = report.findings.into_iter();
    let answer = findings.find(|one| one.name == obligation).unwrap().answer;
    if let Answer::Open(names) = answer {
        return Err(names.into_iter().collect::<Vec<_>>().join(" "));
    }
    let Answer::Records(Ok(pairs)) = answer else {
        panic!("{answer:?}");
    };
    Ok(pairs)
}

/// Returns Doe's policy with these terms in the SPF record.
fn with_spf(terms: &str) -> String {
    let text = DOE.replace("\"+mx -all\"", terms);
    assert_ne!(text, DOE);
    text
}

#[test]
fn what_others_publish_changes_nothing_behind_or_beside_a_term_that_passes() {
    for terms in [
        "\"+mx\" \"include:x.example\" \"-all\"",
        "\"include:x.example\" \"+mx\" \"-all\"",
        "\"a:x.example\" \"exists:y.example\" \"+mx\" \"-all\"",
        "\"+mx\" \"-include:x.example\" \"-exists:%{ir}.x.example\" \"-all\"",
        "\"+mx\" \"redirect=x.example\"",
        "\"a:x.example/0//0\" \"+mx\" \"-all\"",
    ] {
        assert_eq!(
            answer("spf-covers-egress", &with_spf(terms)),
            Ok(4),
            "{terms}"
        );
    }
}

#[test]
fn what_others_publish_is_not_guessed() {
    for (terms, names) in [
        ("\"include:x.example\" \"-all\"", "x.example"),
        ("\"redirect=x.example\"", "x.example"),
        ("\"exists:x.example\" \"-all\"", "x.example"),
        ("\"a:x.example\" \"-all\"", "x.example"),
        ("\"a:x.example/1//1\" \"-all\"", "x.example"),
        ("\"a:x.example/0//0\" \"-all\"", "x.example"),
        ("\"mx:x.example/1//1\" \"-all\"", "x.example"),
        ("\"-a:x.example\" \"+mx\" \"-all\"", "x.example"),
        ("\"-mx:x.example\" \"+mx\" \"-all\"", "x.example"),
        ("\"-include:x.example\" \"+mx\" \"-all\"", "x.example"),
        ("\"~exists:x.example\" \"+mx\" \"-all\"", "x.example"),
        (
            "\"-ptr:x.example\" \"+mx\" \"-all\"",
            "25.100.51.198.in-addr.arpa",
        ),
        // What the policy does not publish others may, at a domain of ours too.
        ("\"-a\" \"+mx\" \"-all\"", "doe-family.com"),
        // Three names without an address are an error of this record.
        (
            "\"a:x.example\" \"a:y.example\" \"a:z.example\" \"+mx\" \"-all\"",
            "x.example y.example z.example",
        ),
        // Only a record at one, and none at the other, has it fail.
        (
            "\"a:x.example\" \"-a:y.example\" \"+mx\" \"-all\"",
            "x.example y.example",
        ),
        (
            "\"exists:x.example\" \"-exists:y.example\" \"+mx\" \"-all\"",
            "x.example y.example",
        ),
    ] {
        let found = answer("spf-covers-egress", &with_spf(terms));
        assert_eq!(found, Err(names.to_owned()), "{terms}");
    }
}

/// The run after the last one is not made: what it would have found is not known. No record comes
/// so far, since each name that is not there is one of two that it may ask for in vain.
#[test]
fn a_check_makes_so_many_runs() {
    let records = Zone::new();
    let mut everybody = Zone::new();
    everybody.add_txt("x.example", "v=spf1 +all");
    let client = "203.0.113.9".parse().unwrap();
    let query = Query {
        client,
        helo: "x.example",
        mail_from: None,
        receiver: "mx.example",
        time_seconds: 0,
    };
    // Each text may be another one, whatever those before it are: twice as many runs.
    let passes = |texts: u32| {
        let known = Known::new(&records);
        let check = || {
            for text in 0..texts {
                assert!(known.txt(&format!("x{text}.example")).is_ok());
            }
            check_helo(&everybody, &query)
        };
        known.whatever(client, check).map(|one| one.result)
    };
    let most = RUNS_MAX.ilog2();
    assert_eq!(1 << most, RUNS_MAX);
    assert_eq!(passes(most), Some(SpfResult::Pass));
    assert_eq!(passes(most + 1), None);
}

#[test]
fn a_check_that_asks_too_much_hangs_on_the_names() {
    let many: Vec<String> = (0..9).map(|at| format!("\"a:x{at}.example\"")).collect();
    let terms = format!("{} \"+mx\" \"-all\"", many.join(" "));
    assert!(answer("spf-covers-egress", &with_spf(&terms)).is_err());
    let few = "\"a:x0.example\" \"a:x1.example\" \"include:x2.example\" \"+mx\" \"-all\"";
    assert_eq!(answer("spf-covers-egress", &with_spf(few)), Ok(4));
}

/// Returns Doe's policy with mail that leaves by a host of somebody else's.
fn by_a_host(terms: &str) -> String {
    let route = "route \"out\" { to \"relay.x.example\" port=587 credentials=\"/etc/mail/out\" }";
    format!("{}\n{route}\noutbound via=\"out\"\n", with_spf(terms))
}

#[test]
fn a_host_of_which_nothing_is_known_has_addresses_that_no_prefix_guesses() {
    for (terms, found) in [
        ("\"a:relay.x.example\" \"-all\"", true),
        ("\"ip4:0.0.0.0/0\" \"ip6:::/0\" \"-all\"", true),
        ("\"ip4:128.0.0.0/1\" \"ip6:8000::/1\" \"-all\"", false),
        ("\"ip4:0.0.0.0/1\" \"ip6:::/1\" \"-all\"", false),
        ("\"mx:relay.x.example\" \"-all\"", false),
        (
            "\"-ip4:203.0.113.0/24\" \"a:relay.x.example\" \"-all\"",
            false,
        ),
        (
            "\"~ip4:203.0.113.9\" \"ip4:0.0.0.0/0\" \"ip6:::/0\" \"-all\"",
            false,
        ),
        (
            "\"ip4:0.0.0.0/8\" \"ip4:255.0.0.0/8\" \"ip6:::/16\" \"ip6:ff00::/8\" \"-all\"",
            false,
        ),
    ] {
        let answered = answer("spf-covers-egress", &by_a_host(terms));
        assert_eq!(answered.is_ok(), found, "{terms}: {answered:?}");
    }
}

#[test]
fn an_exchanger_of_which_nothing_is_known_is_in_no_network() {
    let text = DOE
        .replace(
            "publish {",
            "publish {\n mx \"mx.doe-family.com\" \"mx.x.example\"\n",
        )
        .replace(
            "network \"internal\" {",
            "network \"wide\" {\n cidr \"240.0.0.0/4\" \"0.0.0.0/8\" \"ff00::/8\" \"::/96\"\n \
             may-hand-over\n}\nnetwork \"internal\" {",
        );
    assert_eq!(answer("mx-is-us", &text), Err("mx.x.example".to_owned()));
}

#[test]
fn a_prefix_around_this_host_is_a_part_of_its_own() {
    let terms = "\"-a:mx.doe-family.com/24//64\" \"ip4:0.0.0.0/0\" \"ip6:::/0\" \"-all\"";
    let text = by_a_host(terms).replace(" \"2001:db8:d0e::25\"", "");
    let found = answer("spf-covers-egress", &text);
    assert!(found.is_err(), "{found:?}");
}
