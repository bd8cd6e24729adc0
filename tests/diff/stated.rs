//! Limits and passwords, which no envelope shows: what fails a gate, and what trees say of them.

use std::fs;

use super::cases::{CASES, Case};
use super::sentences::{sentences, told_of};
use super::{changed, mailpol, passes};

fn case(name: &str) -> &'static Case {
    CASES.iter().find(|case| case.name == name).unwrap()
}

#[test]
fn what_no_envelope_shows_fails_a_gate() {
    // What is not said may be more or less than what is; who knows a password nobody knows.
    let size = |size: &str| format!("    limits size=\"{size}\"\n    tls certificate");
    let tls = "    tls certificate";
    let folder = tempfile::tempdir().unwrap();
    let exits = |before: &str, after: &str| {
        for (name, text) in [("old.kdl", before), ("new.kdl", after)] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        ["widen", "narrow"].map(|gate| {
            let only = ["--only", "decisions", "--fail-on", gate];
            mailpol(
                folder.path(),
                &[&["diff", "old.kdl", "new.kdl"], &only[..]].concat(),
            )
            .0
        })
    };
    let [small, large] = ["25MiB", "50MiB"].map(|words| changed(&[(tls, &size(words))]));
    assert_eq!(exits(&small, &large), [Some(1), Some(0)]);
    assert_eq!(exits(&large, &small), [Some(0), Some(1)]);
    assert_eq!(exits(&large, &large), [Some(0), Some(0)]);
    for name in ["limits-said", "auth-mechanism", "auth-dovecot"] {
        let after = case(name).after;
        assert_eq!(
            exits(&changed(&[]), &changed(after)),
            [Some(1); 2],
            "{name}"
        );
        assert_eq!(
            exits(&changed(after), &changed(&[])),
            [Some(1); 2],
            "{name}"
        );
        assert!(!passes(after, "widen"), "{name}");
    }
    // The socket alone is another backend, too.
    let dovecot = changed(case("auth-dovecot").after);
    let elsewhere = dovecot.replace("/run/dovecot/auth", "/run/other/auth");
    assert_eq!(exits(&dovecot, &elsewhere), [Some(1); 2]);
}

/// What is no envelope has a heading, a kind and places of its own, and a dialogue where there is
/// one.
#[test]
fn settings_are_told_as_what_they_are() {
    for (name, kind, heading, dialogue) in [
        ("limits-wider", "limits", "Limits:", Some("SIZE=26214401")),
        ("limits-said", "limits", "Limits:", Some("(recipient 101)")),
        ("auth-dovecot", "passwords", "Passwords:", None),
        (
            "bound-listener",
            "listeners",
            "Listeners:",
            Some("port 587"),
        ),
        ("proxy-moved", "proxies", "Proxies:", None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let case = case(name);
        for (file, edits) in [("old.kdl", case.before), ("new.kdl", case.after)] {
            fs::write(folder.path().join(file), changed(edits)).unwrap();
        }
        let (human, json) = told_of(folder.path(), &["old.kdl", "new.kdl"]);
        assert!(
            human.starts_with(heading) && !human.contains("Otherwise"),
            "{human}"
        );
        let last = "No decision about an envelope changes; settings do (";
        assert!(human.contains(last), "{human}");
        let change = &json["result"]["decisions"]["changes"][0];
        assert_eq!(change["kind"], kind);
        for (side, file) in ["old.kdl:", "new.kdl:"].into_iter().enumerate() {
            let at = change["places"][side]["at"].as_str().unwrap();
            assert!(at.starts_with(file), "{change}");
        }
        let shown = change["dialogue"].as_str();
        assert_eq!(shown.is_some(), dialogue.is_some(), "{change}");
        assert!(
            shown
                .unwrap_or_default()
                .contains(dialogue.unwrap_or_default()),
            "{change}"
        );
    }
}

/// Of two targets it is said what each takes; a policy that leaves it to the MTA leaves it to each.
#[test]
fn limits_of_two_targets_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let more = "one message may have more octets by exim than by postfix";
    let gate = |text: &str| {
        fs::write(folder.path().join("policy.kdl"), text).unwrap();
        let two = ["--target", "postfix,exim", "--fail-on", "any"];
        let only = ["diff", "policy.kdl", "--only", "decisions"];
        mailpol(folder.path(), &[&only[..], &two].concat())
    };
    let (code, stdout, _) = gate(&changed(&[]));
    let (real, latitude) = stdout.split_once("Latitude: ").unwrap();
    assert_eq!(
        (code, real.contains(more), latitude.contains(more)),
        (Some(0), false, true)
    );
    // Nothing in the files says it: it has no place in them.
    for said in [
        "postfix  reject 552 5.3.4  by default of `message_size_limit`",
        "exim     accept  by default of `recipients_max`",
    ] {
        assert!(latitude.contains(said), "{latitude}");
    }
    let tls = "    tls certificate";
    let said = changed(&[(
        tls,
        "    limits size=\"25MiB\" recipients=150\n    tls certificate",
    )]);
    let (code, stdout, _) = gate(&said);
    assert_eq!(
        (code, stdout.contains("one message may have")),
        (Some(0), false),
        "{stdout}"
    );
    let raw = "target \"exim\" { set \"message_size_limit\" \"500M\"; }\n";
    let (code, stdout, _) = gate(&(changed(&[]) + raw));
    let (real, _) = stdout.split_once("Latitude: ").unwrap();
    assert!(code == Some(1) && real.contains(more), "{stdout}");
    let by_hand = "exim     accept  policy.kdl:31:";
    assert!(real.contains(by_hand), "{stdout}");
}

