//! The sites that trees are of, and the files beside a policy.

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

/// The key that `house` publishes.
const PUBLIC_KEY: (&str, &str) = ("house.pub", include_str!("../sites/house.pub"));

/// The policies whose trees are tried. Together they have every kind of file that is built of any:
/// `tests/fuzzed.rs` holds them to it.
const POLICIES: [(&str, &str); 4] = [
    ("doe", include_str!("../../examples/doe/policy.kdl")),
    ("house", include_str!("../sites/house.kdl")),
    ("quiet", include_str!("../sites/quiet.kdl")),
    ("shop", include_str!("../../examples/shop/policy.kdl")),
];

/// The targets.
const NAMES: [&str; 2] = ["postfix", "exim"];

/// Returns the names of all sites.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    POLICIES.iter().map(|(name, _)| *name)
}

/// Returns a policy of this name, if it is one of the sites, as it is read.
pub(crate) fn policy(name: &str) -> Option<Policy> {
    let (_, text) = POLICIES.iter().find(|(other, _)| *other == name)?;
    let source = Source::new("policy.kdl", *text);
    let loaded = load(
        &source,
        &Beside::these([PUBLIC_KEY]),
        &mut Diagnostics::new(),
    );
    Some(loaded.expect("the policy is good"))
}

/// Returns the site of this name on a target, made once; nothing if there is none.
pub(crate) fn site(name: &str, target: &str) -> Option<&'static Site> {
    static SITES: [[OnceLock<Site>; POLICIES.len()]; NAMES.len()] =
        [const { [const { OnceLock::new() }; POLICIES.len()] }; NAMES.len()];
    let of_target = NAMES.iter().position(|one| *one == target)?;
    let of_site = names().position(|one| one == name)?;
    let cell = &SITES[of_target][of_site];
    Some(cell.get_or_init(|| made(policy(name).expect("the site is one"), target)))
}

fn made(policy: Policy, name: &str) -> Site {
    let target = TARGETS.iter().find(|target| target.name() == name);
    let target = *target.expect("the target is one");
    let mut diagnostics = Diagnostics::new();
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
