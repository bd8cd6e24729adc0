//! Lines as readconf.c makes them, and how many there may be.

use std::fmt::Write;

use super::*;

fn lines(text: &str) -> (Vec<String>, usize) {
    let mut artifacts = Artifacts::new();
    artifacts.add("etc/exim4/more", 0o644, "c = 1\n");
    let mut diagnostics = Diagnostics::new();
    let lines = read(
        &Source::new("exim4.conf", text),
        &artifacts,
        &mut diagnostics,
    );
    let words = lines.iter().map(|line| line.as_str().to_owned()).collect();
    (words, diagnostics.errors())
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let (lines, errors) = lines(text);
    assert_eq!(lines, expected);
    assert_eq!(errors, 0);
}

#[test]
fn lines_are_joined_as_readconf_joins_them() {
    check("a = b \\\n  c\\\n# not me\n   d\n", &["a = b cd"]);
    check("# x\n\n  a = b # kept  \n", &["a = b # kept"]);
    check("a = b\\", &["a = b"]);
    check("# _HAVE_TLS\na = b\n", &["a = b"]);
}

#[test]
fn macros_are_replaced_in_the_middle_of_words() {
    check(
        "NET = 10.0.0.0/8\na = xNETy : NET\n",
        &["a = x10.0.0.0/8y : 10.0.0.0/8"],
    );
    check("A_A = 1\nB_B = A_A\nA_A == 2\nx = B_B A_A\n", &["x = 1 2"]);
    check("X_X = a\n.ifdef X_X\nb\n.else\nc\n.endif\n", &["b"]);
    check(".ifdef X_X\nb\n.elifdef Y_Y\nd\n.else\nc\n.endif\n", &["c"]);
    check("\n.include /etc/exim4/more\nd = 2\n", &["c = 1", "d = 2"]);
}

#[test]
fn so_many_files_are_read() {
    let of = |count: usize| ".include /etc/exim4/more\n".repeat(count);
    let (read, errors) = lines(&of(1_000));
    assert_eq!((read.len(), errors), (1_000, 0));
    // Beyond that nothing is read, and it is told once.
    for count in [1_001, 2_000] {
        let (read, errors) = lines(&of(count));
        assert_eq!((read.len(), errors), (1_000, 1));
    }
}

#[test]
fn files_that_include_two_each_end() {
    let mut artifacts = Artifacts::new();
    for depth in 0..19 {
        let next = format!(".include /etc/exim4/f{}\n", depth + 1).repeat(2);
        artifacts.add(&format!("etc/exim4/f{depth}"), 0o644, &next);
    }
    artifacts.add("etc/exim4/f19", 0o644, "c = 1\n");
    let mut diagnostics = Diagnostics::new();
    let main = Source::new("exim4.conf", ".include /etc/exim4/f0\n");
    read(&main, &artifacts, &mut diagnostics);
    assert_eq!(diagnostics.errors(), 1);
}

#[test]
fn so_many_macros_are_read() {
    let of = |count: usize| {
        let lines = (0..count).map(|number| format!("M{number}_ = x\n"));
        lines.collect::<String>()
    };
    assert_eq!(lines(&of(1_000)).1, 0);
    assert_eq!(lines(&of(1_001)).1, 1);
}

#[test]
fn macros_make_a_file_so_much_longer() {
    // Each is twice the one before, and its definition is replaced already: 2 + 4 + ...
    let doubled = |count: usize| {
        let mut text = "A_A = x\n".to_owned();
        let mut last = 'A';
        for next in ('B'..='Z').take(count) {
            writeln!(text, "{next}_{next} = {last}_{last}{last}_{last}").unwrap();
            last = next;
        }
        text
    };
    assert_eq!(lines(&doubled(23)).1, 0);
    assert_eq!(lines(&doubled(24)).1, 1);
    // 16 MiB, and one more.
    let long = "x".repeat(1 << 10);
    let of = |count: usize| format!("L_ = {long}\n{}", "a = L_\n".repeat(count));
    assert_eq!(lines(&of(16 << 10)).1, 0);
    assert_eq!(lines(&of((16 << 10) + 1)).1, 1);
}

#[test]
fn what_is_not_known_is_told() {
    assert_eq!(lines(".include /etc/none\n").1, 1);
    assert_eq!(lines(".ifdef _HAVE_TLS\n.endif\n").1, 1);
    assert_eq!(lines(".ifdef X\n").1, 1);
    assert_eq!(lines("AB = 1\nXABY = 2\n").1, 1);
}
