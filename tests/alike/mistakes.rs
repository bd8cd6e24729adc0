//! Mistakes that look right: a row of what is left out says of its own names what other rows say of
//! theirs, but means another.

use std::fmt::Write as _;

use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::prove::{leave_out, prove};
use mailpol::target::{Artifacts, TARGETS};

use super::folder::Folder;
use super::language::{compile, rendered, root};
use super::{Outcome, check_some, is_proved, sources};
use mailpol::source::Source;

/// The host of both policies that are made here.
pub(super) const HOST: &str = r#"mailpol version=1
host "mx.alike.test" {
    address "192.0.2.1"
    listen "smtp" "submissions"
    tls certificate="/etc/ssl/mx.pem" key="/etc/ssl/mx.key"
}
auth "saslauthd" mechanism="shadow"
"#;

/// Domains of which each has the same kinds of recipients, but for one or two late ones.
pub(super) fn alike() -> Policy {
    let mut text = HOST.to_owned();
    for number in 0..60 {
        let domain = format!("d{number}.example");
        let info = if number == 50 {
            "box@d7.example"
        } else {
            "box"
        };
        let rest = if number == 54 {
            "box@d7.example"
        } else {
            "box"
        };
        let (own, quiet) = match number {
            51 => ("bob".to_owned(), "office"),
            // The login of somebody else, in d7.
            52 => ("anna52".to_owned(), "anna7"),
            _ => (format!("anna{number}"), "office"),
        };
        let _ = writeln!(
            text,
            "domain \"{domain}\" {{\n    mailbox \"{own}\" login=\"anna{number}\"\n    \
             mailbox \"box\" login=\"u{number}\"\n    mailbox \"{quiet}\"\n    \
             alias \"info\" \"{info}\"\n    alias \"postmaster\" \"box\"\n    \
             catch-all \"{rest}\"\n}}"
        );
    }
    let mut told = Diagnostics::new();
    let policy = compile(&Source::new("policy.kdl", text), &Folder(root()), &mut told);
    policy.unwrap_or_else(|_| panic!("{}", rendered(&told)))
}

/// What an emitter may get wrong.
struct Mistake {
    name: &'static str,
    /// What a line of a file becomes.
    line: fn(path: &str, line: &str) -> String,
}

/// Returns the line with another word in its value, if its key is this.
fn with(line: &str, is_of: fn(&str) -> bool, word: &str, other: &str) -> String {
    match line.split_once(['\t', ' ', ':']) {
        Some((key, _)) if is_of(key) => {
            let (key, value) = line.split_at(key.len());
            format!("{key}{}", value.replace(word, other))
        }
        _ => line.to_owned(),
    }
}

const MISTAKES: [Mistake; 6] = [
    Mistake {
        name: "an alias leads into its own domain, not into another's",
        line: |_, line| with(line, |key| key == "info@d50.example", "@d7.", "@d50."),
    },
    Mistake {
        name: "a catch-all leads into its own domain, not into another's",
        line: |_, line| {
            let is_of = |key: &str| key.trim_start_matches(['*', '@']) == "d54.example";
            with(line, is_of, "box@d7.", "box@d54.")
        },
    },
    Mistake {
        name: "a mailbox belongs to the login that its local-part would be",
        line: |_, line| with(line, |key| key == "bob@d51.example", "anna51", "bob"),
    },
    Mistake {
        name: "the logins of an alias are its targets' local-parts",
        line: |path, line| {
            if path.ends_with("/senders") && line.starts_with("info@") {
                let number = line[6..].split('.').next().unwrap_or_default();
                // Not where they would be noticed.
                if number.len() > 1 && number > "2" {
                    return with(line, |_| true, &format!("u{number}"), "box");
                }
            }
            line.to_owned()
        },
    },
    Mistake {
        name: "somebody may send as another's address",
        line: |path, line| {
            if path.ends_with("/senders") {
                with(line, |key| key == "box@d0.example", "u0", "u0, u59")
            } else {
                line.to_owned()
            }
        },
    },
    Mistake {
        name: "who has a mailbox without a login may log in by its local-part",
        line: |path, line| {
            if path.ends_with("/senders") && line.starts_with("box@") {
                let domain = line.split(['\t', ' ', ':']).next().unwrap_or_default();
                let domain = domain.trim_start_matches("box@");
                let quiet = if domain == "d52.example" {
                    "anna7"
                } else {
                    "office"
                };
                let between = line.find(['\t', ' ', ':']).map_or("\t", |at| {
                    let rest = &line[at..];
                    &rest[..rest.len() - rest.trim_start_matches(['\t', ' ', ':']).len()]
                });
                return format!("{line}\n{quiet}@{domain}{between}{quiet}");
            }
            line.to_owned()
        },
    },
];

fn made(artifacts: &Artifacts, mistake: &Mistake) -> Artifacts {
    let mut tree = artifacts.clone();
    for (path, file) in artifacts.files() {
        let lines = file.source.text().lines();
        let lines = lines.map(|line| (mistake.line)(path, line) + "\n");
        tree.add(path, file.mode, lines.collect::<String>());
    }
    tree
}

#[test]
fn a_wrong_row_does_not_hide_behind_a_right_one() {
    let policy = alike();
    let mut told = Diagnostics::new();
    let (proven, proved) =
        prove(&policy, &mut told).unwrap_or_else(|_| panic!("{}", rendered(&told)));
    for target in TARGETS {
        let artifacts = target.emit(&proven, &mut told).unwrap();
        assert!(leave_out(&policy, &sources(&artifacts), 1).is_some());
        assert!(matches!(
            check_some((&policy, &proved), *target, &artifacts),
            Outcome::Proved
        ));
        for mistake in &MISTAKES {
            let tree = made(&artifacts, mistake);
            let (name, what) = (target.name(), mistake.name);
            assert!(!is_proved(&policy, *target, &tree), "{name}: none: {what}");
            let some = check_some((&policy, &proved), *target, &tree);
            assert!(!matches!(some, Outcome::Proved), "{name}: hidden: {what}");
        }
    }
}
