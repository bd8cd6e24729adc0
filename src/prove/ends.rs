//! Where mail for each address ends up, as tests: by the account of each of two deciders, and
//! whether their accounts differ.

use std::collections::BTreeMap;

use super::by_sender::{Asked, BySender};
use super::declared::Forwards;
use super::fork::Answers;
use super::keys::Keys;
use super::reach::Reach;
use super::side::Same;
use super::threads::in_parts;
use super::universe::TestNumber;
use crate::decision::{AddressKey, AddressTable, Decider, Destination, Label, Question, Row, Test};
use crate::mail::{Address, Domain};
use crate::source::Loc;

/// Domains that one thread asks about before it looks for more.
const DOMAINS_IN_PART: usize = 1 << 12;

/// What is said of an address: where its mail ends up by each side, and whether they differ.
type Said = (BySender<Reach>, BySender<Reach>, BySender<bool>);

/// What is said of addresses, as tests, and what their labels stand for.
pub(super) struct Ends {
    /// The tests: by the first side, by the second, and whether they differ.
    pub(super) tests: [Test; 3],
    /// Of the first side, and of the second.
    pub(super) reaches: [Vec<BySender<Reach>>; 2],
    /// Whether they differ.
    pub(super) differing: Vec<BySender<bool>>,
    /// The tests of either side that any of it hangs on.
    pub(super) asked: Vec<TestNumber>,
}

/// The test that says for which addresses two deciders know other destinations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Differing<'a> {
    pub(super) test: TestNumber,
    pub(super) said: &'a [BySender<bool>],
}

impl Differing<'_> {
    /// Returns whether mail for the recipients of some answers ends up elsewhere.
    pub(super) fn holds(&self, answers: &Answers<'_>) -> Result<bool, TestNumber> {
        let label = answers.get(self.test).ok_or(self.test)?;
        let said = self.said.get(label.0 as usize);
        said.map_or(Ok(true), |said| said.under(answers, true))
    }
}

/// A decider, and the number of its first test among those of all.
pub(super) type Numbered<'d> = (&'d dyn Decider, u32);

/// Asks deciders where mail for each address ends up.
///
/// SOUNDNESS: destinations differ by keys only (see [`Decider::destination_keys`]), and the keys of
/// all sides are asked here: every whole address, every local-part that is told apart by itself in
/// every domain, a fresh local-part of every domain, and a fresh domain.
pub(super) fn ends(
    (a, b): (Numbered<'_>, Option<Numbered<'_>>),
    same: Same,
    forwards: Forwards<'_>,
    keys: &Keys,
    at: &Loc,
) -> Ends {
    let (a, b) = (
        Asked::new(a.0, a.1),
        b.map(|(decider, offset)| Asked::new(decider, offset)),
    );
    let sides = (&a, b.as_ref());
    let say = |local: &str, domain: &Domain| {
        let address = Address::new(local, domain.clone());
        said_of(&address, sides, same, forwards)
    };
    let parts: Vec<&[String]> = keys.domains.chunks(DOMAINS_IN_PART).collect();
    let parts = in_parts(&parts, |domains| said(domains, keys, &say));
    let fresh = say(&keys.fresh_local, &Domain::literal(&keys.fresh_domain));
    let mut ours = Filling::new(fresh.0, at);
    let mut theirs = Filling::new(fresh.1, at);
    let mut differing = Filling::new(fresh.2, at);
    for (domain, rest, locals) in parts.into_iter().flatten() {
        ours.add(
            domain,
            &rest.0,
            locals.iter().map(|(local, said)| (*local, &said.0)),
        );
        theirs.add(
            domain,
            &rest.1,
            locals.iter().map(|(local, said)| (*local, &said.1)),
        );
        differing.add(
            domain,
            &rest.2,
            locals.iter().map(|(local, said)| (*local, &said.2)),
        );
    }
    let (one, ours) = ours.finish("where the mail ends up");
    let (two, theirs) = theirs.finish("where the mail ends up");
    let (three, differing) = differing.finish("destinations differ");
    Ends {
        tests: [one, two, three],
        reaches: [ours, theirs],
        differing,
        asked: a.asked().chain(b.iter().flat_map(Asked::asked)).collect(),
    }
}

