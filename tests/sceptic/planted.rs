//! A policy, deciders that decide as it does but for a hole, and what the proof says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use mailpol::decision::{
    AddressKey, Ask, At, Because, Copies, Decider, Decision, Destination, Egress, FoundListener,
    Header, Label, Leaving, Question, Route, Row, Sending, Test, TestId, Unanswered, Verdict,
};
use mailpol::diagnostic::Diagnostics;
use mailpol::mail::{Address, Domain, Listener, PathForm, Reply};
use mailpol::policy::{Policy, PolicyDecider};
use mailpol::prove::{Answer, Files, Report, check_files};
use mailpol::source::{Loc, Source, Spanned};

pub(crate) fn at() -> Loc {
    Loc::new(&Source::new("policy.kdl", "policy\n"), 0, 6)
}

pub(crate) fn sp<T>(value: T) -> Spanned<T> {
    Spanned { value, at: at() }
}

pub(crate) fn domain(text: &str) -> Domain {
    Domain::literal(text)
}

/// A policy with an internal network, a refused one, and Jane, who logs in and has a mailbox in
/// every domain.
pub(crate) fn policy(domains: &[&str], catch_all: bool) -> Policy {
    let mut text = HEAD.to_owned();
    let catch_all = if catch_all {
        "; catch-all \"jane\""
    } else {
        ""
    };
    for name in domains {
        let boxes = "mailbox \"jane\" login=\"jane\"; alias \"postmaster\" \"jane\"";
        let _ = writeln!(text, "domain \"{name}\" {{ {boxes}{catch_all}; }}");
    }
    let source = Source::new("policy.kdl", text);
    let mut diagnostics = Diagnostics::new();
    let files: BTreeMap<String, Arc<Source>> = BTreeMap::new();
    mailpol::compile::load(&source, &files, &mut diagnostics).expect("the policy has no errors")
}

const HEAD: &str = r#"mailpol version=1
host "mx.doe.example" {
    address "198.51.100.25"
    listen "smtp" "submission" "submissions"
    tls certificate="/etc/ssl/c.pem" key="/etc/ssl/k.pem"
}
network "internal" { cidr "192.168.0.0/24"; may-send; }
network "containers" { cidr "172.17.0.0/16"; otherwise "refuse"; }
auth "saslauthd" mechanism="shadow"
inbound { spf "soft" header="both"; own-domain "reject"; }
"#;

pub(crate) fn row(label: u32) -> Row {
    Row::new(Label(label), at())
}

pub(crate) type Hole = dyn Fn(&mut dyn Ask) -> Result<Option<Decision>, Unanswered> + Send + Sync;

/// The policy's decisions and destinations, but for a hole and one destination.
pub(crate) struct Planted<'p> {
    honest: PolicyDecider<'p>,
    tests: Vec<Test>,
    hole: Box<Hole>,
    /// Whether it names the key of that destination.
    pub(crate) names_destination: bool,
    pub(crate) destination: Option<(Address, Vec<Destination>)>,
}

/// The policy's own tests that holes ask.
pub(crate) const LISTENER: TestId = TestId(0);
pub(crate) const TLS: TestId = TestId(1);
pub(crate) const CLIENT: TestId = TestId(2);
pub(crate) const LOOPBACK: TestId = TestId(3);
pub(crate) const LOGIN: TestId = TestId(4);
pub(crate) const FROM_DOMAIN: TestId = TestId(6);
pub(crate) const OWNER: TestId = TestId(7);
pub(crate) const RECIPIENT: TestId = TestId(11);
pub(crate) const SPF_FROM: TestId = TestId(12);
/// The forms of the paths, one by one.
pub(crate) const FROM_FORM: TestId = TestId(18);
pub(crate) const TO_FORM: TestId = TestId(19);
/// The number of the first test of a hole.
pub(crate) const EXTRA: u32 = TO_FORM.0 + 1;

