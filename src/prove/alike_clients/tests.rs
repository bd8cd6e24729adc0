//! Whom clients stand for, and that nothing is proved without them that is not proved with them.

mod odd;
mod related;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::decision::{
    AddressKey, AddressTable, Ask, Because, Decider, Decision, Destination, Label, Question, Row,
    Test, TestId, Unanswered, Verdict,
};
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Listener};
use crate::policy::Policy;
use crate::prove::proven::Subject;
use crate::prove::run::{Clients, Subjects, run};
use crate::prove::selection::Selection;
use crate::prove::{CLASSES_MAX, POLICY};
use crate::source::Source;

const HOST: &str = r#"mailpol version=1
host "mx.lists.test" {
    address "192.0.2.1"
    listen "smtp" "submission" "submissions"
    tls certificate="/etc/ssl/mx.pem" key="/etc/ssl/mx.key"
}
auth "saslauthd" mechanism="shadow"
"#;

/// Returns a policy with networks of which these are the blocks.
fn policy(networks: &[String]) -> Policy {
    read(text_of(networks))
}

fn text_of(networks: &[String]) -> String {
    let mut text = HOST.to_owned();
    for (number, block) in networks.iter().enumerate() {
        let _ = write!(
            text,
            "domain \"d{number}.test\" {{\n    mailbox \"box\" login=\"u{number}\"\n    \
             alias \"postmaster\" \"box\"\n}}\n\
             domain \"quiet{number}.test\" {{ mailbox \"box\"; alias \"postmaster\" \"box\" }}\n\
             network \"n{number}\" {{\n    cidr \"10.0.{number}.0/24\"\n    {block}\n}}\n"
        );
    }
    text
}

fn read(text: String) -> Policy {
    let mut told = Diagnostics::new();
    let document = crate::syntax::parse(&Source::new("policy.kdl", text), &mut told).unwrap();
    crate::policy::lower(&document, &BTreeMap::new(), &mut told).unwrap()
}

/// Networks of three kinds.
fn networks() -> Vec<String> {
    let block = |number: usize| match number % 3 {
        0 => format!(
            "may-send {{ from \"@d{number}.test\"; to \"local\" \"@partner{number}.test\" }}"
        ),
        1 => format!(
            "otherwise \"refuse\"\n    may-send {{ from \"@shop{number}.test\"; \
             to \"orders@trade{number}.test\" }}"
        ),
        _ => format!(
            "may-send tls=\"required\" {{ from \"box@d{number}.test\"; listener \"submission\" }}"
        ),
    };
    (0..9).map(block).collect()
}

/// What one network of them may be instead.
fn others() -> Vec<(usize, String)> {
    let mut others: Vec<(usize, String)> = Vec::new();
    for number in [6, 7, 8] {
        let block = networks().swap_remove(number);
        let mut add = |from: &str, to: &str| {
            let other = block.replace(from, to);
            if other != block {
                others.push((number, other));
            }
        };
        add(&format!("@d{number}.test"), "@d2.test");
        add(&format!("@d{number}.test"), "@quiet1.test");
        add(
            &format!("@d{number}.test\";"),
            &format!("@d{number}.test\" \"@d4.test\";"),
        );
        add(&format!("box@d{number}.test"), &format!("@d{number}.test"));
        add("\"local\" ", "");
        add(&format!("@partner{number}.test"), "@partner3.test");
        add(
            &format!("@partner{number}.test"),
            &format!("@*.partner{number}.test"),
        );
        add(
            &format!("orders@trade{number}.test"),
            &format!("order@trade{number}.test"),
        );
        add(&format!("orders@trade{number}.test"), "any");
        add(&format!("@shop{number}.test"), "null");
        add("otherwise \"refuse\"\n", "\n");
        add("tls=\"required\" ", "");
        add(
            "listener \"submission\"",
            "listener \"submission\" \"smtp\"",
        );
        add("may-send", "may-hand-over\n    may-send");
    }
    others
}

/// Names of what is not proved of a decider beside what is declared, and how many classes of
/// clients were left out.
fn refuted(
    declared: &Subject<'_>,
    decider: &dyn Decider,
    files: Option<&dyn Decider>,
    clients: Clients,
) -> (Vec<String>, usize) {
    let ran = run(&Subjects {
        policy: declared.policy,
        declared: &declared.declared,
        reference: (POLICY, decider),
        files: files.map(|files| ("files", files)),
        selection: Selection::All,
        classes_max: CLASSES_MAX,
        clients,
    });
    let findings = ran.findings.into_iter();
    let failed = findings.filter(|finding| !finding.answer.is_proved());
    (
        failed.map(|finding| finding.name).collect(),
        ran.clients_left,
    )
}

