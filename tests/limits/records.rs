//! Records are as long as the strings of one TXT record can hold, and no longer: 65,279 octets.

use super::{BASE, compile, refused, taken};

const OCTETS_MAX: usize = 65_279;

/// Adds a record to the domain of a policy.
fn publishing(record: &str) -> String {
    let alias = "    alias \"postmaster\" \"john\"\n";
    BASE.replace(alias, &format!("{alias}    publish {{\n{record}\n    }}\n"))
}

/// Asserts that a record of the greatest length is taken and can be loaded, and a longer one not.
#[track_caller]
fn check(of: &dyn Fn(usize) -> String) {
    let longest = publishing(&of(OCTETS_MAX));
    taken(&longest, &[]);
    let (policy, _) = compile(&longest, &[]);
    let records = mailpol::dns::records(&policy.unwrap()).unwrap();
    let length = |record: &mailpol::dns::Record| match &record.data {
        mailpol::dns::RecordData::Txt(text) => text.len(),
        _ => 0,
    };
    assert_eq!(records.iter().map(length).max(), Some(OCTETS_MAX));
    let zone = mailpol::dns::zone(&records, &[]);
    let zone = mailpol::source::Source::new("zone", zone);
    assert!(mailpol::dns::read_zone(&zone, &mut mailpol::diagnostic::Diagnostics::new()).is_ok());
    let longer = publishing(&of(OCTETS_MAX + 1));
    refused(&longer, &[], "mailpol::dns::long_record");
}

#[test]
fn an_spf_record_fits_into_one_record_of_dns() {
    check(&|octets| {
        let rest = octets - "v=spf1 +mx -all".len();
        let term = " ip4:192.0.2.1";
        // So many are one longer.
        let (count, longer) = (rest / term.len(), rest % term.len());
        let terms = " ip4:192.0.2.10".repeat(longer) + &term.repeat(count - longer);
        let terms = terms.trim().replace(' ', "\" \"");
        format!("        spf \"+mx\" \"{terms}\" \"-all\"")
    });
}

#[test]
fn a_tls_rpt_record_fits_into_one_record_of_dns() {
    check(&|octets| {
        let uri = format!("https://example.net/{}", "x".repeat(1000));
        let rest = octets - "v=TLSRPTv1; rua=".len();
        let count = rest / (uri.len() + 1) - 1;
        let last = "y".repeat(rest - count * (uri.len() + 1) - "https://example.net/".len());
        let uris = format!("\"{uri}\" ").repeat(count);
        format!("        tls-rpt {uris} \"https://example.net/{last}\"")
    });
}

#[test]
fn a_dmarc_record_fits_into_one_record_of_dns() {
    check(&|octets| {
        let rest = octets - "v=DMARC1; p=none; rua=".len() + 1;
        let address = |local: usize| format!("{}@reports.example.net", "z".repeat(local));
        let uri = format!("mailto:{},", address(40)).len();
        // So many are one longer.
        let (count, longer) = (rest / uri, rest % uri);
        let some = |count: usize, local: usize| format!(" \"{}\"", address(local)).repeat(count);
        let addresses = some(longer, 41) + &some(count - longer, 40);
        format!("        dmarc \"none\" {{\n            aggregate-reports {addresses}\n        }}")
    });
}
