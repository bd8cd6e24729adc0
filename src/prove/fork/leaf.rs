//! Leaves: states that were judged, and an envelope of each.

use super::{Ground, State};
use crate::decision::{Envelope, Question};
use crate::mail::{Address, Path};
use crate::prove::universe::{Axis, Class, Witness};
use crate::spf::SpfResult;

/// A leaf: a state that was judged.
#[derive(Debug)]
pub(in crate::prove) struct Leaf<'a, 't> {
    pub(in crate::prove) ground: &'a Ground<'a, 't>,
    pub(in crate::prove) state: &'a State,
    /// How many envelopes it stands for.
    pub(in crate::prove) envelopes: u128,
}

/// Tried pairs of a login and a reverse-path in search of one that no relation relates.
const PAIRS_TRIED: usize = 10_000;

impl Leaf<'_, '_> {
    /// Returns an envelope of the leaf: the witness that means least in each dimension.
    ///
    /// `None` if none was found that answers as the leaf does; then nothing is shown by it.
    pub(in crate::prove) fn witness(&self) -> Option<Envelope> {
        let (login, from) = self.pair()?;
        let Witness::Client(client) = self.first(Axis::Client)? else {
            return None;
        };
        let Witness::Session(listener, tls) = self.first(Axis::Session)? else {
            return None;
        };
        let Witness::Helo(helo) = self.first(Axis::Helo)? else {
            return None;
        };
        let Witness::Form(from_form) = self.first(Axis::FromForm)? else {
            return None;
        };
        let Witness::Form(to_form) = self.first(Axis::ToForm)? else {
            return None;
        };
        let Witness::Address(to) = self.first(Axis::To)? else {
            return None;
        };
        let spf = |axis| match self.first(axis) {
            Some(Witness::Spf(result)) => *result,
            _ => SpfResult::None,
        };
        let own = &self.ground.universe.own;
        Some(Envelope {
            client: *client,
            listener: *listener,
            tls: *tls,
            login,
            helo: helo.clone(),
            from: Path::spell(*from_form, &from, own),
            to: Path::spell(*to_form, to, own),
            spf: spf(Axis::SpfFrom),
            spf_helo: spf(Axis::SpfHelo),
        })
    }

    fn class(&self, axis: Axis, number: u32) -> Option<&Class> {
        self.ground
            .universe
            .dimensions
            .get(axis as usize)?
            .classes
            .get(number as usize)
    }

    fn first(&self, axis: Axis) -> Option<&Witness> {
        let set = self.ground.set(axis, self.state.number(axis))?;
        let first = set.members().next()?;
        self.class(axis, first).map(|one| &one.witness)
    }

    /// Returns a login and a reverse-path that are related as the leaf says.
    fn pair(&self) -> Option<(Option<String>, Address)> {
        let state = self.state;
        if state.is_related() {
            let mut found = None;
            state.each_cell(self.ground, |cell| {
                if found.is_none() && state.matches(cell) {
                    found = Some((Some(cell.login.clone()), cell.address.clone()));
                }
            });
            return found;
        }
        // What stands for the others of its class may be related, and one of them not.
        self.unrelated(1).or_else(|| self.unrelated(usize::MAX))
    }

    /// Returns the first login and reverse-path that are not related, of so many members of each
    /// class.
    fn unrelated(&self, members: usize) -> Option<(Option<String>, Address)> {
        let named = |axis| {
            let set = self.ground.set(axis, self.state.number(axis))?;
            let classes = set.members().filter_map(|one| self.class(axis, one));
            let witnesses = classes.flat_map(|one| {
                let others = one.members.iter().map(|(other, _)| other);
                let others = others.filter(|other| **other != one.witness);
                std::iter::once(&one.witness).chain(others).take(members)
            });
            Some(witnesses.take(PAIRS_TRIED).collect::<Vec<&Witness>>())
        };
        let (logins, froms) = (named(Axis::Login)?, named(Axis::From)?);
        let pairs = logins
            .iter()
            .flat_map(|login| froms.iter().map(move |from| (login, from)));
        pairs.take(PAIRS_TRIED).find_map(|(login, from)| {
            let (Witness::Login(login), Witness::Address(from)) = (login, from) else {
                return None;
            };
            let unrelated = login
                .as_ref()
                .is_none_or(|login| !self.relates(login, from));
            unrelated.then(|| (login.clone(), from.clone()))
        })
    }

    /// Returns whether a relation that the leaf knows relates the two.
    fn relates(&self, login: &str, from: &Address) -> bool {
        let universe = self.ground.universe;
        let (local, domain) = (from.local(), from.domain().as_str());
        (0..).zip(&universe.relations.tests).any(|(bit, test)| {
            let test = universe.tests.get(test.index());
            let question = test.map(|test| &test.question);
            self.state.knows(bit)
                && match question {
                    Some(Question::Owner(table)) => table.owns(login, local, domain),
                    Some(Question::OwnerOfDomain(table)) => table.owns_domain(login, domain),
                    _ => false,
                }
        })
    }
}
