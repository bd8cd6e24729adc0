//! The questions of obligations, in words.

use super::grants::Covers;
use super::{
    CLIENT, Declared, FROM, FROM_FORM, LISTENER, LOGIN, LOOPBACK, OWNER, OWNER_OF_DOMAIN,
    POSTMASTER, RECIPIENT, SPF_FROM, SPF_HELO, TLS, TO, TO_FORM, tables,
};
use crate::decision::{Ask, Label, TestId, Unanswered};
use crate::mail::Listener;
use crate::prove::kind::{Forward, Reverse};
use crate::spf::SpfResult;

/// What a client's network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::prove) struct Network {
    pub(in crate::prove) may_hand_over: bool,
    pub(in crate::prove) refuse: bool,
}

/// The questions of obligations, in words.
pub(in crate::prove) struct Asked<'a, 'p> {
    pub(in crate::prove) declared: &'a Declared<'p>,
    pub(in crate::prove) ask: &'a mut dyn Ask,
}

/// An answer, or the test that is missing.
pub(in crate::prove) type Answered<T> = Result<T, Unanswered>;

impl Asked<'_, '_> {
    pub(super) fn yes(&mut self, test: TestId) -> Answered<bool> {
        Ok(self.ask.ask(test)? != Label::ABSENT)
    }

    /// Returns the rights of the network that the client is in.
    pub(in crate::prove) fn network(&mut self) -> Answered<Network> {
        let bits = self.ask.ask(CLIENT)?.0;
        Ok(Network {
            may_hand_over: bits & tables::HANDS_OVER != 0,
            refuse: bits & tables::REFUSES != 0,
        })
    }

    /// Returns whether a grant of the client's network covers the envelope.
    pub(in crate::prove) fn granted_to_network(&mut self) -> Answered<bool> {
        Ok(self.network_covers()? == Covers::Yes)
    }

    /// Returns whether a grant of the client's network would cover the envelope under TLS, and none
    /// does as it is.
    pub(in crate::prove) fn wants_tls(&mut self) -> Answered<bool> {
        Ok(self.network_covers()? == Covers::UnderTls)
    }

    fn network_covers(&mut self) -> Answered<Covers> {
        let label = self.ask.ask(CLIENT)?.0;
        if label & tables::UNLIMITED != 0 {
            return Ok(Covers::Yes);
        }
        let declared = self.declared;
        let mut covers = Covers::No;
        for grant in declared.network_grants(label) {
            match grant.covers(self)? {
                Covers::Yes => return Ok(Covers::Yes),
                Covers::UnderTls => covers = Covers::UnderTls,
                Covers::No => {}
            }
        }
        Ok(covers)
    }

