//! `forbid` and `require`: what users state about classes of envelopes.
//!
//! Each statement becomes a few tests of its own, after those of [`super::declared::Declared`].

use super::declared::{Answered, Asked, STATEMENTS};
use super::obligation::{Judgement, Outcome};
use crate::decision::{
    AddressKey, AddressTable, ClientTable, Label, LoginTable, Question, Row, Test, TestId, Verdict,
};
use crate::mail::Address;
use crate::policy::{
    LoginScope, Policy, RecipientScope, ReversePathScope, Statement, StatementKind,
};
use crate::prove::kind::{Forward, Reverse};

/// Each statement has this many tests.
const TESTS_EACH: u32 = 4;

/// Returns the tests of all statements.
pub(super) fn tests(policy: &Policy) -> Vec<Test> {
    policy.statements.iter().flat_map(of).collect()
}

fn of(statement: &Statement) -> Vec<Test> {
    let at = &statement.at;
    let row = || Row::new(Label(1), at.clone());
    let clients =
        ClientTable::longest_prefix(statement.clients.iter().map(|net| (*net, row())).collect());
    let logins = match &statement.login {
        Some(LoginScope::OneOf(logins)) => logins.clone(),
        Some(LoginScope::None) | None => Vec::new(),
    };
    let mut from = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
    for scope in &statement.from {
        match scope {
            ReversePathScope::Address(address) => insert(&mut from, address, row()),
            ReversePathScope::Domain(one) => from.insert(AddressKey::Domain, one.as_str(), row()),
            ReversePathScope::Null | ReversePathScope::Local | ReversePathScope::Foreign => {}
        }
    }
    let mut to = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
    for scope in &statement.to {
        match scope {
            RecipientScope::Address(address) => insert(&mut to, address, row()),
            RecipientScope::Domain(one) => to.insert(AddressKey::Domain, one.as_str(), row()),
            RecipientScope::Listed | RecipientScope::Unlisted | RecipientScope::Foreign => {}
        }
    }
    let name = |what: &str| format!("{what} of `{}`", statement.name.value);
    let logins = LoginTable::new(logins.into_iter().map(|login| (login, row())));
    vec![
        Test::new(name("client"), Question::Client(clients), Some(at.clone())),
        Test::new(name("login"), Question::Login(logins), Some(at.clone())),
        Test::new(name("from"), Question::From(from), Some(at.clone())),
        Test::new(name("to"), Question::To(to), Some(at.clone())),
    ]
}

fn insert(table: &mut AddressTable, address: &Address, row: Row) {
    table.insert(AddressKey::Address, &address.to_string(), row);
}

/// Judges the envelopes that answer as `asked` does.
pub(super) fn judge(
    number: u32,
    statement: &Statement,
    asked: &mut Asked<'_, '_>,
    outcome: &Outcome,
) -> Answered<Judgement> {
    if !covers(number, statement, asked)? {
        return Ok(Judgement::Silent);
    }
    let accepted = outcome.decision.verdict == Verdict::Accept;
    Ok(Judgement::of(match statement.kind {
        StatementKind::Forbid => !accepted,
        StatementKind::Require => accepted,
    }))
}

fn covers(number: u32, statement: &Statement, asked: &mut Asked<'_, '_>) -> Answered<bool> {
    let first = STATEMENTS + number * TESTS_EACH;
    if !statement.listeners.is_empty() && !statement.listeners.contains(&asked.listener()?) {
        return Ok(false);
    }
    if let Some(tls) = statement.tls
        && asked.tls()? != tls
    {
        return Ok(false);
    }
    if !statement.clients.is_empty() && asked.ask.ask(TestId(first))? == Label::ABSENT {
        return Ok(false);
    }
    if let Some(scope) = &statement.login {
        let label = asked.ask.ask(TestId(first + 1))?;
        let covered = match scope {
            LoginScope::None => label == Label::NO_LOGIN,
            LoginScope::OneOf(_) => label == Label(1),
        };
        if !covered {
            return Ok(false);
        }
    }
    if !covers_from(statement, TestId(first + 2), asked)?
        || !covers_to(statement, TestId(first + 3), asked)?
    {
        return Ok(false);
    }
    Ok(statement.spf.is_empty() || statement.spf.contains(&asked.spf()?))
}

/// A statement that names reverse-paths speaks of the null one and of plain ones only.
fn covers_from(statement: &Statement, test: TestId, asked: &mut Asked<'_, '_>) -> Answered<bool> {
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
            ReversePathScope::Address(_) | ReversePathScope::Domain(_) => {
                asked.ask.ask(test)? == Label(1)
            }
        };
        if covered {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A statement that names recipients speaks of plain ones; `foreign` of every form of foreign.
fn covers_to(statement: &Statement, test: TestId, asked: &mut Asked<'_, '_>) -> Answered<bool> {
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
            RecipientScope::Address(_) | RecipientScope::Domain(_) => {
                plain && asked.ask.ask(test)? == Label(1)
            }
        };
        if covered {
            return Ok(true);
        }
    }
    Ok(false)
}
