//! The Doe family's records, published rightly and wrongly.

use std::collections::BTreeMap;

use super::*;
use crate::diagnostic::Diagnostics;
use crate::dns::{read_zone, records, requests};
use crate::source::Source;
use crate::spf::Zone;

const POLICY: &str = include_str!("../../../examples/doe/policy.kdl");

const MX: &str = "doe-family.com. MX 10 mx.doe-family.com.\n";
const SPF: &str = "doe-family.com. TXT \"v=spf1 +mx -all\"\n";
const HOST: &str = "mx.doe-family.com. TXT \"v=spf1 a -all\"\n";
const A: &str = "mx.doe-family.com. A 198.51.100.25\n";
const AAAA: &str = "mx.doe-family.com. AAAA 2001:db8:d0e::25\n";
const PTR: &str = "25.100.51.198.in-addr.arpa. PTR mx.doe-family.com.\n";
const PTR6: &str = "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.e.0.d.0.8.b.d.0.1.0.0.2.ip6.arpa. \
                    PTR mx.doe-family.com.\n";
const ALL: [&str; 7] = [MX, SPF, HOST, A, AAAA, PTR, PTR6];

fn zone(parts: &[&str]) -> Zone {
    let source = Source::new("zone", parts.concat());
    read_zone(&source, &mut Diagnostics::new()).unwrap()
}

/// Returns what is not as wanted: `standing type wanted > published`.
fn faults(zone: &Zone) -> Vec<String> {
    let source = Source::new("policy.kdl", POLICY);
    let mut diagnostics = Diagnostics::new();
    let document = crate::syntax::parse(&source, &mut diagnostics).unwrap();
    let policy = crate::policy::lower(&document, &BTreeMap::new(), &mut diagnostics).unwrap();
    let findings = published(
        &policy,
        &records(&policy).unwrap(),
        &requests(&policy),
        zone,
    );
    let shown = |finding: &Finding| {
        let Finding {
            standing,
            kind,
            wanted,
            published,
            ..
        } = finding;
        let dash = || "-".to_owned();
        let (wanted, there) = (wanted.clone(), published.clone());
        let (wanted, there) = (wanted.unwrap_or_else(dash), there.unwrap_or_else(dash));
        format!("{} {kind} {wanted} > {there}", standing.name())
    };
    let wrong = |finding: &&Finding| finding.standing != Standing::Present;
    findings.iter().filter(wrong).map(shown).collect()
}

/// Publishes everything but for some records, and others instead.
#[track_caller]
fn check(without: &[&str], with: &str, expected: &[&str]) {
    let mut parts: Vec<&str> = ALL.to_vec();
    parts.retain(|part| !without.contains(part));
    parts.push(with);
    assert_eq!(faults(&zone(&parts)), expected);
}

#[test]
fn what_is_as_wanted_is_present() {
    check(&[], "", &[]);
    check(&[], "doe-family.com. TXT \"other=text\"\n", &[]);
    let shouted = "DOE-family.com. MX 10 MX.Doe-Family.com.\n";
    check(&[MX], shouted, &[]);
    let in_other_words = "doe-family.com. TXT \"v=spf1 mx -ALL\"\n";
    check(&[SPF], in_other_words, &[]);
}

#[test]
fn what_is_missing_is_told() {
    check(&[SPF], "", &["missing TXT \"v=spf1 +mx -all\" > -"]);
    check(&[MX], "", &["missing MX 10 mx.doe-family.com. > -"]);
    check(
        &[AAAA],
        "",
        &[
            "missing AAAA 2001:db8:d0e::25 > -",
            "unconfirmed PTR mx.doe-family.com. > mx.doe-family.com.",
        ],
    );
    check(&[PTR], "", &["missing PTR mx.doe-family.com. > -"]);
}

#[test]
fn what_differs_is_told_with_what_is_there() {
    check(
        &[MX],
        "doe-family.com. MX 10 old.example.\n",
        &["different MX 10 mx.doe-family.com. > 10 old.example."],
    );
    check(
        &[MX],
        "doe-family.com. MX 0 a.example.\ndoe-family.com. MX 20 mx.doe-family.com.\n",
        &[
            "different MX 10 mx.doe-family.com. > 20 mx.doe-family.com.",
            "extra MX - > 0 a.example.",
        ],
    );
    for other in ["v=spf1 +mx ~all", "v=spf1 mx mx -all", "v=spf1 +mx -all x"] {
        let expected = format!("different TXT \"v=spf1 +mx -all\" > \"{other}\"");
        let other = format!("doe-family.com. TXT \"{other}\"\n");
        check(&[SPF], &other, &[&expected]);
    }
    check(
        &[PTR],
        "25.100.51.198.in-addr.arpa. PTR 25.hoster.example.\n",
        &["different PTR mx.doe-family.com. > 25.hoster.example."],
    );
}

#[test]
fn what_is_there_besides_is_told() {
    check(
        &[],
        "doe-family.com. TXT \"v=spf1 -all\"\n",
        &["extra TXT - > \"v=spf1 -all\""],
    );
    check(
        &[],
        "doe-family.com. MX 10 old.example.\n",
        &["extra MX - > 10 old.example."],
    );
    check(
        &[],
        "mx.doe-family.com. A 198.51.100.26\n",
        &["extra A - > 198.51.100.26"],
    );
    check(
        &[],
        "25.100.51.198.in-addr.arpa. PTR a.hoster.example.\n",
        &["extra PTR - > a.hoster.example."],
    );
}