/// Returns what is not proved, if all clients are visited; and with those left out that others
/// stand for it must be the same.
fn same(declared: &Subject<'_>, decider: &dyn Decider, files: Option<&dyn Decider>) -> Vec<String> {
    let (all, none) = refuted(declared, decider, files, Clients::All);
    let (some, left) = refuted(declared, decider, files, Clients::Unlike);
    assert_eq!(none, 0);
    assert!(left > 0, "nobody is left out");
    assert_eq!(all, some);
    all
}

#[test]
fn one_of_each_kind_stands_for_the_others() {
    let policy = policy(&networks());
    let subject = Subject::new(&policy);
    let decider = &subject.reference;
    for files in [None, Some(decider as &dyn Decider)] {
        let (failed, left) = refuted(&subject, decider, files, Clients::Unlike);
        assert_eq!((failed, left), (Vec::new(), 6));
        assert!(same(&subject, decider, files).is_empty());
    }
}

#[test]
fn a_network_with_other_rights_is_not_stood_for() {
    let base = policy(&networks());
    let base = Subject::new(&base);
    let (mut of_policy, mut of_files) = (0, 0);
    let others = others();
    for (number, block) in &others {
        let mut networks = networks();
        networks[*number].clone_from(block);
        let other = policy(&networks);
        let other = Subject::new(&other);
        // The decider is wrong, and what is declared right; then the other way round.
        for (declared, wrong) in [(&base, &other), (&other, &base)] {
            of_policy += usize::from(!same(declared, &wrong.reference, None).is_empty());
            let files = Some(&wrong.reference as &dyn Decider);
            let failed = same(declared, &declared.reference, files);
            assert!(
                failed.contains(&"policy-equals-files".to_owned()),
                "{block}"
            );
            of_files += failed.len();
        }
    }
    assert!(others.len() > 15, "{}", others.len());
    assert!(of_policy > 20 && of_files > 60, "{of_policy}, {of_files}");
}

#[test]
fn a_network_that_a_statement_names_is_not_stood_for() {
    let mut text = text_of(&networks());
    text.push_str("forbid \"n6 keeps to itself\" { client \"10.0.6.0/24\"; to \"foreign\" }\n");
    let policy = read(text);
    let subject = Subject::new(&policy);
    let decider = &subject.reference;
    assert_eq!(same(&subject, decider, None), ["forbid"]);
    assert_eq!(same(&subject, decider, Some(decider)), ["forbid"]);
}

/// A policy's decider that is wrong about one client.
struct Wrong<'p> {
    right: &'p dyn Decider,
    tests: Vec<Test>,
    client: TestId,
    /// The label of the client.
    label: Label,
    /// A test that is asked of every envelope, what it answers where the decider is wrong, what
    /// would decide there, and how it decides instead.
    decides: (TestId, Label, Because, Verdict),
    /// Another test that must answer so.
    also: Option<(TestId, Label)>,
    /// A test that destinations hang on: without a row there are none.
    leads: Option<TestId>,
}

fn test_of(decider: &dyn Decider, is_it: impl Fn(&Test) -> bool) -> TestId {
    let at = decider.tests().iter().position(is_it);
    TestId(u32::try_from(at.unwrap()).unwrap())
}

impl<'p> Wrong<'p> {
    /// Returns a decider that is wrong about the clients of one network.
    fn new(
        right: &'p dyn Decider,
        number: usize,
        (first, label): (&str, u32),
        (because, verdict): (Because, Verdict),
    ) -> Self {
        let client = test_of(right, |test| test.name == "client in network");
        let Question::Client(table) = &right.tests()[client.index()].question else {
            panic!("a test of clients")
        };
        let address = format!("10.0.{number}.9").parse().unwrap();
        let first = test_of(right, |test| test.name == first);
        Self {
            right,
            tests: right.tests().to_vec(),
            client,
            label: table.lookup(address).unwrap().label,
            decides: (first, Label(label), because, verdict),
            also: None,
            leads: None,
        }
    }
}

impl Decider for Wrong<'_> {
    fn tests(&self) -> &[Test] {
        &self.tests
    }

    fn offers_tls(&self, listener: Listener) -> bool {
        self.right.offers_tls(listener)
    }

    fn decide(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered> {
        let (first, label, because, verdict) = self.decides;
        let mut is_it = ask.ask(first)? == label && ask.ask(self.client)? == self.label;
        if let Some((test, label)) = self.also {
            is_it &= ask.ask(test)? == label;
        }
        let mut decision = self.right.decide(ask)?;
        if is_it && decision.because == because {
            decision.verdict = verdict;
        }
        Ok(decision)
    }

    fn destinations(
        &self,
        address: &Address,
        ask: &mut dyn Ask,
    ) -> Result<Vec<Destination>, Unanswered> {
        match self.leads {
            Some(test) if ask.ask(test)? == Label::ABSENT => Ok(vec![Destination::Undeliverable]),
            _ => self.right.destinations(address, ask),
        }
    }

    fn destination_keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        self.right.destination_keys(key);
    }
}

