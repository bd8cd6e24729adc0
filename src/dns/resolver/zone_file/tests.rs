//! Master files, as administrators write them and get them wrong.

use super::*;
use crate::spf::{Dns, DnsError, Mx};

#[track_caller]
fn zone(text: &str) -> Zone {
    let source = Source::new("zone", text);
    let mut diagnostics = Diagnostics::new();
    let zone = read_zone(&source, &mut diagnostics);
    let told: Vec<String> = diagnostics
        .sorted()
        .iter()
        .map(ToString::to_string)
        .collect();
    zone.unwrap_or_else(|_| panic!("{told:?}"))
}

/// Returns what is told: `line:column what`.
fn faults(text: &str) -> Vec<String> {
    let source = Source::new("zone", text);
    let mut diagnostics = Diagnostics::new();
    assert!(read_zone(&source, &mut diagnostics).is_err());
    let place = |told: &&crate::diagnostic::Told| {
        let label = told.labels().unwrap().next().unwrap();
        let position = source.position(label.offset());
        format!("{}:{} {told}", position.line, position.column)
    };
    diagnostics.sorted().iter().map(place).collect()
}

#[track_caller]
fn wrong(text: &str, expected: &[&str]) {
    assert_eq!(faults(text), expected);
}

const EXAMPLE: &str = "\
; a zone
$TTL 1h
$ORIGIN example.org.
@       IN SOA ns hostmaster ( 1 ; serial
               2h 30m 2w 1d )
        IN NS  ns
        300 IN MX 10 mx
        IN 300 MX 20 mx.other.example.
        TXT    \"v=spf1 \" \"+mx\" ( \" -all\" ; why
               )
mx      A      192.0.2.25
        AAAA   2001:db8::25
        txt    unquoted \\\"a\\;b\\195\\169
www     CNAME  @
$ORIGIN 2.0.192.in-addr.arpa.
25      PTR    mx.example.org.
";

#[test]
fn a_zone_is_read() {
    let zone = zone(EXAMPLE);
    let mx = |preference, exchange: &str| Mx {
        preference,
        exchange: exchange.to_owned(),
    };
    let exchangers = vec![mx(10, "mx.example.org"), mx(20, "mx.other.example")];
    assert_eq!(zone.mx("example.org"), Ok(exchangers.clone()));
    assert_eq!(zone.mx("www.example.org"), Ok(exchangers));
    assert_eq!(
        zone.txt("example.org"),
        Ok(vec![b"v=spf1 +mx -all".to_vec()])
    );
    assert_eq!(
        zone.a("mx.example.org"),
        Ok(vec![Ipv4Addr::new(192, 0, 2, 25)])
    );
    assert_eq!(
        zone.aaaa("mx.example.org"),
        Ok(vec!["2001:db8::25".parse().unwrap()])
    );
    let text = b"unquoted\"a;b\xc3\xa9".to_vec();
    assert_eq!(zone.txt("mx.example.org"), Ok(vec![text]));
    assert_eq!(
        zone.ptr("25.2.0.192.in-addr.arpa"),
        Ok(vec!["mx.example.org".to_owned()])
    );
    assert_eq!(zone.a("ns.example.org"), Err(DnsError::NoSuchName));
}

#[test]
fn times_and_classes_may_stand_in_any_order() {
    for head in [
        "",
        "IN ",
        "300 ",
        "300 IN ",
        "IN 300 ",
        "1h30m in ",
        "IN 2W ",
    ] {
        let zone = zone(&format!("a.example. {head}A 192.0.2.1\n"));
        assert!(zone.a("a.example").is_ok(), "{head}");
    }
}

#[test]
fn an_owner_may_look_like_something_else() {
    let zone = zone("$ORIGIN example.\nIN IN A 192.0.2.1\n300 300 A 192.0.2.2\nTXT TXT x\n");
    assert!(zone.a("in.example").is_ok());
    assert!(zone.a("300.example").is_ok());
    assert!(zone.txt("txt.example").is_ok());
}

#[test]
fn the_same_record_twice_is_one() {
    let zone = zone("a. TXT \"v=spf1 -all\"\nA. 60 TXT \"v=spf1\" \" -all\"\na. TXT other\n");
    assert_eq!(zone.txt("a").map(|records| records.len()), Ok(2));
}

#[test]
fn a_null_exchanger_is_one() {
    let exchanger = zone("a.example. MX 0 .").mx("a.example").unwrap().remove(0);
    assert_eq!((exchanger.preference, exchanger.exchange.as_str()), (0, ""));
}

#[test]
fn aliases_stand_alone() {
    wrong(
        "a. CNAME b.\na. A 192.0.2.1\n",
        &["2:4 a is an alias, and has other records"],
    );
    wrong(
        "a. A 192.0.2.1\nA. CNAME b.\n",
        &["2:4 A is an alias, and has other records"],
    );
    wrong(
        "a. A 192.0.2.1\na. AAAA ::\na. MX 1 b.\na. CNAME b.\n",
        &["4:4 a is an alias, and has other records"],
    );
    wrong(
        "a. CNAME b.\na. CNAME c.\n",
        &["2:4 a is an alias, and has other records"],
    );
    assert!(zone("a. CNAME b.\na. CNAME b.\n").cname("a").is_ok());
    // Names whose order is next to one another are not one.
    assert!(
        zone("a. CNAME b.\nab. A 0.0.0.0\n.  A 0.0.0.0\n")
            .cname("a")
            .is_ok()
    );
}