/// What was stands in the tree, and what would be in the policy.
#[track_caller]
fn places_are_of_tree_and_policy(json: &serde_json::Value, target: &str) {
    for change in json["result"]["decisions"]["changes"].as_array().unwrap() {
        let at = |side: usize| change["places"][side]["at"].as_str().unwrap().to_owned();
        assert!(at(0).starts_with(&format!("{target}/etc/")), "{change}");
        assert!(at(1).starts_with("policy.kdl:"), "{change}");
    }
}

/// A tree says what it takes, and who checks passwords there.
#[test]
fn limits_and_passwords_of_a_tree_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let policy = changed(&[(
        "    tls certificate",
        "    limits size=\"25MiB\" recipients=150\n    tls certificate",
    )]);
    fs::write(folder.path().join("policy.kdl"), policy).unwrap();
    let more = "one message may now have more octets";
    let fewer = "one message may now have fewer recipients";
    for (target, file, edits, expected) in [
        (
            "postfix",
            "postfix/main.cf",
            vec![
                (
                    "message_size_limit = 26214400",
                    "message_size_limit = 1048576",
                ),
                ("smtpd_recipient_limit = 150", "smtpd_recipient_limit = 200"),
            ],
            vec![more, fewer],
        ),
        (
            "exim",
            "exim4/exim4.conf",
            vec![
                (
                    "message_size_limit = ${if def:sender_host_address {26214400}{0}}",
                    "message_size_limit = ${if def:sender_host_address {1048576}{0}}",
                ),
                ("recipients_max = 150", "recipients_max = 200"),
            ],
            vec![more, fewer],
        ),
        (
            "exim",
            "default/saslauthd",
            vec![("MECHANISMS=\"shadow\"", "MECHANISMS=\"pam\"")],
            vec!["passwords are now checked by another"],
        ),
        // One service of several takes more.
        (
            "postfix",
            "postfix/master.cf",
            vec![(
                "-o syslog_name=postfix/submission\n",
                "-o syslog_name=postfix/submission\n  -o smtpd_recipient_limit=120\n",
            )],
            vec!["one message may now have more recipients on `submission`"],
        ),
    ] {
        let tree = folder.path().join(target);
        let _ = fs::remove_dir_all(&tree);
        let build = ["build", "policy.kdl", "--target", target, "--out", target];
        let (code, _, stderr) = mailpol(folder.path(), &build);
        assert_eq!(code, Some(0), "{stderr}");
        let path = tree.join("etc").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let edited = edits.iter().fold(text.clone(), |text, (from, to)| {
            assert!(text.contains(from), "{from}: {text}");
            text.replacen(from, to, 1)
        });
        fs::write(&path, edited).unwrap();
        let (human, json) = told_of(folder.path(), &["policy.kdl", "--against", target]);
        let told = sentences(&json);
        assert_eq!(told.len(), expected.len(), "{human}");
        places_are_of_tree_and_policy(&json, target);
        for words in expected {
            assert!(told.iter().any(|one| one.starts_with(words)), "{human}");
        }
    }
}
