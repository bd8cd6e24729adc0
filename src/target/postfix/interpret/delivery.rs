//! What main.cf and master.cf say of delivery.

use std::collections::{BTreeMap, BTreeSet};

use super::addressing::Addressing;
use super::class::Class;
use super::diagnostics::{UnjudgedParameter, UnjudgedTable};
use super::keys;
use super::local::Local;
use super::map::parents;
use super::master_cf::Service;
use super::parameter::Settings;
use super::route::{Delivery, MAIL, SPOOL, is_id};
use super::rows::{Case, Lookup};
use super::services;
use super::table::{self, Files, Table};
use crate::diagnostic::Diagnostics;
use crate::target::digits::digits;

/// The default transport of each class but that of aliases.
pub(super) const DEFAULTS: [(Class, &str); 4] = [
    (Class::Local, "local_transport"),
    (Class::Virtual, "virtual_transport"),
    (Class::Relay, "relay_transport"),
    (Class::Default, "default_transport"),
];

/// What may lead to commands and to files (`allow_mail_to_commands` in postconf(5)).
const WAYS: [&str; 3] = ["alias", "forward", "include"];

const EXPANSION: &str = "virtual_alias_expansion_limit";
/// What main.cf need not say (`postconf -d` of 3.7.11).
const EXPANSION_DEFAULT: usize = 1_000;

/// Reads the parameters.
pub(super) fn read(
    settings: &Settings<'_>,
    services: &[Service],
    artifacts: &Files<'_>,
    addressing: &Addressing,
    diagnostics: &mut Diagnostics,
) -> Delivery {
    let text = |name: &str, diagnostics: &mut Diagnostics| {
        settings.text(name, diagnostics).as_str().to_owned()
    };
    let defaults = DEFAULTS.map(|(class, name)| (class, text(name, diagnostics)));
    let programs = services.iter().filter(|service| service.kind == "unix");
    let programs = programs
        .map(|service| (service.name.as_str().to_owned(), service.command.clone()))
        .collect();
    let mut lookup = |name, case| Lookup::read(name, case, settings, artifacts, diagnostics);
    // The other way round than listeners do, which may be read at the same time: then each of the
    // two is opened but once.
    let transports = lookup("transport_maps", Case::Folded);
    let aliases = lookup("virtual_alias_maps", Case::Folded);
    let mailboxes = lookup("virtual_mailbox_maps", Case::AsWritten);
    let uids = lookup("virtual_uid_maps", Case::AsWritten);
    let gids = lookup("virtual_gid_maps", Case::AsWritten);
    judge_addresses("virtual_alias_maps", &aliases, settings, diagnostics);
    let owners = [("virtual_uid_maps", &uids), ("virtual_gid_maps", &gids)];
    for (name, _) in owners {
        for word in settings.text(name, diagnostics).words() {
            if let Ok(Table::Patterns(_) | Table::Cidr(_)) =
                table::open(&word, artifacts, diagnostics)
            {
                let reason = "such a table of owners is not modelled";
                diagnostics.error(UnjudgedTable::new(word.as_str(), reason, &word.at()));
            }
        }
    }
    for (name, lookup) in owners {
        let is_number = |value: &str| value.bytes().all(|octet| octet.is_ascii_digit());
        if !lookup.values().all(is_number) {
            let reason = "virtual(8) takes the number that a value begins with, or, in other \
                          versions, none";
            let at = settings.text(name, diagnostics).at();
            diagnostics.error(UnjudgedParameter::new(name, reason, &at));
        }
    }
    let uid_min = digits(&text("virtual_minimum_uid", diagnostics)).unwrap_or(100);
    judge_base(settings, diagnostics);
    judge_owner(&uids, settings, diagnostics);
    let recipients_max = recipients_max(settings, services, diagnostics);
    let uses_local = uses_local(settings, services, addressing, diagnostics);
    Delivery {
        around: addressing.around.clone(),
        classes: addressing.domains.exact(),
        relay_parents: addressing.domains.relay_parents(),
        aliases,
        recipients_max,
        transports,
        parents: parents(settings, "transport_maps", diagnostics),
        defaults: defaults.into_iter().collect(),
        relayhost: text("relayhost", diagnostics),
        by_sender: None,
        services: programs,
        ways: Vec::new(),
        protections: BTreeMap::new(),
        mailboxes,
        mailbox_base: text("virtual_mailbox_base", diagnostics),
        uids,
        gids,
        uid_min,
        local: local(settings, uses_local, diagnostics),
    }
}

/// Reports that there are boxes of virtual(8), and no folder for them: it ends with an error then
/// (`virtual_mailbox_base` is one character at least in virtual.c of 3.7.11), and mail for them,
/// whoever made it, waits until it comes back.
fn judge_base(settings: &Settings<'_>, diagnostics: &mut Diagnostics) {
    const BASE: &str = "virtual_mailbox_base";
    let has_boxes = !settings.is_empty("virtual_mailbox_maps");
    if has_boxes && settings.is_empty(BASE) {
        let reason = "virtual(8) ends with an error, and delivers nothing";
        let at = settings.place("virtual_mailbox_maps");
        diagnostics.error(UnjudgedParameter::new(BASE, reason, &at));
    }
}

