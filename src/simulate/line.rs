//! Envelopes as JSON lines: one line in, one line out.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::word::Word;

use super::answer::Answerer;
use crate::decision::Envelope;
use crate::mail::{Listener, Path, canonical_client};
use crate::spf::SpfResult;

/// An envelope as a line gives it. What may be left out is an option.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeLine<'l> {
    /// The client's address.
    #[serde(borrow)]
    pub client: Word<'l>,
    /// The reverse-path, without `<` and `>`; empty for the null one.
    pub from: Word<'l>,
    /// The forward-path, without `<` and `>`.
    pub to: Word<'l>,
    /// `smtp` by default.
    pub listener: Option<Word<'l>>,
    /// By default only on `submissions`.
    pub tls: Option<bool>,
    /// None by default.
    pub login: Option<Word<'l>>,
    /// The client's address literal by default.
    pub helo: Option<Word<'l>>,
    /// The SPF result of MAIL FROM.
    pub spf: Option<Word<'l>>,
    /// The SPF result of HELO.
    pub spf_helo: Option<Word<'l>>,
}

/// Why a line is no envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Not JSON, or not such an object.
    #[error("not an envelope: {0}")]
    Json(String),
    /// The client is no address.
    #[error("`client` is not an IP address: {0:?}")]
    Client(String),
    /// There is no such listener.
    #[error("`listener` is one of `smtp`, `submission`, `submissions`, not {0:?}")]
    Listener(String),
    /// The host does not open it.
    #[error("the host does not listen on `{0}`")]
    Closed(Listener),
    /// `submissions` is TLS from the first byte.
    #[error("there is no session on `submissions` without TLS")]
    Plain,
    /// No such SPF result.
    #[error("`{key}` is an SPF result such as `pass` or `none`, not {value:?}")]
    Spf {
        /// The key.
        key: &'static str,
        /// What stood there.
        value: String,
    },
    /// A line break or another control character cannot be part of a command.
    #[error("`{0}` holds a control character, which no SMTP command can")]
    Control(&'static str),
    /// The decider asked what it has not declared: a bug.
    #[error("the decider asked a test that it does not have; this is a bug of mailpol")]
    Bug,
}

impl EnvelopeLine<'_> {
    /// Returns the envelope, as a host reads it.
    pub fn envelope(&self, answerer: &Answerer<'_>) -> Result<Envelope, LineError> {
        let (own, listeners) = (answerer.own, answerer.listeners);
        let client = self
            .client
            .parse::<IpAddr>()
            .map_err(|_| LineError::Client(self.client.to_string()))?;
        let listener = match &self.listener {
            None => Listener::Smtp,
            Some(name) => {
                Listener::from_name(name).ok_or_else(|| LineError::Listener(name.to_string()))?
            }
        };
        if !listeners.contains(&listener) {
            return Err(LineError::Closed(listener));
        }
        let tls = self.tls.unwrap_or(listener == Listener::Submissions);
        if listener == Listener::Submissions && !tls {
            return Err(LineError::Plain);
        }
        let given = [("from", Some(&self.from)), ("to", Some(&self.to))];
        let others = [("helo", self.helo.as_ref()), ("login", self.login.as_ref())];
        for (key, value) in given.into_iter().chain(others) {
            if value.is_some_and(Word::breaks) {
                return Err(LineError::Control(key));
            }
        }
        let client = canonical_client(client);
        let helo = self.helo.as_deref();
        let helo = helo.map_or_else(|| literal(client), str::to_owned);
        let from = Path::parse(&self.from, own);
        let spf = match result("spf", self.spf.as_deref())? {
            Some(given) => given,
            None => answerer.results.mail_from(client, &helo, &from),
        };
        let spf_helo = match result("spf_helo", self.spf_helo.as_deref())? {
            Some(given) => given,
            None => answerer.results.helo(client, &helo),
        };
        let to = Path::parse(&self.to, own);
        let login = self.login.as_deref().map(str::to_owned);
        Ok(Envelope {
            client,
            listener,
            tls,
            login,
            helo,
            from,
            to,
            spf,
            spf_helo,
        })
    }
}

/// Returns the address literal of a client (RFC 5321 section 4.1.3).
pub(super) fn literal(client: IpAddr) -> String {
    match canonical_client(client) {
        IpAddr::V4(v4) => format!("[{v4}]"),
        IpAddr::V6(v6) => format!("[IPv6:{v6}]"),
    }
}

fn result(key: &'static str, value: Option<&str>) -> Result<Option<SpfResult>, LineError> {
    let Some(value) = value else { return Ok(None) };
    let known = SpfResult::parse(value).map(Some);
    known.ok_or_else(|| LineError::Spf {
        key,
        value: value.to_owned(),
    })
}

#[derive(Serialize)]
struct ErrorLine {
    error: String,
}

/// Answers one line with one line behind what `out` holds. Returns whether the line was an
/// envelope: else the answer is an error.
pub(super) fn answer_line(answerer: &Answerer<'_>, line: &str, out: &mut Vec<u8>) -> bool {
    answer(answerer, serde_json::from_str(line), out)
}

/// As [`answer_line`], of octets that may be no text: then the answer is an error.
pub(super) fn answer_octets(answerer: &Answerer<'_>, line: &[u8], out: &mut Vec<u8>) -> bool {
    answer(answerer, serde_json::from_slice(line), out)
}

fn answer(
    answerer: &Answerer<'_>,
    line: serde_json::Result<EnvelopeLine<'_>>,
    out: &mut Vec<u8>,
) -> bool {
    // These types have no maps with odd keys, and a vector takes every octet: nothing fails to be
    // written.
    let answered = line
        .map_err(|error| LineError::Json(error.to_string()))
        .and_then(|line| line.envelope(answerer))
        .and_then(|envelope| {
            let told = answerer.tell(&envelope, |answered| {
                let _ = serde_json::to_writer(&mut *out, answered);
            });
            told.map_err(|_| LineError::Bug)
        });
    if let Err(error) = &answered {
        let error = error.to_string();
        let _ = serde_json::to_writer(&mut *out, &ErrorLine { error });
    }
    out.push(b'\n');
    answered.is_ok()
}
