//! Emitted files, broken systematically: what the proof says of each mutant, and whether the real
//! MTA agrees.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and says nothing by itself; its judge has to"
)]

#[expect(dead_code, reason = "the harness's own tests use the rest")]
mod support;

#[path = "mutants/asked.rs"]
mod asked;
#[path = "mutants/class.rs"]
mod class;
#[path = "mutants/draft.rs"]
mod draft;
#[path = "judge/envelopes.rs"]
mod envelopes;
#[path = "mutants/exim/mod.rs"]
mod exim;
#[path = "mutants/indexes.rs"]
mod indexes;
#[path = "mutants/real.rs"]
mod judged;
#[expect(dead_code, reason = "only the judge counts kinds")]
#[path = "judge/kinds.rs"]
mod kinds;
#[path = "mutants/language.rs"]
mod language;
#[path = "judge/policies.rs"]
mod policies;
#[path = "mutants/postfix/mod.rs"]
mod postfix;
#[expect(dead_code, reason = "the judge asks one tree, and here are many")]
#[path = "judge/real.rs"]
mod real;
#[path = "mutants/relayed.rs"]
mod relayed;
#[path = "mutants/said.rs"]
mod said;
#[path = "judge/scene.rs"]
mod scene;
#[path = "mutants/settings.rs"]
mod settings;
#[path = "mutants/statements.rs"]
mod statements;
#[expect(dead_code, reason = "the judge asks one tree, and here are many")]
#[path = "judge/subject.rs"]
mod subject;
#[path = "mutants/trials.rs"]
mod trials;
#[path = "mutants/went.rs"]
mod went;
#[path = "mutants/wild.rs"]
mod wild;
#[path = "mutants/words.rs"]
mod words;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    if let Some(code) = support::inside::run_if_asked() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // Each trial fills the machine by itself.
    arguments.test_threads = arguments.test_threads.or(Some(1));
    // Those that take mail, and the examples that do not.
    let mut cases = policies::all();
    cases.extend(policies::below(&["examples"]));
    let trials = trials::all(&cases);
    libtest_mimic::run(&arguments, trials).exit_code()
}
