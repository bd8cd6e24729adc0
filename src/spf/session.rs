//! One check under way: what it asks, counts, expands and notes down.

use std::sync::Arc;

use super::dns::{Dns, DnsError, RecordType};
use super::evaluation::{Counts, Event, Place, Problem, Reason, STEPS_MAX, Step};
use super::macros::{Letter, MacroString, Part};
use super::name::{dns_name, is_within, truncate};
use super::query::Subject;
use super::record::LOOKUP_TERMS_MAX;

/// Lookups without an answer that one check may meet (RFC 7208 section 4.6.4).
pub const VOIDS_MAX: usize = 2;

/// Octets that the macros of one check may read and write together.
///
/// RFC 7208 has no such limit. Honest records stay below a thousandth of it; without it a
/// record full of `%{s}` would be a way to keep us busy.
pub const EXPANSION_OCTETS_MAX: usize = 1 << 20;

/// The evaluation ends without a mechanism that matched.
#[derive(Debug)]
pub(super) struct Halt(pub(super) Problem);

/// What DNS had: records (perhaps none), or a temporary error.
pub(super) enum Answer<T> {
    Records(Vec<T>),
    Failed(Reason),
}

/// Where an evaluation stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The domain whose record is evaluated (macro letter `d`).
    pub(super) domain: &'s str,
    /// How many `include`s deep.
    pub(super) depth: usize,
    /// The term that is evaluated.
    pub(super) place: Option<&'s Place>,
}

impl Scope<'_> {
    pub(super) fn halt(self, reason: Reason) -> Halt {
        Halt(Problem {
            reason,
            place: self.place.cloned(),
        })
    }
}

/// Whether lookups without an answer count. They do when a term causes them; the first lookup
/// of all and those for an explanation do not (RFC 7208 section 4.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voids {
    Counted,
    Free,
}

/// One check under way.
pub(super) struct Session<'a> {
    pub(super) dns: &'a dyn Dns,
    pub(super) subject: &'a Subject<'a>,
    pub(super) counts: Counts,
    pub(super) trace: Vec<Step>,
    pub(super) voids: Voids,
    /// The client's validated names, once macro letter `p` has asked for them.
    client_names: Option<Vec<String>>,
    expansion_octets: usize,
}

impl<'a> Session<'a> {
    pub(super) const fn new(dns: &'a dyn Dns, subject: &'a Subject<'a>) -> Self {
        Self {
            dns,
            subject,
            counts: Counts { terms: 0, voids: 0 },
            trace: Vec::new(),
            voids: Voids::Free,
            client_names: None,
            expansion_octets: 0,
        }
    }

    /// Adds a step to the trace.
    pub(super) fn note(&mut self, scope: Scope<'_>, event: Event) {
        let event = match self.trace.len() {
            0..STEPS_MAX => event,
            STEPS_MAX => Event::Omitted,
            _ => return,
        };
        self.trace.push(Step {
            depth: scope.depth,
            place: scope.place.cloned(),
            event,
        });
    }

    /// Counts a term that causes lookups (RFC 7208 section 4.6.4).
    pub(super) fn count_term(&mut self, scope: Scope<'_>) -> Result<(), Halt> {
        self.counts.terms += 1;
        if self.counts.terms > LOOKUP_TERMS_MAX {
            return Err(scope.halt(Reason::TermLimit));
        }
        Ok(())
    }

    /// Asks DNS, notes the answer, and counts it if it is void.
    pub(super) fn lookup<T>(
        &mut self,
        scope: Scope<'_>,
        record_type: RecordType,
        name: &str,
        ask: impl FnOnce(&dyn Dns, &str) -> Result<Vec<T>, DnsError>,
    ) -> Result<Answer<T>, Halt> {
        let name = name.to_ascii_lowercase();
        let answer = match ask(self.dns, &name) {
            Ok(records) if records.is_empty() => Err(DnsError::NoRecords),
            other => other,
        };
        let told = answer.as_ref().map(Vec::len).map_err(|error| *error);
        self.note(
            scope,
            Event::Asked {
                record_type,
                name: name.clone(),
                answer: told,
            },
        );
        match answer {
            Ok(records) => Ok(Answer::Records(records)),
            Err(DnsError::Failed | DnsError::Silent) => {
                Ok(Answer::Failed(Reason::DnsFailure(record_type, name)))
            }
            Err(DnsError::NoSuchName | DnsError::NoRecords) => {
                if self.voids == Voids::Counted {
                    self.counts.voids += 1;
                    if self.counts.voids > VOIDS_MAX {
                        return Err(scope.halt(Reason::VoidLimit));
                    }
                }
                Ok(Answer::Records(Vec::new()))
            }
        }
    }

