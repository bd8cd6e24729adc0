//! Mail made on the host itself, where nothing else comes in: it goes to the one host that the
//! policy names, and nothing in it bears this host's name.

use std::collections::BTreeSet;

use super::report::{Answer, Evidence, Finding};
use super::selection::{Body, HOST_MAIL, Selection};
use crate::decision::{AddressKey, Destination, Hop, HostMail, Written, place};
use crate::mail::{Address, Domain};
use crate::policy::Policy;

const SENTENCE: &str =
    "mail made on the host goes where the policy says, under the address that it says";

/// Local-parts that programs write to, and those that MTAs know by themselves.
const LOCAL_PARTS: [&str; 5] = [
    "root",
    "postmaster",
    "webmaster",
    "mailer-daemon",
    "double-bounce",
];

/// What the policy says of it, by a plain look at what was declared.
struct Declared<'p> {
    policy: &'p Policy,
    postmaster: &'p Address,
    hop: Hop,
}

/// Compares what becomes of mail made on the host with what the policy says of it; nothing where
/// the host listens, for there it is not followed.
///
/// SOUNDNESS: what is done to an address differs by keys only (see [`HostMail::keys`]), and every
/// local-part that is a key, and a fresh one, is asked in every domain that is one, in a fresh one
/// below each, in an unknown one, and without any.
pub(super) fn check(
    policy: &Policy,
    found: Option<&dyn HostMail>,
    selection: Selection<'_>,
) -> Option<Finding> {
    if !policy.is_null_client() || selection.body(HOST_MAIL) != Some(Body::Stated) {
        return None;
    }
    let declared = Declared {
        policy,
        postmaster: &policy.postmaster()?.value,
        hop: policy.outbound_route()?.hop(),
    };
    let answer = match found {
        Some(found) => declared.compare(found),
        None => Err(Box::new(Evidence::new(
            "the files let mail in, so what is made on the host is not followed".to_owned(),
            &policy.host.at,
        ))),
    };
    Some(Finding {
        name: HOST_MAIL.to_owned(),
        sentence: SENTENCE.to_owned(),
        at: None,
        answer: Answer::Places(answer),
    })
}

impl Declared<'_> {
    fn compare(&self, found: &dyn HostMail) -> Result<u64, Box<Evidence>> {
        let asked = self.asked(found);
        for written in &asked {
            let (ours, theirs) = (vec![self.destination(written)], found.destinations(written));
            if ours != theirs {
                let text = format!(
                    "mail made on the host for {written}\n  policy  {}\n  files   {}",
                    places(&ours),
                    places(&theirs)
                );
                return Err(Box::new(Evidence::new(text, found.at())));
            }
            let (ours, theirs) = (self.sender(written), found.sender(written));
            if ours != theirs {
                let text = format!(
                    "mail made on the host from {written}\n  policy  leaves as {ours}\n  files   \
                     leaves as {theirs}"
                );
                return Err(Box::new(Evidence::new(text, found.at())));
            }
        }
        Ok(u64::try_from(asked.len()).unwrap_or(u64::MAX))
    }

    /// An address at no domain, or at a name of the host, is the postmaster's; every other stays.
    fn address(&self, written: &Written) -> Address {
        match &written.domain {
            Some(domain) if !self.names().contains(domain) => {
                Address::new(&written.local, domain.clone())
            }
            Some(_) | None => self.postmaster.clone(),
        }
    }

    fn names(&self) -> [Domain; 3] {
        let host = self.policy.host.name.value.clone();
        let here = ["localhost", "localhost.localdomain"].map(Domain::literal);
        let [localhost, with_domain] = here;
        [host, localhost, with_domain]
    }

    fn sender(&self, written: &Written) -> Address {
        self.address(written)
    }

    fn destination(&self, written: &Written) -> Destination {
        let hop = self.hop.clone();
        let to = self.address(written);
        if written.is(&to) {
            return Destination::Hop(hop);
        }
        let via = Some(hop);
        Destination::Forward { to, via }
    }

    /// Returns every address that is asked about.
    fn asked(&self, found: &dyn HostMail) -> Vec<Written> {
        // What is most telling comes first.
        let first = LOCAL_PARTS.map(str::to_owned);
        let mut locals: BTreeSet<String> = first.clone().into();
        locals.insert(self.postmaster.local().to_owned());
        let mut domains: BTreeSet<Domain> = self.names().into();
        domains.insert(self.postmaster.domain().clone());
        found.keys(&mut |part, key| {
            let (local, domain) = match part {
                AddressKey::Address => key.rsplit_once('@').unwrap_or((key, "")),
                AddressKey::Local => (key, ""),
                AddressKey::Domain | AddressKey::Parent => ("", key),
            };
            if !local.is_empty() {
                locals.insert(local.to_owned());
            }
            // A literal is the address of a host, and no name.
            if !domain.is_empty() && !domain.starts_with('[') {
                domains.insert(Domain::literal(domain));
            }
        });
        locals.insert(fresh("someone", |name| locals.contains(name)));
        let below: Vec<Domain> = domains
            .iter()
            .map(|domain| {
                let is_known = |name: &str| domains.contains(&Domain::literal(name));
                let host = fresh("host", |label| is_known(&format!("{label}.{domain}")));
                Domain::literal(&format!("{host}.{domain}"))
            })
            .collect();
        domains.extend(below);
        let is_known =
            |label: &str| domains.contains(&Domain::literal(&format!("{label}.example")));
        let elsewhere = fresh("elsewhere", is_known);
        domains.insert(Domain::literal(&format!("{elsewhere}.example")));
        let domains = || std::iter::once(None).chain(domains.iter().cloned().map(Some));
        let others = locals.iter().filter(|local| !first.contains(local));
        let all = first.iter().chain(others).flat_map(|local| {
            domains().map(|domain| Written {
                local: local.clone(),
                domain,
            })
        });
        all.collect()
    }
}

/// Returns a name that is not known: this one, or with a number behind it.
fn fresh(name: &str, is_known: impl Fn(&str) -> bool) -> String {
    let more = (2_usize..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(more);
    names.find(|name| !is_known(name)).unwrap_or_default()
}

fn places(destinations: &[Destination]) -> String {
    let places: Vec<String> = destinations.iter().map(place).collect();
    places.join("; ")
}
