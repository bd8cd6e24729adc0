//! One envelope on its way through the commands: what its tests answer, and what the ACLs have set
//! so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::authenticator::Claim;
use super::catalogue::Side;
use super::decider::EximDecider;
use super::follow::{Dns, Library};
use super::met::{Met, form, has_address, met};
use super::rows::HOLDS;
use super::truth::{Facts, Truth, truth};
use super::untold::Ways;
use super::value::{Bool, Leaf, Part, PathAtom, SpfIdentity};
use crate::decision::{Ask, Chooser, Header, Label, TestId, Unanswered};
use crate::mail::{Listener, PathForm};
use crate::spf::SpfResult;

/// An envelope on its way.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is another thing that was done"
)]
pub(super) struct Session<'s> {
    ask: &'s mut dyn Ask,
    decider: &'s EximDecider,
    from: PathForm,
    to: PathForm,
    library: Library,
    /// What is answered where the form of a path does not say it.
    ways: &'s mut Ways,
    /// Whether an address that the client chooses is verified.
    pub(super) verifies: Truth,
    /// Whether an extension that is odd stands behind an address that tables hold.
    pub(super) extended: Truth,
    /// Whether the library mattered, or one of these.
    pub(super) ambiguous: bool,
    /// What DNS says where a recipient is verified by it.
    pub(super) dns: Dns,
    /// The variables that ACLs have set.
    pub(super) variables: BTreeMap<Arc<str>, String>,
    /// Whether SPF was evaluated for this message.
    pub(super) spf_ran: bool,
    /// The headers that ACLs have added.
    pub(super) headers: BTreeSet<Header>,
    /// Whether the message gets the headers that it lacks: an ACL has said `control = submission`.
    pub(super) completes: bool,
    /// While an authentication is being judged: what the client claims to be.
    claim: Option<Claim>,
    authenticated: Option<bool>,
    /// While it is being asked whether TLS is offered: there is none yet.
    is_before_tls: bool,
    /// The headers of the message: none while recipients are verified, before DATA.
    pub(super) given: BTreeSet<Chooser>,
}

impl<'s> Session<'s> {
    pub(super) fn new(
        ask: &'s mut dyn Ask,
        decider: &'s EximDecider,
        library: Library,
        ways: &'s mut Ways,
    ) -> Self {
        Self {
            ask,
            decider,
            from: PathForm::Null,
            to: PathForm::Null,
            library,
            ways,
            verifies: Truth::Yes,
            extended: Truth::Yes,
            ambiguous: false,
            dns: Dns {
                resolves: Truth::Yes,
                is_asked: false,
            },
            variables: BTreeMap::new(),
            spf_ran: false,
            headers: BTreeSet::new(),
            completes: false,
            claim: None,
            authenticated: None,
            is_before_tls: false,
            given: BTreeSet::new(),
        }
    }

    /// Returns the form of the reverse-path, and keeps it.
    pub(super) fn keep_from(&mut self) -> Result<PathForm, Unanswered> {
        self.from = form(self.ask.ask(EximDecider::FROM_FORM)?);
        Ok(self.from)
    }

    /// Returns the form of the forward-path, and keeps it.
    pub(super) fn keep_to(&mut self) -> Result<PathForm, Unanswered> {
        self.to = form(self.ask.ask(EximDecider::TO_FORM)?);
        Ok(self.to)
    }

    /// Returns what kept form the forward-path has.
    pub(super) fn to(&self) -> PathForm {
        self.to
    }

