//! Obligations about records: that what DNS says and what the server does agree.
//!
//! They are asked over the policy's own records, or over those that somebody gives: a zone, or
//! what is published. Of names that the policy's own records do not hold nothing is known; an
//! answer that hangs on one is *open*, which is no refutation, and is told. What holds whatever
//! stands there does not hang on it.

mod certificate_names_host;
mod dkim_published;
mod ends;
mod inner;
mod known;
mod mx_is_us;
mod overheard;
mod signed_clients;
mod spf_covers_egress;

use std::collections::BTreeSet;
use std::net::IpAddr;

use self::known::Known;
use super::Files;
use super::report::{Answer, Evidence, Finding};
use super::selection::{Body, Selection};
use crate::decision::{Decider, Sending};
use crate::dns;
use crate::mail::Certificate;
use crate::policy::{HostedDomain, Policy, Route};
use crate::spf::{Dns, Evaluation};

/// Something that must hold of the records and the server together.
pub(super) trait RecordObligation: Sync {
    /// Its name, as `explain` and refutations print it.
    fn name(&self) -> &'static str;

    /// What it says, in one sentence for an administrator.
    fn sentence(&self) -> &'static str;

    /// Returns whether there is anything to judge.
    fn is_asked(&self, _: &Subject<'_>) -> bool {
        true
    }

    /// Judges; returns how many pairs were looked at, or what breaks it first.
    fn judge(&self, subject: &Subject<'_>) -> Result<u64, Evidence>;
}

/// Every one, in the order in which they are printed.
pub(super) static RECORD_OBLIGATIONS: &[&dyn RecordObligation] = &[
    &spf_covers_egress::SpfCoversEgress,
    &mx_is_us::MxIsUs,
    &dkim_published::DkimPublished,
    &certificate_names_host::CertificateNamesHost,
];

/// What is known of the world beside the policy and files.
#[derive(Clone, Copy, Default)]
pub struct Given<'a> {
    /// What is published in DNS; else the policy's own records are supposed to be.
    pub dns: Option<&'a dyn Dns>,
    /// The certificate that the host's `tls` names; else nothing is said of its names.
    pub certificate: Option<&'a Certificate>,
}

impl std::fmt::Debug for Given<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given")
            .field("dns", &self.dns.is_some())
            .field("certificate", &self.certificate)
            .finish()
    }
}

/// What they are asked of.
pub(super) struct Subject<'a> {
    pub(super) policy: &'a Policy,
    /// What DNS says.
    pub(super) dns: &'a dyn Dns,
    /// The same, if it is the policy's own records that say it.
    known: Option<&'a Known<'a>>,
    /// How the files send; of the policy by itself nothing.
    pub(super) sending: Option<&'a Sending>,
    /// What the files decide.
    pub(super) decider: Option<&'a dyn Decider>,
    /// What else is known.
    pub(super) given: Given<'a>,
}

impl Subject<'_> {
    /// Returns the route that mail for the mailboxes of a domain goes by.
    pub(super) fn route_of(&self, hosted: &HostedDomain) -> Option<&Route> {
        self.policy.routes.get(&hosted.via.as_ref()?.value)
    }

    /// Makes a check of SPF of a client. Where something is supposed, it passes if it does whatever
    /// that is; nothing, if it hangs on too much.
    fn checked(&self, client: IpAddr, check: impl Fn() -> Evaluation) -> Option<Evaluation> {
        match self.known {
            Some(known) => known.whatever(client, check),
            None => Some(check()),
        }
    }

    /// Works while names of which nothing is known have this address.
    fn at<T>(&self, address: IpAddr, work: impl FnOnce() -> T) -> T {
        match self.known {
            Some(known) => known.at(address, work),
            None => work(),
        }
    }
}

/// Asks every obligation about records that there is anything to ask of.
pub(super) fn check(
    policy: &Policy,
    files: Option<Files<'_>>,
    given: Given<'_>,
    selection: Selection<'_>,
) -> Vec<Finding> {
    let asked = RECORD_OBLIGATIONS
        .iter()
        .filter_map(|one| Some((one, selection.body(one.name())?)));
    let asked: Vec<_> = asked.collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let own = match dns::records(policy) {
        Ok(records) => dns::in_memory(&records),
        Err(error) => {
            // A bug of ours: no obligation can be asked.
            let broken = |(one, _): (&&dyn RecordObligation, Body)| {
                let evidence = Evidence::new(error.to_string(), &policy.host.at);
                finding(*one, Answer::Records(Err(Box::new(evidence))))
            };
            return asked.into_iter().map(broken).collect();
        }
    };
    let ask = |(one, body): (&&dyn RecordObligation, Body)| {
        if body == Body::Blank {
            return Some(finding(*one, Answer::Records(Ok(0))));
        }
        let known = Known::new(&own);
        let subject = Subject {
            policy,
            dns: given.dns.unwrap_or(&known),
            known: given.dns.is_none().then_some(&known),
            sending: files.map(|files| files.sending),
            decider: files.map(|files| files.decider),
            given,
        };
        if !one.is_asked(&subject) {
            return None;
        }
        let judged = one.judge(&subject);
        let names: BTreeSet<String> = known.supposed();
        let answer = match judged {
            Err(evidence) if !names.is_empty() && !evidence.certain => Answer::Open(names),
            judged => Answer::Records(judged.map_err(Box::new)),
        };
        Some(finding(*one, answer))
    };
    asked.into_iter().filter_map(ask).collect()
}

fn finding(obligation: &dyn RecordObligation, answer: Answer) -> Finding {
    Finding {
        name: obligation.name().to_owned(),
        sentence: obligation.sentence().to_owned(),
        at: None,
        answer,
    }
}
