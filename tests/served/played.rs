//! Sessions, with what every reply has to be: of a RCPT what policy and reader decide, of every
//! other command what the session says.

use std::net::IpAddr;

use libtest_mimic::Failed;
use mailpol::decision::Envelope;
use mailpol::mail::{Listener, Path};
use mailpol::policy::PolicyDecider;

use crate::envelopes::spf_of;
use crate::machine::{is_short_of, job};
use crate::real;
use crate::scene::{PASSWORD, result_of};
use crate::subject::Subject;
use crate::support::job::{Login, Mta, Script, Step};
use crate::support::namespace;
use crate::support::report::{Reply, Report};
use crate::verdicts::decide;

/// A session as it is told, and what it has come to.
pub(crate) struct Session<'s> {
    subject: &'s Subject,
    client: IpAddr,
    listener: Listener,
    tls: bool,
    login: Option<String>,
    helo: String,
    from: Path,
    steps: Vec<Step>,
    /// The replies to each step, as they begin.
    wanted: Vec<Vec<String>>,
    /// Whether lines are gathered into one write.
    gathers: bool,
}

impl<'s> Session<'s> {
    /// A client connects.
    pub(crate) fn new(subject: &'s Subject, client: impl Into<IpAddr>, listener: Listener) -> Self {
        Self {
            subject,
            client: client.into(),
            listener,
            tls: listener == Listener::Submissions,
            login: None,
            helo: String::new(),
            from: Path::null(),
            steps: Vec::new(),
            wanted: Vec::new(),
            gathers: false,
        }
    }

    fn step(&mut self, step: Step, wanted: &str) {
        self.steps.push(step);
        self.wanted.push(vec![wanted.to_owned()]);
    }

    /// Says a line.
    pub(crate) fn say(&mut self, line: &str, wanted: &str) -> &mut Self {
        if let (true, Some(Step::Pipeline(lines)), Some(all)) =
            (self.gathers, self.steps.last_mut(), self.wanted.last_mut())
        {
            lines.push(line.to_owned());
            all.push(wanted.to_owned());
        } else if self.gathers {
            self.step(Step::Pipeline(vec![line.to_owned()]), wanted);
        } else {
            self.step(Step::Say(line.to_owned()), wanted);
        }
        self
    }

    /// Says a line that the MTAs answer differently.
    pub(crate) fn say_of(&mut self, line: &str, postfix: &str, exim: &str) -> &mut Self {
        let wanted = match self.subject.mta {
            Mta::Postfix => postfix,
            Mta::Exim => exim,
        };
        self.say(line, wanted)
    }

    /// Says EHLO.
    pub(crate) fn ehlo(&mut self, name: &str) -> &mut Self {
        name.clone_into(&mut self.helo);
        self.say(&format!("EHLO {name}"), "250")
    }

    /// Goes on in TLS.
    pub(crate) fn starttls(&mut self) -> &mut Self {
        self.tls = true;
        self.step(Step::StartTls, "220 2.0.0");
        self
    }

    /// Gives a login and the right password.
    pub(crate) fn auth(&mut self, login: &str, wanted: &str) -> &mut Self {
        if wanted.starts_with("235") {
            self.login = Some(login.to_owned());
        }
        self.step(Step::Auth(Login::plain(login, PASSWORD)), wanted);
        self
    }

    /// Gives a login and a wrong password.
    pub(crate) fn guess(&mut self, login: &str, wanted: &str) -> &mut Self {
        self.step(Step::Auth(Login::plain(login, "guess")), wanted);
        self
    }

    /// Says MAIL, which must be taken.
    pub(crate) fn mail(&mut self, from: &str) -> &mut Self {
        self.mail_as(&format!("MAIL FROM:<{from}>"), from)
    }

    /// Says MAIL in other words.
    pub(crate) fn mail_as(&mut self, line: &str, from: &str) -> &mut Self {
        self.from = Path::parse(from, &self.subject.artifacts.host_addresses);
        self.say(line, "250 2.1.0")
    }

    /// Says RCPT: policy and reader know the reply.
    pub(crate) fn rcpt(&mut self, to: &str) -> Result<&mut Self, Failed> {
        self.rcpt_as(&format!("RCPT TO:<{to}>"), to)
    }

