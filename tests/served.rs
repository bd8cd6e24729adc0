//! The emitted files at work: whole messages, whole sessions, and trees that were broken on
//! purpose, on the real MTAs. What only Postfix has is asked of Postfix alone; what only Exim has
//! stands in `tests/exim.rs`.
//!
//! `tests/judge.rs` asks for verdicts, envelope by envelope. Here is what that cannot see: where
//! mail lands and what is written into it, how envelopes of one session get on with each other,
//! and whether the judge would notice.

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
#[expect(dead_code, reason = "only the judge asks a part up to DATA")]
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
#[path = "served/archives.rs"]
mod archives;
#[path = "served/behind.rs"]
mod behind;
#[path = "served/bound.rs"]
mod bound;
#[path = "served/broken.rs"]
mod broken;
#[path = "served/come_back.rs"]
mod come_back;
#[path = "served/completed.rs"]
mod completed;
#[path = "served/copies.rs"]
mod copies;
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
#[path = "served/limits.rs"]
mod limits;
#[path = "served/machine.rs"]
mod machine;
#[path = "served/mended.rs"]
mod mended;
#[path = "served/nested.rs"]
mod nested;
#[path = "served/null_client.rs"]
mod null_client;
#[path = "served/played.rs"]
mod played;
#[path = "served/proxies.rs"]
mod proxies;
#[path = "served/routes.rs"]
mod routes;
#[path = "served/sessions.rs"]
mod sessions;
#[path = "served/spf.rs"]
mod spf;
#[path = "served/tutorial.rs"]
mod tutorial;
#[path = "served/waiting.rs"]
mod waiting;
#[path = "served/ways.rs"]
mod ways;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use support::job::Mta;

/// A test of one MTA: its name and the test.
type Test = (&'static str, fn() -> Result<(), Failed>);
/// A test of every MTA alike.
type TestOfBoth = (&'static str, fn(Mta) -> Result<(), Failed>);

fn main() -> ExitCode {
    if let Some(code) = support::inside::run_if_asked() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // Each run fills the machine by itself.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let of_postfix = [
        deliveries::OF_POSTFIX,
        come_back::OF_POSTFIX,
        dkim::TESTS,
        forwards::TESTS,
        host::TESTS,
        limits::OF_POSTFIX,
        sessions::OF_POSTFIX,
        broken::OF_POSTFIX,
        tutorial::TESTS,
        waiting::OF_POSTFIX,
    ];
    let of_both = [
        deliveries::TESTS,
        come_back::TESTS,
        archives::TESTS,
        copies::TESTS,
        limits::TESTS,
        mended::TESTS,
        completed::TESTS,
        routes::TESTS,
        waiting::TESTS,
        ways::TESTS,
        nested::TESTS,
        null_client::TESTS,
        behind::TESTS,
        bound::TESTS,
        proxies::TESTS,
        spf::TESTS,
        sessions::TESTS,
    ];
    let mut trials = Vec::new();
    for mta in [Mta::Postfix, Mta::Exim] {
        let of_this = match mta {
            Mta::Postfix => of_postfix.concat(),
            Mta::Exim => [
                broken::OF_EXIM,
                come_back::OF_EXIM,
                spf::OF_EXIM,
                ways::OF_EXIM,
            ]
            .concat(),
        };
        let named = |name: &str| format!("{}: {name}", mta.name());
        let mut of_mta: Vec<Trial> = of_this
            .into_iter()
            .map(|(name, test)| Trial::test(named(name), test))
            .collect();
        let alike = of_both.concat().into_iter();
        of_mta.extend(alike.map(|(name, test)| Trial::test(named(name), move || test(mta))));
        of_mta.extend(again::trials(mta));
        trials.extend(support::probes::gate_for(mta, of_mta));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
