//! A host that listens nowhere, the one of the examples: what programs on it make is followed to
//! the host that takes it; of every MTA alike.

use std::fs;

use libtest_mimic::Failed;

use crate::TestOfBoth;
use crate::machine::{self, expect};
use crate::routes::{Host, ISP, MAILDIR, scene};
use crate::support::job::Mta;
use crate::support::namespace;
use crate::support::report::{Message, Report};

pub(crate) const TESTS: &[TestOfBoth] = &[(
    "a host that only sends lets nobody in, and keeps nothing",
    null_client,
)];

const RELAY: Host = Host {
    name: "relay.shop.example",
    credentials: "/etc/mail/relay",
    named: "relay.shop.example",
    ..ISP
};

/// What lies about on a host, and would run a program for root's mail.
const TRAPS: &[&str] = &[
    "mkdir -p /home/owned/Maildir/new /home/owned/Maildir/cur; chmod 777 /home/owned/Maildir/new",
    "echo 'root: \"|tee /home/owned/Maildir/new/alias\"' > /etc/aliases",
    "echo '|tee /home/owned/Maildir/new/forward' > ~root/.forward",
];

/// What programs do. Each message is named by its subject.
const PROGRAMS: &[&str] = &[
    "for host in 127.0.0.1 ::1 203.0.113.31; do for port in 25 465 587; do \
     if (: <>/dev/tcp/$host/$port) 2>/dev/null; then echo $host $port is open; exit 1; fi; \
     done; done",
    "printf 'Subject: root\\n\\nx\\n' | /usr/sbin/sendmail root",
    "printf 'From: root (Cron Daemon)\\nTo: www-data\\nSubject: cron\\n\\nx\\n' \
     | su www-data -s /bin/sh -c '/usr/sbin/sendmail -i -FCronDaemon -oem www-data'",
    "printf 'To: root@localhost\\nSubject: localhost\\n\\nx\\n' | /usr/sbin/sendmail -t -oi",
    "printf 'Subject: host\\n\\nx\\n' | /usr/sbin/sendmail Webmaster@WWW001.shop.example",
    "printf 'From: Shop <shop@shop.example>\\nSubject: order\\n\\nx\\n' \
     | su www-data -s /bin/sh -c '/usr/sbin/sendmail -f orders@shop.example customer@far.example'",
    "printf 'EHLO x\\r\\nMAIL FROM:<app@www001.shop.example>\\r\\n\
     RCPT TO:<customer@far.example>\\r\\n\
     DATA\\r\\nSubject: spoken\\r\\n\\r\\nx\\r\\n.\\r\\nQUIT\\r\\n' \
     | su www-data -s /bin/sh -c '/usr/sbin/sendmail -bs'",
    "printf 'Subject: refused\\n\\nx\\n' \
     | su www-data -s /bin/sh -c '/usr/sbin/sendmail refused@far.example'",
];

/// What comes to the relay: whom for, from whom by MAIL FROM, and from whom by the header.
const ARRIVALS: &[&str] = &[
    "cron: ops@shop.example from ops@shop.example, ops@shop.example",
    "host: ops@shop.example from ops@shop.example, ops@shop.example",
    "localhost: ops@shop.example from ops@shop.example, ops@shop.example",
    "order: customer@far.example from orders@shop.example, shop@shop.example",
    "root: ops@shop.example from ops@shop.example, ops@shop.example",
    "spoken: customer@far.example from ops@shop.example, ops@shop.example",
];

fn null_client(mta: Mta) -> Result<(), Failed> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shop/policy.kdl");
    let subject = machine::subject(&fs::read_to_string(path)?, mta)?;
    // So the judge has nothing to ask.
    expect(subject.classes().len(), 0, "classes of envelopes")?;
    let (_tree, mut job) = machine::job(&subject)?;
    scene(&mut job, &RELAY);
    let traps = TRAPS.iter().map(|one| (*one).to_owned());
    job.scene.commands.extend(traps);
    job.programs = PROGRAMS.iter().map(|one| (*one).to_owned()).collect();
    let report = namespace::run(&job)?;
    let log = || report.log.join("\n");
    let all = report.mailboxes.get(MAILDIR).map(Vec::as_slice);
    let all = all.unwrap_or_default().iter();
    let messages: Vec<&Message> = all.filter(|one| !field(one, "X-Rcpt").is_empty()).collect();
    let (bounces, others): (Vec<&Message>, _) = messages
        .iter()
        .copied()
        .partition(|one| field(one, "X-From").is_empty());
    let mut arrivals: Vec<String> = others.into_iter().map(arrival).collect();
    arrivals.sort();
    expect(arrivals.join("\n"), ARRIVALS.join("\n"), log())?;
    let bounced: Vec<String> = bounces.iter().map(|one| field(one, "X-Rcpt")).collect();
    expect(bounced.join(" "), "ops@shop.example", log())?;
    for message in messages {
        let how = ["X-Tls", "X-Sni", "X-Auth", "X-Helo"].map(|name| field(message, name));
        let wanted = "yes relay.shop.example office pa^ss:w0rd www001.shop.example";
        expect(how.join(" "), wanted, &message.text)?;
        for name in ["From", "Sender", "Reply-To", "To", "Cc", "Return-Path"] {
            let hides = !field(message, name).contains("www001");
            expect(hides, true, &message.text)?;
        }
    }
    expect(report.queue.len(), 0, log())?;
    nothing_stays(&report)
}

/// Nothing was delivered on the host, and no program has run.
fn nothing_stays(report: &Report) -> Result<(), Failed> {
    let others = report.mailboxes.iter().filter(|(name, _)| *name != MAILDIR);
    let kept: usize = others.map(|(_, messages)| messages.len()).sum();
    expect(kept, 0, format!("{:?}", report.mailboxes.keys()))
}

fn arrival(message: &Message) -> String {
    let header = field(message, "From");
    let header = header.rsplit('<').next().unwrap_or_default();
    // `root (Cron Daemon)` has its name behind the address.
    let header = header.split([' ', '>']).next().unwrap_or_default();
    format!(
        "{}: {} from {}, {header}",
        field(message, "Subject"),
        field(message, "X-Rcpt"),
        field(message, "X-From"),
    )
}

fn field(message: &Message, name: &str) -> String {
    message.headers(name).concat().trim().to_owned()
}
