//! What `explain --login` says a login may send, asked of the decider; and how it is printed.

#![expect(clippy::disallowed_methods, reason = "tests read policies")]

#[path = "judge/policies.rs"]
mod policies;

use std::process::Command;

use mailpol::decision::{Because, Envelope, run};
use mailpol::explain::{SendAs, send_as};
use mailpol::mail::{Listener, Path};
use mailpol::policy::{Policy, PolicyDecider};
use mailpol::spf::SpfResult;

/// Fewer rights than this, and the corpus was not found.
const RIGHTS_MIN: usize = 50;

fn envelope(login: &str, listener: Listener, from: &str, to: &str) -> Envelope {
    Envelope {
        client: [203, 0, 113, 9].into(),
        listener,
        tls: true,
        login: Some(login.to_owned()),
        helo: "mail.example".to_owned(),
        from: Path::parse(from, &[]),
        to: Path::parse(to, &[]),
        spf: SpfResult::None,
        spf_helo: SpfResult::None,
    }
}

/// Returns an address that a word stands for.
fn address(word: &str, policy: &Policy) -> String {
    match word {
        "any" => "anybody@elsewhere.test".to_owned(),
        "local" => format!("postmaster@{}", policy.domains.keys().next().unwrap()),
        // One of those below is as good as another.
        word if word.starts_with('@') => format!("somebody{}", word.replace("*.", "a.b.")),
        word => word.to_owned(),
    }
}

/// What is said holds, on the listeners that are named and for the senders that are.
fn holds(policy: &Policy, said: &SendAs) -> usize {
    let decider = PolicyDecider::new(policy);
    let because = |listener, from: &str, to: &str| {
        let (decision, _) = run(&decider, &envelope(&said.login, listener, from, to)).unwrap();
        decision.because
    };
    let mut asked = 0;
    for right in &said.rights {
        for listener in Listener::ALL {
            for to in &right.to {
                let to = address(to, policy);
                for sender in &right.from {
                    let from = address(&sender.sender, policy);
                    if right.listeners.contains(&listener.name()) {
                        assert_eq!(
                            because(listener, &from, &to),
                            Because::Granted,
                            "{} as {from} to {to} over {listener}",
                            said.login
                        );
                        asked += 1;
                    }
                }
            }
        }
    }
    let any = |right: &mailpol::explain::Right| right.from.iter().any(|one| one.sender == "any");
    if !said.rights.iter().any(any) {
        let (from, to) = ("stranger@nowhere.test", "anybody@elsewhere.test");
        for listener in policy.host.listeners.iter().map(|one| one.value) {
            assert_ne!(
                because(listener, from, to),
                Because::Granted,
                "{}",
                said.login
            );
        }
    }
    asked
}

#[test]
fn what_is_said_is_what_is_decided() {
    let mut asked = 0;
    for case in policies::all() {
        let policy = case.load().unwrap();
        let listens = |one: &Listener| policy.host.listeners.iter().any(|own| own.value == *one);
        let submits = listens(&Listener::Submission) || listens(&Listener::Submissions);
        for login in policy.logins.keys().take(20) {
            let said = send_as(&policy, login);
            assert_eq!(said.is_some(), policy.auth.is_some(), "{}", case.name);
            if let Some(said) = said.filter(|_| submits) {
                asked += holds(&policy, &said);
            }
        }
    }
    assert!(asked >= RIGHTS_MIN, "{asked}");
}

#[test]
fn a_login_is_explained() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/corpus/accept/grant/logins"
    );
    let explain = |login: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
            .args(["explain", "policy.kdl", "--login", login])
            .current_dir(folder)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let clerk = "clerk may send, and always with the null sender:\n\
                 \n\
                 to local over submissions, submission  policy.kdl:27:5\n\
                 \x20 as clerk@shop.test   mailbox  policy.kdl:48:5\n\
                 \x20 as orders@shop.test  alias    policy.kdl:51:5\n\
                 \n\
                 to @supplier.test over submissions  policy.kdl:28:5\n\
                 \x20 as orders@shop.test  named    policy.kdl:28:21\n";
    assert_eq!(explain("clerk"), (Some(0), clerk.to_owned()));
    // With plus-addressing its extensions are as good.
    let with = tempfile::tempdir().unwrap();
    let policy = std::fs::read_to_string(format!("{folder}/policy.kdl")).unwrap();
    let plus = policy.replacen("    listen \"", "    plus-addressing\n    listen \"", 1);
    std::fs::write(with.path().join("policy.kdl"), plus).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(["explain", "policy.kdl", "--login", "clerk"])
        .current_dir(with.path())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.contains("may have an extension, as in `NAME+shop@DOMAIN`"),
        "{told}"
    );
    let nobody = "is no login that the policy lists: it gives no rights, and takes none";
    for (login, meant) in [
        ("Clerk", "; did you mean `clerk`?"),
        ("clrek", "; did you mean `clerk`?"),
        ("stranger", ""),
    ] {
        let told = format!("{login} {nobody}{meant}\n");
        assert_eq!(explain(login), (Some(1), told));
    }
}
