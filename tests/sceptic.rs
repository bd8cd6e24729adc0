//! Planted holes: deciders that relay, and the proof that has to see it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use mailpol::decision::{
    AddressKey, AddressTable, Ask, At, Because, ClientTable, Decider, Decision, Destination,
    FoundListener, Label, LoginTable, OwnerTable, Question, Route, Row, Test, TestId, Unanswered,
    Verdict,
};
use mailpol::mail::{Address, Domain, Listener, LocalPart, PathForm, Reply};
use mailpol::policy::{
    Auth, Grant, Host, HostedDomain, Inbound, Login, Mailbox, Network, Otherwise, OwnDomain,
    Policy, PolicyDecider, Publish, RecordHeaders, SaslauthdMechanism, SenderScope, SpfPolicy,
};
use mailpol::prove::{Answer, Files, check_files, check_policy};
use mailpol::source::{Loc, Source, Spanned};

fn at() -> Loc {
    Loc::new(&Source::new("policy.kdl", "policy\n"), 0, 6)
}

fn sp<T>(value: T) -> Spanned<T> {
    Spanned { value, at: at() }
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

fn alias(to: &[Address]) -> mailpol::policy::Alias {
    mailpol::policy::Alias {
        targets: to.iter().cloned().map(sp).collect(),
        at: at(),
    }
}

fn policy(domains: &[&str], catch_all: bool) -> Policy {
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

fn row(label: u32) -> Row {
    Row::new(Label(label), at())
}

type Hole = dyn Fn(&mut dyn Ask) -> Result<Option<Decision>, Unanswered>;

/// The policy's decisions, but for a hole.
struct Planted<'p> {
    honest: PolicyDecider<'p>,
    tests: Vec<Test>,
    hole: Box<Hole>,
    destination: Option<(Address, Destination)>,
}

/// The number of the first test of a hole.
const EXTRA: u32 = 14;

impl<'p> Planted<'p> {
    fn new(policy: &'p Policy, extra: Vec<Question>, hole: Box<Hole>) -> Self {
        let clients = |nets: &[(&str, u32)]| {
            let rows = nets
                .iter()
                .map(|(net, label)| (net.parse().unwrap(), row(*label)));
            Question::Client(ClientTable::longest_prefix(rows.collect()))
        };
        let domains = || {
            let mut table = AddressTable::new(&[AddressKey::Domain]);
            for name in policy.domains.keys() {
                table.insert(AddressKey::Domain, name.as_str(), row(1));
            }
            table
        };
        let mut recipients = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
        let owners = || {
            let mut owners = OwnerTable::new();
            for name in policy.domains.keys() {
                owners.own_address("jane", &format!("jane@{name}"));
                owners.own_address("jane", &format!("postmaster@{name}"));
            }
            owners
        };
        for (name, hosted) in &policy.domains {
            recipients.insert(AddressKey::Address, &format!("jane@{name}"), row(1));
            recipients.insert(AddressKey::Address, &format!("postmaster@{name}"), row(1));
            if hosted.catch_all.is_some() {
                recipients.insert(AddressKey::Domain, name.as_str(), row(1));
            }
        }
        let mut questions = vec![
            Question::Listener,
            Question::Tls,
            clients(&[("192.168.0.0/24", 1), ("172.17.0.0/16", 2)]),
            clients(&[("127.0.0.0/8", 1), ("::1/128", 1)]),
            Question::Login(LoginTable::new([("jane".to_owned(), row(1))])),
            Question::FromForm,
            Question::From(domains()),
            Question::Owner(owners()),
            Question::OwnerOfDomain(owners()),
            Question::ToForm,
            Question::To(domains()),
            Question::To(recipients),
            Question::SpfFrom,
            Question::SpfHelo,
        ];
        questions.extend(extra);
        let tests = questions
            .into_iter()
            .map(|one| Test::new("test", one, Some(at())))
            .collect();
        Self {
            honest: PolicyDecider::new(policy),
            tests,
            hole,
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
            Some((key, to)) if key == address => vec![to.clone()],
            _ => self.honest.destinations(address),
        }
    }
}

fn accept(route: Route) -> Decision {
    Decision {
        verdict: Verdict::Accept,
        reply: Reply::new(250, 2, 1, 5),
        because: Because::Listed,
        at: At::Place(at()),
        route,
        headers: Default::default(),
    }
}

fn listeners() -> Vec<FoundListener> {
    Listener::ALL
        .iter()
        .map(|one| FoundListener {
            listener: Some(*one),
            name: one.to_string(),
            at: at(),
        })
        .collect()
}

#[track_caller]
fn is_seen(policy: &Policy, planted: &Planted<'_>) {
    let ways = listeners();
    let report = check_files(
        policy,
        Files {
            name: "planted",
            decider: planted,
            listeners: &ways,
        },
    );
    for finding in &report.findings {
        match &finding.answer {
            Answer::Proved(_) => {}
            Answer::Refuted(c) => println!("{}: refuted\n{}", finding.name, c.dialogue()),
            other => println!("{}: {other:?}", finding.name),
        }
    }
    assert!(!report.is_proved(), "the proof holds for files with a hole");
}

const TO_FORM: TestId = TestId(9);

#[test]
fn the_policy_is_proved_and_so_is_its_copy() {
    let policy = policy(&["doe.example"], false);
    let report = check_policy(&policy);
    assert!(report.is_proved(), "{report:?}");
    let planted = Planted::new(&policy, vec![], Box::new(|_| Ok(None)));
    let ways = listeners();
    let report = check_files(
        &policy,
        Files {
            name: "planted",
            decider: &planted,
            listeners: &ways,
        },
    );
    assert!(report.is_proved(), "{report:?}");
    for finding in &report.findings {
        println!("{} {:?}", finding.name, finding.answer);
    }
}

/// `.example.org` relays, but `sub.example.org` and what is below it does not.
#[test]
fn a_parent_domain_that_relays_is_seen_beside_a_sub_domain_that_does_not() {
    let policy = policy(&["doe.example"], false);
    let mut table = AddressTable::new(&[AddressKey::Domain, AddressKey::Parent]);
    table.insert(AddressKey::Domain, "sub.example.org", row(2));
    table.insert(AddressKey::Parent, "sub.example.org", row(2));
    table.insert(AddressKey::Parent, "example.org", row(1));
    let hole = |ask: &mut dyn Ask| {
        let plain = ask.ask(TO_FORM)? == Label(PathForm::Plain.index());
        let hit = plain && ask.ask(TestId(EXTRA))? == Label(1);
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    is_seen(
        &policy,
        &Planted::new(&policy, vec![Question::To(table)], Box::new(hole)),
    );
}

/// A catch-all domain in which one address, known to a transport table alone, leaves the host.
#[test]
fn a_destination_that_no_test_names_is_seen() {
    let policy = policy(&["doe.example"], true);
    let mut planted = Planted::new(&policy, vec![], Box::new(|_| Ok(None)));
    let key = Address::new("secret", domain("doe.example"));
    planted.destination = Some((key, Destination::Hop("evil.example".into())));
    is_seen(&policy, &planted);
}

/// A quoted recipient of ours is taken from a stranger on submission, without a login.
#[test]
fn an_odd_recipient_does_not_open_submission() {
    let policy = policy(&["doe.example"], false);
    is_seen(
        &policy,
        &Planted::new(
            &policy,
            vec![],
            Box::new(|ask| {
                let quoted = ask.ask(TO_FORM)? == Label(PathForm::Quoted.index());
                let hit = quoted
                    && ask.ask(TestId(0))? == Label(Listener::Submission as u32)
                    && ask.ask(TestId(1))? == Label(1)
                    && ask.ask(TestId(4))? == Label::NO_LOGIN
                    && ask.ask(TestId(2))? == Label::ABSENT
                    && ask.ask(TestId(5))? == Label(PathForm::Plain.index())
                    && ask.ask(TestId(6))? == Label::ABSENT
                    && ask.ask(TestId(11))? == Label(1)
                    && ask.ask(TestId(3))? != Label::ABSENT;
                Ok(hit.then(|| accept(Route::Recipient)))
            }),
        ),
    );
}

/// A quoted recipient of ours is taken from strangers whose SPF result is fail.
#[test]
fn an_odd_recipient_does_not_escape_spf() {
    let policy = policy(&["doe.example"], false);
    is_seen(
        &policy,
        &Planted::new(
            &policy,
            vec![],
            Box::new(|ask| {
                let quoted = ask.ask(TO_FORM)? == Label(PathForm::Quoted.index());
                let hit = quoted
                    && ask.ask(TestId(0))? == Label(Listener::Smtp as u32)
                    && ask.ask(TestId(2))? == Label::ABSENT
                    && ask.ask(TestId(3))? == Label::ABSENT
                    && ask.ask(TestId(5))? == Label(PathForm::Plain.index())
                    && ask.ask(TestId(6))? == Label::ABSENT
                    && ask.ask(TestId(11))? == Label(1)
                    && ask.ask(TestId(12))? == Label(3);
                Ok(hit.then(|| {
                    let mut decision = accept(Route::Recipient);
                    decision
                        .headers
                        .insert(mailpol::decision::Header::ReceivedSpf);
                    decision
                        .headers
                        .insert(mailpol::decision::Header::AuthenticationResults);
                    decision
                }))
            }),
        ),
    );
}

/// A quoted recipient of ours is taken from a network that is refused.
#[test]
fn an_odd_recipient_does_not_escape_a_refused_network() {
    let policy = policy(&["doe.example"], false);
    is_seen(
        &policy,
        &Planted::new(
            &policy,
            vec![],
            Box::new(|ask| {
                let quoted = ask.ask(TO_FORM)? == Label(PathForm::SourceRoute.index());
                let hit = quoted
                    && ask.ask(TestId(0))? == Label(Listener::Smtp as u32)
                    && ask.ask(TestId(2))? == Label(2)
                    && ask.ask(TestId(5))? == Label(PathForm::Plain.index())
                    && ask.ask(TestId(6))? == Label::ABSENT
                    && ask.ask(TestId(11))? == Label(1);
                Ok(hit.then(|| {
                    let mut decision = accept(Route::Recipient);
                    decision
                        .headers
                        .insert(mailpol::decision::Header::ReceivedSpf);
                    decision
                        .headers
                        .insert(mailpol::decision::Header::AuthenticationResults);
                    decision
                }))
            }),
        ),
    );
}

/// Many relations: the thirty-third aliases the first.
#[test]
fn many_relations_are_counted_or_refused() {
    let policy = policy(&["doe.example"], false);
    let extra = (0..40)
        .map(|number| {
            let mut owners = OwnerTable::new();
            owners.own_address("jane", &format!("key{number}@elsewhere.org"));
            Question::Owner(owners)
        })
        .collect();
    // The last one opens: jane may relay for somebody else's address.
    let hole = |ask: &mut dyn Ask| {
        let plain = ask.ask(TO_FORM)? == Label(PathForm::Plain.index());
        let from = ask.ask(TestId(5))? == Label(PathForm::Plain.index());
        let hit = plain
            && from
            && ask.ask(TestId(0))? == Label(Listener::Submission as u32)
            && ask.ask(TestId(1))? == Label(1)
            && ask.ask(TestId(4))? == Label(1)
            && ask.ask(TestId(2))? == Label::ABSENT
            && ask.ask(TestId(7))? == Label(0)
            && ask.ask(TestId(EXTRA + 38))? == Label(1);
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    is_seen(&policy, &Planted::new(&policy, extra, Box::new(hole)));
}

/// Everything relays but one top-level domain, in which all names of the proof happen to lie.
#[test]
fn a_fresh_domain_is_below_no_parent_that_a_table_names() {
    let policy = policy(&["doe.example"], false);
    let mut table = AddressTable::new(&[AddressKey::Domain, AddressKey::Parent]);
    table.insert(AddressKey::Domain, "example", row(2));
    table.insert(AddressKey::Parent, "example", row(2));
    table.otherwise(row(1));
    let hole = |ask: &mut dyn Ask| {
        let plain = ask.ask(TO_FORM)? == Label(PathForm::Plain.index());
        let hit = plain && ask.ask(TestId(EXTRA))? == Label(1);
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    is_seen(
        &policy,
        &Planted::new(&policy, vec![Question::To(table)], Box::new(hole)),
    );
}

/// A HELO name opens the relay, but `below.helo.example` and what is below it does not.
#[test]
fn a_helo_name_that_relays_is_seen_beside_one_that_does_not() {
    let policy = policy(&["doe.example"], false);
    let name = |text: &str, label| (text.to_owned(), row(label));
    let table = mailpol::decision::NameTable::new(
        [name("below.helo.org", 2), name("helo.org", 2)],
        [name("below.helo.org", 2), name("helo.org", 1)],
    );
    let hole = |ask: &mut dyn Ask| {
        let plain = ask.ask(TO_FORM)? == Label(PathForm::Plain.index());
        let hit = plain && ask.ask(TestId(EXTRA))? == Label(1);
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    is_seen(
        &policy,
        &Planted::new(&policy, vec![Question::Helo(table)], Box::new(hole)),
    );
}

/// A local-part that a table names by itself, in a domain with a catch-all, leaves the host.
#[test]
fn a_destination_of_a_named_local_part_is_seen() {
    let policy = policy(&["doe.example"], true);
    let mut table = AddressTable::new(&[AddressKey::Local]);
    table.insert(AddressKey::Local, "abuse", row(1));
    let mut planted = Planted::new(&policy, vec![Question::To(table)], Box::new(|_| Ok(None)));
    let key = Address::new("abuse", domain("doe.example"));
    planted.destination = Some((key, Destination::Hop("evil.example".into())));
    is_seen(&policy, &planted);
}

/// Texts of one form must be texts that MTAs treat alike.
#[test]
fn a_form_is_not_two_things() {
    use mailpol::mail::Path;
    let form = |text: &str| Path::parse(text, &[]).form();
    for text in [
        "@a.example:postmaster",
        "\"a\"b@d.example",
        "\"a\".\"b\"@d.example",
        "\"\"@d.example",
    ] {
        println!("{text}: {}", form(text));
    }
    assert_ne!(form("@a.example:postmaster"), PathForm::BarePostmaster);
    assert_ne!(form("\"a\"b@d.example"), PathForm::Quoted);
}

/// Mail for one domain is kept under another: both sides must say where.
#[test]
fn a_login_in_other_letters_is_a_stranger() {
    let policy = policy(&["doe.example"], false);
    let logins = LoginTable::new([("JANE".to_owned(), row(1))]);
    let hole = |ask: &mut dyn Ask| {
        let plain = ask.ask(TO_FORM)? == Label(PathForm::Plain.index());
        let hit = plain && ask.ask(TestId(EXTRA))? == Label(1);
        Ok(hit.then(|| accept(Route::Foreign)))
    };
    is_seen(
        &policy,
        &Planted::new(&policy, vec![Question::Login(logins)], Box::new(hole)),
    );
}
