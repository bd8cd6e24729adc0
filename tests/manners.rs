//! The manners of the command: help, colours, pipes, completions, manual pages, SARIF, and signs of
//! life.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run the program, and fail by panicking"
)]

#[path = "manners/beside.rs"]
mod beside;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

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
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man");
    let (code, _, stderr) = run(&["man", "--out", &out.display().to_string()]);
    assert_eq!(code, Some(0), "{stderr}");
    let page = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert!(page("mailpol.1").contains(".SH SYNOPSIS"));
    let diff = page("mailpol-diff.1");
    for form in [
        "[OPTIONS] OLD NEW\n",
        "[OPTIONS] [POLICY] \\-\\-against DIR|git:REV[:PATH]\n",
    ] {
        assert!(diff.contains(form), "{diff}");
    }
    for command in commands() {
        let text = page(&format!("mailpol-{command}.1"));
        assert!(
            text.contains(".SH NAME") && text.contains(".SH OPTIONS"),
            "{command}"
        );
        let (_, printed, _) = run(&["man", &command]);
        assert_eq!(printed, text, "{command}");
    }
    // A page names others, and none that are not there.
    let mut named = 0;
    for entry in fs::read_dir(&out).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for word in text.split_whitespace().filter(|word| word.ends_with("(1)")) {
            let name = word.trim_end_matches("(1)").replace('\\', "");
            if !name.starts_with("mailpol") {
                continue;
            }
            assert!(out.join(format!("{name}.1")).is_file(), "{name}");
            named += 1;
        }
    }
    assert!(named >= commands().len(), "{named}");
    let (_, apart, _) = run(&["man", "dkim", "new"]);
    let (_, joined, _) = run(&["man", "dkim-new"]);
    assert!(apart.contains("selector") && apart == joined, "{apart}");
    let (code, _, stderr) = run(&["man", "frobnicate"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("there is no command `frobnicate`"),
        "{stderr}"
    );
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
    assert_eq!(stderr, "status 0\n");
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
        let (code, said, _) = said(command.arg("/dev/null").current_dir(folder.path()));
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

/// Checks what SARIF 2.1.0 asks of a log (OASIS, sections 3.13, 3.14, 3.19, 3.27, 3.28, 3.30).
#[track_caller]
fn sarif(text: &str) -> Vec<Value> {
    let log: Value = serde_json::from_str(text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let driver = &runs[0]["tool"]["driver"];
    assert_eq!(driver["name"], "mailpol");
    assert_eq!(runs[0]["columnKind"], "unicodeCodePoints");
    let rules = driver["rules"].as_array().unwrap();
    let mut ids: Vec<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    for rule in rules {
        assert!(
            !rule["shortDescription"]["text"]
                .as_str()
                .unwrap()
                .is_empty()
        );
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
    }
    let results = runs[0]["results"].as_array().unwrap();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        for key in ["locations", "relatedLocations"] {
            for location in result[key].as_array().unwrap() {
                place(&location["physicalLocation"]);
            }
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), rules.len(), "a rule is named once");
    results.clone()
}

#[track_caller]
fn place(place: &Value) {
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%:".contains(&byte);
    assert!(uri.bytes().all(allowed) && !uri.is_empty(), "{uri}");
    let number = |key: &str| place["region"][key].as_u64().unwrap();
    let (start, end) = (
        (number("startLine"), number("startColumn")),
        (number("endLine"), number("endColumn")),
    );
    assert!(start <= end && start.0 >= 1 && start.1 >= 1, "{place}");
}

#[test]
fn findings_are_told_as_sarif() {
    let (code, text, stderr) = run(&["check", &doe(), "--format", "sarif"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(sarif(&text).is_empty());
    let folder = tempfile::tempdir().unwrap();
    let mail = folder.path().join("a mail");
    fs::create_dir(&mail).unwrap();
    let policy = fs::read_to_string(doe()).unwrap();
    let policy = policy.replace("192.168.0.0/24", "0.0.0.0/0");
    fs::write(mail.join("policy.kdl"), policy).unwrap();
    let (code, text, _) = said(
        Command::new(BINARY)
            .args(["check", "a mail/policy.kdl", "--format", "sarif"])
            .current_dir(folder.path()),
    );
    assert_eq!(code, Some(1));
    let results = sarif(&text);
    let universal = results
        .iter()
        .find(|result| result["ruleId"] == "mailpol::network::universal")
        .unwrap();
    let place = &universal["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20mail/policy.kdl");
    assert_eq!(place["region"]["startLine"], 10);
}

#[test]
fn refutations_are_told_as_sarif_with_their_dialogues() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    let raw = "target \"postfix\" { set \"mynetworks\" \"0.0.0.0/0\"; }\n";
    fs::write(&policy, fs::read_to_string(doe()).unwrap() + raw).unwrap();
    let policy = policy.display().to_string();
    let prove = ["prove", &policy, "--target", "postfix", "--format", "sarif"];
    let (code, text, _) = run(&prove);
    assert_eq!(code, Some(1));
    let results = sarif(&text);
    let told = |words: &str| {
        let has = |result: &Value| result["message"]["text"].as_str().unwrap().contains(words);
        results.iter().any(has)
    };
    assert!(
        told("`no-open-relay` does not hold") && told("RCPT TO:<"),
        "{text}"
    );
    let (_, _, short) = run(&["build", &policy, "--target", "postfix"]);
    let (_, _, long) = run(&["build", &policy, "--target", "postfix", "--verbose"]);
    let dialogues = |text: &str| text.matches("RCPT TO:<").count();
    assert_eq!(dialogues(&short), 1, "{short}");
    assert!(dialogues(&long) > 3, "{long}");
    for result in &results {
        let text = result["message"]["text"].as_str().unwrap();
        let first = text.lines().next().unwrap();
        let name = first.split(' ').next().unwrap();
        assert!(short.contains(name), "{name}: {short}");
    }
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
