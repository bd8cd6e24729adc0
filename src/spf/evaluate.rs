//! `check_host()`: from a domain to a result (RFC 7208 section 4).

use std::sync::Arc;

use super::dns::{Dns, RecordType};
use super::evaluation::{Evaluation, Event, Place, Problem, Reason};
use super::macros::MacroString;
use super::name::policy_domain;
use super::query::Subject;
use super::record::{Record, Term, TermKind};
use super::result::SpfResult;
use super::session::{Halt, Scope, Session, Voids, printable};

/// Characters that an explanation may have. A longer one is as good as none: it could not be
/// sent in a reply.
pub const EXPLANATION_LENGTH_MAX: usize = 4_096;

/// What a record said, with what is needed to explain it.
pub(super) struct Verdict {
    pub(super) result: SpfResult,
    mechanism: Option<Place>,
    /// The `exp=` of the record that decided, and the domain of that record.
    explanation: Option<(MacroString, String)>,
}

/// A record that was read, and its names for [`Place`]s.
struct Published {
    record: Record,
    domain: Arc<str>,
    text: Arc<str>,
}

impl Published {
    fn place(&self, term: &Term) -> Place {
        let (domain, record) = (Arc::clone(&self.domain), Arc::clone(&self.text));
        Place {
            domain,
            record,
            range: term.range.clone(),
        }
    }
}

/// Runs the whole check.
pub(super) fn evaluate(dns: &dyn Dns, subject: &Subject<'_>) -> Evaluation {
    let mut session = Session::new(dns, subject);
    let start = Scope {
        domain: &subject.domain,
        depth: 0,
        place: None,
    };
    let (verdict, problem) = match session.check(&subject.domain, 0, None) {
        Ok(verdict) => (Some(verdict), None),
        Err(Halt(problem)) => {
            let scope = Scope {
                place: problem.place.as_ref(),
                ..start
            };
            session.note(scope, Event::Ended(problem.reason.clone()));
            (None, Some(problem))
        }
    };
    let explanation = verdict
        .as_ref()
        .and_then(|verdict| session.explain(verdict));
    let failed = problem
        .as_ref()
        .map_or(SpfResult::Neutral, |problem| problem.reason.result());
    Evaluation {
        result: verdict.as_ref().map_or(failed, |verdict| verdict.result),
        identity: subject.identity,
        sender: subject.sender(),
        domain: subject.domain.clone(),
        explanation,
        mechanism: verdict.and_then(|verdict| verdict.mechanism),
        problem,
        trace: session.trace,
        counts: session.counts,
    }
}

