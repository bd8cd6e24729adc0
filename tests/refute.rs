//! Files that must be caught: trees of ours, broken by hand, one named test a case.
//!
//! A case is a folder `tests/corpus/refute/<question>/<case>/`, of Exim's files if its name begins
//! with `exim-` and of Postfix's else, with
//!
//! - `policy.kdl`; without it the one of the folder above, else of the one above that; or
//!   `example.txt`, the name of the example whose policy it is: what it must not do is tried there;
//! - `break.txt`, edits of the emitted files (`refute/edit.rs` has the language), or `files/`,
//!   whole files that take the place of emitted ones or come besides, or both; or `zone.txt`, what
//!   is published instead of the policy's own records; or `certificate.pem`, the one that is given;
//! - `refutation.txt`: what must come out. `MAILPOL_BLESS=1` writes it; read it then.
//!
//! Only the question that the folder is named by is put, so it must find the fault by itself: it is
//! proved of the emitted files, and refuted of the broken ones by an envelope that replays. With
//! its body blanked the same case must fail, and with it left out its finding must be gone.

#[path = "refute/case.rs"]
mod case;
#[path = "refute/edit.rs"]
mod edit;
#[path = "refute/judge.rs"]
mod judge;

use std::collections::BTreeMap;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use mailpol::prove::question_names;
use mailpol::target::TARGETS;

use case::Case;

/// How many cases each question has at least, of each target.
const CASES_MIN: usize = 2;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases = case::all();
    let counts = counts(&cases);
    let mut trials = vec![
        Trial::test("every_question_has_its_cases", move || enough(&counts)),
        Trial::test("edits_are_strict", edit::are_strict),
    ];
    trials.extend(cases.into_iter().map(|case| {
        let name = format!("{}/{}", case.question, case.name);
        Trial::test(name, move || judge::judge(&case))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// How many cases there are of a question and a target.
type Counts = BTreeMap<(String, &'static str), usize>;

fn counts(cases: &[Case]) -> Counts {
    let mut counts = Counts::new();
    for case in cases {
        let key = (case.question.clone(), case.target());
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

/// An empty corpus fails here too.
fn enough(counts: &Counts) -> Result<(), Failed> {
    let names = question_names();
    let mut faults = Vec::new();
    for name in &names {
        for target in TARGETS.iter().map(|target| target.name()) {
            let count = counts.get(&((*name).to_owned(), target)).copied();
            let count = count.unwrap_or(0);
            if count < CASES_MIN {
                faults.push(format!(
                    "{name}: {count} cases of {target}, {CASES_MIN} are needed"
                ));
            }
        }
    }
    let unknown = counts
        .keys()
        .filter(|(name, _)| !names.contains(&name.as_str()));
    for (name, _) in unknown {
        faults.push(format!("{name}: there is no such question"));
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(faults.join("\n").into())
}
