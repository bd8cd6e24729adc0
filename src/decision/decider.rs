//! The one trait that the whole system turns on.

use super::{AddressKey, Ask, Decision, Destination, HostMail, Returned, Test, Unanswered};
use crate::mail::{Address, Listener};
use crate::source::Loc;

/// Something that decides what happens to an envelope.
///
/// It never sees the envelope. It declares numbered tests and decides from their answers alone, so
/// two envelopes that answer alike are decided alike, by construction.
///
/// A test is asked only under a form (see [`crate::mail::PathForm`]) that has what its table looks
/// at: tables of whole addresses under forms with [`crate::mail::PathForm::has_address`], tables
/// of domains only under those with `has_domain`. Whether it was kept shows when a witness is
/// replayed.
pub trait Decider: Send + Sync {
    /// Returns what it may ask. The order is that of the [`super::TestId`]s.
    fn tests(&self) -> &[Test];

    /// Decides from answers.
    fn decide(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered>;

    /// Returns whether a client can have TLS on a listener. Where nobody offers it there is no
    /// session under TLS.
    fn offers_tls(&self, _listener: Listener) -> bool {
        true
    }

    /// Returns every final mailbox and next hop of accepted mail for an address, after all
    /// expansion: sorted, each once, never empty for an address that [`Self::decide`] accepts with
    /// [`super::Route::Recipient`].
    ///
    /// Which way mail leaves may depend on its reverse-path. Only tests of the reverse-path are
    /// asked, and they are among [`Self::tests`].
    fn destinations(
        &self,
        address: &Address,
        ask: &mut dyn Ask,
    ) -> Result<Vec<Destination>, Unanswered>;

    /// Returns whether mail for an address with an extension may go where it goes without.
    fn has_extensions(&self) -> bool {
        false
    }

    /// Returns what says that mail goes there, if one place does for all mail that does.
    fn leads_by(&self, _destination: &Destination) -> Option<Loc> {
        None
    }

    /// Returns how a client can have mail come back that was taken and goes there: a report, or a
    /// bounce by what its text holds. The reverse-path is whatever the client says.
    fn returns(&self, _destination: &Destination) -> Option<Returned> {
        None
    }

    /// Returns what becomes of mail that is made on the host itself, where files say it. It is
    /// followed where they open no way in.
    fn host_mail(&self) -> Option<&dyn HostMail> {
        None
    }

    /// Names every key that [`Self::destinations`] depends on: whole addresses, domains, parents of
    /// domains, local-parts by themselves, and each domain or host that is a fixed next hop.
    ///
    /// Two addresses that the same keys meet go to the same destinations, but for what of their own
    /// local-part and domain stands in these. The prover asks at every key, and beside each: what
    /// is not named here is not proved.
    fn destination_keys(&self, key: &mut dyn FnMut(AddressKey, &str));
}
