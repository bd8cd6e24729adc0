//! The emitted files at work: whole messages, whole sessions, and trees that were broken on
//! purpose, on the real Postfix.
//!
//! `tests/judge.rs` asks for verdicts, envelope by envelope. Here is what that cannot see: where
//! mail lands and what is written into it, how envelopes of one session get on with each other,
//! and whether the judge would notice.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and says nothing by itself; its judge has to"
)]

mod support;

#[path = "judge/envelopes.rs"]
mod envelopes;
#[path = "judge/kinds.rs"]
mod kinds;
#[path = "judge/policies.rs"]
mod policies;
#[path = "judge/real.rs"]
mod real;
#[path = "judge/scene.rs"]
mod scene;
#[path = "judge/subject.rs"]
mod subject;
#[expect(dead_code, reason = "only the judge counts what was asked")]
#[path = "judge/verdicts.rs"]
mod verdicts;

#[path = "served/again.rs"]
mod again;
#[path = "served/broken.rs"]
mod broken;
#[path = "served/deliveries.rs"]
mod deliveries;
#[path = "served/dkim.rs"]
mod dkim;
#[path = "served/forwarded.rs"]
mod forwarded;
#[path = "served/forwards.rs"]
mod forwards;
#[path = "served/host.rs"]
mod host;
#[path = "served/keys.rs"]
mod keys;
#[path = "served/machine.rs"]
mod machine;
#[path = "served/played.rs"]
mod played;
#[path = "served/routed.rs"]
mod routed;
#[path = "served/routes.rs"]
mod routes;
#[path = "served/sessions.rs"]
mod sessions;
#[path = "served/spf.rs"]
mod spf;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

/// A test's name and the test.
type Test = (&'static str, fn() -> Result<(), Failed>);

fn main() -> ExitCode {
    if let Some(code) = support::inside::run_if_asked() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // Each run fills the machine by itself.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let tests = [
        deliveries::TESTS,
        spf::TESTS,
        dkim::TESTS,
        forwards::TESTS,
        routes::TESTS,
        host::TESTS,
        sessions::TESTS,
        broken::TESTS,
    ];
    let tests = tests.concat().into_iter();
    let mut trials: Vec<Trial> = tests.map(|(name, test)| Trial::test(name, test)).collect();
    trials.extend(again::trials());
    libtest_mimic::run(&arguments, support::probes::gate(trials)).exit_code()
}
