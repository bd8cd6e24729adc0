//! Addresses of ours that rows name and the policy does not: whether there is one, and what is said
//! of it.

use super::names::Entity;
use super::own::Ground;
use super::records::Records;
use super::said::{Said, addresses};
use crate::mail::Address;
use crate::policy::Alias;

/// An address of ours that a row names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// That of the row itself.
    Itself,
    /// Another that is listed.
    Listed(u32),
    /// One that is not, in this domain.
    AnyOf(u32),
}

impl Ground<'_, '_> {
    /// Returns the addresses of ours that the rows of something name and the policy does not: there
    /// may be one for some, and none for others.
    pub(super) fn named(self, of: Entity, alias: Option<&Alias>) -> Vec<Named> {
        let names = self.names;
        let is_target = |local: &str, domain: &str| {
            let is =
                |target: &Address| target.local() == local && target.domain().as_str() == domain;
            let mut targets = alias.into_iter().flat_map(|alias| &alias.targets);
            targets.any(|target| is(&target.value))
        };
        let mut found = Vec::new();
        self.rows.each(names.number(of), &mut |_, _, rest| {
            for (local, domain) in addresses(rest) {
                if is_target(local, domain) {
                    continue;
                }
                let Some(domain) = names.domain(&domain.to_ascii_lowercase()) else {
                    continue;
                };
                let listed = names.recipient(&local.to_ascii_lowercase(), domain);
                found.push(match listed {
                    Some(one) if Entity::Recipient(one) == of => Named::Itself,
                    Some(one) => Named::Listed(one),
                    None => Named::AnyOf(domain),
                });
            }
        });
        found
    }
}

impl Records<'_, '_> {
    /// Adds what is said of the addresses of ours that rows name and the policy does not.
    pub(super) fn add_addresses(&mut self, at: usize, said: &mut Said, depth: usize) {
        for named in self.named(at) {
            let of = match named {
                Named::Itself => {
                    said.text(" names itself");
                    continue;
                }
                Named::Listed(one) => {
                    said.text(" names");
                    Entity::Recipient(one)
                }
                Named::AnyOf(domain) => {
                    said.text(" names any of");
                    Entity::Domain(domain)
                }
            };
            let number = self.number_at(of, depth + 1);
            said.number(number);
        }
    }
}
