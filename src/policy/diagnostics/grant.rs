//! Rights to send.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostic::Warning;
use crate::source::Loc;

/// A text that names no senders.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` names no senders")]
#[diagnostic(code(mailpol::login::sender))]
pub struct SenderInvalid {
    /// What was written.
    pub text: String,
    /// What to write.
    #[help]
    pub help: String,
    /// Where.
    #[source_code]
    #[label(primary, "no word, address or domain")]
    pub at: Loc,
}

/// A text that names no recipients.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` names no recipients")]
#[diagnostic(code(mailpol::grant::destination))]
pub struct GrantDestination {
    /// What was written.
    pub text: String,
    /// What to write.
    #[help]
    pub help: String,
    /// Where.
    #[source_code]
    #[label(primary, "no word, address or domain")]
    pub at: Loc,
}

/// A login that may write as anybody at all.
#[derive(Debug, Error, Diagnostic)]
#[error("`{holder}` may send as anybody, the other people of your domains included")]
#[diagnostic(
    code(mailpol::login::anybody),
    severity(Warning),
    help(
        "name in `from` what it needs, such as `own`, an address or `@` and a domain: whoever \
         learns its password writes in everybody's name"
    )
)]
pub struct LoginAnybody {
    /// The login, or `authenticated` for all that have no right of their own.
    pub holder: String,
    /// The right.
    #[source_code]
    #[label(primary, "no sender is refused by this")]
    pub at: Loc,
}

impl Warning for LoginAnybody {
    fn about(&self) -> Vec<&str> {
        vec![&self.holder]
    }
}

/// More rights of a login than the proof can tell apart.
#[derive(Debug, Error, Diagnostic)]
#[error("{count} rights of one login, of at most {count_max}")]
#[diagnostic(
    code(mailpol::grant::too_many),
    help("name several senders, recipients and listeners in one `may-send`")
)]
pub struct GrantMany {
    /// How many there are.
    pub count: usize,
    /// How many there may be.
    pub count_max: usize,
    /// The first that is too many.
    #[source_code]
    #[label(primary, "the first that is too many")]
    pub at: Loc,
}

/// A right on a listener where it can never be used.
#[derive(Debug, Error, Diagnostic)]
#[error("no right holds on `{listener}`: {reason}")]
#[diagnostic(
    code(mailpol::grant::listener),
    help(
        "name a listener of the host's `listen`; a login is given on `submission` or `submissions`"
    )
)]
pub struct GrantListener {
    /// The listener.
    pub listener: &'static str,
    /// Why not.
    pub reason: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "nothing is granted by this")]
    pub at: Loc,
}

/// A right that needs TLS, on a host that has no certificate.
#[derive(Debug, Error, Diagnostic)]
#[error("the right needs TLS, and the host has no certificate")]
#[diagnostic(
    code(mailpol::grant::tls),
    help("write `tls certificate=\"...\" key=\"...\"` in the host, or leave this out")
)]
pub struct GrantTls {
    /// Where.
    #[source_code]
    #[label(primary, "no session is under TLS")]
    pub at: Loc,
}

/// A login that may send as every domain below one.
#[derive(Debug, Error, Diagnostic)]
#[error("a login cannot send as every domain below `{domain}`")]
#[diagnostic(
    code(mailpol::grant::below),
    help("name each domain of yours, such as `@a.{domain}`; or `local`, for all of them")
)]
pub struct GrantBelow {
    /// The domain.
    pub domain: String,
    /// Where.
    #[source_code]
    #[label(primary, "what a login owns is looked up by the domain itself")]
    pub at: Loc,
}
