//! Trees that were spoilt on purpose: the harness has to notice.

use libtest_mimic::Failed;

use crate::Test;
use crate::doe::{self, Case, asks, stranger, user};
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Envelope, Job, Warnings};
use crate::support::namespace;

pub(crate) const TESTS: &[Test] = &[
    ("an open relay is seen to be open", open),
    ("a tree that Postfix refuses to serve is a failure", refused),
    ("a misspelt restriction is broken", misspelt),
    ("an unknown parameter is a failure", unknown_parameter),
    ("a file that anyone may write is a failure", writable),
    ("a password that nobody can check is broken", unchecked),
    ("a command that fails is a failure", failing_command),
    ("a tree that does not start is a failure", not_starting),
];

const MAIN: &str = "etc/postfix/main.cf";

fn open() -> Result<(), Failed> {
    let foreign = "<a@b.example> <c@d.example> rcpt 250 2.1.5";
    let (_tree, job) = doe::spoilt(MAIN, "mynetworks = ", "mynetworks = 0.0.0.0/0 ")?;
    doe::check(job, asks(&stranger(Smtp), foreign))?;
    // Postfix wants a restriction that refuses; behind a table it counts, behind permit it not.
    let before = "reject_unauth_destination\nsmtpd_recipient";
    let after = format!("check_client_access static:OK, {before}");
    let (_tree, job) = doe::spoilt(MAIN, before, &after)?;
    doe::check(job, asks(&stranger(Smtp), foreign))
}

fn refused() -> Result<(), Failed> {
    let before = "reject_unauth_destination\nsmtpd_recipient";
    let (_tree, mut job) = doe::spoilt(MAIN, before, "permit\nsmtpd_recipient")?;
    job.envelopes = vec![Envelope::new(&stranger(Smtp), "a@b.example", "c@d.example")];
    fails_with(
        &job,
        "specify at least one working instance of: reject_unauth_destination",
    )
}

fn misspelt() -> Result<(), Failed> {
    let (_tree, job) = doe::spoilt(MAIN, "reject_unlisted_recipient,", "reject_unlisted,")?;
    let family = asks(
        &stranger(Smtp),
        "<a@b.example> <jane.doe@doe-family.com> broken: *",
    );
    doe::check(job, with_forgiven(family, "rcpt 451 4.3.5"))
}

/// Adds to cases the same ones with the server's faults taken for answers.
fn with_forgiven(mut cases: Vec<Case>, expected: &str) -> Vec<Case> {
    for (envelope, _) in cases.clone() {
        let may_misconfigure = true;
        cases.push((
            Envelope {
                may_misconfigure,
                ..envelope
            },
            expected.to_owned(),
        ));
    }
    cases
}

fn unknown_parameter() -> Result<(), Failed> {
    let (_tree, mut job) = doe::spoilt(MAIN, "append_dot_mydomain", "append_dots_mydomain")?;
    fails_with(&job, "unused parameter: append_dots_mydomain=no")?;
    job.warnings = Warnings::Reported;
    let report = namespace::run(&job)?;
    let named = report
        .gate
        .warnings
        .iter()
        .any(|line| line.contains("append_dots_mydomain"));
    if named && report.gate.parameters.contains("mydestination =") {
        return Ok(());
    }
    Err(format!("{:#?}", report.gate).into())
}

fn writable() -> Result<(), Failed> {
    let mut job = doe::job();
    job.scene
        .commands
        .push("chmod 666 /etc/postfix/logins".to_owned());
    fails_with(&job, "group or other writable: /etc/postfix/./logins")
}

fn unchecked() -> Result<(), Failed> {
    let file = "etc/postfix/sasl/smtpd.conf";
    let (_tree, job) = doe::spoilt(file, "mech_list", "saslauthd_path: /none\nmech_list")?;
    let john = user("john", Submission);
    let cases = asks(
        &john,
        "<john.doe@doe-family.com> <c@d.example> broken: 454 4.7.0 *",
    );
    doe::check(job, with_forgiven(cases, "rcpt 530 5.7.0"))
}

fn failing_command() -> Result<(), Failed> {
    let mut job = doe::job();
    job.scene.commands.push("echo so sad; false".to_owned());
    fails_with(&job, "so sad")
}

fn not_starting() -> Result<(), Failed> {
    let (_tree, job) = doe::spoilt("etc/postfix/master.cf", "tlsmgr\n", "tlsmgr\nno service\n")?;
    fails_with(&job, "fatal:")
}

/// Runs a job that must come to nothing, and say so.
fn fails_with(job: &Job, words: &str) -> Result<(), Failed> {
    match namespace::run(job) {
        Err(why) if why.to_string().contains(words) => Ok(()),
        Err(why) => Err(format!("wanted {words:?} in: {why}").into()),
        Ok(report) => Err(format!("the run went well:\n{}", report.log.join("\n")).into()),
    }
}
