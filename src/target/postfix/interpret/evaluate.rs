//! The evaluation of restrictions (generic_checks, check_table_result and smtpd_check_reject in
//! smtpd_check.c of 3.7.11).

use super::action::{Action, Refusal};
use super::addressing::Resolved;
use super::catalogue::Side;
use super::class::Class;
use super::listing::Known;
use super::map::{Asker, Seen};
use super::policyd::{Answer, Policyd};
use super::restriction::{ByMap, ByTest, Compiled, Item, List, Restriction};
use super::session::{Refused, Session};
use crate::decision::{At, Because, Label, Unanswered};
use crate::mail::Reply;
use crate::source::Loc;

/// What a list comes to (SMTPD_CHECK_OK, _DUNNO and _REJECT).
#[derive(Debug, Clone)]
pub(super) enum Flow {
    /// Permitted; later items are not looked at.
    Permit,
    /// Neither.
    GoOn,
    /// Refused.
    Refuse(Refused),
}

/// Where something stands: most is asked and says nothing, so that nobody looks.
#[derive(Debug)]
pub(super) enum Here<'h> {
    /// A place in the files.
    Place(&'h Loc),
    /// Anything else.
    At(At),
}

impl Here<'_> {
    fn at(self) -> At {
        match self {
            Self::Place(at) => At::Place(at.clone()),
            Self::At(at) => at,
        }
    }
}

/// Who permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// The client's address or login.
    Client,
    /// Anything else.
    Other,
}

