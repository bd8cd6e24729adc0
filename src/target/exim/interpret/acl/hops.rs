//! Messages that have come over too many hosts (RFC 5321 section 6.3).
//!
//! `$received_count` is how many Received fields a message has, with Exim's own (spec 4.96, section
//! 11.9). A message with more than `received_headers_max` is taken, and no router sees it: all its
//! recipients fail (`deliver_message` in deliver.c), and it comes back.

use super::{Acl, AclUse, Statement, Step, Test, Verb};

/// How many fields a message has.
pub(super) const HOPS: &str = "$received_count";
/// What mail may have of them that only came over several hosts.
pub(super) const USUAL: u64 = 30;

impl AclUse {
    /// Returns whether no message of which a test holds gets through.
    pub(super) fn refuses(&self, is_it: &dyn Fn(&Test) -> bool) -> bool {
        match self {
            Self::One(acl) => acl.refuses(is_it),
            Self::Choice(_, yes, no) => yes.refuses(is_it) && no.refuses(is_it),
            Self::Named(_) | Self::Accept => false,
            Self::Deny => true,
        }
    }

    /// Returns whether no message with more Received fields than these gets through.
    pub(in super::super) fn refuses_hops(&self, most: u64) -> bool {
        self.refuses(&|test| matches!(test, Test::Hops(number) if *number <= most))
    }
}

impl Acl {
    /// SOUNDNESS: whatever accepts before the statement is taken to accept such a message.
    fn refuses(&self, is_it: &dyn Fn(&Test) -> bool) -> bool {
        let before = |one: &&Statement| one.verb != Verb::Accept;
        let mut statements = self.statements.iter().take_while(before);
        statements.any(|statement| statement.refuses(is_it))
    }
}

impl Statement {
    fn refuses(&self, is_it: &dyn Fn(&Test) -> bool) -> bool {
        let mut tests = self.steps.iter().filter_map(|step| match step {
            Step::Test { negated, test, .. } => Some((*negated, test)),
            Step::EndPass | Step::Message(_) | Step::Set(..) | Step::Header(_) | Step::Complete => {
                None
            }
        });
        let is_it = matches!(tests.next(), Some((false, test)) if is_it(test));
        matches!(self.verb, Verb::Deny | Verb::Drop) && is_it && tests.next().is_none()
    }
}
