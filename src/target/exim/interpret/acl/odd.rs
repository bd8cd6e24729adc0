//! Where a pattern of a local-part or of a domain may stand.
//!
//! SOUNDNESS: a form stands for the text that most of its members have, and a path of odd octets
//! may match a pattern although its form does not: `-x%y` is a route, and begins with a dash. What
//! the reader has match does match. So no more is let in than the reader says where whatever
//! matches is refused, and where what is let in matches not. The other way round two patterns would
//! take between them what no form has: one alone may stand so, in ACLs that are run to refuse what
//! they let in.
//!
//! Each condition carries what it asks, through named lists and other ACLs, and it is judged here,
//! where a statement decides by it. What is neither a list nor a condition of an ACL may not hang
//! on a pattern at all (`Reader::expand`), so no variable does; and behind one nothing may be done
//! that outlasts the statement. A recipient that is verified hangs on what routers ask (see
//! `router::odd`). Fields of a message decide nothing.

use super::read::{RawLine, RawStatement};
use super::{AclUse, Step, Test, Verb};
use crate::target::exim::interpret::pattern::{self, REASON};
use crate::target::exim::interpret::reader::{Place, Reader};

/// What a statement, or an ACL, hangs on, and does.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Odd {
    /// The patterns that have a say.
    hangs: u8,
    /// Whether it leaves something behind: a variable, a field, whether what is missing is added,
    /// or what SPF has found.
    acts: bool,
    /// Whether it verifies the recipient.
    verifies: bool,
}

impl Odd {
    /// Returns both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            hangs: self.hangs | other.hangs,
            acts: self.acts || other.acts,
            verifies: self.verifies || other.verifies,
        }
    }

    fn of(acl: &AclUse) -> Self {
        match acl {
            AclUse::One(acl) => acl.odd,
            AclUse::Choice(_, yes, no) => Self::of(yes).and(Self::of(no)),
            AclUse::Named(named) => {
                let all = named.acls().iter().map(Self::of);
                all.fold(Self::default(), Self::and)
            }
            AclUse::Accept | AclUse::Deny => Self::default(),
        }
    }
}

impl Reader<'_> {
    /// Refuses a line that hangs on such a pattern in another way, and notes what it hangs on.
    pub(super) fn judge_odd(
        &mut self,
        (verb, statement): (Verb, &RawStatement),
        line: &RawLine,
        step: Option<&Step>,
        odd: &mut Odd,
    ) {
        let mut own = Odd::default();
        let mut is_acl = false;
        // Whether the statement goes on where the pattern matches.
        let mut goes_on = None;
        match step {
            Some(Step::Set(..)) => own.acts = true,
            // What it accepts so it would not accept: of the message no less is done then.
            Some(Step::Complete) => own.acts = verb != Verb::Accept,
            Some(Step::Header(value)) => {
                own.acts = true;
                let decides_nothing =
                    verb == Verb::Warn && matches!(self.place, Place::Predata | Place::Data);
                if let Some(reason) = pattern::of_parts(value).filter(|_| !decides_nothing) {
                    self.refuse(&line.name, reason, &line.at);
                }
            }
            Some(Step::Test { negated, test, .. }) => match test {
                Test::Acl(acl) => {
                    own = Odd::of(acl);
                    is_acl = true;
                    goes_on = Some(*negated);
                }
                Test::Recipient => {
                    own.hangs = self.forms.routers;
                    own.verifies = true;
                    goes_on = Some(*negated);
                }
                Test::Bool(condition) => {
                    own.hangs = pattern::asked(condition);
                    let question = step.and_then(Step::question);
                    let question = question.filter(|(leaf, _)| pattern::parts_of(leaf) != 0);
                    goes_on = question.map(|(_, holds)| holds);
                }
                Test::Spf(_) => own.acts = true,
                Test::LongLine | Test::LongName | Test::Hops(_) => {}
            },
            Some(Step::EndPass | Step::Message(_)) | None => {}
        }
        let behind = statement
            .lines
            .iter()
            .skip_while(|one| !std::ptr::eq(*one, line));
        // What fails in front of it goes on, and what fails behind it is refused.
        let is_plain = !behind.into_iter().any(|one| one.name == "endpass");
        let is_sound = match verb {
            Verb::Defer | Verb::Deny | Verb::Drop if goes_on == Some(false) && is_acl => {
                self.forms.loose |= own.hangs;
                (self.forms.loose | self.forms.routers).count_ones() <= 1
            }
            Verb::Defer | Verb::Deny | Verb::Drop => goes_on == Some(true),
            Verb::Accept | Verb::Require => goes_on == Some(false) && is_plain,
            Verb::Warn => false,
        };
        if own.hangs != 0 && !is_sound {
            self.refuse(&line.name, REASON, &line.at);
        }
        self.hold_verification(verb, own, line);
        *odd = odd.and(own);
        if odd.hangs != 0 && own.acts {
            let reason = "it outlasts the statement, which hangs on a pattern of a part of a path";
            self.refuse(&line.name, reason, &line.at);
        }
    }

    /// SOUNDNESS: DNS may be asked of a recipient of others, and of the next hop of one of ours,
    /// and need not answer. Then neither `verify` nor its negation holds: the other verbs put the
    /// command off, and a `warn` is passed over (`acl_check_internal` in acl.c of 4.96; tried).
    fn hold_verification(&mut self, verb: Verb, own: Odd, line: &RawLine) {
        if own.verifies && verb == Verb::Warn {
            let reason = "where DNS does not answer neither it nor its opposite holds, and `warn` \
                          is passed over";
            self.refuse(&line.name, reason, &line.at);
        }
    }
}
