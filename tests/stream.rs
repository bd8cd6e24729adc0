//! `simulate --envelopes`: a stream is answered line by line, in order, however long it is.
#![expect(clippy::disallowed_methods, reason = "the tests start the program")]

use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Answers lines from standard input under the example's policy.
fn answer(lines: Vec<u8>, more: &[&str]) -> Output {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/doe/policy.kdl");
    let mut program = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .arg("simulate")
        .arg(policy)
        .args(["--envelopes", "-"])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = program.stdin.take().unwrap();
    // Answers come while lines go: who writes all first would wait for ever.
    let writer = std::thread::spawn(move || {
        // The program may end before it has read all.
        let _ = input.write_all(&lines);
    });
    let output = program.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// What to ask in line `number`, and the rule that answers.
fn asked(number: u32) -> (&'static str, &'static str) {
    match number.wrapping_mul(2_654_435_761) >> 30 {
        0 => ("jane.doe@doe-family.com", "listed"),
        1 => ("nobody@doe-family.com", "unlisted"),
        2 => ("victim@victim.example", "relay-denied"),
        _ => ("a b@doe-family.com", "bad-path"),
    }
}

#[test]
fn answers_come_in_the_order_of_the_lines() {
    let count = 30_000;
    let mut lines = Vec::new();
    for number in 0..count {
        let (to, _) = asked(number);
        let helo = "x".repeat(usize::try_from(number % 50).unwrap());
        writeln!(
            lines,
            "{{\"client\":\"203.0.113.9\",\"helo\":\"{helo}\",\"from\":\"a@b.example\",\
             \"to\":\"{to}\"}}"
        )
        .unwrap();
        if number % 100 == 0 {
            // Empty lines have no answer.
            lines.extend_from_slice(b"\r\n");
        }
    }
    // Of a file more is there at once than a pipe holds.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lines");
    std::fs::write(&file, &lines).unwrap();
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/doe/policy.kdl");
    let from_file = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .arg("simulate")
        .arg(policy)
        .arg("--envelopes")
        .arg(&file)
        .output()
        .unwrap();
    let from_pipe = answer(lines.clone(), &[]);
    let of_files = answer(lines, &["--target", "exim"]);
    for output in [from_file, from_pipe, of_files] {
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).unwrap();
        let mut answers = text.lines();
        for number in 0..count {
            let line = answers.next().unwrap();
            let because = format!("\"because\":\"{}\"", asked(number).1);
            assert!(line.contains(&because), "{number}: {line}");
        }
        assert_eq!(answers.next(), None);
    }
}

/// The most memory that a process had so far, in KiB: proc(5).
fn most_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.unwrap().parse().unwrap()
}

/// Six times as many lines are some eight megabytes more, and as much again is answered.
#[test]
fn memory_does_not_grow_with_the_stream() {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/doe/policy.kdl");
    let mut program = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .arg("simulate")
        .arg(policy)
        .args(["--envelopes", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = BufWriter::new(program.stdin.take().unwrap());
    let mut answers = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut after = |count: u32| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..count {
                    let (to, _) = asked(number);
                    let helo = format!("{number}.{}", "x".repeat(60));
                    writeln!(
                        input,
                        "{{\"client\":\"203.0.113.9\",\"helo\":\"{helo}\",\
                         \"from\":\"a@b.example\",\"to\":\"{to}\"}}"
                    )
                    .unwrap();
                }
                input.flush().unwrap();
            });
            for _ in 0..count {
                assert!(answers.next().unwrap().unwrap().starts_with("{\"verdict\""));
            }
        });
        most_memory(program.id())
    };
    let (few, many) = (after(10_000), after(60_000));
    assert!(many < few + 4_096, "{few} KiB, and then {many} KiB");
    drop(input);
    assert!(program.wait().unwrap().success());
}

#[test]
fn what_is_no_envelope_has_an_error_in_its_place() {
    let good = "{\"client\":\"203.0.113.9\",\"from\":\"\",\"to\":\"jane.doe@doe-family.com\"}";
    let mut lines = format!("{good}\nnonsense\n").into_bytes();
    lines.extend_from_slice(
        b"{\"client\":\"203.0.113.9\",\"from\":\"\xff\",\"to\":\"a@b.example\"}\n",
    );
    // The last line may lack its end.
    lines.extend_from_slice(good.as_bytes());
    let output = answer(lines, &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = text.lines().map(|line| &line[..8]).collect();
    assert_eq!(
        words,
        ["{\"verdic", "{\"error\"", "{\"error\"", "{\"verdic"]
    );
}

#[test]
fn a_line_has_a_greatest_length() {
    let output = answer(vec![b' '; 3 << 20], &[]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("line 1 of the envelopes is longer than 1048576 octets"),
        "{told}"
    );
}

/// Which line it is counts empty ones, and those before it are answered.
#[test]
fn a_line_that_is_too_long_has_a_number() {
    for before in [1, 100_000] {
        let mut lines = b"\n\xff\n".to_vec();
        lines.extend(b"nonsense\n".repeat(before));
        lines.extend(vec![b' '; (1 << 20) + 1]);
        let output = answer(lines, &[]);
        assert_eq!(output.status.code(), Some(2));
        let told = String::from_utf8(output.stderr).unwrap();
        let number = before + 3;
        assert!(
            told.contains(&format!("line {number} of the envelopes")),
            "{told}"
        );
        let answers = String::from_utf8(output.stdout).unwrap();
        assert_eq!(answers.lines().count(), before + 1);
    }
}

/// The page and the help name the keys that are read, and no others.
#[test]
fn the_keys_of_an_envelope_stand_on_its_page() {
    let output = answer(b"{\"no such key\":1}\n".to_vec(), &[]);
    let told = String::from_utf8(output.stdout).unwrap();
    let (_, list) = told.split_once("expected one of ").unwrap();
    let known: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
    assert!(known.len() > 5, "{told}");
    let page = include_str!("../docs/simulate.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let named: Vec<&str> = rows
        .filter_map(|row| Some(row.split_once('`')?.0))
        .collect();
    assert_eq!(named, known);
    let mut program = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    let help = program.args(["simulate", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for key in known {
        let ways = [format!("`{key}`"), format!("\"{key}\":")];
        assert!(ways.iter().any(|way| help.contains(way)), "{key}: {help}");
    }
}
