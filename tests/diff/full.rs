//! Sentences name the first few of what they speak of; what they count is listed in full for who
//! asks.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use super::cases::CASES;
use super::sentences::{told, told_of};
use super::{doe, mailpol};

/// Returns how many more each list in a text counts.
fn counts(text: &str) -> Vec<usize> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let counts = words.windows(3).filter(|words| words[0] == "and");
    let counts = counts.filter(|words| words[2].starts_with("more"));
    counts.filter_map(|words| words[1].parse().ok()).collect()
}

/// Fails unless each list that a sentence cuts short is there in full.
fn is_full(json: &Value) -> usize {
    let mut lists = 0;
    for change in json["result"]["decisions"]["changes"].as_array().unwrap() {
        let sentence = change["sentence"].as_str().unwrap();
        let all = change["lists"].as_array().unwrap();
        let is_told = |list: &&Value| sentence.contains(list["short"].as_str().unwrap());
        for count in counts(sentence) {
            let counted = format!("and {count} more");
            let found = all.iter().filter(is_told).find(|list| {
                let short = list["short"].as_str().unwrap();
                let names = list["names"].as_array().unwrap();
                short.ends_with(&counted) && names.len() == 5 + count
            });
            assert!(found.is_some(), "{sentence}: {all:#?}");
            lists += 1;
        }
    }
    lists
}

#[test]
fn what_sentences_of_the_corpus_count_is_listed() {
    for case in CASES {
        is_full(&told(case).1);
    }
}

/// The Doe policy with 17 mailboxes, logins and ranges more.
fn larger() -> String {
    let mut boxes = String::new();
    let mut ranges = "cidr".to_owned();
    for number in 0..17 {
        let _ = writeln!(boxes, "    mailbox \"box{number}\" login=\"u{number}\"");
        let _ = write!(ranges, " \"10.{}.0.0/16\"", 2 * number);
    }
    let text = doe().replace("    alias \"family\"", &(boxes + "    alias \"family\""));
    text.replace("cidr", &ranges)
}

#[test]
fn members_are_listed_in_full() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.kdl"), doe()).unwrap();
    fs::write(folder.path().join("new.kdl"), larger()).unwrap();
    let (human, json) = told_of(folder.path(), &["old.kdl", "new.kdl"]);
    assert!(is_full(&json) > 5, "{human}");
    assert!(
        human.ends_with("\n`--verbose` lists in full what sentences sum up.\n"),
        "{human}"
    );
    let verbose = ["diff", "old.kdl", "new.kdl", "--only", "decisions", "-v"];
    let (code, full, stderr) = mailpol(folder.path(), &verbose);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = full.lines().map(str::trim).collect();
    for number in 0..17 {
        let address = format!("box{number}@doe-family.com");
        let login = format!("`u{number}`");
        for name in [
            format!("{address} of {login}"),
            format!("10.{}.0.0/16", 2 * number),
            address,
            login,
        ] {
            assert!(lines.contains(&name.as_str()), "{name}: {full}");
        }
    }
    assert!(!full.contains("--verbose"), "{full}");
    // What is shown in full changes no sentence, and no mark.
    for line in human.lines().filter(|line| line.ends_with(']')) {
        assert!(full.contains(line), "{line}");
    }
}

/// Who removes a domain reads what it listed.
#[test]
fn what_is_listed_by_name_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["ann", "bob", "cleo", "dora"];
    let boxes = names.map(|name| format!("    mailbox \"{name}\"\n"));
    let domain = format!("domain \"second.example\" {{\n{}}}\n", boxes.concat());
    fs::write(folder.path().join("old.kdl"), doe() + &domain).unwrap();
    fs::write(folder.path().join("new.kdl"), doe()).unwrap();
    let (human, json) = told_of(folder.path(), &["old.kdl", "new.kdl"]);
    let changes = json["result"]["decisions"]["changes"].as_array().unwrap();
    let lists = changes
        .iter()
        .flat_map(|one| one["lists"].as_array().unwrap());
    let short = "any address of second.example that was listed by name";
    let list = lists.into_iter().find(|list| list["short"] == short);
    let list = list.unwrap_or_else(|| panic!("{human}"));
    let found: Vec<&str> = list["names"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for name in names {
        assert!(
            found.contains(&format!("{name}@second.example").as_str()),
            "{found:?}"
        );
    }
}
