//! What statements name, as tests.

use std::collections::HashMap;
use std::hash::Hash;

use crate::decision::{
    AddressKey, AddressTable, ClientTable, Label, LoginTable, Question, Row, Test, TestId,
};
use crate::policy::{Class, LoginScope, Policy, RecipientScope, ReversePathScope, Statement};
use crate::source::Loc;

/// The tests of a statement: of its class, and of each that it excepts.
#[derive(Debug)]
pub(in crate::prove) struct Asks {
    pub(super) class: ClassAsks,
    pub(super) except: Vec<ClassAsks>,
}

/// The tests of a class; none for what it does not name.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClassAsks {
    pub(super) client: Option<TestId>,
    pub(super) login: Option<TestId>,
    pub(super) from: Names,
    pub(super) to: Names,
    /// Whether bare postmaster is one of the recipients that it names.
    pub(super) postmaster: bool,
}

/// The tests of paths: of those that have an address, and of those that have a domain only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub(super) whole: Option<TestId>,
    pub(super) domain: Option<TestId>,
}

/// Adds the tests of all statements to those of others, and returns which ones each asks.
pub(in crate::prove) fn asks(policy: &Policy, tests: &mut Vec<Test>) -> Vec<Asks> {
    let mut made = Made {
        policy,
        tests,
        clients: HashMap::new(),
        logins: HashMap::new(),
        froms: HashMap::new(),
        tos: HashMap::new(),
    };
    let mut one = |statement: &'_ Statement| Asks {
        class: made.class(&statement.class),
        except: statement.except.iter().map(|one| made.class(one)).collect(),
    };
    policy.statements.iter().map(&mut one).collect()
}

/// The tests that are made already: classes that name the same share a test.
struct Made<'p, 't> {
    policy: &'p Policy,
    tests: &'t mut Vec<Test>,
    clients: HashMap<Vec<ipnet::IpNet>, TestId>,
    logins: HashMap<Vec<String>, TestId>,
    froms: HashMap<Vec<ReversePathScope>, TestId>,
    tos: HashMap<Vec<RecipientScope>, TestId>,
}

impl Made<'_, '_> {
    fn class(&mut self, class: &Class) -> ClassAsks {
        let at = &class.at;
        let login = match &class.login {
            Some(LoginScope::OneOf(names)) => names.clone(),
            Some(LoginScope::None) | None => Vec::new(),
        };
        let postmaster = self.policy.postmaster().map(|address| &address.value);
        let recipients = recipients(&class.to, at);
        ClassAsks {
            client: shared(
                &mut self.clients,
                class.clients.clone(),
                self.tests,
                |nets| {
                    let rows = nets.iter().map(|net| (*net, row(at))).collect();
                    let question = Question::Client(ClientTable::longest_prefix(rows));
                    Test::new("client of a statement", question, Some(at.clone()))
                },
            ),
            login: shared(&mut self.logins, login, self.tests, |names| {
                let rows = names.iter().map(|name| (name.clone(), row(at)));
                let question = Question::Login(LoginTable::new(rows));
                Test::new("login of a statement", question, Some(at.clone()))
            }),
            from: Names {
                whole: self.from(&class.from, is_name, at),
                domain: self.from(&class.from, is_domain, at),
            },
            to: Names {
                whole: self.to(&class.to, is_recipient, at),
                domain: self.to(&class.to, is_domain_of_recipients, at),
            },
            postmaster: postmaster.is_some_and(|address| {
                let (local, domain) = (address.local(), address.domain().as_str());
                recipients.lookup(Some(local), Some(domain)).is_some()
            }),
        }
    }

    fn from(
        &mut self,
        scopes: &[ReversePathScope],
        wanted: fn(&ReversePathScope) -> bool,
        at: &Loc,
    ) -> Option<TestId> {
        let scopes = scopes.iter().filter(|scope| wanted(scope)).cloned();
        shared(&mut self.froms, scopes.collect(), self.tests, |scopes| {
            let question = Question::From(reverse_paths(scopes, at));
            Test::new("reverse-path of a statement", question, Some(at.clone()))
        })
    }

