//! Hostile text in every position of the language: either a diagnostic says so, at the words, or it
//! comes out inert, in the files of both targets and before the real programs.
//!
//! The positions are a table, the texts are another one; each text is put into each position by
//! itself and between two letters. What is taken is compiled (so the files are read back and proved
//! to decide as the policy does), and compared with the files of the harmless policy.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and says nothing by itself; its judge has to"
)]

#[expect(dead_code, reason = "only programs are asked, no sessions are held")]
mod support;

#[path = "injection/checker.rs"]
mod checker;
#[path = "injection/inert.rs"]
mod inert;
#[path = "injection/positions.rs"]
mod positions;
#[path = "injection/programs.rs"]
mod programs;
#[path = "injection/site.rs"]
mod site;
#[path = "injection/tried.rs"]
mod tried;
#[path = "injection/values.rs"]
mod values;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use positions::POSITIONS;
use support::job::Mta;
use support::probes::gate_for;
use tried::{tried, verdict};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (number, position) in POSITIONS.iter().enumerate() {
        let name = format!("files: {}", position.name);
        trials.push(Trial::test(name, move || {
            let tried = tried(number);
            let (refused, made) = (tried.refused, tried.made.len());
            println!("{}: {refused} refused, {made} trees", position.name);
            verdict(&tried.faults)
        }));
    }
    trials.extend(checker::trials());
    for mta in [Mta::Postfix, Mta::Exim] {
        let asked = POSITIONS.iter().enumerate().map(|(number, position)| {
            let name = format!("{}: {}", mta.name(), position.name);
            Trial::test(name, move || {
                verdict(&programs::ask(position, mta, &tried(number)))
            })
        });
        let mut asked: Vec<Trial> = asked.collect();
        asked.push(checker::real(mta));
        trials.extend(gate_for(mta, asked));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
