//! Rows that are read together mean what they mean one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::domain::{Domains, Unread, hosted};
use super::super::table::{Shape, Table};
use super::lower_in;
use crate::diagnostic::Diagnostics;
use crate::mail::Domain;
use crate::source::{Files, Loc, Source};
use crate::syntax::node::Publish;

const SHAPE: Shape = Shape {
    required: &["domain", "local-part"],
    optional: &["login", "via", "targets"],
    rest: "targets",
};

const NAMES: [&str; 3] = ["a.example", "b.example", "c.example"];

fn domains(source: &Arc<Source>) -> Domains {
    let files: BTreeMap<String, Arc<Source>> = BTreeMap::new();
    let files: &dyn Files = &files;
    let at = Loc::new(source, 0, 0);
    let mut told = Diagnostics::new();
    let mut one = |name: &str| {
        let name = Domain::literal(name);
        let hosted = hosted(&Publish::default(), &name, &at, files, &mut told);
        (name, hosted)
    };
    let map = NAMES.map(&mut one).into_iter().collect();
    Domains {
        order: NAMES.map(Domain::literal).into(),
        map,
        unread: Unread::default(),
    }
}

/// Rows with every kind of fault, and those that have none. Numbers choose, always the same ones.
fn rows(count: u32) -> Vec<String> {
    let mut number: u32 = 7;
    let mut next = |below: u32| {
        number = number.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (number >> 16) % below
    };
    let mut domain = NAMES[0];
    let row = |_| {
        if next(4) == 0 {
            domain = NAMES[next(3) as usize];
        }
        let local = format!("box{}", next(count / 2));
        match next(12) {
            0 => format!("{domain}\t{local}\t\t\tbox1"),
            1 => format!("{domain}\t{local}\t\t\tbox1\tbox2@b.example"),
            2 => format!("strange.example\t{local}\tu1"),
            3 => format!("{domain}\tb/x\tu1"),
            4 => format!("{domain}\t{local}\t-u\t\t"),
            5 => format!("{domain}\t\tu1"),
            6 => format!("\t{local}"),
            7 => format!("{domain}\t{local}\tu2\t\tbox1"),
            8 => format!("{domain}\t{local}\u{7f}"),
            _ => format!("{domain}\t{local}\tu{}\tpartner", next(9)),
        }
    };
    (0..count).map(row).collect()
}

/// What comes of rows: what is told, in order, and what the domains hold.
fn lowered(text: &str, octets: usize) -> (Vec<String>, usize, String) {
    let source = Source::new("m.tsv", text);
    let mut diagnostics = Diagnostics::new();
    let mut domains = domains(&source);
    let at = Loc::new(&source, 0, 0);
    let table = Table::open(&source, &at, &SHAPE, &mut diagnostics).unwrap();
    let parts = table.parts(octets);
    assert!(parts.windows(2).all(|two| two[0].end == two[1].start));
    lower_in(&parts, &table, &mut domains, &mut diagnostics);
    let told = diagnostics.sorted();
    let told = told.iter().map(|one| {
        let labels = one.labels().into_iter().flatten();
        let places: Vec<usize> = labels.map(|label| label.offset()).collect();
        format!("{one} {places:?}")
    });
    let unread = &domains.unread;
    let held = format!(
        "{:?} {} {:?}",
        domains.map, unread.recipient, unread.recipient_of
    );
    (told.collect(), diagnostics.errors(), held)
}

#[test]
fn parts_of_a_file_mean_what_the_file_means() {
    let rows = rows(600);
    for text in [rows.join("\n"), rows.join("\r\n"), rows.join("\n\n\n")] {
        let text = format!("domain\tlocal-part\tlogin\tvia\ttargets\n{text}\n");
        // Each row is a part of its own: it is read alone.
        let alone = lowered(&text, 1);
        assert!(alone.1 > 250, "{} errors", alone.1);
        for octets in [2, 30, 100, 1000, 10_000, usize::MAX / 2] {
            assert!(lowered(&text, octets) == alone, "{octets}");
        }
    }
}

#[test]
fn what_is_told_first_is_kept() {
    let rows = rows(1000);
    let all = rows.iter().zip(1..);
    let header = "domain\tlocal-part\tlogin\tvia\ttargets\n";
    // Of so many errors the first are kept: those of a file that ends earlier.
    let whole = lowered(&format!("{header}{}", rows.join("\n")), 1000);
    let kept: BTreeSet<&String> = whole.0.iter().collect();
    let mut before = 0;
    for (_, count) in all.step_by(10) {
        let first = &rows[..count];
        let part = lowered(&format!("{header}{}", first.join("\n")), 1000);
        assert!(part.1 >= before);
        before = part.1;
        if part.1 <= 200 {
            assert!(part.0.iter().all(|one| kept.contains(one)), "{count} rows");
        }
    }
    assert!(before > 400, "{before} errors");
}

#[test]
fn of_a_name_that_comes_again_the_first_stays() {
    let header = "domain\tlocal-part\tlogin\tvia\ttargets\n";
    let rows = [
        "a.example\tone\tu1",
        "b.example\tone\tu2",
        "a.example\tONE\tu3",
        "a.example\tone\t\t\ttwo",
        "a.example\ttwo\t\t\tone",
        "a.example\ttwo\t\t\tone",
    ];
    let text = format!("{header}{}", rows.join("\n"));
    for octets in [1, 40, 1000] {
        let (told, errors, held) = lowered(&text, octets);
        assert_eq!(errors, 3, "{told:?}");
        assert!(
            told[0].starts_with("the mailbox `one@a.example`"),
            "{told:?}"
        );
        assert!(told[1].starts_with("`one@a.example` is"), "{told:?}");
        assert!(told[2].starts_with("the alias `two@a.example`"), "{told:?}");
        assert!(held.contains("u1") && !held.contains("u3"), "{held}");
    }
}
