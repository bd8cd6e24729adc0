//! The site that trees are of, and the files beside a policy.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use mailpol::compile::{emit, load};
use mailpol::decision::Decider;
use mailpol::diagnostic::Diagnostics;
use mailpol::mail::Listener;
use mailpol::policy::Policy;
use mailpol::simulate::{Answerer, Results};
use mailpol::source::{Files, Source};
use mailpol::target::{Artifacts, TARGETS, Target};

/// Files by name.
pub(crate) struct Beside(BTreeMap<String, Arc<Source>>);

impl Beside {
    pub(crate) fn nothing() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn these<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.into_iter();
        Self(
            files
                .map(|(name, text)| (name.to_owned(), Source::new(name, text)))
                .collect(),
        )
    }
}

impl Files for Beside {
    fn read(&self, name: &str) -> Result<Arc<Source>, String> {
        self.0
            .get(name)
            .cloned()
            .ok_or_else(|| "is missing".to_owned())
    }
}

/// A policy, and the tree that is emitted for it.
pub(crate) struct Site {
    pub(crate) target: &'static dyn Target,
    pub(crate) policy: Policy,
    pub(crate) tree: Artifacts,
    own: Vec<IpAddr>,
    listeners: Vec<Listener>,
    results: Results,
}

impl Site {
    /// Returns who answers envelopes for the host by this decider.
    pub(crate) fn answerer<'a>(&'a self, decider: &'a dyn Decider) -> Answerer<'a> {
        Answerer {
            decider,
            own: &self.own,
            listeners: &self.listeners,
            results: &self.results,
        }
    }
}

/// Returns the site of a target, made once.
pub(crate) fn site(name: &'static str) -> &'static Site {
    static POSTFIX: OnceLock<Site> = OnceLock::new();
    static EXIM: OnceLock<Site> = OnceLock::new();
    let cell = if name == "exim" { &EXIM } else { &POSTFIX };
    cell.get_or_init(|| made(name))
}

fn made(name: &str) -> Site {
    let target = TARGETS.iter().find(|target| target.name() == name);
    let target = *target.expect("the target is one");
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", include_str!("../../examples/doe/policy.kdl"));
    let policy = load(&source, &Beside::nothing(), &mut diagnostics).expect("the policy is good");
    let tree = emit(&policy, target, &mut diagnostics).expect("the policy is proved");
    let host = &policy.host;
    let own = host.addresses.iter().map(|one| one.value).collect();
    let listeners = host.listeners.iter().map(|one| one.value).collect();
    // Nobody publishes anything.
    let results = Results::new(&[], host.name.value.as_str());
    Site {
        target,
        policy,
        tree,
        own,
        listeners,
        results,
    }
}
