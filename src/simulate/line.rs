//! Envelopes as JSON lines: one line in, one line out.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::answer::Answerer;
use crate::decision::Envelope;
use crate::mail::{Listener, Path, canonical_client};
use crate::spf::SpfResult;

/// An envelope as a line gives it. What may be left out is an option.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeLine {
    /// The client's address.
    pub client: String,
    /// The reverse-path, without `<` and `>`; empty for the null one.
    pub from: String,
    /// The forward-path, without `<` and `>`.
    pub to: String,
    /// `smtp` by default.
    pub listener: Option<String>,
    /// By default only on `submissions`.
    pub tls: Option<bool>,
    /// None by default.
    pub login: Option<String>,
    /// The client's address literal by default.
    pub helo: Option<String>,
    /// The SPF result of MAIL FROM.
    pub spf: Option<String>,
    /// The SPF result of HELO.
    pub spf_helo: Option<String>,
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

impl EnvelopeLine {
    /// Returns the envelope, as a host reads it.
    pub fn envelope(&self, answerer: &Answerer<'_>) -> Result<Envelope, LineError> {
        let (own, listeners) = (answerer.own, answerer.listeners);
        let client = self
            .client
            .parse::<IpAddr>()
            .map_err(|_| LineError::Client(self.client.clone()))?;
        let listener = match &self.listener {
            None => Listener::Smtp,
            Some(name) => {
                Listener::from_name(name).ok_or_else(|| LineError::Listener(name.clone()))?
            }
        };
        if !listeners.contains(&listener) {
            return Err(LineError::Closed(listener));
        }
        let tls = self.tls.unwrap_or(listener == Listener::Submissions);
        if listener == Listener::Submissions && !tls {
            return Err(LineError::Plain);
        }
        for (key, value) in [("from", Some(&self.from)), ("to", Some(&self.to))]
            .into_iter()
            .chain([("helo", self.helo.as_ref()), ("login", self.login.as_ref())])
        {
            if value.is_some_and(|value| value.contains(['\0', '\r', '\n'])) {
                return Err(LineError::Control(key));
            }
        }
        let client = canonical_client(client);
        let helo = self.helo.clone().unwrap_or_else(|| literal(client));
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
        let login = self.login.clone();
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

/// Answers one line with one line. The error says that the line was no envelope.
pub fn answer_line(answerer: &Answerer<'_>, line: &str) -> Result<String, String> {
    let answered = serde_json::from_str::<EnvelopeLine>(line)
        .map_err(|error| LineError::Json(error.to_string()))
        .and_then(|line| line.envelope(answerer))
        .and_then(|envelope| answerer.answer(&envelope).map_err(|_| LineError::Bug));
    // These types have no maps with odd keys: serialising them does not fail.
    match answered {
        Ok((answered, _, _)) => Ok(serde_json::to_string(&answered).unwrap_or_default()),
        Err(error) => {
            let line = ErrorLine {
                error: error.to_string(),
            };
            Err(serde_json::to_string(&line).unwrap_or_default())
        }
    }
}
