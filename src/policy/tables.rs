//! The tables that the policy's tests look at, and where its mail goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;

use super::delivery::{Follow, mailboxes_behind};
use super::form::{ForwardKind, ReverseKind};
use super::rights::{self, Rights, Scopes};
use super::{DomainScope, Grant, Login, Policy, SenderScope};
use crate::decision::{
    AddressKey, AddressTable, ClientTable, Label, LoginTable, OwnerTable, Question, Row, Test,
    TestId,
};
use crate::mail::{Address, DELIVERY_DOMAIN, Domain};
use crate::source::{Loc, Spanned};

/// The numbers of the policy's tests.
pub(super) struct Tests;

impl Tests {
    pub(super) const LISTENER: TestId = TestId(0);
    pub(super) const TLS: TestId = TestId(1);
    pub(super) const CLIENT: TestId = TestId(2);
    pub(super) const LOOPBACK: TestId = TestId(3);
    pub(super) const LOGIN: TestId = TestId(4);
    pub(super) const FROM_FORM: TestId = TestId(5);
    pub(super) const FROM_DOMAIN: TestId = TestId(6);
    pub(super) const OWNER: TestId = TestId(7);
    pub(super) const OWNER_OF_DOMAIN: TestId = TestId(8);
    pub(super) const TO_FORM: TestId = TestId(9);
    pub(super) const TO_DOMAIN: TestId = TestId(10);
    pub(super) const RECIPIENT: TestId = TestId(11);
    pub(super) const SPF_FROM: TestId = TestId(12);
    pub(super) const SPF_HELO: TestId = TestId(13);
    pub(super) const TO_ROUTE: TestId = TestId(14);
    pub(super) const FROM_ROUTE: TestId = TestId(15);
    pub(super) const FROM_ARCHIVE: TestId = TestId(16);
    pub(super) const TO_ARCHIVE: TestId = TestId(17);
    /// The tests of rights come behind these.
    const COUNT: usize = 18;
}

/// The label of a domain of ours.
pub(super) const IN_DOMAIN: Label = Label(1);
/// The label of the domain that carries deliveries to accounts.
pub(super) const DELIVERY: Label = Label(2);
/// Returns the policy's tests, in the order of their numbers, and the rights that they are asked
/// for.
pub(super) fn prepare(policy: &Policy) -> (Vec<Test>, Rights) {
    let mut scopes = Scopes::new(policy, Tests::COUNT);
    let logins = login_table(policy, &mut scopes);
    let clients = client_table(policy, scopes.labels());
    let mut tests = fixed(policy, logins, clients);
    tests.extend(archives(policy));
    let (rights, granted) = scopes.finish();
    tests.extend(granted);
    if policy.host.plus_addressing.is_some() {
        for test in &mut tests {
            test.question.with_extensions();
        }
    }
    (tests, rights)
}

fn fixed(policy: &Policy, logins: LoginTable, clients: ClientTable) -> Vec<Test> {
    let host = policy.host.at.clone();
    let (networks, domains) = (networks_at(policy), domains_at(policy));
    let owners = Arc::new(owner_table(policy));
    let auth = policy.auth.as_ref().map_or(&host, super::Auth::at).clone();
    let test =
        |name: &str, question: Question, at: &Loc| Test::new(name, question, Some(at.clone()));
    vec![
        test("listener", Question::Listener, &host),
        test("tls", Question::Tls, &host),
        test("client in network", Question::Client(clients), &networks),
        test(
            "client on loopback",
            Question::Client(loopback(&host)),
            &host,
        ),
        test("login listed", Question::Login(logins), &auth),
        test(
            "form of the reverse-path",
            Question::FromKind(ReverseKind::table(policy.host.plus_addressing.is_some())),
            &host,
        ),
        test(
            "reverse-path in our domains",
            Question::From(domain_table(policy)),
            &domains,
        ),
        test(
            "login owns the reverse-path",
            Question::Owner(Arc::clone(&owners)),
            &auth,
        ),
        test(
            "login owns the reverse-path's domain",
            Question::OwnerOfDomain(owners),
            &auth,
        ),
        test(
            "form of the forward-path",
            Question::ToKind(ForwardKind::table()),
            &host,
        ),
        test(
            "forward-path in our domains",
            Question::To(destination_table(policy)),
            &domains,
        ),
        test(
            "recipient listed",
            Question::To(recipient_table(policy)),
            &domains,
        ),
        test(
            "SPF of MAIL FROM",
            Question::SpfFrom,
            &policy.inbound.spf_at,
        ),
        test("SPF of HELO", Question::SpfHelo, &policy.inbound.spf_at),
        test(
            "recipient's domain has a route",
            Question::To(recipient_routes(policy)),
            &host,
        ),
        test(
            "sender's domain has a route",
            Question::From(sender_routes(policy)),
            &host,
        ),
    ]
}

