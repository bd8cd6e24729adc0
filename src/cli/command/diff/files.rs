//! What readers made of files, compared.

use std::sync::OnceLock;

use mailpol::compile;
use mailpol::decision::Decider;
use mailpol::mail::WayIn;
use mailpol::policy::{Policy, PolicyDecider};
use mailpol::prove::{Found, Incomplete, Made, Party};
use mailpol::source::Loc;
use mailpol::target::{FoundListener, Reading};

use super::sides::incomplete;
use crate::cli::Failure;

/// The names of what was and of what would be.
pub(super) const TIMES: [&str; 2] = ["before", "after"];

/// Files of a target, and the policy that they are for.
#[derive(Clone, Copy)]
pub(super) struct Files<'f> {
    pub(super) policy: &'f Policy,
    pub(super) target: &'f str,
    pub(super) reading: &'f Reading,
    pub(super) places: PlacesOf,
}

/// Which places are told of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlacesOf {
    /// Their own: they stand somewhere.
    Files,
    /// Their own, though they are only made: what is compared are targets.
    MadeFiles,
    /// Those of the policy that they are made of.
    Policy,
}

/// Compares what files decide, or else say.
pub(super) fn compared<T>(
    sides: [Files<'_>; 2],
    names: [&str; 2],
    compare: fn(Party<'_>, Party<'_>) -> Result<T, Incomplete>,
) -> Result<T, Failure> {
    let strays = sides.map(|side| stray(side.reading));
    let [one, other] = &strays;
    if one != other {
        return Err(Failure::Unable(format!(
            "a listener of the files is none that decisions are compared of: {} (`mailpol prove` \
             says where)",
            strays.concat().join(", ")
        )));
    }
    let [before, after] = sides;
    let [a, b] = names;
    let compared = party(before, a, |before| {
        party(after, b, |after| compare(before, after))
    });
    compared.map_err(incomplete)
}

/// Works on a side of a comparison.
fn party<T>(side: Files<'_>, name: &str, work: impl FnOnce(Party<'_>) -> T) -> T {
    let Files {
        policy,
        reading,
        places,
        target: _,
    } = side;
    let listeners = reading.listeners.iter();
    let ways_in: Vec<WayIn> = listeners.filter_map(FoundListener::way_in).collect();
    let made = Origin {
        files: side,
        known: OnceLock::new(),
    };
    work(Party {
        name,
        policy,
        decider: reading.decider.as_ref(),
        ways_in: &ways_in,
        found: Some(Found {
            listeners: &reading.listeners,
            backends: &reading.backends,
            believed: &reading.believed,
        }),
        made: (places != PlacesOf::Files).then_some(&made as &dyn Made),
    })
}

/// The policy that files are made of.
struct Origin<'f> {
    files: Files<'f>,
    /// What it decides. There may be nothing to tell of a million rows.
    known: OnceLock<PolicyDecider<'f>>,
}

impl Made for Origin<'_> {
    fn decides(&self) -> Option<&dyn Decider> {
        let policy = self.files.policy;
        let known = || self.known.get_or_init(|| PolicyDecider::new(policy)) as &dyn Decider;
        (self.files.places == PlacesOf::Policy).then(known)
    }

    fn by_hand(&self, at: &Loc) -> Option<Loc> {
        compile::raw_at(self.files.policy, self.files.target, at)
    }

    fn reason(&self) -> Option<Loc> {
        let options = self.files.policy.target(self.files.target)?;
        compile::raw_text(options).cloned()
    }
}

/// Returns the ways in that policies do not speak of.
fn stray(reading: &Reading) -> Vec<String> {
    let strays = reading.listeners.iter();
    let strays = strays.filter(|one| one.listener.is_none());
    strays.map(|found| found.name.clone()).collect()
}
