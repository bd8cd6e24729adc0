//! Completions as real shells load them, and what they offer. PowerShell is in no Debian package:
//! of its completions `tests/manners.rs` sees that they name every command, and no more.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests run the program and shells, and fail by panicking"
)]

use std::fs;
use std::process::{Command, Stdio};

/// Says what is required and may not be skipped: names with commas.
const REQUIRED: &str = "MAILPOL_REQUIRE_PROBES";

/// Asks a shell for what completes some words: `script` has the path of the completions for FILE.
/// Nothing if there is no such shell.
fn asked(shell: &str, arguments: &[&str], script: &str) -> Option<String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    let completions = program.args(["completions", shell]).output().unwrap();
    assert!(completions.status.success());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mailpol");
    fs::write(&file, completions.stdout).unwrap();
    let file = file.display().to_string();
    let run = folder.path().join("script");
    fs::write(&run, script.replace("FILE", &file)).unwrap();
    let mut command = Command::new(shell);
    let command = command.args(arguments).arg(&run).stdin(Stdio::null());
    let output = match command.env("HOME", folder.path()).output() {
        Ok(output) => output,
        Err(why) => {
            let required = std::env::var(REQUIRED).unwrap_or_default();
            let required = required.split(',').any(|one| one == "shells");
            assert!(!required, "{shell} cannot be started: {why}");
            eprintln!("SKIPPED: {shell} cannot be started, so it loads no completions: {why}");
            return None;
        }
    };
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && said.is_empty(),
        "{shell}: {said}"
    );
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Checks that a shell offers these words, among others.
#[track_caller]
fn check(shell: &str, arguments: &[&str], script: &str, words: &[&str]) {
    let Some(offered) = asked(shell, arguments, script) else {
        return;
    };
    let offered: Vec<&str> = offered.split_whitespace().collect();
    for word in words {
        assert!(offered.contains(word), "{shell}: {word}: {offered:?}");
    }
}

const LISTENERS: [&str; 3] = ["smtp", "submission", "submissions"];

#[test]
fn bash_offers_the_words_of_options() {
    let ask = |words: &str, last: &str| {
        let count = words.split(' ').count();
        format!(
            "source FILE\nCOMP_WORDS=({words} '')\nCOMP_CWORD={count}\n_mailpol mailpol '' {last}\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
        )
    };
    let script = ask("mailpol build --target", "--target");
    check("bash", &["--norc"], &script, &["postfix", "exim"]);
    let script = ask("mailpol explain --listener", "--listener");
    check("bash", &["--norc"], &script, &LISTENERS);
    let script = ask("mailpol explain --spf", "--spf");
    check("bash", &["--norc"], &script, &["softfail", "permerror"]);
}

#[test]
fn fish_offers_the_words_of_options() {
    let ask = |words: &str| format!("source FILE\ncomplete --do-complete '{words} '\n");
    let script = ask("mailpol build --target");
    check("fish", &["--no-config"], &script, &["postfix", "exim"]);
    let script = ask("mailpol explain --listener");
    check("fish", &["--no-config"], &script, &LISTENERS);
}

#[test]
fn zsh_loads_completions() {
    let script = "autoload -U compinit && compinit -u -D && source FILE\n\
                  print $_comps[mailpol]\nfunctions _mailpol\n";
    let words = ["_mailpol", "exim)'"];
    check("zsh", &["-f"], script, &words);
}

/// Elvish has `edit:` on a terminal only: what completions use of it is made here.
#[test]
fn elvish_offers_options() {
    let script = "var edit: = (ns [\n\
        &completion:=(ns [&arg-completer=[&]])\n\
        &complex-candidate~={|text &display=''| put $text }\n])\n\
        eval &ns=(ns [&edit:=$edit:]) (slurp < FILE)\n\
        $edit:completion:arg-completer[mailpol] mailpol build '' | each {|one| echo $one }\n";
    check("elvish", &["-norc"], script, &["--target", "--out"]);
}