#[test]
fn an_alias_is_told() {
    let zone = zone(&[
        HOST,
        A,
        AAAA,
        PTR,
        PTR6,
        "doe-family.com. CNAME other.example.\nother.example. MX 10 mx.doe-family.com.\n",
    ]);
    assert_eq!(
        faults(&zone),
        [
            "extra CNAME - > other.example.",
            "missing MX 10 mx.doe-family.com. > -",
            "missing TXT \"v=spf1 +mx -all\" > -",
        ]
    );
}

#[test]
fn what_is_not_answered_is_not_missing() {
    let mut zone = zone(&ALL);
    zone.fail("doe-family.com");
    zone.fail("25.100.51.198.in-addr.arpa");
    assert_eq!(
        faults(&zone),
        [
            "undetermined CNAME - > -",
            "undetermined MX 10 mx.doe-family.com. > -",
            "undetermined TXT \"v=spf1 +mx -all\" > -",
            "undetermined PTR mx.doe-family.com. > -",
        ]
    );
}

/// A text that is wanted, and others that say the same or do not.
#[track_caller]
fn check_texts(wanted: &str, same: &[&str], different: &[&str]) {
    let text = |text: &str| RecordData::Txt(text.to_owned());
    for (texts, expected) in [(same, true), (different, false)] {
        for one in texts {
            let is_same = alike::same(&text(one), &text(wanted));
            assert_eq!(is_same, expected, "{one}");
        }
    }
}

#[test]
fn keys_are_read_as_their_grammar_is() {
    check_texts(
        "v=DKIM1; k=rsa; p=AAAABBBB",
        &[
            "v=DKIM1; p=AAAABBBB",
            "p=AAAABBBB",
            "v = DKIM1 ; n = a note ; k = rsa ; p = AAAA BBBB ; ",
            "v=DKIM1; h=sha1 : sha256; s=email; p=AAAABBBB;",
        ],
        &[
            "k=rsa; v=DKIM1; p=AAAABBBB",
            "v=dkim1; p=AAAABBBB",
            "v=DKI M1; p=AAAABBBB",
            "v=DKIM1; k=r sa; p=AAAABBBB",
            "v=DKIM1; k=rsa; h=sha 256; p=AAAABBBB",
            "v=DKIM1; k=rsa;; p=AAAABBBB",
            "; v=DKIM1; p=AAAABBBB",
            "v=DKIM1; p=AAAABBBB;;",
            "v=DKIM1; k=rsa; k=rsa; p=AAAABBBB",
            "v=DKIM1; n n=x; p=AAAABBBB",
            "v=DKIM1; =x; p=AAAABBBB",
            "v=DKIM1; k; p=AAAABBBB",
        ],
    );
}

#[test]
fn other_texts_are_read_as_their_grammar_is() {
    check_texts(
        "v=DMARC1; p=reject; rua=mailto:a@d.example,mailto:b@d.example",
        &["v = DMARC1;p=reject ; rua = mailto:a@d.example , mailto:b@d.example ;"],
        &[
            "p=reject; v=DMARC1; rua=mailto:a@d.example,mailto:b@d.example",
            "v=DMARC1; rua=mailto:a@d.example,mailto:b@d.example; p=reject",
            "v=dmarc1; p=reject; rua=mailto:a@d.example,mailto:b@d.example",
            "v=DMA RC1; p=reject; rua=mailto:a@d.example,mailto:b@d.example",
            "v=DMARC1; p=rej ect; rua=mailto:a@d.example,mailto:b@d.example",
            "v=DMARC1;; p=reject; rua=mailto:a@d.example,mailto:b@d.example",
            "v=DMARC1; p=none; p=reject; rua=mailto:a@d.example,mailto:b@d.example",
        ],
    );
    check_texts(
        "v=STSv1; id=20261129;",
        &["v=STSv1;id=20261129", "v=STSv1 ; id=20261129 ; "],
        &[
            "id=20261129; v=STSv1;",
            "v=stsv1; id=20261129;",
            "v=STSv1; id = 20261129;",
            "v=STSv1; id=2026 1129;",
            "v=STSv1; id=1; id=20261129;",
        ],
    );
    check_texts(
        "v=TLSRPTv1; rua=mailto:a@d.example",
        &["v=TLSRPTv1;rua = mailto:a@d.example;"],
        &[
            "rua=mailto:a@d.example; v=TLSRPTv1",
            "v=tlsrptv1; rua=mailto:a@d.example",
            "v=TLSRPTv1;; rua=mailto:a@d.example",
        ],
    );
}

#[test]
fn blanks_hide_no_second_record() {
    for (text, expected) in [
        ("v=DMARC1; p=none", Some(Published::Dmarc)),
        ("v = DMARC1; p=none", Some(Published::Dmarc)),
        ("v=DMARC1", Some(Published::Dmarc)),
        ("v=STSv1; id=1", Some(Published::MtaSts)),
        ("x=DMARC1", Some(Published::Dkim)),
    ] {
        assert_eq!(Published::of(&RecordData::Txt(text.to_owned())), expected);
    }
}