    /// Returns whether the client is authenticated, and a grant of its login covers the envelope.
    pub(in crate::prove) fn granted_to_login(&mut self) -> Answered<bool> {
        if !self.authenticated()? {
            return Ok(false);
        }
        let label = self.ask.ask(LOGIN)?;
        let declared = self.declared;
        let Some(grants) = declared.login_grants(label) else {
            return self.covered();
        };
        for grant in grants {
            if grant.covers_login(self)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns whether the client has some right to send: its network is granted something, under
    /// TLS or not, or it is authenticated.
    pub(in crate::prove) fn may_send(&mut self) -> Answered<bool> {
        let label = self.ask.ask(CLIENT)?.0;
        let has_rights =
            label & tables::UNLIMITED != 0 || !self.declared.network_grants(label).is_empty();
        Ok(has_rights || self.authenticated()?)
    }

    /// Returns whether a grant of the client's network or login covers the envelope.
    pub(in crate::prove) fn granted(&mut self) -> Answered<bool> {
        Ok(self.granted_to_network()? || self.granted_to_login()?)
    }

    pub(in crate::prove) fn loopback(&mut self) -> Answered<bool> {
        self.yes(LOOPBACK)
    }

    pub(in crate::prove) fn listener(&mut self) -> Answered<Listener> {
        let number = self.ask.ask(LISTENER)?.0 as usize;
        Ok(Listener::ALL.get(number).copied().unwrap_or(Listener::Smtp))
    }

    pub(in crate::prove) fn tls(&mut self) -> Answered<bool> {
        self.yes(TLS)
    }

    /// Returns whether the login is one that the policy lists.
    pub(in crate::prove) fn login_listed(&mut self) -> Answered<bool> {
        let label = self.ask.ask(LOGIN)?;
        Ok(label != Label::ABSENT && label != Label::NO_LOGIN)
    }

    /// Returns whether the client is authenticated: a listed login, under TLS, where AUTH is.
    pub(in crate::prove) fn authenticated(&mut self) -> Answered<bool> {
        // Where nobody checks passwords, nobody has given one.
        if self.declared.policy.auth.is_none() {
            return Ok(false);
        }
        Ok(self.listener()? != Listener::Smtp && self.tls()? && self.login_listed()?)
    }

    /// Returns whether the client is not authenticated, and its network is not granted this.
    pub(in crate::prove) fn stranger(&mut self) -> Answered<bool> {
        Ok(!self.granted_to_network()? && !self.authenticated()?)
    }

    pub(in crate::prove) fn reverse(&mut self) -> Answered<Reverse> {
        let number = self.ask.ask(FROM_FORM)?.0 as usize;
        Ok(Reverse::ALL
            .get(number)
            .copied()
            .unwrap_or(Reverse::Neither))
    }

    pub(in crate::prove) fn forward(&mut self) -> Answered<Forward> {
        let number = self.ask.ask(TO_FORM)?.0 as usize;
        Ok(Forward::ALL.get(number).copied().unwrap_or(Forward::Abroad))
    }

    /// Returns whether the reverse-path claims one of our domains.
    pub(in crate::prove) fn claims_ours(&mut self) -> Answered<bool> {
        Ok(self.reverse()?.has_domain() && self.yes(FROM)?)
    }

    /// Returns whether some grant of an authenticated client's login covers the reverse-path,
    /// whatever else it limits; the null one always.
    pub(in crate::prove) fn covered(&mut self) -> Answered<bool> {
        let form = self.reverse()?;
        let login = self.ask.ask(LOGIN)?;
        if form == Reverse::Null || login.0 & tables::FROM_ANY != 0 {
            return Ok(true);
        }
        if login.0 & tables::FROM_LOCAL != 0 && self.claims_ours()? {
            return Ok(true);
        }
        match form {
            Reverse::Plain | Reverse::Address => self.yes(OWNER),
            Reverse::Domain => self.yes(OWNER_OF_DOMAIN),
            Reverse::Null | Reverse::Neither => Ok(false),
        }
    }

    /// Returns whether the forward-path leads to somebody else, or could be followed there.
    pub(in crate::prove) fn foreign(&mut self) -> Answered<bool> {
        match self.forward()? {
            Forward::Abroad | Forward::Routed => Ok(true),
            Forward::Postmaster | Forward::Nowhere => Ok(false),
            Forward::Plain | Forward::Address | Forward::Domain => {
                Ok(self.ask.ask(TO)? != Label(1))
            }
        }
    }

    /// Returns whether the forward-path is in a domain of ours and holds no route, or is bare
    /// postmaster.
    pub(in crate::prove) fn local(&mut self) -> Answered<bool> {
        match self.forward()? {
            Forward::Abroad | Forward::Routed | Forward::Nowhere => Ok(false),
            Forward::Postmaster => Ok(true),
            Forward::Plain | Forward::Address | Forward::Domain => {
                Ok(self.ask.ask(TO)? == Label(1))
            }
        }
    }

    /// Returns whether the forward-path is a plain address elsewhere.
    pub(in crate::prove) fn plain_foreign(&mut self) -> Answered<bool> {
        Ok(self.forward()? == Forward::Plain && !self.yes(TO)?)
    }

    /// Returns whether the forward-path is that of a declared recipient, in whatever spelling.
    pub(in crate::prove) fn listed(&mut self) -> Answered<bool> {
        match self.forward()? {
            Forward::Plain | Forward::Address => self.yes(RECIPIENT),
            Forward::Postmaster => Ok(true),
            Forward::Domain | Forward::Abroad | Forward::Routed | Forward::Nowhere => Ok(false),
        }
    }

    /// Returns whether the forward-path is the plain address of a declared recipient.
    pub(in crate::prove) fn plain_listed(&mut self) -> Answered<bool> {
        Ok(self.forward()? == Forward::Plain && self.yes(RECIPIENT)?)
    }

    /// Returns whether the forward-path is plain, in a domain of ours.
    pub(in crate::prove) fn plain_ours(&mut self) -> Answered<bool> {
        Ok(self.forward()? == Forward::Plain && self.ask.ask(TO)? == Label(1))
    }

    /// Returns whether the forward-path is postmaster of a domain of ours, or bare.
    pub(in crate::prove) fn postmaster(&mut self) -> Answered<bool> {
        let form = self.forward()?;
        Ok(form == Forward::Postmaster || (form == Forward::Plain && self.yes(POSTMASTER)?))
    }

    /// Returns the result of the identity that RFC 7208 section 2.4 names.
    pub(in crate::prove) fn spf(&mut self) -> Answered<SpfResult> {
        let test = if self.reverse()? == Reverse::Null {
            SPF_HELO
        } else {
            SPF_FROM
        };
        let number = self.ask.ask(test)?.0 as usize;
        Ok(SpfResult::ALL
            .get(number)
            .copied()
            .unwrap_or(SpfResult::None))
    }
}
