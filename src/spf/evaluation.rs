//! The answer to a check: the result, what decided it, and every step on the way.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::dns::{DnsError, RecordType};
use super::query::Identity;
use super::result::SpfResult;

/// Steps that a trace may hold. Those beyond are left out, and [`Event::Omitted`] says so.
pub const STEPS_MAX: usize = 4_096;

/// What came of a check, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The result.
    pub result: SpfResult,
    /// The identity that was checked.
    pub identity: Identity,
    /// The mailbox that stands for the identity, such as `postmaster@` the HELO name.
    pub sender: String,
    /// The domain whose policy was asked for.
    pub domain: String,
    /// The domain's own text about a fail (`exp=`, RFC 7208 section 6.2): visible ASCII and
    /// spaces, one line. A stranger wrote it; say so where it is shown.
    pub explanation: Option<String>,
    /// The mechanism that matched. That of an included record is in the trace; here stands the
    /// `include`. None if nothing matched.
    pub mechanism: Option<Place>,
    /// Why the result is none, temperror or permerror; none for the other results.
    pub problem: Option<Problem>,
    /// What happened, in order. Steps of an included record are one deeper.
    pub trace: Vec<Step>,
    /// What was counted against the limits of RFC 7208 section 4.6.4.
    pub counts: Counts,
}

/// A term of a record, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The domain that publishes the record.
    pub domain: Arc<str>,
    /// The text of the record, as long as what was published; octets that are not printable
    /// ASCII are shown as `?`.
    pub record: Arc<str>,
    /// The octets of the term in it.
    pub range: Range<usize>,
}

impl Place {
    /// Returns the words of the term.
    pub fn text(&self) -> &str {
        self.record.get(self.range.clone()).unwrap_or_default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` of {}", self.text(), self.domain)
    }
}

/// What was counted (RFC 7208 section 4.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Terms that cause lookups.
    pub terms: usize,
    /// Lookups that found nothing.
    pub voids: usize,
}

/// Why there is no answer, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Why.
    pub reason: Reason,
    /// The term at fault, if it is one.
    pub place: Option<Place>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(formatter, "{}: {place}", self.reason),
            None => self.reason.fmt(formatter),
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// None: the domain is no name that could have a policy (section 4.3).
    MalformedDomain,
    /// None: the domain has no SPF record (section 4.5).
    NoRecord,
    /// Permerror: the domain has more than one SPF record (section 4.5).
    SeveralRecords(String),
    /// Permerror: the record is not well formed (section 4.6).
    Syntax(&'static str),
    /// Permerror: more than ten terms that cause lookups (section 4.6.4).
    TermLimit,
    /// Permerror: more than two lookups that found nothing (section 4.6.4).
    VoidLimit,
    /// Permerror: a domain of an `mx` has more than ten exchangers (section 4.6.4).
    MxLimit(String),
    /// Permerror: macros made more text than we expand in one check.
    ExpansionLimit,
    /// Permerror: the target of `include` or `redirect` is no name that could have a policy
    /// (sections 5.2, 6.1).
    MalformedTarget,
    /// Permerror: the target of `include` or `redirect` has no SPF record (sections 5.2, 6.1).
    NoRecordAtTarget(String),
    /// Temperror: DNS did not answer (sections 2.6.6 and 4.4).
    DnsFailure(RecordType, String),
}

impl Reason {
    /// Returns the result that this is the reason of.
    pub const fn result(&self) -> SpfResult {
        match self {
            Self::MalformedDomain | Self::NoRecord => SpfResult::None,
            Self::SeveralRecords(_)
            | Self::Syntax(_)
            | Self::TermLimit
            | Self::VoidLimit
            | Self::MxLimit(_)
            | Self::ExpansionLimit
            | Self::MalformedTarget
            | Self::NoRecordAtTarget(_) => SpfResult::Permerror,
            Self::DnsFailure(..) => SpfResult::Temperror,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedDomain => formatter.write_str("this is not a domain with a policy"),
            Self::NoRecord => formatter.write_str("the domain has no SPF record"),
            Self::SeveralRecords(domain) => {
                write!(formatter, "{domain} has more than one SPF record")
            }
            Self::Syntax(reason) => formatter.write_str(reason),
            Self::TermLimit => formatter.write_str("more than 10 terms that cause DNS lookups"),
            Self::VoidLimit => formatter.write_str("more than 2 DNS lookups that found nothing"),
            Self::MxLimit(domain) => write!(formatter, "{domain} has more than 10 MX records"),
            Self::ExpansionLimit => formatter.write_str("the macros make too much text"),
            Self::MalformedTarget => {
                formatter.write_str("its target is not a domain with a policy")
            }
            Self::NoRecordAtTarget(target) => write!(formatter, "{target} has no SPF record"),
            Self::DnsFailure(record_type, name) => {
                write!(formatter, "DNS did not answer for {record_type} of {name}")
            }
        }
    }
}

/// One step of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How many `include`s deep.
    pub depth: usize,
    /// The term that is evaluated, if it is one.
    pub place: Option<Place>,
    /// What happened.
    pub event: Event,
}

/// What happened in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// DNS was asked.
    Asked {
        /// For this type,
        record_type: RecordType,
        /// of this name,
        name: String,
        /// and answered with that many records, or with none.
        answer: Result<usize, DnsError>,
    },
    /// The domain's record was found and read.
    Record {
        /// The domain.
        domain: Arc<str>,
        /// The text.
        text: Arc<str>,
    },
    /// The mechanism matched, and its qualifier gives this result.
    Matched(SpfResult),
    /// The mechanism did not match.
    NotMatched,
    /// Nothing matched, so the record of this domain decides.
    Redirected(String),
    /// Nothing matched, and nothing else is said: neutral (RFC 7208 section 4.7).
    Exhausted,
    /// The evaluation ended here.
    Ended(Reason),
    /// The explanation was fetched.
    Explained,
    /// There is no explanation that could be shown (RFC 7208 section 6.2).
    NotExplained,
    /// The trace is longer than [`STEPS_MAX`]; the rest is left out.
    Omitted,
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked {
                record_type,
                name,
                answer,
            } => {
                write!(formatter, "{record_type} of {name}: ")?;
                match answer {
                    Ok(1) => formatter.write_str("1 record"),
                    Ok(count) => write!(formatter, "{count} records"),
                    Err(DnsError::NoSuchName) => formatter.write_str("no such name"),
                    Err(DnsError::NoRecords) => formatter.write_str("no records"),
                    Err(DnsError::Failed) => formatter.write_str("the server failed"),
                    Err(DnsError::Silent) => formatter.write_str("no answer in time"),
                }
            }
            Self::Record { domain, text } => write!(formatter, "{domain} publishes `{text}`"),
            Self::Matched(result) => write!(formatter, "matched: {result}"),
            Self::NotMatched => formatter.write_str("not matched"),
            Self::Redirected(target) => write!(formatter, "redirected to {target}"),
            Self::Exhausted => formatter.write_str("nothing matched: neutral"),
            Self::Ended(reason) => write!(formatter, "{}: {reason}", reason.result()),
            Self::Explained => formatter.write_str("the explanation was found"),
            Self::NotExplained => formatter.write_str("no explanation"),
            Self::Omitted => formatter.write_str("and more steps"),
        }
    }
}
