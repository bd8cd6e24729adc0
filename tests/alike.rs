//! What is left out of large proofs: whatever is proved without it is proved with it.
#![expect(clippy::disallowed_methods, reason = "tests read the corpus")]

#[path = "alike/clients.rs"]
mod clients;
#[path = "support/folder.rs"]
mod folder;
#[path = "support/language.rs"]
mod language;
#[path = "alike/mistakes.rs"]
mod mistakes;
#[path = "../examples/provider/site.rs"]
mod site;
#[path = "alike/unlike.rs"]
mod unlike;

use std::path::Path;
use std::sync::Arc;

use folder::Folder;
use language::{compile, find, rendered, root};
use mailpol::compile::files;
use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::prove::{
    CLASSES_MAX, Given, Report, check_files, check_left, check_left_policy, check_policy_within,
    leave_out, prove,
};
use mailpol::source::Source;
use mailpol::target::{Artifacts, Reading, TARGETS, Target};

/// A provider's policy, in which most is like something else.
fn provider(domains: usize, mailboxes: usize, networks: usize) -> Policy {
    let folder = tempfile::tempdir().unwrap();
    let size = site::Size {
        domains,
        mailboxes,
        networks,
    };
    for (name, text) in site::files(size).unwrap() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    read(&folder.path().join("policy.kdl")).unwrap()
}

fn read(path: &Path) -> Option<Policy> {
    let text = std::fs::read_to_string(path).unwrap();
    let folder = Folder(path.parent().unwrap().to_owned());
    let mut told = Diagnostics::new();
    compile(&Source::new("policy.kdl", text), &folder, &mut told).ok()
}

fn sources(artifacts: &Artifacts) -> Vec<Arc<Source>> {
    let files = artifacts.files();
    files.map(|(_, made)| Arc::clone(&made.source)).collect()
}

fn interpret(target: &dyn Target, artifacts: &Artifacts) -> Option<Reading> {
    target.interpret(artifacts, &mut Diagnostics::new()).ok()
}

/// What came out of a proof of files without what others stand for.
enum Outcome {
    /// Nothing is like anything else.
    Nothing,
    Proved,
    Other,
}

fn check_some(
    (policy, proved): (&Policy, &Report),
    target: &dyn Target,
    artifacts: &Artifacts,
) -> Outcome {
    let Some(left) = leave_out(policy, &sources(artifacts), 1) else {
        return Outcome::Nothing;
    };
    let mut reduced = artifacts.clone();
    for ((path, made), text) in artifacts.files().zip(&left.files) {
        if let Some(text) = text {
            reduced.add(path, made.mode, text.as_str());
        }
    }
    let Some(reading) = interpret(target, &reduced) else {
        return Outcome::Other;
    };
    let files = files(target, &reading);
    match check_left((policy, proved), &left, files, Given::default()) {
        Some(_) => Outcome::Proved,
        None => Outcome::Other,
    }
}

fn is_proved(policy: &Policy, target: &dyn Target, artifacts: &Artifacts) -> bool {
    let reading = interpret(target, artifacts);
    reading.is_some_and(|reading| check_files(policy, files(target, &reading)).is_proved())
}

/// Every policy that the examples and the corpus have, and that of a provider.
fn policies() -> Vec<(String, Policy)> {
    let folders = ["examples", "tests/corpus/accept"];
    let paths = folders
        .iter()
        .flat_map(|folder| find(&root().join(folder), "kdl"));
    let named = paths.filter_map(|path| Some((path.display().to_string(), read(&path)?)));
    let sizes = [
        (50, 300, 8),
        (40, 300, 4),
        (60, 120, 20),
        (30, 400, 3),
        (12, 200, 1),
    ];
    let providers = sizes.map(|(domains, mailboxes, networks)| {
        let policy = provider(domains, mailboxes, networks);
        (format!("a provider of {domains} domains"), policy)
    });
    let made = [
        ("domains that are alike".to_owned(), mistakes::alike()),
        ("domains near another".to_owned(), unlike::plain()),
    ];
    named.chain(providers).chain(made).collect()
}

#[test]
fn what_is_proved_of_some_is_proved_of_all() {
    let (mut some, mut all) = (0, 0);
    for (name, policy) in policies() {
        let Some(left) = leave_out(&policy, &[], 1) else {
            continue;
        };
        some += 1;
        let report = check_left_policy(&policy, &left, Given::default());
        let (whole, _) = check_policy_within(&policy, Given::default(), CLASSES_MAX);
        assert_eq!(report.is_some(), whole.is_proved(), "{name}");
        all += usize::from(report.is_some());
    }
    assert!(some > 6 && all > 6, "{some}, of which {all}");
}

#[test]
fn emitted_files_are_proved_of_some() {
    let mut count = 0;
    for (name, policy) in policies() {
        let mut told = Diagnostics::new();
        let Ok((proven, proved)) = prove(&policy, &mut told) else {
            continue;
        };
        for target in TARGETS {
            let Ok(artifacts) = target.emit(&proven, &mut told) else {
                continue;
            };
            match check_some((&policy, &proved), *target, &artifacts) {
                Outcome::Nothing => {}
                Outcome::Proved => count += 1,
                Outcome::Other => {
                    let whole = is_proved(&policy, *target, &artifacts);
                    assert!(
                        !whole,
                        "{name}: {} is proved of the whole only",
                        target.name()
                    );
                }
            }
        }
    }
    assert!(count >= 10, "{count}");
}

