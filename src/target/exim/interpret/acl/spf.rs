//! What SPF has left behind of other recipients.
//!
//! `$spf_result` and `$spf_received` stay from one recipient to the next, and go with the message
//! (`smtp_reset` in smtp_in.c of 4.96; tried): a recipient of whom SPF is evaluated lets the next
//! one find a result. An envelope has one recipient. So they are read only where they are what they
//! are whoever came before.

use super::read::RawStatement;
use super::{Step, Test, Verb};
use crate::source::Loc;
use crate::target::exim::interpret::catalogue::Side;
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::value::Leaf;

/// Where an ACL stands.
type Here = (Place, String);

/// What all ACLs do with what SPF leaves behind.
#[derive(Debug, Default)]
pub(in super::super) struct SpfUses {
    /// The variables that were read in the line that is being understood.
    pub(in super::super) now: Vec<Loc>,
    evaluated: Vec<Evaluated>,
    read: Vec<Read>,
    /// Where a field is added that tells of SPF, before the message is there.
    pub(super) added: Option<Loc>,
    /// Whether such fields are taken away when it is.
    pub(super) takes_away: bool,
    /// Whether a HELO name may have other characters than those of names.
    pub(in super::super) takes_any_helo: bool,
    /// Whether no HELO name is refused: behind a second one that is, the variable is empty, and SPF
    /// and the Received field have the first (`check_helo` in smtp_in.c of 4.96).
    pub(in super::super) takes_all_helo: bool,
}

/// A statement that evaluates SPF.
#[derive(Debug)]
struct Evaluated {
    here: Here,
    whom: Whom,
}

/// Of which recipients that come to a statement it evaluates SPF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Whom {
    /// Of each, whatever stands before.
    #[default]
    Each,
    /// Of all recipients of a message, or of none.
    AllOrNone,
    /// Of some, and of others not.
    Some,
}

/// A place where a variable is read of which the own statement does not say what it is.
#[derive(Debug)]
struct Read {
    here: Here,
    /// How many statements before it evaluate SPF, in the same ACL.
    behind: usize,
    /// Whether one of them does so of each recipient.
    is_fresh: bool,
    at: Loc,
}

/// The statement that is being understood.
#[derive(Debug, Default)]
pub(super) struct OfStatement {
    has_evaluated: bool,
    whom: Whom,
}

impl SpfUses {
    /// Keeps places where a variable is read, with what stands before them.
    fn keep(&mut self, here: &Here, read: Vec<Loc>) {
        let own = self.evaluated.iter().filter(|one| one.here == *here);
        let own: Vec<Whom> = own.map(|one| one.whom).collect();
        self.read.extend(read.into_iter().map(|at| Read {
            here: here.clone(),
            behind: own.len(),
            is_fresh: own.contains(&Whom::Each),
            at,
        }));
    }

    /// Returns whether a place reads what it reads whoever came before.
    fn is_known(&self, read: &Read) -> bool {
        if read.is_fresh {
            return true;
        }
        let of_recipients = self.evaluated.iter();
        let mut of_recipients = of_recipients.filter(|one| one.here.0 == Place::Rcpt);
        match (of_recipients.next(), of_recipients.next()) {
            (None, _) => true,
            (Some(only), None) => {
                only.whom < Whom::Some && only.here == read.here && read.behind == 1
            }
            (Some(_), Some(_)) => false,
        }
    }
}

