//! Laws of the proof, by force: thousands of envelopes, decided by themselves and by the class that
//! holds them; and all classes, counted.
//!
//! The proof sees no envelope, and this sees no class: what either has wrong shows as a difference.

use std::collections::BTreeMap;
use std::net::IpAddr;

use mailpol::compile;
use mailpol::decision::Envelope;
use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::mail::{Address, Domain, Listener, Path, PathForm, prefix_range, v4_or_v6};
use mailpol::policy::Policy;
use mailpol::prove::{Classes, check_files, with_classes};
use mailpol::source::Source;
use mailpol::spf::SpfResult;
use mailpol::target::TARGETS;

/// The one of the documentation.
const DOE: &str = include_str!("../examples/doe/policy.kdl");

/// Nested networks, one that hands over, one that is refused, and logins with rights.
const NESTED: &str = r#"mailpol version=1
host "mx.one.example" {
    address "198.51.100.25"
    listen "smtp" "submission" "submissions"
    tls certificate="/etc/ssl/c.pem" key="/etc/ssl/k.pem"
}
network "wide" { cidr "10.0.0.0/8" "fd00:1::/32"; may-send; }
network "guests" { cidr "10.9.0.0/16"; }
network "containers" { cidr "172.17.0.0/16"; otherwise "refuse"; }
network "backup" { cidr "192.0.2.64/28"; may-hand-over; otherwise "refuse"; }
auth "saslauthd" mechanism="shadow"
domain "one.example" {
    mailbox "a" login="alice"
    mailbox "b" login="bob"
    alias "both" "a" "b"
    alias "postmaster" "a"
}
domain "sub.one.example" {
    mailbox "c"
    alias "postmaster" "c"
}
login "alice" { may-send { from "any"; }; }
login "carol" { may-send { from "@sub.one.example" "x@elsewhere.example"; }; }
inbound { spf "strict" header="spf"; own-domain "check"; }
"#;

/// Rights that name senders, recipients, listeners and TLS, of networks and of logins.
const RIGHTS: &str = r#"mailpol version=1
host "mx.one.example" {
    address "198.51.100.25"
    listen "smtp" "submission" "submissions"
    tls certificate="/etc/ssl/c.pem" key="/etc/ssl/k.pem"
}
network "devices" {
    cidr "10.0.0.0/8"
    may-send { from "a@one.example" "null"; to "local" "x@elsewhere.example"; }
    may-send tls="required" { from "local"; listener "smtp" "submissions"; }
    otherwise "refuse"
}
network "meters" {
    cidr "10.9.0.0/16"
    may-send { from "@elsewhere.example"; to "@sub.one.example"; }
}
network "hole" { cidr "10.9.9.0/24"; }
network "backup" { cidr "192.0.2.64/28"; may-send { to "b@one.example"; }; may-hand-over; }
auth "saslauthd" mechanism="shadow"
domain "one.example" {
    mailbox "a" login="alice"
    mailbox "b" login="bob"
    alias "both" "a" "b"
    alias "postmaster" "a"
}
login "alice" {
    may-send { from "own"; to "local"; }
    may-send { from "x@elsewhere.example"; to "@sub.one.example"; listener "submissions"; }
}
login "carol" { may-send { from "local" "@elsewhere.example"; }; }
authenticated { may-send { from "own"; to "x@elsewhere.example" "local"; }; }
"#;

/// A catch-all, beside an alias that leads to one.
const CATCH_ALL: &str = r#"mailpol version=1
host "mx.one.example" { address "198.51.100.25"; listen "smtp"; }
network "lan" { cidr "192.168.0.0/16"; may-send; }
domain "one.example" {
    mailbox "a"
    alias "b" "anything@two.example"
    alias "postmaster" "a"
}
domain "two.example" {
    mailbox "c"
    alias "postmaster" "c"
    catch-all "c"
}
"#;

/// Nobody logs in, nobody is internal, and SPF is off.
const BARE: &str = r#"mailpol version=1
host "mx.two.example" { address "198.51.100.25"; listen "smtp"; }
domain "two.example" { mailbox "a"; alias "postmaster" "a"; }
inbound { spf "off"; }
"#;

