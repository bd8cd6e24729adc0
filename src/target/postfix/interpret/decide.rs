//! The decider that was read from Postfix's files: one dialogue from connect to the end of DATA
//! (mail_cmd, rcpt_cmd and data_cmd in smtpd.c, smtpd_check_rcpt in smtpd_check.c of 3.7.11).

use std::collections::BTreeSet;

use super::action::{self, Refusal};
use super::addressing::{Addressing, Resolved, Taken};
use super::by_sender::Sender;
use super::catalogue::Side;
use super::class::Class;
use super::come_back::Removed;
use super::copies::Copies;
use super::evaluate::{Flow, Here};
use super::host_mail::LocalMail;
use super::listing::Known;
use super::map::Seen;
use super::offer::Tls;
use super::program::Program;
use super::route::Delivery;
use super::session::{Common, Refused, Session};
use crate::decision::{
    self, AddressKey, Ask, At, Because, Decider, Decision, Destination, HostMail, Returned, Route,
    Test, Unanswered, Verdict,
};
use crate::mail::{Address, Domain, Listener, PathForm, Reply};
use crate::source::Loc;

/// What Postfix's files decide.
#[derive(Debug)]
pub(super) struct PostfixDecider {
    pub(super) tests: Vec<Test>,
    pub(super) common: Common,
    pub(super) addressing: Addressing,
    /// The program of each listener of [`Listener::ALL`].
    pub(super) programs: [Option<Program>; 3],
    pub(super) delivery: Delivery,
    pub(super) copies: Copies,
    pub(super) removed: Removed,
    /// What becomes of mail made on the host, where there is no way in.
    pub(super) local_mail: Option<LocalMail>,
    /// The place of what no file says.
    pub(super) start: Loc,
}

/// Nobody listens there (RFC 7504 section 4).
const NOBODY: Reply = Reply::new(521, 5, 3, 2);
const ACCEPTED: Reply = Reply::new(250, 2, 1, 5);

/// How a stage of the dialogue ends.
type Stage = Result<Result<(), Refused>, Unanswered>;

impl Decider for PostfixDecider {
    fn tests(&self) -> &[Test] {
        &self.tests
    }

    fn decide(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered> {
        let listener = ask.ask(self.common.listener)?;
        let program = self
            .programs
            .get(listener.0 as usize)
            .and_then(Option::as_ref);
        let Some(program) = program else {
            let at = At::Place(self.start.clone());
            return Ok(refusal(NOBODY, Because::Unstated, at, false));
        };
        let mut session = Session {
            program,
            addressing: &self.addressing,
            common: self.common,
            tests: &self.tests,
            ask,
            has_begun: true,
            from: None,
            to: None,
            defer_if_permit: None,
            recipient_is_checked: false,
            sender_is_checked: false,
            granted: None,
            let_through: None,
            headers: BTreeSet::new(),
        };
        match self.dialogue(&mut session)? {
            Ok(()) => self.accept(session),
            Err(refused) => {
                let Refusal { reply, because } = refused.refusal;
                Ok(refusal(reply, because, refused.at, program.is_soft))
            }
        }
    }

    fn offers_tls(&self, listener: Listener) -> bool {
        let program = self.programs.get(slot(listener)).and_then(Option::as_ref);
        program.is_some_and(|program| program.no_tls.is_none())
    }

    fn host_mail(&self) -> Option<&dyn HostMail> {
        let local = self.local_mail.as_ref()?;
        Some(local)
    }

    fn has_extensions(&self) -> bool {
        self.addressing.around.extensions
    }

    fn destinations(
        &self,
        address: &Address,
        ask: &mut dyn Ask,
    ) -> Result<Vec<Destination>, Unanswered> {
        let tests = &self.tests;
        self.delivery
            .destinations(address, &mut Sender { ask, tests })
    }

    fn returns(&self, destination: &Destination) -> Option<Returned> {
        self.comes_back(destination)
    }

    fn leads_by(&self, destination: &Destination) -> Option<Loc> {
        self.delivery.leads_by(destination)
    }

    fn destination_keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        self.delivery.keys(key);
    }
}

