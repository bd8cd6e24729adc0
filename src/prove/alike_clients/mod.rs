//! Clients that others stand for: those of networks whose rights are alike, but for the names that
//! stand in them.
//!
//! A thousand networks with lists of their own are a thousand classes of clients, and under each of
//! them everything else is told apart once more. Two classes of clients are *alike* if tests that
//! belong to the rights of one can be put in the place of those of the other, so that all of this
//! holds:
//!
//! - the policy's decider and the files', each by itself, decide alike: every class that it tells
//!   apart of the one's envelopes is decided once more with the other's tests ([`replay`]);
//! - what is declared is the same but for these tests ([`Declared::rights_of`]);
//! - the same addresses exist for both: an address that the one's tests answer so is, by every test
//!   that belongs to nobody's rights, and by the logins that it is related to, like one that the
//!   other's answer so ([`Profiles`]).
//!
//! SOUNDNESS: take an envelope of a client that was left out. There is one of the client that
//! stands for it whose login, reverse-path and forward-path give the same answers: the tests of
//! rights theirs by place, all others their own. Other dimensions stay as they are. A decider is a
//! function of answers; the class that holds the second envelope was decided once more with answers
//! that the first gives, so both have the same decision. What follows of a decision - where mail
//! ends up, whether policy and files agree, what an obligation says - is asked of tests that belong
//! to nobody's rights, and of what is declared. So what holds of the second holds of the first.
//!
//! Nothing is taken from names, or from how files are made: whose test one is comes out of what
//! deciders ask. A client of which anything of this is not shown is visited as any other.

mod profile;
mod record;
mod replay;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use rustc_hash::FxBuildHasher;

use self::profile::{Profiles, Signature, partners};
use self::record::Record;
use self::replay::{Pairs, replay};
use super::declared::{CLIENT, Declared, Rights};
use super::side::number;
use super::threads::{in_parts, in_two};
use super::universe::{Axis, Dimension, TestNumber, Universe};
use crate::decision::{Decider, Label, Question, TestId};

/// Below this many classes of clients nothing is gained.
const CLIENTS_MIN: usize = 8;

/// How often those that are like no one yet get a first one of their own.
const ROUNDS_MAX: usize = 8;

/// A set of tests.
pub(super) type Tests = HashSet<TestNumber, FxBuildHasher>;

/// What clients are looked at over.
pub(super) struct Over<'a, 't> {
    pub(super) universe: &'a Universe<'t>,
    /// The deciders, each with the number of its first test.
    pub(super) sides: &'a [(&'a dyn Decider, u32)],
    /// What is declared, with the number of its first test.
    pub(super) declared: (&'a Declared<'a>, u32),
    /// Tests that where mail ends up hangs on.
    pub(super) asked_of_destinations: &'a [TestNumber],
    /// Tests that belong to nobody's rights: what where mail ends up hangs on, and what is declared
    /// of others than networks.
    pub(super) shared: &'a Tests,
}

/// Clients that may be alike: the first of them, and all with the tests that stand for its own.
struct Group {
    first: Record,
    members: Vec<Member>,
}

struct Member {
    /// The class of the client.
    class: u32,
    /// A test for each of [`Record::tests`] of the first.
    tests: Vec<TestNumber>,
}

/// Returns the classes of clients that others stand for, ascending.
pub(super) fn stood_for(over: &Over<'_, '_>) -> Vec<u32> {
    if over
        .clients()
        .is_none_or(|clients| clients.classes.len() < CLIENTS_MIN)
    {
        return Vec::new();
    }
    let is_client = |test: &TestNumber| over.universe.axis(*test) == Some(Axis::Client);
    if over.asked_of_destinations.iter().any(is_client) {
        return Vec::new();
    }
    let mut groups: Vec<Group> = Vec::new();
    let find_groups = || {
        for classes in over.declared_alike() {
            over.group(classes, &mut groups);
        }
    };
    let ((), partners) = in_two(find_groups, || partners(over.universe));
    let own = own_tests(&mut groups, over.shared);
    if own.is_empty() {
        return Vec::new();
    }
    let profiles = Profiles::new(over.universe, &own, partners);
    let mut left = Vec::new();
    for group in &groups {
        let signatures = in_parts(&group.members, |member| {
            Signature::of(&profiles, over.universe, &member.tests, &own)
        });
        let mut alike: BTreeMap<Signature, Vec<&Member>> = BTreeMap::new();
        for (signature, member) in signatures.into_iter().zip(&group.members) {
            alike.entry(signature).or_default().push(member);
        }
        for members in alike.into_values() {
            over.stand_for(group, members, &mut left);
        }
    }
    left.sort_unstable();
    left
}

/// Returns the tests that belong to somebody's rights: those that stand for another one. Who would
/// need a shared test for that is like nobody.
fn own_tests(groups: &mut [Group], shared: &Tests) -> Tests {
    let mut own = Tests::default();
    for Group { first, members } in groups {
        members.retain(|member| {
            let mut pairs = first.tests.iter().zip(&member.tests);
            pairs.all(|(a, b)| a == b || !(shared.contains(a) || shared.contains(b)))
        });
        let pairs = members
            .iter()
            .flat_map(|one| first.tests.iter().zip(&one.tests));
        let others = pairs.filter(|(a, b)| a != b);
        own.extend(others.flat_map(|(a, b)| [*a, *b]));
    }
    own
}

