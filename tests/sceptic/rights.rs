//! Rights: of networks, of logins, and of what is owned.

use mailpol::decision::{
    Ask, Because, Decider, Envelope, Label, LoginTable, OwnerTable, Question, Route, TestId,
    Verdict, run,
};
use mailpol::mail::{Listener, Path, PathForm};
use mailpol::policy::{Grant, Policy, PolicyDecider, SenderScope};
use mailpol::prove::{Answer, Finding, Incomplete, Report, check_policy};
use mailpol::spf::SpfResult;

use crate::planted::{
    CLIENT, EXTRA, FROM_FORM, LOGIN, OWNER, Planted, TLS, accept, answer, at, is_seen, listener_is,
    policy, report, row, sp, to_is,
};

fn envelope(client: &str, login: Option<&str>, from: &str, to: &str) -> Envelope {
    Envelope {
        client: client.parse().unwrap(),
        listener: Listener::Submission,
        tls: true,
        login: login.map(str::to_owned),
        helo: "mail.example".into(),
        from: Path::parse(from, &[]),
        to: Path::parse(to, &[]),
        spf: SpfResult::Pass,
        spf_helo: SpfResult::Pass,
    }
}

#[track_caller]
fn decides(policy: &Policy, envelope: &Envelope, expected: Because) {
    let decider = PolicyDecider::new(policy);
    assert_eq!(run(&decider, envelope).unwrap().0.because, expected);
}

/// Returns the findings about envelopes: those about records and backends visit no classes.
fn about_envelopes(report: &Report) -> impl Iterator<Item = &Finding> {
    let findings = report.findings.iter();
    findings.filter(|one| !matches!(one.answer, Answer::Records(_) | Answer::Places(_)))
}

/// A grant from some senders.
fn grant(from: Vec<SenderScope>) -> Grant {
    Grant {
        from: from.into_iter().map(sp).collect(),
        to: vec![],
        listeners: vec![],
        needs_tls: false,
        at: at(),
    }
}

/// A network that may send as one address only: with any other its clients are strangers.
#[test]
fn a_network_that_names_senders_is_granted_those_only() {
    let mut policy = policy(&["doe.example"], false);
    let meter = mailpol::mail::Address::new("meter", crate::planted::domain("doe.example"));
    policy.networks[0].grants = vec![grant(vec![SenderScope::Address(meter)])];
    let out = |from| envelope("192.168.0.9", None, from, "a@b.example");
    decides(&policy, &out("meter@doe.example"), Because::Granted);
    decides(&policy, &out("x@y.example"), Because::AuthRequired);
    let report = check_policy(&policy);
    assert!(report.is_proved(), "{report:?}");
}

/// `login "jane" { may-send }` names no senders: any.
#[test]
fn a_grant_without_senders_is_for_any_sender() {
    let mut policy = policy(&["doe.example"], false);
    policy.logins.get_mut("jane").unwrap().grants = vec![grant(vec![])];
    let jane = envelope("203.0.113.9", Some("jane"), "x@y.example", "a@b.example");
    decides(&policy, &jane, Because::Granted);
    let report = check_policy(&policy);
    assert!(report.is_proved(), "{report:?}");
    let Answer::Proved(visited) = answer(&report, "sender-limit") else {
        panic!("it is proved");
    };
    assert_eq!(visited.concerned, 0, "no login is limited");
    assert!(visited.to_string().contains("of no envelope"), "{visited}");
}