fn archives(policy: &Policy) -> [Test; 2] {
    let archive = &policy.archive;
    let [from, to] = [&archive.from, &archive.to].map(|copies| archived(policy, copies));
    [
        ("sender's domain is archived", Question::From(from)),
        ("recipient's domain is archived", Question::To(to)),
    ]
    .map(|(name, question)| Test::new(name, question, Some(policy.host.at.clone())))
}

/// Returns where the first network stands; without one, the host.
fn networks_at(policy: &Policy) -> Loc {
    let first = policy.networks.first();
    first.map_or(&policy.host.at, |network| &network.at).clone()
}

/// Returns where the first domain stands; without one, the host.
fn domains_at(policy: &Policy) -> Loc {
    let places = policy.domains.values().map(|domain| &domain.at);
    let first = places.min_by_key(|at| at.start());
    first.unwrap_or(&policy.host.at).clone()
}

/// The label of a network is that of its rights.
fn client_table(policy: &Policy, labels: &[Label]) -> ClientTable {
    let mut rows: Vec<(IpNet, Row)> = Vec::new();
    let mut parts: Vec<Arc<[Loc]>> = Vec::new();
    for (label, network) in labels.iter().zip(&policy.networks) {
        let places = rights::places(network);
        for prefix in &network.prefixes {
            rows.push((prefix.value, Row::new(*label, network.at.clone())));
            parts.push(Arc::clone(&places));
        }
    }
    ClientTable::longest_prefix(rows).with_parts(parts)
}

fn loopback(at: &Loc) -> ClientTable {
    let v4 = ipnet::Ipv4Net::new_assert(std::net::Ipv4Addr::new(127, 0, 0, 0), 8);
    let v6 = ipnet::Ipv6Net::new_assert(std::net::Ipv6Addr::LOCALHOST, 128);
    let row = |net| (net, Row::new(Label(1), at.clone()));
    ClientTable::longest_prefix(vec![row(IpNet::V4(v4)), row(IpNet::V6(v6))])
}

fn login_table(policy: &Policy, scopes: &mut Scopes<'_>) -> LoginTable {
    LoginTable::new(policy.logins.values().map(|login| {
        let row = Row::new(scopes.login(login), login.name.at.clone());
        (login.name.value.to_string(), row)
    }))
}

fn domain_table(policy: &Policy) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Domain]);
    for (name, domain) in &policy.domains {
        table.insert(
            AddressKey::Domain,
            name.as_str(),
            Row::new(IN_DOMAIN, domain.at.clone()),
        );
    }
    table
}

fn destination_table(policy: &Policy) -> AddressTable {
    let mut table = domain_table(policy);
    let row = Row::new(DELIVERY, policy.host.at.clone());
    table.insert(AddressKey::Domain, DELIVERY_DOMAIN, row);
    table
}

fn recipient_table(policy: &Policy) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
    for (name, domain) in &policy.domains {
        let mut insert = |local: &str, at: &Loc| {
            table.insert_address(local, name.as_str(), Row::new(Label(1), at.clone()));
        };
        for (local, mailbox) in &domain.mailboxes {
            insert(local.as_str(), &mailbox.at);
        }
        for (local, alias) in &domain.aliases {
            insert(local.as_str(), &alias.at);
        }
        for (local, forward) in &domain.forwards {
            insert(local.as_str(), &forward.at);
        }
        if let Some(catch_all) = &domain.catch_all {
            let row = Row::new(Label(1), catch_all.at.clone());
            table.insert(AddressKey::Domain, name.as_str(), row);
        }
    }
    table
}

