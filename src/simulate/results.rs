//! SPF results that nobody has given: evaluated over records that are at hand, or asked for.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::dns::Record;
use crate::mail::Path;
use crate::spf::{Dns, Query, SpfResult, Zone, check_helo, check_host};

/// Records that SPF is evaluated over.
pub struct Results {
    source: Source,
    receiver: String,
}

enum Source {
    /// All records are here.
    AtHand(Zone),
    /// Somebody is asked, one question after the other.
    Asked(Mutex<Box<dyn Dns + Send>>),
}

impl std::fmt::Debug for Results {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Results")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}

impl Results {
    /// Returns the evaluation over what is answered by whom this asks, as the host of this name
    /// makes it.
    pub fn asking(dns: Box<dyn Dns + Send>, receiver: &str) -> Self {
        Self {
            source: Source::Asked(Mutex::new(dns)),
            receiver: receiver.to_owned(),
        }
    }

    /// Returns the evaluation over a zone; every other name does not exist.
    pub fn over(zone: Zone, receiver: &str) -> Self {
        Self {
            source: Source::AtHand(zone),
            receiver: receiver.to_owned(),
        }
    }

    /// Returns the evaluation over these records; every other name does not exist.
    pub fn new(records: &[Record], receiver: &str) -> Self {
        Self::over(crate::dns::in_memory(records), receiver)
    }

    /// Returns whether nobody is asked, so that several threads may evaluate at once.
    pub fn are_at_hand(&self) -> bool {
        matches!(self.source, Source::AtHand(_))
    }

    /// Returns the result of the MAIL FROM identity; none for a path without a domain.
    pub fn mail_from(&self, client: IpAddr, helo: &str, from: &Path) -> SpfResult {
        let Some(domain) = from.domain() else {
            return SpfResult::None;
        };
        let sender = format!("{}@{domain}", from.local().unwrap_or("postmaster"));
        let query = self.query(client, helo, Some(&sender));
        self.with(|dns| check_host(dns, &query).result)
    }

    /// Returns the result of the HELO identity.
    pub fn helo(&self, client: IpAddr, helo: &str) -> SpfResult {
        let query = self.query(client, helo, None);
        self.with(|dns| check_helo(dns, &query).result)
    }

    fn with(&self, check: impl FnOnce(&dyn Dns) -> SpfResult) -> SpfResult {
        match &self.source {
            Source::AtHand(zone) => check(zone),
            // A thread that panicked amid a question leaves nothing behind that the next one uses.
            Source::Asked(dns) => {
                let dns = dns.lock().unwrap_or_else(PoisonError::into_inner);
                check(dns.as_ref())
            }
        }
    }

    fn query<'q>(&'q self, client: IpAddr, helo: &'q str, mail_from: Option<&'q str>) -> Query<'q> {
        // The time matters to `%{t}` in explanations only, and those are not asked for.
        Query {
            client,
            helo,
            mail_from,
            receiver: &self.receiver,
            time_seconds: 0,
        }
    }
}
