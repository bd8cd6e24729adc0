//! `may-send`, `login` and `authenticated`: who may send as whom, where to, and how.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::domain::Domains;
use super::name;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Listener};
use crate::policy::diagnostics::{
    GrantBelow, GrantDestination, GrantListener, GrantMany, GrantTls, LoginAnybody, LoginCase,
    LoginDuplicate, NetworkSenders, SenderInvalid, beside, elsewhere,
};
use crate::policy::{DestinationScope, DomainScope, Grant, Host, Login, SenderScope};
use crate::source::{Loc, Spanned};
use crate::syntax::tree::Text;
use crate::syntax::{Document, node, suggest};

/// Who holds a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// A network.
    Network,
    /// A login, or every login.
    Login,
}

/// Lowers the `may-send` nodes of a holder. Without a host, which was told, less is checked.
pub(super) fn lower(
    nodes: &[node::MaySend],
    holder: Holder,
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) -> Vec<Grant> {
    if let (Holder::Login, Some(node)) = (holder, nodes.get(LOGIN_GRANTS_MAX)) {
        diagnostics.error(GrantMany {
            count: nodes.len(),
            count_max: LOGIN_GRANTS_MAX,
            at: node.at.clone(),
        });
    }
    let one = |node| lower_one(node, holder, host, diagnostics);
    nodes.iter().map(one).collect()
}

/// The most rights of one login: the proof has a bit for each, and for each table of a target.
const LOGIN_GRANTS_MAX: usize = 24;

fn lower_one(
    node: &node::MaySend,
    holder: Holder,
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) -> Grant {
    let mut from = Vec::new();
    for text in &node.from {
        let Some(scope) = sender(text, diagnostics) else {
            continue;
        };
        if scope == SenderScope::Own && holder == Holder::Network {
            diagnostics.error(NetworkSenders {
                at: text.at.clone(),
            });
        }
        if let (SenderScope::Below(domain), Holder::Login) = (&scope, holder) {
            diagnostics.error(GrantBelow {
                domain: domain.to_string(),
                at: text.at.clone(),
            });
        }
        from.push(Spanned::new(scope, text.at.clone()));
    }
    let mut to = Vec::new();
    for text in &node.to {
        let scope = destination(text, diagnostics);
        to.extend(scope.map(|scope| Spanned::new(scope, text.at.clone())));
    }
    if let (Some(word), Some(host)) = (&node.tls, host)
        && word.value == "required"
        && host.tls.is_none()
    {
        diagnostics.error(GrantTls {
            at: word.at.clone(),
        });
    }
    Grant {
        from,
        to,
        listeners: listeners(&node.listeners, holder, host, diagnostics),
        needs_tls: node.tls.is_some(),
        at: node.at.clone(),
    }
}

/// Returns the listeners of a grant, sorted; none if it holds on all that the holder can use.
fn listeners(
    words: &[Text],
    holder: Holder,
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) -> Vec<Listener> {
    // A login is given on the submission listeners only.
    let usable = |listener: Listener| holder == Holder::Network || listener != Listener::Smtp;
    let opened: Option<Vec<Listener>> = host.map(|host| {
        let all = host.listeners.iter().map(|listener| listener.value);
        all.filter(|listener| usable(*listener)).collect()
    });
    let mut listeners = Vec::new();
    for word in words {
        let Some(listener) = Listener::from_name(&word.value) else {
            continue;
        };
        if opened.as_ref().is_some_and(|all| !all.contains(&listener)) {
            diagnostics.error(GrantListener {
                listener: listener.name(),
                reason: if usable(listener) {
                    "the host does not listen there"
                } else {
                    "nobody logs in there"
                },
                at: word.at.clone(),
            });
        }
        listeners.push(listener);
    }
    listeners.sort_unstable();
    listeners.dedup();
    if opened.is_some_and(|all| all.iter().all(|one| listeners.contains(one))) {
        listeners.clear();
    }
    listeners
}

fn sender(text: &Text, diagnostics: &mut Diagnostics) -> Option<SenderScope> {
    match text.value.as_str() {
        "any" => Some(SenderScope::Any),
        "own" => Some(SenderScope::Own),
        "null" => Some(SenderScope::Null),
        "local" => Some(SenderScope::Local),
        _ => match addresses(text, diagnostics) {
            Some(Addresses::One(address)) => Some(SenderScope::Address(address?)),
            Some(Addresses::Domain(scope)) => Some(match scope? {
                DomainScope::Exactly(domain) => SenderScope::Domain(domain),
                DomainScope::Below(domain) => SenderScope::Below(domain),
            }),
            None => {
                diagnostics.error(SenderInvalid {
                    text: text.value.clone(),
                    help: help(text, &["own", "local", "null", "any"], SENDERS),
                    at: text.at.clone(),
                });
                None
            }
        },
    }
}

fn destination(text: &Text, diagnostics: &mut Diagnostics) -> Option<DestinationScope> {
    match text.value.as_str() {
        "any" => Some(DestinationScope::Any),
        "local" => Some(DestinationScope::Local),
        _ => match addresses(text, diagnostics) {
            Some(Addresses::One(address)) => Some(DestinationScope::Address(address?)),
            Some(Addresses::Domain(scope)) => Some(match scope? {
                DomainScope::Exactly(domain) => DestinationScope::Domain(domain),
                DomainScope::Below(domain) => DestinationScope::Below(domain),
            }),
            None => {
                diagnostics.error(GrantDestination {
                    text: text.value.clone(),
                    help: help(text, &["local", "any"], DESTINATIONS),
                    at: text.at.clone(),
                });
                None
            }
        },
    }
}

