//! `simulate --scenario`: scenarios that stand in files of their own.
#![expect(clippy::disallowed_methods, reason = "the tests start the program")]

use std::path::Path;
use std::process::Command;

/// Plays files of scenarios under the example's policy: the exit status, and what is printed.
fn play(files: &[(&str, &str)], more: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/doe/policy.kdl");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    command.current_dir(&folder).arg("simulate").arg(policy);
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
        command.args(["--scenario", name]);
    }
    let output = command.args(more).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn scenario(name: &str, to: &str, expect: &str) -> String {
    format!(
        "mailpol version=1\nscenario \"{name}\" {{\n    client \"203.0.113.9\"\n    \
         mail-from \"a@b.example\"\n    rcpt-to \"{to}\"\n    expect {expect}\n}}\n"
    )
}

#[test]
fn all_files_are_played_in_order_and_nothing_else() {
    let one = scenario("to jane", "jane.doe@doe-family.com", "\"accept\"");
    let two = scenario("out", "v@c.example", "\"reject\" because=\"relay-denied\"");
    let files = [("one.kdl", one.as_str()), ("two.kdl", two.as_str())];
    for more in [&[][..], &["--target", "postfix"]] {
        assert_eq!(
            play(&files, more),
            (
                0,
                "Scenarios\n\n  as expected  to jane: accept 250 2.1.5 (listed)\n  \
                 as expected  out: reject 554 5.7.1 (relay-denied)\n\n"
                    .to_owned(),
                String::new(),
            )
        );
    }
}

#[test]
fn what_is_not_as_expected_is_told_with_its_place() {
    let wrong = scenario("out", "v@c.example", "\"reject\" because=\"unlisted\"");
    let (status, told, _) = play(&[("wrong.kdl", &wrong)], &[]);
    assert_eq!(status, 1);
    assert!(told.contains("UNEXPECTED   out: reject 554"), "{told}");
    let place = "expected reject (unlisted), wrong.kdl:6:5";
    assert!(told.contains(place), "{told}");
}

#[test]
fn errors_of_all_files_are_told_in_one_run() {
    let host = format!(
        "{}host \"mx.a.example\"\n",
        scenario("x", "v@c.example", "\"reject\"")
    );
    let files = [
        ("host.kdl", host.as_str()),
        ("empty.kdl", "mailpol version=1\n"),
        (
            "word.kdl",
            &format!(
                "{}{}",
                scenario("x", "v@c.example", "\"rejected\""),
                scenario("y", "v@c.example", "\"reject\"")
                    .replace("203.0.113.9", "nowhere")
                    .replace("mailpol version=1\n", "")
            ),
        ),
    ];
    let (status, _, told) = play(&files, &[]);
    assert_eq!(status, 1);
    for words in [
        "host.kdl:8:1",
        "empty.kdl:1:1",
        "word.kdl:9:12",
        "word.kdl:6:12",
        "did you mean `reject`",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn scenarios_and_envelopes_are_two_questions() {
    let one = scenario("x", "v@c.example", "\"reject\"");
    let (status, _, told) = play(&[("one.kdl", &one)], &["--envelopes", "-"]);
    assert_eq!(status, 2, "{told}");
    let (status, _, told) = play(&[], &["--scenario", "nowhere.kdl"]);
    assert_eq!(status, 2);
    assert!(told.contains("`nowhere.kdl` cannot be read"), "{told}");
}
