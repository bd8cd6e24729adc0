//! Mail that is made on the host: pickup(8) and bounce(8) may hand it to a cleanup(8) of their own,
//! with aliases of its own (virtual(5), master(5) of 3.7.11).
//!
//! No envelope shows where it goes. So each row that other mail does not have is held to this: it is
//! about a name of this host or a domain of ours, takes mail away from nobody who is listed, and
//! leads to somebody who is.

use std::collections::{BTreeMap, BTreeSet};

use super::addressing::Addressing;
use super::diagnostics::{UnjudgedParameter, UnjudgedTable};
use super::keys::{self, Key};
use super::master_cf::Service;
use super::parameter::{Main, Settings};
use super::route::Delivery;
use super::table::{self, Table, TableRow};
use super::text::Text;
use crate::decision::{AddressKey, Destination};
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain};
use crate::target::Artifacts;

/// Names by which programs on a host call it.
const LOCALHOST: [&str; 2] = ["localhost", "localhost.localdomain"];

/// What all rows are held against.
struct Judge<'a> {
    addressing: &'a Addressing,
    delivery: &'a Delivery,
    /// The names of this host.
    names: BTreeSet<String>,
    /// The addresses that have a row here, and the domains that have one for all.
    whole: BTreeSet<String>,
    domains: BTreeSet<String>,
}

/// Judges the aliases of every cleanup(8) that has some of its own.
pub(super) fn judge(
    main: &Main,
    services: &[Service],
    artifacts: &Artifacts,
    (addressing, delivery): (&Addressing, &Delivery),
    diagnostics: &mut Diagnostics,
) {
    let name = "virtual_alias_maps";
    let base = Settings::new(main, BTreeMap::new());
    let common = base.text(name, diagnostics).words();
    let common: BTreeSet<&str> = common.iter().map(Text::as_str).collect();
    let mut judge = Judge::new(&base, addressing, delivery, diagnostics);
    judge.double_bounce(&base, diagnostics);
    let own = services
        .iter()
        .filter(|service| service.command == "cleanup" && service.overrides.contains_key(name));
    for service in own {
        let settings = Settings::new(main, service.overrides.clone());
        let words = settings.text(name, diagnostics).words();
        for word in words.iter().filter(|word| !common.contains(word.as_str())) {
            match table::open(word, artifacts, diagnostics) {
                Ok(Table::Rows { rows, .. }) => {
                    for row in &rows {
                        judge.row(row, diagnostics);
                    }
                }
                Ok(Table::Static(_) | Table::Cidr(_) | Table::Patterns(_)) => {
                    let reason = "only tables of rows are followed for mail that is made here";
                    diagnostics.error(UnjudgedTable::new(word.as_str(), reason, &word.at()));
                }
                // It was told.
                Err(_) => {}
            }
        }
        judge.mailboxes(service, diagnostics);
    }
}

impl<'a> Judge<'a> {
    fn new(
        base: &Settings<'_>,
        addressing: &'a Addressing,
        delivery: &'a Delivery,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let host = base.text("myhostname", diagnostics);
        let host = host.as_str().to_ascii_lowercase();
        let mut names: BTreeSet<String> = LOCALHOST.map(str::to_owned).into();
        if let Some((_, domain)) = host.split_once('.') {
            names.insert(format!("localhost.{domain}"));
        }
        names.insert(host);
        names.insert(addressing.around.origin.clone());
        Self {
            addressing,
            delivery,
            names,
            whole: BTreeSet::new(),
            domains: BTreeSet::new(),
        }
    }

    /// No restriction is asked about the address that bounces of bounces have (smtpd_check.c of
    /// 3.7.11), so nothing leads it away by itself. Where all of its domain leaves, others see it.
    fn double_bounce(&self, base: &Settings<'_>, diagnostics: &mut Diagnostics) {
        let sender = base.text("double_bounce_sender", diagnostics);
        let address = self.address(sender.as_str());
        let leaves = |one: &Destination| match one {
            Destination::Exchangers(_) | Destination::Forward { .. } | Destination::Chosen(_) => {
                true
            }
            // local(8) throws it away before it looks for files or commands.
            Destination::Hop(hop) => !hop.to.starts_with(['~', '|']),
            Destination::Mailbox { .. } | Destination::Discard | Destination::Undeliverable => {
                false
            }
        };
        let beside = Address::new(&format!("x-{}", address.local()), address.domain().clone());
        let leaves = |address: &Address| self.delivery.destinations(address).iter().any(leaves);
        if leaves(&address) && !leaves(&beside) {
            let name = "transport_maps";
            let reason = format!("mail for `{address}`, which nothing refuses, would leave");
            let at = base.place(name);
            diagnostics.error(UnjudgedParameter::new(name, reason, &at));
        }
    }

