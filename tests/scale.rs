//! Large policies: work grows as the policy does, and what is proved of a hosting provider holds.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and run the program"
)]

#[path = "../examples/provider/site.rs"]
mod site;

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Writes the policy of a provider with this many domains; ten mailboxes each, and a network for
/// four.
fn provider(domains: usize) -> TempDir {
    written(site::Size {
        domains,
        mailboxes: domains * 10,
        networks: domains / 4,
    })
}

fn written(size: site::Size) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in site::files(size).unwrap() {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Runs `mailpol` with these arguments, and returns the processor time that it took, in seconds:
/// that of the machine's clock says more about its other work.
fn seconds(folder: &Path, arguments: &str) -> f64 {
    let script = format!("\"$0\" {arguments} >&2 || exit 1; times");
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_mailpol")])
        .current_dir(folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments}: {told}");
    // times(1p): the second line is that of the processes that ended, `0m1.23s 0m0.04s`.
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().nth(1).unwrap();
    let part = |word: &str| {
        let (minutes, seconds) = word.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    };
    line.split_whitespace().map(part).sum()
}

/// Twice the policy may take three times as long. What compares everything with everything takes
/// four times; n log n takes little more than twice, and the rest is room for noise.
#[track_caller]
fn grows_as_the_policy_does(arguments: &str, domains: usize) {
    let (small, large) = (provider(domains), provider(domains * 2));
    let best = |folder: &TempDir| {
        let runs = (0..2).map(|_| seconds(folder.path(), arguments));
        runs.fold(f64::INFINITY, f64::min)
    };
    let (one, two) = (best(&small), best(&large));
    assert!(
        two < one * 3.0,
        "{arguments}: {one:.2} s for {domains} domains, and {two:.2} s for twice as many"
    );
}

#[test]
fn a_proof_grows_as_the_policy_does() {
    grows_as_the_policy_does("check policy.kdl", 500);
}

#[test]
fn a_build_grows_as_the_policy_does() {
    let build = "build policy.kdl --target postfix --out out --force";
    grows_as_the_policy_does(build, 200);
}

#[test]
fn a_build_of_a_provider_is_proved() {
    let folder = provider(100);
    seconds(folder.path(), "build policy.kdl --target postfix --out out");
    let main = fs::read_to_string(folder.path().join("out/etc/postfix/main.cf")).unwrap();
    // Many domains are one table for all grants that name `local`.
    assert!(main.contains("check_recipient_access texthash:/etc/postfix/local-recipients"));
}

/// A provider's networks with rights of their own are many, and a login is one: so is what is told
/// of it.
#[test]
fn one_mailbox_and_one_network_are_few_sentences() {
    let size = site::Size {
        domains: 40,
        mailboxes: 400,
        networks: 80,
    };
    let (before, after) = (written(size), written(size));
    let rows = |name: &str| fs::read_to_string(after.path().join(name)).unwrap();
    let mailboxes = rows("mailboxes.tsv");
    let login = |row: &str| row.split('\t').nth(2).unwrap().to_owned();
    let all: Vec<String> = mailboxes.lines().map(login).collect();
    let alone = |row: &&str| {
        let same = all.iter().filter(|one| **one == login(row));
        login(row).starts_with('u') && same.count() == 1
    };
    let row = mailboxes.lines().filter(alone).nth(20).unwrap();
    let login = login(row);
    let renamed = row.replace(&login, "new-login");
    fs::write(
        after.path().join("mailboxes.tsv"),
        mailboxes.replace(row, &renamed),
    )
    .unwrap();
    let networks = rows("networks.tsv");
    let free = |row: &&str| row.ends_with("/22\tyes\t\t\t");
    let row = networks.lines().find(free).unwrap();
    let name = row.split('\t').next().unwrap();
    let wide = format!("{row}\n{name}\t172.20.0.0/16\tyes\t\t\t");
    fs::write(
        after.path().join("networks.tsv"),
        networks.replace(row, &wide),
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .arg("diff")
        .args([before.path(), after.path()].map(|path| path.join("policy.kdl")))
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("clients in 172.20.0.0/16 may now send"),
        "{told}"
    );
    let moved = format!("now goes to the account new-login instead of to the account {login}");
    assert!(flat.contains(&moved), "{told}");
    let lost = format!("authenticated as `{login}` can no longer send");
    let lost = flat.matches(&lost).count();
    assert!((1..=3).contains(&lost), "{told}");
}

#[test]
fn the_same_numbers_make_the_same_provider() {
    let size = site::Size {
        domains: 40,
        mailboxes: 400,
        networks: 80,
    };
    let files = site::files(size).unwrap();
    assert_eq!(files, site::files(size).unwrap());
    let text = |name: &str| &files.iter().find(|(one, _)| *one == name).unwrap().1;
    let recipients: Vec<&str> = text("mailboxes.tsv").lines().skip(1).collect();
    let aliases = recipients.iter().filter(|row| !row.ends_with('\t'));
    assert_eq!((recipients.len(), aliases.count()), (480, 80));
    let catch_alls = text("domains.tsv")
        .lines()
        .filter(|row| row.ends_with("box0"));
    assert_eq!(catch_alls.count(), 2);
    // One network in ten has limits of its own; they are the nodes.
    let nodes = text("policy.kdl").matches("network \"").count();
    assert_eq!((nodes, text("networks.tsv").lines().count()), (8, 1 + 72));
    let v6 = |text: &str| text.matches("fd00:").count();
    assert_eq!(v6(text("networks.tsv")) + v6(text("policy.kdl")), 40);
}
