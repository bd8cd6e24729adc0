//! Which reverse-paths the answers of a decider's tests are about, for the question whether a
//! stranger can have one of them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::decision::{AddressKey, AddressTable, Decider, Label, Question};
use crate::mail::{Address, Domain, PathForm};
use crate::policy::Policy;
use crate::prove::keys::Keys;

/// So many of our own senders of a row are tried.
const TRIED_MAX: usize = 8;

/// Reverse-paths: some forms of some addresses. A foreign address stands for all that are not of
/// ours.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    pub(super) forms: Vec<PathForm>,
    pub(super) from: Vec<Address>,
}

impl Paths {
    /// Every reverse-path, as far as nothing is known of it.
    pub(super) fn all(keys: &Keys) -> Self {
        let fresh = Address::new(&keys.fresh_local, Domain::literal(&keys.fresh_domain));
        Self {
            forms: PathForm::ALL.to_vec(),
            from: vec![fresh],
        }
    }
}

/// By label: senders of ours, the first of them; none of a label that others have too.
type Ours = BTreeMap<Label, Option<Vec<Address>>>;

/// What is known of the tests of a decider, where they were asked for.
pub(super) struct OfTests(Vec<OnceLock<Ours>>);

impl OfTests {
    /// Returns what is known of a decider's tests.
    pub(super) fn new(decider: &dyn Decider) -> Self {
        Self(decider.tests().iter().map(|_| OnceLock::new()).collect())
    }

    /// Returns those of some reverse-paths of which a test answers this.
    pub(super) fn under(
        &self,
        paths: &Paths,
        (decider, policy, keys): (&dyn Decider, &Policy, &Keys),
        test: usize,
        label: Label,
    ) -> Paths {
        let mut paths = paths.clone();
        let question = decider.tests().get(test).map(|test| &test.question);
        match (question, self.0.get(test)) {
            (Some(Question::FromForm), _) => {
                paths.forms.retain(|form| Label(form.index()) == label);
            }
            (Some(Question::FromKind(table)), _) => {
                paths.forms.retain(|form| table.lookup(*form) == label);
            }
            (Some(Question::From(table)), Some(cell)) => {
                let all = cell.get_or_init(|| ours(table, policy, keys));
                if let Some(Some(ours)) = all.get(&label) {
                    paths.from.clone_from(ours);
                }
            }
            // Destinations ask nothing else.
            _ => {}
        }
        paths
    }
}

/// Returns the labels that no reverse-path has but such as are in domains of ours.
fn ours(table: &AddressTable, policy: &Policy, keys: &Keys) -> Ours {
    let mut all = Ours::new();
    let mut add = |local: &str, domain: &str| {
        let row = table.lookup(Some(local), Some(domain));
        let label = row.map_or(Label::ABSENT, |row| row.label);
        let domain = Domain::literal(domain);
        if !policy.domains.contains_key(&domain) {
            all.insert(label, None);
        } else if let Some(some) = all.entry(label).or_insert_with(|| Some(Vec::new()))
            && some.len() < TRIED_MAX
        {
            some.push(Address::new(local, domain));
        }
    };
    let fresh = keys.fresh_local.as_str();
    add(fresh, &keys.fresh_domain);
    table.each_key(AddressKey::Domain, &mut |domain| add(fresh, domain));
    table.each_key(AddressKey::Address, &mut |address| {
        if let Some((local, domain)) = address.rsplit_once('@') {
            add(local, domain);
        }
    });
    // What is below a domain, and a local-part wherever it is, is others' as well.
    table.each_key(AddressKey::Parent, &mut |above| {
        add(fresh, &format!("{fresh}.{above}"));
    });
    table.each_key(AddressKey::Local, &mut |local| {
        add(local, &keys.fresh_domain);
    });
    all
}
