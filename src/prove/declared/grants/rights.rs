//! What is declared of the rights of one network, to be compared with another's.

use super::{Declared, From, Names, To, Words};
use crate::decision::TestId;
use crate::mail::Listener;

/// What is declared of the rights of a network.
#[derive(Debug)]
pub(in crate::prove) struct Rights {
    /// All of it, but for the tests of names: the bits of its label, and its limited grants.
    pub(in crate::prove) words: (u32, Vec<OfGrant>),
    /// The tests of names, in the order of the grants.
    pub(in crate::prove) tests: Vec<TestId>,
}

/// What a grant says, but for the names in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::prove) struct OfGrant {
    from: OfFrom,
    /// Without it any recipient will do.
    to: Option<OfTo>,
    listeners: Vec<Listener>,
    needs_tls: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum OfFrom {
    Any,
    Named(Words),
    /// What the logins own: no names, but the tests that say so.
    Owned(TestId, TestId, Words),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct OfTo {
    words: Words,
    postmaster: bool,
}

impl Rights {
    pub(in crate::prove::declared) fn new(bits: u32, grants: &[Declared]) -> Self {
        let mut tests = Vec::new();
        let one = |grant: &Declared| OfGrant::new(grant, &mut tests);
        let grants = grants.iter().map(one).collect();
        Self {
            words: (bits, grants),
            tests,
        }
    }
}

impl OfGrant {
    fn new(grant: &Declared, tests: &mut Vec<TestId>) -> Self {
        let Declared {
            from,
            to,
            listeners,
            needs_tls,
        } = grant;
        let mut named = |names: &Names| {
            let Names {
                whole,
                domain,
                words,
            } = names;
            tests.extend([*whole, *domain]);
            *words
        };
        Self {
            from: match from {
                From::Any => OfFrom::Any,
                From::Named(names) => OfFrom::Named(named(names)),
                From::Owned(whole, domain, words) => OfFrom::Owned(*whole, *domain, *words),
            },
            to: to.as_ref().map(|To { names, postmaster }| OfTo {
                words: named(names),
                postmaster: *postmaster,
            }),
            listeners: listeners.clone(),
            needs_tls: *needs_tls,
        }
    }
}
