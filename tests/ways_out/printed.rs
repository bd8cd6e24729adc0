//! Where the page stands: in what `prove` prints, in its JSON, and in the MANIFEST of a build.
#![expect(clippy::disallowed_methods, reason = "the tests start the program")]

use std::path::Path;
use std::process::Command;

use crate::cases::CASES;

fn mailpol(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    let output = command
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// A row, in the words of the cases.
#[derive(Default)]
struct Row {
    recipient: String,
    to: Vec<String>,
    kept: bool,
}

impl Row {
    fn line(&self) -> String {
        let kept = if self.kept { ", kept" } else { "" };
        let recipient = self.recipient.replace("any other address of ", "others@");
        format!("{recipient} > {}{kept}", self.to.join(", "))
    }
}

/// Returns `ADDRESS [by HOST]` of an address and what is said of its way.
fn onward(address: &str, by: &str) -> String {
    if by == "the exchangers of its domain" {
        return address.to_owned();
    }
    // What is said of TLS and passwords stands behind the host.
    let host = by.split(' ').next().unwrap_or(by);
    format!("{address} by {host}")
}

fn of_text(text: &str) -> Vec<String> {
    let page = text.split("What strangers' mail can leave to:\n").nth(1);
    let lines = page.unwrap_or_default().lines();
    let mut rows: Vec<Row> = Vec::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        if let Some(said) = line.strip_prefix("      ") {
            let row = rows.last_mut().expect("a recipient comes first");
            match said
                .strip_prefix("to ")
                .and_then(|said| said.split_once(" by "))
            {
                Some((address, by)) => row.to.push(onward(address, by)),
                None => row.kept = said == "and a copy is kept here",
            }
        } else {
            let recipient = line.trim_start().split("  ").next().unwrap_or_default();
            rows.push(Row {
                recipient: recipient.to_owned(),
                ..Row::default()
            });
        }
    }
    rows.iter().map(Row::line).collect()
}

fn of_json(text: &str) -> Vec<String> {
    let document: serde_json::Value = serde_json::from_str(text).unwrap();
    let rows = document["result"]["leaves"]
        .as_array()
        .expect("it is there")
        .iter();
    let row = rows.map(|row| {
        let to = row["to"].as_array().unwrap().iter().map(|to| {
            let by = to["by"].as_str().unwrap_or("the exchangers of its domain");
            onward(to["address"].as_str().unwrap(), by)
        });
        let row = Row {
            recipient: row["recipient"].as_str().unwrap().to_owned(),
            to: to.collect(),
            kept: row["keep"].as_bool().unwrap(),
        };
        row.line()
    });
    row.collect()
}

/// There a line says one address.
fn of_manifest(text: &str) -> Vec<String> {
    let mut rows: Vec<Row> = Vec::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("leaves ")) {
        let (recipient, rest) = line.split_once(" to ").unwrap();
        let kept = rest.strip_suffix(", and a copy is kept");
        let (address, by) = kept.unwrap_or(rest).split_once(" by ").unwrap();
        if rows.last().is_none_or(|row| row.recipient != recipient) {
            rows.push(Row {
                recipient: recipient.to_owned(),
                to: Vec::new(),
                kept: kept.is_some(),
            });
        }
        let row = rows.last_mut().expect("it is there now");
        assert_eq!(row.kept, kept.is_some(), "{line}");
        row.to.push(onward(address, by));
    }
    rows.iter().map(Row::line).collect()
}

#[test]
fn the_page_is_printed_where_it_is_looked_for() {
    for case in CASES {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        std::fs::write(folder.join("policy.kdl"), case.text()).unwrap();
        let text = of_text(&mailpol(folder, &["prove"]));
        assert_eq!(text, case.page, "{}: text", case.name);
        let json = of_json(&mailpol(folder, &["prove", "--format", "json"]));
        assert_eq!(json, case.page, "{}: JSON", case.name);
        for target in ["postfix", "exim"] {
            mailpol(folder, &["build", "--target", target]);
            let manifest = folder.join("build").join(target).join("MANIFEST");
            let manifest = std::fs::read_to_string(manifest).unwrap();
            let manifest = of_manifest(&manifest);
            assert_eq!(manifest, case.page, "{}: MANIFEST of {target}", case.name);
        }
    }
}
