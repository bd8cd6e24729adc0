//! Laws of the comparison of large policies: what they share is left out of it, and the sentences
//! are those of the comparison in which nothing is.

#[path = "../examples/provider/site.rs"]
mod site;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mailpol::compare::{Change, Decisions, decisions_of_policies};
use mailpol::compile;
use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::source::Source;

/// The files of a policy, by name.
type Texts = BTreeMap<&'static str, String>;

/// A domain with forwards, a route, and a login with a right of its own.
const FORWARDS: &str = r#"
domain "forwards.example" {
    mailbox "here"
    mailbox "both"
    forward "away" "x@partner.example"
    forward "both" "y@partner.example" keep=#true
}
route "isp" { to "smtp.isp.example"; }
login "u9" { may-send { from "own"; to "local"; }; }
"#;

fn provider(domains: usize) -> Texts {
    let size = site::Size {
        domains,
        mailboxes: domains * 2,
        networks: domains / 3,
    };
    let mut texts: Texts = site::files(size).unwrap().into_iter().collect();
    let policy = texts.get_mut("policy.kdl").unwrap();
    policy.push_str(FORWARDS);
    texts
}

fn load(texts: &Texts) -> Policy {
    let sources = texts
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Source::new(*name, text.as_str())));
    let files: BTreeMap<String, Arc<Source>> = sources.collect();
    let mut diagnostics = Diagnostics::new();
    let policy = compile::load(&files["policy.kdl"], &files, &mut diagnostics);
    let told = || -> Vec<String> {
        diagnostics
            .sorted()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    policy.unwrap_or_else(|_| panic!("{:?}", told()))
}

/// Returns a sentence without numbers of what is not named.
fn bare(text: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        let bare = word.trim_end_matches([',', ')', ';', ':']);
        match (words.last().copied(), bare) {
            (Some("and"), "others") => {
                words.pop();
            }
            (Some(number), "more") if number.parse::<u128>().is_ok() => {
                words.truncate(words.len() - 2);
            }
            _ => words.push(word),
        }
    }
    words.join(" ")
}

/// What is said of a change, and whether it widens, narrows and is shown by an envelope.
type Said = ([String; 3], [bool; 3]);

/// Returns what is said of a change; names of members are left out, since of those that are alike
/// others are named.
fn said(change: &Change) -> Said {
    let ends = [".example", ".invalid"];
    let is_name =
        |word: &str| word.contains(['@', '`', '[']) || ends.iter().any(|end| word.contains(end));
    let unnamed = |text: &String| {
        let bare = bare(&text.replace("any other address of ", ""));
        let words = bare
            .split(' ')
            .filter(|word| !is_name(word) && *word != "and");
        let mut words: Vec<&str> = words.collect();
        words.dedup();
        words.join(" ")
    };
    (
        [&change.sentence, &change.before, &change.after].map(unnamed),
        [change.widens, change.narrows, change.witness.is_some()],
    )
}

/// Returns what is said of changes; the same of several once: where all that is foreign goes
/// elsewhere, each domain of those that a class names has a sentence.
fn all_said(decisions: &Decisions) -> BTreeSet<Said> {
    decisions.changes.iter().map(said).collect()
}

/// Compares a provider's policy with itself after a change, with what both share and without.
#[track_caller]
fn check(name: &str, leaves_out: bool, change: impl FnOnce(&mut Texts)) {
    check_of(60, name, leaves_out, change);
}

/// The same of a provider with this many domains.
#[track_caller]
fn check_of(domains: usize, name: &str, leaves_out: bool, change: impl FnOnce(&mut Texts)) {
    let before = provider(domains);
    let mut after = before.clone();
    change(&mut after);
    let (mut before, mut after) = (load(&before), load(&after));
    let all = before.domains.len();
    let whole = decisions_of_policies(&mut before, &mut after, usize::MAX).unwrap();
    let part = decisions_of_policies(&mut before, &mut after, 0).unwrap();
    assert_eq!(before.domains.len(), all, "{name}: they are as they were");
    assert_eq!(whole.left_out, 0, "{name}");
    assert_eq!(part.left_out > 0, leaves_out, "{name}: {}", part.left_out);
    assert!(part.visited.envelopes <= whole.visited.envelopes, "{name}");
    assert_eq!(all_said(&part), all_said(&whole), "{name}");
}

/// Replaces words of a file that stand in it.
#[track_caller]
fn replace(texts: &mut Texts, name: &str, from: &str, to: &str) {
    let text = texts.get_mut(name).unwrap();
    assert!(text.contains(from), "{name}: {from}");
    *text = text.replacen(from, to, 1);
}

/// Returns the first row of a file that is so.
fn row(texts: &Texts, name: &str, is: impl Fn(&[&str]) -> bool) -> String {
    let rows = texts[name].lines().skip(1);
    let mut rows = rows.filter(|row| is(&row.split('\t').collect::<Vec<&str>>()));
    rows.next().unwrap().to_owned()
}

