//! What is relaying for a stranger, by the policy alone.

use libtest_mimic::Failed;
use mailpol::decision::{Because, Decision, Destination, Envelope, run};
use mailpol::mail::{Address, Domain, Path, PathForm};
use mailpol::policy::{Policy, PolicyDecider};

use crate::said::everywhere;

/// A policy, asked whether mail that was taken is relayed.
pub(crate) struct Relayed<'p> {
    policy: &'p Policy,
    reference: PolicyDecider<'p>,
}

impl<'p> Relayed<'p> {
    pub(crate) fn by(policy: &'p Policy) -> Self {
        Self {
            policy,
            reference: PolicyDecider::new(policy),
        }
    }

    fn decide(&self, envelope: &Envelope) -> Result<Decision, Failed> {
        let decided = run(&self.reference, envelope);
        let (decision, _) = decided.map_err(|_| "the policy is silent")?;
        Ok(decision)
    }

    /// Whether this is mail to others of a client that the policy grants nothing: whoever takes it
    /// at RCPT relays for a stranger.
    pub(crate) fn is_taken(&self, envelope: &Envelope) -> Result<bool, Failed> {
        let because = self.decide(envelope)?.because;
        Ok(because == Because::RelayDenied
            || (self.is_foreign(&envelope.to) && self.is_strange(because, envelope)?))
    }

    /// Whether mail that leaves has no reason to: no grant covers it, and the policy does not lead
    /// it there by a forward, a route or an archive.
    pub(crate) fn is_let_out(&self, envelope: &Envelope) -> Result<bool, Failed> {
        let decision = self.decide(envelope)?;
        let all = everywhere(&self.reference, &decision, envelope);
        let all = all.ok_or("the policy is silent")?;
        let leaves = all.iter().any(|one| match one {
            Destination::Exchangers(_)
            | Destination::Forward { .. }
            | Destination::Hop(_)
            | Destination::Chosen(_) => true,
            Destination::Mailbox { .. } | Destination::Discard | Destination::Undeliverable => {
                false
            }
        });
        Ok(decision.because != Because::Granted && !leaves)
    }

    /// Whether a client is a stranger here: it has no right, whoever it writes to. A login that
    /// writes as another, and a client that lacks nothing but TLS, are known.
    fn is_strange(&self, because: Because, envelope: &Envelope) -> Result<bool, Failed> {
        Ok(match because {
            Because::AuthRequired
            | Because::OwnDomain
            | Because::NetworkLimit
            | Because::RelayDenied => true,
            // A bad path is refused before anybody looks who sends it.
            Because::BadPath => {
                let mut plain = envelope.clone();
                plain.from = plain_path("sender", "sender.example");
                plain.to = plain_path("victim", "victim.example");
                let because = self.decide(&plain)?.because;
                because != Because::BadPath && self.is_strange(because, &plain)?
            }
            Because::TlsRequired
            | Because::SenderLimit
            | Because::Unlisted
            | Because::Spf
            | Because::Listed
            | Because::Granted
            | Because::Unstated => false,
        })
    }

    /// Whether a forward-path names a domain or a host that is none of the policy's. One that has a
    /// route before a domain of ours does not: whether that is followed, `relay-denied` says.
    fn is_foreign(&self, to: &Path) -> bool {
        let names_nobody = matches!(
            to.form(),
            PathForm::Null
                | PathForm::Bare
                | PathForm::BarePostmaster
                | PathForm::OddPostmaster
                | PathForm::BareRoute
                | PathForm::OwnLiteral
                | PathForm::OddOwnLiteral
                | PathForm::BadDomain
                | PathForm::Malformed
        );
        let is_ours = |name| self.policy.domains.contains_key(name);
        !names_nobody && !to.domain().is_some_and(is_ours)
    }
}

fn plain_path(local: &str, domain: &str) -> Path {
    let address = Address::new(local, Domain::literal(domain));
    Path::spell(PathForm::Plain, &address, &[])
}
