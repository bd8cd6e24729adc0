//! What a configuration decides: the commands of a session, one behind the other.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::acl::{AclUse, LINE_MAX, Ran, Refusal};
use super::authenticator::Authenticator;
use super::host_mail::LocalMail;
use super::path::{self, Syntax, Taken};
use super::router::{DomainKind, OfEnvelope, Outcome, Purpose, Routers, Sender, Unknown, Walk};
use super::session::Session;
use super::truth::Truth;
use super::value::Bool;
use crate::decision::{
    AddressKey, Ask, At, Because, ByWriting, Copies, Decider, Decision, Destination, HostMail,
    Question, Returned, Route, Test, TestId, Unanswered, Verdict,
};
use crate::mail::{Address, Domain, Listener, PathForm, Reply};
use crate::source::Loc;

/// The ACLs of the commands, in the order of a session (spec 4.96, sections 44.4 to 44.7).
#[derive(Debug)]
pub(super) struct Commands {
    pub(super) connect: AclUse,
    pub(super) helo: AclUse,
    pub(super) mail: AclUse,
    pub(super) rcpt: AclUse,
    pub(super) predata: AclUse,
    pub(super) data: AclUse,
}

/// What a configuration decides.
#[derive(Debug)]
pub(super) struct EximDecider {
    pub(super) tests: Vec<Test>,
    pub(super) commands: Commands,
    pub(super) authenticators: Vec<Authenticator>,
    /// Where AUTH and STARTTLS are offered.
    pub(super) auth_offered: Bool,
    pub(super) tls_offered: Bool,
    /// What says so.
    pub(super) tls_at: Loc,
    pub(super) routers: Routers,
    pub(super) taken: Taken,
    pub(super) qualify_recipient: Option<String>,
    /// Whether some path is looked for without its extension.
    pub(super) cuts_extensions: bool,
    /// `received_headers_max`.
    pub(super) hops_max: u64,
    /// What becomes of mail made on the host, where there is no way in.
    pub(super) local_mail: Option<LocalMail>,
    /// Where the configuration begins: the place of what no line of it decides.
    pub(super) start: Loc,
}

impl EximDecider {
    pub(super) const LISTENER: TestId = TestId(0);
    pub(super) const TLS: TestId = TestId(1);
    pub(super) const FROM_FORM: TestId = TestId(2);
    pub(super) const TO_FORM: TestId = TestId(3);
    pub(super) const LOGIN: TestId = TestId(4);
    pub(super) const SPF_FROM: TestId = TestId(5);
    pub(super) const SPF_HELO: TestId = TestId(6);
    pub(super) const LOOPBACK: TestId = TestId(7);

    /// Returns the question of a test.
    pub(super) fn question(&self, test: TestId) -> Option<&Question> {
        self.tests.get(test.index()).map(|test| &test.question)
    }

    /// Notes which routers take an address that the files do not name.
    pub(super) fn find_routers_of_anybody(&mut self) {
        if self.routers.leaving().iter().all(|one| one.host.is_none()) {
            return;
        }
        let of_anybody = self.walk(&Unknown).routers_of_anybody(&self.start);
        self.routers.note_anybody(&of_anybody.into_keys().collect());
    }

    pub(super) fn walk<'w>(&'w self, sender: &'w dyn Sender) -> Walk<'w> {
        let qualify = self.qualify_recipient.as_deref();
        Walk::new(&self.routers, &self.tests, qualify, sender)
    }

