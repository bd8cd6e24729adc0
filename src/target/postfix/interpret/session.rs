//! One session with one envelope, as far as a decision has got (SMTPD_STATE in smtpd.h of 3.7.11).

use std::collections::BTreeSet;

use super::action::Refusal;
use super::addressing::{Addressing, Resolved, Taken};
use super::catalogue::Side;
use super::map::Asker;
use super::offer::{Auth, Tls};
use super::policyd;
use super::program::Program;
use crate::decision::{Ask, At, Header, Label, Test, TestId, Unanswered};
use crate::mail::PathForm;
use crate::spf::SpfResult;

/// The tests that every decision may ask.
#[derive(Debug, Clone, Copy)]
pub(super) struct Common {
    pub(super) listener: TestId,
    pub(super) tls: TestId,
    pub(super) from_form: TestId,
    pub(super) to_form: TestId,
    pub(super) spf_from: TestId,
    pub(super) spf_helo: TestId,
}

/// A refusal and the place that made it.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    pub(super) at: At,
}

/// The state of a session.
pub(super) struct Session<'s> {
    pub(super) program: &'s Program,
    pub(super) addressing: &'s Addressing,
    pub(super) common: Common,
    pub(super) tests: &'s [Test],
    pub(super) ask: &'s mut dyn Ask,
    /// Whether the client may have said STARTTLS and AUTH by now.
    pub(super) has_begun: bool,
    pub(super) from: Option<(Taken, Resolved)>,
    pub(super) to: Option<(Taken, Resolved)>,
    /// A deferral if nothing refuses, once there is one.
    pub(super) defer_if_permit: Option<Refused>,
    /// Whether the recipient was looked up in its tables already.
    pub(super) recipient_is_checked: bool,
    /// The same for the sender.
    pub(super) sender_is_checked: bool,
    /// A permit by client or login before what keeps strangers from relaying.
    pub(super) granted: Option<At>,
    /// The same by anything else: by what the client claims, or by the recipient.
    pub(super) let_through: Option<At>,
    /// The headers that are recorded.
    pub(super) headers: BTreeSet<Header>,
}

impl Session<'_> {
    /// Returns the form of a path.
    pub(super) fn form(&mut self, side: Side) -> Result<PathForm, Unanswered> {
        let test = match side {
            Side::From => self.common.from_form,
            Side::To => self.common.to_form,
        };
        let label = self.ask.ask(test)?;
        Ok(PathForm::from_index(label.0).unwrap_or(PathForm::Malformed))
    }

    /// Returns a path as Postfix takes it: the filter first.
    pub(super) fn taken(&mut self, side: Side) -> Result<Taken, Unanswered> {
        if let Some((taken, _)) = self.path(side) {
            return Ok(taken.clone());
        }
        let form = self.form(side)?;
        let (program, addressing) = (self.program, self.addressing);
        let origin = &addressing.around.origin;
        let taken = program.filter.take(form, side, origin, self)?;
        if let Taken::Form(form, _) = taken
            && addressing.is_error(form, side, program.is_strict)
        {
            return Ok(Taken::Error(None));
        }
        Ok(taken)
    }

    /// Returns a path, resolved.
    pub(super) fn resolved(&mut self, side: Side) -> Result<Resolved, Unanswered> {
        if let Some((_, resolved)) = self.path(side) {
            return Ok(resolved.clone());
        }
        let taken = self.taken(side)?;
        let addressing = self.addressing;
        let resolved = addressing.resolve(&taken, side, self)?;
        let slot = match side {
            Side::From => &mut self.from,
            Side::To => &mut self.to,
        };
        *slot = Some((taken, resolved.clone()));
        Ok(resolved)
    }

    fn path(&self, side: Side) -> Option<&(Taken, Resolved)> {
        match side {
            Side::From => self.from.as_ref(),
            Side::To => self.to.as_ref(),
        }
    }

    /// Returns whether the session is under TLS.
    pub(super) fn is_under_tls(&mut self) -> Result<bool, Unanswered> {
        if self.program.tls == Tls::Wrapped {
            return Ok(true);
        }
        Ok(self.has_begun && self.ask.ask(self.common.tls)? == Label(1))
    }

    /// Returns whether the session has a login: one that was given where AUTH is offered.
    pub(super) fn has_login(&mut self) -> Result<bool, Unanswered> {
        if !self.has_begun {
            return Ok(false);
        }
        let can = match self.program.auth {
            Auth::Never => false,
            Auth::UnderTls => self.is_under_tls()?,
            Auth::Always => true,
        };
        Ok(can && self.ask.ask(self.program.any_login)? != Label::NO_LOGIN)
    }
}

impl Asker for Session<'_> {
    type Stop = Unanswered;

    fn label(&mut self, id: TestId) -> Result<Label, Unanswered> {
        self.ask.ask(id)
    }

    fn tests(&self) -> &[Test] {
        self.tests
    }
}

impl policyd::Session for Session<'_> {
    type Stop = Unanswered;

    fn has_client(&mut self, table: TestId) -> Result<bool, Unanswered> {
        Ok(self.ask.ask(table)? != Label::ABSENT)
    }

    fn is_null(&mut self) -> Result<bool, Unanswered> {
        Ok(matches!(
            self.taken(Side::From)?,
            Taken::Form(PathForm::Null | PathForm::Malformed, _)
        ))
    }

    fn mail_from(&mut self) -> Result<SpfResult, Unanswered> {
        // policyd-spf gets the address with its dot, and finds no record. And it takes what is
        // behind the first `@`, be that in quotes or not, for the domain (split_email in spf.py of
        // pyspf 2.0.14). A path of these forms without another `@` is decided by its domain: to
        // take it for one without a record lets through more than the real one does.
        let is_hidden = match self.taken(Side::From)? {
            Taken::Form(PathForm::TrailingDot, passed) => !passed,
            Taken::Form(form, _) => may_hold_at(form),
            Taken::Constant(..) | Taken::Unlisted | Taken::Error(_) => false,
        };
        if is_hidden {
            return Ok(SpfResult::None);
        }
        let label = self.ask.ask(self.common.spf_from)?;
        Ok(result(label))
    }

    fn helo(&mut self) -> Result<SpfResult, Unanswered> {
        let label = self.ask.ask(self.common.spf_helo)?;
        Ok(result(label))
    }
}

/// Returns whether a local-part of a form may hold an `@`.
pub(super) fn may_hold_at(form: PathForm) -> bool {
    matches!(
        form,
        PathForm::QuotedRoute | PathForm::DoubleAt | PathForm::OddRoute
    )
}

/// Returns the result of a label: its number in RFC 7208 section 2.6.
fn result(label: Label) -> SpfResult {
    const RESULTS: [SpfResult; 7] = [
        SpfResult::None,
        SpfResult::Neutral,
        SpfResult::Pass,
        SpfResult::Fail,
        SpfResult::Softfail,
        SpfResult::Temperror,
        SpfResult::Permerror,
    ];
    RESULTS
        .get(label.0 as usize)
        .copied()
        .unwrap_or(SpfResult::None)
}
