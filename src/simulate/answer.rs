//! One envelope, answered.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::{Serialize, Serializer};

use super::results::Results;
use crate::decision::{
    Answer, Decider, Decision, Destination, Envelope, EnvelopeAsk, Hop, Question, Unanswered, run,
};
use crate::mail::{Listener, Status};
use crate::prove::destinations;
use crate::source::Loc;
use crate::spf::SpfResult;

/// A decider with what its envelopes are read by.
#[derive(Clone, Copy)]
pub struct Answerer<'a> {
    /// What decides.
    pub decider: &'a dyn Decider,
    /// The host's own addresses.
    pub own: &'a [IpAddr],
    /// The listeners that exist.
    pub listeners: &'a [Listener],
    /// Where SPF results come from that an envelope does not give.
    pub results: &'a Results,
}

impl std::fmt::Debug for Answerer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answerer")
            .field("listeners", &self.listeners)
            .finish_non_exhaustive()
    }
}

/// The answer to one envelope, as JSON prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answered<'a> {
    /// `accept`, `defer` or `reject`.
    pub verdict: &'static str,
    /// The reply code.
    pub code: u16,
    /// The enhanced status.
    #[serde(serialize_with = "shown")]
    pub status: Status,
    /// The rule that decided.
    pub because: &'static str,
    /// The place that decided: `path:line:column`.
    #[serde(serialize_with = "shown_place")]
    pub at: Option<Cow<'a, Loc>>,
    /// Every final mailbox and next hop.
    pub route: Vec<RouteStep>,
    /// The addresses that get a copy beside the recipient.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<String>,
    /// The headers that are recorded.
    pub headers: Vec<&'static str>,
    /// The SPF result that was used; none where SPF was not asked.
    pub spf: Option<&'static str>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a field over by reference"
)]
fn shown<S: Serializer>(status: &Status, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(status)
}

#[expect(clippy::ref_option, reason = "serde hands a field over by reference")]
fn shown_place<S: Serializer>(place: &Option<Cow<'_, Loc>>, to: S) -> Result<S::Ok, S::Error> {
    match place {
        Some(place) => to.collect_str(place),
        None => to.serialize_none(),
    }
}

/// A final mailbox or next hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum RouteStep {
    /// Delivered here.
    Local {
        /// The mailbox's address.
        mailbox: String,
    },
    /// Sent to the mail exchangers of a domain.
    Relay {
        /// The domain.
        domain: String,
    },
    /// Sent on to an address of somebody else's.
    Forward {
        /// The address.
        to: String,
        /// The next hop, if it is not an exchanger of the address's domain.
        #[serde(flatten)]
        via: Option<NextHop>,
    },
    /// Sent to a host.
    Hop(NextHop),
    /// Sent to whom the client chooses.
    Chosen {
        /// What it chooses by.
        by: String,
    },
    /// Thrown away.
    Discard,
    /// Bounced.
    Bounce,
}

/// A next hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextHop {
    /// The host and its port.
    pub host: String,
    /// The TLS that mail goes there under, by the word of a policy; none if there never is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<&'static str>,
    /// The file with the credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
}

impl From<&Hop> for NextHop {
    fn from(hop: &Hop) -> Self {
        Self {
            host: hop.to.clone(),
            tls: hop.tls.name(),
            credentials: hop.credentials.clone(),
        }
    }
}

impl From<&Destination> for RouteStep {
    fn from(destination: &Destination) -> Self {
        match destination {
            Destination::Mailbox { mailbox, .. } => Self::Local {
                mailbox: mailbox.to_string(),
            },
            Destination::Exchangers(domain) => Self::Relay {
                domain: domain.clone(),
            },
            Destination::Forward { to, via } => Self::Forward {
                to: to.to_string(),
                via: via.as_ref().map(NextHop::from),
            },
            Destination::Hop(hop) => Self::Hop(NextHop::from(hop)),
            Destination::Chosen(by) => Self::Chosen { by: by.to_string() },
            Destination::Discard => Self::Discard,
            Destination::Undeliverable => Self::Bounce,
        }
    }
}

impl Answered<'_> {
    /// Returns the same, whatever becomes of what was asked.
    fn into_owned(self) -> Answered<'static> {
        let at = self.at.map(|at| Cow::Owned(at.into_owned()));
        Answered { at, ..self }
    }
}

impl Answerer<'_> {
    /// Answers an envelope; also returns the decision and what was asked, for `explain`.
    pub fn answer<'e>(
        &'e self,
        envelope: &'e Envelope,
    ) -> Result<(Answered<'static>, Decision, Vec<Answer<'e>>), Unanswered> {
        let (decision, asked) = run(self.decider, envelope)?;
        let answered = self.told(envelope, &decision, &asked).into_owned();
        Ok((answered, decision, asked.into_asked()))
    }

    /// Answers an envelope to somebody who keeps nothing of it: threads that answer at once would
    /// wait for each other, if each counted who keeps the places.
    pub(super) fn tell<T>(
        &self,
        envelope: &Envelope,
        listen: impl FnOnce(&Answered<'_>) -> T,
    ) -> Result<T, Unanswered> {
        let (decision, asked) = run(self.decider, envelope)?;
        Ok(listen(&self.told(envelope, &decision, &asked)))
    }

    fn told<'a>(
        &self,
        envelope: &Envelope,
        decision: &'a Decision,
        asked: &'a EnvelopeAsk<'_>,
    ) -> Answered<'a> {
        let route = destinations(self.decider, decision, envelope);
        let copies = decision.copies.addresses();
        let headers = decision.headers.iter();
        Answered {
            verdict: decision.verdict.name(),
            code: decision.reply.code,
            status: decision.reply.status,
            because: decision.because.name(),
            at: asked.place(&decision.at).map(Cow::Borrowed),
            route: route.iter().map(RouteStep::from).collect(),
            copies: copies.map(ToString::to_string).collect(),
            headers: headers.map(|header| header.name()).collect(),
            spf: self
                .spf_used(envelope, asked.asked())
                .map(SpfResult::as_str),
        }
    }

    /// Returns the SPF result that the decision looked at last.
    fn spf_used(&self, envelope: &Envelope, asked: &[Answer<'_>]) -> Option<SpfResult> {
        asked.iter().rev().find_map(|answer| {
            let test = self.decider.tests().get(answer.test.index())?;
            if matches!(test.question, Question::SpfFrom) {
                Some(envelope.spf)
            } else {
                matches!(test.question, Question::SpfHelo).then_some(envelope.spf_helo)
            }
        })
    }
}
