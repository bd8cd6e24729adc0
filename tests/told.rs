//! What is told of an outcome, and how much: quietly, in full, in words.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests run the program, and fail by panicking"
)]

#[path = "told/by_hand.rs"]
mod by_hand;

use std::fs;
use std::process::{Command, Stdio};

const DOE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/doe/policy.kdl");

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    let output = command.args(arguments).stdin(Stdio::null()).output();
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn quiet_is_quiet_on_success_only() {
    let (code, stdout, stderr) = run(&["check", DOE, "--quiet"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "", ""));
    let (code, _, stderr) = run(&["check", "nowhere.kdl", "--quiet"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("nowhere.kdl"));
    for (command, says) in [("prove", "Assumed:"), ("simulate", "obligations proved")] {
        let (code, stdout, stderr) = run(&[command, DOE, "--quiet"]);
        assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "", ""));
        let (_, stdout, _) = run(&[command, DOE]);
        assert!(stdout.contains(says), "{stdout}");
    }
    let (_folder, policy) = raw("mynetworks", "0.0.0.0/0");
    for command in ["prove", "simulate"] {
        let (code, stdout, _) = run(&[command, &policy, "--target", "postfix", "--quiet"]);
        assert_eq!(code, Some(1));
        assert!(stdout.contains("REFUTED"), "{stdout}");
    }
    let (code, stdout, _) = run(&["spf", "203.0.113.9", DOE, "--helo", "b.example", "--quiet"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("In the policy's own records"), "{stdout}");
}

/// A warning is no success to be silent about.
#[test]
fn quiet_keeps_warnings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.kdl");
    let text = fs::read_to_string(DOE).unwrap();
    let warned = text.replace("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"127.0.0.0/8\"");
    assert_ne!(text, warned);
    fs::write(&path, warned).unwrap();
    let path = path.display().to_string();
    let (_, _, loud) = run(&["prove", &path]);
    let (code, stdout, quiet) = run(&["prove", &path, "--quiet"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""), "{quiet}");
    assert!(quiet.contains("mailpol::"), "{quiet}");
    assert_eq!(quiet, loud);
}

/// Returns the Doe policy with a setting of Postfix by hand.
fn raw(name: &str, value: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    let raw = format!("target \"postfix\" {{ set \"{name}\" \"{value}\"; }}\n");
    fs::write(&policy, fs::read_to_string(DOE).unwrap() + &raw).unwrap();
    let policy = policy.display().to_string();
    (folder, policy)
}

#[test]
fn one_cause_is_told_once() {
    let (_folder, policy) = raw("mynetworks", "0.0.0.0/0");
    let prove = ["prove", &policy, "--target", "postfix"];
    let (_, short, _) = run(&prove);
    let (_, long, _) = run(&[&prove[..], &["--verbose"]].concat());
    let count = |text: &str, word: &str| text.matches(word).count();
    assert_eq!(count(&short, "RCPT TO:<"), 1, "{short}");
    assert!(count(&long, "RCPT TO:<") > 3, "{long}");
    assert_eq!(count(&short, "REFUTED"), count(&long, "REFUTED"));
    assert!(short.contains("`--verbose` shows all"), "{short}");
    assert!(!long.contains("`--verbose`"), "{long}");
    // The dialogue stands under the one that says most.
    let before = short.split("RCPT TO:<").next().unwrap();
    let name = before
        .lines()
        .rfind(|line| line.contains("REFUTED"))
        .unwrap();
    assert!(name.contains("no-open-relay"), "{name}");
}

