//! Odd forward-paths: the latitude, and what is none.

use mailpol::decision::{
    AddressKey, AddressTable, Ask, Because, Decision, Label, Question, Route, TestId,
};
use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::mail::{Listener, Path, PathForm};
use mailpol::prove::{Answer, tell};

use crate::planted::{
    CLIENT, EXTRA, FROM_FORM, LISTENER, LOGIN, LOOPBACK, Planted, RECIPIENT, SPF_FROM, TLS, accept,
    accept_checked, answer, from_is_plain, is_seen, listener_is, policy, report, row, to_is,
};

/// A quoted recipient of ours is taken from a stranger on submission, without a login.
#[test]
fn an_odd_recipient_does_not_open_submission() {
    let policy = policy(&["doe.example"], false);
    let hole = |ask: &mut dyn Ask| {
        let hit = to_is(ask, PathForm::Quoted)?
            && listener_is(ask, Listener::Submission)?
            && ask.ask(TLS)? == Label(1)
            && ask.ask(LOGIN)? == Label::NO_LOGIN
            && ask.ask(CLIENT)? == Label::ABSENT
            && from_is_plain(ask)?
            && ask.ask(RECIPIENT)? == Label(1)
            && ask.ask(LOOPBACK)? != Label::ABSENT;
        Ok(hit.then(|| accept(Route::Recipient)))
    };
    let planted = Planted::new(&policy, vec![], Box::new(hole));
    let report = is_seen(&policy, &planted);
    for name in ["submission-needs-login", "policy-equals-files"] {
        let answer = answer(&report, name);
        assert!(matches!(answer, Answer::Refuted(_)), "{name}: {answer:?}");
    }
}

/// A quoted recipient of ours is taken from strangers whose SPF result is fail.
#[test]
fn an_odd_recipient_does_not_escape_spf() {
    let policy = policy(&["doe.example"], false);
    let hole = |ask: &mut dyn Ask| {
        let hit = to_is(ask, PathForm::Quoted)?
            && listener_is(ask, Listener::Smtp)?
            && ask.ask(CLIENT)? == Label::ABSENT
            && ask.ask(LOOPBACK)? == Label::ABSENT
            && from_is_plain(ask)?
            && ask.ask(RECIPIENT)? == Label(1)
            && ask.ask(SPF_FROM)? == Label(3);
        Ok(hit.then(|| accept_checked(Route::Recipient)))
    };
    let planted = Planted::new(&policy, vec![], Box::new(hole));
    let report = is_seen(&policy, &planted);
    for name in ["spf-policy", "policy-equals-files"] {
        let answer = answer(&report, name);
        assert!(matches!(answer, Answer::Refuted(_)), "{name}: {answer:?}");
    }
}

/// A source-routed recipient of ours is taken from a network that is refused.
#[test]
fn an_odd_recipient_does_not_escape_a_refused_network() {
    let policy = policy(&["doe.example"], false);
    let hole = |ask: &mut dyn Ask| {
        let hit = to_is(ask, PathForm::SourceRoute)?
            && listener_is(ask, Listener::Smtp)?
            && ask.ask(CLIENT)? == Label(2)
            && from_is_plain(ask)?
            && ask.ask(RECIPIENT)? == Label(1);
        Ok(hit.then(|| accept_checked(Route::Recipient)))
    };
    let planted = Planted::new(&policy, vec![], Box::new(hole));
    let report = is_seen(&policy, &planted);
    for name in ["refused-network-is-refused", "policy-equals-files"] {
        let answer = answer(&report, name);
        assert!(matches!(answer, Answer::Refuted(_)), "{name}: {answer:?}");
    }
}

/// Files that take `jane(comment)@ours` as `jane@ours`, from an internal client.
fn taken(form: PathForm, listed: bool, route: Route) -> impl Fn(&mut dyn Ask) -> Hit {
    move |ask| {
        let hit = to_is(ask, form)?
            && ask.ask(LISTENER)? == Label(Listener::Smtp as u32)
            && ask.ask(CLIENT)? == Label(1)
            && from_is_plain(ask)?
            && (ask.ask(RECIPIENT)? != Label::ABSENT) == listed;
        Ok(hit.then(|| Decision {
            because: Because::Granted,
            completes: true,
            ..accept(route.clone())
        }))
    }
}

type Hit = Result<Option<Decision>, mailpol::decision::Unanswered>;

/// The latitude: what is refused for its form may be delivered as the plain path is.
#[test]
fn an_odd_recipient_may_be_taken_for_the_plain_one() {
    let policy = policy(&["doe.example"], true);
    for form in [PathForm::Comment, PathForm::LongLocal, PathForm::Percent] {
        let hole = Box::new(taken(form, true, Route::Recipient));
        let report = report(&policy, &Planted::new(&policy, vec![], hole));
        assert!(report.is_proved(), "{form}: {report:?}");
    }
}

