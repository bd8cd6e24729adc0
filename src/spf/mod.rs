//! SPF: whether a client may send as a domain, after RFC 7208, whole and strict.
//!
//! ```
//! use mailpol::spf::{Query, SpfResult, Zone, check_host};
//!
//! let mut zone = Zone::new();
//! zone.add_txt("example.com", "v=spf1 +mx -all");
//! zone.add_mx("example.com", 10, "mail.example.com");
//! zone.add_a("mail.example.com", "192.0.2.25".parse()?);
//!
//! let query = Query {
//!     client: "192.0.2.25".parse()?,
//!     helo: "mail.example.com",
//!     mail_from: Some("jane@example.com"),
//!     receiver: "mx.example.net",
//!     time_seconds: 0,
//! };
//! let evaluation = check_host(&zone, &query);
//! assert_eq!(evaluation.result, SpfResult::Pass);
//! assert_eq!(evaluation.mechanism.unwrap().text(), "+mx");
//! # Ok::<(), std::net::AddrParseError>(())
//! ```
//!
//! The evaluation is a function of the query and of what a [`Dns`] answers: no clock, no
//! network, no state. The limits of section 4.6.4 bound the lookups, and further limits bound
//! everything else, so that no record keeps us busy.
//!
//! Where the RFC leaves a choice:
//!
//! - A target that is no domain name (empty or overlong labels) does not exist: the mechanism
//!   does not match (section 4.8 leaves it undefined).
//! - Lookups that find nothing are counted one by one, over the whole check (section 4.6.4).
//! - More than ten MX records are a permerror before any is looked up (section 4.6.4).
//! - All exchangers of an `mx` and all names of a `ptr` are looked up before they are compared
//!   (sections 5.4 and 5.5), so the order in which DNS lists records decides nothing.
//! - `c`, `r` and `t` are refused in every term of a record (section 7.2).
//!
//! Not here: what a receiver does with a result, and the header fields that record it.

mod dns;
mod evaluate;
mod evaluation;
mod macros;
mod mechanism;
mod name;
mod network;
mod query;
mod record;
mod result;
mod session;
mod syntax;
mod zone;

pub use dns::{Dns, DnsError, Mx, RecordType};
pub use evaluate::EXPLANATION_LENGTH_MAX;
pub use evaluation::{Counts, Evaluation, Event, Place, Problem, Reason, STEPS_MAX, Step};
pub use macros::MacroString;
pub use mechanism::{MX_NAMES_MAX, PTR_NAMES_MAX};
pub use network::DualCidr;
pub use query::{Identity, Query};
pub use record::{
    Directive, LOOKUP_TERMS_MAX, Mechanism, RECORD_OCTETS_MAX, Record, Term, TermKind,
};
pub use result::SpfResult;
pub use session::{EXPANSION_OCTETS_MAX, VOIDS_MAX};
pub use syntax::SyntaxError;
pub use zone::{CNAMES_MAX, Zone};

use query::Subject;

/// Checks the MAIL FROM identity: the reverse-path, or `postmaster@` the HELO name if it is
/// null (RFC 7208 section 2.4).
pub fn check_host(dns: &dyn Dns, query: &Query<'_>) -> Evaluation {
    evaluate::evaluate(dns, &Subject::mail_from(query))
}

/// Checks the HELO identity, whatever the reverse-path (RFC 7208 section 2.3).
pub fn check_helo(dns: &dyn Dns, query: &Query<'_>) -> Evaluation {
    evaluate::evaluate(dns, &Subject::helo(query))
}

#[cfg(test)]
mod tests;