impl PostfixDecider {
    fn dialogue(&self, session: &mut Session<'_>) -> Stage {
        let program = session.program;
        if !program.delays_reject
            && let Err(refused) = session.begin()?
        {
            return Ok(Err(refused));
        }
        if let Some(reply) = program.no_tls
            && session.is_under_tls()?
        {
            return Ok(Err(refused(reply, Because::Unstated, program.at.clone())));
        }
        if program.tls == Tls::Required && !session.is_under_tls()? {
            let reply = Reply::new(530, 5, 7, 0);
            return Ok(Err(refused(reply, Because::Unstated, program.at.clone())));
        }
        if let Taken::Error(at) = session.taken(Side::From)? {
            let at = at.unwrap_or_else(|| self.start.clone());
            return Ok(Err(refused(Reply::new(501, 5, 1, 7), Because::BadPath, at)));
        }
        if !program.delays_reject
            && let Err(refused) = session.mail()?
        {
            return Ok(Err(refused));
        }
        if let Taken::Error(at) = session.taken(Side::To)? {
            let at = at.unwrap_or_else(|| self.start.clone());
            return Ok(Err(refused(Reply::new(501, 5, 1, 3), Because::BadPath, at)));
        }
        if let Err(refused) = self.rcpt(session)? {
            return Ok(Err(refused));
        }
        for list in [&program.data, &program.end_of_data] {
            session.defer_if_permit = None;
            if let Err(refused) = session.stage(list)? {
                return Ok(Err(refused));
            }
            if let Some(deferred) = session.defer_if_permit.take() {
                return Ok(Err(deferred));
            }
        }
        Ok(Ok(()))
    }

    /// RCPT. Bare postmaster and the address of probes skip everything.
    fn rcpt(&self, session: &mut Session<'_>) -> Stage {
        let program = session.program;
        let taken = session.taken(Side::To)?;
        let is_postmaster = matches!(
            taken,
            Taken::Form(PathForm::BarePostmaster | PathForm::OddPostmaster, _)
        );
        if is_postmaster || self.addressing.is_probe(&taken, session)? {
            return Ok(Ok(()));
        }
        if program.delays_reject {
            for list in [&program.client, &program.helo] {
                if let Err(refused) = session.stage(list)? {
                    return Ok(Err(refused));
                }
            }
            if let Err(refused) = session.mail()? {
                return Ok(Err(refused));
            }
        }
        let lists = if program.relay_comes_first {
            [&program.relay, &program.recipient]
        } else {
            [&program.recipient, &program.relay]
        };
        for list in lists {
            if let Flow::Refuse(refused) = session.list(list, false)? {
                return Ok(Err(refused));
            }
        }
        if let Some(deferred) = session.defer_if_permit.clone() {
            return Ok(Err(deferred));
        }
        if program.refuses_unlisted_recipient {
            let at = Here::Place(&program.unlisted_at);
            if let Flow::Refuse(refused) = session.unlisted_recipient(at)? {
                return Ok(Err(refused));
            }
        }
        Ok(Ok(()))
    }

    fn accept(&self, mut session: Session<'_>) -> Result<Decision, Unanswered> {
        let taken = session.taken(Side::To)?;
        let resolved = session.resolved(Side::To)?;
        let program = session.program;
        let known = program.recipients.find(&resolved, &mut session)?;
        let route = self.route(&taken, &resolved, &mut session)?;
        let listed_at = match known {
            Known::Listed(at) => at.or_else(|| resolved.class_at.clone()),
            Known::Refused(_) => resolved.class_at.clone(),
        };
        let (because, at) = match session.granted.clone() {
            Some(at) => (Because::Granted, Some(at)),
            None if resolved.class.is_ours() => (Because::Listed, listed_at),
            None => (Because::Unstated, session.let_through.clone().or(listed_at)),
        };
        Ok(Decision {
            verdict: Verdict::Accept,
            reply: ACCEPTED,
            because,
            at: at.unwrap_or_else(|| At::Place(program.at.clone())),
            route,
            headers: std::mem::take(&mut session.headers),
            copies: self.copies.of_envelope(&mut session)?,
            completes: program.mended.holds(&mut session)?,
        })
    }

    /// Returns the route of a recipient that the command filter has renamed, if both names lead to
    /// the same places, as they do in a domain with a catch-all.
    fn renamed(&self, to: &Address, ask: &mut dyn Ask) -> Result<Option<Route>, Unanswered> {
        let Some(name) = to.local().strip_prefix("unlisted-") else {
            return Ok(None);
        };
        let before = Address::new(name, to.domain().clone());
        let before = self.destinations(&before, ask)?;
        Ok((before == self.destinations(to, ask)?).then_some(Route::Recipient))
    }

