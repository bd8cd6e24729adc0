//! Laws between the gate and KDL's own parser, and cases of the gate.

use proptest::prelude::*;

use super::{gate, reader};
use crate::diagnostic::Diagnostics;
use crate::source::Source;

/// Returns the first message of the gate, or what KDL's parser says, or nothing.
fn told(text: &str) -> Option<String> {
    let source = Source::new("x", text);
    let mut diagnostics = Diagnostics::new();
    gate::check(&source, &mut diagnostics);
    if diagnostics.errors() == 0 && reader::read(&source, &mut diagnostics).is_err() {
        let told = diagnostics.sorted();
        return Some(format!("KDL: {}", told.first().unwrap()));
    }
    let told = diagnostics.sorted();
    told.first().map(ToString::to_string)
}

#[track_caller]
fn good(text: &str) {
    assert_eq!(told(text), None, "{text:?}");
}

#[track_caller]
fn bad(text: &str, message: &str) {
    assert_eq!(told(text).as_deref(), Some(message), "{text:?}");
}

#[test]
fn what_is_kdl_passes() {
    for text in [
        "",
        "\u{feff}a",
        "a; b;c",
        "a \"x\" y=1 z = \"w\"",
        "a{b}",
        "a { b; c { d } }",
        "a {\r\n b\r\n}\r\n",
        "/- a { b }",
        "/-\n// c\n\na",
        "a /-b /-c=d e",
        "a /-{ b } { c }",
        "a { c } /-{ b }",
        "a \\\n b",
        "a \\ // c\n b",
        "a /* c /* d */ */ b",
        "a -1 +2 1.5 #true #false #null #inf #-inf #nan",
        "a \"\\n\\u{e9}\\\\\\\"\"",
        "a #\"b\"c\"# ##\"d\"#\"##",
        "a \"\"\"\n  b\n    c\n\n  \"\"\"",
        "a #\"\"\"\n  \\b\n  \"\"\"#",
        "\"a b\" - -- .a +b a-b",
        "a é=ü",
    ] {
        good(text);
    }
}

#[test]
fn what_is_no_kdl_is_told() {
    bad("a \"b", "this text is not closed");
    bad("a \"b\nc\"", "this text is not closed");
    bad(
        "a \"\\q\"",
        "this text has an escape that KDL does not have",
    );
    bad(
        "a \"\\u{d800}\"",
        "this text has an escape that KDL does not have",
    );
    bad(
        "a \"\"\"b\"\"\"",
        "this text of several lines is no such text",
    );
    bad(
        "a \"\"\"\nb\n  \"\"\"",
        "this text of several lines is no such text",
    );
    bad("a #\"b\"", "this text is not closed");
    bad("a /* b", "this comment is not closed");
    bad("a true", "`true` is not a value");
    bad("a b=null", "`null` is not a value");
    bad("a 1x", "`1x` is no number");
    bad("a 192.0.2.1", "`192.0.2.1` is no number");
    bad("a 192.0.2.0/24;b", "`192.0.2.0/24` is no number");
    bad("a 1x// b", "`1x` is no number");
    bad("a #yes", "`#yes` is no keyword");
    bad("# a", "`#` is no keyword");
    bad("a [b]", "`[` cannot stand here");
    bad("a (b)c", "a policy has no type annotations");
    bad("a \"b\"\"c\"", "there is no blank before this");
    bad("a \"b\", \"c\"", "there is no blank before this");
    bad("a =b", "there is no name before `=`");
    bad("= b", "there is no name before `=`");
    bad("a b=", "there is no value behind `=`");
    bad("a b=\nc", "there is no value behind `=`");
    bad("a {", "this block is not closed");
    bad("a }", "`}` closes nothing");
    bad("{ a }", "this block belongs to no node");
    bad("a { b } c", "a node ends with its block");
    bad("a { b } { c }", "a node has one block");
    bad("a { b } /-{ c } { d }", "a node has one block");
    bad("/- a; b", "a node that is commented out ends with its line");
    bad("1 a", "a node has a name");
    bad("a /-", "`/-` comments out nothing");
    bad(";", "`;` ends nothing");
    bad("a /-;b", "`/-` comments out nothing");
    // KDL's parser wants a blank there, and none behind a block that is not commented out.
    bad("a /-{ b }/-{ c }", "there is no blank before this");
    good("a /-{ b } /-{ c }");
    good("a { b }/-{ c }");
}

#[test]
fn what_would_take_a_parser_beyond_measure_is_told() {
    let deep = "blocks are nested more than 64 deep";
    bad(&"a{".repeat(100_000), deep);
    bad(&format!("{}{}", "a{".repeat(65), "}".repeat(65)), deep);
    good(&format!("{}{}", "a{".repeat(64), "}".repeat(64)));
    let commented = "blocks are nested more than 2 deep";
    bad(&"a /-{".repeat(50), commented);
    good("a /-{ a /-{ b } }");
    bad(
        &"/*".repeat(100_000),
        "comments are nested more than 8 deep",
    );
    bad(
        &format!("a {}{}", "/*".repeat(9), "*/".repeat(9)),
        "comments are nested more than 8 deep",
    );
    good(&format!("a {}{}", "/*".repeat(8), "*/".repeat(8)));
    bad(&"a /-".repeat(100_000), "`/-` comments out nothing");
    bad(&"\\ /**/".repeat(100_000), "`\\` cannot stand here");
    good(&"a \\ /**/ //\n".repeat(1_000));
}

/// Pieces of which every text is nearly KDL.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "b c",
        " \"d\"",
        " e=f",
        " 1",
        " #true",
        " /-g",
        " /-h=1",
        " { i }",
        " /-{ j }",
        " {",
        "}",
        "\n",
        ";",
        " ",
        "\\\n",
        " // k\n",
        "/* l */",
        "/- ",
        " = ",
        "\"m n\"",
        " #\"o\"#",
        "\t",
        " \"\"\"\n p\n \"\"\"",
        "\r\n",
        "-",
        ".q",
        " é",
        " \"\\u{e9}\"",
        " -0.5",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_the_gate_lets_through_kdl_reads(pieces in prop::collection::vec(piece(), 0..14)) {
        let text = pieces.concat();
        if let Some(told) = told(&text) {
            prop_assert!(!told.starts_with("KDL"), "{told}: {text:?}");
        }
    }
}