#[test]
fn a_byte_order_mark_is_told_for_what_it_is() {
    wrong(
        "\u{feff}a. A 192.0.2.1\n",
        &["1:1 a byte order mark, which name servers take for a part of the first name"],
    );
}

#[test]
fn a_record_has_so_much_data() {
    // Of 256 strings all but the last have 255 octets, and each one more for its length.
    let of = |last: usize| {
        let strings = format!("\"{}\" ", "x".repeat(255)).repeat(255);
        format!("a. TXT {strings}\"{}\"\n", "y".repeat(last))
    };
    assert_eq!(zone(&of(254)).txt("a").unwrap()[0].len(), 65_279);
    let column = 1 + "a. TXT ".len() + 258 * 255;
    let told = format!("1:{column} the data of a record have at most 65535 octets");
    wrong(&of(255), &[&told]);
}

#[test]
fn a_zone_has_a_greatest_length() {
    let of = |octets: usize| {
        let line = format!(";{}\n", "x".repeat(1022));
        line.repeat(octets / 1024) + &";".repeat(octets % 1024)
    };
    zone(&of(ZONE_OCTETS_MAX));
    wrong(
        &of(ZONE_OCTETS_MAX + 1),
        &["1:1 a zone of more than 32 MiB"],
    );
}

#[test]
fn every_fault_has_its_place() {
    wrong(
        "a. A 192.0.2\nb. AAAA 192.0.2.1\n\n c. MX ten mx.\n d\n",
        &[
            "1:6 this is no IPv4 address",
            "2:9 this is no IPv6 address",
            "4:2 this is no type of records",
            "5:2 this is no type of records",
        ],
    );
    wrong("a. MX +10 b.", &["1:7 this is no preference: 0 to 65535"]);
    wrong("a. MX 70000 b.", &["1:7 this is no preference: 0 to 65535"]);
    wrong("a. MX 10", &["1:7 the exchanger is missing"]);
    wrong("a. TXT", &["1:4 the record has no data"]);
    wrong("a. 300 IN", &["1:8 the type of the record is missing"]);
    wrong("a.\n", &["1:1 the type of the record is missing"]);
    wrong(" A 192.0.2.1", &["1:2 whose record this is is not known"]);
    wrong("a. A 192.0.2.1 x", &["1:16 this is one word too many"]);
    wrong("a. CH A 192.0.2.1", &["1:4 only class IN is read"]);
    wrong("a. TXTT x", &["1:4 this is no type of records"]);
    wrong(
        "a A 192.0.2.1",
        &["1:1 a name without a final dot, and no origin before it"],
    );
    wrong("$INCLUDE other", &["1:1 `$INCLUDE` is not read"]);
    wrong("$TTL soon", &["1:6 this is no time to live"]);
    wrong("$ORIGIN", &["1:1 the origin is missing"]);
    wrong("a. TXT \\# 1 00", &["1:8 data in hexadecimal is not read"]);
    let long = format!("a. TXT {}", "a".repeat(256));
    wrong(&long, &["1:8 a string has at most 255 octets"]);
}

/// A line below one whose owner is wrong must not go to the owner before that.
#[test]
fn an_owner_that_is_wrong_is_nobody() {
    wrong(
        "a. A 192.0.2.1\nb..c. A 192.0.2.1\n A 192.0.2.2\n",
        &[
            "2:1 an empty label",
            "3:2 whose record this is is not known",
        ],
    );
}

#[test]
fn our_own_zone_text_reads_back() {
    use crate::dns::{Record, RecordData};
    let long = "a".repeat(600) + "\"\\;\u{e9}";
    let record = |data| Record {
        name: "a.example".to_owned(),
        data,
        purpose: "a test".to_owned(),
    };
    let records = [
        record(RecordData::Txt(long.clone())),
        record(RecordData::Mx(10, "mx.example".to_owned())),
        record(RecordData::A(Ipv4Addr::LOCALHOST)),
    ];
    let zone = zone(&crate::dns::zone(&records, &[]));
    assert_eq!(zone.txt("a.example"), Ok(vec![long.into_bytes()]));
    assert_eq!(zone.mx("a.example").unwrap()[0].exchange, "mx.example");
    assert!(zone.a("a.example").is_ok());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[aAMXT.@$;()\"\\\\029 \t\n\r\u{e9}\u{0}]{0,60}") {
        let source = Source::new("zone", text);
        let mut diagnostics = Diagnostics::new();
        let refused = read_zone(&source, &mut diagnostics).is_err();
        let told = diagnostics.sorted();
        assert_eq!(refused, !told.is_empty());
        for one in told {
            let style = crate::diagnostic::Style::PLAIN;
            assert!(!crate::diagnostic::render(one.as_ref(), style).is_empty());
        }
    }

    #[test]
    fn any_text_of_a_record_reads_back(text in "\\PC{0,300}|[ -~]{0,300}") {
        let record = crate::dns::Record {
            name: "a.example".to_owned(),
            data: crate::dns::RecordData::Txt(text.clone()),
            purpose: "a test".to_owned(),
        };
        let zone = zone(&crate::dns::zone(&[record], &[]));
        assert_eq!(zone.txt("a.example"), Ok(vec![text.into_bytes()]));
    }
}
