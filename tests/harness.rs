//! The harness of the real MTAs, tested on a server that was configured by hand.
//!
//! The tree in `tests/support/trees/doe` is the Doe family's Postfix. What it has to answer is
//! known, so a harness that gets anything else is wrong; and where the tree is spoilt on
//! purpose, a harness that does not notice is wrong too.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and looks at no clock; its tests have to"
)]

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use support::{inside, probes};

#[path = "harness/decisions.rs"]
mod decisions;
#[path = "harness/deliveries.rs"]
mod deliveries;
#[path = "harness/doe.rs"]
mod doe;
#[path = "harness/machine.rs"]
mod machine;
#[path = "harness/scripts.rs"]
mod scripts;
#[path = "harness/spoilt.rs"]
mod spoilt;
mod support;

/// A test's name and the test.
type Test = (&'static str, fn() -> Result<(), Failed>);

fn main() -> ExitCode {
    if let Some(code) = inside::run_if_asked() {
        return code;
    }
    let arguments = Arguments::from_args();
    let tests = [
        decisions::TESTS,
        deliveries::TESTS,
        scripts::TESTS,
        spoilt::TESTS,
        machine::TESTS,
    ];
    let trials = tests
        .concat()
        .into_iter()
        .map(|(name, test)| Trial::test(name, test))
        .collect();
    libtest_mimic::run(&arguments, probes::gate(trials)).exit_code()
}