/// How much breaks it, and by whom it is shown: a client that nobody is, where one can be.
#[test]
fn a_refutation_tells_how_much_breaks_it() {
    let (_folder, policy) = raw("mynetworks", "192.168.0.0/23 203.0.113.64/26");
    let prove = ["prove", &policy, "--target", "postfix"];
    let (_, stdout, _) = run(&prove);
    let told = stdout.split("REFUTED").nth(1).unwrap();
    assert!(told.contains(" classes break it: "), "{told}");
    assert!(told.contains("client 203.0.113.65, port 25"), "{told}");
    let (_, stdout, _) = run(&[&prove[..], &["--format", "json"]].concat());
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let finding = |name: &str| {
        let all = document["result"]["obligations"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap().clone()
    };
    let relay = finding("no-open-relay");
    let number = |value: &serde_json::Value| value.as_str().unwrap().parse::<u128>().unwrap();
    let broken = relay["broken"]["classes"].as_u64().unwrap();
    assert!(
        0 < broken && broken < relay["classes"].as_u64().unwrap(),
        "{relay}"
    );
    let envelopes = number(&relay["broken"]["envelopes"]);
    assert!(
        0 < envelopes && envelopes < number(&relay["envelopes"]),
        "{relay}"
    );
    let null = serde_json::Value::Null;
    let records = finding("spf-covers-egress");
    assert_eq!(
        (&records["compared"], &records["broken"]),
        (&4.into(), &null)
    );
    assert_eq!(
        (&records["empty"], &records["answer"]),
        (&false.into(), &"proved".into())
    );
    let empty = finding("dkim-published");
    assert_eq!(
        (&empty["compared"], &empty["empty"]),
        (&0.into(), &true.into())
    );
}

#[test]
fn an_explanation_is_in_words() {
    let explain = |client: &str, from: &str, to: &str| {
        let (code, stdout, stderr) = run(&[
            "explain", DOE, "--client", client, "--from", from, "--to", to, "--spf", "none",
        ]);
        assert_eq!(code, Some(0), "{stderr}");
        stdout
    };
    let out = explain("192.168.0.3", "jane.doe@doe-family.com", "x@c.example");
    assert!(out.contains("\n  the mail: out to c.example\n"), "{out}");
    let home = explain("203.0.113.9", "x@c.example", "jane.doe@doe-family.com");
    assert!(
        home.contains("\n  the mail: to the account jane\n"),
        "{home}"
    );
    // A row is a place; where none is, the table is none.
    assert!(out.contains("  client in network: yes  "), "{out}");
    assert!(out.contains("policy.kdl:9:1"), "{out}");
    assert!(home.contains("\n  client in network: no\n"), "{home}");
    for text in [out, home] {
        assert!(!text.contains('{'), "{text}");
        assert!(
            text.contains("\n  form of the reverse-path: plain\n"),
            "{text}"
        );
        assert!(text.contains("\n  listener: smtp\n"), "{text}");
    }
}

/// Each target's words for what it asks: one that is only asked whether it is there, and a table of
/// which each row names itself.
#[test]
fn what_files_ask_of_a_login_is_in_words() {
    let ask = [
        "explain",
        DOE,
        "--client",
        "203.0.113.5",
        "--from",
        "john.doe@doe-family.com",
        "--to",
        "x@y.example",
        "--login",
        "john",
        "--listener",
        "submission",
        "--tls",
        "--target",
    ];
    for (target, told) in [
        (
            "exim",
            "\n  login is the word in lsearch;/etc/exim4/logins of the login: yes  ",
        ),
        (
            "postfix",
            "\n  client in mynetworks 192.168.0.0/24 [fd00:d0e::]/64: no\n",
        ),
    ] {
        let (code, stdout, stderr) = run(&[&ask[..], &[target]].concat());
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stdout.contains(told), "{stdout}");
        assert!(stdout.contains("\n  login: given\n"), "{stdout}");
        assert!(
            !stdout.contains("login: no") && !stdout.contains("is in  is"),
            "{stdout}"
        );
    }
    let nobody = [
        "explain",
        DOE,
        "--client",
        "203.0.113.5",
        "--to",
        "x@y.example",
    ];
    let options = ["--listener", "submission", "--tls", "--target", "exim"];
    let (_, stdout, stderr) = run(&[&nobody[..], &options].concat());
    assert!(
        stdout.contains("\n  login: none given\n"),
        "{stdout}{stderr}"
    );
}

/// What is about an envelope is not passed over where none is explained.
#[test]
fn an_explanation_without_an_envelope_takes_nothing_of_one() {
    let login = ["explain", DOE, "--login", "john"];
    let page = ["explain", "mailpol::network::universal"];
    for (head, more, why) in [
        (
            &login[..],
            &["--target", "exim"][..],
            "`--target` is about an envelope",
        ),
        (
            &login[..],
            &["--target", "exim", "--files", "x"],
            "`--target` is about",
        ),
        (
            &login[..],
            &["--resolve"],
            "`--resolve` is about an envelope",
        ),
        (&login[..], &["--zone", "x"], "`--zone` and"),
        (&login[..], &["--tls"], "--client <CLIENT>"),
        (&login[..], &["--from", "a@b.example"], "--client <CLIENT>"),
        (&login[..], &["--listener", "smtp"], "--client <CLIENT>"),
        (&login[..], &["--helo", "a"], "--client <CLIENT>"),
        (&login[..], &["--spf", "pass"], "--client <CLIENT>"),
        (&login[..], &["--spf-helo", "pass"], "--client <CLIENT>"),
        (&page[..], &["--target", "exim"], "`--target` is about"),
        (
            &page[..],
            &["--client", "::1", "--to", "a@b.example"],
            "`--client` is about",
        ),
    ] {
        let (code, stdout, stderr) = run(&[head, more].concat());
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{more:?}: {stderr}");
        assert!(stderr.contains(why), "{more:?}: {stderr}");
    }
}

#[test]
fn what_breaks_a_forbid_is_a_session_that_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    let grant = "login \"jane\" { may-send { from \"any\" } }";
    let forbid = "forbid \"jane is not john\" { login \"jane\"; from \"john.doe@doe-family.com\" }";
    let text = fs::read_to_string(DOE).unwrap() + grant + "\n" + forbid + "\n";
    fs::write(&policy, &text).unwrap();
    let (code, _, stderr) = run(&["check", &policy.display().to_string()]);
    assert_eq!(code, Some(1), "{stderr}");
    // A network of the policy may send, so it breaks without a login's right, too: but on port 25
    // nobody is asked for a login.
    assert!(
        stderr.contains(", TLS, authenticated as `jane`") && !stderr.contains("port 25,"),
        "{stderr}"
    );
    let line = text.lines().count();
    let joined: String = stderr.split_whitespace().collect();
    assert!(
        joined.contains(&format!("policy.kdl:{line}:1)")),
        "{stderr}"
    );
}
