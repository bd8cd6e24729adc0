//! Trees that were spoilt on purpose: the harness has to notice.

use libtest_mimic::Failed;

use crate::Test;
use crate::doe::{self, stranger, user};
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Envelope, Job, Warnings};
use crate::support::namespace;

pub(crate) const TESTS: &[Test] = &[
    ("an open relay is seen to be open", open),
    ("a tree that Postfix refuses to serve is broken", refused),
    ("a misspelt restriction is broken", misspelt),
    ("an unknown parameter is a failure", unknown_parameter),
    ("a password that nobody can check is broken", unchecked),
    ("a command that fails is a failure", failing_command),
    ("a tree that does not start is a failure", not_starting),
];

const MAIN: &str = "etc/postfix/main.cf";

fn foreign() -> Vec<Envelope> {
    vec![Envelope::new(&stranger(Smtp), "a@b.example", "c@d.example")]
}

fn answered(job: Job, expected: &str) -> Result<(), Failed> {
    doe::check_envelopes(job, foreign(), [expected].into_iter())
}

fn open() -> Result<(), Failed> {
    let (_tree, job) = doe::spoilt(MAIN, "mynetworks = ", "mynetworks = 0.0.0.0/0 ")?;
    answered(job, "rcpt 250 2.1.5")?;
    // Postfix wants a restriction that refuses somewhere; one behind a permit is enough for it.
    let before = "reject_unauth_destination\nsmtpd_recipient";
    let after = "permit, reject_unauth_destination\nsmtpd_recipient";
    let (_tree, job) = doe::spoilt(MAIN, before, after)?;
    answered(job, "rcpt 250 2.1.5")
}

fn refused() -> Result<(), Failed> {
    let before = "reject_unauth_destination\nsmtpd_recipient";
    let (_tree, job) = doe::spoilt(MAIN, before, "permit\nsmtpd_recipient")?;
    answered(job, "broken: *")
}

fn misspelt() -> Result<(), Failed> {
    let (_tree, job) = doe::spoilt(MAIN, "reject_unlisted_recipient,", "reject_unlisted,")?;
    let family = Envelope::new(&stranger(Smtp), "a@b.example", "jane.doe@doe-family.com");
    let forgiven = Envelope {
        may_misconfigure: true,
        ..family.clone()
    };
    let expected = ["broken: *", "rcpt 451 4.3.5"];
    doe::check_envelopes(job, vec![family, forgiven], expected.into_iter())
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

fn unchecked() -> Result<(), Failed> {
    let (_tree, mut job) = doe::spoilt(
        "etc/postfix/sasl/smtpd.conf",
        "mech_list",
        "saslauthd_path: /none\nmech_list",
    )?;
    job.envelopes = Vec::new();
    let john = user("john", Submission);
    let envelope = Envelope::new(&john, "john.doe@doe-family.com", "c@d.example");
    let forgiven = Envelope {
        may_misconfigure: true,
        ..envelope.clone()
    };
    let expected = ["broken: 454 4.7.0 *", "rcpt 530 5.7.0"];
    doe::check_envelopes(job, vec![envelope, forgiven], expected.into_iter())
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
