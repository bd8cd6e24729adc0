//! Mail that programs on the host hand over: pickup(8), and the cleanup(8) that it hands it to
//! (canonical(5), cleanup_map11.c of 3.7.11). Tried on the real program with whole messages.

use std::collections::BTreeMap;

use super::addressing::Addressing;
use super::by_sender::{self, Sender, Unknown};
use super::delivery;
use super::diagnostics::{UnjudgedParameter, UnjudgedService};
use super::entries::Rows;
use super::keyed::KeyRow;
use super::map::{self, Strategy, Surroundings};
use super::master_cf::Service;
use super::parameter::{Main, Settings};
use super::route::{Delivery, OWN_LITERAL};
use super::rows::{Case, Lookup};
use super::table::{self, Files, Table};
use crate::decision::{AddressKey, Ask, Destination, HostMail, Label, Written};
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain};
use crate::source::Loc;

/// How often an address is rewritten, if it never maps to itself (`MAX_RECURSION`).
const ROUNDS_MAX: usize = 10;

/// What becomes of mail made on the host.
#[derive(Debug)]
pub(super) struct LocalMail {
    /// `canonical_maps`: for senders and recipients, in envelope and header.
    canonical: Lookup,
    around: Surroundings,
    /// Delivery, with the aliases of the cleanup(8) that takes such mail; none without pickup(8).
    delivery: Option<Delivery>,
    at: Loc,
}

/// Reads it, of files that open no way in.
pub(super) fn read(
    main: &Main,
    services: &[Service],
    artifacts: &Files<'_>,
    addressing: &Addressing,
    diagnostics: &mut Diagnostics,
) -> LocalMail {
    let base = Settings::new(main, BTreeMap::new());
    let named = |name: &str| {
        let mut inside = services.iter().filter(|service| service.kind != "inet");
        inside.find(|service| service.name.as_str() == name)
    };
    let name = "canonical_maps";
    let canonical = Lookup::read(name, Case::Folded, &base, artifacts, diagnostics);
    delivery::judge_addresses(name, &canonical, &base, diagnostics);
    judge_rows(
        name,
        Strategy::Listing,
        &base,
        artifacts,
        addressing,
        diagnostics,
    );
    for name in by_sender::PARAMETERS {
        let value = base.text(name, diagnostics);
        if !value.as_str().is_empty() {
            let reason = "where mail made on the host goes would hang on whom it says it is from";
            diagnostics.error(UnjudgedParameter::new(name, reason, &value.at()));
        }
    }
    let pickup = named("pickup");
    let delivery = pickup.map(|pickup| {
        let cleanup = cleanup_of(pickup);
        for other in services.iter().filter(|one| one.command == "bounce") {
            if cleanup_of(other) != cleanup {
                let reason = "its reports go to another cleanup(8) than the mail that they are of";
                let name = other.name.as_str();
                diagnostics.error(UnjudgedService::new(name, reason, &other.at));
            }
        }
        let cleanup = named(cleanup);
        let overrides = cleanup.map(|cleanup| cleanup.overrides.clone());
        let settings = Settings::new(main, overrides.unwrap_or_default());
        let parents = map::parents(&settings, "transport_maps", diagnostics);
        for (name, strategy) in [
            ("transport_maps", Strategy::Transport(parents)),
            ("virtual_alias_maps", Strategy::Listing),
            ("virtual_mailbox_maps", Strategy::Listing),
        ] {
            judge_rows(
                name,
                strategy,
                &settings,
                artifacts,
                addressing,
                diagnostics,
            );
        }
        let mut delivery = delivery::read(&settings, services, artifacts, addressing, diagnostics);
        // What local(8) forwards goes to the first of them (forward.c of local(8), 3.7.11).
        if cleanup.is_some_and(|one| one.name.as_str() != "cleanup")
            && !delivery.local.aliases.is_empty()
        {
            let (name, reason) = ("alias_maps", "what it leads to meets another cleanup(8)");
            let told = UnjudgedParameter::new(name, reason, &settings.place(name));
            diagnostics.error(told);
        }
        delivery.find_ways(main, services, diagnostics);
        judge_literal(&delivery, &settings, diagnostics);
        delivery
    });
    LocalMail {
        canonical,
        around: addressing.around.clone(),
        delivery,
        at: base.place(name),
    }
}

