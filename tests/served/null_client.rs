//! A host that listens nowhere, the one of the examples: what programs on it make is followed to
//! the host that takes it; of every MTA alike.

use std::fs;

use libtest_mimic::Failed;
use mailpol::decision::{Destination, HostMail, Written};
use mailpol::mail::Domain;

use crate::TestOfBoth;
use crate::machine::{self, expect};
use crate::routes::{Host, ISP, MAILDIR, scene};
use crate::subject::Subject;
use crate::support::job::Mta;
use crate::support::namespace;
use crate::support::report::{Message, Report};

pub(crate) const TESTS: &[TestOfBoth] = &[
    (
        "a host that only sends lets nobody in, and keeps nothing",
        null_client,
    ),
    (
        "readers rewrite addresses as the real program does",
        rewriting,
    ),
];

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
    "printf 'From: App <app@www001>\nTo: customer@far.example\nSubject: short\n\nx\n' \
     | su www-data -s /bin/sh -c '/usr/sbin/sendmail -f app@www001 -t'",
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
    "short: customer@far.example from ops@shop.example, ops@shop.example",
    "spoken: customer@far.example from ops@shop.example, ops@shop.example",
];

/// Rows that no emitter of ours writes: of one local-part, from name to name, in a circle, to
/// themselves; `@` alone keeps the local-part.
const ROWS: &str = "\
root@www001.shop.example\tops@shop.example
daemon\tbare@shop.example
@localhost\t@www001.shop.example
@localhost.localdomain\tnext
a@chain.example\tb@chain.example
b@chain.example\tc@chain.example
one@circle.example\ttwo@circle.example
two@circle.example\tone@circle.example
x@self.example\tx@self.example
@far.example\t@other.example
Capital@Case.example\tsmall@shop.example
";

/// The same of Exim, whose rules are tried in their order.
const RULES: &str = "\
*@first.example  x@end.example
*@localhost  other@www001.shop.example
*@www001.shop.example  names@shop.example
*@chain.example  b@link.example
*@link.example  c@end.example
*@back.example  g@first.example
*@self.example  x@self.example
*@far.example  Anybody@Other.example
";

const ADDRESSES: &[&str] = &[
    "root",
    "daemon",
    "www-data",
    "root@localhost",
    "someone@localhost",
    "root@localhost.localdomain",
    "ROOT@WWW001.shop.example",
    "daemon@www001.shop.example",
    "x@sub.www001.shop.example",
    "a@chain.example",
    "b@chain.example",
    "one@circle.example",
    "two@circle.example",
    "b@link.example",
    "f@back.example",
    "g@first.example",
    "x@self.example",
    "y@self.example",
    "someone@far.example",
    "someone@sub.far.example",
    "capital@case.example",
    "Capital@Case.example",
    "ops@shop.example",
];

/// Each address is asked about as a recipient and as a sender.
fn rewriting(mta: Mta) -> Result<(), Failed> {
    let mut subject = shop(mta)?;
    let (path, text) = match mta {
        Mta::Postfix => ("etc/postfix/host-names", ROWS.to_owned()),
        Mta::Exim => {
            let path = "etc/exim4/exim4.conf";
            let text = subject.text(path)?;
            let (before, behind) = text.split_once("begin rewrite\n").ok_or("no rewriting")?;
            let (_, behind) = behind.split_once("begin auth").ok_or("nothing behind it")?;
            (
                path,
                format!("{before}begin rewrite\n\n{RULES}\nbegin auth{behind}"),
            )
        }
    };
    subject.replace(&[(path, text)])?;
    let (_tree, mut job) = machine::job(&subject)?;
    scene(&mut job, &RELAY);
    let sendmail = |subject: String, words: String| {
        format!("printf 'Subject: {subject}\\n\\nx\\n' | /usr/sbin/sendmail {words}")
    };
    for (number, address) in ADDRESSES.iter().enumerate() {
        let words = format!("-f somebody@else.example {address}");
        job.programs.push(sendmail(format!("to-{number}"), words));
        let words = format!("-f {address} somebody@else.example");
        job.programs.push(sendmail(format!("from-{number}"), words));
    }
    let report = namespace::run(&job)?;
    let reader = subject.reading.decider.host_mail();
    let reader = reader.ok_or("the reader does not follow it")?;
    let mut faults = Vec::new();
    for (number, address) in ADDRESSES.iter().enumerate() {
        let written = written(address);
        let to = machine::find(&report, MAILDIR, &format!("to-{number}"))?;
        let from = machine::find(&report, MAILDIR, &format!("from-{number}"))?;
        let real = [field(to, "X-Rcpt"), field(from, "X-From")].map(|one| one.to_lowercase());
        let read = [leads(reader, &written), reader.sender(&written).to_string()];
        if real != read {
            faults.push(format!(
                "{address}: the program {real:?}, the reader {read:?}"
            ));
        }
    }
    expect(faults.join("\n"), "", report.log.join("\n"))
}

fn written(address: &str) -> Written {
    let (local, domain) = match address.split_once('@') {
        Some((local, domain)) => (local, Some(Domain::literal(domain))),
        None => (address, None),
    };
    Written {
        local: local.to_lowercase(),
        domain,
    }
}

/// Returns the address that a recipient's mail goes to, by the relay.
fn leads(reader: &dyn HostMail, written: &Written) -> String {
    match reader.destinations(written).as_slice() {
        [Destination::Hop(_)] => written.to_string(),
        [Destination::Forward { to, via: Some(_) }] => to.to_string(),
        others => format!("{others:?}"),
    }
}

/// Returns the files of the example.
fn shop(mta: Mta) -> Result<Subject, Failed> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shop/policy.kdl");
    machine::subject(&fs::read_to_string(path)?, mta)
}

fn null_client(mta: Mta) -> Result<(), Failed> {
    let subject = shop(mta)?;
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
        let fields = ["From", "Sender", "Reply-To", "To", "Cc", "Return-Path"];
        // What stands behind the reverse-path says nothing of it either.
        for name in fields.into_iter().chain(["X-From", "X-Parameters"]) {
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