    /// Returns the decider that the session runs through.
    pub(super) fn decider(&self) -> &'s EximDecider {
        self.decider
    }

    fn listener(&mut self) -> Result<Listener, Unanswered> {
        let label = self.ask.ask(EximDecider::LISTENER)?;
        let listener = Listener::ALL.get(label.0 as usize).copied();
        Ok(listener.unwrap_or(Listener::Smtp))
    }

    /// Returns whether the session is under TLS: where none is offered, none is.
    fn tls(&mut self) -> Result<bool, Unanswered> {
        if self.listener()? == Listener::Submissions {
            return Ok(true);
        }
        if self.ask.ask(EximDecider::TLS)? == Label::ABSENT {
            return Ok(false);
        }
        self.tls_is_offered()
    }

    fn tls_is_offered(&mut self) -> Result<bool, Unanswered> {
        self.is_before_tls = true;
        let offered = truth(&self.decider.tls_offered, self);
        self.is_before_tls = false;
        Ok(offered? == Truth::Yes)
    }

    /// Returns whether the client wants TLS where it is not offered: `STARTTLS` gets a 503
    /// (`smtp_setup_msg` in smtp_in.c of 4.96), and it says nothing in the clear then.
    pub(super) fn wants_tls_in_vain(&mut self) -> Result<bool, Unanswered> {
        // What is offered to everybody need not be asked about.
        Ok(!matches!(self.decider.tls_offered, Bool::Const(true))
            && self.listener()? != Listener::Submissions
            && self.ask.ask(EximDecider::TLS)? != Label::ABSENT
            && !self.tls_is_offered()?)
    }

    /// Returns whether the client has authenticated: it gave a login, AUTH was offered, and an
    /// authenticator took it (chapter 33).
    pub(super) fn authenticated(&mut self) -> Result<bool, Unanswered> {
        if let Some(known) = self.authenticated {
            return Ok(known);
        }
        let known = self.authenticate()?;
        self.authenticated = Some(known);
        Ok(known)
    }

    fn authenticate(&mut self) -> Result<bool, Unanswered> {
        let decider = self.decider;
        if decider.authenticators.is_empty() || self.ask.ask(EximDecider::LOGIN)? == Label::NO_LOGIN
        {
            return Ok(false);
        }
        self.claim = Some(Claim::Nothing);
        let offered = truth(&decider.auth_offered, self)? == Truth::Yes;
        let mut taken = false;
        for authenticator in &decider.authenticators {
            // The client may claim what suits it best.
            for claim in [Claim::Nothing, Claim::Itself, Claim::Other] {
                self.claim = Some(claim);
                taken = taken
                    || (offered
                        && truth(&authenticator.advertised, self)? == Truth::Yes
                        && truth(&authenticator.condition, self)? == Truth::Yes);
            }
        }
        self.claim = None;
        Ok(taken)
    }

    /// Returns the answer to a question that has more than two.
    pub(super) fn label(&mut self, test: TestId) -> Result<Label, Unanswered> {
        self.ask.ask(test)
    }

    /// Returns whether a part of a path has a row.
    fn path(&mut self, atom: PathAtom, test: TestId) -> Result<bool, Unanswered> {
        let form = match atom.side {
            Side::From => self.from,
            Side::To => self.to,
        };
        if form == PathForm::BarePostmaster && atom.side == Side::To {
            let domain = self.decider.qualify_recipient.as_deref();
            return Ok(self.decider.looks_up(test, Some("postmaster"), domain));
        }
        match met(form, atom) {
            Met::Asked => Ok(self.ask.ask(test)? == HOLDS),
            // It is none but what may be below some name.
            Met::Odd
                if form == PathForm::BadDomain
                    && atom.part == Part::Domain
                    && !self.decider.has_parents(test) =>
            {
                Ok(self.decider.looks_up(test, None, None))
            }
            Met::Odd => Ok(self.ways.answer(atom, test)),
            // No key of a table can be met by what such a form holds: only its default answers.
            Met::Never => Ok(self.decider.looks_up(test, None, None)),
            Met::Untold => Ok(self.is_extended()),
        }
    }

    /// Returns whether what is odd about a path is its extension, and without that it is what
    /// tables hold. The form does not say.
    fn is_extended(&mut self) -> bool {
        self.ambiguous = true;
        self.extended == Truth::Yes
    }

    /// Returns what `$spf_result` is; none before SPF was evaluated.
    fn spf_seen(&mut self) -> Result<Option<&'static str>, Unanswered> {
        if !self.spf_ran {
            return Ok(None);
        }
        // libspf2 takes 127.0.0.0/8 and ::1 for the host itself: it passes them.
        if self.ask.ask(EximDecider::LOOPBACK)? != Label::ABSENT {
            return Ok(Some(SpfResult::Pass.as_str()));
        }
        // Without a reverse-path the identity is that of HELO (RFC 7208 section 2.4).
        let identity = if self.from == PathForm::Null {
            SpfIdentity::Helo
        } else {
            SpfIdentity::MailFrom
        };
        let result = self.spf_of(identity)?;
        Ok(Some(match result {
            SpfResult::Permerror | SpfResult::Temperror => {
                self.ambiguous = true;
                match self.library {
                    Library::Invalid => "(invalid)",
                    Library::Named => result.as_str(),
                }
            }
            // A HELO name that is no domain (`a..b`) is `(invalid)` to libspf2.
            SpfResult::None if identity == SpfIdentity::Helo => {
                self.ambiguous = true;
                match self.library {
                    Library::Invalid => "(invalid)",
                    Library::Named => result.as_str(),
                }
            }
            SpfResult::None
            | SpfResult::Neutral
            | SpfResult::Pass
            | SpfResult::Fail
            | SpfResult::Softfail => result.as_str(),
        }))
    }

    /// Returns whether `$spf_received` holds a header: libspf2 makes none for what is `(invalid)`.
    pub(super) fn has_received_spf(&mut self) -> Result<bool, Unanswered> {
        Ok(self.spf_seen()?.is_some_and(|seen| seen != "(invalid)"))
    }

    /// Returns whether nobody is told a lie who is told that SPF has found nothing.
    pub(super) fn may_say_none(&mut self) -> Result<bool, Unanswered> {
        let seen = self.spf_seen()?;
        Ok(seen.is_none_or(|seen| matches!(seen, "none" | "(invalid)")))
    }

    fn spf_of(&mut self, identity: SpfIdentity) -> Result<SpfResult, Unanswered> {
        let test = match identity {
            SpfIdentity::Helo => EximDecider::SPF_HELO,
            SpfIdentity::MailFrom => EximDecider::SPF_FROM,
        };
        let label = self.ask.ask(test)?;
        let result = SpfResult::ALL.get(label.0 as usize).copied();
        Ok(result.unwrap_or(SpfResult::None))
    }

    /// Evaluates SPF, and says whether the condition `spf` holds (`spf_process`): the first word
    /// that is, or the first negated word that is not, the result.
    pub(super) fn spf(&mut self, words: &[(bool, String)]) -> Result<bool, Unanswered> {
        self.spf_ran = true;
        let seen = self.spf_seen()?.unwrap_or_default();
        // The condition has `invalid` where the variable has `(invalid)`.
        let seen = seen.trim_matches(['(', ')']);
        Ok(words
            .iter()
            .any(|(negated, word)| *negated != (word == seen)))
    }

    /// Returns whether the domain of an identity publishes an SPF record, as a query sees it.
    fn spf_record(&mut self, identity: SpfIdentity) -> Result<bool, Unanswered> {
        if identity == SpfIdentity::MailFrom && self.from == PathForm::Null {
            return Ok(false);
        }
        let result = self.spf_of(identity)?;
        Ok(match result {
            SpfResult::None => false,
            SpfResult::Temperror => {
                self.ambiguous = true;
                self.library == Library::Named
            }
            SpfResult::Neutral
            | SpfResult::Pass
            | SpfResult::Fail
            | SpfResult::Softfail
            | SpfResult::Permerror => true,
        })
    }

    /// Returns whether an identity is a name of several labels. Every other has the result `none`
    /// (RFC 7208 section 4.3), as a name without a record has.
    fn is_spf_name(&mut self, identity: SpfIdentity) -> Result<bool, Unanswered> {
        if identity == SpfIdentity::MailFrom && self.from == PathForm::Null {
            return Ok(false);
        }
        if self.spf_of(identity)? != SpfResult::None {
            return Ok(true);
        }
        self.ambiguous = true;
        Ok(self.library == Library::Named)
    }

    /// Returns whether the login owns the sender's address.
    fn owner(&mut self, atom: PathAtom, test: TestId) -> Result<bool, Unanswered> {
        if !self.authenticated()? {
            return Ok(false);
        }
        Ok(match met(self.from, atom) {
            Met::Odd => self.ways.answer(atom, test),
            Met::Asked => self.ask.ask(test)? != Label::ABSENT,
            Met::Never => false,
            Met::Untold => self.is_extended(),
        })
    }

    fn owner_of_domain(
        &mut self,
        atom: PathAtom,
        [whole, domain]: [TestId; 2],
    ) -> Result<bool, Unanswered> {
        if !self.authenticated()? {
            return Ok(false);
        }
        match met(self.from, atom) {
            Met::Never => return Ok(false),
            Met::Odd => return Ok(self.ways.answer(atom, domain)),
            Met::Asked | Met::Untold => {}
        }
        let test = if has_address(self.from) {
            whole
        } else {
            domain
        };
        Ok(self.ask.ask(test)? != Label::ABSENT)
    }
}

