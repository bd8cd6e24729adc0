//! `mailpol init`: what it writes passes as it stands, and nothing else is written.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run the program, and fail by panicking"
)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn mailpol(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

const HOST: [&str; 4] = ["--host", "mx.one.example", "--address", "198.51.100.25"];

/// The flags of each kind, and the class that its policy is asked about.
const KINDS: &[(&str, &[&str])] = &[
    (
        "family",
        &[
            "--login",
            "jane",
            "--login",
            "john",
            "--internal",
            "192.168.7.0/24",
        ],
    ),
    (
        "company",
        &[
            "--domain",
            "one.example",
            "--domain",
            "two.example",
            "--login",
            "ann",
            "--internal",
            "10.1.0.0/16",
            "--internal",
            "fd00:1::/48",
        ],
    ),
    ("null", &["--login", "postmaster"]),
];

#[test]
fn what_is_written_passes_as_it_stands() {
    for (kind, flags) in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let ran = |arguments: &[&str]| {
            let (code, stdout, stderr) = mailpol(folder.path(), arguments);
            assert_eq!(code, Some(0), "{kind}: {arguments:?}: {stdout}{stderr}");
            stdout
        };
        ran(&[&["init", kind], &HOST[..], flags].concat());
        ran(&["check", "--deny", "warnings"]);
        ran(&["fmt", "--check"]);
        ran(&["prove"]);
        for target in ["postfix", "exim"] {
            ran(&["build", "--target", target]);
        }
        let spam = [
            "explain",
            "--from",
            "a@b.example",
            "--to",
            "c@d.example",
            "--client",
        ];
        let inside = ran(&[&spam[..], &["10.1.2.3"]].concat());
        assert_eq!(
            inside.starts_with("policy: accept"),
            *kind == "company",
            "{inside}"
        );
        assert!(ran(&[&spam[..], &["203.0.113.9"]].concat()).starts_with("policy: reject 554"));
    }
}

/// What is written as a comment can be taken up as it stands, too.
#[test]
fn loopback_is_a_network_once_its_lines_are_no_comments() {
    let folder = tempfile::tempdir().unwrap();
    let flags = [&["init", "family", "--login", "jane"], &HOST[..]].concat();
    assert_eq!(mailpol(folder.path(), &flags).0, Some(0));
    let path = folder.path().join("policy.kdl");
    let text = fs::read_to_string(&path).unwrap();
    let (network, known) = ("// network \"loopback\"", "// acknowledge ");
    assert!(text.contains(network) && text.contains(known), "{text}");
    let (before, rest) = text.split_once(network).unwrap();
    let (block, behind) = rest.split_once(known).unwrap();
    let block = block.replace("// ", "");
    let network = network.trim_start_matches("// ");
    fs::write(&path, format!("{before}{network}{block}{known}{behind}")).unwrap();
    let check = ["check", "--deny", "warnings"];
    assert_eq!(mailpol(folder.path(), &check).0, Some(1));
    let both = format!("{before}{network}{block}acknowledge {behind}");
    fs::write(&path, both).unwrap();
    assert_eq!(mailpol(folder.path(), &["fmt", "--check"]).0, Some(0));
    let (code, _, said) = mailpol(folder.path(), &check);
    let known = "policy.kdl: no errors; 2 warnings are acknowledged\n";
    assert_eq!((code, said.as_str()), (Some(0), known));
}

#[test]
fn what_is_left_out_is_as_usual() {
    let folder = tempfile::tempdir().unwrap();
    let printed = |words: &[&str]| {
        let more = [
            "--address",
            "198.51.100.25",
            "--login",
            "jane",
            "--out",
            "-",
        ];
        let (code, stdout, stderr) =
            mailpol(folder.path(), &[&["init"], words, &more[..]].concat());
        assert_eq!(code, Some(0), "{stderr}");
        stdout
    };
    // The company's domain is that of its host, and a certificate's folder has the A-label.
    let text = printed(&["company", "--host", "mx.bücher.example"]);
    assert!(text.contains("domain \"bücher.example\""), "{text}");
    assert!(text.contains("/live/mx.xn--bcher-kva.example/"), "{text}");
    let text = printed(&["family", "--host", "example.org"]);
    assert!(text.contains("domain \"example.org\""), "{text}");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "a file was written"
    );
    let null = [
        &[
            "init",
            "null",
            "--login",
            "jane",
            "--internal",
            "10.0.0.0/8",
        ],
        &HOST[..],
    ]
    .concat();
    let (code, _, stderr) = mailpol(folder.path(), &null);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("`null` has no internal network"),
        "{stderr}"
    );
}

#[test]
fn a_policy_that_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.kdl");
    fs::write(&path, "mine\n").unwrap();
    let flags = [&["init", "null", "--login", "jane"], &HOST[..]].concat();
    let (code, _, stderr) = mailpol(folder.path(), &flags);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("`policy.kdl` is there already"), "{stderr}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine\n");
    let (code, _, _) = mailpol(folder.path(), &[&flags[..], &["--force"]].concat());
    assert_eq!(code, Some(0));
    assert_ne!(fs::read_to_string(&path).unwrap(), "mine\n");
}

