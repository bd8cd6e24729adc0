//! Single envelopes in a comparison: where they lie, and what both sides say of them.

use std::collections::BTreeSet;

use super::copies::same_copies;
use super::{Contrast, Facet, Pair, Party, Said};
use crate::decision::{Destination, Envelope, Label, OwnerTable, Probe, Question, Verdict, answer};
use crate::prove::counterexample::{Closed, Counterexample, Decided};
use crate::prove::declared;
use crate::prove::universe::{Axis, TestNumber};

/// Returns the pairs of a table.
fn owned(table: &OwnerTable) -> BTreeSet<(String, String)> {
    let logins: Vec<&str> = table.logins().collect();
    let name = |number: &u32| {
        let login = logins.get(*number as usize);
        login.copied().unwrap_or_default().to_owned()
    };
    let rows = table.addresses().iter();
    let rows = rows.filter_map(|(local, domain, owner)| {
        Some((name(owner.as_ref()?), format!("{local}@{domain}")))
    });
    let mut pairs: BTreeSet<(String, String)> = rows.collect();
    for domain in table.domains() {
        let owners = table.numbers_of_domain(Probe::new(domain)).iter();
        pairs.extend(owners.map(|owner| (name(owner), format!("@{domain}"))));
    }
    pairs
}

impl Contrast<'_, '_> {
    /// Returns the point of the universe that an envelope is, one class of each facet. None if no
    /// class answers as it does: that would be a fault of the proof.
    pub fn point(&self, envelope: &Envelope) -> Option<[u32; 8]> {
        let label = |test: TestNumber| -> Option<Label> {
            let test = self.universe.tests.get(test.index())?;
            Some(answer(&test.question, envelope).0)
        };
        let class = |axis: Axis| {
            let tests = self.universe.tests_of(axis);
            let dimension = self.universe.dimensions.get(axis as usize)?;
            dimension.find(&tests, &label)
        };
        let related = self.related(envelope)?;
        let sender = (class(Axis::FromForm)?, class(Axis::From)?);
        let recipient = (class(Axis::ToForm)?, class(Axis::To)?);
        Some([
            class(Axis::Client)?,
            class(Axis::Session)?,
            class(Axis::Login)?,
            class(Axis::Helo)?,
            self.member(Facet::Sender, sender.0, sender.1, related),
            self.member(Facet::Recipient, recipient.0, recipient.1, 0),
            class(Axis::SpfFrom)?,
            class(Axis::SpfHelo)?,
        ])
    }

    /// Returns the class of a login.
    pub fn class_of_login(&self, login: &str) -> Option<u32> {
        let label = |test: TestNumber| -> Option<Label> {
            let Question::Login(table) = &self.universe.tests.get(test.index())?.question else {
                return None;
            };
            Some(table.lookup(login).map_or(Label::ABSENT, |row| row.label))
        };
        let dimension = self.universe.dimensions.get(Axis::Login as usize)?;
        dimension.find(&self.universe.tests_of(Axis::Login), &label)
    }

    /// Returns the logins of some classes: all that any table of both sides names.
    pub fn logins_of(&self, classes: &BTreeSet<u32>) -> BTreeSet<&str> {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for test in &self.universe.tests {
            if let Question::Login(table) = &test.question {
                names.extend(table.keys());
            } else if let Question::Owner(table) = &test.question {
                names.extend(table.logins());
            }
        }
        let is_of = |login: &&str| {
            let class = self.class_of_login(login);
            class.is_some_and(|class| classes.contains(&class))
        };
        names.into_iter().filter(is_of).collect()
    }

    /// Returns the pairs of a login and an address, or `@` and a domain, that it owns by what the
    /// policies declare, before and after.
    pub fn declared_owners(&self) -> [BTreeSet<(String, String)>; 2] {
        self.declared.map(|declared| {
            let number = TestNumber(declared + declared::OWNER.0);
            let test = self.universe.tests.get(number.index());
            match test.map(|test| &test.question) {
                Some(Question::Owner(table)) => owned(table),
                _ => BTreeSet::new(),
            }
        })
    }

