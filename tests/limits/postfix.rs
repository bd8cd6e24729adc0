//! How far the reader of Postfix follows names and addresses, and how long the lines of Cyrus SASL
//! are: the largest that it takes, and one larger.

use mailpol::decision::Written;
use mailpol::mail::Domain;

use crate::readers::{Files, MAIN, check};

#[test]
fn names_of_parameters_that_name_each_other() {
    let of = |depth: usize| {
        let names = (1..depth).map(|number| format!("own{number} = $own{}\n", number + 1));
        let names = names.collect::<String>() + &format!("own{depth} = x\n");
        let banner = "smtpd_banner = $myhostname ESMTP";
        Files::of("postfix")
            .replace(MAIN, banner, &format!("{banner} $own1"))
            .add(MAIN, &names)
    };
    check(100, "names itself", &of);
}

#[test]
fn lines_of_cyrus_sasl() {
    let of = |octets: usize| {
        let comment = format!("#{}\n", "x".repeat(octets - 2));
        Files::asking("postfix", "\"saslauthd\" mechanism=\"shadow\"")
            .add("etc/postfix/sasl/smtpd.conf", &comment)
    };
    let words = "Cyrus SASL reads the rest of so long a line as another line";
    check(4_095, words, &of);
}

/// A host that takes no mail from others: alone there addresses are rewritten.
const CLOSED: &str = r#"mailpol version=1

host "mx.example.org" {
    address "198.51.100.25"
    postmaster "ops@example.org"
}

route "relay" {
    to "relay.example.org" port=587
}
outbound via="relay"
"#;

#[test]
fn rewritings_of_an_address_of_a_closed_host() {
    // cleanup(8) keeps what it has come to by then (`cleanup_map11_external`).
    let of = |count: usize| {
        let row = |number: usize| format!("r{number}@example.org r{}@example.org\n", number + 1);
        let rows: String = (0..count).map(row).collect();
        let files = Files::made("postfix", CLOSED);
        let reading = files.add("etc/postfix/host-names", &rows).read();
        let written = Written {
            local: "r0".to_owned(),
            domain: Some(Domain::literal("example.org")),
        };
        let sender = reading.decider.host_mail().unwrap().sender(&written);
        sender.to_string()
    };
    assert_eq!(of(9), "r9@example.org");
    assert_eq!(of(10), "r10@example.org");
    assert_eq!(of(11), "r10@example.org");
}
