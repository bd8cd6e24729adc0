//! Whom clients stand for, and that nothing is proved without them that is not proved with them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::decision::{
    AddressKey, Ask, Because, Decider, Decision, Destination, Label, Question, Test, TestId,
    Unanswered, Verdict,
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
domain "quiet.test" { mailbox "box"; alias "postmaster" "box" }
domain "silent.test" { mailbox "box"; alias "postmaster" "box" }
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
        add(&format!("@d{number}.test"), "@quiet.test");
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
    text.push_str(
        "forbid \"n6 keeps to itself\" { client \"10.0.6.0/24\"; to \"@partner6.test\" }\n",
    );
    let policy = read(text);
    let subject = Subject::new(&policy);
    let decider = &subject.reference;
    assert_eq!(same(&subject, decider, None), ["forbid"]);
    assert_eq!(same(&subject, decider, Some(decider)), ["forbid"]);
}

/// A policy's decider that is wrong about one client.
struct Wrong<'p> {
    right: &'p dyn Decider,
    client: TestId,
    /// The label of the client.
    label: Label,
    /// A test that is asked of every envelope, what it answers where the decider is wrong, what
    /// would decide there, and how it decides instead.
    decides: (TestId, Label, Because, Verdict),
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
            client,
            label: table.lookup(address).unwrap().label,
            decides: (first, Label(label), because, verdict),
            leads: None,
        }
    }
}

impl Decider for Wrong<'_> {
    fn tests(&self) -> &[Test] {
        self.right.tests()
    }

    fn offers_tls(&self, listener: Listener) -> bool {
        self.right.offers_tls(listener)
    }

    fn decide(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered> {
        let (first, label, because, verdict) = self.decides;
        let is_it = ask.ask(first)? == label && ask.ask(self.client)? == self.label;
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
fn with_first(first: &str) -> Vec<String> {
    let own = (1..9).map(|number| format!("may-send {{ from \"@d{number}.test\" }}"));
    std::iter::once(first.to_owned()).chain(own).collect()
}

#[test]
fn who_stands_for_others_has_all_of_their_addresses() {
    const OURS: &str = "reverse-path in our domains";
    const OWNED: &str = "login owns the reverse-path";
    let granted = (Because::Granted, Verdict::Reject);
    let spoofed = (Because::OwnDomain, Verdict::Accept);
    let all = (0..9).fold("\"@quiet.test\"".to_owned(), |all, number| {
        format!("{all} \"@d{number}.test\"")
    });
    // With the first one alone no envelope shows the mistake: its domain is nobody's login's; is
    // none of ours; or all of ours are its own.
    let cases = [
        (
            "may-send { from \"@quiet.test\" }".to_owned(),
            (OWNED, 1),
            granted,
        ),
        (
            "may-send { from \"@elsewhere.test\" }".to_owned(),
            (OURS, 1),
            granted,
        ),
        (
            format!("may-send {{ from {all} \"@silent.test\" }}"),
            (OURS, 1),
            spoofed,
        ),
    ];
    for (first, at, mistake) in cases {
        let policy = policy(&with_first(&first));
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

#[test]
fn what_destinations_hang_on_belongs_to_nobody() {
    let policy = policy(&with_first("may-send { from \"@d0.test\" }"));
    let subject = Subject::new(&policy);
    let right = &subject.reference;
    let (_, left) = refuted(&subject, right, None, Clients::Unlike);
    assert_eq!(left, 8);
    let of_seventh = test_of(right, |test| match &test.question {
        Question::From(table) => {
            let is_in = |domain| table.lookup(Some("box"), Some(domain)).is_some();
            is_in("d7.test") && !is_in("d8.test")
        }
        _ => false,
    });
    let never = (Because::BadPath, Verdict::Reject);
    let leads = Wrong {
        leads: Some(of_seventh),
        ..Wrong::new(right, 7, ("tls", 1), never)
    };
    assert_eq!(same(&subject, &leads, None), ["no-backscatter"]);
    let (_, left) = refuted(&subject, &leads, None, Clients::Unlike);
    assert_eq!(left, 7);
}
