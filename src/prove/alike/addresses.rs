//! Addresses of ours that rows name and the policy does not: whether there is one, and what is said
//! of it.

use super::names::Entity;
use super::records::Records;
use super::said::{Said, addresses};
use crate::mail::Address;
use crate::policy::Alias;

impl<'p> Records<'_, 'p> {
    /// Adds what is said of the addresses of ours that rows name and the policy does not: there may
    /// be one for some, and none for others.
    pub(super) fn add_addresses(
        &mut self,
        of: Entity,
        alias: Option<&'p Alias>,
        said: &mut Said,
        depth: usize,
    ) {
        let (names, rows) = (self.names, self.rows);
        let targets = || alias.iter().flat_map(|alias| &alias.targets);
        let mut found: Vec<(String, u32)> = Vec::new();
        rows.each(names.number(of), &mut |_, _, rest| {
            for (local, domain) in addresses(rest) {
                let is_target = |target: &Address| {
                    target.local() == local && target.domain().as_str() == domain
                };
                if targets().any(|target| is_target(&target.value)) {
                    continue;
                }
                if let Some(domain) = names.domain(&domain.to_ascii_lowercase()) {
                    found.push((local.to_ascii_lowercase(), domain));
                }
            }
        });
        for (local, domain) in found {
            let listed = names.recipient(&local, domain).map(Entity::Recipient);
            if listed == Some(of) {
                said.text(" names itself");
                continue;
            }
            said.text(if listed.is_some() {
                " names"
            } else {
                " names any of"
            });
            let number = self.number_at(listed.unwrap_or(Entity::Domain(domain)), depth + 1);
            said.number(number);
        }
    }
}
