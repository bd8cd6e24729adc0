//! The real MTAs as judges: every policy of the corpus, compiled and run, is asked about a member
//! of every class of the proof, both sides of every prefix edge, and seeded random envelopes.
//!
//! real MTA = `simulate` = `simulate --target`, in verdict and enhanced status, but for the
//! latitude that `docs/targets/` lists.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and says nothing by itself; its judge has to"
)]

#[expect(dead_code, reason = "the harness's own tests use the rest")]
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
#[expect(dead_code, reason = "what breaks files stands in tests/served")]
#[path = "judge/subject.rs"]
mod subject;
#[path = "judge/verdicts.rs"]
mod verdicts;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use support::job::Mta;

fn main() -> ExitCode {
    if let Some(code) = support::inside::run_if_asked() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // Each run fills the machine by itself.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let mut trials = Vec::new();
    for mta in [Mta::Postfix, Mta::Exim] {
        let of_target = policies::all().into_iter().map(|case| {
            let name = format!("{}/{}", mta.name(), case.name);
            Trial::test(name, move || verdicts::judge(mta, &case))
        });
        trials.extend(support::probes::gate_for(mta, of_target.collect()));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
