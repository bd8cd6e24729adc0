//! The files as the MTA itself prints them: `postconf -n` and `postconf -M` in place of `main.cf`
//! and `master.cf`, `exim4 -bP config` in place of `exim4.conf`, are other files with the same
//! meaning, and the reader must find it.

use libtest_mimic::{Failed, Trial};
use mailpol::compile::files;
use mailpol::prove::{Answer, check_files};

use crate::machine::job;
use crate::policies::{self, Case};
use crate::subject::Subject;
use crate::support::job::Mta;
use crate::support::namespace;

/// One test for each policy of the corpus. A warning of the MTA is a failure of the run.
pub(crate) fn trials(mta: Mta) -> Vec<Trial> {
    let trial = |case: Case| {
        let name = format!("{}: printed again: {}", mta.name(), case.name);
        Trial::test(name, move || again(mta, &case))
    };
    policies::all().into_iter().map(trial).collect()
}

fn again(mta: Mta, case: &Case) -> Result<(), Failed> {
    let policy = case.load()?;
    let mut subject = Subject::of(policy, mta)?;
    let (_tree, job) = job(&subject)?;
    let gate = namespace::run(&job)?.gate;
    let printed = match mta {
        Mta::Postfix => vec![
            ("etc/postfix/main.cf", gate.parameters),
            ("etc/postfix/master.cf", gate.services),
        ],
        Mta::Exim => vec![("etc/exim4/exim4.conf", gate.services)],
    };
    subject.replace(&printed)?;
    let report = check_files(&subject.policy, files(subject.target, &subject.reading));
    let refuted: Vec<String> = report
        .findings
        .iter()
        // What is open is left to DNS, whoever printed the files.
        .filter(|finding| !matches!(finding.answer, Answer::Open(_)))
        .filter(|finding| !finding.answer.is_proved())
        .map(|finding| format!("{}: {:?}", finding.name, finding.answer))
        .collect();
    if refuted.is_empty() {
        return Ok(());
    }
    Err(refuted.join("\n").into())
}
