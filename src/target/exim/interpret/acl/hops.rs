//! Messages that have come over too many hosts (RFC 5321 section 6.3).
//!
//! `$received_count` is how many Received fields a message has, with Exim's own (spec 4.96, section
//! 11.9). A message with more than `received_headers_max` is taken, and no router sees it: all its
//! recipients fail (`deliver_message` in deliver.c), and it comes back.

use super::{Acl, AclUse, Statement, Step, Test, Verb};

/// What mail may have of them that only came over several hosts.
pub(super) const USUAL: u64 = 30;

/// Reads `${if >{$received_count}{NUMBER}}`; none if it is another condition.
pub(super) fn more_than(text: &str) -> Option<u64> {
    let rest = text.trim().strip_prefix("${if")?.trim_start();
    let rest = rest.strip_prefix('>')?.trim_start();
    let rest = rest.strip_prefix("{$received_count}")?.trim_start();
    let (number, rest) = rest.strip_prefix('{')?.split_once('}')?;
    let is_number = (1..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    (is_number && rest.trim() == "}").then(|| number.parse().ok())?
}

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
            Step::EndPass | Step::Message(_) | Step::Set(..) | Step::Header(_) => None,
        });
        let is_it = matches!(tests.next(), Some((false, test)) if is_it(test));
        matches!(self.verb, Verb::Deny | Verb::Drop) && is_it && tests.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::more_than;

    #[test]
    fn one_condition_is_read_however_it_is_spaced() {
        for (text, wanted) in [
            ("${if >{$received_count}{50}}", Some(50)),
            ("${if > {$received_count} {30} }", Some(30)),
            ("${if >={$received_count}{50}}", None),
            ("${if <{$received_count}{50}}", None),
            ("${if >{$received_count}{50}{no}{yes}}", None),
            ("${if >{$received_count}{}}", None),
            ("${if >{$received_count}{5K}}", None),
            ("${if >{$received_count}{4294967296}}", None),
        ] {
            assert_eq!(more_than(text), wanted, "{text}");
        }
    }
}
