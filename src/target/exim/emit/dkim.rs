//! DKIM: Exim signs by itself what leaves for other hosts.
//!
//! Which domain and which key these are is looked up by the domain of From. What a lookup finds is
//! not tainted, so neither is a path that a message could have made (spec 4.96, section 9.3). From
//! of a stranger, whose mail a forward or a route for a domain lets leave, proves nothing: it is
//! signed only if the client may send, or it was made on the host itself, as what Exim writes back.

use super::Emission;
use super::clients::network_rows;
use super::main_section::path;
use super::service;
use super::table::Table;
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::{DkimKey, Policy};
use crate::source::Spanned;
use crate::target::exim::lexical::{Comment, Held, Key};
use crate::target::exim::view::DkimPart;
use crate::target::render::render;

/// Returns what the transport says, which is nothing if no domain has a key that signs; adds the
/// tables that it names.
pub(super) fn part(
    policy: &Policy,
    tables: &mut Vec<Table>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let mut selectors = Table::new("dkim-selectors", "Domains that sign, and their selectors.");
    let mut keys = Table::new("dkim-keys", "Selectors, and the keys that they sign with.");
    let mut first = None;
    for (domain, hosted) in &policy.domains {
        let signing: Vec<_> = hosted.publish.dkim.iter().filter_map(with_path).collect();
        let Some((one, _)) = signing.first() else {
            continue;
        };
        first.get_or_insert(&one.at);
        let names = signing.iter().map(|(key, _)| key.selector.value.as_str());
        let names = Held::selectors(&names.collect::<Vec<_>>());
        selectors.push(&Key::domain(domain), &names, Some(&one.at));
        for (key, file) in signing {
            // A path that cannot be written was told.
            if let Ok(file) = path(file, diagnostics) {
                let name = Key::selector(&key.selector.value, domain);
                keys.push(&name, &Held::path(&file), Some(&key.at));
            }
        }
    }
    let Some(first) = first else {
        return Ok(String::new());
    };
    let clients = clients(policy);
    let part = DkimPart {
        line: Comment::line(first),
        clients: clients.as_ref().map(Table::reference),
        domains: selectors.key_reference(),
        selectors: selectors.reference(),
        keys: keys.reference(),
    };
    tables.extend([selectors, keys]);
    tables.extend(clients);
    render(part, diagnostics)
}

/// Returns the table of the clients whose mail is signed: those of networks that may send.
fn clients(policy: &Policy) -> Option<Table> {
    let may_send = |number: usize| {
        let network = policy.networks.get(number)?;
        network.may_send().then_some(())
    };
    let rows = network_rows(policy, may_send);
    if rows.is_empty() {
        return None;
    }
    let mut table = Table::networks("dkim-clients", "Clients whose mail is signed.");
    for (net, signed, at) in rows {
        let held = signed.map_or_else(Held::no, |()| Held::yes());
        table.push(&Key::network(net), &held, at);
    }
    Some(table)
}

fn with_path(key: &DkimKey) -> Option<(&DkimKey, &Spanned<String>)> {
    Some((key, key.key.as_ref()?))
}

/// Lets Exim read the keys, which must be there.
pub(super) fn keys(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let domains = emission.policy.domains.values();
    let keys = domains.flat_map(|hosted| &hosted.publish.dkim);
    for (_, file) in keys.filter_map(with_path) {
        let word = path(file, diagnostics)?;
        service::readable(emission, &word);
        emission.artifacts.required_files.push(file.value.clone());
    }
    Ok(())
}
