//! Findings as SARIF: what the standard asks of a log, and that no two findings are taken for one.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::{BINARY, doe, run, said};

/// Checks what SARIF 2.1.0 asks of a log (OASIS, sections 3.13, 3.14, 3.19, 3.27, 3.28, 3.30).
#[track_caller]
fn log(text: &str) -> Vec<Value> {
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
    let mut prints: Vec<&str> = results.iter().map(fingerprint).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), results.len(), "each finding has its own");
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
    assert!(log(&text).is_empty());
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
    let results = log(&text);
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
    let results = log(&text);
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

/// Returns what tells a finding apart (section 3.27.17).
fn fingerprint(result: &Value) -> &str {
    let print = result["partialFingerprints"]["mailpolFinding/v1"].as_str();
    print.unwrap()
}

/// One hole refutes many obligations at one place: each is a rule of its own, with its own page.
/// And they are the same findings where lines are put in above.
#[test]
fn each_obligation_is_a_rule_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    let found = |above: &str| {
        let raw = "target \"postfix\" { set \"mynetworks\" \"0.0.0.0/0\"; }\n";
        let text = fs::read_to_string(doe()).unwrap().replacen('\n', above, 1) + raw;
        fs::write(&policy, text).unwrap();
        let mut command = Command::new(BINARY);
        let command = command.args(["prove", "policy.kdl", "--target", "postfix"]);
        let (code, text, _) = said(command.args(["--format", "sarif"]).current_dir(&folder));
        assert_eq!(code, Some(1), "{text}");
        (log(&text), text)
    };
    let (results, text) = found("\n");
    let ids: BTreeSet<&str> = results
        .iter()
        .map(|result| result["ruleId"].as_str().unwrap())
        .collect();
    assert!(ids.len() > 3 && ids.len() == results.len(), "{ids:?}");
    assert!(
        ids.contains("mailpol::prove::refuted/no-open-relay"),
        "{ids:?}"
    );
    let document: Value = serde_json::from_str(&text).unwrap();
    let rules = document["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    let pages: BTreeSet<&str> = rules
        .iter()
        .map(|rule| rule["help"]["text"].as_str().unwrap())
        .collect();
    assert_eq!(pages.len(), rules.len(), "each has its page");
    let (moved, _) = found("\n\n// Moved.\n\n");
    let prints = |results: &[Value]| -> Vec<String> {
        results
            .iter()
            .map(|one| fingerprint(one).to_owned())
            .collect()
    };
    assert_eq!(prints(&results), prints(&moved));
    assert_ne!(results[0]["locations"], moved[0]["locations"]);
}
