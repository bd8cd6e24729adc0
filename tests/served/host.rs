//! Mail that is made on the host itself: by root, by programs, by cron.

use libtest_mimic::Failed;

use crate::Test;
use crate::machine::{doe, expect, find, job, outcomes, stranger, subject};
use crate::support::job::Listener::Smtp;
use crate::support::job::{Envelope, Mta};
use crate::support::namespace;

pub(crate) const TESTS: &[Test] = &[("the host's own mail reaches its postmaster", host)];

/// What programs on a host do. Each message is named by its subject.
const PROGRAMS: &[&str] = &[
    "printf 'Subject: to-root\\n\\nx\\n' | /usr/sbin/sendmail root",
    "printf 'Subject: to-daemon\\n\\nx\\n' | /usr/sbin/sendmail daemon",
    "printf 'From: root (Cron Daemon)\\nTo: www-data\\nSubject: cron\\n\\nx\\n' \
     | su www-data -s /bin/sh -c '/usr/sbin/sendmail -i -FCronDaemon -oem www-data'",
    "printf 'To: root@localhost\\nSubject: to-localhost\\n\\nx\\n' | /usr/sbin/sendmail -t -oi",
    "printf 'Subject: to-host\\n\\nx\\n' | /usr/sbin/sendmail root@mx.doe-family.com",
    "printf 'Subject: to-jane\\n\\nx\\n' | /usr/sbin/sendmail jane.doe@doe-family.com",
];

fn host() -> Result<(), Failed> {
    let subject = subject(&doe()?, Mta::Postfix)?;
    let (_tree, mut job) = job(&subject)?;
    job.scene
        .commands
        .extend(PROGRAMS.iter().map(|one| (*one).to_owned()));
    let outside = stranger(Smtp);
    job.envelopes = ["root", "www-data", "daemon", "cron", "MAILER-DAEMON"]
        .iter()
        .map(|local| Envelope::new(&outside, "a@b.example", &format!("{local}@doe-family.com")))
        .collect();
    job.envelopes.push(Envelope::new(
        &outside,
        "a@b.example",
        "root@mx.doe-family.com",
    ));
    job.envelopes
        .push(Envelope::new(&outside, "a@b.example", "root@localhost"));
    job.envelopes
        .push(Envelope::new(&outside, "a@b.example", "root"));
    let report = namespace::run(&job)?;
    let mut wanted = vec!["rcpt 550 5.1.1"; 5];
    wanted.extend(["rcpt 554 5.7.1", "rcpt 554 5.7.1", "rcpt 501 5.1.3"]);
    outcomes(Mta::Postfix, &report, &wanted)?;
    for subject in ["to-root", "to-daemon", "cron", "to-localhost", "to-host"] {
        let message = find(&report, "/home/john/Maildir", subject)?;
        expect(&message.owner, "john", &message.text)?;
    }
    find(&report, "/home/jane/Maildir", "to-jane")?;
    expect(report.queue.len(), 0, report.log.join("\n"))
}
