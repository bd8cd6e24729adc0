//! When two decisions are the same.
//!
//! Policy and files must agree in verdict, reply, rule, route and headers. What MTAs do not let us
//! narrow is the *latitude*: the rule of it stands here, once.

use super::declared::{Forwards, TO_FORM};
use super::ends::Differing;
use super::fork::{Answers, AsPlain, Concrete};
use super::kind::Forward;
use super::reach::{destinations, reach};
use super::side::{Side, number};
use super::universe::TestNumber;
use crate::decision::{Because, Decider, Decision, Envelope, Route, Verdict};
use crate::mail::PathForm;

/// What the comparison of two sides needs.
pub(super) struct Sides<'a> {
    /// The policy.
    pub(super) reference: &'a Side<'a>,
    pub(super) files: &'a Side<'a>,
    /// For which addresses they know other destinations.
    pub(super) differing: Differing<'a>,
    /// The number of the obligations' first test.
    pub(super) declared: u32,
    /// Whose decisions they are.
    pub(super) between: Between,
}

/// Whose decisions are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    /// The policy's, and those of files.
    PolicyAndFiles,
    /// Those of the files of two targets.
    Targets,
}

impl Sides<'_> {
    /// Returns whether both decide the envelopes of some answers alike, but for the latitude.
    pub(super) fn agree(&self, answers: &Answers<'_>) -> Result<bool, TestNumber> {
        let ours = self.reference.decision(answers)?;
        let theirs = self.files.decision(answers)?;
        self.agree_on((&ours, &theirs), answers)
    }

    /// The same of what both decide.
    pub(super) fn agree_on(
        &self,
        (ours, theirs): (&Decision, &Decision),
        answers: &Answers<'_>,
    ) -> Result<bool, TestNumber> {
        if self.same(ours, theirs, answers)? {
            return Ok(true);
        }
        let to = self.forward(answers)?;
        if to == Forward::Domain && answers.is_named() {
            // There is no such envelope.
            return Ok(true);
        }
        Ok(match latitude(ours, theirs, to, self.between) {
            Latitude::None => false,
            Latitude::Refusal => true,
            Latitude::AsPlain => {
                self.files.reach(theirs, answers)?.stays()
                    && self.same(&self.reference.decision_as_plain(answers)?, theirs, answers)?
            }
        })
    }

    /// Returns what the forward-path says, by the obligations' own test of it.
    fn forward(&self, answers: &Answers<'_>) -> Result<Forward, TestNumber> {
        let test = number(self.declared, TO_FORM);
        let label = answers.get(test).ok_or(test)?;
        Ok(Forward::ALL
            .get(label.0 as usize)
            .copied()
            .unwrap_or(Forward::Plain))
    }

    fn same(
        &self,
        ours: &Decision,
        theirs: &Decision,
        answers: &Answers<'_>,
    ) -> Result<bool, TestNumber> {
        if !same_reply(ours, theirs) {
            return Ok(false);
        }
        Ok(match (&ours.route, &theirs.route) {
            (Route::Recipient, Route::Recipient) => !self.differing.holds(answers)?,
            (Route::Address(a), Route::Address(b)) => {
                self.reference.agrees(a, self.files, b, answers)?
            }
            (Route::RecipientAt(a), Route::RecipientAt(b)) => {
                self.reference.agrees_within(a, self.files, b, answers)?
            }
            (a, b) => a == b,
        })
    }
}

/// Returns whether verdict, reply, rule, headers and copies are the same.
fn same_reply(a: &Decision, b: &Decision) -> bool {
    let is_same = a.verdict == b.verdict && a.reply == b.reply && a.because == b.because;
    is_same && a.headers == b.headers && a.copies == b.copies
}

/// What an MTA may have a mind of its own about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Latitude {
    /// Nothing.
    None,
    /// To refuse, by any rule.
    Refusal,
    /// To take an odd path for the plain one to the same address, if all of it stays here.
    AsPlain,
}

/// The latitude: for a forward-path that is not a plain `local@domain`, an MTA may refuse, whatever
/// the policy says; and what the policy refuses for the path itself, it may take for the plain path
/// to the same address, if the policy accepts that in all else. It may never relay.
///
/// SOUNDNESS: the policy decides the plain path by all of its rules. So neither a login, nor a
/// network, nor SPF, nor a reverse-path is let off by an odd forward-path.
///
/// Of two targets either may refuse an odd path that the other takes: each has its own latitude
/// beside the policy. What both take, they take alike.
fn latitude(ours: &Decision, theirs: &Decision, to: Forward, between: Between) -> Latitude {
    if between == Between::Targets {
        let accepted = [ours, theirs].map(|one| one.verdict == Verdict::Accept);
        return if targets_may_differ(accepted, to) {
            Latitude::Refusal
        } else {
            Latitude::None
        };
    }
    if !to.is_odd() {
        return Latitude::None;
    }
    if theirs.verdict != Verdict::Accept {
        return Latitude::Refusal;
    }
    let for_the_path = match ours.because {
        Because::BadPath | Because::Unlisted => true,
        Because::RelayDenied => to == Forward::Routed,
        Because::TlsRequired
        | Because::AuthRequired
        | Because::OwnDomain
        | Because::SenderLimit
        | Because::NetworkLimit
        | Because::Spf
        | Because::Listed
        | Because::Granted
        | Because::Unstated => false,
    };
    if for_the_path && to.has_domain() {
        Latitude::AsPlain
    } else {
        Latitude::None
    }
}

/// Returns whether the files of two targets may decide otherwise, by which of them accept and what
/// the forward-path says.
fn targets_may_differ(accepted: [bool; 2], to: Forward) -> bool {
    to.is_odd() && accepted != [true, true]
}

/// Returns whether it is only the latitude of two targets that they decide otherwise: which of them
/// accept, and how the forward-paths are written.
pub fn is_latitude_of_targets(accepted: [bool; 2], forms: &[PathForm]) -> bool {
    let may_differ = |form: &PathForm| targets_may_differ(accepted, Forward::of(*form));
    forms.iter().all(may_differ)
}

/// Returns whether files decide an envelope otherwise than the policy, or than the files of another
/// target, beyond the latitude.
pub(super) fn differ(
    reference: &dyn Decider,
    files: &dyn Decider,
    forwards: Forwards<'_>,
    envelope: &Envelope,
    between: Between,
) -> bool {
    let ask = |decider: &dyn Decider| {
        let tests = decider.tests();
        decider.decide(&mut Concrete { tests, envelope })
    };
    let (Ok(ours), Ok(theirs)) = (ask(reference), ask(files)) else {
        return true;
    };
    let same = |ours: &Decision| {
        same_reply(ours, &theirs)
            && destinations(reference, ours, envelope) == destinations(files, &theirs, envelope)
    };
    if same(&ours) {
        return false;
    }
    let to = Forward::of(envelope.to.form());
    match latitude(&ours, &theirs, to, between) {
        Latitude::None => true,
        Latitude::Refusal => false,
        Latitude::AsPlain => {
            let tests = reference.tests();
            let ask = &mut Concrete { tests, envelope };
            let plain = reference.decide(&mut AsPlain { tests, ask });
            let stays = reach(files, &theirs, envelope, forwards).stays();
            !stays || !plain.is_ok_and(|plain| same(&plain))
        }
    }
}