impl Session<'_> {
    /// Evaluates a list. `is_guarded` says whether a list around it keeps strangers from relaying
    /// later on.
    pub(super) fn list(&mut self, list: &List, is_guarded: bool) -> Result<Flow, Unanswered> {
        for item in &list.items {
            let flow = self.item(item, is_guarded || item.is_guarded)?;
            if !matches!(flow, Flow::GoOn) {
                return Ok(flow);
            }
        }
        Ok(Flow::GoOn)
    }

    fn item(&mut self, item: &Item, is_guarded: bool) -> Result<Flow, Unanswered> {
        let here = || Here::Place(&item.at);
        Ok(match &item.what {
            Restriction::Permit => Flow::Permit,
            Restriction::Refuse(refusal) => refuse(*refusal, here()),
            Restriction::PlaintextSession(refusal) => {
                if self.is_under_tls()? {
                    Flow::GoOn
                } else {
                    refuse(*refusal, here())
                }
            }
            Restriction::PermitClient(test) => {
                if super::client::is_match(self.label(*test)?) {
                    self.permit(By::Client, is_guarded, Here::At(At::Row(*test)))
                } else {
                    Flow::GoOn
                }
            }
            Restriction::Nothing => Flow::GoOn,
            Restriction::PermitLogin | Restriction::Login(_) if !self.has_login()? => Flow::GoOn,
            Restriction::PermitLogin => self.permit(By::Client, is_guarded, here()),
            Restriction::Client(table) | Restriction::Login(table) => {
                self.by_test(table, By::Client, is_guarded, here())?
            }
            Restriction::Helo(table) => self.by_test(table, By::Other, is_guarded, here())?,
            Restriction::Sender(table) => self.by_map(table, Side::From, is_guarded)?,
            Restriction::Recipient(table) => self.by_map(table, Side::To, is_guarded)?,
            Restriction::Policy(policyd) => self.policy(policyd, here())?,
            Restriction::PermitAuthDestination => {
                if self.is_authorized()? {
                    Flow::Permit
                } else {
                    Flow::GoOn
                }
            }
            Restriction::UnauthDestination(refusal) => {
                if self.is_authorized()? {
                    Flow::GoOn
                } else {
                    refuse(*refusal, here())
                }
            }
            Restriction::UnlistedRecipient => self.unlisted_recipient(here())?,
            Restriction::UnlistedSender => self.unlisted_sender(here())?,
            Restriction::LoginDoesNotOwn => self.login_does_not_own(false, here())?,
            Restriction::KnownSenderMismatch if self.has_login()? => {
                self.login_does_not_own(true, here())?
            }
            Restriction::KnownSenderMismatch | Restriction::OwnedWithoutLogin => {
                self.owned_without_login(here())?
            }
            Restriction::Class(list) => self.list(list, is_guarded)?,
        })
    }

    fn policy(&mut self, policyd: &Policyd, at: Here<'_>) -> Result<Flow, Unanswered> {
        Ok(match policyd.ask(self)? {
            Answer::Dunno => Flow::GoOn,
            Answer::Prepend(header) => {
                self.headers.insert(header);
                Flow::GoOn
            }
            Answer::Refuse(refusal) => refuse(refusal, at),
            Answer::DeferIfPermit(refusal) => self.defer_if_permit(refusal, at),
        })
    }

    fn permit(&mut self, by: By, is_guarded: bool, at: Here<'_>) -> Flow {
        if is_guarded {
            match by {
                By::Client => self.granted.get_or_insert_with(|| at.at()),
                By::Other => self.let_through.get_or_insert_with(|| at.at()),
            };
        }
        Flow::Permit
    }

    fn defer_if_permit(&mut self, refusal: Refusal, at: Here<'_>) -> Flow {
        let refused = || Refused {
            refusal,
            at: at.at(),
        };
        self.defer_if_permit.get_or_insert_with(refused);
        Flow::GoOn
    }

    /// Looks an access table up with one test.
    fn by_test(
        &mut self,
        table: &ByTest,
        by: By,
        is_guarded: bool,
        here: Here<'_>,
    ) -> Result<Flow, Unanswered> {
        let (label, at) = match table.test {
            None => (Label(1), here),
            Some(test) => (self.label(test)?, Here::At(At::Row(test))),
        };
        match action(&table.actions, label) {
            Some(action) => self.act(action, by, is_guarded, at),
            None => Ok(Flow::GoOn),
        }
    }

    /// Looks an access table up by mail address (check_mail_access).
    fn by_map(&mut self, table: &ByMap, side: Side, is_guarded: bool) -> Result<Flow, Unanswered> {
        let resolved = self.resolved(side)?;
        let Some((label, at)) = table.map.find(&resolved.seen, self)? else {
            return Ok(Flow::GoOn);
        };
        let Some(action) = action(&table.actions, label) else {
            return Ok(Flow::GoOn);
        };
        let flow = self.act(action, By::Other, is_guarded, Here::At(at))?;
        let is_suspicious = side == Side::To && resolved.is_routed && !self.program.trusts_routes;
        if is_suspicious && matches!(flow, Flow::Permit) {
            return Ok(Flow::GoOn);
        }
        Ok(flow)
    }

    fn act(
        &mut self,
        action: &Compiled,
        by: By,
        is_guarded: bool,
        at: Here<'_>,
    ) -> Result<Flow, Unanswered> {
        Ok(match action {
            // What a client's address or login leads to is permitted by that address or login.
            Compiled::List(list) => match self.list(list, is_guarded)? {
                Flow::Permit => self.permit(by, is_guarded, at),
                flow @ (Flow::GoOn | Flow::Refuse(_)) => flow,
            },
            Compiled::Plain(Action::Ok) => self.permit(by, is_guarded, at),
            Compiled::Plain(Action::Dunno | Action::Restrictions(_)) => Flow::GoOn,
            Compiled::Plain(Action::Refuse(refusal)) => refuse(*refusal, at),
            Compiled::Plain(Action::DeferIfPermit(refusal)) => self.defer_if_permit(*refusal, at),
        })
    }

    /// Returns whether the files deliver or relay for the recipient (permit_auth_destination).
    fn is_authorized(&mut self) -> Result<bool, Unanswered> {
        let resolved = self.resolved(Side::To)?;
        let is_trusted = !resolved.is_routed || self.program.trusts_routes;
        Ok(is_trusted && resolved.class != Class::Default)
    }

    /// Looks the recipient up in its tables, once a recipient.
    pub(super) fn unlisted_recipient(&mut self, at: Here<'_>) -> Result<Flow, Unanswered> {
        if self.recipient_is_checked {
            return Ok(Flow::GoOn);
        }
        self.recipient_is_checked = true;
        let resolved = self.resolved(Side::To)?;
        let program = self.program;
        let known = program.recipients.find(&resolved, self)?;
        Ok(unless_known(&known, at))
    }

    /// Looks the sender up in the tables of recipients, once a sender.
    pub(super) fn unlisted_sender(&mut self, at: Here<'_>) -> Result<Flow, Unanswered> {
        let resolved: Resolved = self.resolved(Side::From)?;
        if self.sender_is_checked || resolved.seen == Seen::Null {
            return Ok(Flow::GoOn);
        }
        self.sender_is_checked = true;
        let program = self.program;
        let known = match &program.senders {
            Some(listing) => listing.find(&resolved, self)?,
            None => Known::Listed(None),
        };
        Ok(unless_known(&known, at))
    }

    fn login_does_not_own(
        &mut self,
        allows_unowned: bool,
        at: Here<'_>,
    ) -> Result<Flow, Unanswered> {
        let resolved = self.resolved(Side::From)?;
        if resolved.seen == Seen::Null || !self.has_login()? {
            return Ok(Flow::GoOn);
        }
        let program = self.program;
        if program.owners.owned.find(&resolved.seen, self)?.is_none() && allows_unowned {
            return Ok(Flow::GoOn);
        }
        let owns = match resolved.seen {
            Seen::Whole | Seen::Extended => self.label(program.owners.owns)? == Label(1),
            Seen::DomainOnly | Seen::Routed | Seen::Untold => {
                self.label(program.owners.owns_domain)? == Label(1)
            }
            // SOUNDNESS: the login may own the bare name in the domain of `myorigin`, and then its
            // mail is taken. As that address it may send, so no right comes of it.
            Seen::Origin
            | Seen::Constant(..)
            | Seen::Null
            | Seen::Literal
            | Seen::OwnLiteral
            | Seen::RoutedOwnLiteral
            | Seen::Underscore
            | Seen::Elsewhere => false,
        };
        Ok(if owns {
            Flow::GoOn
        } else {
            refuse(MISMATCH, at)
        })
    }

    fn owned_without_login(&mut self, at: Here<'_>) -> Result<Flow, Unanswered> {
        let resolved = self.resolved(Side::From)?;
        if resolved.seen == Seen::Null || self.has_login()? {
            return Ok(Flow::GoOn);
        }
        let program = self.program;
        Ok(match program.owners.owned.find(&resolved.seen, self)? {
            Some(_) => refuse(MISMATCH, at),
            None => Flow::GoOn,
        })
    }
}

fn refuse(refusal: Refusal, at: Here<'_>) -> Flow {
    let at = at.at();
    Flow::Refuse(Refused { refusal, at })
}

fn unless_known(known: &Known, at: Here<'_>) -> Flow {
    match known {
        Known::Listed(_) => Flow::GoOn,
        Known::Refused(refusal) => refuse(*refusal, at),
    }
}

/// "Sender address rejected: not owned by user ...", "... not logged in".
const MISMATCH: Refusal = Refusal {
    reply: Reply::new(553, 5, 7, 1),
    because: Because::SenderLimit,
};

/// Returns the action of a label.
fn action(actions: &[Compiled], label: Label) -> Option<&Compiled> {
    if label == Label::NO_LOGIN {
        return None;
    }
    actions.get((label.0 as usize).checked_sub(1)?)
}
