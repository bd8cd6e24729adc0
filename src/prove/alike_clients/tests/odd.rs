//! Deciders that ask other tests for one network: whose tests are put in the place of whose.

use std::collections::HashMap;

use super::*;
use crate::mail::PathForm;
use crate::prove::universe::Axis;

/// A decider that asks other tests for the clients of one network, and may take them for another
/// one's.
struct Odd<'p> {
    right: &'p dyn Decider,
    client: TestId,
    /// The label of the clients, and that of those they are taken for.
    labels: (Label, Label),
    /// Where it is so: where this test answers so; everywhere without one.
    only: Option<(TestId, Label)>,
    /// The tests that are asked instead of others.
    instead: HashMap<TestId, TestId>,
    /// Mail with this form of a reverse-path is lost, if it is from these senders.
    lost: Option<(TestId, Label, TestId)>,
}

impl<'p> Odd<'p> {
    fn new(right: &'p dyn Decider, number: usize, taken_for: usize) -> Self {
        let client = test_of(right, |test| test.name == "client in network");
        let Question::Client(table) = &right.tests()[client.index()].question else {
            panic!("a test of clients")
        };
        let label = |number: usize| {
            let address = format!("10.0.{number}.9").parse().unwrap();
            table.lookup(address).unwrap().label
        };
        Self {
            right,
            client,
            labels: (label(number), label(taken_for)),
            only: None,
            instead: HashMap::new(),
            lost: None,
        }
    }

    /// Asks tests in each other's place.
    fn swap(mut self, some: &[TestId], others: &[TestId]) -> Self {
        assert_eq!(some.len(), others.len());
        for (one, other) in some.iter().zip(others) {
            self.instead.extend([(*one, *other), (*other, *one)]);
        }
        self
    }
}

/// Asks other tests, in the same order.
struct Instead<'a, 'p> {
    odd: &'a Odd<'p>,
    ask: &'a mut dyn Ask,
    is_client: bool,
    is_there: bool,
}

impl Ask for Instead<'_, '_> {
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered> {
        let odd = self.odd;
        if test == odd.client {
            let label = self.ask.ask(test)?;
            self.is_client = label == odd.labels.0;
            let is_odd = self.is_client && self.is_there;
            return Ok(if is_odd { odd.labels.1 } else { label });
        }
        let instead = odd.instead.get(&test).copied();
        let instead = instead.filter(|_| self.is_client && self.is_there);
        let label = self.ask.ask(instead.unwrap_or(test))?;
        if let Some((only, wanted)) = odd.only
            && only == test
        {
            self.is_there = label == wanted;
        }
        Ok(label)
    }
}

impl Decider for Odd<'_> {
    fn tests(&self) -> &[Test] {
        self.right.tests()
    }

    fn offers_tls(&self, listener: Listener) -> bool {
        self.right.offers_tls(listener)
    }

    fn decide(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered> {
        let is_there = self.only.is_none();
        let mut instead = Instead {
            odd: self,
            ask,
            is_client: false,
            is_there,
        };
        self.right.decide(&mut instead)
    }

    fn destinations(
        &self,
        address: &Address,
        ask: &mut dyn Ask,
    ) -> Result<Vec<Destination>, Unanswered> {
        if let Some((form, plain, test)) = self.lost
            && ask.ask(form)? == plain
            && ask.ask(test)? != Label::ABSENT
        {
            return Ok(vec![Destination::Undeliverable]);
        }
        self.right.destinations(address, ask)
    }

    fn destination_keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        self.right.destination_keys(key);
    }
}

/// Returns a decider's tests of senders, or of recipients, that hold a network's own domain, and
/// not the next one's.
fn own(decider: &dyn Decider, axis: Axis, number: usize) -> Vec<TestId> {
    let is_own = |test: &Test| {
        let (Question::From(table) | Question::To(table)) = &test.question else {
            return false;
        };
        let is_in = |number: usize| {
            let domain = format!("d{number}.test");
            table.lookup(Some("nobody"), Some(&domain)).is_some()
        };
        crate::prove::universe::axis(&test.question) == Some(axis)
            && is_in(number)
            && !is_in((number + 1) % 9)
    };
    let tests = (0..).map(TestId).zip(decider.tests());
    tests
        .filter(|(_, test)| is_own(test))
        .map(|(number, _)| number)
        .collect()
}

