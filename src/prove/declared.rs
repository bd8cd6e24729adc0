//! What a policy declares, as obligations see it: by a plain scan of what was written.
//!
//! Obligations stand on their own feet. Nothing here calls `PolicyDecider` or the tables behind
//! it: if both had the same mistake, the proof would not see it.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::kind::{Forward, Reverse};
use crate::decision::{
    AddressKey, AddressTable, Ask, ClientTable, FormTable, Label, LoginTable, OwnerTable, Question,
    Row, Test, TestId, Unanswered,
};
use crate::mail::{Address, DELIVERY_DOMAIN, Listener, prefix_range};
use crate::policy::{HostedDomain, Otherwise, Policy, SenderScope};
use crate::source::Loc;
use crate::spf::SpfResult;

/// What a policy declares, with the tests that obligations ask.
#[derive(Debug)]
pub(super) struct Declared<'p> {
    /// The policy, for what is neither a prefix nor a name.
    pub(super) policy: &'p Policy,
    tests: Vec<Test>,
}

/// What a client's network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) may_send: bool,
    pub(super) may_hand_over: bool,
    pub(super) refuse: bool,
}

const CLIENT: TestId = TestId(0);
const LOOPBACK: TestId = TestId(1);
const LISTENER: TestId = TestId(2);
const TLS: TestId = TestId(3);
const LOGIN: TestId = TestId(4);
const FROM_FORM: TestId = TestId(5);
const FROM: TestId = TestId(6);
const OWNER: TestId = TestId(7);
const OWNER_OF_DOMAIN: TestId = TestId(8);
const TO_FORM: TestId = TestId(9);
const TO: TestId = TestId(10);
const SPF_FROM: TestId = TestId(11);
const SPF_HELO: TestId = TestId(12);
const RECIPIENT: TestId = TestId(13);
const POSTMASTER: TestId = TestId(14);
/// The first test of the statements that users write.
pub(super) const STATEMENTS: u32 = 15;

impl<'p> Declared<'p> {
    /// Reads what a policy declares.
    pub(super) fn new(policy: &'p Policy) -> Self {
        let at = &policy.host.at;
        let test = |name: &str, question| Test::new(name, question, Some(at.clone()));
        let ours = |_: &HostedDomain| true;
        let mut tests = vec![
            test(
                "declared network of the client",
                Question::Client(networks(policy)),
            ),
            test("loopback", Question::Client(loopback(at))),
            test("listener", Question::Listener),
            test("TLS", Question::Tls),
            test("declared login", Question::Login(logins(policy))),
            test(
                "form of the reverse-path",
                Question::FromKind(FormTable::new(Reverse::number)),
            ),
            test(
                "reverse-path in a declared domain",
                Question::From(domains(policy, ours)),
            ),
            test("declared owner", Question::Owner(owners(policy))),
            test(
                "declared owner of the domain",
                Question::OwnerOfDomain(owners(policy)),
            ),
            test(
                "form of the forward-path",
                Question::ToKind(FormTable::new(Forward::number)),
            ),
            test(
                "forward-path in a declared domain",
                Question::To(destinations(policy)),
            ),
            test("SPF of MAIL FROM", Question::SpfFrom),
            test("SPF of HELO", Question::SpfHelo),
            test("declared recipient", Question::To(recipients(policy))),
            test(
                "postmaster of a declared domain",
                Question::To(postmasters(policy)),
            ),
        ];
        tests.extend(super::statement::tests(policy));
        Self { policy, tests }
    }

    /// Returns the tests, in the order of their numbers.
    pub(super) fn tests(&self) -> &[Test] {
        &self.tests
    }
}

/// The questions of obligations, in words.
pub(super) struct Asked<'a, 'p> {
    pub(super) declared: &'a Declared<'p>,
    pub(super) ask: &'a mut dyn Ask,
}

/// An answer, or the test that is missing.
pub(super) type Answered<T> = Result<T, Unanswered>;

impl Asked<'_, '_> {
    fn yes(&mut self, test: TestId) -> Answered<bool> {
        Ok(self.ask.ask(test)? != Label::ABSENT)
    }

    /// Returns the rights of the network that the client is in.
    pub(super) fn network(&mut self) -> Answered<Network> {
        let bits = self.ask.ask(CLIENT)?.0;
        Ok(Network {
            may_send: bits & 1 != 0,
            may_hand_over: bits & 2 != 0,
            refuse: bits & 4 != 0,
        })
    }

    /// Returns whether the client is internal.
    pub(super) fn internal(&mut self) -> Answered<bool> {
        Ok(self.network()?.may_send)
    }

    pub(super) fn loopback(&mut self) -> Answered<bool> {
        self.yes(LOOPBACK)
    }

