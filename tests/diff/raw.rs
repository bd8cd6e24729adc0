//! Raw text: the gate sees what it does to each target, whatever tree is built.

use std::fs;

use serde_json::Value;

use super::commits::{GATE, REVIEW, git, repository};
use crate::{doe, mailpol};

/// Raw text is none of the policy's decisions, and all of the server's.
#[test]
fn raw_text_that_opens_a_relay_is_a_widening() {
    let folder = repository();
    let mail = folder.path().join("mail");
    let raw = "target \"postfix\" { set \"mynetworks\" \"0.0.0.0/0\"; }\n";
    fs::write(mail.join("policy.kdl"), doe() + raw).unwrap();
    let (code, stdout, stderr) = mailpol(&mail, &REVIEW);
    assert_eq!((code, stderr.as_str()), (Some(1), ""), "{stdout}");
    let note =
        "There is raw text for postfix, by which its files decide otherwise than the policies";
    assert!(stdout.starts_with(note), "{stdout}");
    let (_, gained) = stdout.split_once("### Gained").unwrap();
    assert!(
        gained.contains("may now send to any foreign recipient"),
        "{stdout}"
    );
    // Of the files, too, the places are those of the policy: the raw text among them.
    assert!(!stdout.contains("  etc/"), "{stdout}");
    let raw = "after   accept 250 2.1.5 (granted)  policy.kdl:31:";
    assert!(gained.contains(raw), "{stdout}");
    // Markdown says why it does not pass.
    let (_, why) = stdout.split_once("### Not to be let through").unwrap();
    assert!(why.contains("`--fail-on widen` forbids it"), "{stdout}");
}

/// A repository whose tree is that of Postfix, and a policy with more in its end.
fn built(more: &str) -> (tempfile::TempDir, Vec<&'static str>) {
    let folder = repository();
    let mail = folder.path().join("mail");
    fs::write(mail.join("policy.kdl"), doe() + more).unwrap();
    let build = ["build", "--target", "postfix", "--out", "build/postfix"];
    let (code, _, stderr) = mailpol(&mail, &build);
    assert_eq!(code, Some(0), "{stderr}");
    git(&mail, &["add", "--all"]);
    let built = ["--built", "build/postfix"];
    (folder, [&GATE[..], &built].concat())
}