    /// Says RCPT in other words.
    pub(crate) fn rcpt_as(&mut self, line: &str, to: &str) -> Result<&mut Self, Failed> {
        let envelope = Envelope {
            client: self.client,
            listener: self.listener,
            tls: self.tls,
            login: self.login.clone(),
            helo: self.helo.clone(),
            spf: spf_of(&self.from),
            spf_helo: result_of(&self.helo),
            from: self.from.clone(),
            to: Path::parse(to, &self.subject.artifacts.host_addresses),
        };
        let policy = decide(&PolicyDecider::new(&self.subject.policy), &envelope)?;
        let files = decide(self.subject.reading.decider.as_ref(), &envelope)?;
        if policy.reply != files.reply {
            let (policy, files) = (policy.reply, files.reply);
            return Err(format!("policy {policy}, files {files}: {envelope:?}").into());
        }
        Ok(self.say(line, &policy.reply.to_string()))
    }

    /// Sends a message, which must be taken.
    pub(crate) fn message(&mut self, subject: &str) -> &mut Self {
        self.say("DATA", "354");
        self.gathers = false;
        self.text(subject)
    }

    /// Sends the text of a message after a 354.
    pub(crate) fn text(&mut self, subject: &str) -> &mut Self {
        let text = format!("Subject: {subject}\n\nx\n");
        self.step(Step::Message(text), "250 2.0.0");
        self
    }

    /// Sends a message of this text.
    pub(crate) fn send(&mut self, text: &str, wanted: &str) -> &mut Self {
        self.say("DATA", "354");
        self.step(Step::Message(text.to_owned()), wanted);
        self
    }

    /// Sends a text as it is.
    pub(crate) fn raw(&mut self, text: &str, wanted: &[&str]) -> &mut Self {
        let replies = wanted.len();
        let text = text.to_owned();
        self.steps.push(Step::Raw { text, replies });
        self.wanted
            .push(wanted.iter().map(|one| (*one).to_owned()).collect());
        self
    }

    /// Lines from here on go out in one write, up to the next message or [`Self::apart`].
    pub(crate) fn together(&mut self) -> &mut Self {
        self.gathers = true;
        self
    }

    /// Lines from here on go out one by one.
    pub(crate) fn apart(&mut self) -> &mut Self {
        self.gathers = false;
        self
    }
}

/// Plays all sessions on one server, and compares every reply.
pub(crate) fn play(subject: &Subject, sessions: &[Session<'_>]) -> Result<Report, Failed> {
    let (_tree, mut job) = job(subject)?;
    let script = |session: &Session<'_>| Script {
        address: session.client,
        listener: real::listener(session.listener),
        steps: session.steps.clone(),
    };
    job.scripts = sessions.iter().map(script).collect();
    let report = namespace::run(&job)?;
    let greeting = format!("220 {} ", subject.policy.host.name.value);
    let mut wrong = Vec::new();
    for (number, (session, transcript)) in sessions.iter().zip(&report.transcripts).enumerate() {
        // It speaks for the host that the policy names (RFC 5321 section 4.2).
        if !transcript.banner.starts_with(&greeting) {
            wrong.push(format!("session {number} began: {}", transcript.banner));
        }
        if let Some(why) = &transcript.broken {
            wrong.push(format!("session {number} broke: {why}"));
        }
        for ((step, wanted), replies) in session
            .steps
            .iter()
            .zip(&session.wanted)
            .zip(&transcript.replies)
        {
            let fits = |(wanted, reply): (&String, &Reply)| {
                let told = reply.to_string();
                told.starts_with(wanted.as_str()) || is_short_of(subject.mta, &told, wanted)
            };
            if !wanted.iter().zip(replies).all(fits) {
                let told: Vec<&str> = replies.iter().map(|reply| reply.text.as_str()).collect();
                wrong.push(format!(
                    "session {number}: {step:?}\n  wanted {wanted:?}\n  got {told:#?}"
                ));
            }
        }
    }
    if wrong.is_empty() {
        Ok(report)
    } else {
        Err(wrong.join("\n").into())
    }
}