/// What a text names that is no word; nothing inside if that was told to be wrong.
enum Addresses {
    One(Option<Address>),
    Domain(Option<DomainScope>),
}

fn addresses(text: &Text, diagnostics: &mut Diagnostics) -> Option<Addresses> {
    if let Some(bare) = text.value.strip_prefix('@') {
        return Some(Addresses::Domain(name::domain_scope(
            text,
            bare,
            diagnostics,
        )));
    }
    let is_address = text.value.contains('@');
    is_address.then(|| Addresses::One(name::address(text, diagnostics)))
}

const SENDERS: &str = "write `own`, `local`, `null`, `any`, an address such as `john@example.org`, \
                       a domain such as `@example.org`, or in a network `@*.example.org` for all \
                       below it";
const DESTINATIONS: &str = "write `local`, `any`, an address such as `orders@partner.example`, a \
                            domain such as `@partner.example`, or `@*.partner.example` for all \
                            below it";

/// Says which of these words was meant, or what may be written.
fn help(text: &Text, words: &[&str], all: &str) -> String {
    match suggest::misspelt(&text.value, words) {
        Some(word) => format!("did you mean `{word}`?"),
        None => all.to_owned(),
    }
}

/// Returns the logins that the policy lists: those of mailboxes, and those of `login` nodes.
pub(super) fn logins(
    nodes: &[node::Login],
    domains: &Domains,
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Login> {
    let mut declared: BTreeMap<String, Login> = BTreeMap::new();
    for node in nodes {
        let grants = lower(&node.may_send, Holder::Login, host, diagnostics);
        let name = node.name.as_ref();
        let Some(name) = name.and_then(|name| name::login(name, diagnostics)) else {
            continue;
        };
        if let Some(first) = declared.get(&name.value) {
            diagnostics.error(LoginDuplicate {
                login: name.value,
                at: name.at,
                first: first.name.at.clone(),
            });
            continue;
        }
        let key = name.value.clone();
        let login = Login {
            name,
            mailboxes: Vec::new(),
            grants,
        };
        declared.insert(key, login);
    }
    let mut owners: Vec<(&Spanned<String>, Address)> = Vec::new();
    for domain in &domains.order {
        let mailboxes = domains.map.get(domain).into_iter();
        for (local, mailbox) in mailboxes.flat_map(|hosted| &hosted.mailboxes) {
            let Some(name) = &mailbox.login else {
                continue;
            };
            let address = Address::new(local.as_str(), domain.clone());
            match declared.get_mut(&name.value) {
                Some(login) => login.mailboxes.push(address),
                None => owners.push((name, address)),
            }
        }
    }
    // Stable: of several mailboxes the first to be declared gives the login its place.
    owners.sort_by(|(one, _), (other, _)| one.value.cmp(&other.value));
    let mut logins: Vec<Login> = declared.into_values().collect();
    for (name, address) in owners {
        match logins
            .last_mut()
            .filter(|last| last.name.value == name.value)
        {
            Some(login) => login.mailboxes.push(address),
            None => logins.push(Login {
                name: name.clone(),
                mailboxes: vec![address],
                grants: Vec::new(),
            }),
        }
    }
    for login in &mut logins {
        login.mailboxes.sort();
    }
    let named = logins
        .into_iter()
        .map(|login| (login.name.value.clone(), login));
    // Made at once, a map has no room to spare.
    let logins = named.collect();
    check_case(&logins, diagnostics);
    logins
}

/// Tells of logins that differ in case only: Postfix folds them (access(5)), Unix does not.
fn check_case(logins: &BTreeMap<String, Login>, diagnostics: &mut Diagnostics) {
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
            login: second.value.clone(),
            other: first.value.clone(),
            help: elsewhere(help, &second.at, &first.at),
            at: second.at.clone(),
            first: beside(&second.at, &first.at),
        });
    }
}

/// Warns, once for each, of logins that may send as anybody.
pub(super) fn check_anybody(
    logins: &BTreeMap<String, Login>,
    authenticated: &[Grant],
    diagnostics: &mut Diagnostics,
) {
    let all = logins.iter();
    let all = all.map(|(name, login)| (name.as_str(), login.grants.as_slice()));
    for (holder, grants) in all.chain([("authenticated", authenticated)]) {
        let is_any = |scope: &Spanned<SenderScope>| scope.value == SenderScope::Any;
        let at = grants.iter().find_map(|grant| {
            let word = grant.from.iter().find(|scope| is_any(scope));
            let unlimited = grant.from.is_empty().then_some(&grant.at);
            word.map(|word| &word.at).or(unlimited)
        });
        if let Some(at) = at {
            diagnostics.warn(LoginAnybody {
                holder: holder.to_owned(),
                at: at.clone(),
            });
        }
    }
}

/// Returns the rights of every login that has none of its own.
pub(super) fn authenticated(
    document: &Document,
    whole: &Loc,
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) -> Vec<Grant> {
    let node = document.authenticated.as_ref();
    let nodes = node
        .map(|node| node.may_send.as_slice())
        .unwrap_or_default();
    if !nodes.is_empty() {
        return lower(nodes, Holder::Login, host, diagnostics);
    }
    let auth = document.auth.as_ref().map(|auth| match auth {
        node::Auth::Saslauthd { at, .. } | node::Auth::Dovecot { at, .. } => at,
    });
    let at = node.map(|node| &node.at).or(auth).unwrap_or(whole).clone();
    vec![Grant {
        from: vec![Spanned::new(SenderScope::Own, at.clone())],
        to: Vec::new(),
        listeners: Vec::new(),
        needs_tls: false,
        at,
    }]
}