    /// Expands a domain-spec to a name that DNS can be asked for, or to `None` if there is no
    /// such name: its labels are empty or too long, or it is not printable ASCII. RFC 7208
    /// section 4.8 leaves the result of such a name open; we let it not exist.
    ///
    /// A term with the letters `s` or `l` matches nothing if the local-part is not ASCII
    /// (RFC 8616 section 4).
    pub(super) fn target(
        &mut self,
        scope: Scope<'_>,
        spec: &MacroString,
    ) -> Result<Option<String>, Halt> {
        if spec.uses_local_part() && !self.subject.local_part.is_ascii() {
            return Ok(None);
        }
        let expanded = self.expand(scope, spec)?;
        Ok(truncate(&expanded).and_then(dns_name))
    }

    /// Replaces the macros by their values (RFC 7208 section 7).
    pub(super) fn expand(
        &mut self,
        scope: Scope<'_>,
        string: &MacroString,
    ) -> Result<String, Halt> {
        let mut expanded = String::new();
        for part in &string.parts {
            match part {
                Part::Literal(text) => expanded.push_str(text),
                Part::Escape(text) => expanded.push_str(text),
                Part::Macro(found) => {
                    let value = self.value(scope, found.letter)?;
                    let transformed = found.transform(&value);
                    self.expansion_octets += value.len() + transformed.len();
                    if self.expansion_octets > EXPANSION_OCTETS_MAX {
                        return Err(scope.halt(Reason::ExpansionLimit));
                    }
                    expanded.push_str(&transformed);
                }
            }
        }
        Ok(expanded)
    }

    /// Returns what a macro letter stands for (RFC 7208 sections 7.2 and 7.3).
    fn value(&mut self, scope: Scope<'_>, letter: Letter) -> Result<String, Halt> {
        let subject = self.subject;
        Ok(match letter {
            Letter::Sender => subject.sender(),
            Letter::LocalPart => subject.local_part.clone(),
            Letter::SenderDomain => subject.domain.clone(),
            Letter::Domain => scope.domain.to_owned(),
            Letter::Client => subject.client_dotted(),
            Letter::ClientName => self.client_name(scope)?,
            Letter::Version => subject.version().to_owned(),
            Letter::Helo => subject.helo.to_owned(),
            Letter::ClientText => subject.client.to_string(),
            Letter::Receiver => subject.receiver.to_owned(),
            Letter::Time => subject.time_seconds.to_string(),
        })
    }

    /// Returns the client's validated name: the domain itself if it is one, else one within
    /// it, else any, else `unknown` (RFC 7208 section 7.3). Asks only once in a check.
    fn client_name(&mut self, scope: Scope<'_>) -> Result<String, Halt> {
        let names = match self.client_names.take() {
            Some(names) => names,
            None => self.validated_names(scope)?,
        };
        let domain = scope.domain;
        let itself = names.iter().find(|name| name.eq_ignore_ascii_case(domain));
        let within = names.iter().find(|name| is_within(name, domain));
        let name = itself
            .or(within)
            .or(names.first())
            .map_or("unknown", String::as_str);
        let name = name.to_owned();
        self.client_names = Some(names);
        Ok(name)
    }
}

/// Makes the printable text of a record, octet for octet.
pub(super) fn printable(text: &[u8]) -> Arc<str> {
    let shown = |octet: &u8| match octet {
        b' '..=b'~' => char::from(*octet),
        _ => '?',
    };
    text.iter().map(shown).collect::<String>().into()
}
