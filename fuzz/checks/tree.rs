//! Trees in which one file is another.

use mailpol::diagnostic::Diagnostics;
use mailpol::mail::Listener;
use mailpol::policy::PolicyDecider;
use mailpol::simulate::{Answerer, CATALOGUE, Results, attack};

use super::{site::Site, told};

/// The first octet says which file of the tree is the rest. The reader takes the tree or refuses
/// it; of what it takes, every envelope is answered.
pub(crate) fn check(site: &Site, data: &[u8]) {
    let Some((which, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let path = &site.paths[usize::from(*which) % site.paths.len()];
    let mut tree = site.tree.clone();
    tree.add(path, 0o644, text);
    let mut diagnostics = Diagnostics::new();
    let reading = site.target.interpret(&tree, &mut diagnostics);
    let Some(reading) = told(reading, &diagnostics) else {
        return;
    };
    let host = &site.policy.host;
    let own: Vec<_> = host.addresses.iter().map(|one| one.value).collect();
    let listeners: Vec<Listener> = host.listeners.iter().map(|one| one.value).collect();
    let results = Results::new(&[], &host.name.value.to_string());
    let mut answerer = Answerer {
        decider: reading.decider.as_ref(),
        own: &own,
        listeners: &listeners,
        results: &results,
    };
    let policy = PolicyDecider::new(&site.policy);
    for one in CATALOGUE {
        answerer.decider = reading.decider.as_ref();
        attack(one, &site.policy, &answerer).expect("every envelope is answered");
        answerer.decider = &policy;
        attack(one, &site.policy, &answerer).expect("every envelope is answered");
    }
}