    fn to(
        &mut self,
        scopes: &[RecipientScope],
        wanted: fn(&RecipientScope) -> bool,
        at: &Loc,
    ) -> Option<TestId> {
        let scopes = scopes.iter().filter(|scope| wanted(scope)).cloned();
        shared(&mut self.tos, scopes.collect(), self.tests, |scopes| {
            let question = Question::To(recipients(scopes, at));
            Test::new("forward-path of a statement", question, Some(at.clone()))
        })
    }
}

/// Returns the test of some names, made by the first class that has them; none for no names.
fn shared<N: Hash + Eq>(
    known: &mut HashMap<Vec<N>, TestId>,
    names: Vec<N>,
    tests: &mut Vec<Test>,
    make: impl FnOnce(&[N]) -> Test,
) -> Option<TestId> {
    if names.is_empty() {
        return None;
    }
    if let Some(test) = known.get(&names) {
        return Some(*test);
    }
    let number = TestId(u32::try_from(tests.len()).unwrap_or(u32::MAX));
    tests.push(make(&names));
    known.insert(names, number);
    Some(number)
}

fn row(at: &Loc) -> Row {
    Row::new(Label(1), at.clone())
}

/// Whether a scope is a name, and no word.
fn is_name(scope: &ReversePathScope) -> bool {
    matches!(scope, ReversePathScope::Address(_)) || is_domain(scope)
}

/// Whether a scope names whole domains.
fn is_domain(scope: &ReversePathScope) -> bool {
    match scope {
        ReversePathScope::Domain(_) | ReversePathScope::Below(_) => true,
        ReversePathScope::Null
        | ReversePathScope::Local
        | ReversePathScope::Foreign
        | ReversePathScope::Address(_) => false,
    }
}

/// Whether a scope is a name, and no word.
fn is_recipient(scope: &RecipientScope) -> bool {
    matches!(scope, RecipientScope::Address(_)) || is_domain_of_recipients(scope)
}

/// Whether a scope names whole domains.
fn is_domain_of_recipients(scope: &RecipientScope) -> bool {
    match scope {
        RecipientScope::Domain(_) | RecipientScope::Below(_) => true,
        RecipientScope::Listed
        | RecipientScope::Unlisted
        | RecipientScope::Foreign
        | RecipientScope::Address(_) => false,
    }
}

fn reverse_paths(scopes: &[ReversePathScope], at: &Loc) -> AddressTable {
    let mut table = empty();
    for scope in scopes {
        let (key, name) = match scope {
            ReversePathScope::Address(one) => (AddressKey::Address, one.to_string()),
            ReversePathScope::Domain(one) => (AddressKey::Domain, one.to_string()),
            ReversePathScope::Below(one) => (AddressKey::Parent, one.to_string()),
            ReversePathScope::Null | ReversePathScope::Local | ReversePathScope::Foreign => {
                continue;
            }
        };
        table.insert(key, &name, row(at));
    }
    table
}

fn recipients(scopes: &[RecipientScope], at: &Loc) -> AddressTable {
    let mut table = empty();
    for scope in scopes {
        let (key, name) = match scope {
            RecipientScope::Address(one) => (AddressKey::Address, one.to_string()),
            RecipientScope::Domain(one) => (AddressKey::Domain, one.to_string()),
            RecipientScope::Below(one) => (AddressKey::Parent, one.to_string()),
            RecipientScope::Listed | RecipientScope::Unlisted | RecipientScope::Foreign => continue,
        };
        table.insert(key, &name, row(at));
    }
    table
}

fn empty() -> AddressTable {
    AddressTable::new(&[AddressKey::Address, AddressKey::Domain, AddressKey::Parent])
}