fn policy(text: &str) -> Policy {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text);
    let files: BTreeMap<_, _> = BTreeMap::new();
    compile::load(&source, &files, &mut diagnostics).unwrap_or_else(|_| {
        let told = diagnostics.sorted();
        let told = told.iter().map(|one| render(one.as_ref(), Style::PLAIN));
        panic!("{}", told.collect::<String>())
    })
}

/// A sequence that is the same on every run (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[usize::try_from(self.next() % choices.len() as u64).unwrap()]
    }
}

/// What random envelopes are made of.
struct Parts {
    clients: Vec<IpAddr>,
    listeners: Vec<Listener>,
    /// Without a certificate nobody can have TLS.
    has_tls: bool,
    logins: Vec<Option<String>>,
    helos: Vec<String>,
    paths: Vec<Path>,
}

/// Texts that no form spells.
const TEXTS: &[&str] = &[
    "\"a\"@one.example.",
    "@relay.example:\"a\"@one.example",
    "@relay.example:postmaster",
    "\"a\".b@one.example",
    "\"\"@sub.one.example",
    "A%x.example@SUB.one.example.",
    "-a%x.example@sub.one.example",
    "\u{fc}!a@sub.one.example",
    "x.example!a@[198.51.100.25]",
    "a@one.example@two.example",
    "a@doe-family.com.",
    "john.doe@sub.doe-family.com",
    "PostMaster@two.example",
    "a@[IPv6:::1]",
    "a b@one.example",
    "nobody@elsewhere.example",
    "john@unix.invalid",
];

impl Parts {
    fn new(policy: &Policy) -> Self {
        let own: Vec<IpAddr> = policy.host.addresses.iter().map(|one| one.value).collect();
        let mut clients: Vec<IpAddr> = ["127.0.0.1", "127.255.255.255", "128.0.0.0", "::1", "::2"]
            .iter()
            .chain(&["203.0.113.9", "::ffff:10.9.0.1", "2001:db8::1", "0.0.0.0"])
            .map(|text| text.parse().unwrap())
            .collect();
        for prefix in policy.networks.iter().flat_map(|network| &network.prefixes) {
            let (first, last) = prefix_range(prefix.value);
            let edges = [first.wrapping_sub(1), first, first + 1, last, last + 1];
            clients.extend(edges.map(v4_or_v6));
        }
        let mut logins: Vec<Option<String>> =
            vec![None, Some("www-data".into()), Some(String::new())];
        for login in policy.logins.keys() {
            logins.extend([Some(login.to_string()), Some(login.as_str().to_uppercase())]);
        }
        let mut domains = vec!["elsewhere.example".to_owned(), "example".to_owned()];
        let mut locals = vec!["nobody".to_owned(), "x".to_owned(), "postmaster".to_owned()];
        for (name, domain) in &policy.domains {
            domains.extend([name.to_string(), format!("sub.{name}"), format!("x{name}")]);
            let names = domain.mailboxes.keys().chain(domain.aliases.keys());
            locals.extend(names.map(ToString::to_string));
        }
        let mut paths: Vec<Path> = TEXTS.iter().map(|text| Path::parse(text, &own)).collect();
        for domain in &domains {
            for local in &locals {
                let address = Address::new(local, Domain::literal(domain));
                let spelled = PathForm::ALL.map(|form| Path::spell(form, &address, &own));
                // Most mail is plain, and most rules are about it.
                let plain = std::iter::repeat_n(Path::spell(PathForm::Plain, &address, &own), 20);
                paths.extend(spelled.into_iter().chain(plain));
            }
        }
        Self {
            clients,
            listeners: policy.host.listeners.iter().map(|one| one.value).collect(),
            has_tls: policy.host.tls.is_some(),
            logins,
            helos: vec![
                "mail.example".into(),
                "mx.one.example".into(),
                "[::1]".into(),
            ],
            paths,
        }
    }

