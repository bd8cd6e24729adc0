//! SPF results that nobody has given: evaluated over records that are at hand.

use std::net::IpAddr;

use crate::dns::{Record, RecordData};
use crate::mail::Path;
use crate::spf::{Query, SpfResult, Zone, check_helo, check_host};

/// Records that SPF is evaluated over: every other name does not exist.
#[derive(Debug, Default)]
pub struct Results {
    zone: Zone,
    receiver: String,
}

impl Results {
    /// Returns the evaluation over these records, as the host of this name makes it.
    pub fn new(records: &[Record], receiver: &str) -> Self {
        let mut zone = Zone::new();
        for record in records {
            match &record.data {
                RecordData::A(address) => zone.add_a(&record.name, *address),
                RecordData::Aaaa(address) => zone.add_aaaa(&record.name, *address),
                RecordData::Mx(preference, exchange) => {
                    zone.add_mx(&record.name, *preference, exchange);
                }
                RecordData::Txt(text) => zone.add_txt(&record.name, text.as_bytes()),
            }
        }
        Self {
            zone,
            receiver: receiver.to_owned(),
        }
    }

    /// Returns the result of the MAIL FROM identity; none for a path without a domain.
    pub fn mail_from(&self, client: IpAddr, helo: &str, from: &Path) -> SpfResult {
        let Some(domain) = from.domain() else {
            return SpfResult::None;
        };
        let sender = format!("{}@{domain}", from.local().unwrap_or("postmaster"));
        check_host(&self.zone, &self.query(client, helo, Some(&sender))).result
    }

    /// Returns the result of the HELO identity.
    pub fn helo(&self, client: IpAddr, helo: &str) -> SpfResult {
        check_helo(&self.zone, &self.query(client, helo, None)).result
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
