//! TXT `_mta-sts.DOMAIN`, and who serves the policy that it announces (RFC 8461).
//!
//! Senders fetch the policy file anew when the record's `id` changes, so it is made from the file.

use std::fmt::Write as _;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::mta_sts;
use sha2::{Digest, Sha256};

use super::{RecordError, read_back};
use crate::dns::{Record, RecordData};
use crate::mail::Domain;
use crate::policy::{MtaSts, Policy, Publish};

/// How much of the hash is the `id`, in octets: two digits each, at most 32 (RFC 8461 section 3.1).
const ID_OCTETS: usize = 10;

/// The policy file of a domain, and where it must be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StsFile {
    /// The domain.
    pub domain: Domain,
    /// The name that it is asked of, by HTTPS.
    pub host: String,
    /// The host that must serve it.
    pub web_server: Domain,
    /// Its text.
    pub text: String,
}

/// The path of the policy file (RFC 8461 section 3.2).
pub const STS_PATH: &str = ".well-known/mta-sts.txt";

/// Returns the policy file of each domain that has one.
pub fn sts_files(policy: &Policy) -> Vec<StsFile> {
    let file = |(domain, publish, sts): (&Domain, &Publish, &MtaSts)| {
        let hosts = publish.exchangers(&policy.host.name.value).into_iter();
        let hosts: Vec<String> = hosts.map(|host| format!("mx: {host}")).collect();
        StsFile {
            domain: domain.clone(),
            host: format!("mta-sts.{domain}"),
            web_server: sts.web_server.value.clone(),
            text: format!(
                "version: STSv1\nmode: {}\n{}\nmax_age: {}\n",
                sts.mode.name(),
                hosts.join("\n"),
                sts.max_age_seconds
            ),
        }
    };
    let published = policy
        .domains
        .iter()
        .map(|(domain, one)| (domain, &one.publish));
    let with = published.filter_map(|(domain, one)| Some((domain, one, one.mta_sts.as_deref()?)));
    with.map(file).collect()
}

/// Returns the announcement of each policy, and the name that it is served at.
pub(super) fn records(policy: &Policy) -> Result<Vec<Record>, RecordError> {
    let mut records = Vec::new();
    for file in sts_files(policy) {
        let StsFile {
            domain,
            host,
            web_server,
            text,
        } = file;
        let id = id(&text);
        let text = format!("v=STSv1; id={id};");
        read_back(&text, mta_sts::MtaSts::parse(text.as_bytes()), |read| {
            read.id == id
        })?;
        records.push(Record {
            name: format!("_mta-sts.{domain}"),
            data: RecordData::Txt(text),
            purpose: format!("mail to {domain} goes under TLS; https://{host}/{STS_PATH} says how"),
        });
        records.push(Record {
            name: host,
            data: RecordData::Cname(web_server.to_string()),
            purpose: format!("the web server that must serve the MTA-STS policy of {domain}"),
        });
    }
    Ok(records)
}

/// Returns the name of a policy: the first digits of its hash.
fn id(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let octets = digest.iter().take(ID_OCTETS);
    octets.fold(String::new(), |mut id, octet| {
        // Writing to a string does not fail.
        let _ = write!(id, "{octet:02x}");
        id
    })
}