/// Which login owns which address, by some grant of its own or of all logins. Grants that cover
/// every domain of ours have no rows for it.
fn owner_table(policy: &Policy) -> OwnerTable {
    let mut table = OwnerTable::new();
    for login in policy.logins.values() {
        for scope in scopes(policy, login) {
            match scope {
                SenderScope::Any
                | SenderScope::Null
                | SenderScope::Local
                | SenderScope::Below(_) => {}
                SenderScope::Address(address) => {
                    table.own_address(&login.name.value, &address.to_string());
                }
                SenderScope::Domain(domain) => table.own_domain(&login.name.value, domain.as_str()),
                SenderScope::Own => {
                    let mailboxes = login.mailboxes.iter();
                    let mailboxes = mailboxes.map(|one| (one.local(), one.domain().as_str()));
                    table.own_all(&login.name.value, mailboxes);
                }
            }
        }
    }
    own_aliases(policy, &mut table);
    // Grants add up: a row for an address hides that of its domain, so it repeats it.
    table.spread_domains();
    if policy.host.plus_addressing.is_some() {
        table.with_extensions();
    }
    table
}

fn scopes<'p>(policy: &'p Policy, login: &'p Login) -> impl Iterator<Item = &'p SenderScope> {
    let from = |grant: &'p Grant| grant.from.iter().map(|scope| &scope.value);
    policy.grants_of(login).iter().flat_map(from)
}

/// An alias is its mailboxes' logins' own, however many aliases lie between. A catch-all is none.
fn own_aliases(policy: &Policy, table: &mut OwnerTable) {
    for (name, domain) in &policy.domains {
        for local in domain.aliases.keys() {
            let address = Address::new(local.as_str(), name.clone());
            for login in logins_behind(policy, &address) {
                let login = policy.logins.get(&login);
                let owner = login
                    .filter(|login| scopes(policy, login).any(|scope| *scope == SenderScope::Own));
                if let Some(login) = owner {
                    table.own_all(&login.name.value, [(local.as_str(), name.as_str())]);
                }
            }
        }
    }
}

/// Returns a login's own addresses: its mailboxes, and the aliases that lead to them.
pub(super) fn own_addresses(policy: &Policy, login: &Login) -> Vec<Address> {
    let mut own = login.mailboxes.to_vec();
    for (name, domain) in &policy.domains {
        let aliases = domain.aliases.keys();
        let aliases = aliases.map(|local| Address::new(local.as_str(), name.clone()));
        own.extend(
            aliases
                .filter(|alias| logins_behind(policy, alias).contains(login.name.value.as_str())),
        );
    }
    own
}

/// Returns the logins of the mailboxes that an alias leads to by name.
fn logins_behind(policy: &Policy, alias: &Address) -> BTreeSet<String> {
    let mut logins = BTreeSet::new();
    for mailbox in mailboxes_behind(policy, alias, Follow::ByName).mailboxes {
        if let Some(login) = policy
            .mailbox(mailbox)
            .and_then(|mailbox| mailbox.login.as_ref())
        {
            logins.insert(login.value.to_string());
        }
    }
    logins
}

/// Which domains of others have a route of their own.
fn recipient_routes(policy: &Policy) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Domain, AddressKey::Parent]);
    for (scope, way) in &policy.outbound.to {
        let (part, domain) = match scope {
            DomainScope::Exactly(domain) => (AddressKey::Domain, domain),
            DomainScope::Below(domain) => (AddressKey::Parent, domain),
        };
        table.insert(part, domain.as_str(), Row::new(Label(1), way.at.clone()));
    }
    table
}

/// Whose senders have a route of their own: its number among [`Policy::routes`], from 1 on.
fn sender_routes(policy: &Policy) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Domain]);
    for (domain, way) in &policy.outbound.from {
        let number = policy.routes.keys().position(|name| *name == way.via.value);
        let number = number.and_then(|number| u32::try_from(number + 1).ok());
        let row = Row::new(Label(number.unwrap_or_default()), way.at.clone());
        table.insert(AddressKey::Domain, domain.as_str(), row);
    }
    table
}

/// Which domains have an archive: its number among [`super::Archive::mailboxes`], from 1 on.
fn archived(policy: &Policy, copies: &BTreeMap<Domain, Spanned<Address>>) -> AddressTable {
    let numbers: BTreeMap<&Address, u32> =
        policy.archive.mailboxes().into_iter().zip(1..).collect();
    let mut table = AddressTable::new(&[AddressKey::Domain]);
    for (domain, mailbox) in copies {
        let number = numbers.get(&mailbox.value).copied();
        let row = Row::new(Label(number.unwrap_or_default()), mailbox.at.clone());
        table.insert(AddressKey::Domain, domain.as_str(), row);
    }
    table
}
