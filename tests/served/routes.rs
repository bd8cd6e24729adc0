//! Mail that leaves by a route, followed to the host that takes it; of every MTA alike.
//!
//! The host is a server of the tests' own, which writes down how each message came: with TLS or
//! without, for which name, and with which password.

use std::path::PathBuf;

use libtest_mimic::Failed;

use crate::TestOfBoth;
use crate::machine;
use crate::support::job::Listener::Smtp;
use crate::support::job::{Client, Envelope, Job, Mta, Record, Until};
use crate::support::namespace;
use crate::support::report::{Message, Report};

/// Where what comes to the host lands.
pub(crate) const MAILDIR: &str = "/home/isp/Maildir";
pub(crate) const NAME: &str = "smtp.isp.test";
/// With what Exim and SASL take apart.
const PASSWORD: &str = "pa^ss:w0rd";
/// Whom a certificate names that is somebody else's.
const OTHER: &str = "smtp.isp.test.evil.example";
const STRANGER: &str = "a@pass.spf-results.example";

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("everything goes by the route", verified),
    ("a route with TLS from the first byte", wrapped),
    ("a route to an address", to_an_address),
    ("a route with TLS to whoever answers", whoever),
    (
        "a route with TLS to an address, if it is offered",
        address_with_tls,
    ),
    (
        "mail for a literal goes under TLS, if it is offered",
        literal,
    ),
    ("a route is no impostor's", impostor),
    ("a route goes not without TLS", stripped),
];

/// The host that a route leads to.
pub(crate) struct Host {
    /// What routes call it.
    pub(crate) name: &'static str,
    /// Where the password for it is.
    pub(crate) credentials: &'static str,
    pub(crate) address: &'static str,
    pub(crate) port: u16,
    /// What it does about TLS: see `sink.py`.
    pub(crate) mode: &'static str,
    /// Whom its certificate names.
    pub(crate) named: &'static str,
    /// Where what comes to it lands.
    pub(crate) maildir: &'static str,
    /// As whom we log in there.
    pub(crate) user: &'static str,
}

pub(crate) const ISP: Host = Host {
    name: NAME,
    credentials: "/etc/mail/isp",
    address: "203.0.113.77",
    port: 587,
    mode: "starttls",
    named: NAME,
    maildir: MAILDIR,
    user: "office",
};

/// Returns a policy that sends everything by a route.
fn policy(to: &str) -> String {
    format!(
        "\
mailpol version=1
host \"mx.acme.test\" {{
    address \"198.51.100.25\" \"2001:db8::25\"
    listen \"smtp\"
}}
network \"office\" {{ cidr \"192.168.10.0/24\"; may-send }}
domain \"acme.test\" {{
    mailbox \"jane\"
    alias \"postmaster\" \"jane\"
    forward \"aunt\" \"aunt@far.test\"
    publish {{ spf \"+a:{NAME}\" \"+ip6:2001:db8:77::7\" \"-all\" }}
}}
route \"isp\" {{ to {to} }}
outbound via=\"isp\"
"
    )
}

const VERIFIED: &str = "\"smtp.isp.test\" port=587 credentials=\"/etc/mail/isp\"";

/// All that leaves goes to the host, under TLS for its name, with the password; nothing else does.
fn verified(mta: Mta) -> Result<(), Failed> {
    let report = run(mta, VERIFIED, &ISP)?;
    let how = "tls=yes sni=smtp.isp.test auth=office pa^ss:w0rd helo=mx.acme.test";
    arrived(&report, how)
}

/// On port 465 TLS begins with the first byte.
fn wrapped(mta: Mta) -> Result<(), Failed> {
    let to = "\"smtp.isp.test\" port=465";
    let mode = "wrapped";
    let port = 465;
    let report = run(mta, to, &Host { port, mode, ..ISP })?;
    arrived(&report, "tls=yes sni=smtp.isp.test auth= helo=mx.acme.test")
}

/// An address has no certificate, and gets mail without TLS where it offers none.
fn to_an_address(mta: Mta) -> Result<(), Failed> {
    let to = "\"2001:db8:77::7\" port=2525 tls=\"opportunistic\"";
    let host = Host {
        address: "2001:db8:77::7",
        port: 2525,
        mode: "clear",
        ..ISP
    };
    let report = run(mta, to, &host)?;
    arrived(&report, "tls=no sni= auth= helo=mx.acme.test")
}