/// It ends where the plain path would go elsewhere, or not at all.
#[test]
fn an_odd_recipient_is_not_taken_for_another() {
    let ours = policy(&["doe.example"], false);
    let is_seen = |form, listed, route: Route| {
        let hole = Box::new(taken(form, listed, route));
        let _ = is_seen(&ours, &Planted::new(&ours, vec![], hole));
    };
    is_seen(PathForm::Comment, true, Route::Foreign);
    is_seen(PathForm::Comment, false, Route::Foreign);
    is_seen(PathForm::Comment, false, Route::Recipient);
    is_seen(PathForm::Percent, true, Route::Foreign);
    is_seen(PathForm::OwnLiteral, true, Route::Recipient);
    is_seen(PathForm::Bare, true, Route::Recipient);
}

/// A path that has a domain only finds what the rest of its domain does, and no row of an address.
#[test]
fn a_path_without_an_address_is_none_that_is_told_apart() {
    let ours = policy(&["doe.example"], true);
    for (key, is_seen) in [(AddressKey::Address, false), (AddressKey::Domain, true)] {
        let mut table = AddressTable::new(&[key]);
        if is_seen {
            table.insert(key, "doe.example", row(1));
        } else {
            table.insert_address("jane", "doe.example", row(1));
        }
        let hole = |ask: &mut dyn Ask| {
            let taken = taken(PathForm::LongLocal, true, Route::Foreign);
            if ask.ask(TestId(EXTRA))? == Label(1) {
                return taken(ask);
            }
            Ok(None)
        };
        let planted = Planted::new(&ours, vec![Question::To(table)], Box::new(hole));
        let answer = answer(&report(&ours, &planted), "policy-equals-files");
        let is_right = if is_seen {
            matches!(answer, Answer::Refuted(_))
        } else {
            matches!(answer, Answer::Proved(_))
        };
        assert!(is_right, "{key:?}: {answer:?}");
    }
}

/// What no envelope shows is no refutation, and no proof either: here a relay for whose null
/// reverse-path is an address.
#[test]
fn an_alarm_that_no_envelope_raises_is_undecided() {
    let ours = policy(&["doe.example"], false);
    let mut table = AddressTable::new(&[AddressKey::Address]);
    table.insert_address("news", "elsewhere.example", row(1));
    let hole = |ask: &mut dyn Ask| {
        let hit = ask.ask(FROM_FORM)? == Label(PathForm::Null.index())
            && ask.ask(TestId(EXTRA))? == Label(1)
            && ask.ask(RECIPIENT)? == Label::ABSENT
            && to_is(ask, PathForm::Plain)?;
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    let planted = Planted::new(&ours, vec![Question::From(table)], Box::new(hole));
    let report = is_seen(&ours, &planted);
    for name in ["no-open-relay", "policy-equals-files"] {
        let Answer::Undecided(Some(alarm)) = answer(&report, name) else {
            panic!("{name}: {:?}", answer(&report, name));
        };
        assert!(alarm.dialogue().contains("MAIL FROM:<>"), "{name}");
    }
    let mut diagnostics = Diagnostics::new();
    assert!(tell(&ours, &report, &mut diagnostics).is_err());
    let told = diagnostics.sorted();
    let words: String = told
        .iter()
        .map(|one| render(one.as_ref(), Style::PLAIN))
        .collect();
    assert!(
        words.contains("no envelope of it does when replayed"),
        "{words}"
    );
}

/// An odd form of ours may be refused, whatever the policy says.
#[test]
fn an_odd_recipient_may_be_refused() {
    let policy = policy(&["doe.example"], false);
    let hole = |ask: &mut dyn Ask| {
        let refused = Decision {
            verdict: mailpol::decision::Verdict::Reject,
            reply: mailpol::mail::Reply::new(501, 5, 1, 3),
            because: Because::BadPath,
            ..accept(Route::None)
        };
        Ok(to_is(ask, PathForm::QuotedPair)?.then_some(refused))
    };
    let report = report(&policy, &Planted::new(&policy, vec![], Box::new(hole)));
    assert!(report.is_proved(), "{report:?}");
}

/// Texts of one form must be texts that MTAs treat alike.
#[test]
fn a_form_is_not_two_things() {
    let form = |text: &str| Path::parse(text, &[]).form();
    assert_eq!(form("@a.example:postmaster"), PathForm::OddPostmaster);
    for text in [
        "\"a\"b@d.example",
        "\"a\".\"b\"@d.example",
        "\"\"@d.example",
    ] {
        assert_eq!(form(text), PathForm::OddLocal, "{text}");
    }
}
