//! `forbid` and `require`: what users state about classes of envelopes.
//!
//! What a statement names becomes tests, after the first ones of [`super::declared::Declared`].

use std::collections::HashMap;
use std::hash::Hash;

use super::declared::{Answered, Asked, LOGIN};
use super::obligation::{Judgement, Outcome};
use crate::decision::{
    AddressKey, AddressTable, ClientTable, Label, LoginTable, Question, Row, Test, TestId, Verdict,
};
use crate::mail::Address;
use crate::policy::{
    LoginScope, Policy, RecipientScope, ReversePathScope, Statement, StatementKind,
};
use crate::prove::kind::{Forward, Reverse};
use crate::source::Loc;

/// The tests of a statement; none for what it does not name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asks {
    client: Option<TestId>,
    login: Option<TestId>,
    from: Option<TestId>,
    to: Option<TestId>,
}

/// Adds the tests of all statements to those of others, and returns which ones each asks.
/// Statements that name the same share a test.
pub(super) fn asks(policy: &Policy, tests: &mut Vec<Test>) -> Vec<Asks> {
    let (mut clients, mut logins) = (HashMap::new(), HashMap::new());
    let (mut froms, mut tos) = (HashMap::new(), HashMap::new());
    let mut all = Vec::new();
    for statement in &policy.statements {
        let at = &statement.at;
        let login = match &statement.login {
            Some(LoginScope::OneOf(names)) => names.as_slice(),
            Some(LoginScope::None) | None => &[],
        };
        let from: Vec<&ReversePathScope> = statement.from.iter().filter(|one| names(one)).collect();
        let to: Vec<&RecipientScope> = statement.to.iter().filter(|one| is_name(one)).collect();
        all.push(Asks {
            client: shared(&mut clients, statement.clients.as_slice(), tests, |nets| {
                let rows = nets.iter().map(|net| (*net, row(at))).collect();
                let question = Question::Client(ClientTable::longest_prefix(rows));
                Test::new("client of a statement", question, Some(at.clone()))
            }),
            login: shared(&mut logins, login, tests, |names| {
                let rows = names.iter().map(|name| (name.clone(), row(at)));
                let question = Question::Login(LoginTable::new(rows));
                Test::new("login of a statement", question, Some(at.clone()))
            }),
            from: shared(&mut froms, from, tests, |names| {
                let question = Question::From(reverse_paths(names, at));
                Test::new("reverse-path of a statement", question, Some(at.clone()))
            }),
            to: shared(&mut tos, to, tests, |names| {
                let question = Question::To(recipients(names, at));
                Test::new("forward-path of a statement", question, Some(at.clone()))
            }),
        });
    }
    all
}

/// Returns the test of some names, made by the first statement that has them; none for no names.
fn shared<K: Hash + Eq + AsRef<[N]>, N>(
    known: &mut HashMap<K, TestId>,
    names: K,
    tests: &mut Vec<Test>,
    make: impl FnOnce(&[N]) -> Test,
) -> Option<TestId> {
    if names.as_ref().is_empty() {
        return None;
    }
    if let Some(test) = known.get(&names) {
        return Some(*test);
    }
    let number = TestId(u32::try_from(tests.len()).unwrap_or(u32::MAX));
    tests.push(make(names.as_ref()));
    known.insert(names, number);
    Some(number)
}

fn row(at: &Loc) -> Row {
    Row::new(Label(1), at.clone())
}

/// Whether a scope is a name, and no word.
fn names(scope: &ReversePathScope) -> bool {
    match scope {
        ReversePathScope::Address(_) | ReversePathScope::Domain(_) | ReversePathScope::Below(_) => {
            true
        }
        ReversePathScope::Null | ReversePathScope::Local | ReversePathScope::Foreign => false,
    }
}

/// Whether a scope is a name, and no word.
fn is_name(scope: &RecipientScope) -> bool {
    match scope {
        RecipientScope::Address(_) | RecipientScope::Domain(_) | RecipientScope::Below(_) => true,
        RecipientScope::Listed | RecipientScope::Unlisted | RecipientScope::Foreign => false,
    }
}

fn reverse_paths(names: &[&ReversePathScope], at: &Loc) -> AddressTable {
    let mut table =
        AddressTable::new(&[AddressKey::Address, AddressKey::Domain, AddressKey::Parent]);
    for name in names {
        match name {
            ReversePathScope::Address(address) => insert(&mut table, address, at),
            ReversePathScope::Domain(one) => {
                table.insert(AddressKey::Domain, one.as_str(), row(at));
            }
            ReversePathScope::Below(one) => {
                table.insert(AddressKey::Parent, one.as_str(), row(at));
            }
            ReversePathScope::Null | ReversePathScope::Local | ReversePathScope::Foreign => {}
        }
    }
    table
}