/// Whom the certificate names does not count where nobody asks for it.
fn whoever(mta: Mta) -> Result<(), Failed> {
    let to = "\"smtp.isp.test\" port=587 tls=\"required\"";
    let report = run(
        mta,
        to,
        &Host {
            named: OTHER,
            ..ISP
        },
    )?;
    arrived(&report, "tls=yes sni=smtp.isp.test auth= helo=mx.acme.test")
}

/// Nor where an address is spoken to.
fn address_with_tls(mta: Mta) -> Result<(), Failed> {
    let to = "\"2001:db8:77::7\" port=2525 tls=\"opportunistic\"";
    let host = Host {
        address: "2001:db8:77::7",
        port: 2525,
        named: OTHER,
        ..ISP
    };
    let report = run(mta, to, &host)?;
    arrived(&report, "tls=yes sni= auth= helo=mx.acme.test")
}

/// Without a route the host of a literal is spoken to, whatever its certificate says.
fn literal(mta: Mta) -> Result<(), Failed> {
    let direct = policy("\"smtp.isp.test\"")
        .replace("outbound via=\"isp\"", "")
        .replace("\"smtp\"", "\"smtp\" { on \"198.51.100.25\"; }");
    let (_tree, mut job) = machine::job(&machine::subject(&direct, mta)?)?;
    scene(
        &mut job,
        &Host {
            port: 25,
            named: OTHER,
            ..ISP
        },
    );
    let office = Client::new([192, 168, 10, 7], Smtp);
    let message = Envelope {
        until: Until::Message("Subject: x\n\nlast line\n".to_owned()),
        ..Envelope::new(&office, "jane@acme.test", "bob@[203.0.113.77]")
    };
    job.envelopes = vec![message];
    let report = namespace::run(&job)?;
    let wanted = "bob@[203.0.113.77] from=jane@acme.test tls=yes";
    expect(&arrivals(&report).join("\n"), wanted, &report)
}

/// Whoever answers without the certificate of the host gets neither the mail nor the password.
fn impostor(mta: Mta) -> Result<(), Failed> {
    kept(&run(
        mta,
        VERIFIED,
        &Host {
            named: OTHER,
            ..ISP
        },
    )?)
}

/// Nor does whoever takes STARTTLS out of what the host offers.
fn stripped(mta: Mta) -> Result<(), Failed> {
    let mode = "clear";
    kept(&run(mta, VERIFIED, &Host { mode, ..ISP })?)
}

fn run(mta: Mta, to: &str, host: &Host) -> Result<Report, Failed> {
    let (_tree, mut job) = machine::job(&machine::subject(&policy(to), mta)?)?;
    scene(&mut job, host);
    let office = Client::new([192, 168, 10, 7], Smtp);
    let stranger = Client::new([203, 0, 113, 9], Smtp);
    let message = |client: &Client, from: &str, to: &str| Envelope {
        until: Until::Message("Subject: x\n\nlast line\n".to_owned()),
        ..Envelope::new(client, from, to)
    };
    job.envelopes = vec![
        message(&office, "jane@acme.test", "bob@far.test"),
        message(&office, "jane@acme.test", "bob@[192.0.2.1]"),
        message(&office, "jane@acme.test", "jane@acme.test"),
        message(&stranger, STRANGER, "aunt@acme.test"),
        message(&stranger, STRANGER, "bob@far.test"),
        message(&stranger, STRANGER, "nobody@acme.test"),
    ];
    let report = namespace::run(&job)?;
    let outcomes: Vec<String> = report.outcomes.iter().map(ToString::to_string).collect();
    let taken = |one: &String| one.starts_with("message 250");
    let refused = ["rcpt 554 5.7.1", "rcpt 550 5.1.1"];
    let told = outcomes.join("\n");
    match outcomes.split_at_checked(4) {
        Some((first, last)) if first.iter().all(taken) && last == refused => Ok(report),
        _ => Err(format!("{told}\n{}", report.log.join("\n")).into()),
    }
}

