//! What is listed by name of a domain of ours, so that sentences need not list it once more.

use std::collections::BTreeSet;

use super::Words;
use crate::mail::{Domain, LocalPart};
use crate::policy::Policy;

/// The local-parts that are listed by name in a domain: by both policies, or by the one that has
/// the domain.
#[derive(Debug)]
pub(super) struct Listed<'p> {
    /// By each policy that has the domain.
    by: Vec<BTreeSet<&'p str>>,
    /// Whether only the policy before has it.
    pub(super) was: bool,
}

impl<'p> Listed<'p> {
    /// Returns what is listed of a domain; nothing if it is of neither policy.
    pub(super) fn of(domain: &str, words: &Words<'p, '_, '_>) -> Option<Self> {
        let domain = Domain::literal(domain);
        let [before, after] = words.contrast.policies().map(|one| names(one, &domain));
        let was = before.is_some() && after.is_none();
        let by: Vec<BTreeSet<&str>> = before.into_iter().chain(after).collect();
        (!by.is_empty()).then_some(Self { by, was })
    }

    /// Returns whether each policy that has the domain lists this.
    pub(super) fn has(&self, local: &str) -> bool {
        self.by.iter().all(|names| names.contains(local))
    }

    /// Returns whether some policy lists this.
    pub(super) fn may_have(&self, local: &str) -> bool {
        self.by.iter().any(|names| names.contains(local))
    }

    /// Returns whether these are what is listed, by each policy that has the domain.
    pub(super) fn is(&self, these: &BTreeSet<&str>) -> bool {
        self.by.iter().all(|names| {
            // A domain has a postmaster, whether it says so or not.
            let mut more = these.difference(names);
            names.is_subset(these) && more.all(|local| *local == "postmaster")
        })
    }
}

fn names<'p>(policy: &'p Policy, domain: &Domain) -> Option<BTreeSet<&'p str>> {
    let hosted = policy.domains.get(domain)?;
    let names = hosted.mailboxes.keys().chain(hosted.aliases.keys());
    let names = names.chain(hosted.forwards.keys());
    Some(names.map(LocalPart::as_str).collect())
}