/// Returns a test of forms, and what it answers for one.
fn form(decider: &dyn Decider, name: &str, form: PathForm) -> (TestId, Label) {
    let test = test_of(decider, |test| test.name == name);
    let (Question::FromKind(table) | Question::ToKind(table)) =
        &decider.tests()[test.index()].question
    else {
        panic!("a test of forms")
    };
    (test, table.lookup(form))
}

/// Networks that may send as a domain of their own to it.
fn within() -> Vec<String> {
    let block = |number| {
        format!(
            "may-send {{ from \"@d{number}.test\"; to \"@d{number}.test\" \"@p{number}.test\" }}"
        )
    };
    (0..9).map(block).collect()
}

#[test]
fn a_test_of_no_path_stands_for_itself_only() {
    let policy = policy(&with_first("may-send { from \"@d0.test\" }", "d"));
    let subject = Subject::new(&policy);
    let right = &subject.reference;
    for (one, other) in [
        ("SPF of MAIL FROM", "SPF of HELO"),
        ("login owns the reverse-path", "tls"),
    ] {
        let [one, other] = [one, other].map(|name| test_of(right, |test| test.name == name));
        let odd = Odd::new(right, 7, 7).swap(&[one], &[other]);
        assert!(!same(&subject, &odd, None).is_empty());
        assert!(!same(&subject, right, Some(&odd)).is_empty());
    }
}

#[test]
fn a_test_of_senders_stands_for_none_of_recipients() {
    let policy = policy(&within());
    let subject = Subject::new(&policy);
    let right = &subject.reference;
    let odd = Odd::new(right, 7, 7).swap(
        &own(right, Axis::From, 7)[..1],
        &own(right, Axis::To, 7)[..1],
    );
    assert!(!same(&subject, &odd, None).is_empty());
    assert!(!same(&subject, right, Some(&odd)).is_empty());
}

#[test]
fn a_test_stands_for_the_same_one_everywhere() {
    let policy = policy(&with_first("may-send { from \"@d0.test\" }", "d"));
    let subject = Subject::new(&policy);
    let right = &subject.reference;
    let listener = test_of(right, |test| test.name == "listener");
    for only in [Listener::Smtp, Listener::Submission] {
        let odd = Odd {
            only: Some((listener, Label(only as u32))),
            ..Odd::new(right, 7, 7).swap(&own(right, Axis::From, 7), &own(right, Axis::From, 8))
        };
        assert!(!same(&subject, &odd, None).is_empty());
        assert!(!same(&subject, right, Some(&odd)).is_empty());
    }
}

#[test]
fn who_is_granted_bare_postmaster_stands_for_nobody_who_is_not() {
    let mut text = text_of(&within());
    text = text.replace(
        "    listen ",
        "    postmaster \"postmaster@d0.test\"\n    listen ",
    );
    let policy = read(text);
    let subject = Subject::new(&policy);
    let right = &subject.reference;
    assert!(same(&subject, right, None).is_empty());
    // Where bare postmaster is meant, the seventh is taken for the first.
    let (form, label) = form(right, "form of the forward-path", PathForm::BarePostmaster);
    let odd = Odd {
        only: Some((form, label)),
        ..Odd::new(right, 7, 0).swap(&own(right, Axis::From, 7), &own(right, Axis::From, 0))
    };
    assert!(!same(&subject, &odd, None).is_empty());
    assert!(!same(&subject, &odd, Some(&odd)).is_empty());
}

#[test]
fn whose_senders_alone_lose_their_mail_stands_for_nobody() {
    // Nobody but its network sends as a domain of ours that has no login.
    let mut text = text_of(&with_first("may-send { from \"@d0.test\" }", "d"));
    for number in 1..9 {
        text = text.replace(&format!(" login=\"u{number}\""), "");
    }
    let policy = read(text);
    let subject = Subject::new(&policy);
    let right = &subject.reference;
    let (form, plain) = form(right, "form of the reverse-path", PathForm::Plain);
    let odd = Odd {
        lost: Some((form, plain, *own(right, Axis::From, 7).first().unwrap())),
        ..Odd::new(right, 7, 7)
    };
    assert_eq!(same(&subject, &odd, None), ["no-backscatter"]);
    let failed = same(&subject, right, Some(&odd));
    assert_eq!(failed, ["no-backscatter", "policy-equals-files"]);
}

