//! Where a pattern of a local-part or of a domain may stand.
//!
//! SOUNDNESS: a form stands for the text that most of its members have, and a path of odd octets
//! may match a pattern although its form does not: `-x%y` is a route, and begins with a dash. What
//! the reader has match does match. So no more is let in than the reader says where whatever
//! matches is refused, and where what is let in matches not. The other way round two patterns would
//! take between them what no form has: one alone may stand so, in ACLs that are run to refuse what
//! they let in. Fields of a message decide nothing.

use super::read::{RawLine, RawStatement};
use super::{AclUse, Step, Test, Verb};
use crate::target::exim::interpret::pattern;
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::value::Bool;

/// Why a pattern is refused.
pub(super) const REASON: &str = "a path of odd octets may match the pattern besides: mailpol reads \
                                 it where what matches is refused, or not let in";

/// Returns the patterns of parts of a path that a condition asks.
pub(super) fn asks(condition: &Bool) -> u8 {
    let mut asks = 0;
    condition.leaves(&mut |leaf| asks |= pattern::parts_of(leaf));
    asks
}

/// Returns those that have a say in what an ACL comes to.
fn hangs(acl: &AclUse) -> u8 {
    match acl {
        AclUse::One(acl) => acl.hangs,
        AclUse::Choice(_, yes, no) => hangs(yes) | hangs(no),
        AclUse::Named(named) => named.acls().iter().fold(0, |all, one| all | hangs(one)),
        AclUse::Accept | AclUse::Deny => 0,
    }
}

impl Reader<'_> {
    /// Refuses a line that hangs on such a pattern in another way, and notes what it hangs on.
    pub(super) fn judge_odd(
        &mut self,
        (verb, statement): (Verb, &RawStatement),
        line: &RawLine,
        step: Option<&Step>,
    ) {
        let mut is_acl = false;
        // Whether the statement goes on where the pattern matches.
        let mut goes_on = None;
        if let Some(Step::Test { negated, test, .. }) = step {
            if let Test::Acl(acl) = test {
                is_acl = true;
                self.forms.parts |= hangs(acl);
                goes_on = Some(*negated);
            } else if let Test::Bool(condition) = test {
                self.forms.parts |= asks(condition);
                let question = step.and_then(Step::question);
                let question = question.filter(|(leaf, _)| pattern::parts_of(leaf) != 0);
                goes_on = question.map(|(_, holds)| holds);
            }
        }
        let is_plain = !statement.lines.iter().any(|line| line.name == "endpass");
        let is_sound = match verb {
            Verb::Defer | Verb::Deny | Verb::Drop if goes_on == Some(false) && is_acl => {
                self.forms.loose |= self.forms.parts;
                self.forms.loose.count_ones() <= 1
            }
            Verb::Defer | Verb::Deny | Verb::Drop => goes_on == Some(true),
            Verb::Accept | Verb::Require => goes_on == Some(false) && is_plain,
            Verb::Warn => matches!(self.place, Place::Predata | Place::Data),
        };
        if self.forms.parts != 0 && !is_sound {
            self.refuse(&line.name, REASON, &line.at);
        }
    }
}
