//! The emitted Exim, driven: what the real Exim answers to the files that a policy becomes.
//!
//! The Doe family's policy is asked about line by line, up to the messages in its Maildirs; every
//! policy of the corpus, about each edge of its networks and seeded random envelopes, which the
//! reference decider answers too; and what Exim cannot be told is refused. Not here: the proof of
//! the files, which needs their reader.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file; its tests have to"
)]

#[expect(dead_code, reason = "the harness's own tests use the rest")]
mod support;

#[path = "exim/doe.rs"]
mod doe;
#[path = "judge/envelopes.rs"]
mod envelopes;
#[path = "judge/kinds.rs"]
mod kinds;
#[path = "exim/messages.rs"]
mod messages;
#[path = "judge/policies.rs"]
mod policies;
#[path = "exim/reference.rs"]
mod reference;
#[path = "exim/refused.rs"]
mod refused;
#[path = "exim/run.rs"]
mod run;
#[path = "judge/scene.rs"]
mod scene;
#[path = "exim/scripts.rs"]
mod scripts;
#[path = "exim/table.rs"]
mod table;
#[path = "exim/widened.rs"]
mod widened;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use support::job::Mta;

/// A test's name and the test.
type Test = (&'static str, fn() -> Result<(), Failed>);

fn main() -> ExitCode {
    if let Some(code) = support::inside::run_if_asked() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // Each run fills the machine by itself.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let trial = |(name, test): Test| Trial::test(name, test);
    let driven = [doe::TESTS, messages::TESTS, scripts::TESTS, widened::TESTS].concat();
    let mut driven: Vec<Trial> = driven.into_iter().map(trial).collect();
    let cases = policies::all().into_iter().chain(reference::policies());
    driven.extend(cases.map(|case| {
        let name = format!("exim/{}", case.name);
        Trial::test(name, move || reference::compare(&case))
    }));
    let mut trials = support::probes::gate_for(Mta::Exim, driven);
    trials.extend(refused::TESTS.iter().copied().map(trial));
    libtest_mimic::run(&arguments, trials).exit_code()
}