#[test]
fn words_in_lists_count_beside_names() {
    let cases = [
        ("from \"null\" \"@d{}.test\"", "\"null\" "),
        ("from \"local\" \"@elsewhere{}.test\"", "\"local\" "),
        // Bare postmaster is granted with or without the word.
        (
            "from \"@d{}.test\"; to \"local\" \"@quiet1.test\" \"@partner{}.test\"",
            "\"local\" ",
        ),
    ];
    for (grant, word) in cases {
        let block = |number: usize| {
            let grant = grant.replace("{}", &number.to_string());
            format!("may-send {{ {grant} }}")
        };
        let text = |networks: &[String]| {
            let host = "    postmaster \"postmaster@quiet1.test\"\n    listen ";
            text_of(networks).replace("    listen ", host)
        };
        let mut networks: Vec<String> = (0..9).map(block).collect();
        let granted = read(text(&networks));
        let granted = Subject::new(&granted);
        networks[6] = networks[6].replace(word, "");
        let declared = read(text(&networks));
        let declared = Subject::new(&declared);
        let wrong = &granted.reference;
        assert!(!same(&declared, wrong, None).is_empty(), "{grant}");
        assert!(!same(&declared, wrong, Some(wrong)).is_empty(), "{grant}");
    }
}

/// A decider that takes odd reverse-paths from nobody but networks to which they are not granted,
/// and loses those that are granted to one of them.
struct Picky<'p> {
    right: &'p dyn Decider,
    client: TestId,
    /// By the label of a network: the test of the domains of its senders.
    own: HashMap<u32, TestId>,
    /// The form of odd reverse-paths.
    odd: (TestId, Label),
    lost: TestId,
}

impl Decider for Picky<'_> {
    fn tests(&self) -> &[Test] {
        self.right.tests()
    }

    fn offers_tls(&self, listener: Listener) -> bool {
        self.right.offers_tls(listener)
    }

    fn decide(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered> {
        let mut decision = self.right.decide(ask)?;
        let (form, odd) = self.odd;
        if ask.ask(form)? == odd && decision.verdict == Verdict::Accept {
            let is_taken = match self.own.get(&ask.ask(self.client)?.0) {
                Some(own) => ask.ask(*own)? == Label::ABSENT,
                None => false,
            };
            if !is_taken {
                decision.verdict = Verdict::Reject;
            }
        }
        Ok(decision)
    }

    fn destinations(
        &self,
        address: &Address,
        ask: &mut dyn Ask,
    ) -> Result<Vec<Destination>, Unanswered> {
        let (form, odd) = self.odd;
        if ask.ask(form)? == odd && ask.ask(self.lost)? != Label::ABSENT {
            return Ok(vec![Destination::Undeliverable]);
        }
        self.right.destinations(address, ask)
    }

    fn destination_keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        self.right.destination_keys(key);
    }
}

#[test]
fn whose_senders_lose_their_mail_elsewhere_stands_for_nobody() {
    let mut text = text_of(&with_first("may-send { from \"@d0.test\" }", "d"));
    text.push_str("inbound { spf \"off\"; own-domain \"check\" }\n");
    let policy = read(text);
    let subject = Subject::new(&policy);
    let right = &subject.reference;
    let domains = |number| *own(right, Axis::From, number).last().unwrap();
    let picky = Picky {
        right,
        client: test_of(right, |test| test.name == "client in network"),
        own: (0..9)
            .map(|number| (Odd::new(right, number, number).labels.0.0, domains(number)))
            .collect(),
        odd: form(right, "form of the reverse-path", PathForm::Percent),
        lost: domains(0),
    };
    // The first network alone does not show it.
    for files in [None, Some(&picky as &dyn Decider)] {
        let decider: &dyn Decider = if files.is_some() { right } else { &picky };
        let (all, _) = refuted(&subject, decider, files, Clients::All);
        let (some, _) = refuted(&subject, decider, files, Clients::Unlike);
        assert!(all.contains(&"no-backscatter".to_owned()), "{all:?}");
        assert_eq!(all, some);
    }
}
