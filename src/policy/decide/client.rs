//! Who asks, and whether a grant covers what it asks for.

use super::PolicyDecider;
use crate::decision::{Ask, At, Label, Unanswered};
use crate::mail::Listener;
use crate::policy::Network;
use crate::policy::form::{ForwardKind, ReverseKind};
use crate::policy::rights::{self, Covers, NetworkRights, Owns, Sent};
use crate::policy::tables::{IN_DOMAIN, Tests};

/// Who asks, and what it is granted of this envelope: what rules 2 to 9 need to know.
pub(super) struct Client<'p> {
    pub(super) listener: Listener,
    /// Its network, or one with the same rights.
    pub(super) network: Option<&'p Network>,
    /// The label of its login, if it is authenticated.
    pub(super) login: Option<Label>,
    pub(super) granted: Granted,
}

/// Whether a grant covers the envelope, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Granted {
    No,
    /// One of its network, under TLS only.
    UnderTls(At),
    Yes(At),
}

impl Client<'_> {
    pub(super) fn is_granted(&self) -> bool {
        matches!(self.granted, Granted::Yes(_))
    }

    /// Neither granted this nor authenticated.
    pub(super) fn is_stranger(&self) -> bool {
        !self.is_granted() && self.login.is_none()
    }

    /// Whether it is our backup, and hands over our own mail.
    pub(super) fn hands_over(&self) -> bool {
        self.network
            .is_some_and(|network| network.may_hand_over.is_some())
    }
}

impl PolicyDecider<'_> {
    pub(super) fn client(
        &self,
        from: ReverseKind,
        to: ForwardKind,
        ask: &mut dyn Ask,
    ) -> Result<Client<'_>, Unanswered> {
        let listener = ask.ask(Tests::LISTENER)?;
        let listener = Listener::ALL
            .get(listener.0 as usize)
            .copied()
            .unwrap_or(Listener::Smtp);
        let rights = self.rights.network(ask.ask(Tests::CLIENT)?);
        // AUTH is offered on submission and submissions only, and only under TLS.
        let mut login = None;
        let offers_auth = self.policy.auth.is_some() && listener != Listener::Smtp;
        if offers_auth && ask.ask(Tests::TLS)? == Label(1) {
            let label = ask.ask(Tests::LOGIN)?;
            login = (label != Label::NO_LOGIN && label != Label::ABSENT).then_some(label);
        }
        let sent = Sent { listener, from, to };
        let mut granted = Self::granted_to_network(rights, sent, ask)?;
        if !matches!(granted, Granted::Yes(_))
            && let Some(login) = login
            && self.is_granted_to_login(login, sent, ask)?
        {
            granted = Granted::Yes(At::Row(Tests::LOGIN));
        }
        Ok(Client {
            listener,
            network: rights.and_then(|rights| rights.network(self.policy)),
            login,
            granted,
        })
    }

    /// Whether a grant of a network covers an envelope.
    fn granted_to_network(
        rights: Option<&NetworkRights>,
        sent: Sent,
        ask: &mut dyn Ask,
    ) -> Result<Granted, Unanswered> {
        let Some(rights) = rights else {
            return Ok(Granted::No);
        };
        if let Some(grant) = rights.unlimited {
            return Ok(Granted::Yes(rights::grant(grant)));
        }
        let mut granted = Granted::No;
        for (number, limits) in rights.limits.iter().enumerate() {
            let at = || rights::grant(number);
            match limits.cover(sent, ask)? {
                Covers::Yes => return Ok(Granted::Yes(at())),
                Covers::UnderTls if granted == Granted::No => granted = Granted::UnderTls(at()),
                Covers::UnderTls | Covers::No => {}
            }
        }
        Ok(granted)
    }

    /// Whether a grant of a login, by its label, covers an envelope.
    fn is_granted_to_login(
        &self,
        login: Label,
        sent: Sent,
        ask: &mut dyn Ask,
    ) -> Result<bool, Unanswered> {
        let owns = self.owns(login, sent.from, ask)?;
        let Some(rights) = self.rights.login(login) else {
            return Ok(false);
        };
        if rights.limits.is_empty() {
            return Ok(owns);
        }
        for limits in &rights.limits {
            if limits.cover_login(sent, owns, ask)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether some grant of a login covers the reverse-path; the null one always.
    pub(super) fn owns(
        &self,
        login: Label,
        from: ReverseKind,
        ask: &mut dyn Ask,
    ) -> Result<bool, Unanswered> {
        let owns = self.rights.login(login).map(|rights| rights.owns);
        if from == ReverseKind::Null || owns == Some(Owns::Any) {
            return Ok(true);
        }
        if owns == Some(Owns::Local)
            && from.has_domain()
            && ask.ask(Tests::FROM_DOMAIN)? == IN_DOMAIN
        {
            return Ok(true);
        }
        if from == ReverseKind::Address {
            return Ok(ask.ask(Tests::OWNER)? == Label(1));
        }
        Ok(from.has_domain() && ask.ask(Tests::OWNER_OF_DOMAIN)? == Label(1))
    }
}