impl Facts for Session<'_> {
    fn leaf(&mut self, leaf: &Leaf) -> Result<Truth, Unanswered> {
        let holds = match leaf {
            Leaf::Client(test) | Leaf::Helo(test) => self.ask.ask(*test)? == HOLDS,
            Leaf::Login(test) => {
                (self.claim.is_some() || self.authenticated()?) && self.ask.ask(*test)? == HOLDS
            }
            Leaf::Path(atom, test) => self.path(*atom, *test)?,
            Leaf::Form(side, forms) => forms.contains(match side {
                Side::From => &self.from,
                Side::To => &self.to,
            }),
            Leaf::Listener(listeners) => listeners.contains(&self.listener()?),
            Leaf::Tls => !self.is_before_tls && self.tls()?,
            Leaf::Authenticated => self.claim.is_none() && self.authenticated()?,
            Leaf::Owner(atom, test) => self.owner(*atom, *test)?,
            Leaf::OwnerOfDomain(atom, tests) => self.owner_of_domain(*atom, *tests)?,
            Leaf::SpfRan => self.spf_ran,
            Leaf::SpfReceived => self.has_received_spf()?,
            Leaf::SpfSeen(words) => {
                let seen = self.spf_seen()?.unwrap_or_default();
                words.iter().any(|word| word == seen)
            }
            Leaf::SpfRecord(identity) => self.spf_record(*identity)?,
            Leaf::SpfName(identity) => self.is_spf_name(*identity)?,
            Leaf::Variable(name, words) => {
                let value = self.variables.get(name).map_or("", String::as_str);
                words.iter().any(|word| word == value)
            }
            Leaf::Given(Chooser::ReversePath) => self.from != PathForm::Null,
            Leaf::Given(header) => self.given.contains(header),
            // `authenticator` has looked at wrong passwords, and `acl::helo` at other names.
            Leaf::Password | Leaf::IsGiven | Leaf::PlainHelo => true,
            Leaf::ClaimsNothing => self.claim == Some(Claim::Nothing),
            Leaf::ClaimsItself => self.claim == Some(Claim::Itself),
        };
        Ok(Truth::of(holds))
    }
}