/// Networks that may send as a domain of their own, but for the first.
fn with_first(first: &str, own: &str) -> Vec<String> {
    let own = (1..9).map(|number| format!("may-send {{ from \"@{own}{number}.test\" }}"));
    std::iter::once(first.to_owned()).chain(own).collect()
}

#[test]
fn who_stands_for_others_has_all_of_their_addresses() {
    const OURS: &str = "reverse-path in our domains";
    const OWNED: &str = "login owns the reverse-path";
    let granted = (Because::Granted, Verdict::Reject);
    let spoofed = (Because::OwnDomain, Verdict::Accept);
    let all = (0..9).fold(String::new(), |all, number| {
        format!("{all} \"@d{number}.test\" \"@quiet{number}.test\"")
    });
    // With the first one alone no envelope shows the mistake: its domain is nobody's login's; is
    // none of ours; or all of ours are its own.
    let cases = [
        ("\"@quiet0.test\"", "d", (OWNED, 1), granted),
        ("\"@elsewhere.test\"", "quiet", (OURS, 1), granted),
        (all.as_str(), "d", (OURS, 1), spoofed),
    ];
    for (first, own, at, mistake) in cases {
        let policy = policy(&with_first(&format!("may-send {{ from {first} }}"), own));
        let subject = Subject::new(&policy);
        assert!(
            same(&subject, &subject.reference, None).is_empty(),
            "{first}"
        );
        for number in [1, 4, 8] {
            let wrong = Wrong::new(&subject.reference, number, at, mistake);
            assert!(!same(&subject, &wrong, None).is_empty(), "{first}");
            let right = Some(&subject.reference as &dyn Decider);
            assert!(!same(&subject, &wrong, right).is_empty(), "{first}");
        }
        let (_, left) = refuted(&subject, &subject.reference, None, Clients::Unlike);
        assert_eq!(left, 7, "{first}");
    }
}

/// What no decider of these policies decides.
const NEVER: (Because, Verdict) = (Because::BadPath, Verdict::Reject);

/// Whether a test looks up the senders of a network, in a domain of its own.
fn is_of_senders(test: &Test, number: usize) -> bool {
    let Question::From(table) = &test.question else {
        return false;
    };
    let is_in = |number: usize| {
        let domain = format!("d{number}.test");
        table.lookup(Some("box"), Some(&domain)).is_some()
    };
    is_in(number) && !is_in(number + 1)
}

#[test]
fn who_stands_for_others_answers_as_they_do_for_most_addresses() {
    let policy = policy(&with_first("may-send { from \"@d0.test\" }", "d"));
    let subject = Subject::new(&policy);
    let mut wrong = Wrong::new(&subject.reference, 4, ("tls", 1), NEVER);
    let mut changed = 0;
    for test in wrong.tests.iter_mut().filter(|test| is_of_senders(test, 4)) {
        let mut everybody = AddressTable::new(&[AddressKey::Domain]);
        everybody.otherwise(Row::new(Label(1), policy.host.at.clone()));
        test.question = Question::From(everybody);
        changed += 1;
    }
    assert_eq!(changed, 2);
    assert!(!same(&subject, &wrong, None).is_empty());
    assert!(!same(&subject, &subject.reference, Some(&wrong)).is_empty());
}

#[test]
fn what_destinations_hang_on_belongs_to_nobody() {
    let policy = policy(&with_first("may-send { from \"@d0.test\" }", "d"));
    let subject = Subject::new(&policy);
    let right = &subject.reference;
    let (_, left) = refuted(&subject, right, None, Clients::Unlike);
    assert_eq!(left, 8);
    let of_seventh = test_of(right, |test| is_of_senders(test, 7));
    let leads = Wrong {
        leads: Some(of_seventh),
        ..Wrong::new(right, 7, ("tls", 1), NEVER)
    };
    assert_eq!(same(&subject, &leads, None), ["no-backscatter"]);
    let (_, left) = refuted(&subject, &leads, None, Clients::Unlike);
    assert_eq!(left, 7);
}

#[test]
fn where_destinations_hang_on_the_client_nobody_is_left_out() {
    let policy = policy(&with_first("may-send { from \"@d0.test\" }", "d"));
    let subject = Subject::new(&policy);
    let mut wrong = Wrong::new(&subject.reference, 7, ("tls", 1), NEVER);
    wrong.leads = Some(wrong.client);
    let (failed, left) = refuted(&subject, &wrong, None, Clients::Unlike);
    assert_eq!(left, 0);
    assert_eq!(failed, refuted(&subject, &wrong, None, Clients::All).0);
}