impl<'p> Planted<'p> {
    pub(crate) fn new(policy: &'p Policy, extra: Vec<Question>, hole: Box<Hole>) -> Self {
        let honest = PolicyDecider::new(policy);
        let mut tests = honest.tests().to_vec();
        let raw = [Question::FromForm, Question::ToForm];
        let more = raw.into_iter().chain(extra);
        tests.extend(more.map(|one| Test::new("test", one, Some(at()))));
        Self {
            honest,
            tests,
            hole,
            names_destination: true,
            destination: None,
        }
    }
}

impl Decider for Planted<'_> {
    fn tests(&self) -> &[Test] {
        &self.tests
    }
    fn decide(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered> {
        match (self.hole)(ask)? {
            Some(decision) => Ok(decision),
            None => self.honest.decide(ask),
        }
    }
    fn destinations(
        &self,
        address: &Address,
        ask: &mut dyn Ask,
    ) -> Result<Vec<Destination>, Unanswered> {
        match &self.destination {
            Some((key, to)) if key == address => Ok(to.clone()),
            _ => self.honest.destinations(address, ask),
        }
    }
    fn destination_keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        self.honest.destination_keys(key);
        if let Some((address, _)) = self.destination.as_ref().filter(|_| self.names_destination) {
            key(AddressKey::Address, &address.to_string());
        }
    }
}

pub(crate) fn accept(route: Route) -> Decision {
    Decision {
        verdict: Verdict::Accept,
        reply: Reply::new(250, 2, 1, 5),
        because: Because::Listed,
        at: At::Place(at()),
        route,
        headers: BTreeSet::new(),
        copies: Copies::default(),
        completes: false,
    }
}

/// The same with the headers that the policy declares.
pub(crate) fn accept_checked(route: Route) -> Decision {
    let headers = [Header::ReceivedSpf, Header::AuthenticationResults].into();
    Decision {
        headers,
        ..accept(route)
    }
}

/// Whether the forward-path has this form.
pub(crate) fn to_is(ask: &mut dyn Ask, form: PathForm) -> Result<bool, Unanswered> {
    Ok(ask.ask(TO_FORM)? == Label(form.index()))
}

/// Whether the reverse-path is plain, and in no domain of ours.
pub(crate) fn from_is_plain(ask: &mut dyn Ask) -> Result<bool, Unanswered> {
    let plain = ask.ask(FROM_FORM)? == Label(PathForm::Plain.index());
    Ok(plain && ask.ask(FROM_DOMAIN)? == Label::ABSENT)
}

pub(crate) fn listener_is(ask: &mut dyn Ask, listener: Listener) -> Result<bool, Unanswered> {
    Ok(ask.ask(LISTENER)? == Label(listener as u32))
}

pub(crate) fn listeners() -> Vec<FoundListener> {
    Listener::ALL
        .iter()
        .map(|one| FoundListener::new(Some(*one), one.to_string(), at()))
        .collect()
}

/// It sends, and shows itself, as the policy says.
fn sending(policy: &Policy) -> Sending {
    let tls = policy.host.tls.iter();
    Sending {
        shown: tls
            .map(|tls| vec![tls.key.clone(), tls.certificate.clone()])
            .collect(),
        names: Vec::new(),
        egress: vec![Leaving {
            egress: Egress::Host,
            senders: None,
            at: at(),
        }],
        signing: Vec::new(),
        signed: Vec::new(),
    }
}

pub(crate) fn report(policy: &Policy, planted: &Planted<'_>) -> Report {
    let listeners = &listeners();
    let files = Files {
        name: "planted",
        decider: planted,
        listeners,
        backends: &[],
        believed: &[],
        sending: &sending(policy),
    };
    check_files(policy, files)
}

/// The answer of one obligation.
#[track_caller]
pub(crate) fn answer(report: &Report, name: &str) -> Answer {
    let mut findings = report.findings.iter();
    findings
        .find(|one| one.name == name)
        .expect("there is such an obligation")
        .answer
        .clone()
}

#[track_caller]
pub(crate) fn is_seen(policy: &Policy, planted: &Planted<'_>) -> Report {
    let report = report(policy, planted);
    assert!(!report.is_proved(), "the proof holds for files with a hole");
    report
}