    pub(super) fn commands(&self, session: &mut Session<'_>) -> Result<Decision, Unanswered> {
        let commands = &self.commands;
        for acl in [&commands.connect, &commands.helo] {
            if let Some(refusal) = refusal(acl.run(session)?) {
                return Ok(self.refuse(refusal));
            }
        }
        if session.wants_tls_in_vain()? {
            return Ok(Decision {
                because: Because::Unstated,
                at: At::Place(self.tls_at.clone()),
                ..self.bad_path(Reply::new(503, 5, 5, 1))
            });
        }
        let from = session.keep_from()?;
        if path::reverse_path(from, self.taken) == Syntax::Refused {
            return Ok(self.bad_path(Reply::new(501, 5, 1, 7)));
        }
        if let Some(refusal) = refusal(commands.mail.run(session)?) {
            return Ok(self.refuse(refusal));
        }
        let to = session.keep_to()?;
        if path::forward_path(to, self.taken) == Syntax::Refused {
            return Ok(self.bad_path(Reply::new(501, 5, 1, 3)));
        }
        let (client, at) = match commands.rcpt.run(session)? {
            Ran::Accept { client, at } => (client, at),
            refused @ (Ran::Deny(_) | Ran::Defer(_)) => {
                let refused = refusal(refused).map(|refusal| self.refuse(refusal));
                // What is asked of one recipient counts for the message, refused or not.
                return Ok(Decision {
                    completes: session.completes,
                    ..refused.unwrap_or_else(|| self.accept_all())
                });
            }
        };
        for acl in [&commands.predata, &commands.data] {
            if let Some(refusal) = refusal(acl.run(session)?) {
                return Ok(self.refuse(refusal));
            }
        }
        let route = self.route(session, to)?;
        let leaves = matches!(route, Route::Foreign | Route::Hop(_));
        Ok(Decision {
            verdict: Verdict::Accept,
            reply: Reply::new(250, 2, 1, 5),
            because: if client || leaves {
                Because::Granted
            } else {
                Because::Listed
            },
            at: At::Place(at.unwrap_or_else(|| self.start.clone())),
            route,
            headers: session.headers.clone(),
            copies: self.routers.copied(session)?,
            completes: session.completes,
        })
    }

    /// Returns where accepted mail goes.
    fn route(&self, session: &mut Session<'_>, to: PathForm) -> Result<Route, Unanswered> {
        if to == PathForm::BarePostmaster {
            let domain = self.qualify_recipient.as_deref().unwrap_or_default();
            let address = Address::new("postmaster", Domain::literal(domain));
            return Ok(Route::Address(address));
        }
        Ok(match session.deliver()? {
            Outcome::Foreign => Route::Foreign,
            Outcome::Hop { hop, named: false } => Route::Hop(hop),
            Outcome::Hop { named: true, .. }
            | Outcome::Here
            | Outcome::Chosen
            | Outcome::Fail
            | Outcome::Defer
            | Outcome::Unrouteable => Route::Recipient,
        })
    }

    fn refuse(&self, (verdict, refusal): (Verdict, Refusal)) -> Decision {
        Decision {
            verdict,
            reply: refusal.reply,
            because: refusal.because,
            at: At::Place(refusal.at.unwrap_or_else(|| self.start.clone())),
            route: Route::None,
            headers: BTreeSet::new(),
            copies: Copies::default(),
            completes: false,
        }
    }

    /// What counts where too much is not said.
    pub(super) fn accept_all(&self) -> Decision {
        Decision {
            verdict: Verdict::Accept,
            because: Because::Granted,
            route: Route::Foreign,
            ..self.bad_path(Reply::new(250, 2, 1, 5))
        }
    }

    /// The refusals that Exim makes without asking any ACL.
    fn bad_path(&self, reply: Reply) -> Decision {
        Decision {
            verdict: Verdict::Reject,
            reply,
            because: Because::BadPath,
            at: At::Place(self.start.clone()),
            route: Route::None,
            headers: BTreeSet::new(),
            copies: Copies::default(),
            completes: false,
        }
    }
}

/// Returns whether mail goes on to other hosts.
fn leaves(destination: &Destination) -> bool {
    match destination {
        Destination::Exchangers(_)
        | Destination::Forward { .. }
        | Destination::Hop(_)
        | Destination::Chosen(_) => true,
        Destination::Mailbox { .. } | Destination::Discard | Destination::Undeliverable => false,
    }
}