    pub(super) fn listener(&mut self) -> Answered<Listener> {
        let number = self.ask.ask(LISTENER)?.0 as usize;
        Ok(Listener::ALL.get(number).copied().unwrap_or(Listener::Smtp))
    }

    pub(super) fn tls(&mut self) -> Answered<bool> {
        self.yes(TLS)
    }

    /// Returns whether the login is one that the policy lists.
    pub(super) fn login_listed(&mut self) -> Answered<bool> {
        let label = self.ask.ask(LOGIN)?;
        Ok(label != Label::ABSENT && label != Label::NO_LOGIN)
    }

    /// Returns whether the client is authenticated: a listed login, under TLS, where AUTH is.
    pub(super) fn authenticated(&mut self) -> Answered<bool> {
        Ok(self.listener()? != Listener::Smtp && self.tls()? && self.login_listed()?)
    }

    /// Returns whether the client is neither internal nor authenticated.
    pub(super) fn stranger(&mut self) -> Answered<bool> {
        Ok(!self.internal()? && !self.authenticated()?)
    }

    pub(super) fn reverse(&mut self) -> Answered<Reverse> {
        let number = self.ask.ask(FROM_FORM)?.0 as usize;
        Ok(Reverse::ALL
            .get(number)
            .copied()
            .unwrap_or(Reverse::Neither))
    }

    pub(super) fn forward(&mut self) -> Answered<Forward> {
        let number = self.ask.ask(TO_FORM)?.0 as usize;
        Ok(Forward::ALL.get(number).copied().unwrap_or(Forward::Abroad))
    }

    /// Returns whether the reverse-path claims one of our domains.
    pub(super) fn claims_ours(&mut self) -> Answered<bool> {
        Ok(self.reverse()?.has_domain() && self.yes(FROM)?)
    }

    /// Returns whether a grant of the login covers the reverse-path; the null one always.
    pub(super) fn covered(&mut self) -> Answered<bool> {
        let form = self.reverse()?;
        if form == Reverse::Null || self.ask.ask(LOGIN)? == Label(2) {
            return Ok(true);
        }
        match form {
            Reverse::Plain | Reverse::Address => self.yes(OWNER),
            Reverse::Domain => self.yes(OWNER_OF_DOMAIN),
            Reverse::Null | Reverse::Neither => Ok(false),
        }
    }

    /// Returns whether the forward-path leads to somebody else, or could be followed there.
    pub(super) fn foreign(&mut self) -> Answered<bool> {
        match self.forward()? {
            Forward::Abroad => Ok(true),
            Forward::Postmaster | Forward::Nowhere => Ok(false),
            Forward::Plain | Forward::Domain => Ok(self.ask.ask(TO)? != Label(1)),
        }
    }

    /// Returns whether the forward-path is a plain address elsewhere.
    pub(super) fn plain_foreign(&mut self) -> Answered<bool> {
        Ok(self.forward()? == Forward::Plain && !self.yes(TO)?)
    }

    /// Returns whether the forward-path is the plain address of a declared recipient.
    pub(super) fn plain_listed(&mut self) -> Answered<bool> {
        Ok(self.forward()? == Forward::Plain && self.yes(RECIPIENT)?)
    }

    /// Returns whether the forward-path is plain, in a domain of ours.
    pub(super) fn plain_ours(&mut self) -> Answered<bool> {
        Ok(self.forward()? == Forward::Plain && self.ask.ask(TO)? == Label(1))
    }

    /// Returns whether the forward-path is postmaster of a domain of ours, or bare.
    pub(super) fn postmaster(&mut self) -> Answered<bool> {
        let form = self.forward()?;
        Ok(form == Forward::Postmaster || (form == Forward::Plain && self.yes(POSTMASTER)?))
    }

    /// Returns the result of the identity that RFC 7208 section 2.4 names.
    pub(super) fn spf(&mut self) -> Answered<SpfResult> {
        let test = if self.reverse()? == Reverse::Null {
            SPF_HELO
        } else {
            SPF_FROM
        };
        let number = self.ask.ask(test)?.0 as usize;
        Ok(SpfResult::ALL
            .get(number)
            .copied()
            .unwrap_or(SpfResult::None))
    }
}

fn row(label: u32, at: &Loc) -> Row {
    Row::new(Label(label), at.clone())
}

