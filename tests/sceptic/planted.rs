//! A policy, deciders that decide as it does but for a hole, and what the proof says of them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use mailpol::decision::{
    AddressKey, Ask, At, Because, Decider, Decision, Destination, FoundListener, Header, Label,
    Question, Route, Row, Test, TestId, Unanswered, Verdict,
};
use mailpol::mail::{Address, Domain, Listener, LocalPart, PathForm, Reply};
use mailpol::policy::{
    Auth, Grant, Host, HostedDomain, Inbound, Login, Mailbox, Network, Otherwise, OwnDomain,
    Policy, PolicyDecider, Publish, RecordHeaders, SaslauthdMechanism, SenderScope, SpfPolicy,
};
use mailpol::prove::{Answer, Files, Report, check_files};
use mailpol::source::{Loc, Source, Spanned};

pub(crate) fn at() -> Loc {
    Loc::new(&Source::new("policy.kdl", "policy\n"), 0, 6)
}

pub(crate) fn sp<T>(value: T) -> Spanned<T> {
    Spanned { value, at: at() }
}

pub(crate) fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

pub(crate) fn alias(to: &[Address]) -> mailpol::policy::Alias {
    mailpol::policy::Alias {
        targets: to.iter().cloned().map(sp).collect(),
        at: at(),
    }
}

pub(crate) fn policy(domains: &[&str], catch_all: bool) -> Policy {
    let jane = Address::new("jane", domain(domains[0]));
    let hosted = |name: &str| {
        let own = Address::new("jane", domain(name));
        let mut mailboxes = BTreeMap::new();
        let login = Some(sp("jane".to_owned()));
        mailboxes.insert(
            LocalPart::parse("jane").unwrap(),
            Mailbox { login, at: at() },
        );
        let mut aliases = BTreeMap::new();
        aliases.insert(
            LocalPart::parse("postmaster").unwrap(),
            alias(&[own.clone()]),
        );
        HostedDomain {
            mailboxes,
            aliases,
            catch_all: catch_all.then(|| alias(&[own])),
            publish: Publish {
                spf: vec![],
                spf_at: None,
            },
            at: at(),
        }
    };
    let mailboxes = domains
        .iter()
        .map(|name| Address::new("jane", domain(name)))
        .collect();
    Policy {
        source: Source::new("policy.kdl", "policy\n"),
        host: Host {
            name: sp(domain("mx.doe.example")),
            addresses: vec![sp("198.51.100.25".parse::<IpAddr>().unwrap())],
            listeners: vec![
                sp(Listener::Smtp),
                sp(Listener::Submission),
                sp(Listener::Submissions),
            ],
            tls: None,
            postmaster: Some(sp(jane)),
            at: at(),
        },
        networks: vec![
            Network {
                name: sp("internal".into()),
                prefixes: vec![sp("192.168.0.0/24".parse().unwrap())],
                may_send: Some(Grant {
                    from: vec![],
                    at: at(),
                }),
                may_hand_over: None,
                otherwise: Otherwise::Stranger,
                at: at(),
            },
            Network {
                name: sp("containers".into()),
                prefixes: vec![sp("172.17.0.0/16".parse().unwrap())],
                may_send: None,
                may_hand_over: None,
                otherwise: Otherwise::Refuse(at()),
                at: at(),
            },
        ],
        auth: Some(Auth::Saslauthd {
            mechanism: sp(SaslauthdMechanism::Shadow),
            at: at(),
        }),
        authenticated: Grant {
            from: vec![sp(SenderScope::Own)],
            at: at(),
        },
        logins: [(
            "jane".to_owned(),
            Login {
                name: sp("jane".into()),
                mailboxes,
                grant: None,
            },
        )]
        .into(),
        domains: domains
            .iter()
            .map(|name| (domain(name), hosted(name)))
            .collect(),
        inbound: Inbound {
            spf: SpfPolicy::Soft,
            header: RecordHeaders::Both,
            own_domain: OwnDomain::Reject,
            spf_at: at(),
            own_domain_at: at(),
        },
        targets: vec![],
        scenarios: vec![],
        statements: vec![],
    }
}

pub(crate) fn row(label: u32) -> Row {
    Row::new(Label(label), at())
}

pub(crate) type Hole = dyn Fn(&mut dyn Ask) -> Result<Option<Decision>, Unanswered>;

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
pub(crate) const FROM_FORM: TestId = TestId(14);
pub(crate) const TO_FORM: TestId = TestId(15);
/// The number of the first test of a hole.
pub(crate) const EXTRA: u32 = 16;

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
    fn destinations(&self, address: &Address) -> Vec<Destination> {
        match &self.destination {
            Some((key, to)) if key == address => to.clone(),
            _ => self.honest.destinations(address),
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
        headers: Default::default(),
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
        .map(|one| FoundListener {
            listener: Some(*one),
            name: one.to_string(),
            at: at(),
        })
        .collect()
}

pub(crate) fn report(policy: &Policy, planted: &Planted<'_>) -> Report {
    let listeners = &listeners();
    let files = Files {
        name: "planted",
        decider: planted,
        listeners,
    };
    check_files(policy, files)
}

/// The answer of one obligation.
#[track_caller]
pub(crate) fn answer(report: &Report, name: &str) -> Answer {
    let mut findings = report.findings.iter();
    findings
        .find(|one| one.name == name)
        .unwrap()
        .answer
        .clone()
}

#[track_caller]
pub(crate) fn is_seen(policy: &Policy, planted: &Planted<'_>) {
    let report = report(policy, planted);
    for finding in &report.findings {
        match &finding.answer {
            Answer::Proved(_) => {}
            Answer::Refuted(c) => println!("{}: refuted\n{}", finding.name, c.dialogue()),
            other => println!("{}: {other:?}", finding.name),
        }
    }
    assert!(!report.is_proved(), "the proof holds for files with a hole");
}