#[test]
fn what_cannot_be_a_policy_is_not_written() {
    let bad: &[(&[&str], i32, &str)] = &[
        (
            &["init", "family", "--login", "jane"],
            2,
            "--host is missing",
        ),
        (
            &["init", "family", "--host", "mx.one.example"],
            2,
            "--address is missing",
        ),
        (&["init", "--host", "mx.one.example"], 2, "KIND is missing"),
    ];
    let with_host: &[(&[&str], i32, &str)] = &[
        (
            &["init", "null", "--login", "a\"; may-send"],
            2,
            "--login: ",
        ),
        // Exim delivers no mail as root, so one target cannot have it.
        (
            &["init", "null", "--login", "root"],
            1,
            "[what would be written:",
        ),
        (&["init", "null", "--login", "a\nb"], 2, "--login: "),
        (
            &["init", "family", "--login", "a", "--internal", "0.0.0.0/0"],
            2,
            "--internal: `0.0.0.0/0` is no network of anybody's",
        ),
        (
            &["init", "family", "--login", "a", "--login", "A"],
            2,
            "`--login A` is given twice",
        ),
        (
            &["init", "family", "--login", "a", "--internal", "10.0.0.1/8"],
            2,
            "--internal: `10.0.0.1/8` names a host in its prefix",
        ),
        (&["init", "family", "--login", "a", "--domain", "-x"], 2, ""),
        (
            &["init", "family", "--login", "a", "--domain=-x.example"],
            2,
            "--domain: `-x.example` is no domain",
        ),
    ];
    let check = |arguments: &[&str], status: i32, why: &str| {
        let folder = tempfile::tempdir().unwrap();
        let (code, _, stderr) = mailpol(folder.path(), arguments);
        assert_eq!(code, Some(status), "{arguments:?}: {stderr}");
        assert!(stderr.contains(why), "{arguments:?}: {stderr}");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            0,
            "{arguments:?}"
        );
    };
    for (arguments, status, why) in bad {
        check(arguments, *status, why);
    }
    for (arguments, status, why) in with_host {
        check(&[*arguments, &HOST[..]].concat(), *status, why);
    }
}

/// Runs `init` on a terminal, which script(1) makes, and returns what was said there, and what was
/// written.
fn asked(answers: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .arg(format!("{} init", env!("CARGO_BIN_EXE_mailpol")))
        .arg("/dev/null")
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    let policy = fs::read_to_string(folder.path().join("policy.kdl")).unwrap();
    (said, policy)
}

#[test]
fn questions_are_asked_on_a_terminal() {
    // What cannot be is asked for again, and no answer is lost.
    let (said, policy) = asked(
        "firm\ncompany\nmx\nmx.one.example\n198.51.100.25 mx\n198.51.100.25, 2001:db8::25\n\
         -x.example\n\n\nann bob\n10.1.0.1/16\n10.1.0.0/16\nplain\n/run/auth\n",
    );
    assert!(said.contains("What kind of server"), "{said}");
    assert!(
        said.contains("The domains, with blanks between, the main one first [one.example]:"),
        "{said}"
    );
    for why in [
        "`firm` is no kind",
        "`mx` has no dot",
        "`mx` is no IP address",
        "`-x.example` is no domain",
        "an answer is needed (`--login` gives it, too)",
        "`10.1.0.1/16` names a host in its prefix: `10.1.0.0/16`?",
        "`plain` is neither pam, ldap, shadow",
    ] {
        assert!(said.contains(why), "{why}: {said}");
    }
    for words in [
        "\"2001:db8::25\"",
        "mailbox \"bob\" login=\"bob\"",
        "cidr \"10.1.0.0/16\"",
        "auth \"dovecot\" socket=\"/run/auth\"",
    ] {
        assert!(policy.contains(words), "{words}: {policy}");
    }
}

/// Each answer can be, and the whole cannot: Exim delivers no mail as root.
#[test]
fn of_a_whole_that_is_refused_the_answer_is_asked_for_again() {
    let (said, policy) =
        asked("family\nmx.one.example\n198.51.100.25\n\nann root\n10.1.0.0/16\n\nann bob\n");
    let question = "The Unix accounts that have a mailbox, with blanks between";
    assert_eq!(said.matches(question).count(), 2, "{said}");
    assert!(said.contains(&format!("{question} [ann root]: ")), "{said}");
    assert!(said.contains("what would be written:"), "{said}");
    for other in [
        "What kind of server",
        "The host's name",
        "Prefixes whose hosts",
    ] {
        assert_eq!(said.matches(other).count(), 1, "{other}: {said}");
    }
    for words in ["mailbox \"ann\"", "mailbox \"bob\"", "cidr \"10.1.0.0/16\""] {
        assert!(policy.contains(words), "{words}: {policy}");
    }
}
