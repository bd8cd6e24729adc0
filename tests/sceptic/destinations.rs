//! Where accepted mail ends up.

use mailpol::decision::{
    AddressKey, AddressTable, Ask, At, Because, Copies, Decision, Destination, Hop, Label,
    Question, Route, Store, Unanswered,
};
use mailpol::mail::{Address, Listener, PathForm};
use mailpol::prove::Answer;

use crate::planted::{
    CLIENT, Hole, Planted, RECIPIENT, accept, answer, domain, from_is_plain, is_seen, listener_is,
    policy, report, row, to_is,
};

/// Ordinary mail of a client inside, on port 25.
fn comes_from_inside(ask: &mut dyn Ask) -> Result<bool, Unanswered> {
    Ok(to_is(ask, PathForm::Plain)?
        && listener_is(ask, Listener::Smtp)?
        && from_is_plain(ask)?
        && ask.ask(CLIENT)? == Label(1))
}

/// No hole.
fn honest() -> Box<Hole> {
    Box::new(|_| Ok(None))
}

/// A catch-all domain in which one address, known to a transport table alone, leaves the host.
#[test]
fn a_destination_that_no_test_names_is_seen() {
    let policy = policy(&["doe.example"], true);
    let mut planted = Planted::new(&policy, vec![], honest());
    let key = Address::new("secret", domain("doe.example"));
    planted.destination = Some((key, vec![Destination::Hop(Hop::other("evil.example"))]));
    let report = is_seen(&policy, &planted);
    assert!(matches!(
        answer(&report, "no-open-relay"),
        Answer::Refuted(_)
    ));
}

/// A local-part that a table names by itself, in a domain with a catch-all, leaves the host.
#[test]
fn a_destination_of_a_named_local_part_is_seen() {
    let policy = policy(&["doe.example"], true);
    let mut table = AddressTable::new(&[AddressKey::Local]);
    table.insert(AddressKey::Local, "abuse", row(1));
    let mut planted = Planted::new(&policy, vec![Question::To(table)], honest());
    planted.names_destination = false;
    let key = Address::new("abuse", domain("doe.example"));
    planted.destination = Some((key, vec![Destination::Hop(Hop::other("evil.example"))]));
    is_seen(&policy, &planted);
}

/// Mail that leaves and bounces breaks both obligations, and not the worse one only.
#[test]
fn mail_that_leaves_and_bounces_breaks_both() {
    let policy = policy(&["doe.example"], false);
    let mut planted = Planted::new(&policy, vec![], honest());
    let key = Address::new("jane", domain("doe.example"));
    let both = vec![
        Destination::Exchangers("evil.example".into()),
        Destination::Undeliverable,
    ];
    planted.destination = Some((key, both));
    let report = report(&policy, &planted);
    for name in ["no-open-relay", "no-backscatter"] {
        assert!(
            matches!(answer(&report, name), Answer::Refuted(_)),
            "{name}"
        );
    }
}

/// Mail that is accepted as it must be, and copied for somebody outside.
#[test]
fn a_copy_for_somebody_else_is_seen() {
    let policy = policy(&["doe.example"], false);
    let hole = |ask: &mut dyn Ask| {
        let hit = comes_from_inside(ask)? && ask.ask(RECIPIENT)? != Label::ABSENT;
        let spy = Address::new("spy", domain("elsewhere.example"));
        let mut copies = Copies::default();
        copies.add(spy, At::Row(RECIPIENT));
        Ok(hit.then(|| Decision {
            because: Because::Granted,
            copies,
            ..accept(Route::Recipient)
        }))
    };
    let planted = Planted::new(&policy, vec![], Box::new(hole));
    let report = report(&policy, &planted);
    for name in [
        "copies-as-declared",
        "forwards-as-declared",
        "policy-equals-files",
    ] {
        assert!(
            matches!(answer(&report, name), Answer::Refuted(_)),
            "{name}"
        );
    }
}

/// Both sides say that a bare recipient is one of ours, but keep its mail in two places.
#[test]
fn the_same_local_part_elsewhere_is_compared_by_its_destinations() {
    let policy = policy(&["doe.example", "roe.example"], true);
    let hole = |ask: &mut dyn Ask| {
        // Where the policy says `Recipient`, the files name the domain; so no side is equal.
        let hit = comes_from_inside(ask)? && ask.ask(RECIPIENT)? != Label::ABSENT;
        let other = Route::RecipientAt(domain("roe.example"));
        Ok(hit.then(|| Decision {
            because: Because::Granted,
            ..accept(other)
        }))
    };
    let planted = Planted::new(&policy, vec![], Box::new(hole));
    let report = report(&policy, &planted);
    let answer = answer(&report, "policy-equals-files");
    assert!(matches!(answer, Answer::Refuted(_)), "{answer:?}");
}

/// A local-part that goes nowhere in the domain that a route names bounces.
#[test]
fn a_route_within_a_domain_does_not_skip_what_goes_nowhere() {
    let policy = policy(&["doe.example"], false);
    let hole = |ask: &mut dyn Ask| {
        let hit = comes_from_inside(ask)?;
        let other = Route::RecipientAt(domain("doe.example"));
        Ok(hit.then(|| accept(other)))
    };
    let planted = Planted::new(&policy, vec![], Box::new(hole));
    let report = report(&policy, &planted);
    let answer = answer(&report, "no-backscatter");
    assert!(matches!(answer, Answer::Refuted(_)), "{answer:?}");
}

/// A mailbox that is kept elsewhere is another destination.
#[test]
fn another_store_is_another_destination() {
    let policy = policy(&["doe.example"], false);
    let mut planted = Planted::new(&policy, vec![], honest());
    let jane = Address::new("jane", domain("doe.example"));
    let other = Destination::Mailbox {
        mailbox: jane.clone(),
        store: Store::Account("john".into()),
    };
    planted.destination = Some((jane, vec![other]));
    is_seen(&policy, &planted);
}
