//! What each holder of rights is granted, as tables that name classes of grants.
//!
//! Where no grant names a listener, one table does for all of them; else each listener has its own.

use std::collections::BTreeMap;

use super::clients::{network_rows, rows_without_holes};
use super::grants::Grants;
use super::lists::{OWN_ADDRESSES, OWN_AND_LOCAL};
use super::senders::{Owns, owns};
use super::table::{ClientTable, Table, TableName};
use crate::mail::{Address, Listener, LocalPart};
use crate::policy::{Grant, Login, Network, Policy};
use crate::target::postfix::lexical::{Comment, Key, LoginName, Name, Outcome};

/// The tables of rights.
pub(super) struct Rights {
    /// What limited networks are granted, by listener.
    pub(super) networks: BTreeMap<Listener, TableName>,
    /// What logins are granted, by listener, if some are not granted everything from their own
    /// addresses.
    pub(super) logins: BTreeMap<Listener, TableName>,
    /// Limited networks, and nothing else: whose mail is not judged once more at DATA, where
    /// recipients are unknown, and whose header is mended.
    pub(super) at_data: Option<TableName>,
    pub(super) client_tables: Vec<ClientTable>,
    pub(super) login_tables: Vec<Table>,
    pub(super) grants: Grants,
}

/// Whether some login is not granted everything from its own addresses.
pub(super) fn logins_are_limited(policy: &Policy) -> bool {
    let mut logins = policy.logins.values();
    super::auth::is_offered(policy) && logins.any(|login| !is_wide(policy, login))
}

fn is_wide(policy: &Policy, login: &Login) -> bool {
    policy.grants_of(login).iter().all(Grant::is_wide)
}

/// Returns the tables of rights.
pub(super) fn rights(policy: &Policy) -> Rights {
    let mut rights = Rights {
        networks: BTreeMap::new(),
        logins: BTreeMap::new(),
        at_data: None,
        client_tables: Vec::new(),
        login_tables: Vec::new(),
        grants: Grants::default(),
    };
    rights.networks(policy);
    if logins_are_limited(policy) {
        rights.logins(policy);
    }
    rights
}

/// Returns the listeners, each with the ending of its table's name; one stands for all if no grant
/// names any.
fn parts<'p>(
    policy: &Policy,
    grants: impl IntoIterator<Item = &'p Grant>,
) -> Vec<(Vec<Listener>, String)> {
    let opened: Vec<Listener> = policy.host.listeners.iter().map(|one| one.value).collect();
    if grants.into_iter().all(|grant| grant.listeners.is_empty()) {
        return vec![(opened, String::new())];
    }
    let mut opened = opened;
    opened.sort_unstable();
    let part = |listener: Listener| (vec![listener], format!("-{}", listener.name()));
    opened.into_iter().map(part).collect()
}

fn holds_on(grant: &Grant, listeners: &[Listener]) -> bool {
    grant.listeners.is_empty() || grant.listeners.iter().any(|one| listeners.contains(one))
}

/// Returns the limited grants of a network: what holds without TLS is asked first, since what needs
/// it refuses sessions without.
fn limited(network: &Network) -> Vec<&Grant> {
    if network.unlimited().is_some() {
        return Vec::new();
    }
    let mut grants: Vec<&Grant> = network.grants.iter().collect();
    grants.sort_by_key(|grant| grant.needs_tls);
    grants
}

impl Rights {
    fn networks(&mut self, policy: &Policy) {
        let networks = || policy.networks.iter();
        if networks().all(|network| limited(network).is_empty()) {
            return;
        }
        for (listeners, ending) in parts(policy, networks().flat_map(limited)) {
            let mut outcomes = Vec::new();
            for network in networks() {
                let grants = limited(network).into_iter();
                let grants = grants.filter(|grant| holds_on(grant, &listeners));
                let classes: Vec<Name> = grants
                    .map(|grant| self.grants.of_network(policy, grant))
                    .collect();
                outcomes.push((!classes.is_empty()).then(|| Outcome::classes(&classes)));
            }
            let rows = network_rows(policy, |number, _| outcomes.get(number).cloned().flatten());
            if rows.is_empty() {
                continue;
            }
            let table = ClientTable {
                name: format!("networks{ending}"),
                about: Comment::new("Networks that are granted less than everything (access(5))."),
                rows,
            };
            for listener in listeners {
                self.networks.insert(listener, table.reference());
            }
            self.client_tables.push(table);
        }
        let table = ClientTable {
            name: "networks-at-data".to_owned(),
            about: Comment::new("The same networks at DATA, where there is no recipient to ask."),
            rows: rows_without_holes(policy, |network| !limited(network).is_empty()),
        };
        self.at_data = Some(table.reference());
        self.client_tables.push(table);
    }

    fn logins(&mut self, policy: &Policy) {
        let all = policy
            .logins
            .values()
            .flat_map(|login| policy.grants_of(login));
        let submission = |listener: &Listener| *listener != Listener::Smtp;
        for (listeners, ending) in parts(policy, all) {
            let listeners: Vec<Listener> = listeners.into_iter().filter(submission).collect();
            if listeners.is_empty() {
                continue;
            }
            let about = "What the listed logins are granted (access(5)).";
            let mut table = Table::new(format!("login-grants{ending}"), Comment::new(about));
            for login in policy.logins.values() {
                // Who cannot be written here was refused with the table of logins.
                if let Ok(name) = LoginName::new(&login.name.value) {
                    let outcome = self.login(policy, login, &listeners);
                    table.push(Key::login(name), &outcome, Some(&login.name.at));
                }
            }
            for listener in listeners {
                self.logins.insert(listener, table.reference());
            }
            self.login_tables.push(table);
        }
    }

    fn login(&mut self, policy: &Policy, login: &Login, listeners: &[Listener]) -> Outcome {
        let grants = policy.grants_of(login);
        if is_wide(policy, login) {
            return match owns(grants) {
                Owns::Any => Outcome::fixed("OK"),
                Owns::Local => Outcome::fixed(OWN_AND_LOCAL),
                Owns::Rows => Outcome::fixed(OWN_ADDRESSES),
            };
        }
        // If all grants are from the same reverse-paths, rule 4 has seen to them already.
        let own = (!Grant::are_alike(grants)).then(|| own_addresses(policy, login));
        let held = grants.iter().filter(|grant| holds_on(grant, listeners));
        let classes: Vec<Name> = held
            .map(|grant| self.grants.of_login(policy, grant, own.as_deref()))
            .collect();
        if classes.is_empty() {
            return Outcome::fixed("DUNNO");
        }
        Outcome::classes(&classes)
    }
}

/// Returns a login's mailboxes, and the aliases that lead to them by name.
fn own_addresses(policy: &Policy, login: &Login) -> Vec<Address> {
    let mut own = login.mailboxes.to_vec();
    for (domain, hosted) in &policy.domains {
        let address = |local: &LocalPart| Address::new(local.as_str(), domain.clone());
        let aliases = hosted.aliases.keys().map(address);
        own.extend(aliases.filter(|alias| {
            super::senders::logins_behind(policy, alias).contains(login.name.value.as_str())
        }));
    }
    own
}
