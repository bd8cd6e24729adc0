//! RFC 6376 section 3.6: a signature is worth its published key.

use std::collections::BTreeSet;

use super::{RecordObligation, Subject, signed_clients};
use crate::dns::{dkim_name, is_key, same_key};
use crate::mail::Domain;
use crate::policy::DkimKey;
use crate::prove::report::Evidence;
use crate::spf::{Dns, DnsError};

/// Every key that signs is published, and every key that is to sign does.
///
/// SOUNDNESS: both ways are gone: each declared key is looked for in DNS and among what the reader
/// says that the files sign with, and each of these among the declared ones. A signature that some
/// mail leaves without counts as none; so does one that depends on the client, unless it is there
/// for every client who may send, and for no other.
pub(in crate::prove) struct DkimPublished;

impl RecordObligation for DkimPublished {
    fn name(&self) -> &'static str {
        "dkim-published"
    }

    fn sentence(&self) -> &'static str {
        "every key that mail is signed with is published, and every key that is to sign does"
    }

    fn judge(&self, subject: &Subject<'_>) -> Result<u64, Evidence> {
        let domains = subject.policy.domains.iter();
        let keys: Vec<(&Domain, &DkimKey)> = domains
            .flat_map(|(domain, hosted)| hosted.publish.dkim.iter().map(move |key| (domain, key)))
            .collect();
        let mut pairs = 0;
        for (domain, key) in &keys {
            if key.key.is_some() {
                published(subject.dns, domain, key)?;
                signs(subject, domain, key)?;
                pairs += 1;
            }
        }
        for signing in subject.sending.iter().flat_map(|sending| &sending.signing) {
            let declared = keys.iter().find(|(domain, key)| {
                domain.as_str() == signing.domain && key.selector.value == signing.selector
            });
            let (domain, selector) = (&signing.domain, &signing.selector);
            let path = declared.and_then(|(_, key)| key.key.as_ref());
            if path.is_none_or(|path| path.value != signing.key) {
                let text = format!(
                    "mail from {domain} is signed as {selector} with {}, which the policy does \
                     not say",
                    signing.key
                );
                return Err(Evidence::new(text, &signing.at));
            }
            pairs += 1;
        }
        if let Some(sending) = subject
            .sending
            .filter(|sending| !sending.signing.is_empty())
        {
            signed_clients::judge(subject.policy, sending)?;
        }
        Ok(pairs)
    }
}

/// A key that signs stands in DNS, alone (RFC 6376 section 3.6.2.2).
fn published(dns: &dyn Dns, domain: &Domain, key: &DkimKey) -> Result<(), Evidence> {
    let name = dkim_name(domain, &key.selector.value);
    let why = match dns.txt(&name) {
        Ok(texts) => {
            // What is there twice is one record (RFC 2181 section 5).
            let texts = BTreeSet::from_iter(texts);
            let are_same = texts.iter().all(|text| same_key(text, &key.public));
            match (texts.len(), are_same) {
                (0, _) => "nothing is published there",
                (1, true) => return Ok(()),
                (1, false) if !texts.iter().all(|text| is_key(text)) => {
                    "what is published there is no key to a verifier that keeps to the grammar"
                }
                (_, false) => "another key is published there",
                (_, true) => "more than one record is there, and a verifier may refuse them all",
            }
        }
        Err(DnsError::NoSuchName | DnsError::NoRecords) => "nothing is published there",
        Err(DnsError::Failed) => "the name server failed or refused",
        Err(DnsError::Silent) => "no name server answered in time",
    };
    let text = format!("mail from {domain} is signed, to be checked at {name}: {why}");
    Err(Evidence::new(text, &key.at))
}

/// A key that is to sign does, if files are looked at.
fn signs(subject: &Subject<'_>, domain: &Domain, key: &DkimKey) -> Result<(), Evidence> {
    let Some(sending) = subject.sending else {
        return Ok(());
    };
    let selector = &key.selector.value;
    let mut found = sending
        .signing
        .iter()
        .filter(|one| one.domain == domain.as_str() && one.selector == *selector);
    match found.next() {
        Some(signing) if signing.always => Ok(()),
        Some(signing) => {
            let text = format!(
                "mail from {domain} is to be signed as {selector}, and some may leave without"
            );
            Err(Evidence::new(text, &signing.at))
        }
        None => {
            let text = format!("mail from {domain} is to be signed as {selector}, and is not");
            Err(Evidence::new(text, &key.at))
        }
    }
}
