//! Names that no table says: below those that it says, and elsewhere.

use mailpol::decision::{AddressKey, AddressTable, Ask, Label, NameTable, Question, Route, TestId};
use mailpol::mail::PathForm;

use crate::planted::{EXTRA, Planted, accept, is_seen, policy, row, to_is};

/// The files relay to a plain path for which a further test gives 1.
#[track_caller]
fn relaying_by_is_seen(question: Question) {
    let policy = policy(&["doe.example"], false);
    let hole = |ask: &mut dyn Ask| {
        let hit = to_is(ask, PathForm::Plain)? && ask.ask(TestId(EXTRA))? == Label(1);
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    is_seen(
        &policy,
        &Planted::new(&policy, vec![question], Box::new(hole)),
    );
}

/// `.example.org` relays, but `sub.example.org` and what is below it does not.
#[test]
fn a_parent_domain_that_relays_is_seen_beside_a_sub_domain_that_does_not() {
    let mut table = AddressTable::new(&[AddressKey::Domain, AddressKey::Parent]);
    table.insert(AddressKey::Domain, "sub.example.org", row(2));
    table.insert(AddressKey::Parent, "sub.example.org", row(2));
    table.insert(AddressKey::Parent, "example.org", row(1));
    relaying_by_is_seen(Question::To(table));
}

/// Everything relays but one top-level domain, in which all names of the proof happen to lie.
#[test]
fn a_fresh_domain_is_below_no_parent_that_a_table_names() {
    let mut table = AddressTable::new(&[AddressKey::Domain, AddressKey::Parent]);
    for top in ["example", "invalid", "test"] {
        table.insert(AddressKey::Domain, top, row(2));
        table.insert(AddressKey::Parent, top, row(2));
    }
    table.otherwise(row(1));
    relaying_by_is_seen(Question::To(table));
}

/// A HELO name opens the relay, but `sub.helo.example` and what is below it does not.
#[test]
fn a_helo_name_that_relays_is_seen_beside_one_that_does_not() {
    let name = |text: &str, label| (text.to_owned(), row(label));
    let closed = ["below.helo.org", "sub.helo.org", "helo.org"];
    let table = NameTable::new(
        closed.map(|text| name(text, 2)),
        [
            name("below.helo.org", 2),
            name("sub.helo.org", 2),
            name("helo.org", 1),
        ],
    );
    relaying_by_is_seen(Question::Helo(table));
}

/// All HELO names below `.example` are harmless; `mail.example` is among them.
#[test]
fn a_fresh_helo_name_is_below_no_parent_that_a_table_names() {
    let policy = policy(&["doe.example"], false);
    let row = ("example".to_owned(), row(2));
    let table = NameTable::new([], [row]);
    let hole = |ask: &mut dyn Ask| {
        let hit = to_is(ask, PathForm::Plain)? && ask.ask(TestId(EXTRA))? == Label::ABSENT;
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    let planted = Planted::new(&policy, vec![Question::Helo(table)], Box::new(hole));
    is_seen(&policy, &planted);
}
