//! Counterexamples made simpler: what does not matter to them is made usual.
//!
//! Not part of the argument: what is shown breaks what it is shown for, since it was replayed.

use std::net::IpAddr;

use super::counterexample::gives_login_where_asked;
use super::universe::{DOCUMENTATION, ease};
use crate::decision::Envelope;
use crate::mail::{Address, Domain, Listener, Path, PathForm};
use crate::spf::SpfResult;

/// A change that makes an envelope easier to read.
type Step = fn(&mut Envelope);

/// In the order in which they are tried; the null reverse-path is a usual one too.
const STEPS: &[Step] = &[
    |envelope| envelope.to = elsewhere(),
    |envelope| envelope.to = plain(&envelope.to),
    |envelope| envelope.from = elsewhere(),
    |envelope| envelope.from = plain(&envelope.from),
    |envelope| easier(envelope, DOCUMENTATION[3]),
    |envelope| easier(envelope, DOCUMENTATION[2]),
    |envelope| easier(envelope, DOCUMENTATION[1]),
    |envelope| easier(envelope, DOCUMENTATION[0]),
    |envelope| envelope.login = None,
    |envelope| {
        envelope.listener = Listener::Smtp;
        envelope.tls = false;
    },
    |envelope| envelope.listener = Listener::Smtp,
    |envelope| {
        if envelope.listener != Listener::Submissions {
            envelope.tls = false;
        }
    },
    |envelope| "mail.example".clone_into(&mut envelope.helo),
    |envelope| envelope.spf_helo = SpfResult::None,
    |envelope| envelope.spf = SpfResult::None,
];

/// Returns the simplest envelope that `breaks`, of those that one change after the other makes. A
/// login that is given where it may be asked for stays there.
pub fn shrink(envelope: &Envelope, breaks: &dyn Fn(&Envelope) -> bool) -> Envelope {
    let is_odd = !gives_login_where_asked(envelope);
    let breaks = |one: &Envelope| (is_odd || gives_login_where_asked(one)) && breaks(one);
    let mut simplest = envelope.clone();
    // One change may make way for an earlier one.
    for step in STEPS.iter().chain(STEPS) {
        let mut simpler = simplest.clone();
        step(&mut simpler);
        if simpler != simplest && breaks(&simpler) {
            simplest = simpler;
        }
    }
    simplest
}

/// Has another client send it, if that one is easier to read.
fn easier(envelope: &mut Envelope, client: IpAddr) {
    if ease(client) < ease(envelope.client) {
        envelope.client = client;
    }
}

fn elsewhere() -> Path {
    let address = Address::new("nobody", Domain::literal("elsewhere.example"));
    Path::spell(PathForm::Plain, &address, &[])
}

/// Returns the same address as everybody writes it; a path without one stays as it is.
fn plain(path: &Path) -> Path {
    match path.address() {
        Some(address) => Path::spell(PathForm::Plain, &address, &[]),
        None => path.clone(),
    }
}