/// Reports boxes in the folder of all mail that belong to another user than `mail`: whoever has the
/// account would read everybody's.
fn judge_owner(uids: &Lookup, settings: &Settings<'_>, diagnostics: &mut Diagnostics) {
    const NAME: &str = "virtual_uid_maps";
    let base = settings.text("virtual_mailbox_base", diagnostics);
    let is_spool = base.as_str().trim_end_matches('/') == SPOOL;
    // By what is no account's number nothing is delivered.
    let is_another =
        |value: &str| digits::<u32>(value.trim_ascii()).is_some_and(|id| is_id(id) && id != MAIL);
    if is_spool && uids.values().any(is_another) {
        let reason = "below /var/mail boxes are of the user mail, who is 8: another would read \
                      them all";
        diagnostics.error(UnjudgedParameter::new(NAME, reason, &settings.place(NAME)));
    }
}

/// Reports a value that is more than plain addresses.
pub(super) fn judge_addresses(
    name: &str,
    lookup: &Lookup,
    settings: &Settings<'_>,
    diagnostics: &mut Diagnostics,
) {
    let odd = lookup.values().find(|value| !keys::are_addresses(value));
    if let Some(value) = odd {
        let reason = "it is neither plain addresses nor `@domain` alone";
        diagnostics.error(UnjudgedTable::new(value, reason, &settings.place(name)));
    }
}

/// Returns the most recipients that cleanup(8) makes of one. What is no number was refused by its
/// shape.
fn recipients_max(
    settings: &Settings<'_>,
    services: &[Service],
    diagnostics: &mut Diagnostics,
) -> usize {
    let settings = settings.with(services::of_cleanup(services));
    if !settings.is_set(EXPANSION) {
        return EXPANSION_DEFAULT;
    }
    let value = settings.text(EXPANSION, diagnostics);
    digits(value.as_str()).unwrap_or(0)
}

/// Returns whether local(8) delivers for more than the literals of this host, or may: a domain of
/// any class goes to the transport of its class (ADDRESS_CLASS_README).
fn uses_local(
    settings: &Settings<'_>,
    services: &[Service],
    addressing: &Addressing,
    diagnostics: &mut Diagnostics,
) -> bool {
    let is_local = |name: &str, diagnostics: &mut Diagnostics| {
        let value = settings.text(name, diagnostics);
        let transport = value.as_str().split(':').next().unwrap_or_default().trim();
        services
            .iter()
            .any(|service| service.name.as_str() == transport && service.command == "local")
    };
    let mut defaults = CLASS_TRANSPORTS.iter();
    !addressing.around.local_domains.is_empty()
        || defaults.any(|name| is_local(name, diagnostics))
        || ["transport_maps", "sender_dependent_default_transport_maps"]
            .iter()
            .any(|name| !settings.is_empty(name))
}

/// Whose transports of whole classes of domains lead to more than literals.
const CLASS_TRANSPORTS: [&str; 3] = ["virtual_transport", "relay_transport", "default_transport"];

fn local(settings: &Settings<'_>, is_used: bool, diagnostics: &mut Diagnostics) -> Local {
    // To the letter (name_mask(3)).
    let words = |name: &str, diagnostics: &mut Diagnostics| -> BTreeSet<String> {
        let value = settings.text(name, diagnostics);
        let words = value.words();
        words.iter().map(|word| word.as_str().to_owned()).collect()
    };
    for name in ["allow_mail_to_commands", "allow_mail_to_files"] {
        let at = settings.text(name, diagnostics).at();
        if !words(name, diagnostics)
            .iter()
            .all(|word| WAYS.contains(&word.as_str()))
        {
            let reason = "local(8) ends with an error, and delivers nothing";
            diagnostics.error(UnjudgedParameter::new(name, reason, &at));
        }
    }
    let text = |name: &str, diagnostics: &mut Diagnostics| {
        settings.text(name, diagnostics).as_str().to_owned()
    };
    let aliases = settings.text("alias_maps", diagnostics);
    if is_used && !aliases.as_str().is_empty() {
        // `deliver_resolve_tree` of local(8): some members come back to it, others to cleanup(8).
        let reason = "what aliases(5) makes of an account is not followed: aliases of the policy \
                      are of `virtual_alias_maps`";
        diagnostics.error(UnjudgedParameter::new("alias_maps", reason, &aliases.at()));
    }
    // The names in `forward_path` are expanded at delivery: only whether there are any counts.
    let forward = settings.is_empty("forward_path");
    let paths = settings.text("forward_path", diagnostics);
    for path in paths.words() {
        if !path.as_str().starts_with(['/', '$']) {
            let reason = "what would be there, below the queue, nobody says";
            diagnostics.error(UnjudgedParameter::new("forward_path", reason, &path.at()));
        }
    }
    Local {
        home_mailbox: text("home_mailbox", diagnostics),
        spool: text("mail_spool_directory", diagnostics),
        has_forward_files: !forward,
    }
}
