//! What a policy declares, as obligations see it: by a plain scan of what was written.
//!
//! Obligations stand on their own feet. Nothing here calls `PolicyDecider` or the tables behind
//! it: if both had the same mistake, the proof would not see it.

mod archives;
mod asked;
mod forwards;
mod grants;
mod owners;
mod proxies;
mod tables;

pub(super) use asked::{Answered, Asked};
pub(super) use forwards::Forwards;
pub(super) use grants::{Rights, different_rights};
pub(super) use proxies::Proxies;

use std::collections::BTreeSet;

use std::sync::Arc;

use super::kind::{Forward, Reverse};
use super::statement;
use crate::decision::{FormTable, Label, Question, Test, TestId};
use crate::mail::Address;
use crate::policy::Policy;

/// What a policy declares, with the tests that obligations ask.
#[derive(Debug)]
pub(super) struct Declared<'p> {
    /// The policy, for what is neither a prefix nor a name.
    pub(super) policy: &'p Policy,
    tests: Vec<Test>,
    grants: grants::Grants,
    /// What each statement asks.
    pub(super) statements: Vec<statement::Asks>,
    forwarded: BTreeSet<&'p Address>,
}

pub(super) const CLIENT: TestId = TestId(0);
const LOOPBACK: TestId = TestId(1);
const LISTENER: TestId = TestId(2);
const TLS: TestId = TestId(3);
pub(super) const LOGIN: TestId = TestId(4);
const FROM_FORM: TestId = TestId(5);
pub(super) const FROM: TestId = TestId(6);
pub(super) const OWNER: TestId = TestId(7);
pub(super) const OWNER_OF_DOMAIN: TestId = TestId(8);
/// The test that says what the forward-path is: see [`Forward`].
pub(super) const TO_FORM: TestId = TestId(9);
pub(super) const TO: TestId = TestId(10);
const SPF_FROM: TestId = TestId(11);
const SPF_HELO: TestId = TestId(12);
pub(super) const RECIPIENT: TestId = TestId(13);
const POSTMASTER: TestId = TestId(14);
const FROM_ARCHIVE: TestId = TestId(15);
const TO_ARCHIVE: TestId = TestId(16);
/// The first test of the statements that users write.
const STATEMENTS: usize = 17;

impl<'p> Declared<'p> {
    /// Reads what a policy declares.
    pub(super) fn new(policy: &'p Policy) -> Self {
        let at = &policy.host.at;
        let extensions = policy.host.plus_addressing.is_some();
        let ways = owners::Ways::new(policy);
        let owners = Arc::new(owners::owners(policy, &ways));
        let test = |name: &str, question| Test::new(name, question, Some(at.clone()));
        let mut tests = vec![
            test(
                "declared network of the client",
                Question::Client(tables::networks(policy)),
            ),
            test("loopback", Question::Client(tables::loopback(at))),
            test("listener", Question::Listener),
            test("TLS", Question::Tls),
            test("declared login", Question::Login(tables::logins(policy))),
            test(
                "form of the reverse-path",
                Question::FromKind(FormTable::new(|form| Reverse::number(form, extensions))),
            ),
            test(
                "reverse-path in a declared domain",
                Question::From(tables::domains(policy)),
            ),
            test("declared owner", Question::Owner(Arc::clone(&owners))),
            test(
                "declared owner of the domain",
                Question::OwnerOfDomain(owners),
            ),
            test(
                "form of the forward-path",
                Question::ToKind(FormTable::new(Forward::number)),
            ),
            test(
                "forward-path in a declared domain",
                Question::To(tables::destinations(policy)),
            ),
            test("SPF of MAIL FROM", Question::SpfFrom),
            test("SPF of HELO", Question::SpfHelo),
            test(
                "declared recipient",
                Question::To(tables::recipients(policy)),
            ),
            test(
                "postmaster of a declared domain",
                Question::To(tables::postmasters(policy)),
            ),
            test(
                "declared archive of the reverse-path",
                Question::From(archives::table(policy, &policy.archive.from)),
            ),
            test(
                "declared archive of the forward-path",
                Question::To(archives::table(policy, &policy.archive.to)),
            ),
        ];
        let statements = statement::asks(policy, &mut tests);
        let grants = grants::read(policy, &ways, &mut tests);
        if extensions {
            for test in &mut tests {
                test.question.with_extensions();
            }
        }
        Self {
            policy,
            tests,
            grants,
            statements,
            forwarded: forwards::names(policy),
        }
    }

    /// Returns the declared forwards.
    pub(super) fn forwards(&self) -> Forwards<'_> {
        Forwards {
            policy: self.policy,
            names: &self.forwarded,
        }
    }

    /// Returns the limited grants of a client's network, by its label.
    fn network_grants(&self, label: u32) -> &[grants::Declared] {
        let number = (label >> tables::NUMBER_SHIFT) as usize;
        let grants = number
            .checked_sub(1)
            .and_then(|at| self.grants.networks.get(at));
        grants.map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns what is declared of the rights of a client's network, by its label.
    ///
    /// SOUNDNESS: nothing else of a network is declared but what its label says in bits, and these
    /// grants; [`Asked`] looks at nothing else, besides the tests of statements.
    pub(super) fn rights_of(&self, label: Label) -> Rights {
        let bits = label.0 & !(u32::MAX << tables::NUMBER_SHIFT);
        Rights::new(bits, self.network_grants(label.0))
    }

    /// Returns the tests that are in no network's grants.
    pub(super) fn tests_of_nobody(&self) -> Vec<TestId> {
        let networks = self.grants.networks.iter();
        let own = networks.flat_map(|grants| Rights::new(0, grants).tests);
        let own: BTreeSet<TestId> = own.collect();
        let all = (0..).map(TestId).take(self.tests.len());
        all.filter(|test| !own.contains(test)).collect()
    }

    /// Returns the grants of a login, by its label, if they limit more than reverse-paths.
    fn login_grants(&self, label: Label) -> Option<&[grants::Declared]> {
        let number = (label.0 >> tables::NUMBER_SHIFT) as usize;
        let grants = self.grants.logins.get(number.checked_sub(1)?);
        grants.map(Vec::as_slice)
    }

    /// Returns the tests that name networks, logins, senders and recipients; those of statements
    /// are not among them.
    pub(super) fn names(&self) -> &[Test] {
        self.tests.get(..STATEMENTS).unwrap_or(&self.tests)
    }

    /// Returns the tests, in the order of their numbers.
    pub(super) fn tests(&self) -> &[Test] {
        &self.tests
    }
}
