//! What an envelope does not say, followed every way that it may be.

use super::decider::EximDecider;
use super::session::Session;
use super::truth::Truth;
use super::untold::Ways;
use crate::decision::{Ask, Because, Decision, Unanswered, Verdict};

/// What libspf2 reports where the library of an envelope's result says an error.
///
/// Both library's errors are not the same: a record with a syntax error, and no answer to the
/// question for the record itself, are `(invalid)`, which no word of `spf =` matches; other
/// permanent and temporary errors have their names (libspf2 1.2.10, `SPF_strresult`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Library {
    /// Errors are `(invalid)`.
    Invalid,
    /// Errors have their names.
    Named,
}

/// What is not known of an envelope, and one way that it may be.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// Which of the libraries' errors it is.
    library: Library,
    /// Whether an address that the client chooses is verified.
    verifies: Truth,
    /// Whether only the extension of a path is odd.
    extended: Truth,
}

/// What DNS says of the domain of somebody else's recipient.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dns {
    /// Whether it knows the domain.
    pub(super) resolves: Truth,
    /// Whether that was asked.
    pub(super) is_asked: bool,
}

impl EximDecider {
    /// Decides an envelope.
    ///
    /// SOUNDNESS: which of its errors libspf2 reports for one of ours is not known. Where that
    /// decides, an acceptance counts before a refusal; and of two refusals the one for good, since
    /// it loses mail. So it does where the client chooses who is verified, and where the form of a
    /// path does not say whether only its extension is odd.
    pub(super) fn follow(&self, ask: &mut dyn Ask) -> Result<Decision, Unanswered> {
        let first = Way {
            library: Library::Invalid,
            verifies: Truth::Yes,
            extended: Truth::Yes,
        };
        let (mut counts, ambiguous) = self.decide_with(ask, first)?;
        if !ambiguous {
            return Ok(counts);
        }
        for way in self.ways() {
            let (other, _) = self.decide_with(ask, way)?;
            counts = weightier(counts, other);
        }
        Ok(counts)
    }

    /// Decides as one of the libraries' errors has it, and as an address that the client chooses is
    /// verified or is not.
    ///
    /// SOUNDNESS: a recipient of others is verified by whether DNS knows its domain, or answers at
    /// all, which nobody here says. Where that changes anything, no rule of a policy is the
    /// reason for what counts: it is neither what a policy accepts nor what it refuses.
    fn decide_with(&self, ask: &mut dyn Ask, way: Way) -> Result<(Decision, bool), Unanswered> {
        let (known, ambiguous, asks_dns) = self.decide_resolving(ask, way, Truth::Yes)?;
        if !asks_dns {
            return Ok((known, ambiguous));
        }
        let (unknown, ..) = self.decide_resolving(ask, way, Truth::No)?;
        let is_same = unknown.verdict == known.verdict
            && unknown.reply == known.reply
            && unknown.because == known.because
            && unknown.route == known.route
            && unknown.headers == known.headers
            && unknown.copies == known.copies
            && unknown.completes == known.completes;
        if is_same {
            return Ok((known, ambiguous));
        }
        let counts = Decision {
            because: Because::Unstated,
            ..weightier(known, unknown)
        };
        Ok((counts, ambiguous))
    }

    /// The same, with a domain of others that DNS knows or does not; and whether that was asked.
    fn decide_resolving(
        &self,
        ask: &mut dyn Ask,
        way: Way,
        resolves: Truth,
    ) -> Result<(Decision, bool, bool), Unanswered> {
        let mut ways = Ways::default();
        let (mut counts, mut ambiguous, mut asks_dns) = (None, false, false);
        loop {
            let mut session = Session::new(&mut *ask, self, way.library, &mut ways);
            session.verifies = way.verifies;
            session.extended = way.extended;
            session.dns.resolves = resolves;
            let decision = self.commands(&mut session)?;
            ambiguous |= session.ambiguous;
            asks_dns |= session.dns.is_asked;
            if ways.is_lost() {
                return Ok((self.accept_all(), ambiguous, asks_dns));
            }
            let decision = match counts.take() {
                Some(before) => weightier(before, decision),
                None => decision,
            };
            if !ways.turn() {
                return Ok((decision, ambiguous, asks_dns));
            }
            counts = Some(decision);
        }
    }

    /// The other ways that an envelope may be, behind the first.
    fn ways(&self) -> Vec<Way> {
        let choices: &[Truth] = if self.routers.verify_by_sender() {
            &[Truth::Yes, Truth::No]
        } else {
            &[Truth::Yes]
        };
        let extensions: &[Truth] = if self.cuts_extensions {
            &[Truth::Yes, Truth::No]
        } else {
            &[Truth::Yes]
        };
        let mut ways = Vec::new();
        for &extended in extensions {
            for &verifies in choices {
                for library in [Library::Invalid, Library::Named] {
                    ways.push(Way {
                        library,
                        verifies,
                        extended,
                    });
                }
            }
        }
        // The first is the one that was followed.
        ways.split_off(1)
    }
}

/// Returns which of two decisions counts: an acceptance before a refusal, and a refusal for good
/// before one for now.
fn weightier(one: Decision, other: Decision) -> Decision {
    let accepts = [&other, &one].map(|one| one.verdict == Verdict::Accept);
    let takes_over = if accepts.contains(&true) {
        other.verdict < one.verdict
    } else {
        other.verdict > one.verdict
    };
    if takes_over { other } else { one }
}