impl Reader<'_> {
    /// Looks at what a line of a statement came to, and at the variables that were read for it.
    pub(super) fn look_at_spf(
        &mut self,
        (verb, raw, number): (Verb, &RawStatement, usize),
        name: &str,
        step: Option<&Step>,
        of: &mut OfStatement,
    ) {
        let here = (self.place, name.to_owned());
        let read = std::mem::take(&mut self.spf.now);
        let lines = raw.lines.get(number + 1..).unwrap_or_default();
        let goes_on = verb == Verb::Warn && lines.iter().any(|line| line.name == "spf");
        let is_quiet = verb == Verb::Warn && raw.lines.iter().all(|line| line.name != "set");
        let is_known = match self.place {
            // Once a message, whoever came before: the same variable answers both times.
            Place::Rcpt => of.has_evaluated || goes_on && step.is_some_and(asks_once),
            // It adds a header, at most.
            Place::Predata | Place::Data => of.has_evaluated || is_quiet,
            Place::Session
            | Place::Connect
            | Place::Helo
            | Place::Mail
            | Place::Authenticator(_)
            | Place::Router
            | Place::Transport => true,
        };
        if !is_known {
            self.spf.keep(&here, read);
        }
        let Some(step) = step else {
            return;
        };
        if evaluates(step) {
            of.has_evaluated = true;
            self.spf.evaluated.push(Evaluated {
                here,
                whom: of.whom,
            });
        }
        if matches!(step, Step::Test { .. }) {
            let asks = !asks_once(step) && asks_recipient(step);
            let whom = if asks { Whom::Some } else { Whom::AllOrNone };
            of.whom = of.whom.max(whom);
        }
    }

    /// Looks at the variables that were read to find the ACL of a command.
    pub(in super::super) fn look_at_spf_of_command(&mut self) {
        let read = std::mem::take(&mut self.spf.now);
        if self.place != Place::Mail {
            // No ACL has an empty name: nothing stands before.
            self.spf.keep(&(self.place, String::new()), read);
        }
    }

    /// Refuses what depends on who came before. All ACLs were read.
    pub(in super::super) fn hold_spf(&mut self) {
        let uses = std::mem::take(&mut self.spf);
        if let Some(at) = uses.added.as_ref().filter(|_| uses.takes_away) {
            let reason = "the ACL of DATA takes it away with those that came (tried with 4.96)";
            self.refuse("add_header", reason, at);
        }
        for read in uses.read.iter().filter(|read| !uses.is_known(read)) {
            let reason = "what it is depends on the recipients that came before: let one statement \
                          of the same ACL evaluate `spf` first, for all recipients of a message";
            self.refuse("$spf_result", reason, &read.at);
        }
    }
}

fn evaluates(step: &Step) -> bool {
    matches!(
        step,
        Step::Test {
            test: Test::Spf(_),
            ..
        }
    )
}

/// Returns whether a condition holds where SPF was not evaluated yet for the message.
fn asks_once(step: &Step) -> bool {
    matches!(step.question(), Some((Leaf::SpfRan, false)))
}

/// Returns whether a condition may come out otherwise for another recipient of the message.
fn asks_recipient(step: &Step) -> bool {
    let condition = match step {
        Step::Test {
            test: Test::Bool(condition),
            ..
        } => condition,
        Step::Test {
            test: Test::Spf(_), ..
        }
        | Step::EndPass
        | Step::Message(_)
        | Step::Set(..)
        | Step::Header(_)
        | Step::Complete => return false,
        Step::Test { .. } => return true,
    };
    let mut found = condition.may_fail();
    condition.leaves(&mut |leaf| {
        found |= match leaf {
            Leaf::Path(atom, _) => atom.side == Side::To,
            Leaf::Form(side, _) => *side == Side::To,
            Leaf::Client(_)
            | Leaf::Helo(_)
            | Leaf::Login(_)
            | Leaf::Listener(_)
            | Leaf::Tls
            | Leaf::Authenticated
            | Leaf::Owner(..)
            | Leaf::OwnerOfDomain(..)
            | Leaf::SpfRecord(_)
            | Leaf::SpfName(_)
            | Leaf::PlainHelo => false,
            Leaf::SpfRan
            | Leaf::SpfReceived
            | Leaf::SpfSeen(_)
            | Leaf::Variable(..)
            | Leaf::Given(_)
            | Leaf::Password
            | Leaf::IsGiven
            | Leaf::ClaimsNothing
            | Leaf::ClaimsItself => true,
        };
    });
    found
}
