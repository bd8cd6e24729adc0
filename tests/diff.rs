//! `mailpol diff`: the reviews of changes to the Doe policy, what fails a gate, commits and trees.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run the program, and fail by panicking"
)]

#[path = "diff/bound.rs"]
mod bound;
#[path = "diff/cases.rs"]
mod cases;
#[path = "diff/commits.rs"]
mod commits;
#[path = "diff/full.rs"]
mod full;
#[path = "diff/hidden.rs"]
mod hidden;
#[path = "diff/marks.rs"]
mod marks;
#[path = "diff/moved.rs"]
mod moved;
#[path = "diff/raw.rs"]
mod raw;
#[path = "diff/sentences.rs"]
mod sentences;
#[path = "diff/stated.rs"]
mod stated;
#[path = "diff/trees.rs"]
mod trees;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The changes of which the reviews are kept in `tests/corpus/diff/`: words, and what stands in
/// their place.
const CHANGES: &[(&str, &[(&str, &str)])] = &[
    ("renamed-login", &[("login=\"john\"", "login=\"johnny\"")]),
    (
        "widened-network",
        &[("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"10.3.0.0/16\"")],
    ),
    ("strict-spf", &[("spf \"soft\"", "spf \"strict\"")]),
    (
        "removed-mailbox",
        &[
            ("    mailbox \"jimmy.doe\" login=\"jimmy\"\n", ""),
            (" \"jimmy.doe\"", ""),
        ],
    ),
    (
        "bytes-only",
        &[("\nhost ", "\n// The one in the cellar.\nhost ")],
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn doe() -> String {
    fs::read_to_string(root().join("examples/doe/policy.kdl")).unwrap()
}

fn changed(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(doe(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

fn run(program: &str, folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn mailpol(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    run(env!("CARGO_BIN_EXE_mailpol"), folder, arguments)
}

/// A folder with the Doe policy as `old/policy.kdl`, and a change of it as `new/policy.kdl`.
fn folder(edits: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("old", doe()), ("new", changed(edits))] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("policy.kdl"), text).unwrap();
    }
    folder
}

const BOTH: [&str; 3] = ["diff", "old/policy.kdl", "new/policy.kdl"];

#[test]
fn reviews_are_as_they_were_read() {
    for (name, edits) in CHANGES {
        let folder = folder(edits);
        let arguments = [&BOTH[..], &["--format", "markdown"]].concat();
        let (code, found, stderr) = mailpol(folder.path(), &arguments);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{name}");
        // The files have tests of their own.
        let found = found.split("\n### Files").next().unwrap().to_owned();
        let path = root().join(format!("tests/corpus/diff/{name}.md"));
        if std::env::var_os("MAILPOL_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &found).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            found, kept,
            "{name}: MAILPOL_BLESS=1 writes it; read it first"
        );
    }
}

/// Runs the gate, and returns whether it let the change pass.
#[track_caller]
fn passes(edits: &[(&str, &str)], fail_on: &str) -> bool {
    let folder = folder(edits);
    let arguments = [&BOTH[..], &["--fail-on", fail_on]].concat();
    let (code, stdout, stderr) = mailpol(folder.path(), &arguments);
    assert_eq!(stderr, "", "{stdout}");
    match code {
        Some(0) => true,
        Some(1) => false,
        code => panic!("{code:?}: {stdout}"),
    }
}

#[test]
fn gates_tell_widening_from_narrowing() {
    let gates = ["widen", "narrow", "any"];
    let table: &[(&str, [bool; 3])] = &[
        // The mail of john goes to another account: both.
        ("renamed-login", [false, false, false]),
        ("widened-network", [false, true, false]),
        ("strict-spf", [true, false, false]),
        ("removed-mailbox", [true, false, false]),
        ("bytes-only", [true, true, false]),
    ];
    for ((name, edits), (of, expected)) in CHANGES.iter().zip(table) {
        assert_eq!(name, of);
        assert_eq!(gates.map(|gate| passes(edits, gate)), *expected, "{name}");
    }
    assert!(passes(&[], "any"), "nothing differs from itself");
}

#[test]
fn an_attack_on_a_mailbox_is_a_widening() {
    let stolen = [(
        "mailbox \"jane.doe\" login=\"jane\"",
        "mailbox \"jane.doe\" login=\"john\"",
    )];
    assert!(!passes(&stolen, "widen"));
    let opened = [("own-domain \"reject\"", "own-domain \"check\"")];
    assert!(!passes(&opened, "widen") && passes(&opened, "narrow"));
}

#[test]
fn files_differ_by_name_and_line_and_inside_of_lines() {
    let folder = folder(&[(
        "mailbox \"jane.doe\" login=\"jane\"",
        "mailbox \"jane.doe\" login=\"jan\"",
    )]);
    let arguments = [&BOTH[..], &["--only", "files"]].concat();
    let (code, stdout, _) = mailpol(folder.path(), &arguments);
    assert_eq!(code, Some(0));
    for line in [
        "--- a/postfix/etc/postfix/addresses",
        "+++ b/postfix/etc/postfix/addresses",
    ] {
        assert!(stdout.lines().any(|one| one == line), "{line}: {stdout}");
    }
    assert!(!stdout.contains('\u{1b}'));
    let (_, coloured, _) = mailpol(
        folder.path(),
        &[&arguments[..], &["--color", "always"]].concat(),
    );
    assert!(coloured.contains("\u{1b}[31;7m"), "{coloured}");
    let plain = |text: &str| {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| all + part.split_once('m').unwrap().1)
    };
    assert_eq!(plain(&coloured), stdout);
}

/// One policy on two targets: both decide alike, until a raw setting of one takes something away.
#[test]
fn a_policy_is_compared_on_two_targets() {
    let folder = folder(&[]);
    let arguments = |policy| {
        let two = ["--target", "postfix,exim", "--fail-on", "any"];
        [&["diff", policy, "--only", "decisions"][..], &two].concat()
    };
    let (code, stdout, stderr) = mailpol(folder.path(), &arguments("old/policy.kdl"));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(
        stdout.contains("postfix and exim decide alike, but for the latitude."),
        "{stdout}"
    );

    // Postfix alone refuses what the policy lets through: a client in a range that it is told of.
    let raw = doe() + "target \"postfix\" { set \"mynetworks\" \"127.0.0.0/8\" }\n";
    fs::write(folder.path().join("raw.kdl"), raw).unwrap();
    let (code, stdout, stderr) = mailpol(folder.path(), &arguments("raw.kdl"));
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    // Under the heading of what is real: an odd path alone is under that of the latitude.
    let (real, latitude) = stdout.split_once("Latitude: ").unwrap();
    let (_, only_exim) = real
        .split_once("Only exim accepts; postfix refuses")
        .unwrap();
    let network = "(192.168.0.0/24 and fd00:d0e::/64) may send by exim";
    assert!(only_exim.contains(network), "{stdout}{stderr}");
    assert!(latitude.contains("quoted-pair"), "{stdout}");
}

/// Of a host that only sends there is no envelope, and what it makes is compared all the same.
#[test]
fn what_a_host_makes_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let shop = fs::read_to_string(root().join("examples/shop/policy.kdl")).unwrap();
    let other = shop.replace("relay.shop.example", "relay.other.example");
    let other = other.replace("ops@shop.example", "root@shop.example");
    for (name, text) in [("old.kdl", shop), ("new.kdl", other)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let only = ["--only", "decisions", "--format", "markdown"];
    let same = [&["diff", "old.kdl", "old.kdl"], &only[..]].concat();
    let (code, stdout, _) = mailpol(folder.path(), &same);
    assert_eq!(code, Some(0));
    assert!(stdout.starts_with("**No decision changes.**"), "{stdout}");
    let differs = [
        &["diff", "old.kdl", "new.kdl", "--fail-on", "widen"],
        &only[..],
    ]
    .concat();
    let (code, stdout, _) = mailpol(folder.path(), &differs);
    assert_eq!(code, Some(1));
    let wanted = "**Decisions change (1 moved, 1 otherwise).**\n\
        \n\
        ### Moved: accepted, and goes elsewhere\n\
        \n\
        - mail for root, made on the host itself, now goes on to root@shop.example by the host \
        relay.other.example:587 (TLS verified, credentials in /etc/mail/relay) instead of on to \
        ops@shop.example by the host relay.shop.example:587 (TLS verified, credentials in \
        /etc/mail/relay) `MARK`\n\
        \n\
        ### Otherwise: neither gained nor lost; what else differs\n\
        \n\
        - mail from root, made on the host itself, leaves under another address; before: \
        ops@shop.example; now: root@shop.example `MARK`\n";
    let unmarked: Vec<String> = stdout
        .lines()
        .map(|line| {
            match line
                .strip_suffix('`')
                .and_then(|line| line.rsplit_once('`'))
            {
                Some((before, _)) => format!("{before}`MARK`"),
                None => line.to_owned(),
            }
        })
        .collect();
    let unmarked = unmarked.join("\n") + "\n";
    assert!(unmarked.starts_with(wanted), "{unmarked}");
}

#[test]
fn files_alone_are_reviewed_in_markdown() {
    let folder = folder(&[]);
    let more = "// One more line.\n\n".to_owned() + &doe();
    let renamed = more.replace("login=\"jimmy\"", "login=\"jim\"");
    let review = |after: &str| {
        fs::write(folder.path().join("new/policy.kdl"), after).unwrap();
        let policies = ["diff", "old/policy.kdl", "new/policy.kdl"];
        let only = ["--only", "files", "--format", "markdown"];
        let (code, stdout, stderr) = mailpol(folder.path(), &[&policies[..], &only].concat());
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
        stdout
    };
    assert_eq!(
        review(&doe()),
        "**No file changes; decisions were not compared.**\n"
    );
    let moved = review(&more);
    assert!(
        moved.starts_with("**15 files change, in comments only; decisions were not"),
        "{moved}"
    );
    assert!(!moved.contains("```"), "{moved}");
    let shown = review(&renamed);
    assert!(
        shown.contains("```diff\n--- a/postfix/etc/postfix/"),
        "{shown}"
    );
    assert!(
        shown.contains(" files that are shown name other lines of the policy"),
        "{shown}"
    );
    assert!(!shown.contains("### Gained"), "{shown}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let folder = folder(&[]);
    let refused = |arguments: &[&str], why: &str| {
        let (code, stdout, stderr) = mailpol(folder.path(), arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(why), "{arguments:?}: {stderr}");
    };
    refused(&["diff", "old/policy.kdl"], "one side only");
    let (old, new) = ("old/policy.kdl", "new/policy.kdl");
    refused(&["diff", old, new, "--against", "tree"], "goes with one");
    refused(
        &["diff", old, "--against", "nowhere"],
        "`nowhere` cannot be read",
    );
    refused(&["diff", old, "--declared", "marks"], "--against");
    // Gates that nothing would fail.
    for gate in ["widen", "narrow"] {
        let only = ["diff", old, new, "--only", "files", "--fail-on", gate];
        refused(&only, "are about decisions");
    }
    let two = ["diff", old, "--only", "files", "--target", "postfix,exim"];
    refused(&two, "have no file in common");
    refused(
        &["check", old, "--format", "markdown"],
        "[possible values: human, json, sarif]",
    );
}
