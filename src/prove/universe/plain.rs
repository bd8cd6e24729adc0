//! Classes of the dimensions that are short lists: session, login, HELO, forms, SPF.

use std::collections::{BTreeSet, HashMap};

use super::Axis;
use super::class::{Dimension, Labels, TestNumber, Witness};
use crate::decision::{KeyMap, Label, LoginTable, OwnerTable, Question};
use crate::mail::{Listener, PathForm};
use crate::prove::names::{NOBODYS_LOGIN, fresh, names};
use crate::spf::SpfResult;

type Questions<'q> = [(TestNumber, &'q Question)];

/// The tests of an axis whose label is the atom's own number.
fn numbered(questions: &Questions<'_>, axis: Axis, label: u32) -> Labels {
    questions
        .iter()
        .filter(|(_, question)| super::axis(question) == Some(axis))
        .map(|(test, _)| (*test, Label(label)))
        .collect()
}

/// Returns the classes of sessions: each listener that exists, without TLS and with it where it is
/// offered; on `submissions` there is no session without.
pub(super) fn sessions(questions: &Questions<'_>, listeners: &[(Listener, bool)]) -> Dimension {
    let mut dimension = Dimension::default();
    for (listener, offers_tls) in listeners {
        for tls in [false, true] {
            let exists = if *listener == Listener::Submissions {
                tls
            } else {
                !tls || *offers_tls
            };
            if !exists {
                continue;
            }
            let labels = questions.iter().filter_map(|(test, question)| {
                if matches!(question, Question::Listener) {
                    return Some((*test, Label(*listener as u32)));
                }
                matches!(question, Question::Tls).then(|| (*test, Label(u32::from(tls))))
            });
            dimension.add(labels.collect(), 1, || Witness::Session(*listener, tls));
        }
    }
    dimension
}

/// Returns the classes of path forms: those that no test tells apart are one.
pub(super) fn forms(questions: &Questions<'_>, axis: Axis) -> Dimension {
    let mut dimension = Dimension::default();
    for form in PathForm::ALL {
        let labels = questions.iter().filter_map(|(test, question)| {
            let label = match (axis, question) {
                (Axis::FromForm, Question::FromForm) | (Axis::ToForm, Question::ToForm) => {
                    Label(form.index())
                }
                (Axis::FromForm, Question::FromKind(table))
                | (Axis::ToForm, Question::ToKind(table)) => table.lookup(form),
                _ => return None,
            };
            Some((*test, label))
        });
        dimension.add(labels.collect(), 1, || Witness::Form(form));
    }
    dimension
}

/// Returns the classes of SPF results; pass and none first: the witnesses that mean least.
pub(super) fn spf(questions: &Questions<'_>, axis: Axis) -> Dimension {
    let mut dimension = Dimension::default();
    for result in SpfResult::ALL {
        let labels = numbered(questions, axis, result as u32);
        dimension.add(labels, 1, || Witness::Spf(result));
    }
    dimension
}

/// Returns every login that some table names, sorted, and a fresh one.
pub(super) fn login_keys(questions: &Questions<'_>) -> Vec<String> {
    let mut keys: KeyMap<()> = KeyMap::default();
    let mut seen: Vec<&OwnerTable> = Vec::new();
    for (_, question) in questions {
        if let Question::Login(table) = question {
            table.keys().for_each(|key| {
                keys.put(key, || ());
            });
        }
        if let Question::Owner(table) | Question::OwnerOfDomain(table) = question
            && !seen.iter().any(|one| std::ptr::eq(*one, table.as_ref()))
        {
            seen.push(table);
            table.logins().for_each(|key| {
                keys.put(key, || ());
            });
        }
    }
    let fresh = fresh(NOBODYS_LOGIN, |name| keys.contains(name));
    let mut keys: Vec<String> = keys.keys().map(str::to_owned).collect();
    keys.sort_unstable();
    keys.push(fresh);
    keys
}

/// A table of more logins than this is large.
const SMALL_MAX: usize = 64;

/// Returns the classes of logins, and the class of each login, in the order of the keys.
pub(super) fn logins(questions: &Questions<'_>, keys: &[String]) -> (Dimension, Vec<u32>) {
    let mut dimension = Dimension::default();
    let mut numbers = Vec::with_capacity(keys.len());
    let tables: Vec<_> = questions
        .iter()
        .filter_map(|(test, question)| {
            if let Question::Login(table) = question {
                Some((*test, table))
            } else {
                None
            }
        })
        .collect();
    // The client that gives no login comes first: a class of its own.
    let none = tables
        .iter()
        .map(|(test, _)| (*test, Label::NO_LOGIN))
        .collect();
    dimension.add(none, 1, || Witness::Login(None));
    // Large tables are asked about every login; of the small ones, which may be as many as there
    // are logins, those that name it.
    let (large, small): (Vec<_>, Vec<_>) = tables
        .iter()
        .partition(|(_, table)| table.keys().nth(SMALL_MAX).is_some());
    let label =
        |table: &LoginTable, key: &str| table.lookup(key).map_or(Label::ABSENT, |row| row.label);
    let mut named: HashMap<&str, Labels> = HashMap::new();
    for (test, table) in small {
        for key in table.keys() {
            let labels = named.entry(key).or_default();
            labels.push((test, label(table, key)));
        }
    }
    for key in keys {
        let mut labels = named.remove(key.as_str()).unwrap_or_default();
        labels.extend(large.iter().map(|(test, table)| (*test, label(table, key))));
        let number = dimension.add(labels, 1, || Witness::Login(Some(key.clone())));
        numbers.push(number);
    }
    (dimension, numbers)
}

/// Returns the classes of HELO names.
pub(super) fn helos(questions: &Questions<'_>) -> Dimension {
    let mut dimension = Dimension::default();
    let tables: Vec<_> = questions
        .iter()
        .filter_map(|(test, question)| {
            if let Question::Helo(table) = question {
                Some((*test, table))
            } else {
                None
            }
        })
        .collect();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for (_, table) in &tables {
        let named = table.exact_keys().into_iter().chain(table.below_keys());
        keys.extend(named.map(str::to_owned));
    }
    let names = names(keys, "mail");
    let named = names.named.into_iter().map(|(name, _)| name);
    for key in std::iter::once(names.fresh).chain(named) {
        let labels = tables.iter().map(|(test, table)| {
            (
                *test,
                table.lookup(&key).map_or(Label::ABSENT, |row| row.label),
            )
        });
        dimension.add(labels.collect(), 1, || Witness::Helo(key.clone()));
    }
    dimension
}
