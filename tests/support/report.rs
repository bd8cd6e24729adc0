//! What the harness tells a test.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What happened in one run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    /// What the MTA says of its files before it starts.
    pub(crate) gate: Gate,
    /// One for each envelope of the job, in its order.
    pub(crate) outcomes: Vec<Outcome>,
    /// One for each script of the job, in its order.
    pub(crate) transcripts: Vec<Transcript>,
    /// The messages of each Maildir under `/home`, `/root` and `/var/mail`, by its path.
    pub(crate) mailboxes: BTreeMap<String, Vec<Message>>,
    /// What is left in the queue: Postfix's as one JSON document a line, Exim's as `exim4 -bp`.
    pub(crate) queue: Vec<String>,
    /// What was sent to syslog: by the MTA, saslauthd, the policy services, the DNS server.
    pub(crate) log: Vec<String>,
    /// One for each round of the job, in its order.
    pub(crate) rounds: Vec<RoundReport>,
    /// How long the parts took.
    pub(crate) timings: Vec<Timing>,
}

/// What happened in one round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RoundReport {
    /// Why the MTA does not run with these files, if it does not.
    pub(crate) broken: Option<String>,
    /// One for each envelope of the round, in its order.
    pub(crate) outcomes: Vec<Outcome>,
    /// What was sent to syslog meanwhile.
    pub(crate) log: Vec<String>,
}

/// What the MTA's own tools say of the tree, as it was put there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Gate {
    /// Postfix: `postconf -n`. Exim: `exim4 -bP`.
    pub(crate) parameters: String,
    /// Postfix: `postconf -M`. Exim: its file as it was read, `exim4 -bP config`.
    pub(crate) services: String,
    /// Every line with `warning:`, `error:` or `fatal:`.
    pub(crate) warnings: Vec<String>,
}

/// How long a part of the run took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Timing {
    pub(crate) part: String,
    pub(crate) milliseconds: u128,
}

/// The MTA's answer to one envelope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The reply to AUTH, if the client gave a login.
    pub(crate) auth: Option<Reply>,
    pub(crate) answer: Answer,
}

/// The first refusal, or the acceptance of the last command; or the harness could not find out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Answer {
    Replied { stage: Stage, reply: Reply },
    Broken { why: String },
}

impl fmt::Display for Outcome {
    /// Writes `rcpt 554 5.7.1`: what most tests compare.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Answer::Replied { stage, reply } => write!(f, "{stage} {reply}"),
            Answer::Broken { why } => write!(f, "broken: {why}"),
        }
    }
}

impl Outcome {
    /// The MTA's reply in full, for whoever reads a failed test.
    pub(crate) fn text(&self) -> &str {
        match &self.answer {
            Answer::Replied { reply, .. } => &reply.text,
            Answer::Broken { why } => why,
        }
    }
}

/// Where in a session a reply came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    Connect,
    Helo,
    Tls,
    Mail,
    Rcpt,
    Data,
    Message,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Helo => "helo",
            Self::Tls => "tls",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Message => "message",
        })
    }
}

/// One reply of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) code: u16,
    /// The enhanced status code of RFC 3463, if the first line has one.
    pub(crate) status: Option<String>,
    /// All lines as they came, codes included.
    pub(crate) text: String,
}

impl fmt::Display for Reply {
    /// Writes `554 5.7.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.code)?;
        match &self.status {
            Some(status) => write!(f, " {status}"),
            None => Ok(()),
        }
    }
}

impl Reply {
    /// Whether the server did what it was asked, or asks for more.
    pub(crate) fn is_positive(&self) -> bool {
        self.code < 400
    }
}

/// What a script's steps were answered, one list for each step.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Transcript {
    /// What the server said first.
    pub(crate) banner: String,
    pub(crate) replies: Vec<Vec<Reply>>,
    /// Why the session ended before its last step, if it did.
    pub(crate) broken: Option<String>,
}

/// One delivered message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    /// The login that owns the file, or its number.
    pub(crate) owner: String,
    pub(crate) text: String,
}

impl Message {
    /// The values of the header fields of this name, unfolded, in order.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let mut values: Vec<(bool, String)> = Vec::new();
        for line in self.text.lines().take_while(|line| !line.is_empty()) {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = values.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((field, value)) = line.split_once(':') {
                values.push((field.eq_ignore_ascii_case(name), value.trim().to_owned()));
            }
        }
        values
            .into_iter()
            .filter(|(wanted, _)| *wanted)
            .map(|(_, value)| value)
            .collect()
    }
}
