//! How far aliases lead, and to how many.

use std::fmt::Write;

use crate::{BASE, compile, refused, taken};

#[test]
fn aliases_have_a_greatest_depth() {
    let of = |depth: usize| {
        let mut table = "domain\tlocal-part\ttargets\n".to_owned();
        for number in 1..depth {
            writeln!(table, "example.org\ta{number}\ta{}", number + 1).unwrap();
        }
        table + &format!("example.org\ta{depth}\tjohn\n")
    };
    let policy = BASE.to_owned() + "mailboxes file=\"m.tsv\"\n";
    taken(&policy, &[("m.tsv", of(64))]);
    refused(&policy, &[("m.tsv", of(65))], "mailpol::alias::depth");
}

#[test]
fn an_alias_has_so_many_recipients() {
    // One list in parts, since a line has a greatest length; `all` leads to its parts.
    let of = |count: usize| {
        let mut table = "domain\tlocal-part\tlogin\ttargets\n".to_owned();
        let mut lists = Vec::new();
        for part in 0..count.div_ceil(1000) {
            let members = part * 1000..count.min((part + 1) * 1000);
            for number in members.clone() {
                writeln!(table, "example.org\tm{number}\t\t").unwrap();
            }
            let names: Vec<String> = members.map(|number| format!("m{number}")).collect();
            writeln!(table, "example.org\tl{part}\t\t{}", names.join("\t")).unwrap();
            lists.push(format!("l{part}"));
        }
        table + &format!("example.org\tall\t\t{}\n", lists.join("\t"))
    };
    let policy = BASE.to_owned() + "mailboxes file=\"m.tsv\"\n";
    taken(&policy, &[("m.tsv", of(10_000))]);
    refused(&policy, &[("m.tsv", of(10_001))], "mailpol::alias::many");
}

#[test]
fn a_forward_has_so_many_recipients() {
    let of = |count: usize| {
        let targets: Vec<String> = (0..count).map(|n| format!("\"j{n}@b.example\"")).collect();
        format!(
            "{BASE}domain \"example.com\" {{\n    alias \"postmaster\" \"john@example.org\"\n    \
             forward \"list\" {}\n}}\n",
            targets.join("\t")
        )
    };
    assert!(compile(&of(10_000), &[]).0.is_ok());
    refused(&of(10_001), &[], "mailpol::alias::many");
}

#[test]
fn all_aliases_have_so_many_recipients() {
    let names = |count: usize, to: &str| {
        let names: Vec<String> = (0..count).map(|number| format!("{to}{number}")).collect();
        names.join("\t")
    };
    let mut table = "domain\tlocal-part\ttargets\n".to_owned();
    // What leads to a few mailboxes does not count, however much there is of it.
    for number in 0..30_000 {
        writeln!(table, "example.org\tm{number}\tjohn").unwrap();
    }
    for number in 0..100 {
        writeln!(table, "example.org\tl{number}\t{}", names(100, "m")).unwrap();
    }
    for number in 0..198 {
        writeln!(table, "example.org\tall{number}\t{}", names(100, "l")).unwrap();
    }
    // These are 198 × 10,000 and 100 × 100.
    let of = |last: usize| {
        let (lists, ones, last) = (names(98, "l"), names(100, "m"), names(last, "m"));
        let rest = format!("example.org\ty\t{lists}\t{ones}\nexample.org\tz\t{last}\n");
        [("m.tsv", format!("{table}{rest}"))]
    };
    let policy = BASE.to_owned() + "mailboxes file=\"m.tsv\"\n";
    taken(&policy, &of(100));
    refused(&policy, &of(101), "mailpol::alias::total");
}

#[test]
fn aliases_that_lead_to_each_other_are_told_once_each() {
    const COUNT: usize = 1_000;
    let all: Vec<String> = (0..COUNT).map(|number| format!("a{number}")).collect();
    let mut table = "domain\tlocal-part\ttargets\n".to_owned();
    for name in &all {
        writeln!(table, "example.org\t{name}\t{}", all.join("\t")).unwrap();
    }
    let policy = BASE.to_owned() + "mailboxes file=\"m.tsv\"\n";
    let (policy, diagnostics) = compile(&policy, &[("m.tsv", table)]);
    assert!(policy.is_err());
    // There are a million ways to close a circle.
    assert_eq!(diagnostics.errors(), COUNT);
    let told = diagnostics.sorted();
    let codes = told.iter().map(|one| one.code().unwrap().to_string());
    assert!(
        codes
            .into_iter()
            .all(|code| code == "mailpol::alias::cycle")
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
