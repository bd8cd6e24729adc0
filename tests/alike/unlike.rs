//! Names that look like others and are not: a setting, or a word in a row, means one of them and
//! not those that are kept.

use std::fmt::Write as _;

use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::prove::{leave_out, prove};
use mailpol::source::Source;
use mailpol::target::{TARGETS, Target};

use super::folder::Folder;
use super::language::{compile, rendered, root};
use super::mistakes::HOST;
use super::{Outcome, check_some, is_proved, sources};

/// How many domains there are, and the one that is unlike the others.
const DOMAINS: usize = 60;
const ODD: usize = 50;

/// Where Exim finds out whose Maildir it is.
const ACCOUNT: &str = "${lookup{$local_part@$domain}lsearch{/etc/exim4/accounts}{$value}fail}";
/// A rule of the emitted ACL, before which another one may stand.
const RULE: &str = "  # The domain that other configurations carry";

/// One in which no name is odd.
pub(super) fn plain() -> Policy {
    policy(of_alias)
}

/// A policy of domains that are like each other, and one of names that aliases there lead to.
fn policy(domain: fn(usize) -> String) -> Policy {
    let mut text = HOST.to_owned();
    text.push_str(
        r#"domain "near.example" {
    mailbox "keep"
    alias "postmaster" "keep"
    alias "w00" "w00@d00.example"
    alias "w01" "w01@d01.example"
    alias "x=w00" "w00@d00.example"
    alias "x=w01" "w01@d01.example"
}
domain "other.example" {
    mailbox "postmaster"
    alias "w00" "w00@d00.example"
    alias "w01" "w01@d01.example"
}
"#,
    );
    for number in 0..DOMAINS {
        let name = name(number);
        let domain = domain(number);
        let _ = writeln!(
            text,
            "domain \"{name}\" {{\n    mailbox \"w{number:02}\"\n    mailbox \"postmaster\"\n    \
             {domain}\n}}"
        );
    }
    let mut told = Diagnostics::new();
    let policy = compile(&Source::new("policy.kdl", text), &Folder(root()), &mut told);
    policy.unwrap_or_else(|_| panic!("{}", rendered(&told)))
}

fn name(number: usize) -> String {
    format!("d{number:02}.example")
}

/// Returns one text for most domains, and another for the odd one.
fn or(number: usize, most: &str, odd: &str) -> String {
    let text = if number == ODD { odd } else { most };
    text.replace('#', &format!("{number:02}"))
}

/// A row for each domain, whose key and value are this local-part.
fn rows(most: &str, odd: &str) -> String {
    let row = |number| {
        let local = or(number, most, odd);
        format!("{local}@{}\t{local}\n", name(number))
    };
    (0..DOMAINS).map(row).collect()
}

/// What goes wrong for the odd one.
struct Case {
    name: &'static str,
    target: &'static str,
    /// What each domain has besides.
    domain: fn(usize) -> String,
    /// What a file becomes.
    file: fn(path: &str, text: &str) -> String,
}

/// Returns the text with another in the place of some of it, which it must have.
fn with(text: &str, some: &str, other: &str) -> String {
    assert!(text.contains(some), "{some} is not in {text}");
    text.replace(some, other)
}

/// The same of one file alone.
fn of(file: &str, path: &str, text: &str, change: &dyn Fn(&str) -> String) -> String {
    if path.ends_with(file) {
        change(text)
    } else {
        text.to_owned()
    }
}

