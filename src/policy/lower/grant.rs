//! `may-send`, `login` and `authenticated`: who may send as whom, where to, and how.

use super::name;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Listener};
use crate::policy::diagnostics::{
    GrantBelow, GrantDestination, GrantListener, GrantMany, GrantTls, LoginAnybody, NetworkSenders,
    SenderInvalid,
};
use crate::policy::{DestinationScope, DomainScope, Grant, Host, Logins, SenderScope};
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

/// Warns, once for each, of logins that may send as anybody.
pub(super) fn check_anybody(
    logins: Option<&Logins>,
    authenticated: &[Grant],
    diagnostics: &mut Diagnostics,
) {
    let all = logins.into_iter().flat_map(Logins::iter);
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
