//! What would hide a widening from who reads the change: the gate does not pass.

use std::fs;
use std::path::Path;

use super::commits::{GATE, git, repository};
use super::{doe, mailpol};

fn wide() -> String {
    doe().replace("\"192.168.0.0/24\"", "\"192.168.0.0/16\"")
}

/// Returns the marks that a widening needs, a line each, with words.
fn marks(mail: &Path) -> String {
    let (code, json, stderr) = mailpol(mail, &[&GATE[..], &["--format", "json"]].concat());
    assert_eq!(code, Some(1), "{stderr}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let failing = json["result"]["failing"].as_array().unwrap();
    let lines = failing
        .iter()
        .map(|mark| format!("{} the new office\n", mark.as_str().unwrap()));
    lines.collect()
}

#[test]
fn a_declaration_that_a_review_does_not_show_declares_nothing() {
    let folder = repository();
    let mail = folder.path().join("mail");
    fs::write(mail.join("policy.kdl"), wide()).unwrap();
    let marks = marks(&mail);
    let told = |declared: &str, attributes: &str| {
        fs::write(mail.join("widenings.txt"), declared).unwrap();
        fs::write(mail.join(".gitattributes"), attributes).unwrap();
        git(&mail, &["add", "--all"]);
        let (code, stdout, stderr) = mailpol(&mail, &GATE);
        assert!(code != Some(2) || stdout.is_empty(), "{stdout}");
        (code, stderr)
    };
    assert_eq!(told(&marks, "").0, Some(0));
    // Lines of DOS are lines.
    assert_eq!(told(&marks.replace('\n', "\r\n"), "").0, Some(0));
    for hidden in ["\0", "\r", "\u{1b}[2K", "\u{202e}", "\u{2066}"] {
        let (code, stderr) = told(&format!("{marks}# {hidden}words\n"), "");
        assert_eq!(code, Some(2), "{stderr}");
        let character = format!("U+{:04X}", u32::from(hidden.chars().next().unwrap()));
        assert!(stderr.contains(&character), "{stderr}");
    }
    for (attribute, name) in [
        ("-diff", "diff"),
        ("binary", "diff"),
        ("diff=none", "diff"),
        ("linguist-generated", "linguist-generated"),
        ("linguist-generated=true", "linguist-generated"),
        ("gitlab-generated", "gitlab-generated"),
    ] {
        let (code, stderr) = told(&marks, &format!("widenings.txt {attribute}\n"));
        assert_eq!(code, Some(2), "{attribute}: {stderr}");
        assert!(stderr.contains(&format!("`{name}`")), "{stderr}");
    }
    for attribute in ["diff", "-linguist-generated", "text eol=lf"] {
        let (code, stderr) = told(&marks, &format!("widenings.txt {attribute}\n"));
        assert_eq!(code, Some(0), "{attribute}: {stderr}");
    }
    // Of the next commit: here the attribute is taken out again.
    told(&marks, "widenings.txt -diff\n");
    fs::write(mail.join(".gitattributes"), "").unwrap();
    assert_eq!(mailpol(&mail, &GATE).0, Some(2));
}

/// What is here may be narrow, and what is committed wide.
#[test]
fn what_git_is_told_not_to_look_at_does_not_pass() {
    let folder = repository();
    let mail = folder.path().join("mail");
    for flag in ["skip-worktree", "assume-unchanged"] {
        fs::write(mail.join("policy.kdl"), wide()).unwrap();
        git(&mail, &["add", "policy.kdl"]);
        git(&mail, &["update-index", &format!("--{flag}"), "policy.kdl"]);
        fs::write(mail.join("policy.kdl"), doe()).unwrap();
        let (code, stdout, _) = mailpol(&mail, &GATE);
        assert_eq!(code, Some(1), "{flag}: {stdout}");
        assert!(
            stdout
                .contains("not looked at by git (assume-unchanged or skip-worktree): policy.kdl\n"),
            "{stdout}"
        );
        // Who only looks is told.
        let (code, stdout, _) = mailpol(&mail, &["diff", "--against", "git:HEAD"]);
        assert_eq!(code, Some(0));
        assert!(
            stdout.starts_with("`policy.kdl` is not looked at by git"),
            "{stdout}"
        );
        git(
            &mail,
            &["update-index", &format!("--no-{flag}"), "policy.kdl"],
        );
    }
    git(&mail, &["add", "policy.kdl"]);
    assert_eq!(mailpol(&mail, &GATE).0, Some(0));
    // And files of the tree.
    let build = ["build", "--target", "postfix", "--out", "tree"];
    assert_eq!(mailpol(&mail, &build).0, Some(0));
    git(&mail, &["add", "tree"]);
    let built = [&GATE[..], &["--built", "tree"]].concat();
    assert_eq!(mailpol(&mail, &built).0, Some(0));
    let main = "tree/etc/postfix/main.cf";
    git(&mail, &["update-index", "--skip-worktree", main]);
    let (code, stdout, _) = mailpol(&mail, &built);
    assert_eq!(code, Some(1));
    assert_eq!(
        stdout.matches("not looked at by git").count(),
        1,
        "{stdout}"
    );
    assert!(stdout.contains(main), "{stdout}");
}