/// The tree is that of Postfix; the raw text is for Exim.
#[test]
fn raw_text_for_a_target_that_is_not_built_is_compared() {
    let raw = "\ntarget \"exim\" {\n    set \"message_size_limit\" \"500M\"\n}\n";
    let (folder, gate) = built(raw);
    let mail = folder.path().join("mail");
    let (code, stdout, stderr) = mailpol(&mail, &REVIEW);
    assert_eq!((code, stderr.as_str()), (Some(1), ""), "{stdout}");
    let note = "There is raw text for exim: its files decide as the policies do, and what they set \
                beside was compared, too.";
    assert!(stdout.starts_with(note), "{stdout}");
    let sentence = "by the files of exim, one message may now have more octets";
    assert!(stdout.contains(sentence), "{stdout}");
    let (_, json, _) = mailpol(&mail, &[&gate[..], &["--format", "json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    let decisions = &json["result"]["decisions"];
    let files = &decisions["files"][0];
    assert_eq!(
        (&files["target"], &files["as_policies"]),
        (&"exim".into(), &true.into())
    );
    assert_eq!(decisions["changes"][0]["target"], "exim");
    let places = &decisions["changes"][0]["places"];
    let at = |side: usize| places[side]["at"].as_str().unwrap();
    assert_eq!([at(0), at(1)], ["policy.kdl:3:1", "policy.kdl:33:31"]);
    // Declared, it passes.
    let mark = decisions["changes"][0]["mark"].as_str().unwrap();
    fs::write(mail.join("widenings.txt"), format!("{mark} films\n")).unwrap();
    git(&mail, &["add", "--all"]);
    assert_eq!(mailpol(&mail, &gate).0, Some(0));
    // Who names the other target is told what he does not see.
    let named = [&gate[..], &["--target", "postfix"]].concat();
    let (_, stdout, _) = mailpol(&mail, &named);
    let left = "What the raw text for exim does is not compared: `--target` leaves it out.";
    assert!(stdout.starts_with(left), "{stdout}");
}

/// What is declared for one target is not declared for another.
#[test]
fn each_target_with_raw_text_has_marks_of_its_own() {
    let raw = "\ntarget \"exim\" {\n    set \"message_size_limit\" \"500M\"\n}\n\
               \ntarget \"postfix\" {\n    set \"message_size_limit\" \"524288000\"\n}\n";
    let (folder, gate) = built(raw);
    let (code, stdout, stderr) = mailpol(&folder.path().join("mail"), &gate);
    assert_eq!((code, stderr.as_str()), (Some(1), ""), "{stdout}");
    for target in ["postfix", "exim"] {
        let sentence = format!("by the files of {target}, one message may now have more octets");
        assert!(stdout.contains(&sentence), "{stdout}");
    }
    let marks: Vec<&str> = stdout.split('[').skip(1).map(|rest| &rest[..12]).collect();
    assert!(marks.len() == 2 && marks[0] != marks[1], "{stdout}");
}

/// Raw text that takes away hides nothing that the policy gives: another target has none of it.
#[test]
fn raw_text_hides_no_widening_of_the_policy() {
    let raw = "\ntarget \"postfix\" {\n    set \"mynetworks\" \"192.168.0.0/24\"\n}\n";
    let folder = repository();
    let mail = folder.path().join("mail");
    fs::write(mail.join("policy.kdl"), doe() + raw).unwrap();
    git(
        &mail,
        &["commit", "--quiet", "--all", "--message", "By hand"],
    );
    let wide = doe().replace("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"10.3.0.0/16\"");
    fs::write(mail.join("policy.kdl"), wide + raw).unwrap();
    let (code, stdout, stderr) = mailpol(&mail, &GATE);
    assert_eq!((code, stderr.as_str()), (Some(1), ""), "{stdout}");
    let sentence = "clients in 10.3.0.0/16 may now send to any foreign recipient";
    assert!(stdout.contains(sentence), "{stdout}");
}

/// A limit that the policy says now, for two targets with raw text about other things.
#[test]
fn a_change_is_told_once() {
    let raw = "\ntarget \"exim\" {\n    set \"smtp_banner\" \"$primary_hostname hello\"\n}\n\
               \ntarget \"postfix\" {\n    set \"smtpd_banner\" \"$myhostname ESMTP\"\n}\n";
    let folder = tempfile::tempdir().unwrap();
    let old = doe() + raw;
    let limits = "    limits size=\"25MiB\"\n    tls certificate";
    let only = [
        "diff",
        "old.kdl",
        "new.kdl",
        "--only",
        "decisions",
        "--format",
        "json",
    ];
    let changes = |new: &str| {
        fs::write(folder.path().join("old.kdl"), &old).unwrap();
        fs::write(folder.path().join("new.kdl"), new).unwrap();
        let (code, stdout, stderr) = mailpol(folder.path(), &only);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
        let json: Value = serde_json::from_str(&stdout).unwrap();
        json["result"]["decisions"]["changes"]
            .as_array()
            .unwrap()
            .clone()
    };
    let said = changes(&old.replace("    tls certificate", limits));
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(
        (&said[0]["target"], &said[0]["widens"]),
        (&Value::Null, &true.into())
    );
    // By hand, and for both targets alike: the sentence names them.
    let by_hand = |raw: &str| {
        let behind = |from: &str| format!("{from}    {raw}\n");
        let exim = "target \"exim\" {\n";
        let postfix = "target \"postfix\" {\n";
        let text = old.replace(exim, &behind(exim));
        text.replace(postfix, &behind(postfix))
    };
    let wide = by_hand("set \"message_size_limit\" \"1000000000\"");
    let narrow = by_hand("set \"message_size_limit\" \"900000000\"");
    fs::write(folder.path().join("old.kdl"), &narrow).unwrap();
    fs::write(folder.path().join("new.kdl"), &wide).unwrap();
    let (_, stdout, _) = mailpol(folder.path(), &only);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    let said = json["result"]["decisions"]["changes"].as_array().unwrap();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["targets"], serde_json::json!(["postfix", "exim"]));
    let (_, stdout, _) = mailpol(folder.path(), &only[..5]);
    let sentence = "by the files of postfix and exim, one message may now have more octets";
    assert!(stdout.contains(sentence), "{stdout}");
}
