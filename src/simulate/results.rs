//! SPF results that nobody has given: evaluated over records that are at hand.

use std::net::IpAddr;

use crate::dns::Record;
use crate::mail::Path;
use crate::spf::{Dns, Query, SpfResult, check_helo, check_host};

/// Records that SPF is evaluated over.
pub struct Results {
    dns: Box<dyn Dns>,
    receiver: String,
}

impl std::fmt::Debug for Results {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Results")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}

impl Results {
    /// Returns the evaluation over what is answered here, as the host of this name makes it.
    pub fn over(dns: Box<dyn Dns>, receiver: &str) -> Self {
        Self {
            dns,
            receiver: receiver.to_owned(),
        }
    }

    /// Returns the evaluation over these records; every other name does not exist.
    pub fn new(records: &[Record], receiver: &str) -> Self {
        Self::over(Box::new(crate::dns::in_memory(records)), receiver)
    }

    /// Returns the result of the MAIL FROM identity; none for a path without a domain.
    pub fn mail_from(&self, client: IpAddr, helo: &str, from: &Path) -> SpfResult {
        let Some(domain) = from.domain() else {
            return SpfResult::None;
        };
        let sender = format!("{}@{domain}", from.local().unwrap_or("postmaster"));
        check_host(self.dns.as_ref(), &self.query(client, helo, Some(&sender))).result
    }

    /// Returns the result of the HELO identity.
    pub fn helo(&self, client: IpAddr, helo: &str) -> SpfResult {
        check_helo(self.dns.as_ref(), &self.query(client, helo, None)).result
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
