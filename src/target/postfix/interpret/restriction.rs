//! Restrictions of smtpd(8), as compiled from the lists of a listener
//! (postconf(5); generic_checks in smtpd_check.c of 3.7.11).

use std::sync::Arc;

use super::action::{Action, Refusal};
use super::map::Map;
use super::policyd::Policyd;
use crate::decision::TestId;
use crate::source::Loc;

/// A list of restrictions.
#[derive(Debug, Default)]
pub(super) struct List {
    /// The items, in order.
    pub(super) items: Vec<Item>,
}

/// One restriction of a list.
#[derive(Debug)]
pub(super) struct Item {
    /// What it does.
    pub(super) what: Restriction,
    /// Where it stands.
    pub(super) at: Loc,
    /// Whether a restriction that keeps strangers from relaying comes later in the list: then a
    /// permit here is a right to send.
    pub(super) is_guarded: bool,
}

/// What a restriction does.
#[derive(Debug)]
pub(super) enum Restriction {
    /// `permit`.
    Permit,
    /// `reject`, `defer`.
    Refuse(Refusal),
    /// What cannot matter to one envelope in a proper dialogue.
    Nothing,
    /// `reject_plaintext_session`.
    PlaintextSession(Refusal),
    /// `permit_mynetworks`, `permit_inet_interfaces`.
    PermitClient(TestId),
    /// `permit_sasl_authenticated`.
    PermitLogin,
    /// `check_client_access`.
    Client(ByTest),
    /// `check_helo_access`.
    Helo(ByTest),
    /// `check_sasl_access`.
    Login(ByTest),
    /// `check_sender_access`.
    Sender(Arc<ByMap>),
    /// `check_recipient_access`.
    Recipient(Arc<ByMap>),
    /// `check_policy_service`.
    Policy(Box<Policyd>),
    /// `permit_auth_destination`.
    PermitAuthDestination,
    /// `reject_unauth_destination`, `defer_unauth_destination`.
    UnauthDestination(Refusal),
    /// `reject_unlisted_recipient`.
    UnlistedRecipient,
    /// `reject_unlisted_sender`.
    UnlistedSender,
    /// `reject_authenticated_sender_login_mismatch`.
    LoginDoesNotOwn,
    /// `reject_known_sender_login_mismatch`.
    KnownSenderMismatch,
    /// `reject_unauthenticated_sender_login_mismatch`.
    OwnedWithoutLogin,
    /// A restriction class.
    Class(List),
}

/// The restrictions that look at the reverse-path, or at all that is known by then.
pub(super) const OF_SENDERS: [&str; 7] = [
    "check_policy_service",
    "check_sender_access",
    "reject_authenticated_sender_login_mismatch",
    "reject_known_sender_login_mismatch",
    "reject_sender_login_mismatch",
    "reject_unauthenticated_sender_login_mismatch",
    "reject_unlisted_sender",
];

/// The restrictions that look at the recipient.
pub(super) const OF_RECIPIENTS: [&str; 5] = [
    "check_recipient_access",
    "defer_unauth_destination",
    "permit_auth_destination",
    "reject_unauth_destination",
    "reject_unlisted_recipient",
];

/// An access table that one test looks up.
#[derive(Debug)]
pub(super) struct ByTest {
    /// The test; none if the table answers the same for all.
    pub(super) test: Option<TestId>,
    /// What its labels mean, from label 1 on.
    pub(super) actions: Vec<Compiled>,
}

/// An access table that is looked up by mail address.
#[derive(Debug)]
pub(super) struct ByMap {
    /// The tests.
    pub(super) map: Map,
    /// What their labels mean, from label 1 on.
    pub(super) actions: Vec<Compiled>,
}

/// An action, with its restrictions compiled.
#[derive(Debug)]
pub(super) enum Compiled {
    /// As it is.
    Plain(Action),
    /// Restrictions.
    List(List),
}
