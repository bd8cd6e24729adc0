//! `forbid` and `require`: what users state about classes of envelopes.
//!
//! What a statement names becomes tests, after the first ones of [`super::declared::Declared`].
//!
//! SOUNDNESS: with these tests a class of envelopes is wholly of a statement or wholly not. A
//! `forbid` speaks of every spelling of what it names, so an odd path is no way around it; a
//! `require` only of plain ones, which everybody has a right to.

mod asks;

use super::declared::{Answered, Asked, LOGIN};
use super::obligation::{Judgement, Outcome};
use crate::decision::{Label, TestId, Verdict};
use crate::policy::{
    Class, LoginScope, RecipientScope, ReversePathScope, Statement, StatementKind,
};
use crate::prove::kind::{Forward, Reverse};

use asks::ClassAsks;
pub(super) use asks::{Asks, asks};

/// Which spellings of a path a class holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spellings {
    /// Plain addresses, and the null reverse-path: nobody has a right to another spelling.
    Plain,
    /// Every one, and a name in whatever a right that names it covers.
    Every,
}

/// Judges the outcome of envelopes that a statement covers.
pub(super) fn judge(statement: &Statement, outcome: &Outcome) -> Judgement {
    let accepted = outcome.decision.verdict == Verdict::Accept;
    Judgement::of(match statement.kind {
        StatementKind::Forbid => !accepted,
        StatementKind::Require => accepted,
    })
}

/// Returns whether a statement speaks of the envelopes that answer as `asked` does: they are of its
/// class, and of none that it excepts.
pub(super) fn covers(
    statement: &Statement,
    asks: &Asks,
    asked: &mut Asked<'_, '_>,
) -> Answered<bool> {
    let spellings = match statement.kind {
        StatementKind::Forbid => Spellings::Every,
        StatementKind::Require => Spellings::Plain,
    };
    if !holds(&statement.class, asks.class, spellings, asked)? {
        return Ok(false);
    }
    for (class, asks) in statement.except.iter().zip(&asks.except) {
        if holds(class, *asks, Spellings::Every, asked)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns whether envelopes are of a class. What divides them into few parts is asked first.
fn holds(
    class: &Class,
    asks: ClassAsks,
    spellings: Spellings,
    asked: &mut Asked<'_, '_>,
) -> Answered<bool> {
    if let Some(test) = asks.client
        && asked.ask.ask(test)? == Label::ABSENT
    {
        return Ok(false);
    }
    if !class.listeners.is_empty() && !class.listeners.contains(&asked.listener()?) {
        return Ok(false);
    }
    if let Some(tls) = class.tls
        && asked.tls()? != tls
    {
        return Ok(false);
    }
    if class.login == Some(LoginScope::None) && asked.ask.ask(LOGIN)? != Label::NO_LOGIN {
        return Ok(false);
    }
    if let Some(test) = asks.login
        && asked.ask.ask(test)? != Label(1)
    {
        return Ok(false);
    }
    if !holds_from(class, asks, spellings, asked)? || !holds_to(class, asks, spellings, asked)? {
        return Ok(false);
    }
    Ok(class.spf.is_empty() || class.spf.contains(&asked.spf()?))
}

fn holds_from(
    class: &Class,
    asks: ClassAsks,
    spellings: Spellings,
    asked: &mut Asked<'_, '_>,
) -> Answered<bool> {
    let form = asked.reverse()?;
    if spellings == Spellings::Plain && !matches!(form, Reverse::Null | Reverse::Plain) {
        return Ok(false);
    }
    if class.from.is_empty() {
        return Ok(true);
    }
    if form == Reverse::Null {
        return Ok(class.from.contains(&ReversePathScope::Null));
    }
    for scope in &class.from {
        let held = match scope {
            ReversePathScope::Null => false,
            ReversePathScope::Local => asked.claims_ours()?,
            ReversePathScope::Foreign => !asked.claims_ours()?,
            ReversePathScope::Address(_)
            | ReversePathScope::Domain(_)
            | ReversePathScope::Below(_) => match form {
                Reverse::Plain | Reverse::Address => named(asks.from.whole, asked)?,
                Reverse::Domain => named(asks.from.domain, asked)?,
                Reverse::Null | Reverse::Neither => false,
            },
        };
        if held {
            return Ok(true);
        }
    }
    Ok(false)
}

fn holds_to(
    class: &Class,
    asks: ClassAsks,
    spellings: Spellings,
    asked: &mut Asked<'_, '_>,
) -> Answered<bool> {
    let form = asked.forward()?;
    if spellings == Spellings::Plain && form != Forward::Plain {
        return Ok(false);
    }
    if class.to.is_empty() {
        return Ok(true);
    }
    for scope in &class.to {
        let held = match scope {
            RecipientScope::Listed => asked.listed()?,
            RecipientScope::Unlisted => asked.local()? && !asked.listed()?,
            RecipientScope::Foreign if spellings == Spellings::Every => asked.foreign()?,
            RecipientScope::Foreign => asked.plain_foreign()?,
            RecipientScope::Address(_) | RecipientScope::Domain(_) | RecipientScope::Below(_) => {
                match form {
                    Forward::Plain | Forward::Address => named(asks.to.whole, asked)?,
                    Forward::Domain => named(asks.to.domain, asked)?,
                    Forward::Postmaster => asks.postmaster,
                    Forward::Abroad | Forward::Routed | Forward::Nowhere => false,
                }
            }
        };
        if held {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns whether the names of a class have the answer of an envelope.
fn named(test: Option<TestId>, asked: &mut Asked<'_, '_>) -> Answered<bool> {
    match test {
        Some(test) => Ok(asked.ask.ask(test)? == Label(1)),
        None => Ok(false),
    }
}