/// Adds the host, and the rest of the world.
pub(crate) fn scene(job: &mut Job, host: &Host) {
    let Host {
        name,
        credentials,
        address,
        port,
        mode,
        named,
        maildir,
        user,
    } = host;
    let scene = &mut job.scene;
    let found = address.parse().ok().filter(std::net::IpAddr::is_ipv4);
    scene.zone.push(Record::Address {
        name: (*name).to_owned(),
        address: found.unwrap_or_else(|| [203, 0, 113, 77].into()),
    });
    let known = format!("{name} {user}:{PASSWORD}\n");
    let files = [
        (*credentials, known.as_str()),
        ("/srv/sink.py", include_str!("sink.py")),
    ];
    let files = files.map(|(path, text)| (PathBuf::from(path), text.to_owned()));
    scene.files.extend(files);
    let (certificate, key) = (format!("/srv/{name}.pem"), format!("/srv/{name}.key"));
    scene.commands.extend([
        format!(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 7 -subj \
             /CN={named} -addext subjectAltName=DNS:{named} -out {certificate} -keyout {key}; \
             cat {certificate} >> /etc/ssl/certs/ca-certificates.crt"
        ),
        format!(
            "mkdir -p {maildir}/new {maildir}/cur; python3 /srv/sink.py {maildir} {address} \
             {port} {mode} {certificate} {key} >/dev/null 2>&1 & \
             until (: <>/dev/tcp/{address}/{port}) 2>/dev/null; do sleep 0.05; done"
        ),
    ]);
}

/// All three messages have come so, and jane has hers.
fn arrived(report: &Report, how: &str) -> Result<(), Failed> {
    let wanted = [
        format!("aunt@far.test from={STRANGER} {how}"),
        format!("bob@[192.0.2.1] from=jane@acme.test {how}"),
        format!("bob@far.test from=jane@acme.test {how}"),
    ];
    expect(&came(report).join("\n"), &wanted.join("\n"), report)?;
    let jane = report.mailboxes.get("/var/mail/acme.test/jane");
    expect(&jane.map_or(0, Vec::len).to_string(), "1", report)
}

/// Nothing has come, not even a password; all three messages wait.
fn kept(report: &Report) -> Result<(), Failed> {
    let all = report.mailboxes.get(MAILDIR).map_or(0, Vec::len);
    expect(&all.to_string(), "0", report)?;
    let queue = report.queue.join("\n");
    // Exim names whom the mail came for, Postfix whom it goes to.
    let waiting = [
        &["aunt@far.test", "aunt@acme.test"][..],
        &["bob@far.test"],
        &["bob@["],
    ];
    for names in waiting {
        let waits = names.iter().any(|name| queue.contains(name));
        expect(&waits.to_string(), "true", report)?;
    }
    Ok(())
}

/// Returns for whom each message has come, from whom, and whether under TLS; a line for each
/// recipient, sorted.
pub(crate) fn arrivals(report: &Report) -> Vec<String> {
    let all = report.mailboxes.get(MAILDIR).map(Vec::as_slice);
    let field = |message: &Message, name: &str| message.headers(name).concat().trim().to_owned();
    let mut arrivals = Vec::new();
    for message in all.unwrap_or_default() {
        let how = format!(
            "from={} tls={}",
            field(message, "X-From"),
            field(message, "X-Tls")
        );
        let to = field(message, "X-Rcpt");
        arrivals.extend(to.split_whitespace().map(|to| format!("{to} {how}")));
    }
    arrivals.sort();
    arrivals
}

/// Returns how each message has come, sorted.
fn came(report: &Report) -> Vec<String> {
    came_to(report, MAILDIR)
}

/// Returns how each message has come to a host, sorted.
pub(crate) fn came_to(report: &Report, maildir: &str) -> Vec<String> {
    let all = report.mailboxes.get(maildir).map(Vec::as_slice);
    let all = all.unwrap_or_default().iter();
    let field = |message: &Message, name: &str| message.headers(name).concat().trim().to_owned();
    let messages = all.filter(|message| !message.headers("X-Rcpt").is_empty());
    let mut came: Vec<String> = messages
        .map(|message| {
            let field = |name: &str| field(message, name);
            format!(
                "{} from={} tls={} sni={} auth={} helo={}",
                field("X-Rcpt"),
                field("X-From"),
                field("X-Tls"),
                field("X-Sni"),
                field("X-Auth"),
                field("X-Helo")
            )
        })
        .collect();
    came.sort();
    came
}

pub(crate) fn expect(found: &str, wanted: &str, report: &Report) -> Result<(), Failed> {
    if found == wanted {
        return Ok(());
    }
    let (log, queue) = (report.log.join("\n"), report.queue.join("\n"));
    Err(format!("wanted {wanted:?}, found {found:?}:\n{log}\n{queue}").into())
}
