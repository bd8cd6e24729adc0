//! Decision diffs of large policies: few sentences, and in time.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::{site, takes_at_most, written};

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
        // No alias and no catch-all leads to it.
        let named = |row: &str| {
            let name = row.split('\t').nth(1).unwrap();
            name != "box0" && mailboxes.matches(name).count() == 1
        };
        let alone =
            |row: &&str| login(row).starts_with('u') && count[&login(row)] == 1 && named(row);
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

    /// Gives the mailbox with the new login back its old one, and a new name.
    fn rename(&self) {
        let path = self.after.path().join("mailboxes.tsv");
        let rows = fs::read_to_string(&path).unwrap();
        let row = rows
            .lines()
            .find(|row| row.contains("\tnew-login"))
            .unwrap();
        let mut fields: Vec<&str> = row.split('\t').collect();
        assert_eq!(fields[2], "new-login");
        (fields[1], fields[2]) = ("renamed-box", &self.login);
        fs::write(&path, rows.replace(row, &fields.join("\t"))).unwrap();
    }

    /// Returns the arguments of `diff`, and the policies.
    fn diff(&self) -> Vec<String> {
        let policies = [&self.before, &self.after].map(|one| one.path().join("policy.kdl"));
        let policies = policies.map(|path| path.display().to_string());
        [vec!["diff".to_owned()], policies.to_vec()].concat()
    }

    /// Returns the words that print the decisions of `diff`.
    fn decisions(&self) -> String {
        format!("{} --only decisions", self.diff().join(" "))
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
    let [small, large] = [300, 600].map(|domains| {
        Changed::new(site::Size {
            domains,
            mailboxes: domains * 10,
            networks: domains / 4,
        })
    });
    let [one, two] = [&small, &large].map(Changed::decisions);
    takes_at_most(3.0, (small.after.path(), &one), (large.after.path(), &two));
}

/// What a decision diff costs is that of two policies that are read: whoever checks both waits as
/// long. Above the size at which what they share is left out.
#[test]
fn a_comparison_costs_no_more_than_two_checks() {
    let changed = Changed::new(site::Size {
        domains: 1500,
        mailboxes: 15000,
        networks: 150,
    });
    let folder = changed.after.path();
    let compared = changed.decisions();
    takes_at_most(2.0, (folder, "check policy.kdl"), (folder, &compared));
}

/// A reviewer waits for the comparison of a large provider's policies, on two processors that have
/// nothing else to do: `tests/run --long` sees to it.
const REVIEW_SECONDS_MAX: f64 = 15.0;

/// The provider of docs/scale.md with one changed mailbox and one widened network: the sentences
/// in any run of a smaller one; in a long run of the whole, and in time.
#[test]
fn a_large_provider_is_compared_while_a_reviewer_waits() {
    let is_long = std::env::var_os("MAILPOL_LONG").is_some();
    let domains = if is_long { 100_000 } else { 1_000 };
    let changed = Changed::new(site::Size {
        domains,
        mailboxes: domains * 10,
        networks: domains / 10,
    });
    let shortest = few_sentences(&changed, if is_long { 3 } else { 1 });
    assert!(
        !is_long || shortest <= REVIEW_SECONDS_MAX,
        "{shortest:.1} s for {domains} domains"
    );
    // A mailbox with another name: every network with rights of its own may send to it.
    changed.rename();
    let shortest = few_sentences(&changed, if is_long { 3 } else { 1 });
    assert!(
        !is_long || shortest <= REVIEW_SECONDS_MAX,
        "{shortest:.1} s for {domains} domains and a renamed mailbox"
    );
}

/// One mailbox and one network: what a reviewer reads in a minute.
const SENTENCES_MAX: usize = 13;

/// Compares so often, each time with few sentences, and returns the shortest time.
fn few_sentences(changed: &Changed, times: usize) -> f64 {
    let time = || {
        let begin = std::time::Instant::now();
        let told = changed.told(&["--format", "json"]);
        let seconds = begin.elapsed().as_secs_f64();
        let report: serde_json::Value = serde_json::from_str(&told).unwrap();
        let changes = report["result"]["decisions"]["changes"].as_array();
        let sentences = changes.unwrap().len();
        assert!(
            (2..=SENTENCES_MAX).contains(&sentences),
            "{sentences}: {told}"
        );
        seconds
    };
    (0..times).map(|_| time()).fold(f64::INFINITY, f64::min)
}

/// So many networks with rights of their own take what a mailbox gets, and each is as before: whom
/// it is taken from is no part of the change.
#[test]
fn a_renamed_mailbox_beside_many_networks_is_few_sentences() {
    let changed = Changed::new(site::Size {
        domains: 60,
        mailboxes: 600,
        networks: 900,
    });
    changed.rename();
    let told = changed.told(&[]);
    let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "whoever may send to listed recipients may now send to renamed-box@",
        "whoever may send to listed recipients can no longer send to ",
    ] {
        assert_eq!(flat.matches(words).count(), 1, "{words}: {told}");
    }
    few_sentences(&changed, 1);
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
