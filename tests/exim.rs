//! The emitted Exim, driven: what the real Exim answers to the files that a policy becomes.
//!
//! The Doe family's policy is asked about line by line, up to the messages in its Maildirs; and
//! what Exim cannot be told is refused. The corpus is asked about in `tests/judge.rs`.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file; its tests have to"
)]

#[expect(dead_code, reason = "the harness's own tests use the rest")]
mod support;

#[path = "exim/chosen.rs"]
mod chosen;
#[path = "exim/dkim.rs"]
mod dkim;
#[path = "exim/doe.rs"]
mod doe;
#[path = "served/forwarded.rs"]
mod forwarded;
#[path = "exim/forwards.rs"]
mod forwards;
#[path = "served/keys.rs"]
mod keys;
#[path = "exim/messages.rs"]
mod messages;
#[path = "judge/policies.rs"]
mod policies;
#[path = "exim/refused.rs"]
mod refused;
#[path = "exim/run.rs"]
mod run;
#[expect(dead_code, reason = "only the judge works out SPF results")]
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
    let driven = [
        doe::TESTS,
        messages::TESTS,
        dkim::TESTS,
        forwards::TESTS,
        chosen::TESTS,
        scripts::TESTS,
        widened::TESTS,
    ]
    .concat();
    let driven: Vec<Trial> = driven.into_iter().map(trial).collect();
    let mut trials = support::probes::gate_for(Mta::Exim, driven);
    trials.extend(refused::TESTS.iter().copied().map(trial));
    libtest_mimic::run(&arguments, trials).exit_code()
}