/// Reports mail for an address literal of this host that would leave: it is local(8)'s, whatever
/// the tables of domains say (`resolve_local` in resolve_local.c).
fn judge_literal(delivery: &Delivery, settings: &Settings<'_>, diagnostics: &mut Diagnostics) {
    let address = Address::new("postmaster", Domain::literal(OWN_LITERAL));
    let mut nobody = Unknown;
    let (ask, tests): (&mut dyn Ask, _) = (&mut nobody, &[]);
    let found = delivery.destinations(&address, &mut Sender { ask, tests });
    let stays = |one: &Destination| match one {
        Destination::Mailbox { .. } | Destination::Undeliverable | Destination::Discard => true,
        // `~user/.forward`.
        Destination::Hop(hop) => hop.to.starts_with('~'),
        Destination::Exchangers(_) | Destination::Forward { .. } | Destination::Chosen(_) => false,
    };
    if !found.is_ok_and(|found| found.iter().all(stays)) {
        let (name, reason) = (
            "local_transport",
            "mail for this host itself would leave it",
        );
        let told = UnjudgedParameter::new(name, reason, &settings.place(name));
        diagnostics.error(told);
    }
}

/// Returns the name of the cleanup(8) that a service hands mail to.
fn cleanup_of(service: &Service) -> &str {
    let name = service.overrides.get("cleanup_service_name");
    name.map_or("cleanup", |name| name.as_str())
}

/// Reports the rows of tables that are not read: no listener looks them up, so nothing else does.
fn judge_rows(
    name: &str,
    strategy: Strategy,
    settings: &Settings<'_>,
    artifacts: &Files<'_>,
    addressing: &Addressing,
    diagnostics: &mut Diagnostics,
) {
    let words = settings.text(name, diagnostics).words();
    // What cannot be opened is told of where the table is read.
    let open = |word| table::open(word, artifacts, &mut Diagnostics::new()).ok();
    let tables: Vec<Table> = words.iter().filter_map(open).collect();
    let tables: Vec<&Table> = tables.iter().collect();
    let mut label = |_: &KeyRow<'_>| Label(1);
    Rows::sort(
        &tables,
        strategy,
        &addressing.around,
        &mut label,
        diagnostics,
    );
}

impl LocalMail {
    /// Returns what cleanup(8) makes of an address.
    fn rewritten(&self, written: &Written) -> Address {
        let origin = || Domain::literal(&self.around.origin);
        let domain = written.domain.clone().unwrap_or_else(origin);
        let mut address = Address::new(&written.local, domain);
        for _ in 0..ROUNDS_MAX {
            let (local, domain) = (address.local(), address.domain().as_str());
            let found = self.canonical.listed(local, domain, &self.around);
            let next = found.and_then(|value| {
                let addresses = self.around.addresses(value, local);
                addresses.into_iter().next()
            });
            match next {
                Some(next) if next != address => address = next,
                Some(_) | None => break,
            }
        }
        address
    }
}

impl HostMail for LocalMail {
    fn sender(&self, written: &Written) -> Address {
        self.rewritten(written)
    }

    fn destinations(&self, written: &Written) -> Vec<Destination> {
        let Some(delivery) = &self.delivery else {
            return vec![Destination::Undeliverable];
        };
        let address = self.rewritten(written);
        let mut nobody = Unknown;
        let (ask, tests): (&mut dyn Ask, _) = (&mut nobody, &[]);
        // No sender has a say here: `read` sees to it.
        let found = delivery.destinations(&address, &mut Sender { ask, tests });
        let found = found.unwrap_or_else(|_| vec![Destination::Undeliverable]);
        let led = |one| written.led(&address, one);
        found.into_iter().map(led).collect()
    }

    fn keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        if let Some(delivery) = &self.delivery {
            delivery.keys(key);
        }
        self.canonical.listed_keys(&self.around, key);
        for value in self.canonical.values() {
            for to in self.around.addresses(value, "") {
                key(AddressKey::Domain, to.domain().as_str());
                if !to.local().is_empty() {
                    key(AddressKey::Local, to.local());
                }
            }
        }
        key(AddressKey::Domain, &self.around.origin);
    }

    fn at(&self) -> &Loc {
        &self.at
    }
}
