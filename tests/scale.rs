//! Large policies: work grows as the policy does, and what is proved of a hosting provider holds.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and run the program"
)]

#[path = "../examples/provider/site.rs"]
mod site;

use std::collections::BTreeMap;
use std::fmt::Write as _;
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

/// The shorter time of two runs.
fn best(folder: &Path, arguments: &str) -> f64 {
    let runs = (0..2).map(|_| seconds(folder, arguments));
    runs.fold(f64::INFINITY, f64::min)
}

/// Twice the policy may take three times as long. What compares everything with everything takes
/// four times; n log n takes little more than twice, and the rest is room for noise.
#[track_caller]
fn grows_as_the_policy_does(arguments: &str, domains: usize) {
    let (small, large) = (provider(domains), provider(domains * 2));
    let (one, two) = (best(small.path(), arguments), best(large.path(), arguments));
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
    let (small, large) = (archived(60), archived(120));
    for target in ["postfix", "exim"] {
        let build = format!("build policy.kdl --target {target} --out out --force");
        let (one, two) = (best(small.path(), &build), best(large.path(), &build));
        assert!(
            two < one * 3.0,
            "{target}: {one:.2} s for 60 domains, and {two:.2} s for twice as many"
        );
    }
}

/// A provider's policy; the same with another login of one mailbox, and with a wider network; and
/// both logins.
struct Changed {
    before: TempDir,
    after: TempDir,
    login: String,
}

impl Changed {
    fn new(size: site::Size) -> Self {
        let (before, after) = (written(size), written(size));
        let rows = |name: &str| fs::read_to_string(after.path().join(name)).unwrap();
        let mailboxes = rows("mailboxes.tsv");
        let login = |row: &str| row.split('\t').nth(2).unwrap().to_owned();
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for row in mailboxes.lines() {
            *count.entry(login(row)).or_default() += 1;
        }
        let alone = |row: &&str| login(row).starts_with('u') && count[&login(row)] == 1;
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
        Self {
            before,
            after,
            login,
        }
    }

    /// Returns the arguments of `diff`, and the policies.
    fn diff(&self) -> Vec<String> {
        let policies = [&self.before, &self.after].map(|one| one.path().join("policy.kdl"));
        let policies = policies.map(|path| path.display().to_string());
        [vec!["diff".to_owned()], policies.to_vec()].concat()
    }

    /// What `diff` prints of decisions, with these arguments.
    fn told(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
            .args(self.diff())
            .args(["--only", "decisions"])
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A provider's networks with rights of their own are many, and a login is one: so is what is told
/// of it.
#[test]
fn one_mailbox_and_one_network_are_few_sentences() {
    let changed = Changed::new(site::Size {
        domains: 40,
        mailboxes: 400,
        networks: 80,
    });
    let (told, login) = (changed.told(&[]), &changed.login);
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
fn a_comparison_grows_as_the_policies_do() {
    let seconds = |domains: usize| {
        let changed = Changed::new(site::Size {
            domains,
            mailboxes: domains * 10,
            networks: domains / 4,
        });
        let arguments = [changed.diff().as_slice(), &["--only decisions".to_owned()]].concat();
        best(changed.after.path(), &arguments.join(" "))
    };
    let (one, two) = (seconds(300), seconds(600));
    assert!(
        two < one * 3.0,
        "{one:.2} s for 300 domains, and {two:.2} s for twice as many"
    );
}

/// Above some size, what two policies share is not looked at one by one.
#[test]
fn what_large_policies_share_is_left_out_of_their_comparison() {
    let changed = Changed::new(site::Size {
        domains: 1500,
        mailboxes: 3000,
        networks: 40,
    });
    let report = changed.told(&["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let decisions = &report["result"]["decisions"];
    let left_out = decisions["left_out"].as_u64().unwrap();
    assert!((1000..1500).contains(&left_out), "{left_out}");
    let sentences: Vec<&str> = decisions["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["sentence"].as_str().unwrap())
        .collect();
    let has = |words: &str| sentences.iter().any(|one| one.contains(words));
    assert!(
        has("clients in 172.20.0.0/16 may now send"),
        "{sentences:?}"
    );
    assert!(has("now goes to the account new-login"), "{sentences:?}");
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
