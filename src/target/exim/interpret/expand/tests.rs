//! How much may be expanded.

use super::super::reader::Place;
use super::*;
use crate::diagnostic::Diagnostics;
use crate::source::Source;
use crate::target::Artifacts;

/// Returns what is told of a string when so many expansions were read before.
fn told(text: &str, before: usize) -> String {
    let (artifacts, mut diagnostics) = (Artifacts::new(), Diagnostics::new());
    let mut reader = Reader::new(&artifacts, &mut diagnostics);
    reader.expansions = before;
    reader.place = Place::Router;
    let at = Loc::new(&Source::new("", ""), 0, 0);
    let is_read = reader.expand(&Text::made(text, &at)).is_ok();
    let told = diagnostics.sorted();
    assert_eq!(is_read, told.is_empty());
    let words: Vec<String> = told.iter().map(|one| format!("{one:?}")).collect();
    words.join("\n")
}

#[track_caller]
fn check([longest, longer]: [String; 2], words: &str) {
    assert_eq!(longest, "");
    assert!(longer.contains(words), "{longer}");
}

#[test]
fn so_many_expansions_are_read() {
    let of = |before| told("$sender_address", before);
    let both = [EXPANSIONS_MAX - 1, EXPANSIONS_MAX].map(of);
    check(both, "there are too many expansions");
}

#[test]
fn expansions_have_a_greatest_depth() {
    let of = |depth| {
        told(
            &("${lc:".repeat(depth - 1) + "x" + &"}".repeat(depth - 1)),
            0,
        )
    };
    check(
        [DEPTH_MAX, DEPTH_MAX + 1].map(of),
        "it is nested too deeply",
    );
}

#[test]
fn an_item_has_so_many_conditions() {
    let of = |count| {
        told(
            &format!("${{if and{{{}}}{{x}}}}", "{eq{a}{a}}".repeat(count)),
            0,
        )
    };
    let both = [CONDITIONS_MAX, CONDITIONS_MAX + 1].map(of);
    check(both, "it has too many conditions");
}

#[test]
fn conditions_have_a_greatest_depth() {
    let of = |depth| {
        let inside = "!".repeat(depth - 1);
        told(&format!("${{if {inside}def:sender_address{{x}}}}"), 0)
    };
    // The string that it stands in is a level too.
    let deepest = CONDITION_DEPTH_MAX - 1;
    check([deepest, deepest + 1].map(of), "it is nested too deeply");
}

#[test]
fn an_expansion_comes_out_in_so_many_ways() {
    // Each item has a text of its own for every condition, and one more.
    fn item(ways: usize) -> String {
        if ways == 1 {
            return "x".to_owned();
        }
        let (yes, no) = (item(ways / 2), item(ways - ways / 2));
        format!("${{if def:sender_address{{{yes}}}{{{no}}}}}")
    }
    let words = "it comes out in too many ways";
    check([64, 65].map(|ways| told(&item(ways), 0)), words);
    // Two that stand beside each other come out in as many ways as the product says.
    let beside = [(8, 8), (13, 5)].map(|(one, other)| told(&(item(one) + &item(other)), 0));
    check(beside, words);
}

#[test]
fn a_router_hangs_on_so_many_headers() {
    // However many conditions there are, the item comes out in two ways.
    let of = |count: usize| {
        let headers = (0..count).map(|number| format!("{{def:h_x{number}:}}"));
        told(
            &format!("${{if or{{{}}}{{x}}}}", headers.collect::<String>()),
            0,
        )
    };
    check(
        [6, 7].map(of),
        "mailpol follows no router that depends on so many headers",
    );
}