impl Session<'_> {
    /// Evaluates the record of a domain, and those that it redirects to. `from` is the scope of
    /// the `include` that asks, if one does.
    pub(super) fn check(
        &mut self,
        domain: &str,
        depth: usize,
        from: Option<Scope<'_>>,
    ) -> Result<Verdict, Halt> {
        let mut domain = domain.to_owned();
        // The term that leads here: an `include` or, later on, a `redirect`.
        let mut led_by = from.and_then(|scope| scope.place.cloned());
        loop {
            let scope = Scope {
                domain: &domain,
                depth,
                place: led_by.as_ref(),
            };
            let published = self.select(scope)?;
            if let Some(verdict) = self.first_match(scope, &published)? {
                return Ok(verdict);
            }
            let Some((term, target)) = published.record.redirect() else {
                // Section 4.7: nothing matched.
                self.note(
                    Scope {
                        place: None,
                        ..scope
                    },
                    Event::Exhausted,
                );
                let result = SpfResult::Neutral;
                return Ok(Verdict {
                    result,
                    mechanism: None,
                    explanation: None,
                });
            };
            // Section 6.1. The record there decides alone, its `exp` included (section 6.2).
            let place = published.place(term);
            let scope = Scope {
                place: Some(&place),
                ..scope
            };
            self.count_term(scope)?;
            let Some(target) = self.target(scope, target)? else {
                return Err(scope.halt(Reason::MalformedTarget));
            };
            self.note(scope, Event::Redirected(target.clone()));
            domain = target;
            led_by = Some(place);
        }
    }

    /// Finds the one SPF record of the domain (RFC 7208 sections 4.3 to 4.5) and reads it as a
    /// whole (section 4.6).
    fn select(&mut self, scope: Scope<'_>) -> Result<Published, Halt> {
        let Some(name) = policy_domain(scope.domain) else {
            return Err(scope.halt(match scope.place {
                None => Reason::MalformedDomain,
                Some(_) => Reason::MalformedTarget,
            }));
        };
        let answer = self.lookup(scope, RecordType::Txt, &name, |dns, name| dns.txt(name))?;
        self.voids = Voids::Counted;
        let mut records = answer.or_halt(scope)?;
        records.retain(|record| Record::is_spf(record));
        let text = match (records.pop(), records.is_empty()) {
            (Some(text), true) => text,
            (Some(_), false) => return Err(scope.halt(Reason::SeveralRecords(name))),
            (None, _) => {
                return Err(scope.halt(match scope.place {
                    None => Reason::NoRecord,
                    Some(_) => Reason::NoRecordAtTarget(name),
                }));
            }
        };
        let (domain, shown) = (Arc::from(scope.domain), printable(&text));
        let found = Event::Record {
            domain: Arc::clone(&domain),
            text: Arc::clone(&shown),
        };
        self.note(
            Scope {
                place: None,
                ..scope
            },
            found,
        );
        match Record::parse(&text) {
            Ok(record) => Ok(Published {
                record,
                domain,
                text: shown,
            }),
            Err(error) => {
                let place = Some(Place {
                    domain,
                    record: shown,
                    range: error.range,
                });
                Err(Halt(Problem {
                    reason: Reason::Syntax(error.reason),
                    place,
                }))
            }
        }
    }

    /// Evaluates the mechanisms from left to right; the first that matches decides
    /// (RFC 7208 section 4.6.2).
    fn first_match(
        &mut self,
        scope: Scope<'_>,
        published: &Published,
    ) -> Result<Option<Verdict>, Halt> {
        for term in published.record.terms() {
            let TermKind::Directive(directive) = &term.kind else {
                continue;
            };
            let place = published.place(term);
            let scope = Scope {
                place: Some(&place),
                ..scope
            };
            if self.matches(scope, &directive.mechanism)? {
                let result = directive.result;
                self.note(scope, Event::Matched(result));
                let explanation = published.record.explanation().cloned();
                let explanation = explanation.map(|target| (target, scope.domain.to_owned()));
                return Ok(Some(Verdict {
                    result,
                    mechanism: Some(place),
                    explanation,
                }));
            }
            self.note(scope, Event::NotMatched);
        }
        Ok(None)
    }

    /// Fetches the domain's text about a fail (RFC 7208 section 6.2). Whatever goes wrong here
    /// only means that there is none.
    fn explain(&mut self, verdict: &Verdict) -> Option<String> {
        if verdict.result != SpfResult::Fail {
            return None;
        }
        let (target, domain) = verdict.explanation.as_ref()?;
        self.voids = Voids::Free;
        let scope = Scope {
            domain,
            depth: 0,
            place: None,
        };
        let text = self.explanation(scope, target);
        let told = if text.is_some() {
            Event::Explained
        } else {
            Event::NotExplained
        };
        self.note(scope, told);
        text
    }

    /// The text must be one record, of ASCII (section 6.2), and stay one line of visible
    /// characters after expansion: it is meant for an SMTP reply.
    fn explanation(&mut self, scope: Scope<'_>, target: &MacroString) -> Option<String> {
        let name = self.target(scope, target).ok()??;
        let answer = self.lookup(scope, RecordType::Txt, &name, |dns, name| dns.txt(name));
        let mut records = answer.ok()?.or_halt(scope).ok()?;
        let text = records.pop().filter(|_| records.is_empty())?;
        let string = MacroString::explanation(std::str::from_utf8(&text).ok()?).ok()?;
        let expanded = self.expand(scope, &string).ok()?;
        let shown = expanded.bytes().all(|octet| matches!(octet, b' '..=b'~'));
        (shown && expanded.len() <= EXPLANATION_LENGTH_MAX).then_some(expanded)
    }
}