/// Returns whether a test looks at the address of a path.
fn is_of_path(universe: &Universe<'_>, test: TestNumber) -> bool {
    let test = universe.tests.get(test.index());
    let question = test.map(|test| &test.question);
    matches!(question, Some(Question::From(_) | Question::To(_)))
}

impl Over<'_, '_> {
    fn clients(&self) -> Option<&Dimension> {
        self.universe.dimensions.get(Axis::Client as usize)
    }

    /// Returns the label that a test has for a class of clients.
    fn label(&self, class: u32, test: TestNumber) -> Label {
        let clients = self.clients();
        let class =
            clients.and_then(|clients| Some((clients, clients.classes.get(class as usize)?)));
        class.map_or(Label::ABSENT, |(clients, class)| clients.label(class, test))
    }

    /// Returns what is declared of the rights of a class of clients.
    fn rights(&self, class: u32) -> Rights {
        let (declared, offset) = self.declared;
        declared.rights_of(self.label(class, number(offset, CLIENT)))
    }

    /// Returns the tests of paths that belong to the rights of a class of clients.
    fn tests_of_rights(&self, class: u32) -> Vec<TestNumber> {
        let (_, offset) = self.declared;
        let tests = self.rights(class).tests.into_iter();
        tests.map(|test| number(offset, test)).collect()
    }

    /// Returns classes of clients of which the same is declared, but for names: those that have
    /// lists of their own.
    fn declared_alike(&self) -> Vec<Vec<u32>> {
        let (declared, offset) = self.declared;
        let asked = (0..).map(TestId).zip(declared.tests());
        let others = asked
            .filter(|(test, one)| *test != CLIENT && matches!(one.question, Question::Client(_)));
        let others: Vec<TestNumber> = others.map(|(test, _)| number(offset, test)).collect();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        let mut numbers = HashMap::new();
        let classes = self.clients().map_or(0, |clients| clients.classes.len());
        for class in (0..).take(classes) {
            let rights = self.rights(class);
            if rights.tests.is_empty() {
                continue;
            }
            let others: Vec<Label> = others.iter().map(|test| self.label(class, *test)).collect();
            let group = *numbers.entry((rights.words, others)).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(group) {
                group.push(class);
            }
        }
        groups
    }

    /// Finds, for each client that is like the first one as far as some classes tell, the tests
    /// that stand for those of the first. Those that are not get a first one of their own.
    fn group(&self, mut classes: Vec<u32>, groups: &mut Vec<Group>) {
        for _ in 0..ROUNDS_MAX {
            let Some(first) = classes.first().filter(|_| classes.len() > 1) else {
                return;
            };
            let Some(first) = Record::new(self, *first) else {
                return;
            };
            let tests = in_parts(&classes, |class| self.tests_like(&first, *class));
            let (mut members, mut others) = (Vec::new(), Vec::new());
            for (class, tests) in classes.into_iter().zip(tests) {
                match tests {
                    Some(tests) => members.push(Member { class, tests }),
                    None => others.push(class),
                }
            }
            groups.push(Group { first, members });
            classes = others;
        }
    }

    /// Returns the tests of a client that stand for those of a record, as far as its telling
    /// classes show them.
    fn tests_like(&self, first: &Record, class: u32) -> Option<Vec<TestNumber>> {
        let mut pairs = Pairs::found_of(&self.tests_of_rights(class), first.tests.len());
        for (side, place) in &first.telling {
            let decided = first.sides.get(*side)?.get(*place)?;
            if !replay(self, *side, decided, class, &mut pairs) {
                return None;
            }
        }
        pairs.finish()
    }

    /// Lets the first of some members stand for those of which every class is decided as its own
    /// is. Of the others the first stands for some in turn.
    fn stand_for(&self, group: &Group, mut members: Vec<&Member>, left: &mut Vec<u32>) {
        for _ in 0..ROUNDS_MAX {
            let Some((first, others)) = members.split_first().filter(|(_, rest)| !rest.is_empty())
            else {
                return;
            };
            let recorded;
            let record = if first.class == group.first.class {
                &group.first
            } else {
                let Some(record) = Record::new(self, first.class) else {
                    return;
                };
                recorded = record;
                &recorded
            };
            let alike = in_parts(others, |member| self.is_alike(record, first, member));
            let (mut stood_for, mut rest) = (Vec::new(), Vec::new());
            for (member, is_alike) in others.iter().zip(alike) {
                if is_alike {
                    stood_for.push(member.class);
                } else {
                    rest.push(*member);
                }
            }
            left.extend(stood_for);
            members = rest;
        }
    }

    /// Returns whether every class of a record is decided for a member as for the one whose record
    /// it is.
    fn is_alike(&self, record: &Record, own: &Member, member: &Member) -> bool {
        let pairs = own.tests.iter().zip(&member.tests);
        let tests = record.tests.iter().map(|test| {
            let mut pairs = pairs.clone();
            pairs.find(|(own, _)| *own == test).map(|(_, other)| *other)
        });
        let mut pairs = Pairs::known(tests);
        let mut sides = record.sides.iter().enumerate();
        sides.all(|(side, all)| {
            let mut all = all.iter();
            all.all(|decided| replay(self, side, decided, member.class, &mut pairs))
        })
    }
}