/// Of the prefixes that hold an address, the longest decides. Scanned anew for each interval.
fn networks(policy: &Policy) -> ClientTable {
    let mut prefixes: Vec<(u128, u128, IpNet, u32)> = Vec::new();
    for network in &policy.networks {
        let bits = u32::from(network.may_send.is_some())
            | u32::from(network.may_hand_over.is_some()) << 1
            | u32::from(matches!(network.otherwise, Otherwise::Refuse(_))) << 2;
        for prefix in &network.prefixes {
            let (first, last) = prefix_range(prefix.value);
            prefixes.push((first, last, prefix.value, bits));
        }
    }
    let mut edges: BTreeSet<u128> = BTreeSet::from([0]);
    for (first, last, _, _) in &prefixes {
        edges.insert(*first);
        edges.extend(last.checked_add(1));
    }
    let intervals = edges.into_iter().map(|edge| {
        let holds = prefixes
            .iter()
            .filter(|(first, last, _, _)| (*first..=*last).contains(&edge));
        // The longest prefix is the one that holds the fewest addresses.
        let longest = holds.min_by_key(|(first, last, _, _)| last - first);
        (
            edge,
            longest.map(|(_, _, _, bits)| row(*bits, &policy.host.at)),
        )
    });
    ClientTable::intervals(intervals)
}

fn loopback(at: &Loc) -> ClientTable {
    let v4 = 0xffff_7f00_0000;
    let some = Some(row(1, at));
    let (v6, none) = (some.clone(), None);
    ClientTable::intervals([
        (0, none.clone()),
        (1, v6),
        (2, none.clone()),
        (v4, some),
        (v4 + 0x0100_0000, none),
    ])
}

fn logins(policy: &Policy) -> LoginTable {
    LoginTable::new(policy.logins.iter().map(|(name, login)| {
        let grant = login.grant.as_ref().unwrap_or(&policy.authenticated);
        let any = grant
            .from
            .iter()
            .any(|scope| scope.value == SenderScope::Any);
        (name.clone(), row(if any { 2 } else { 1 }, &login.name.at))
    }))
}

fn domains(policy: &Policy, which: impl Fn(&HostedDomain) -> bool) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Domain]);
    for (name, domain) in policy.domains.iter().filter(|(_, domain)| which(domain)) {
        table.insert(AddressKey::Domain, name.as_str(), row(1, &domain.at));
    }
    table
}

/// Nobody may send to the domain that carries deliveries: it is neither ours nor elsewhere.
fn destinations(policy: &Policy) -> AddressTable {
    let mut table = domains(policy, |_| true);
    table.insert(AddressKey::Domain, DELIVERY_DOMAIN, row(2, &policy.host.at));
    table
}

fn recipients(policy: &Policy) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
    for (name, domain) in &policy.domains {
        let names = domain.mailboxes.keys().chain(domain.aliases.keys());
        for local in names {
            table.insert(
                AddressKey::Address,
                &format!("{local}@{name}"),
                row(1, &domain.at),
            );
        }
        if domain.catch_all.is_some() {
            table.insert(AddressKey::Domain, name.as_str(), row(1, &domain.at));
        }
    }
    table
}

fn postmasters(policy: &Policy) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Address]);
    for (name, domain) in &policy.domains {
        table.insert(
            AddressKey::Address,
            &format!("postmaster@{name}"),
            row(1, &domain.at),
        );
    }
    table
}

/// Who owns what: what grants name, and for `own` mailboxes with the aliases that lead to them,
/// found by going from the mailboxes up until nothing is added.
fn owners(policy: &Policy) -> OwnerTable {
    let mut owned: BTreeMap<String, BTreeSet<Address>> = BTreeMap::new();
    let mut table = OwnerTable::new();
    for (name, login) in &policy.logins {
        let grant = login.grant.as_ref().unwrap_or(&policy.authenticated);
        let mut own: BTreeSet<Address> = BTreeSet::new();
        for scope in &grant.from {
            match &scope.value {
                SenderScope::Own => own.extend(upwards(policy, name)),
                SenderScope::Any => {}
                SenderScope::Address(address) => {
                    own.insert(address.clone());
                }
                SenderScope::Domain(domain) => table.own_domain(name, domain.as_str()),
            }
        }
        owned.insert(name.clone(), own);
    }
    for (login, addresses) in &owned {
        for address in addresses {
            table.own_address(login, &address.to_string());
        }
    }
    table.spread_domains();
    table
}

/// Returns a login's mailboxes, and every alias that leads to one by name.
fn upwards(policy: &Policy, login: &str) -> BTreeSet<Address> {
    let mut own: BTreeSet<Address> = BTreeSet::new();
    for (name, domain) in &policy.domains {
        for (local, mailbox) in &domain.mailboxes {
            if mailbox.login.as_ref().is_some_and(|one| one.value == login) {
                own.insert(Address::new(local.as_str(), name.clone()));
            }
        }
    }
    loop {
        let before = own.len();
        for (name, domain) in &policy.domains {
            for (local, alias) in &domain.aliases {
                if alias
                    .targets
                    .iter()
                    .any(|target| own.contains(&target.value))
                {
                    own.insert(Address::new(local.as_str(), name.clone()));
                }
            }
        }
        if own.len() == before {
            return own;
        }
    }
}
