//! Who gets a copy of accepted mail, as it was written: domains one by one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answered, Asked, FROM_ARCHIVE, TO_ARCHIVE};
use crate::decision::{AddressKey, AddressTable, Label, Row};
use crate::mail::{Address, Domain};
use crate::policy::Policy;
use crate::prove::kind::{Forward, Reverse};
use crate::source::Spanned;

type Copies = BTreeMap<Domain, Spanned<Address>>;

/// Returns the number of the first domain that has the same archive, from 1 on.
pub(super) fn table(policy: &Policy, copies: &Copies) -> AddressTable {
    let mut first: BTreeMap<&Address, u32> = BTreeMap::new();
    let mut table = AddressTable::new(&[AddressKey::Domain]);
    for (number, (domain, mailbox)) in (1_u32..).zip(copies) {
        let label = *first.entry(&mailbox.value).or_insert(number);
        let row = Row::new(Label(label), policy.host.at.clone());
        table.insert(AddressKey::Domain, domain.as_str(), row);
    }
    table
}

fn numbered(copies: &Copies, label: Label) -> Option<&Address> {
    let number = (label.0 as usize).checked_sub(1)?;
    copies.values().nth(number).map(|mailbox| &mailbox.value)
}

impl Asked<'_, '_> {
    /// Returns whether an address is an archive of some mail.
    pub(in crate::prove) fn is_archive(&self, address: &Address) -> bool {
        let archive = &self.declared.policy.archive;
        let named = archive.from.values().chain(archive.to.values());
        let mut all = archive.all.iter().chain(named);
        all.any(|mailbox| mailbox.value == *address)
    }

    /// Returns who gets a copy of an envelope that is accepted.
    pub(in crate::prove) fn archives(&mut self) -> Answered<BTreeSet<&Address>> {
        let archive = &self.declared.policy.archive;
        let mut found: BTreeSet<&Address> = BTreeSet::new();
        found.extend(archive.all.iter().map(|mailbox| &mailbox.value));
        if !archive.from.is_empty() {
            match self.reverse()? {
                Reverse::Null | Reverse::Neither => {}
                Reverse::Plain | Reverse::Address | Reverse::Domain => {
                    let label = self.ask.ask(FROM_ARCHIVE)?;
                    found.extend(numbered(&archive.from, label));
                }
            }
        }
        if archive.to.is_empty() {
            return Ok(found);
        }
        match self.forward()? {
            Forward::Postmaster => {
                let postmaster = self.declared.policy.host.postmaster.as_ref();
                let of = postmaster.and_then(|to| archive.to.get(to.value.domain()));
                found.extend(of.map(|mailbox| &mailbox.value));
            }
            Forward::Plain | Forward::Address | Forward::Domain | Forward::Routed => {
                let label = self.ask.ask(TO_ARCHIVE)?;
                found.extend(numbered(&archive.to, label));
            }
            Forward::Abroad | Forward::Nowhere => {}
        }
        Ok(found)
    }
}
