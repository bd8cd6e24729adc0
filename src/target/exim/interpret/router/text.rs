//! What conditions and strings of routers and transports are for an address that is known.

use std::collections::BTreeSet;

use super::sender::{Sender, asked};
use super::transport::TransportKind;
use super::walk::Walk;
use super::{Driver, Router};
use crate::decision::{Chooser, Question, Test, Unanswered};
use crate::mail::{Address, Path, without_extension};
use crate::target::exim::interpret::catalogue::Side;
use crate::target::exim::interpret::lookup::{Key, Lookup};
use crate::target::exim::interpret::rows::HOLDS;
use crate::target::exim::interpret::truth::{Facts, Truth, resolve};
use crate::target::exim::interpret::value::{Atom, Leaf, Part, PathAtom, Piece, Value};

/// Stands in a text for the home directory of the account whose name follows.
pub(super) const HOME: char = '\u{1}';

/// A text, or why there is none.
pub(super) enum Made {
    Is(String),
    Fail,
    Defer,
}

/// What is known of an address: itself.
pub(super) struct Known<'w> {
    pub(super) tests: &'w [Test],
    pub(super) address: &'w Address,
    /// What the client has written.
    pub(super) given: &'w BTreeSet<Chooser>,
    pub(super) sender: &'w dyn Sender,
}

impl Facts for Known<'_> {
    fn leaf(&mut self, leaf: &Leaf) -> Result<Truth, Unanswered> {
        if let Some(asked) = asked(leaf) {
            return self.sender.holds(asked).map(Truth::of);
        }
        let (local, domain) = (self.address.local(), self.address.domain().as_str());
        if let Leaf::Path(_, test) = leaf
            && let Some(Question::To(table)) = self.tests.get(test.index()).map(|one| &one.question)
        {
            let row = table.lookup(Some(local), Some(domain));
            return Ok(Truth::of(row.is_some_and(|row| row.label == HOLDS)));
        }
        if let Leaf::Form(Side::To, forms) = leaf {
            let form = Path::parse(&self.address.to_string(), &[]).form();
            return Ok(Truth::of(forms.contains(&form)));
        }
        if let Leaf::Given(chooser) = leaf {
            return Ok(Truth::of(self.given.contains(chooser)));
        }
        // Nothing else is asked of routers.
        Ok(Truth::No)
    }
}

impl Walk<'_> {
    /// Returns the text that a value is for an address.
    pub(super) fn text(&self, value: &Value, address: &Address, router: &Router) -> Made {
        let mut known = self.known(address);
        let pieces = match resolve(value, &mut known) {
            Ok(Value::Pieces(pieces)) => pieces,
            Ok(Value::Fail) => return Made::Fail,
            Ok(Value::Choice(..) | Value::Defer) | Err(_) => return Made::Defer,
        };
        let mut text = String::new();
        for piece in pieces {
            match self.piece(piece, address, router) {
                Made::Is(more) => text.push_str(&more),
                other @ (Made::Fail | Made::Defer) => return other,
            }
        }
        Made::Is(text)
    }

    /// Returns whether a part of a text is what the client has sent, which Exim takes for no path:
    /// it puts such mail off (section 9.2, "tainted"; appendfile.c and deliver.c of 4.96). What a
    /// list or a lookup was matched with is none.
    fn is_tainted(&self, value: &Value, address: &Address, router: &Router) -> bool {
        let mut known = self.known(address);
        let Ok(Value::Pieces(pieces)) = resolve(value, &mut known) else {
            return false;
        };
        let inner = |value: Option<&Value>| {
            value.is_some_and(|value| self.is_tainted(value, address, router))
        };
        pieces.iter().any(|piece| match piece {
            Piece::Atom(_) => true,
            Piece::AddressData => inner(router.address_data.as_ref()),
            Piece::Text(_)
            | Piece::Row(_)
            | Piece::LoginRow(_)
            | Piece::PasswdRow(_)
            | Piece::Home(_)
            | Piece::TransportHome
            | Piece::RouterData(_)
            | Piece::Variable(_)
            | Piece::ReceivedSpf
            | Piece::AuthenticationResults
            | Piece::Argument(_)
            | Piece::Password
            | Piece::Claimed
            | Piece::TxtRecords(_)
            | Piece::Chosen(_)
            | Piece::Opaque => false,
        })
    }

    /// Returns whether one of these values is.
    pub(super) fn is_one_tainted(
        &self,
        values: [Option<&Value>; 2],
        address: &Address,
        router: &Router,
    ) -> bool {
        let mut values = values.into_iter().flatten();
        values.any(|value| self.is_tainted(value, address, router))
    }

    fn piece(&self, piece: &Piece, address: &Address, router: &Router) -> Made {
        let inner = |value: Option<&Value>| match value {
            Some(value) => self.text(value, address, router),
            None => Made::Is(String::new()),
        };
        match piece {
            Piece::Text(text) => Made::Is(text.clone()),
            Piece::Atom(Atom::Path(atom)) if atom.side == Side::To => {
                Made::Is(part_of(address, *atom, router.cuts()))
            }
            Piece::Row(lookup) => match row(lookup, address, router.cuts()) {
                Some(text) => Made::Is(text),
                None => Made::Defer,
            },
            Piece::Home(name) => match self.text(name, address, router) {
                Made::Is(name) => Made::Is(format!("{HOME}{name}")),
                other @ (Made::Fail | Made::Defer) => other,
            },
            Piece::AddressData => inner(router.address_data.as_ref()),
            Piece::RouterData(Part::Local) => inner(router.local_part_data.as_ref()),
            Piece::RouterData(_) => inner(router.domain_data.as_ref()),
            Piece::TransportHome => {
                let Driver::Accept(delivery) = &router.driver else {
                    return Made::Defer;
                };
                let TransportKind::Store { home, .. } = &delivery.transport.kind else {
                    return Made::Defer;
                };
                match home.as_ref().or(delivery.home.as_ref()) {
                    Some(home) => self.text(home, address, router),
                    None => Made::Defer,
                }
            }
            Piece::Opaque
            | Piece::Chosen(_)
            | Piece::Atom(_)
            | Piece::PasswdRow(_)
            | Piece::Variable(_)
            | Piece::ReceivedSpf
            | Piece::AuthenticationResults
            | Piece::Argument(_)
            | Piece::LoginRow(_)
            | Piece::Password
            | Piece::Claimed
            | Piece::TxtRecords(_) => Made::Defer,
        }
    }
}

/// Returns what a lookup finds for an address; `cuts`: of a router that takes it without its
/// extension.
fn row(lookup: &Lookup, address: &Address, cuts: bool) -> Option<String> {
    let key = match &lookup.key {
        Key::Path(atom) if atom.side == Side::To => part_of(address, *atom, cuts),
        Key::Text(text) => text.clone(),
        Key::Path(_) | Key::Client | Key::Login | Key::Helo(_) => return None,
    };
    lookup.rows.find(&key).map(|row| row.value.to_string())
}

fn part_of(address: &Address, atom: PathAtom, cuts: bool) -> String {
    let local = address.local();
    let base = without_extension(local).filter(|_| cuts || atom.is_cut());
    let local = base.unwrap_or(local);
    match atom.part {
        Part::Whole => format!("{local}@{}", address.domain()),
        Part::Local => local.to_owned(),
        Part::Domain => address.domain().to_string(),
    }
}