    fn envelope(&self, random: &mut Random) -> Envelope {
        let listener = *random.of(&self.listeners);
        Envelope {
            client: *random.of(&self.clients),
            listener,
            tls: listener == Listener::Submissions
                || (self.has_tls && random.next().is_multiple_of(2)),
            login: random.of(&self.logins).clone(),
            helo: random.of(&self.helos).clone(),
            from: random.of(&self.paths).clone(),
            to: random.of(&self.paths).clone(),
            spf: *random.of(&SpfResult::ALL),
            spf_helo: *random.of(&SpfResult::ALL),
        }
    }
}

/// Every envelope is decided as its class is, and the classes are all.
fn check(parts: &Parts, classes: &Classes<'_, '_>) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..4_000 {
        let envelope = parts.envelope(&mut random);
        let concrete = classes.concretely(&envelope).unwrap();
        let Some(class) = classes.of(&envelope) else {
            panic!("no class answers as {envelope:?}");
        };
        assert_eq!(class.decision, concrete.decision, "{envelope:?}");
        // A class may stand for more: where one of it goes, it goes.
        assert!(class.leaves || !concrete.leaves, "{envelope:?} leaves");
        assert!(class.bounces || !concrete.bounces, "{envelope:?} bounces");
    }
    let mut sum = 0;
    let mut accepted = 0;
    let visited = classes.each(&mut |class, witness| {
        sum += class.envelopes;
        let Some(witness) = witness else {
            return;
        };
        // A path that a form cannot spell is another path: it is in another class.
        let concrete = classes.concretely(&witness).unwrap();
        let of_witness = classes.of(&witness).unwrap();
        assert_eq!(of_witness.decision, concrete.decision, "{witness:?}");
        accepted += u32::from(class.decision == concrete.decision);
    });
    assert_eq!(visited.unwrap().envelopes, sum);
    assert_eq!(classes.size(), Some(sum), "the classes are all envelopes");
    assert!(accepted > 0, "some witness is of its class");
}

#[test]
fn a_policy_decides_each_envelope_as_the_class_that_holds_it() {
    for text in [DOE, NESTED, RIGHTS, CATCH_ALL, BARE] {
        let policy = policy(text);
        let parts = Parts::new(&policy);
        with_classes(&policy, None, |classes| check(&parts, classes));
    }
}

#[test]
fn files_decide_each_envelope_as_the_class_that_holds_it() {
    for text in [DOE, NESTED, RIGHTS, CATCH_ALL, BARE] {
        let policy = policy(text);
        let parts = Parts::new(&policy);
        // What only Postfix can be told is asked of its files only.
        let can = |name: &str| text != RIGHTS || name == "postfix";
        for target in TARGETS.iter().filter(|target| can(target.name())) {
            let mut diagnostics = Diagnostics::new();
            let reading = compile::read(&policy, *target, None, &mut diagnostics);
            let reading = reading.unwrap_or_else(|_| {
                let told = diagnostics.sorted();
                let told = told.iter().map(|one| render(one.as_ref(), Style::PLAIN));
                panic!("{}", told.collect::<String>())
            });
            let files = compile::files(*target, &reading);
            let report = check_files(&policy, files);
            assert!(report.is_proved(), "{report:?}");
            with_classes(&policy, Some(files), |classes| check(&parts, classes));
        }
    }
}

/// A policy with this many networks that each have a right of their own.
fn sites(count: usize) -> String {
    let networks = (0..count).map(|site| {
        format!(
            "network \"site-{site}\" {{\n cidr \"10.0.{site}.0/24\"\n may-send {{\n from \
             \"meter-{site}@two.example\"\n to \"desk-{site}@x.example\" \
             \"@x{site}.example\"\n}}\n}}\n"
        )
    });
    BARE.to_owned() + &networks.collect::<String>()
}

/// Twice the networks are twice the classes: rights of networks are no product of networks,
/// senders and recipients.
#[test]
fn the_classes_grow_with_the_networks_and_not_with_their_product() {
    let leaves = |count| {
        let policy = policy(&sites(count));
        with_classes(&policy, None, |classes| {
            let visited = classes.each(&mut |_, _| {}).unwrap();
            visited.leaves
        })
    };
    let (few, many) = (leaves(20), leaves(40));
    assert!(many > few, "{few} and {many}");
    assert!(many <= few * 2, "{few} and {many}");
}
