//! The logins that a policy lists: those of mailboxes, and those of `login` nodes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::domain::Domains;
use super::grant::{self, Holder};
use super::name;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain, LocalPart, Short};
use crate::policy::diagnostics::{LoginCase, LoginDuplicate, beside, elsewhere};
use crate::policy::{Few, Host, Login, Logins};
use crate::source::Spanned;
use crate::syntax::node;
use crate::threads::in_two;

/// Returns the logins that the policy lists: those of mailboxes, and those of `login` nodes.
pub(super) fn logins(
    nodes: &[node::Login],
    owners: [Vec<Owner<'_>>; 2],
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) -> Logins {
    let mut declared: BTreeMap<Short, Login> = BTreeMap::new();
    for node in nodes {
        let grants = grant::lower(&node.may_send, Holder::Login, host, diagnostics);
        let name = node.name.as_ref();
        let Some(name) = name.and_then(|name| name::login(name, diagnostics)) else {
            continue;
        };
        if let Some(first) = declared.get(&name.value) {
            diagnostics.error(LoginDuplicate {
                login: name.value.to_string(),
                at: name.at,
                first: first.name.at.clone(),
            });
            continue;
        }
        let key = name.value.clone();
        let login = Login {
            name,
            mailboxes: Few::new(),
            grants,
        };
        declared.insert(key, login);
    }
    let logins = Logins::of(with_mailboxes(declared, owners));
    check_case(&logins, diagnostics);
    logins
}

/// A mailbox that belongs to a login.
pub(super) struct Owner<'d> {
    /// The first octets of the login: most logins are told apart by them.
    first: u64,
    login: &'d Spanned<Short>,
    domain: &'d Domain,
    local: &'d LocalPart,
}

impl Owner<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let first = self.first.cmp(&other.first);
        first.then_with(|| self.login.value.cmp(&other.login.value))
    }
}

/// Returns the mailboxes that belong to logins: two lists of one after the other, each in the order
/// of the logins, and of one login in the order of the text.
pub(super) fn owners(domains: &Domains) -> [Vec<Owner<'_>>; 2] {
    let (one, other) = domains.order.split_at(domains.order.len() / 2);
    let (one, other) = in_two(|| owners_in(one, domains), || owners_in(other, domains));
    [one, other]
}

fn owners_in<'d>(names: &'d [Domain], domains: &'d Domains) -> Vec<Owner<'d>> {
    let mut owners: Vec<Owner<'_>> = Vec::new();
    for domain in names {
        let mailboxes = domains.map.get(domain).into_iter();
        let mailboxes = mailboxes.flat_map(|hosted| &hosted.mailboxes);
        owners.extend(mailboxes.filter_map(|(local, mailbox)| {
            let login = mailbox.login.as_ref()?;
            Some(Owner {
                first: login.value.first_octets(),
                login,
                domain,
                local,
            })
        }));
    }
    owners.sort_by(Owner::cmp);
    owners
}

/// Returns declared logins and those of mailboxes, in the order of their names. Of several
/// mailboxes the first to be declared gives a login its place.
fn with_mailboxes(declared: BTreeMap<Short, Login>, owners: [Vec<Owner<'_>>; 2]) -> Vec<Login> {
    let mailboxes = owners.iter().map(Vec::len).sum::<usize>();
    let mut logins: Vec<Login> = Vec::with_capacity(declared.len() + mailboxes);
    let mut declared = declared.into_values().peekable();
    let [one, other] = owners;
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    loop {
        let is_later = |other: &Owner<'_>| one.peek().is_none_or(|one| other.cmp(one).is_lt());
        let Some(owner) = other.next_if(is_later).or_else(|| one.next()) else {
            break;
        };
        let name = &owner.login.value;
        while let Some(login) = declared.next_if(|login| login.name.value <= *name) {
            finish(&mut logins);
            logins.push(login);
        }
        let address = Address::of(owner.local, owner.domain.clone());
        let last = logins.last_mut();
        if let Some(login) = last.filter(|last| last.name.value == *name) {
            login.mailboxes.push(address);
            continue;
        }
        finish(&mut logins);
        logins.push(Login {
            name: owner.login.clone(),
            mailboxes: std::iter::once(address).collect(),
            grants: Vec::new(),
        });
    }
    finish(&mut logins);
    logins.extend(declared);
    logins.shrink_to_fit();
    logins
}

/// Puts the mailboxes of the last login in order.
fn finish(logins: &mut [Login]) {
    if let Some(last) = logins.last_mut() {
        last.mailboxes.sort();
    }
}

/// Tells of logins that differ in case only: Postfix folds them (access(5)), Unix does not.
fn check_case(logins: &Logins, diagnostics: &mut Diagnostics) {
    let is_folded = |name: &str| !name.bytes().any(|byte| byte.is_ascii_uppercase());
    // Of two that differ in case only, one is not in lower case: there are few such.
    let others = logins.keys().filter(|name| !is_folded(name));
    let others: BTreeSet<String> = others.map(|name| name.to_ascii_lowercase()).collect();
    if others.is_empty() {
        return;
    }
    let mut folded: BTreeMap<String, &Login> = BTreeMap::new();
    for login in logins.values() {
        let key = login.name.value.to_ascii_lowercase();
        if !others.contains(&key) {
            continue;
        }
        let Some(other) = folded.insert(key, login) else {
            continue;
        };
        let (one, two) = (&other.name, &login.name);
        let is_later =
            Arc::ptr_eq(one.at.source(), two.at.source()) && one.at.start() > two.at.start();
        let (first, second) = if is_later { (two, one) } else { (one, two) };
        let help = "give both one spelling if they are one account; else rename one of them";
        diagnostics.error(LoginCase {
            login: second.value.to_string(),
            other: first.value.to_string(),
            help: elsewhere(help, &second.at, &first.at),
            at: second.at.clone(),
            first: beside(&second.at, &first.at),
        });
    }
}
