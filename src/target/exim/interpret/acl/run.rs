//! How an ACL runs (spec 4.96, sections 44.13, 44.18 and 44.20).

use super::message::Message;
use super::named::Named;
use super::{Acl, AclUse, Kind, Statement, Step, Test, Verb, header};
use crate::decision::{Because, Unanswered};
use crate::mail::{Reply, Status};
use crate::source::Loc;
use crate::target::exim::interpret::router::Outcome;
use crate::target::exim::interpret::session::Session;
use crate::target::exim::interpret::truth::{Truth, resolve, truth};

/// What an ACL comes to.
#[derive(Debug, Clone)]
pub(in super::super) enum Ran {
    /// Accepted; whether because of who the client is, and where, if a statement did.
    Accept { client: bool, at: Option<Loc> },
    /// Denied.
    Deny(Refusal),
    /// Deferred.
    Defer(Refusal),
}

/// A refusal.
#[derive(Debug, Clone)]
pub(in super::super) struct Refusal {
    /// The reply.
    pub(in super::super) reply: Reply,
    /// The rule.
    pub(in super::super) because: Because,
    /// The place.
    pub(in super::super) at: Option<Loc>,
    message: Option<Message>,
}

impl Refusal {
    fn new(code: u16, message: Option<Message>, kind: Kind, at: &Loc) -> Self {
        let because = match kind {
            Kind::Recipient => Because::Unlisted,
            Kind::Spf => Because::Spf,
            Kind::Client | Kind::Other => Because::Unstated,
        };
        let class = u8::try_from(code / 100).unwrap_or(5);
        let bare = Reply {
            code,
            status: Status::new(class, 0, 0),
        };
        Self {
            reply: message.map_or(bare, |message| message.reply(code)),
            because: message.and_then(Message::rule).unwrap_or(because),
            at: Some(at.clone()),
            message,
        }
    }

    /// The refusal where no ACL is set, or none can be found.
    fn bare(code: u16) -> Self {
        let class = u8::try_from(code / 100).unwrap_or(5);
        Self {
            reply: Reply {
                code,
                status: Status::new(class, 0, 0),
            },
            because: Because::Unstated,
            at: None,
            message: None,
        }
    }
}

/// How a statement ends.
enum End {
    /// The next statement runs. What this one has said stays, unless that one begins: the refusal
    /// at the end of an ACL has the message of its last statement (`acl_check_internal`).
    Next(Option<Message>),
    /// The ACL ends.
    Ran(Ran),
}

/// The message of a statement, and that of an ACL that it has run.
type Messages = (Option<Message>, Option<Message>);

/// How one condition ends, and the message that it brings along.
struct Tested {
    truth: Truth,
    message: Option<Message>,
    /// Whether another ACL has accepted because of who the client is.
    client: bool,
}

impl AclUse {
    /// Runs the ACL.
    pub(in super::super) fn run(&self, session: &mut Session<'_>) -> Result<Ran, Unanswered> {
        let mut chosen = self;
        loop {
            chosen = match chosen {
                Self::Accept => {
                    return Ok(Ran::Accept {
                        client: false,
                        at: None,
                    });
                }
                Self::Deny => return Ok(Ran::Deny(Refusal::bare(550))),
                Self::One(acl) => return acl.run(session),
                Self::Named(named) => return named.run(session),
                Self::Choice(condition, yes, no) => match truth(condition, session)? {
                    Truth::Yes => yes,
                    Truth::No => no,
                    Truth::Defer | Truth::Forced => return Ok(Ran::Defer(Refusal::bare(451))),
                },
            }
        }
    }
}

impl Named {
    /// Runs the ACL of the row that is found. What it accepts it accepts because of who the client
    /// is; the empty name that there is without a row denies (tried with 4.96).
    fn run(&self, session: &mut Session<'_>) -> Result<Ran, Unanswered> {
        let Some(acl) = self.choose(session)? else {
            return Ok(Ran::Deny(Refusal::bare(550)));
        };
        Ok(match acl.run(session)? {
            Ran::Accept { at, .. } => Ran::Accept { client: true, at },
            refused @ (Ran::Deny(_) | Ran::Defer(_)) => refused,
        })
    }
}

impl Acl {
    fn run(&self, session: &mut Session<'_>) -> Result<Ran, Unanswered> {
        let mut last = None;
        for statement in &self.statements {
            match statement.run(session)? {
                End::Ran(ran) => return Ok(ran),
                End::Next(message) => last = message,
            }
        }
        Ok(Ran::Deny(Refusal::new(550, last, Kind::Other, &self.at)))
    }
}

