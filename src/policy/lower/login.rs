//! The logins that a policy lists: those of mailboxes, and those of `login` nodes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;
use std::sync::Arc;

use super::domain::Domains;
use super::grant::{self, Holder};
use super::name;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain, LocalPart, Short};
use crate::policy::diagnostics::{LoginCase, LoginDuplicate, beside, elsewhere};
use crate::policy::{Few, Host, HostedDomain, Login, Logins};
use crate::source::Spanned;
use crate::syntax::node;
use crate::threads::in_two;

/// Returns the logins that the policy lists: those of mailboxes, and those of `login` nodes.
pub(super) fn lower(
    nodes: &[node::Login],
    of_mailboxes: Vec<Login>,
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
    let logins = if declared.is_empty() {
        of_mailboxes
    } else {
        merged(declared, of_mailboxes)
    };
    let logins = Logins::of(logins);
    check_case(&logins, diagnostics);
    logins
}

/// Returns all logins, in the order of their names: a login that is declared has its mailboxes.
fn merged(declared: BTreeMap<Short, Login>, of_mailboxes: Vec<Login>) -> Vec<Login> {
    let mut logins = Vec::with_capacity(declared.len() + of_mailboxes.len());
    let mut others = of_mailboxes.into_iter().peekable();
    for (name, mut login) in declared {
        while let Some(other) = others.next_if(|other| other.name.value < name) {
            logins.push(other);
        }
        if let Some(same) = others.next_if(|other| other.name.value == name) {
            login.mailboxes = same.mailboxes;
        }
        logins.push(login);
    }
    logins.extend(others);
    logins
}

/// A mailbox that belongs to a login.
struct Owner<'d> {
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

/// Returns the first octets of a text as a number: of two that differ in them, the one with the
/// smaller is the smaller.
fn first_octets(text: &str) -> u64 {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    u64::from_be_bytes(first)
}

/// Returns the mailboxes that belong to logins of a range, in the order of these.
fn owners<'d>(domains: &[Of<'d>], range: impl RangeBounds<u64>) -> Vec<Owner<'d>> {
    let mut owners: Vec<Owner<'_>> = Vec::new();
    for (domain, hosted) in domains {
        owners.extend(hosted.mailboxes.iter().filter_map(|(local, mailbox)| {
            let login = mailbox.login.as_ref()?;
            let first = first_octets(&login.value);
            range.contains(&first).then_some(Owner {
                first,
                login,
                domain,
                local,
            })
        }));
    }
    // Stable: of one login they stay in the order of the text.
    owners.sort_by(Owner::cmp);
    owners
}

/// A domain of ours.
type Of<'d> = (&'d Domain, &'d HostedDomain);

/// Of so many domains one is asked for the logins that stand in the middle.
const MIDDLE_OF: usize = 64;

/// Returns the first octets of a login of which about as many come before as behind.
fn middle(domains: &[Of<'_>]) -> u64 {
    let some = domains.iter().step_by(MIDDLE_OF);
    let logins = some.flat_map(|(_, hosted)| hosted.mailboxes.values());
    let logins = logins.filter_map(|mailbox| mailbox.login.as_ref());
    let mut first: Vec<u64> = logins.map(|login| first_octets(&login.value)).collect();
    first.sort_unstable();
    first.get(first.len() / 2).copied().unwrap_or_default()
}

/// Returns the logins that mailboxes belong to, in the order of their names. Of several mailboxes
/// the first to be declared gives a login its place.
pub(super) fn of_mailboxes(domains: &Domains) -> Vec<Login> {
    let hosted = domains.order.iter();
    let hosted = hosted.filter_map(|domain| domains.map.get_key_value(domain));
    let hosted: Vec<Of<'_>> = hosted.collect();
    let middle = middle(&hosted);
    let (mut logins, others) = in_two(
        || logins_of(&owners(&hosted, ..middle)),
        || logins_of(&owners(&hosted, middle..)),
    );
    logins.extend(others);
    logins
}

/// Returns the logins of owners that come in their order.
fn logins_of(owners: &[Owner<'_>]) -> Vec<Login> {
    let is_other = |two: &&[Owner<'_>]| matches!(two, [one, other] if one.cmp(other).is_ne());
    let others = owners.windows(2).filter(is_other).count();
    let mut logins: Vec<Login> = Vec::with_capacity(others + 1);
    for of_one in owners.chunk_by(|one, other| one.cmp(other).is_eq()) {
        let addresses = of_one.iter();
        let addresses = addresses.map(|owner| Address::of(owner.local, owner.domain.clone()));
        let mut mailboxes: Few<Address> = addresses.collect();
        mailboxes.sort();
        logins.extend(of_one.first().map(|owner| Login {
            name: owner.login.clone(),
            mailboxes,
            grants: Vec::new(),
        }));
    }
    logins
}

/// Tells of logins that differ in case only: Postfix folds them (access(5)), Unix does not.
fn check_case(logins: &Logins, diagnostics: &mut Diagnostics) {
    let is_folded = |name: &str| !name.bytes().any(|byte| byte.is_ascii_uppercase());
    // Of two that differ in case only, one is not in lower case: there are few such.
    let others = logins.keys().filter(|name| !is_folded(name));
    let others: BTreeSet<Short> = others.map(Short::to_ascii_lowercase).collect();
    if others.is_empty() {
        return;
    }
    let mut folded: BTreeMap<Short, &Login> = BTreeMap::new();
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