fn said_of(
    address: &Address,
    (a, b): (&Asked<'_>, Option<&Asked<'_>>),
    same: Same,
    forwards: Forwards<'_>,
) -> Said {
    let reach = |side: &Asked<'_>, found: &[Destination]| {
        Reach::of(Some(address), found, (side.decider(), forwards))
    };
    let by = |side: &Asked<'_>| {
        let mut say = |found: Vec<Destination>| BySender::Always(reach(side, &found));
        side.say(address, &Reach::WORST, &mut say)
    };
    let Some(b) = b else {
        let ours = by(a);
        return (ours.clone(), ours, BySender::Always(false));
    };
    // Nearly always the sender does not matter: then each side is asked once.
    let all = a.say(address, &None, &mut |ours: Vec<Destination>| {
        let ours_reach = reach(a, &ours);
        let mut say = |theirs: Vec<Destination>| {
            let differs = !same(&ours, &theirs);
            BySender::Always(Some((ours_reach, reach(b, &theirs), differs)))
        };
        b.say(address, &None, &mut say)
    });
    if let BySender::Always(Some((ours, theirs, differs))) = all {
        let always = (BySender::Always(ours), BySender::Always(theirs));
        return (always.0, always.1, BySender::Always(differs));
    }
    let differs = a.say(address, &true, &mut |ours: Vec<Destination>| {
        let mut say = |theirs: Vec<Destination>| BySender::Always(!same(&ours, &theirs));
        b.say(address, &true, &mut say)
    });
    (by(a), by(b), differs)
}

/// What is said of a domain's fresh local-part, and of those that are told apart.
type SaidOf<'k> = (&'k str, Said, Vec<(&'k str, Said)>);

fn said<'k>(
    domains: &'k [String],
    keys: &'k Keys,
    say: &dyn Fn(&str, &Domain) -> Said,
) -> Vec<SaidOf<'k>> {
    let of = |domain: &'k String| {
        let name = Domain::literal(domain);
        let rest = say(&keys.fresh_local, &name);
        let special = keys.special(domain).into_iter();
        let special = special.map(|(local, _)| (local, say(local, &name)));
        let special = special.filter(|(_, said)| *said != rest);
        (domain.as_str(), rest.clone(), special.collect())
    };
    domains.iter().map(of).collect()
}

/// A table in the making, and what its labels stand for.
struct Filling<T> {
    table: AddressTable,
    fresh: Label,
    labels: BTreeMap<T, Label>,
    at: Loc,
}

impl<T: Clone + Ord> Filling<T> {
    fn new(fresh: T, at: &Loc) -> Self {
        let mut table = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
        table.otherwise(Row::new(Label::ABSENT, at.clone()));
        Self {
            table,
            fresh: Label::ABSENT,
            labels: BTreeMap::from([(fresh, Label::ABSENT)]),
            at: at.clone(),
        }
    }

    fn label(&mut self, said: &T) -> Label {
        if let Some(label) = self.labels.get(said) {
            return *label;
        }
        let label = Label(u32::try_from(self.labels.len()).unwrap_or(u32::MAX));
        self.labels.insert(said.clone(), label);
        label
    }

    fn add<'s>(&mut self, domain: &str, rest: &T, locals: impl Iterator<Item = (&'s str, &'s T)>)
    where
        T: 's,
    {
        let rest = self.label(rest);
        if rest != self.fresh {
            let row = Row::new(rest, self.at.clone());
            self.table.insert(AddressKey::Domain, domain, row);
        }
        for (local, said) in locals {
            let one = self.label(said);
            if one != rest {
                let row = Row::new(one, self.at.clone());
                self.table.insert_address(local, domain, row);
            }
        }
    }

    fn finish(self, name: &str) -> (Test, Vec<T>) {
        let mut said: Vec<(Label, T)> = self
            .labels
            .into_iter()
            .map(|(said, label)| (label, said))
            .collect();
        said.sort_unstable_by_key(|(label, _)| *label);
        let test = Test::new(name, Question::To(self.table), Some(self.at));
        (test, said.into_iter().map(|(_, said)| said).collect())
    }
}