    fn address(&self, text: &str) -> Address {
        let text = text.to_ascii_lowercase();
        let (local, domain) = text
            .rsplit_once('@')
            .unwrap_or((&text, &self.addressing.around.origin));
        Address::new(local, Domain::literal(domain))
    }

    fn is_ours(&self, domain: &str) -> bool {
        self.delivery.classes.contains_key(domain)
    }

    fn row(&mut self, row: &TableRow, diagnostics: &mut Diagnostics) {
        let mut refuse = |reason: &str| {
            diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at));
        };
        let folded = row.key.to_ascii_lowercase();
        let (local, domain) = match keys::read(&folded, "<>") {
            Ok(Key::Whole(local, domain)) => (Some(local), domain),
            Ok(Key::AtDomain(domain)) => (None, domain),
            Ok(Key::Word(local)) => (Some(local), self.addressing.around.origin.clone()),
            // No alias is looked up by these.
            Ok(Key::LocalAt(_) | Key::DotDomain(_) | Key::Star | Key::Null) | Err(_) => return,
        };
        if !self.is_ours(&domain) && !self.names.contains(&domain) {
            refuse("mail for others that is made here, bounces too, would go elsewhere");
            return;
        }
        let words = |text: &str| -> Vec<String> {
            let words = text.split([',', ' ', '\t']);
            let words = words.filter(|word| !word.is_empty());
            words.map(str::to_ascii_lowercase).collect()
        };
        let values = words(&row.value);
        if let Some(local) = &local {
            let around = &self.addressing.around;
            let usual = self.delivery.aliases.listed(local, &domain, around);
            let usual = usual.map(words);
            if usual.as_ref() == Some(&values) {
                self.whole.insert(format!("{local}@{domain}"));
                return;
            }
            let address = Address::new(local, Domain::literal(&domain));
            let stays = values == [address.to_string()];
            let mailbox = self.delivery.mailboxes.listed(local, &domain, around);
            if usual.is_some() || (!stays && mailbox.is_some()) {
                refuse("mail for it that is made here would go elsewhere than all other mail");
                return;
            }
            self.whole.insert(format!("{local}@{domain}"));
        } else {
            self.domains.insert(domain);
        }
        let is_somebody = |word: &String| {
            let address = self.address(word);
            self.is_ours(address.domain().as_str()) && self.is_delivered(&address)
        };
        if !values.iter().all(is_somebody) {
            refuse("it leads to nobody who is listed here");
        }
    }

    fn is_delivered(&self, address: &Address) -> bool {
        self.delivery.destinations(address) != [Destination::Undeliverable]
    }

    /// A row for all of a domain takes the mail of mailboxes that no table of aliases names.
    fn mailboxes(&self, service: &Service, diagnostics: &mut Diagnostics) {
        let around = &self.addressing.around;
        let mut taken: Option<String> = None;
        self.delivery
            .mailboxes
            .listed_keys(around, &mut |part, name| {
                let (AddressKey::Address, Some((local, domain))) = (part, name.rsplit_once('@'))
                else {
                    return;
                };
                let is_taken = self.domains.contains(domain)
                    && !self.whole.contains(name)
                    && self
                        .delivery
                        .aliases
                        .listed(local, domain, around)
                        .is_none();
                if is_taken && taken.as_deref().is_none_or(|known| name < known) {
                    taken = Some(name.to_owned());
                }
            });
        if let Some(name) = taken {
            let reason = format!("mail for `{name}` that is made here would go to somebody else");
            let maps = "virtual_alias_maps";
            diagnostics.error(UnjudgedParameter::new(maps, reason, &service.at));
        }
    }
}
