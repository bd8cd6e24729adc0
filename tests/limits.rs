//! Limits: of bytes, of lines, of what is told; and that large inputs take time in proportion.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use mailpol::diagnostic::{Diagnostics, Reported, Style, render};
use mailpol::policy::{self, Policy};
use mailpol::source::Source;
use mailpol::syntax;

const BASE: &str = r#"mailpol version=1

host "mx.example.org" {
    address "198.51.100.25"
    listen "smtp"
}

domain "example.org" {
    mailbox "john"
    alias "postmaster" "john"
}
"#;

fn compile(text: &str, tables: &[(&str, String)]) -> (Result<Policy, Reported>, Diagnostics) {
    let files: BTreeMap<String, Arc<Source>> = tables
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Source::new(*name, text.clone())))
        .collect();
    let source = Source::new("policy.kdl", text);
    let mut diagnostics = Diagnostics::new();
    let policy = syntax::parse(&source, &mut diagnostics)
        .and_then(|document| policy::lower(&document, &files, &mut diagnostics));
    (policy, diagnostics)
}

#[track_caller]
fn refused(text: &str, tables: &[(&str, String)], code: &str) {
    let (policy, diagnostics) = compile(text, tables);
    assert!(policy.is_err());
    let told = diagnostics.sorted();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].code().unwrap().to_string(), code);
}

#[test]
fn a_policy_that_is_too_large_is_refused() {
    let comment = format!("// {}\n", "x".repeat(1000)).repeat(4300);
    refused(
        &(BASE.to_owned() + &comment),
        &[],
        "mailpol::syntax::too_large",
    );
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let long = format!("scenario \"{}\" {{\n}}\n", "x".repeat(9000));
    let (policy, diagnostics) = compile(&(BASE.to_owned() + &long), &[]);
    assert!(policy.is_err());
    let told = diagnostics.sorted();
    let long = told
        .iter()
        .find(|one| one.code().unwrap().to_string() == "mailpol::syntax::long_text");
    assert!(render(long.unwrap().as_ref(), Style::PLAIN).contains("9000 bytes"));
}

#[test]
fn a_line_that_is_too_long_is_refused() {
    let table = format!("domain\tlocal-part\nexample.org\t{}\n", "x".repeat(17_000));
    let policy = BASE.to_owned() + "mailboxes file=\"m.tsv\"\n";
    refused(&policy, &[("m.tsv", table)], "mailpol::bulk::long");
}

#[test]
fn of_many_errors_some_are_told_and_all_are_counted() {
    let mut table = "domain\tlocal-part\n".to_owned();
    for number in 0..50_000 {
        writeln!(table, "example.org\tbad%{number}").unwrap();
    }
    let policy = BASE.to_owned() + "mailboxes file=\"m.tsv\"\n";
    let (policy, diagnostics) = compile(&policy, &[("m.tsv", table)]);
    assert!(policy.is_err());
    assert_eq!(diagnostics.errors(), 50_000);
    assert_eq!(diagnostics.sorted().len(), 200);
    assert_eq!(diagnostics.left_out(), 49_800);
    for one in diagnostics.sorted() {
        assert!(render(one.as_ref(), Style::PLAIN).contains("m.tsv:"));
    }
}

#[test]
fn tables_of_many_rows_are_read() {
    let mut domains = "domain\tcatch-all\n".to_owned();
    let mut mailboxes = "domain\tlocal-part\tlogin\ttargets\n".to_owned();
    let mut networks = "network\tcidr\tmay-send\n".to_owned();
    for number in 0..20_000 {
        writeln!(domains, "d{number}.example").unwrap();
        writeln!(mailboxes, "d{number}.example\tinfo\tlogin{number}").unwrap();
        // A chain of aliases over all domains, cut into pieces.
        let next = if number % 50 == 0 { 0 } else { number - 1 };
        writeln!(
            mailboxes,
            "d{number}.example\tall\t\tinfo\tinfo@d{next}.example"
        )
        .unwrap();
    }
    for number in 0..5_000 {
        let (high, low) = (number / 250, number % 250);
        writeln!(networks, "n{number}\t10.{high}.{low}.0/24\tyes").unwrap();
    }
    let policy = r#"mailpol version=1

host "mx.example.org" {
    address "198.51.100.25"
    listen "smtp"
    postmaster "info@d0.example"
}

auth "saslauthd" mechanism="shadow"

domains file="d.tsv"

mailboxes file="m.tsv"

networks file="n.tsv"
"#;
    let tables = [
        ("d.tsv", domains),
        ("m.tsv", mailboxes),
        ("n.tsv", networks),
    ];
    let (policy, diagnostics) = compile(policy, &tables);
    let policy = policy.unwrap_or_else(|_| panic!("{:?}", diagnostics.sorted()));
    assert_eq!(policy.domains.len(), 20_000);
    assert_eq!(policy.logins.len(), 20_000);
    assert_eq!(policy.networks.len(), 5_000);
    assert!(
        policy
            .domains
            .values()
            .all(|hosted| hosted.aliases.len() == 2)
    );
}

#[test]
fn a_long_chain_of_aliases_is_told_and_does_not_overflow() {
    let mut table = "domain\tlocal-part\ttargets\n".to_owned();
    for number in 0..100_000 {
        writeln!(table, "example.org\ta{number}\ta{}", number + 1).unwrap();
    }
    table.push_str("example.org\ta100000\tjohn\n");
    let policy = BASE.to_owned() + "mailboxes file=\"m.tsv\"\n";
    refused(&policy, &[("m.tsv", table)], "mailpol::alias::depth");
}