fn recipients(names: &[&RecipientScope], at: &Loc) -> AddressTable {
    let mut table =
        AddressTable::new(&[AddressKey::Address, AddressKey::Domain, AddressKey::Parent]);
    for name in names {
        match name {
            RecipientScope::Address(address) => insert(&mut table, address, at),
            RecipientScope::Domain(one) => table.insert(AddressKey::Domain, one.as_str(), row(at)),
            RecipientScope::Below(one) => table.insert(AddressKey::Parent, one.as_str(), row(at)),
            RecipientScope::Listed | RecipientScope::Unlisted | RecipientScope::Foreign => {}
        }
    }
    table
}

fn insert(table: &mut AddressTable, address: &Address, at: &Loc) {
    table.insert(AddressKey::Address, &address.to_string(), row(at));
}

/// Judges the outcome of envelopes that a statement covers.
pub(super) fn judge(statement: &Statement, outcome: &Outcome) -> Judgement {
    let accepted = outcome.decision.verdict == Verdict::Accept;
    Judgement::of(match statement.kind {
        StatementKind::Forbid => !accepted,
        StatementKind::Require => accepted,
    })
}

/// Returns whether a statement speaks of the envelopes that answer as `asked` does. What divides
/// them into few parts is asked first.
pub(super) fn covers(
    statement: &Statement,
    asks: Asks,
    asked: &mut Asked<'_, '_>,
) -> Answered<bool> {
    if let Some(test) = asks.client
        && asked.ask.ask(test)? == Label::ABSENT
    {
        return Ok(false);
    }
    if !statement.listeners.is_empty() && !statement.listeners.contains(&asked.listener()?) {
        return Ok(false);
    }
    if let Some(tls) = statement.tls
        && asked.tls()? != tls
    {
        return Ok(false);
    }
    if statement.login == Some(LoginScope::None) && asked.ask.ask(LOGIN)? != Label::NO_LOGIN {
        return Ok(false);
    }
    if let Some(test) = asks.login
        && asked.ask.ask(test)? != Label(1)
    {
        return Ok(false);
    }
    if !covers_from(statement, asks.from, asked)? || !covers_to(statement, asks.to, asked)? {
        return Ok(false);
    }
    Ok(statement.spf.is_empty() || statement.spf.contains(&asked.spf()?))
}

/// A statement that names reverse-paths speaks of the null one and of plain ones only.
fn covers_from(
    statement: &Statement,
    test: Option<TestId>,
    asked: &mut Asked<'_, '_>,
) -> Answered<bool> {
    let form = asked.reverse()?;
    if form == Reverse::Null {
        return Ok(statement.from.is_empty() || statement.from.contains(&ReversePathScope::Null));
    }
    if form != Reverse::Plain {
        return Ok(statement.from.is_empty() && statement.kind == StatementKind::Forbid);
    }
    if statement.from.is_empty() {
        return Ok(true);
    }
    for scope in &statement.from {
        let covered = match scope {
            ReversePathScope::Null => false,
            ReversePathScope::Local => asked.claims_ours()?,
            ReversePathScope::Foreign => !asked.claims_ours()?,
            ReversePathScope::Address(_)
            | ReversePathScope::Domain(_)
            | ReversePathScope::Below(_) => match test {
                Some(test) => asked.ask.ask(test)? == Label(1),
                None => false,
            },
        };
        if covered {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A statement that names recipients speaks of plain ones; `foreign` of every form of foreign.
fn covers_to(
    statement: &Statement,
    test: Option<TestId>,
    asked: &mut Asked<'_, '_>,
) -> Answered<bool> {
    let plain = asked.forward()? == Forward::Plain;
    if statement.to.is_empty() {
        return Ok(plain || statement.kind == StatementKind::Forbid);
    }
    for scope in &statement.to {
        let covered = match scope {
            RecipientScope::Listed => asked.plain_listed()?,
            RecipientScope::Unlisted => asked.plain_ours()? && !asked.plain_listed()?,
            RecipientScope::Foreign if statement.kind == StatementKind::Forbid => {
                asked.foreign()?
            }
            RecipientScope::Foreign => asked.plain_foreign()?,
            RecipientScope::Address(_) | RecipientScope::Domain(_) | RecipientScope::Below(_) => {
                match test {
                    Some(test) => plain && asked.ask.ask(test)? == Label(1),
                    None => false,
                }
            }
        };
        if covered {
            return Ok(true);
        }
    }
    Ok(false)
}
