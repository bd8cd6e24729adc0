//! When two decisions are the same.
//!
//! Policy and files must agree in verdict, reply, rule, route and headers. What MTAs do not let us
//! narrow is the *latitude*: the rule of it stands here, once.

use super::fork::Answers;
use super::kind::Forward;
use super::obligation::{Outcome, Reach};
use super::side::{Side, number};
use super::universe::TestNumber;
use crate::decision::{Decider, Decision, Destination, Envelope, Route, TestId, Verdict, run};
use crate::mail::{Address, ForwardPath};

/// Returns what the forward-path says, by the obligations' own test of it.
pub(super) fn forward(answers: &Answers, declared_offset: u32) -> Result<Forward, TestNumber> {
    let test = number(declared_offset, TestId(9));
    let label = answers.get(test).ok_or(test)?;
    Ok(Forward::ALL
        .get(label.0 as usize)
        .copied()
        .unwrap_or(Forward::Plain))
}

/// Returns whether two outcomes are the same, but for the latitude.
pub(super) fn equal(
    ours: &Outcome,
    theirs: &Outcome,
    to: Forward,
    reference: &Side<'_>,
    files: &Side<'_>,
    destinations_differ: &mut dyn FnMut() -> Result<crate::decision::Label, TestNumber>,
) -> Result<bool, TestNumber> {
    if in_latitude(&ours.decision, &theirs.decision, to, theirs.reach) {
        return Ok(true);
    }
    if !same_reply(&ours.decision, &theirs.decision) {
        return Ok(false);
    }
    let routes = (&ours.decision.route, &theirs.decision.route);
    Ok(match routes {
        (Route::Recipient, Route::Recipient) => destinations_differ()?.0 != 1,
        (Route::Address(a), Route::Address(b)) => {
            reference.decider.destinations(a) == files.decider.destinations(b)
        }
        (a, b) => a == b,
    })
}

/// Returns whether verdict, reply, rule and headers are the same.
fn same_reply(a: &Decision, b: &Decision) -> bool {
    a.verdict == b.verdict && a.reply == b.reply && a.because == b.because && a.headers == b.headers
}

/// The latitude: for a forward-path that is not a plain `local@domain`, an MTA may refuse what the
/// policy accepts, refuse for another reason, or deliver here what the policy refuses. It may
/// never relay.
fn in_latitude(ours: &Decision, theirs: &Decision, to: Forward, reach: Reach) -> bool {
    if !to.is_odd() {
        return false;
    }
    match (ours.verdict, theirs.verdict) {
        (Verdict::Accept, Verdict::Accept) => false,
        (_, Verdict::Accept) => reach == Reach::Here,
        (_, Verdict::Defer | Verdict::Reject) => true,
    }
}

/// Returns whether two deciders decide an envelope differently, beyond the latitude.
pub(crate) fn differ(a: &dyn Decider, b: &dyn Decider, envelope: &Envelope) -> bool {
    let (Ok((ours, _)), Ok((theirs, _))) = (run(a, envelope), run(b, envelope)) else {
        return true;
    };
    let reach = reach(b, &theirs, &envelope.to);
    if in_latitude(&ours, &theirs, Forward::of(envelope.to.form()), reach) {
        return false;
    }
    !same_reply(&ours, &theirs)
        || destinations(a, &ours, &envelope.to) != destinations(b, &theirs, &envelope.to)
}

/// Returns where the mail of a decision ends up.
fn reach(decider: &dyn Decider, decision: &Decision, to: &ForwardPath) -> Reach {
    if decision.verdict != Verdict::Accept {
        return Reach::Nowhere;
    }
    let one = |destination: &Destination| match destination {
        Destination::Mailbox { .. } | Destination::Discard => Reach::Here,
        Destination::Exchangers(_) | Destination::Hop(_) => Reach::Leaves,
        Destination::Undeliverable => Reach::Bounces,
    };
    let found = destinations(decider, decision, to);
    found.iter().map(one).max().unwrap_or(Reach::Bounces)
}

/// Returns the final destinations of accepted mail.
pub fn destinations(
    decider: &dyn Decider,
    decision: &Decision,
    to: &ForwardPath,
) -> Vec<Destination> {
    let foreign = || match to.domain() {
        Some(domain) => Destination::Exchangers(domain.to_string()),
        // An address literal: the host itself is the next hop.
        None => Destination::Hop(to.text().rsplit('@').next().unwrap_or_default().to_owned()),
    };
    match &decision.route {
        Route::None => Vec::new(),
        Route::Recipient => to
            .address()
            .map(|to| decider.destinations(&to))
            .unwrap_or_default(),
        Route::RecipientAt(domain) => {
            let address = to.local().map(|local| Address::new(local, domain.clone()));
            address
                .map(|to| decider.destinations(&to))
                .unwrap_or_default()
        }
        Route::Address(address) => decider.destinations(address),
        Route::Foreign => vec![foreign()],
        Route::Hop(hop) => vec![Destination::Hop(hop.clone())],
    }
}