    /// Returns which relations hold between the login and the reverse-path of an envelope; of a
    /// path without an address only those count that ask for less.
    fn related(&self, envelope: &Envelope) -> Option<u32> {
        let (mut holds, mut asked) = (0_u64, 0_u64);
        for (bit, test) in (0_u32..).zip(&self.universe.relations.tests) {
            let question = &self.universe.tests.get(test.index())?.question;
            let form = envelope.from.form();
            let whole = !matches!(question, Question::OwnerOfDomain(_));
            let meant = if whole {
                form.has_address()
            } else {
                form.has_domain()
            };
            let mask = 1_u64.checked_shl(bit)?;
            if meant {
                asked |= mask;
            }
            if answer(question, envelope).0 != Label::ABSENT {
                holds |= mask;
            }
        }
        let matches = |pattern: &u64| pattern & asked == holds & asked;
        let related = self.patterns.iter().position(matches)?;
        u32::try_from(related).ok()
    }

    /// Decides an envelope concretely: what both sides say, and where accepted mail goes.
    pub fn concretely(&self, envelope: &Envelope) -> Option<(Pair, [Vec<Destination>; 2])> {
        let decide = |party: &Party<'_>| -> Option<Option<Decided>> {
            if !party.opens(envelope.listener) {
                return Some(None);
            }
            Decided::by(party.name, party.decider, envelope).map(Some)
        };
        let [before, after] = &self.parties;
        let (before, after) = (decide(before)?, decide(after)?);
        let said = |one: &Option<Decided>| {
            one.as_ref()
                .map_or(Said::Closed, |one| Said::of(&one.decision))
        };
        let ends = |one: &Option<Decided>| {
            let accepted = one
                .as_ref()
                .filter(|one| one.decision.verdict == Verdict::Accept);
            accepted
                .map(|one| one.destinations.clone())
                .unwrap_or_default()
        };
        let (from, to) = (ends(&before), ends(&after));
        let both = said(&before).accepts() && said(&after).accepts();
        let pair = Pair {
            before: said(&before),
            after: said(&after),
            moved: both && !same_copies(&from, &to),
        };
        Some((pair, [from, to]))
    }

    /// Returns the dialogue of an envelope, with what both sides say of it.
    pub fn dialogue(&self, envelope: &Envelope) -> Counterexample {
        let is_open = |party: &&Party<'_>| party.opens(envelope.listener);
        let open = self.parties.iter().filter(is_open);
        let decided = open.filter_map(|party| decided(party, envelope));
        let [before, _] = &self.parties;
        // A side that opens by files, or not at all, what its policy declares has no such place.
        let is_closed = |party: &&Party<'_>| {
            let mut declared = party.policy.host.listeners.iter();
            !is_open(party) && declared.all(|one| one.value != envelope.listener)
        };
        let closed = self.parties.iter().find(is_closed);
        Counterexample {
            envelope: envelope.clone(),
            decided: decided.collect(),
            closed: closed.map(|party| Closed {
                who: party.name.to_owned(),
                first: std::ptr::eq(party, before),
                at: party.policy.host.listens().clone(),
            }),
        }
    }
}

/// Returns what a side decides, and where. Of files that are made of a policy, that is where the
/// policy decides so, or the raw text by which the files decide otherwise.
fn decided(party: &Party<'_>, envelope: &Envelope) -> Option<Decided> {
    let mut decided = Decided::by(party.name, party.decider, envelope)?;
    let Some((made, decides)) = party.made.and_then(|made| Some((made, made.decides()?))) else {
        return Some(decided);
    };
    let policy = Decided::by(party.name, decides, envelope)?;
    let same = |one: &Decided| (one.decision.verdict, one.decision.because);
    if same(&policy) == same(&decided) {
        decided.at = policy.at;
    } else {
        let raw = decided.at.as_ref().and_then(|at| made.by_hand(at));
        decided.at = raw.or_else(|| made.reason()).or(decided.at);
    }
    Some(decided)
}
