//! `forbid` and `require`.

use super::{name, scenario};
use crate::diagnostic::Diagnostics;
use crate::mail::Listener;
use crate::policy::diagnostics::{ExceptionEmpty, LoginOrNull, ScopeInvalid};
use crate::policy::{
    Class, DomainScope, LoginScope, RecipientScope, ReversePathScope, Statement, StatementKind,
};
use crate::syntax::tree::Text;
use crate::syntax::{node, suggest};

/// Lowers the `forbid` and `require` nodes.
pub(super) fn lower(nodes: &[node::Statement], diagnostics: &mut Diagnostics) -> Vec<Statement> {
    nodes
        .iter()
        .filter_map(|node| lower_one(node, diagnostics))
        .collect()
}

fn lower_one(node: &node::Statement, diagnostics: &mut Diagnostics) -> Option<Statement> {
    let class = lower_class(&node.class, diagnostics);
    let except = node.except.iter().map(|one| exception(one, diagnostics));
    let except = except.collect();
    Some(Statement {
        name: node.name.clone()?,
        kind: if node.requires {
            StatementKind::Require
        } else {
            StatementKind::Forbid
        },
        class,
        except,
        at: node.at.clone(),
    })
}

/// Lowers an exception, which must name something: else nothing would be left to speak of.
fn exception(node: &node::Class, diagnostics: &mut Diagnostics) -> Class {
    let node::Class {
        clients,
        listeners,
        tls,
        login,
        from,
        to,
        spf,
        at,
    } = node;
    let lists = [clients, listeners, from, to, spf];
    if tls.is_none() && login.is_none() && lists.iter().all(|list| list.is_empty()) {
        diagnostics.error(ExceptionEmpty { at: at.clone() });
    }
    lower_class(node, diagnostics)
}

fn lower_class(node: &node::Class, diagnostics: &mut Diagnostics) -> Class {
    let clients = node
        .clients
        .iter()
        .filter_map(|text| name::prefix_or_address(text, diagnostics))
        .collect();
    let login = node.login.as_ref().map(|login| match &login.null {
        None => {
            let names = login.names.iter();
            let names = names.filter_map(|text| name::login(text, diagnostics));
            LoginScope::OneOf(names.map(|name| name.value.to_string()).collect())
        }
        Some(at) => {
            if !login.names.is_empty() {
                diagnostics.error(LoginOrNull { at: at.clone() });
            }
            LoginScope::None
        }
    });
    let from = node.from.iter().filter_map(|text| from(text, diagnostics));
    let from = from.collect();
    let to = node.to.iter().filter_map(|text| to(text, diagnostics));
    let to = to.collect();
    Class {
        clients,
        listeners: node
            .listeners
            .iter()
            .filter_map(|word| Listener::from_name(&word.value))
            .collect(),
        tls: node.tls,
        login,
        from,
        to,
        spf: node.spf.iter().filter_map(scenario::result).collect(),
        at: node.at.clone(),
    }
}

fn from(text: &Text, diagnostics: &mut Diagnostics) -> Option<ReversePathScope> {
    match text.value.as_str() {
        "null" => Some(ReversePathScope::Null),
        "local" => Some(ReversePathScope::Local),
        "foreign" => Some(ReversePathScope::Foreign),
        _ => match scope(text, "senders", &["null", "local", "foreign"], diagnostics)? {
            Scope::Address(address) => Some(ReversePathScope::Address(address)),
            Scope::Domain(DomainScope::Exactly(one)) => Some(ReversePathScope::Domain(one)),
            Scope::Domain(DomainScope::Below(one)) => Some(ReversePathScope::Below(one)),
        },
    }
}

fn to(text: &Text, diagnostics: &mut Diagnostics) -> Option<RecipientScope> {
    match text.value.as_str() {
        "listed" => Some(RecipientScope::Listed),
        "unlisted" => Some(RecipientScope::Unlisted),
        "foreign" => Some(RecipientScope::Foreign),
        _ => {
            let words = ["listed", "unlisted", "foreign"];
            match scope(text, "recipients", &words, diagnostics)? {
                Scope::Address(address) => Some(RecipientScope::Address(address)),
                Scope::Domain(DomainScope::Exactly(one)) => Some(RecipientScope::Domain(one)),
                Scope::Domain(DomainScope::Below(one)) => Some(RecipientScope::Below(one)),
            }
        }
    }
}

/// What is written of addresses, but for words.
enum Scope {
    Address(crate::mail::Address),
    Domain(DomainScope),
}

fn scope(
    text: &Text,
    kind: &'static str,
    words: &[&str],
    diagnostics: &mut Diagnostics,
) -> Option<Scope> {
    if let Some(bare) = text.value.strip_prefix('@') {
        return name::domain_scope(text, bare, diagnostics).map(Scope::Domain);
    }
    if text.value.contains('@') {
        return name::address(text, diagnostics).map(Scope::Address);
    }
    let help = suggest::nearest(&text.value, words).map_or_else(
        || {
            format!(
                "write {}, an address, `@` and a domain, or `@*.` and a domain",
                suggest::list(words)
            )
        },
        |nearest| format!("did you mean `{nearest}`?"),
    );
    diagnostics.error(ScopeInvalid {
        text: text.value.clone(),
        kind,
        help: Some(help),
        at: text.at.clone(),
    });
    None
}