/// Returns a text without a line, by its number, or with another in its place.
fn edited(text: &str, number: usize, line: Option<&str>) -> String {
    let lines = text.lines().enumerate();
    let lines = lines.filter_map(|(at, own)| if at == number { line } else { Some(own) });
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// Returns a text with other words in the place of some.
fn words(text: &str, other: &dyn Fn(&str) -> Option<String>) -> String {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let mut found = String::new();
    for part in text.split_inclusive(|c| !is_of_word(c)) {
        let word = part.trim_end_matches(|c| !is_of_word(c));
        let word_or_other = other(word).unwrap_or_else(|| word.to_owned());
        found.push_str(&word_or_other);
        found.push_str(&part[word.len()..]);
    }
    found
}

/// Returns the lines of a file, where every value names the domain of its key for any other.
fn with_own_domains(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let (key, value) = line.split_at(line.find(['\t', ' ', ':']).unwrap_or(line.len()));
        let domain = key.split_once('@').map_or(key, |(_, domain)| domain);
        let word = |word: &str| word.contains(".example").then(|| domain.to_owned());
        text.push_str(key);
        if line.starts_with('#') {
            text.push_str(value);
        } else {
            text.push_str(&words(value, &word));
        }
        text.push('\n');
    }
    text
}

/// Returns what may stand in the place of a line: nothing, or other lines.
fn changes(lines: &[&str], at: usize, other: usize) -> Vec<Option<String>> {
    let end = |line: &str| line.find(['\t', ' ', ':']).unwrap_or(line.len());
    let (key, value) = lines[at].split_at(end(lines[at]));
    let (other_key, other_value) = lines[other].split_at(end(lines[other]));
    let first = lines
        .iter()
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    let kept_value = first.map_or("", |line| line.split_at(end(line)).1);
    let (local, domain) = key.split_once('@').unwrap_or((key, key));
    let word = |word: &str| word.contains(".example").then(|| domain.to_owned());
    let own_domain = words(value, &word);
    let own_local = words(value, &|word| {
        let is_login = word.starts_with('u') && word.len() > 1;
        (is_login && word[1..].bytes().all(|c| c.is_ascii_digit())).then(|| local.to_owned())
    });
    vec![
        None,
        Some(format!("{key}{own_domain}")),
        Some(format!("{key}{own_local}")),
        Some(format!("{key}{other_value}")),
        Some(format!("{other_key}{value}")),
        Some(format!("{key}{kept_value}")),
        Some(format!("{}\n{key}x{value}", lines[at])),
        Some(format!("{}\nx{key}{value}", lines[at])),
        Some(format!("{key}{value}x")),
    ]
}

/// Rows that were left out, changed one by one: deleted, with the value of another row, with the
/// key of another, and doubled with another value.
#[test]
fn a_row_of_what_is_left_out_is_not_overlooked() {
    let policy = provider(40, 240, 4);
    let mut told = Diagnostics::new();
    let (proven, proved) =
        prove(&policy, &mut told).unwrap_or_else(|_| panic!("{}", rendered(&told)));
    for target in TARGETS {
        let artifacts = target.emit(&proven, &mut told).unwrap();
        let left = leave_out(&policy, &sources(&artifacts), 1).unwrap();
        let (mut caught, mut same) = (0, 0);
        for ((path, made), text) in artifacts.files().zip(&left.files) {
            let Some(kept) = text else {
                continue;
            };
            let whole = made.source.text();
            let lines: Vec<&str> = whole.lines().collect();
            let is_left = |line: &&str| kept.lines().all(|one| one != *line);
            let rows: Vec<usize> = (0..lines.len()).filter(|at| is_left(&lines[*at])).collect();
            let step = rows.len().div_ceil(2).max(1);
            // The same mistake in every row.
            let mut tree = artifacts.clone();
            tree.add(path, made.mode, with_own_domains(&lines));
            if let Outcome::Proved = check_some((&policy, &proved), *target, &tree) {
                assert!(is_proved(&policy, *target, &tree), "{path}: all rows");
            }
            for at in rows.iter().copied().step_by(step) {
                let other = rows[(at * 7 + 3) % rows.len()];
                let changes = changes(&lines, at, other);
                for change in changes {
                    let text = edited(whole, at, change.as_deref());
                    let mut tree = artifacts.clone();
                    tree.add(path, made.mode, text);
                    if let Outcome::Proved = check_some((&policy, &proved), *target, &tree) {
                        let name = target.name();
                        let change = change.as_deref().unwrap_or("gone");
                        let message = format!("{name}: {path}: {}: {change}", lines[at]);
                        assert!(is_proved(&policy, *target, &tree), "{message}");
                        same += 1;
                    } else {
                        caught += 1;
                    }
                }
            }
        }
        assert!(
            caught > 40,
            "{}: {caught} caught, {same} the same",
            target.name()
        );
    }
}