impl Statement {
    fn run(&self, session: &mut Session<'_>) -> Result<End, Unanswered> {
        let mut message = None;
        let mut carried = None;
        let mut end_passed = false;
        let mut client = false;
        let mut kind = Kind::Other;
        for step in &self.steps {
            match step {
                Step::EndPass => end_passed = true,
                Step::Message(text) => message = Some(*text),
                Step::Set(name, value) => {
                    if let Some(text) = resolve(value, session)?.as_text() {
                        session.variables.insert(name.clone(), text);
                    }
                }
                Step::Header(value) => header::add(value, session)?,
                Step::Complete => session.completes = true,
                Step::Test {
                    negated,
                    test,
                    kind: about,
                } => {
                    let tested = test.run(session)?;
                    carried = tested.message.or(carried);
                    let truth = if *negated {
                        tested.truth.negate()
                    } else {
                        tested.truth
                    };
                    match truth {
                        // A forced failure: the condition is ignored, negated or not.
                        Truth::Forced => {}
                        Truth::Yes => {
                            client |= (*about == Kind::Client || tested.client) && !negated;
                            kind = stronger(kind, *about);
                        }
                        Truth::No => {
                            return Ok(self.failed(end_passed, (message, carried), *about));
                        }
                        Truth::Defer => return Ok(self.deferred()),
                    }
                }
            }
        }
        Ok(self.held((message, carried), end_passed, client, kind))
    }

    /// All conditions hold.
    fn held(&self, (own, carried): Messages, end_passed: bool, client: bool, kind: Kind) -> End {
        let message = own.or(carried);
        match self.verb {
            Verb::Accept => {
                // With `endpass` a message is that of its refusal only.
                let _ = (message, end_passed);
                End::Ran(Ran::Accept {
                    client,
                    at: Some(self.at.clone()),
                })
            }
            Verb::Deny | Verb::Drop => {
                End::Ran(Ran::Deny(Refusal::new(550, message, kind, &self.at)))
            }
            Verb::Defer => End::Ran(Ran::Defer(Refusal::new(451, message, kind, &self.at))),
            Verb::Require => End::Next(carried),
            // What a warning says is for the log, and forgotten behind it.
            Verb::Warn => End::Next(None),
        }
    }

    /// A condition does not hold.
    fn failed(&self, end_passed: bool, (own, carried): Messages, kind: Kind) -> End {
        let denies = match self.verb {
            Verb::Require => true,
            Verb::Accept => end_passed,
            Verb::Deny | Verb::Drop | Verb::Defer | Verb::Warn => false,
        };
        let message = own.or(carried);
        if self.verb == Verb::Warn {
            return End::Next(None);
        }
        if denies {
            End::Ran(Ran::Deny(Refusal::new(550, message, kind, &self.at)))
        } else if self.verb == Verb::Accept {
            End::Next(message)
        } else {
            // The message of a verb that refuses is used where it does (`msgcond`).
            End::Next(carried)
        }
    }

    /// A condition cannot be completed: only `warn` goes on.
    fn deferred(&self) -> End {
        if self.verb == Verb::Warn {
            return End::Next(None);
        }
        End::Ran(Ran::Defer(Refusal::new(451, None, Kind::Other, &self.at)))
    }
}

/// Returns which of two kinds says why a statement decides.
fn stronger(one: Kind, other: Kind) -> Kind {
    match (one, other) {
        (Kind::Recipient, _) | (_, Kind::Recipient) => Kind::Recipient,
        (Kind::Spf, _) | (_, Kind::Spf) => Kind::Spf,
        _ => Kind::Other,
    }
}

impl Test {
    fn run(&self, session: &mut Session<'_>) -> Result<Tested, Unanswered> {
        let mut message = None;
        let mut client = false;
        let truth = match self {
            Self::Bool(condition) => truth(condition, session)?,
            Self::Spf(words) => Truth::of(session.spf(words)?),
            Self::Acl(acl) => match acl.run(session)? {
                Ran::Accept { client: by, .. } => {
                    client = by;
                    Truth::Yes
                }
                Ran::Deny(refusal) => {
                    message = refusal.message;
                    Truth::No
                }
                Ran::Defer(_) => Truth::Defer,
            },
            // An envelope's message has lines as everybody sends them, and comes straight away.
            Self::LongLine | Self::LongName | Self::Hops(_) => Truth::No,
            Self::Recipient => match session.verify()? {
                Outcome::Here | Outcome::Foreign | Outcome::Hop { .. } | Outcome::Chosen => {
                    Truth::Yes
                }
                Outcome::Fail | Outcome::Unrouteable => Truth::No,
                Outcome::Defer => Truth::Defer,
            },
        };
        Ok(Tested {
            truth,
            message,
            client,
        })
    }
}
