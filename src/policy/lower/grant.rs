//! `may-send`, `login` and `authenticated`: who may send as whom.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::domain::Domains;
use super::name;
use crate::diagnostic::Diagnostics;
use crate::mail::Address;
use crate::policy::diagnostics::{LoginCase, LoginDuplicate, SenderInvalid, beside, elsewhere};
use crate::policy::{Grant, Login, SenderScope};
use crate::source::{Loc, Spanned};
use crate::syntax::tree::{Text, part};
use crate::syntax::{Document, node};

/// Lowers the `may-send` node of a login.
fn lower(node: &node::MaySend, diagnostics: &mut Diagnostics) -> Grant {
    let from = node
        .from
        .iter()
        .filter_map(|text| {
            let scope = sender(text, diagnostics)?;
            Some(Spanned::new(scope, text.at.clone()))
        })
        .collect();
    Grant {
        from,
        at: node.at.clone(),
    }
}

fn sender(text: &Text, diagnostics: &mut Diagnostics) -> Option<SenderScope> {
    match text.value.as_str() {
        "any" => Some(SenderScope::Any),
        "own" => Some(SenderScope::Own),
        other if other.starts_with('@') => {
            let bare = Spanned::new(
                other.trim_start_matches('@').to_owned(),
                part(text, 1, other.len()),
            );
            name::domain(&bare, diagnostics).map(SenderScope::Domain)
        }
        other if other.contains('@') => name::address(text, diagnostics).map(SenderScope::Address),
        _ => {
            diagnostics.error(SenderInvalid {
                text: text.value.clone(),
                at: text.at.clone(),
            });
            None
        }
    }
}

/// Returns the logins that the policy lists: those of mailboxes, and those of `login` nodes.
pub(super) fn logins(
    nodes: &[node::Login],
    domains: &Domains,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Login> {
    let mut logins: BTreeMap<String, Login> = BTreeMap::new();
    let mut declared: BTreeMap<String, Loc> = BTreeMap::new();
    for node in nodes {
        let grant = node.may_send.as_ref().map(|node| lower(node, diagnostics));
        let Some(name) = name::login(&node.name, diagnostics) else {
            continue;
        };
        if let Some(first) = declared.get(&name.value) {
            diagnostics.error(LoginDuplicate {
                login: name.value,
                at: node.name.at.clone(),
                first: first.clone(),
            });
            continue;
        }
        declared.insert(name.value.clone(), name.at.clone());
        let key = name.value.clone();
        let login = Login {
            name,
            mailboxes: Vec::new(),
            grant,
        };
        logins.insert(key, login);
    }
    for domain in &domains.order {
        let mailboxes = domains.map.get(domain).into_iter();
        for (local, mailbox) in mailboxes.flat_map(|hosted| &hosted.mailboxes) {
            let Some(name) = &mailbox.login else {
                continue;
            };
            let login = logins.entry(name.value.clone()).or_insert_with(|| Login {
                name: name.clone(),
                mailboxes: Vec::new(),
                grant: None,
            });
            login
                .mailboxes
                .push(Address::new(local.as_str(), domain.clone()));
        }
    }
    for login in logins.values_mut() {
        login.mailboxes.sort();
    }
    check_case(&logins, diagnostics);
    logins
}

/// Tells of logins that differ in case only: Postfix folds them (access(5)), Unix does not.
fn check_case(logins: &BTreeMap<String, Login>, diagnostics: &mut Diagnostics) {
    let mut folded: HashMap<String, &Login> = HashMap::with_capacity(logins.len());
    for login in logins.values() {
        let key = login.name.value.to_ascii_lowercase();
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

/// Returns the right of every login that has none of its own.
pub(super) fn authenticated(
    document: &Document,
    whole: &Loc,
    diagnostics: &mut Diagnostics,
) -> Grant {
    let node = document.authenticated.as_ref();
    if let Some(may_send) = node.and_then(|node| node.may_send.as_ref()) {
        return lower(may_send, diagnostics);
    }
    let auth = document.auth.as_ref().map(|auth| match auth {
        node::Auth::Saslauthd { at, .. } | node::Auth::Dovecot { at, .. } => at,
    });
    let at = node.map(|node| &node.at).or(auth).unwrap_or(whole).clone();
    Grant {
        from: vec![Spanned::new(SenderScope::Own, at.clone())],
        at,
    }
}
