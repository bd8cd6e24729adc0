//! The restrictions that are emitted, and what they say to who is refused.
//!
//! A refusal by a table begins with the word of its rule, so that a reader of the log, or of a
//! reply, knows which rule decided.

use serde::Serialize;

use super::table::TableName;
use crate::target::postfix::lexical::Name;

/// A restriction in a list (postconf(5)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::target::postfix) struct Restriction(std::borrow::Cow<'static, str>);

impl Restriction {
    pub(super) const PERMIT: Self = Self::word("permit");
    pub(super) const PERMIT_MYNETWORKS: Self = Self::word("permit_mynetworks");
    pub(super) const PERMIT_SASL_AUTHENTICATED: Self = Self::word("permit_sasl_authenticated");
    pub(super) const PERMIT_AUTH_DESTINATION: Self = Self::word("permit_auth_destination");
    pub(super) const REJECT: Self = Self::word("reject");
    pub(super) const REJECT_UNAUTH_DESTINATION: Self = Self::word("reject_unauth_destination");
    pub(super) const REJECT_UNLISTED_RECIPIENT: Self = Self::word("reject_unlisted_recipient");
    pub(super) const REJECT_PLAINTEXT_SESSION: Self = Self::word("reject_plaintext_session");
    pub(super) const REJECT_UNAUTH_PIPELINING: Self = Self::word("reject_unauth_pipelining");
    pub(super) const REJECT_LOGIN_MISMATCH: Self =
        Self::word("reject_authenticated_sender_login_mismatch");

    const fn word(word: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(word))
    }

    fn made(text: String) -> Self {
        Self(std::borrow::Cow::Owned(text))
    }
}

/// A class.
pub(super) fn class(name: &Name) -> Restriction {
    Restriction::made(name.to_string())
}

/// A client that a table of prefixes decides on.
pub(super) fn client_access(table: &TableName) -> Restriction {
    Restriction::made(format!("check_client_access {}", table.as_str()))
}

/// Clients that a table of prefixes holds, in a list of clients.
pub(super) fn address_map(table: &TableName) -> Restriction {
    Restriction::made(format!("check_address_map {}", table.as_str()))
}

/// A reverse-path that a table decides on.
pub(super) fn sender_access(table: &TableName) -> Restriction {
    Restriction::made(format!("check_sender_access {}", table.as_str()))
}

/// A forward-path that a table decides on.
pub(super) fn recipient_access(table: &TableName) -> Restriction {
    Restriction::made(format!("check_recipient_access {}", table.as_str()))
}

/// A login that a table decides on.
pub(super) fn sasl_access(table: &TableName) -> Restriction {
    Restriction::made(format!("check_sasl_access {}", table.as_str()))
}

/// A policy service.
pub(super) fn policy_service(service: &Name) -> Restriction {
    Restriction::made(format!("check_policy_service unix:private/{service}"))
}

/// The null reverse-path has a class of its own.
pub(super) fn null_sender(class: &Name) -> Restriction {
    Restriction::made(format!("check_sender_access inline:{{{{<> = {class}}}}}"))
}

/// Rule 2: who is still here is nobody.
pub(super) fn auth_required() -> Restriction {
    Restriction::word("check_client_access static:{530 5.7.0 auth-required: authenticate first}")
}

/// What rule 3 says.
pub(super) const OWN_DOMAIN: &str = "554 5.7.1 own-domain: authenticate to send from this domain";

/// Rule 5: who is still here is refused.
pub(super) fn network_limit() -> Restriction {
    Restriction::word(
        "check_client_access static:{554 5.7.1 network-limit: this network may not send that}",
    )
}

/// The one pattern for address literals, as rule 6 refuses them.
pub(super) const LITERAL: &str = "/\\]$/\t554 5.7.1 relay-denied: address literals are not ours";

/// The same, as rule 5 refuses them.
pub(super) const LIMITED_LITERAL: &str =
    "/\\]$/\t554 5.7.1 network-limit: this network may not send that";

/// The one pattern for routes in a local-part, as rule 7 refuses them.
pub(super) const ROUTED: &str = "/[@%!].*@/\t550 5.1.1 unlisted: no such recipient";

/// Rule 6: no literal is ours, not even the host's own.
pub(super) fn literals() -> Restriction {
    recipient_access(&TableName::fixed("regexp", "address-literals"))
}

/// Rule 5, for literals.
pub(super) fn limited_literals() -> Restriction {
    recipient_access(&TableName::fixed("regexp", "address-literals-limited"))
}

/// Rule 7, for routes in domains where every other local-part is taken.
pub(super) fn routed() -> Restriction {
    recipient_access(&TableName::fixed("regexp", "routed-local-parts"))
}

/// The domain that accounts are delivered in is nobody's to write to.
pub(super) fn delivery_domain(delivery: &crate::mail::Domain) -> Restriction {
    Restriction::made(format!(
        "check_recipient_access inline:{{{{{delivery} = \
         554 5.7.1 relay-denied: accounts have addresses}}}}"
    ))
}