/// Returns what leads to `wNN@` as it leads to this, with `wNN` in the place of `#`: aliases
/// `info`, or catch-alls.
fn leading(text: &str, is_key: fn(&str) -> bool, to: &str) -> String {
    let line = |line: &str| match line.split_once('\t') {
        Some((key, value)) if is_key(key) => {
            let number = |start| value.get(start..start + 2).unwrap_or_default();
            let local = value.split('@').next().unwrap_or_default();
            let to = to.replace('#', local).replace('N', number(1));
            let rest = value
                .split_once(',')
                .map_or(String::new(), |(_, rest)| format!(",{rest}"));
            format!("{key}\t{to}{rest}\n")
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn of_alias(number: usize) -> String {
    or(number, "alias \"info\" \"w#\"", "alias \"info\" \"w#\"")
}

fn of_login(number: usize) -> String {
    or(
        number,
        "mailbox \"a#\" login=\"xa#\"",
        "mailbox \"a#\" login=\"ya#\"",
    )
}

fn with_dash(number: usize) -> String {
    or(
        number,
        "mailbox \"q\" login=\"ua#\"",
        "mailbox \"q\" login=\"uz-#\"",
    )
}

const CASES: [Case; 8] = [
    Case {
        name: "a login is made of the local-part, as most are",
        target: "exim",
        domain: of_login,
        file: |path, text| {
            of(".conf", path, text, &|text| {
                with(
                    text,
                    ACCOUNT,
                    &ACCOUNT.replace("{$value}", "{x$local_part}"),
                )
            })
        },
    },
    Case {
        name: "a login is cut off at a dash, which most have not",
        target: "exim",
        domain: with_dash,
        file: |path, text| {
            let other = format!("${{extract{{1}}{{-}}{{{ACCOUNT}}}}}");
            of(".conf", path, text, &|text| with(text, ACCOUNT, &other))
        },
    },
    Case {
        name: "a login is cut off at a letter, which most have not",
        target: "exim",
        domain: with_dash,
        file: |path, text| {
            let other = format!("${{extract{{1}}{{z}}{{{ACCOUNT}}}}}");
            of(".conf", path, text, &|text| with(text, ACCOUNT, &other))
        },
    },
    Case {
        name: "a part of a login is replaced, which most have not",
        target: "exim",
        domain: with_dash,
        file: |path, text| {
            let other = format!("${{sg{{{ACCOUNT}}}{{z}}{{a}}}}");
            of(".conf", path, text, &|text| with(text, ACCOUNT, &other))
        },
    },
    Case {
        name: "a local-part is an action, as those of others are that do nothing",
        target: "postfix",
        domain: |number| or(number, "mailbox \"info\"", "mailbox \"hold\""),
        file: |path, text| {
            let client = "    check_client_access cidr:/etc/postfix/without-spf";
            let other = "    check_recipient_access texthash:/etc/postfix/senders\n";
            let text = of("/senders", path, text, &|text| {
                text.to_owned() + &rows("info", "hold")
            });
            of("/main.cf", path, &text, &|text| {
                with(text, client, &format!("{other}{client}"))
            })
        },
    },
    Case {
        name: "a local-part is a number that is true, as that of others is not",
        target: "exim",
        domain: |number| or(number, "mailbox \"00\"", "mailbox \"4711\""),
        file: |path, text| {
            let other = "  deny condition = \
                         ${lookup{$local_part@$domain}lsearch{/etc/exim4/senders}}\n";
            let text = of("/senders", path, text, &|text| {
                text.to_owned() + &rows("00", "4711")
            });
            of(".conf", path, &text, &|text| {
                with(text, RULE, &format!("{other}{RULE}"))
            })
        },
    },
    Case {
        name: "a macro is part of a name",
        target: "exim",
        domain: of_alias,
        file: |path, text| {
            let list = "domainlist local_domains = ";
            let text = of(".conf", path, text, &|text| {
                with(text, list, &format!("{list}! XYZple : "))
            });
            of(".conf", path, &text, &|text| {
                format!("XYZ = d50.exam\n{text}")
            })
        },
    },
    Case {
        name: "a name is put together",
        target: "exim",
        domain: of_alias,
        file: |path, text| {
            let list = "domainlist local_domains = ";
            let other = format!("{list}! ${{sg{{d5X.example}}{{X}}{{0}}}} : ");
            of(".conf", path, text, &|text| with(text, list, &other))
        },
    },
];

fn check(what: &str, domain: fn(usize) -> String, target: &dyn Target, file: &Change<'_>) {
    let policy = policy(domain);
    let mut told = Diagnostics::new();
    let (proven, proved) =
        prove(&policy, &mut told).unwrap_or_else(|_| panic!("{}", rendered(&told)));
    let artifacts = target.emit(&proven, &mut told).unwrap();
    assert!(leave_out(&policy, &sources(&artifacts), 1).is_some());
    let right = check_some((&policy, &proved), target, &artifacts);
    assert!(matches!(right, Outcome::Proved), "not proved: {what}");
    let mut tree = artifacts.clone();
    for (path, made) in artifacts.files() {
        tree.add(path, made.mode, file(path, made.source.text()));
    }
    assert!(!is_proved(&policy, target, &tree), "none: {what}");
    let some = check_some((&policy, &proved), target, &tree);
    assert!(!matches!(some, Outcome::Proved), "hidden: {what}");
}

/// What a file becomes.
type Change<'c> = dyn Fn(&str, &str) -> String + 'c;

#[test]
fn what_is_unlike_others_is_not_left_out() {
    for case in &CASES {
        let target = TARGETS.iter().find(|target| target.name() == case.target);
        check(case.name, case.domain, *target.unwrap(), &case.file);
    }
}

/// Where aliases and catch-alls may lead in every domain: for `w00` and `w01` there is an alias
/// that leads on to the right mailbox.
const WAYS: [&str; 6] = [
    "#",
    "x=#",
    "#@near.example",
    "#@other.example",
    "x=#@near.example",
    "\"#\"@other.example",
];

#[test]
fn where_only_some_are_known_nothing_leads() {
    for target in TARGETS {
        for way in WAYS {
            for (key, of_domain) in KINDS {
                let file = |path: &str, text: &str| {
                    let is_one = ["/addresses", "/aliases", "/catch-all"];
                    if is_one.iter().any(|name| path.ends_with(name)) {
                        leading(text, key, way)
                    } else {
                        text.to_owned()
                    }
                };
                check(
                    &format!("{} leads to {way}", target.name()),
                    of_domain,
                    *target,
                    &file,
                );
            }
        }
    }
}

/// The keys of what is led elsewhere, and what each domain has of it.
type Kind = (fn(&str) -> bool, fn(usize) -> String);

const KINDS: [Kind; 2] = [
    (|key| key.starts_with("info@"), of_alias),
    (
        |key| key.trim_start_matches('@').starts_with('d'),
        |number| or(number, "catch-all \"w#\"", "catch-all \"w#\""),
    ),
];

/// What some address has in the domain of another target.
#[test]
fn a_target_is_not_one_in_the_domain_of_another() {
    let domain = |number: usize| {
        let here = or(
            number,
            "alias \"info\" \"w#\" \"x@e#.example\"",
            "alias \"info\" \"w#\" \"x@e#.example\"",
        );
        let there = if number < 2 {
            or(number, "alias \"w#\" \"w#@d#.example\"", "")
        } else {
            String::new()
        };
        let next = or(
            number,
            "domain \"e#.example\" {\n mailbox \"x\"\n mailbox \"postmaster\"\n",
            "domain \"e#.example\" {\n mailbox \"x\"\n mailbox \"postmaster\"\n",
        );
        format!("{here}\n}}\n{next} {there}")
    };
    for target in TARGETS {
        let file = |path: &str, text: &str| {
            if path.ends_with("/addresses") || path.ends_with("/aliases") {
                leading(text, |key| key.starts_with("info@"), "#@eN.example")
            } else {
                text.to_owned()
            }
        };
        check(target.name(), domain, *target, &file);
    }
}