    /// Returns where accepted mail goes.
    fn route(
        &self,
        taken: &Taken,
        resolved: &Resolved,
        session: &mut Session<'_>,
    ) -> Result<Route, Unanswered> {
        let origin = Domain::literal(&self.addressing.around.origin);
        if let Taken::Constant(local, domain) = taken {
            let to = Address::new(local, Domain::literal(domain));
            let renamed = self.renamed(&to, session.ask)?;
            return Ok(renamed.unwrap_or(Route::Address(to)));
        }
        Ok(match &resolved.seen {
            Seen::Constant(Some(local), domain) => {
                Route::Address(Address::new(local, Domain::literal(domain)))
            }
            Seen::Constant(None, _) | Seen::Origin => Route::RecipientAt(origin),
            Seen::OwnLiteral | Seen::RoutedOwnLiteral => {
                Route::RecipientAt(Domain::literal(super::route::OWN_LITERAL))
            }
            Seen::Whole | Seen::Extended | Seen::DomainOnly | Seen::Routed | Seen::Untold
                if resolved.class == Class::Default =>
            {
                let program = session.program;
                if program.recipients.is_routed_by_row(resolved, session)? {
                    Route::Recipient
                } else {
                    self.foreign(session)?
                }
            }
            Seen::Whole
            | Seen::Extended
            | Seen::DomainOnly
            | Seen::Routed
            | Seen::Untold
            | Seen::Underscore
                if resolved.class.is_ours() =>
            {
                Route::Recipient
            }
            Seen::Whole
            | Seen::Extended
            | Seen::DomainOnly
            | Seen::Routed
            | Seen::Untold
            | Seen::Underscore
            | Seen::Literal
            | Seen::Elsewhere
            | Seen::Null => self.foreign(session)?,
        })
    }

    fn foreign(&self, session: &mut Session<'_>) -> Result<Route, Unanswered> {
        let (ask, tests) = (&mut *session.ask, &self.tests);
        self.delivery.foreign(&mut Sender { ask, tests })
    }
}

impl Session<'_> {
    /// Evaluates the list of a stage (SMTPD_CHECK_RESET).
    fn stage(&mut self, list: &super::restriction::List) -> Stage {
        Ok(match self.list(list, false)? {
            Flow::Refuse(refused) => Err(refused),
            Flow::Permit | Flow::GoOn => Ok(()),
        })
    }

    /// Evaluates the lists of the connection and of EHLO as they come (`smtpd_delay_reject = no`):
    /// before AUTH, and before STARTTLS. What a client says once more behind that is refused by
    /// nothing that was not refused before.
    fn begin(&mut self) -> Stage {
        let program = self.program;
        self.has_begun = false;
        for list in [&program.client, &program.helo] {
            if let Err(refused) = self.stage(list)? {
                return Ok(Err(refused));
            }
        }
        self.has_begun = true;
        Ok(Ok(()))
    }

    /// Evaluates the list of MAIL, and looks the sender up if a parameter says so.
    fn mail(&mut self) -> Stage {
        let program = self.program;
        if let Err(refused) = self.stage(&program.sender)? {
            return Ok(Err(refused));
        }
        if program.refuses_unlisted_sender {
            let at = Here::Place(&program.unlisted_at);
            if let Flow::Refuse(refused) = self.unlisted_sender(at)? {
                return Ok(Err(refused));
            }
        }
        Ok(Ok(()))
    }
}

fn refused(reply: Reply, because: Because, at: Loc) -> Refused {
    Refused {
        refusal: Refusal { reply, because },
        at: At::Place(at),
    }
}

/// Returns the decision of a refusal; with `soft_bounce` every 5yz is 4yz.
fn refusal(reply: Reply, because: Because, at: At, is_soft: bool) -> Decision {
    let reply = match reply.code {
        code @ 500..=599 if is_soft => action::reply(code - 100, reply.status),
        _ => reply,
    };
    let verdict = if reply.code < 500 {
        Verdict::Defer
    } else {
        Verdict::Reject
    };
    Decision {
        verdict,
        reply,
        because,
        at,
        route: Route::None,
        headers: BTreeSet::new(),
        copies: decision::Copies::default(),
        completes: false,
    }
}

/// Returns the number of a listener.
pub(super) fn slot(listener: Listener) -> usize {
    listener as usize
}
