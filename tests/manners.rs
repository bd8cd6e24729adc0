//! The manners of the command: help, colours, pipes, completions, manual pages, SARIF, and signs of
//! life.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run the program, and fail by panicking"
)]

#[path = "manners/beside.rs"]
mod beside;
#[path = "manners/full.rs"]
mod full;
#[path = "manners/pages.rs"]
mod pages;
#[path = "manners/sarif.rs"]
mod sarif;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_mailpol");

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn doe() -> String {
    root().join("examples/doe/policy.kdl").display().to_string()
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    said(Command::new(BINARY).args(arguments))
}

fn said(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// The commands, as the help lists them.
fn commands() -> Vec<String> {
    let (_, help, _) = run(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_help_has_examples_and_exit_statuses() {
    let (code, help, _) = run(&["--help"]);
    assert_eq!(code, Some(0));
    for words in [
        "Examples:",
        "mailpol diff --against git:HEAD",
        "Exit status: 0 yes",
    ] {
        assert!(help.contains(words), "{words}: {help}");
    }
    assert!(commands().len() >= 12, "{:?}", commands());
}

#[test]
fn the_version_names_targets_and_what_judged_them() {
    let (_, version, _) = run(&["--version"]);
    for words in [
        env!("CARGO_PKG_VERSION"),
        "postfix: Postfix 3.7.11",
        "exim: Exim 4.96",
    ] {
        assert!(version.contains(words), "{version}");
    }
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, text, _) = run(&["completions", shell]);
        assert_eq!(code, Some(0), "{shell}");
        for command in commands() {
            assert!(text.contains(&command), "{shell}: {command}");
        }
        assert!(text.contains("fail-on"), "{shell}");
    }
}

#[test]
fn colour_is_as_it_is_asked_for() {
    let broken = "mailpol version=1\nhost \"a\" {\n";
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    fs::write(&policy, broken).unwrap();
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::new(BINARY);
        command.args(["check"]).arg(&policy).args(arguments);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.envs(variables.iter().copied());
        let (code, _, stderr) = said(&mut command);
        assert_eq!(code, Some(1));
        stderr.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]), "no terminal, no colour");
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(
        &[],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    for (asked, wanted) in [("always", true), ("never", false)] {
        for words in [
            vec!["--color", asked, "--help"],
            vec!["check", "--help", "--color", asked],
        ] {
            let (_, help, _) = run(&words);
            assert_eq!(help.contains('\u{1b}'), wanted, "{words:?}");
        }
    }
}

/// What is printed is coloured as what is said about it is.
#[test]
fn results_are_coloured_as_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let ugly = folder.path().join("ugly.kdl");
    fs::write(&ugly, "mailpol   version=1\n").unwrap();
    let (ugly, doe) = (ugly.display().to_string(), doe());
    let envelope = ["--client", "203.0.113.9", "--to", "victim@c.example"];
    for (words, shown) in [
        (vec!["fmt", "--check", &ugly], "\u{1b}[31m-\u{1b}[0m"),
        (vec!["simulate", &doe], "\u{1b}[32mrefused  \u{1b}[0m"),
        (vec!["prove", &doe], "\u{1b}[32mproved   \u{1b}[0m"),
        (
            vec!["explain", "network::universal"],
            "\u{1b}[1m## How to fix it\u{1b}[0m",
        ),
        (
            [&["explain", doe.as_str()], &envelope[..]].concat(),
            "\u{1b}[31mreject 554\u{1b}[0m",
        ),
    ] {
        let printed = |when| run(&[&words[..], &["--color", when]].concat()).1;
        let (coloured, plain) = (printed("always"), printed("never"));
        assert!(coloured.contains(shown), "{words:?}: {coloured:?}");
        assert!(!plain.contains('\u{1b}'), "{words:?}: {plain:?}");
        let mut rest = coloured.as_str();
        let mut without = String::new();
        while let Some((before, behind)) = rest.split_once('\u{1b}') {
            without += before;
            rest = behind.split_once('m').unwrap().1;
        }
        assert_eq!(without + rest, plain, "{words:?}");
    }
}