/// Returns the refusal of an ACL, if it is one.
fn refusal(ran: Ran) -> Option<(Verdict, Refusal)> {
    match ran {
        Ran::Accept { .. } => None,
        Ran::Deny(refusal) => Some((Verdict::Reject, refusal)),
        Ran::Defer(refusal) => Some((Verdict::Defer, refusal)),
    }
}

impl Session<'_> {
    /// Returns where the routers lead the recipient.
    pub(super) fn verify(&mut self) -> Result<Outcome, Unanswered> {
        let outcome = self.leads(Purpose::Verify)?;
        if outcome == Outcome::Foreign && !self.to().is_literal() {
            self.dns.is_asked = true;
            return Ok(match self.dns.resolves {
                Truth::No => Outcome::Unrouteable,
                Truth::Yes | Truth::Defer | Truth::Forced => Outcome::Foreign,
            });
        }
        if outcome != Outcome::Chosen {
            return Ok(outcome);
        }
        self.ambiguous = true;
        Ok(if self.verifies == Truth::Yes {
            Outcome::Chosen
        } else {
            Outcome::Unrouteable
        })
    }

    /// Returns where the message is led, whatever headers it has: to its recipient's destinations
    /// where that depends on them.
    fn deliver(&mut self) -> Result<Outcome, Unanswered> {
        let mut writings = self.decider().routers.writings().into_iter();
        self.given = writings.next().unwrap_or_default();
        let first = self.leads(Purpose::Deliver)?;
        for given in writings {
            self.given = given;
            if self.leads(Purpose::Deliver)? != first {
                return Ok(Outcome::Chosen);
            }
        }
        Ok(first)
    }

    fn leads(&mut self, purpose: Purpose) -> Result<Outcome, Unanswered> {
        let decider = self.decider();
        let kind = if self.to().is_literal() {
            DomainKind::Literal
        } else {
            DomainKind::Name
        };
        decider.routers.outcome(self, kind, purpose)
    }
}

impl Decider for EximDecider {
    fn tests(&self) -> &[Test] {
        &self.tests
    }

    fn offers_tls(&self, listener: Listener) -> bool {
        // A port in `tls_on_connect_ports` knows nothing else.
        listener == Listener::Submissions || !matches!(self.tls_offered, Bool::Const(false))
    }

    fn decide(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered> {
        self.follow(ask)
    }

    fn has_extensions(&self) -> bool {
        self.cuts_extensions
    }

    fn destinations(
        &self,
        address: &Address,
        ask: &mut dyn Ask,
    ) -> Result<Vec<Destination>, Unanswered> {
        let ask = RefCell::new(ask);
        let tests = &self.tests;
        self.walk(&OfEnvelope { ask, tests })
            .destinations_of_recipient(address)
    }

    /// A message with a line that no other host has to take comes back: its transport does not send
    /// it, or another host does not take it, if the line is of a field that Exim adds. So
    /// does one that came over too many hosts, wherever it is to go.
    fn returns(&self, destination: &Destination) -> Option<Returned> {
        let data = &self.commands.data;
        let by = if leaves(destination) && !data.refuses_long_lines() {
            ByWriting::Line(LINE_MAX)
        } else if leaves(destination) && !data.refuses_long_names() {
            ByWriting::Helo(LINE_MAX)
        } else if data.refuses_hops(self.hops_max) {
            return None;
        } else {
            ByWriting::Hops(self.hops_max)
        };
        let at = data.place().unwrap_or_else(|| self.start.clone());
        Some(Returned { by, at })
    }

    fn host_mail(&self) -> Option<&dyn HostMail> {
        self.local_mail.as_ref()?;
        Some(self)
    }

    fn leads_by(&self, destination: &Destination) -> Option<Loc> {
        self.routers.leads_by(destination)
    }

    fn destination_keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        for test in &self.tests {
            if let Question::To(table) = &test.question {
                for part in [
                    AddressKey::Address,
                    AddressKey::Domain,
                    AddressKey::Parent,
                    AddressKey::Local,
                ] {
                    table.each_key(part, &mut |name| key(part, name));
                }
            }
        }
        self.routers.keys(self.qualify_recipient.as_deref(), key);
    }
}
