//! What destinations depend on: every key of every table that delivery looks an address up in.

use std::collections::{BTreeMap, BTreeSet};

use super::by_sender::BySender;
use super::route::Delivery;
use crate::decision::AddressKey;

impl Delivery {
    /// Names every key that [`Self::destinations`] depends on.
    pub(super) fn keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        for domain in self.classes.keys() {
            key(AddressKey::Domain, domain);
        }
        for parent in &self.relay_parents {
            key(AddressKey::Parent, parent);
        }
        self.tables(key);
        self.forwarded(key);
        let defaults = self.defaults.values().map(String::as_str);
        let led = self.by_sender.iter().flat_map(BySender::values);
        let channels = self.transports.values().chain(defaults).chain(led);
        let hops = channels.filter_map(|row| row.split_once(':').map(|(_, next)| next));
        hops.chain(std::iter::once(self.relayhost.as_str()))
            .filter(|next| !next.is_empty() && !next.contains(['[', ':']))
            .for_each(|next| key(AddressKey::Domain, next));
    }

    fn tables(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        for lookup in [&self.aliases, &self.mailboxes, &self.uids, &self.gids] {
            lookup.listed_keys(&self.around, key);
        }
        self.transports.transport_keys(self.parents, key);
    }

    /// `@domain @other`: every local-part goes on to the same one there, so it is told apart here
    /// wherever it is there.
    fn forwarded(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        let mut forwards: BTreeSet<(&str, &str)> = BTreeSet::new();
        self.aliases.at_domains().for_each(|(domain, value)| {
            let other = value.strip_prefix('@');
            forwards.extend(other.map(|other| (domain, other)));
        });
        if forwards.is_empty() {
            return;
        }
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        self.tables(&mut |part, name| {
            if let (AddressKey::Address, Some((local, domain))) = (part, name.rsplit_once('@')) {
                let locals = named.entry(domain.to_owned()).or_default();
                locals.insert(local.to_owned());
            }
        });
        loop {
            let mut grows = false;
            for (domain, other) in &forwards {
                let there = named.get(*other).cloned().unwrap_or_default();
                let here = named.entry((*domain).to_owned()).or_default();
                let before = here.len();
                here.extend(there);
                grows |= here.len() > before;
            }
            if !grows {
                break;
            }
        }
        for (domain, _) in &forwards {
            for local in named.get(*domain).into_iter().flatten() {
                key(AddressKey::Address, &format!("{local}@{domain}"));
            }
        }
    }
}