#[test]
fn what_is_denied_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let warns = folder.path().join("policy.kdl");
    let text = fs::read_to_string(doe()).unwrap();
    fs::write(&warns, text.replace("192.168.0.0/24", "11.0.0.0/24")).unwrap();
    let out = folder.path().join("out");
    let build = |more: &[&str]| {
        let mut command = Command::new(BINARY);
        command
            .arg("build")
            .arg(&warns)
            .args(["--target", "postfix", "--out"]);
        said(command.arg(&out).args(more))
    };
    let (code, _, stderr) = build(&["--deny", "warnings"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("acknowledge \"network::public\""),
        "{stderr}"
    );
    assert!(!out.exists(), "files of what is denied");
    let (code, _, stderr) = build(&[]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(out.join("MANIFEST").is_file());
    // Who checks is told what to write.
    let (code, _, stderr) = said(Command::new(BINARY).arg("check").arg(&warns));
    assert_eq!(code, Some(0));
    assert!(
        stderr.contains("acknowledge \"network::public\""),
        "{stderr}"
    );
}

#[test]
fn standard_input_is_one_thing() {
    for words in [
        vec!["diff", "-", "-"],
        vec!["simulate", "-", "--envelopes", "-"],
    ] {
        let mut command = Command::new(BINARY);
        command.args(&words).stdin(fs::File::open(doe()).unwrap());
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?} {stderr}");
        assert!(
            stderr.contains("standard input is named twice"),
            "{words:?} {stderr}"
        );
    }
}

#[test]
fn a_broken_pipe_says_nothing() {
    let script = format!(
        "({BINARY} prove {0}; echo status $? >&2) | true; sleep 1",
        doe()
    );
    let (_, _, stderr) = said(Command::new("sh").arg("-c").arg(script));
    assert_eq!(stderr, "status 2\n");
}

/// On a terminal, which script(1) makes, whatever takes over two seconds says that it is at work.
#[test]
fn long_work_shows_signs_of_life_on_a_terminal_only() {
    let folder = tempfile::tempdir().unwrap();
    // A pipe that is written to late: the work is to wait for it.
    let script = "(sleep 4; cat policy.txt) | ";
    fs::copy(doe(), folder.path().join("policy.txt")).unwrap();
    let on_terminal = |arguments: &str| {
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command"]);
        command.arg(format!("{script} {BINARY} {arguments} -"));
        let command = command.arg("/dev/null").current_dir(folder.path());
        let (code, said, _) = said(command.env("NO_COLOR", "1"));
        assert_eq!(code, Some(0), "{said}");
        said
    };
    let shown = on_terminal("prove --color never");
    assert!(shown.contains("prove: at work, 2 s"), "{shown:?}");
    let result = shown.find("Proof of").unwrap();
    let before = &shown[..result];
    assert!(
        before.ends_with("\r\u{1b}[K"),
        "it is erased before: {shown:?}"
    );
    assert!(!on_terminal("check --quiet").contains("at work"));
    let piped = format!("{script} {BINARY} check -");
    let mut command = Command::new("sh");
    let (code, _, stderr) = said(command.arg("-c").arg(piped).current_dir(folder.path()));
    assert_eq!((code, stderr.as_str()), (Some(0), "stdin: no errors\n"));
}

#[test]
fn a_format_that_a_command_does_not_print_is_refused() {
    for (command, format) in [("fmt", "sarif"), ("check", "zone"), ("dns", "markdown")] {
        let (code, stdout, stderr) = run(&[command, "--format", format]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{command} {format}");
        assert!(stderr.contains("[possible values: human, json"), "{stderr}");
        let (code, stdout, stderr) = run(&["--format", format, command]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{command} {format}");
        let why = format!("`mailpol {command}` prints no `--format {format}`");
        assert!(stderr.contains(&why), "{stderr}");
    }
    for command in ["man", "completions"] {
        let (code, stdout, stderr) = run(&[command, "--format", "json"]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{command} {stderr}");
    }
    assert!(Path::new(BINARY).is_file());
}
