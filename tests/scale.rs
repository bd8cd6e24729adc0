//! Large policies: work grows as the policy does, and what is proved of a hosting provider holds.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and run the program"
)]

#[path = "../examples/provider/site.rs"]
mod site;

#[path = "scale/compared.rs"]
mod compared;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

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

/// The processor's time is shared out: what runs beside one measurement makes it longer, never
/// shorter.
static ALONE: Mutex<()> = Mutex::new(());

/// How often two runs are measured before the longer one is held to be too long.
const ROUNDS: usize = 6;

/// Holds the second run to so many times the first. Both are measured again until it is, since
/// noise only ever adds: what does grow faster is too long in every round.
#[track_caller]
fn takes_at_most(times: f64, first: (&Path, &str), second: (&Path, &str)) {
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut one, mut two) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        one = one.min(seconds(first.0, first.1));
        two = two.min(seconds(second.0, second.1));
        if two < one * times {
            return;
        }
    }
    drop(alone);
    panic!(
        "{one:.2} s for `{}`, and {two:.2} s for `{}`: over {times} times as long",
        first.1, second.1
    );
}

/// Twice the policy may take three times as long. What compares everything with everything takes
/// four times; n log n takes little more than twice, and the rest is room for noise.
#[track_caller]
fn takes_three_times_at_most(arguments: &str, (small, large): (TempDir, TempDir)) {
    takes_at_most(3.0, (small.path(), arguments), (large.path(), arguments));
}

#[track_caller]
fn grows_as_the_policy_does(arguments: &str, domains: usize) {
    takes_three_times_at_most(arguments, (provider(domains), provider(domains * 2)));
}

#[test]
fn a_proof_grows_as_the_policy_does() {
    grows_as_the_policy_does("check policy.kdl", 1_000);
}

/// Networks of one address each, with senders that no other may use: nothing stands for another.
fn of_many_rights(networks: usize) -> TempDir {
    let mut text = "mailpol version=1\n\
                    host \"mx.many.test\" { address \"198.51.100.25\"; listen \"smtp\"; }\n\
                    domain \"many.test\" { mailbox \"ann\"; alias \"postmaster\" \"ann\"; }\n"
        .to_owned();
    for number in 0..networks {
        let (high, low) = (number >> 8, number & 255);
        writeln!(
            text,
            "network \"n{number}\" {{ cidr \"10.0.{high}.{low}/32\"; \
             may-send {{ from \"@c{number}.example\"; }}; }}"
        )
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.kdl"), text).unwrap();
    folder
}

#[test]
fn a_proof_grows_as_the_rights_of_networks_do() {
    let folders = (of_many_rights(500), of_many_rights(1_000));
    takes_three_times_at_most("check policy.kdl", folders);
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

/// The signs of the lists that networks are in change with each of them.
#[test]
fn a_thousand_networks_inside_of_one_are_proved() {
    let mut text = "mailpol version=1\n\
                    host \"mx.nested.test\" { address \"198.51.100.25\"; listen \"smtp\"; }\n\
                    domain \"nested.test\" { mailbox \"ann\"; alias \"postmaster\" \"ann\"; }\n\
                    network \"all\" { cidr \"10.0.0.0/8\"; may-send; }\n"
        .to_owned();
    let kinds = [
        "may-send { from \"@nested.test\"; }",
        "may-send",
        "otherwise \"refuse\"",
    ];
    for (number, kind) in (0..1_000).zip(kinds.iter().cycle()) {
        let (high, low) = (number >> 8, number & 255);
        writeln!(
            text,
            "network \"n{number}\" {{ cidr \"10.{high}.{low}.0/24\"; {kind}; }}"
        )
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.kdl"), text).unwrap();
    let build = "build policy.kdl --target postfix,exim --out out";
    let seconds = seconds(folder.path(), build);
    assert!(seconds < 60.0, "{seconds:.2} s");
    let list = folder.path().join("out/exim/etc/exim4/internal");
    let list = fs::read_to_string(list).unwrap();
    let negated = list.lines().filter(|line| line.starts_with('!')).count();
    assert!((600..700).contains(&negated), "{list}");
}

/// Mail of every domain, and for every domain, is copied into one of four archives.
#[test]
fn archives_grow_as_the_domains_do() {
    let archived = |domains: usize| {
        let folder = provider(domains);
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let rows = read("domains.tsv");
        let names = rows.lines().skip(1).map(|row| row.split('\t').next());
        let names: Vec<&str> = names.map(Option::unwrap).collect();
        let mut policy = read("policy.kdl");
        for (number, name) in names.iter().enumerate() {
            let [sent, got] = [number % 4, (number + 2) % 4].map(|one| names[one]);
            writeln!(policy, "archive \"box0@{sent}\" {{ from \"@{name}\"; }}").unwrap();
            writeln!(policy, "archive \"box0@{got}\" {{ to \"@{name}\"; }}").unwrap();
        }
        fs::write(folder.path().join("policy.kdl"), policy).unwrap();
        folder
    };
    for target in ["postfix", "exim"] {
        let build = format!("build policy.kdl --target {target} --out out --force");
        takes_three_times_at_most(&build, (archived(60), archived(120)));
    }
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
