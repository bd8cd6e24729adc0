//! Where an ACL may refuse paths by patterns of all that the client wrote.
//!
//! SOUNDNESS: the forms of such a pattern are those of all texts that it takes, but for what begins
//! with a dash: `-x@[192.0.2.1]` and `-x%y@d.example` are of forms that no pattern has. So what no
//! pattern takes is refused by a statement that asks nothing else, and before anything else is
//! asked so is what begins with a dash: all of it, whatever its form.

use super::read::{RawLine, RawStatement};
use super::{Step, Verb};
use crate::source::Loc;
use crate::target::exim::interpret::pattern::{GATE, Gate};
use crate::target::exim::interpret::reader::Reader;

/// How far the statements of an ACL have come.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// The patterns of the statement.
    now: Vec<Gate>,
    /// A statement with patterns of whole paths, behind which a dash may still stand.
    open: Option<Loc>,
}

impl Reader<'_> {
    /// Refuses a line with such a pattern that does not refuse by it alone.
    pub(super) fn judge_gate(
        &mut self,
        (verb, is_main): (Verb, bool),
        line: &RawLine,
        step: Option<&Step>,
        gates: &mut Gates,
    ) {
        let found = std::mem::take(&mut self.forms.gates);
        let Some(gate) = found.first() else {
            return;
        };
        // What a pattern of whole paths takes goes on to the next statement; what another takes is
        // denied.
        let wants = !matches!(gate, Gate::Argument(_));
        let holds = step.and_then(Step::question).map(|(_, holds)| holds);
        if found.len() > 1 || verb != Verb::Deny || !is_main || holds != Some(wants) {
            self.refuse(&line.name, GATE, &line.at);
        } else {
            gates.now.push(*gate);
        }
    }

    /// Refuses a statement in which such patterns stand beside something else, or that stands
    /// between them.
    pub(super) fn pass_gates(&mut self, raw: &RawStatement, steps: &[Step], gates: &mut Gates) {
        let now = std::mem::take(&mut gates.now);
        let of_arguments = |gate: &Gate| matches!(gate, Gate::Argument(_));
        let is_plain = |step: &Step| matches!(step, Step::Test { .. } | Step::Message(_));
        let tests = steps
            .iter()
            .filter(|step| matches!(step, Step::Test { .. }));
        let is_alone = steps.iter().all(is_plain) && tests.count() == now.len();
        let is_gate = is_alone && (now.len() == 1 || now.iter().all(of_arguments));
        let stands_between = now.is_empty() && gates.open.take().is_some();
        if stands_between || !now.is_empty() && !is_gate {
            self.refuse(&raw.verb, GATE, &raw.at);
        }
        match now.first() {
            Some(Gate::Argument(_)) => gates.open = Some(raw.at.clone()),
            Some(Gate::Dash(_)) => gates.open = None,
            Some(Gate::Number(_)) | None => {}
        }
    }

    /// Refuses an ACL that ends before a dash was looked for.
    pub(super) fn end_gates(&mut self, gates: &Gates) {
        if let Some(at) = &gates.open {
            self.refuse("deny", GATE, at);
        }
    }
}
