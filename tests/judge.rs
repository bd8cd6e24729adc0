//! The real MTAs as judges: every policy of the corpus, compiled and run, is asked about a member
//! of every class of the proof, both sides of every prefix edge, and seeded random envelopes.
//!
//! real Postfix = real Exim = `simulate` = `simulate --target`, in verdict, code and enhanced
//! status, but for the latitude that `docs/targets/` lists.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and says nothing by itself; its judge has to"
)]

#[expect(dead_code, reason = "the harness's own tests use the rest")]
mod support;

#[path = "judge/alike.rs"]
mod alike;
#[path = "judge/apart.rs"]
mod apart;
#[path = "judge/both.rs"]
mod both;
#[path = "judge/envelopes.rs"]
mod envelopes;
#[path = "judge/kinds.rs"]
mod kinds;
#[path = "judge/pace.rs"]
mod pace;
#[path = "judge/policies.rs"]
mod policies;
#[path = "judge/provider.rs"]
mod provider;
#[path = "judge/real.rs"]
mod real;
#[path = "judge/scene.rs"]
mod scene;
#[path = "../examples/provider/site.rs"]
mod site;
#[path = "judge/subject.rs"]
mod subject;
#[expect(dead_code, reason = "tests/served asks one MTA alone")]
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
    let trials = policies::all()
        .into_iter()
        .map(|case| Trial::test(case.name.clone(), move || both::judge(&case)));
    let mut trials: Vec<Trial> = trials.collect();
    trials.extend(apart::trials());
    trials.extend(provider::trials());
    for mta in [Mta::Postfix, Mta::Exim] {
        trials = support::probes::gate_for(mta, trials);
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