/// Where nobody checks passwords, a login is nothing, whatever the files think.
#[test]
fn without_auth_nobody_is_authenticated() {
    let mut policy = policy(&["doe.example"], false);
    policy.auth = None;
    let jane = envelope(
        "203.0.113.9",
        Some("jane"),
        "jane@doe.example",
        "a@b.example",
    );
    decides(&policy, &jane, Because::AuthRequired);
    assert!(check_policy(&policy).is_proved());
    let hole = |ask: &mut dyn Ask| {
        let hit = to_is(ask, PathForm::Plain)?
            && listener_is(ask, Listener::Submission)?
            && ask.ask(TLS)? == Label(1)
            && ask.ask(LOGIN)? == Label(1);
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    let planted = Planted::new(&policy, vec![], Box::new(hole));
    let report = report(&policy, &planted);
    for name in ["no-open-relay", "submission-needs-login"] {
        assert!(
            matches!(answer(&report, name), Answer::Refuted(_)),
            "{name}"
        );
    }
}

/// An obligation that is about nobody says so.
#[test]
fn what_holds_of_no_envelope_is_counted() {
    let mut policy = policy(&["doe.example"], false);
    policy.networks.clear();
    let report = check_policy(&policy);
    assert!(report.is_proved(), "{report:?}");
    for (name, vacuous) in [
        ("no-open-relay", false),
        ("internal-may-send", true),
        ("refused-network-is-refused", true),
        ("sender-limit", false),
        ("listed-is-reachable", false),
    ] {
        let Answer::Proved(visited) = answer(&report, name) else {
            panic!("{name} is proved");
        };
        assert_eq!(visited.concerned == 0, vacuous, "{name}: {visited:?}");
        assert!(visited.concerned <= visited.envelopes, "{name}");
    }
}

/// Relations that name a key each.
fn relations(count: usize) -> Vec<Question> {
    let relation = |number: usize| {
        let mut owners = OwnerTable::new();
        owners.own_address("jane", &format!("key{number}@elsewhere.org"));
        Question::Owner(owners.into())
    };
    (0..count).map(relation).collect()
}

/// Jane may relay for somebody else's address, which a relation after the thirty-second owns.
#[test]
fn many_relations_are_counted_or_refused() {
    let policy = policy(&["doe.example"], false);
    let hole = |ask: &mut dyn Ask| {
        let hit = to_is(ask, PathForm::Plain)?
            && ask.ask(FROM_FORM)? == Label(PathForm::Plain.index())
            && listener_is(ask, Listener::Submission)?
            && ask.ask(TLS)? == Label(1)
            && ask.ask(LOGIN)? == Label(1)
            && ask.ask(CLIENT)? == Label::ABSENT
            && ask.ask(OWNER)? == Label(0)
            && ask.ask(TestId(EXTRA + 38))? == Label(1);
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    let planted = Planted::new(&policy, relations(40), Box::new(hole));
    let answer = answer(&report(&policy, &planted), "sender-limit");
    assert!(matches!(answer, Answer::Refuted(_)), "{answer:?}");
}

#[test]
fn more_relations_than_bits_are_no_proof() {
    let policy = policy(&["doe.example"], false);
    let planted = |count| Planted::new(&policy, relations(count), Box::new(|_| Ok(None)));
    let own = |decider: &dyn Decider| {
        let questions = decider.tests().iter().map(|test| &test.question);
        let relate =
            |one: &&Question| matches!(one, Question::Owner(_) | Question::OwnerOfDomain(_));
        questions.filter(relate).count()
    };
    // Who owns what is asked by what is planted, by the policy that it is compared with, and by
    // what the obligations take to be declared.
    let most = 64 - own(&planted(0)) - 2 * own(&PolicyDecider::new(&policy));
    let told = report(&policy, &planted(most));
    assert!(about_envelopes(&told).count() > 0);
    for finding in about_envelopes(&told) {
        let answer = &finding.answer;
        assert!(
            !matches!(answer, Answer::Incomplete(_)),
            "{}: {answer:?}",
            finding.name
        );
    }
    let planted = planted(most + 1);
    for finding in about_envelopes(&report(&policy, &planted)) {
        let answer = &finding.answer;
        assert!(
            matches!(answer, Answer::Incomplete(Incomplete::TooManyRelations)),
            "{}: {answer:?}",
            finding.name
        );
    }
}

/// A login that differs in the case of letters is another.
#[test]
fn a_login_in_other_letters_is_a_stranger() {
    let policy = policy(&["doe.example"], false);
    let logins = LoginTable::new([("JANE".to_owned(), row(1))]);
    let hole = |ask: &mut dyn Ask| {
        let hit = to_is(ask, PathForm::Plain)? && ask.ask(TestId(EXTRA))? == Label(1);
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    let planted = Planted::new(&policy, vec![Question::Login(logins)], Box::new(hole));
    is_seen(&policy, &planted);
    let jane = envelope(
        "203.0.113.9",
        Some("JANE"),
        "jane@doe.example",
        "a@b.example",
    );
    let decider = PolicyDecider::new(&policy);
    assert_eq!(run(&decider, &jane).unwrap().0.verdict, Verdict::Reject);
}