#[test]
fn rows_that_differ_are_told_as_if_all_were_compared() {
    check("nothing", true, |_| {});
    check("another login", true, |texts| {
        let row = row(texts, "mailboxes.tsv", |row| row[2] == "u20");
        replace(
            texts,
            "mailboxes.tsv",
            &row,
            &row.replace("u20", "new-login"),
        );
    });
    check("a mailbox less", true, |texts| {
        let row = row(texts, "mailboxes.tsv", |row| {
            row[2].starts_with('u') && row[1] != "box0"
        });
        // Aliases lead to it by its bare name.
        let local = row.split('\t').nth(1).unwrap().to_owned();
        replace(texts, "mailboxes.tsv", &format!("{row}\n"), "");
        let text = texts.get_mut("mailboxes.tsv").unwrap();
        let kept = text
            .lines()
            .filter(|line| !line.split('\t').any(|cell| cell == local));
        *text = kept.flat_map(|line| [line, "\n"]).collect();
    });
    check("a mailbox more", true, |texts| {
        let domain = row(texts, "domains.tsv", |row| row[2].is_empty());
        let domain = domain.split('\t').next().unwrap();
        let row = format!("{domain}\tnew\tnewcomer\t\n");
        texts.get_mut("mailboxes.tsv").unwrap().push_str(&row);
    });
    check("an alias that leads elsewhere", true, |texts| {
        let row = row(texts, "mailboxes.tsv", |row| !row[3].is_empty());
        let cells: Vec<&str> = row.split('\t').collect();
        let to = format!("{}\t{}\t\tbox0", cells[0], cells[1]);
        replace(texts, "mailboxes.tsv", &row, &to);
    });
    check("a catch-all more", true, |texts| {
        let row = row(texts, "domains.tsv", |row| row[2].is_empty());
        replace(texts, "domains.tsv", &row, &format!("{row}box0"));
    });
    check("a catch-all less", true, |texts| {
        let row = row(texts, "domains.tsv", |row| row[2] == "box0");
        replace(texts, "domains.tsv", &row, row.trim_end_matches("box0"));
    });
    check("a domain more", true, |texts| {
        texts
            .get_mut("domains.tsv")
            .unwrap()
            .push_str("new.example\t+mx -all\t\n");
        texts
            .get_mut("mailboxes.tsv")
            .unwrap()
            .push_str("new.example\tbox0\tnewcomer\t\n");
    });
    check("a wider network", true, |texts| {
        let row = row(texts, "networks.tsv", |row| {
            row[2] == "yes" && row[5].is_empty()
        });
        let name = row.split('\t').next().unwrap();
        let wide = format!("{row}\n{name}\t172.20.0.0/16\tyes\t\t\t");
        replace(texts, "networks.tsv", &row, &wide);
    });
}

/// A change of the policy's own words.
fn policy(from: &'static str, to: &'static str) -> impl FnOnce(&mut Texts) {
    move |texts| replace(texts, "policy.kdl", from, to)
}

#[test]
fn rules_that_differ_are_told_as_if_all_were_compared() {
    check("strict SPF", true, policy("spf \"soft\"", "spf \"strict\""));
    check(
        "no header",
        true,
        policy("header=\"both\"", "header=\"none\""),
    );
    check(
        "our domains from outside",
        true,
        policy("own-domain \"reject\"", "own-domain \"check\""),
    );
    check(
        "another host for all that leaves",
        true,
        policy("route \"isp\"", "outbound via=\"isp\"\nroute \"isp\""),
    );
}

#[test]
fn rights_that_differ_are_told_as_if_all_were_compared() {
    check(
        "any sender for logins",
        true,
        policy(
            "inbound {",
            "authenticated { may-send { from \"any\"; }; }\ninbound {",
        ),
    );
    check(
        "logins send to us only",
        true,
        policy(
            "inbound {",
            "authenticated { may-send { from \"own\"; to \"local\"; }; }\ninbound {",
        ),
    );
    // Each login is then asked about its own addresses, twice over, since nothing is left out.
    check_of(
        30,
        "logins are asked one by one",
        false,
        policy(
            "inbound {",
            "authenticated { may-send { from \"own\"; to \"local\"; }; may-send { from \"local\"; \
             to \"@partner.example\"; }; }\ninbound {",
        ),
    );
    check(
        "a login's own right",
        true,
        policy(
            "login \"u9\"",
            "login \"u12\" { may-send { from \"any\"; }; }\nlogin \"u9\"",
        ),
    );
    // It is that of every domain.
    check("another postmaster", false, |texts| {
        let domain = row(texts, "domains.tsv", |row| row[2] == "box0");
        let domain = domain.split('\t').next().unwrap();
        let text = &texts["policy.kdl"];
        let line = text
            .lines()
            .find(|line| line.contains("postmaster "))
            .unwrap();
        let (from, to) = (line.to_owned(), format!("    postmaster \"box0@{domain}\""));
        replace(texts, "policy.kdl", &from, &to);
    });
    check("a right that names a domain", true, |texts| {
        let domain = row(texts, "domains.tsv", |row| row[2].is_empty());
        let domain = domain.split('\t').next().unwrap();
        let network = format!(
            "network \"new\" {{\n    cidr \"172.21.0.0/16\"\n    may-send {{ from \
             \"@{domain}\"; to \"any\"; }}\n}}\ninbound {{"
        );
        replace(texts, "policy.kdl", "inbound {", &network);
    });
}
