//! SPF as the real MTAs do it: policyd-spf under Postfix, libspf2 in Exim. What they answer at
//! RCPT is what the policy's rule makes of our evaluator's result, but for what is listed.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and says nothing by itself; its judge has to"
)]

#[expect(dead_code, reason = "no message is sent here, and nobody logs in")]
mod support;

#[path = "spf_real/cases.rs"]
mod cases;
#[path = "spf_real/deviations.rs"]
mod deviations;
#[path = "judge/envelopes.rs"]
mod envelopes;
#[expect(dead_code, reason = "only the judge asks about kinds")]
#[path = "judge/kinds.rs"]
mod kinds;
#[expect(dead_code, reason = "only the judge reads the corpus")]
#[path = "judge/policies.rs"]
mod policies;
#[path = "spf/random.rs"]
mod random;
#[expect(dead_code, reason = "only the judge asks by policies")]
#[path = "judge/real.rs"]
mod real;
#[path = "judge/scene.rs"]
mod scene;
#[expect(dead_code, reason = "only the judge asks for witnesses")]
#[path = "judge/subject.rs"]
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;
use mailpol::spf::SpfResult;

use cases::Case;
use deviations::DEVIATIONS;
use random::Random;
use subject::Subject;
use support::job::{Client, Envelope, Listener, Mta};
use support::namespace;

/// How many cases each MTA is asked, half of them under each rule.
const CASES: usize = 520;
const SEED: u64 = 7;
const JOHN: &str = "john.doe@doe-family.com";

fn main() -> ExitCode {
    if let Some(code) = support::inside::run_if_asked() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // Each run fills the machine by itself.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let trial = |mta: Mta| {
        let name = format!("{}: {CASES} cases are decided by our results", mta.name());
        Trial::test(name, move || judge(mta))
    };
    let gated = |mta| support::probes::gate_for(mta, vec![trial(mta)]);
    let trials = gated(Mta::Postfix).into_iter().chain(gated(Mta::Exim));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// What the rule makes of a result, at RCPT.
fn rule(result: SpfResult, is_strict: bool) -> &'static str {
    match result {
        SpfResult::Fail => "rcpt 550 5.7.23",
        SpfResult::Softfail if is_strict => "rcpt 550 5.7.23",
        SpfResult::Temperror => "rcpt 451 4.7.24",
        SpfResult::Permerror => "rcpt 550 5.7.24",
        SpfResult::Softfail | SpfResult::None | SpfResult::Neutral | SpfResult::Pass => {
            "rcpt 250 2.1.5"
        }
    }
}

fn judge(mta: Mta) -> Result<(), Failed> {
    let mut random = Random::seeded(SEED);
    let all: Vec<Case> = (0..CASES)
        .map(|number| cases::case(number, &mut random))
        .collect();
    let (soft, strict) = all.split_at(CASES / 2);
    let mut results = BTreeSet::new();
    let mut excused = vec![0_usize; DEVIATIONS.len()];
    let mut wrong = Vec::new();
    for (cases, is_strict) in [(soft, false), (strict, true)] {
        let found = ask(mta, cases, is_strict)?;
        for (case, found) in cases.iter().zip(&found) {
            let ours = case.ours();
            results.insert(ours);
            let wanted = rule(ours, is_strict);
            // Of Exim's acceptances no enhanced status is to be had.
            if found == wanted || (found.starts_with("rcpt 250") && wanted.starts_with("rcpt 250"))
            {
                continue;
            }
            let known = DEVIATIONS
                .iter()
                .position(|one| one.mta == mta && (one.explains)(case));
            match known {
                Some(index) => excused[index] += 1,
                None => wrong.push(format!(
                    "{} from {:?} by {} ({}): ours {ours}, wanted {wanted}, found {found}",
                    case.texts.join(" | "),
                    case.from,
                    case.client,
                    case.helo,
                )),
            }
        }
    }
    if !wrong.is_empty() {
        return Err(format!("{} differ:\n{}", wrong.len(), wrong.join("\n")).into());
    }
    if results.len() != SpfResult::ALL.len() {
        return Err(format!("only {results:?} came up").into());
    }
    for (one, count) in DEVIATIONS
        .iter()
        .zip(excused)
        .filter(|(one, _)| one.mta == mta)
    {
        if count == 0 {
            return Err(format!("no case shows that it {}", one.what).into());
        }
    }
    Ok(())
}

/// Returns what the MTA answers to each case.
fn ask(mta: Mta, cases: &[Case], is_strict: bool) -> Result<Vec<String>, Failed> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/doe/policy.kdl");
    let mut text = std::fs::read_to_string(path)?;
    if is_strict {
        text = text.replace("spf \"soft\"", "spf \"strict\"");
    }
    let mut diagnostics = Diagnostics::new();
    let source: Arc<Source> = Source::new("policy.kdl", text);
    let files: BTreeMap<String, Arc<Source>> = BTreeMap::new();
    let policy = mailpol::compile::load(&source, &files, &mut diagnostics)
        .map_err(|_| policies::told(&diagnostics))?;
    let subject = Subject::of(policy, mta)?;
    let (_tree, mut job) = real::job(&subject)?;
    job.seconds = 240;
    for case in cases {
        job.scene.zone.extend(case.zone.iter().cloned());
        let client = Client {
            helo: case.helo.clone(),
            ..Client::new(case.client, Listener::Smtp)
        };
        job.envelopes.push(Envelope::new(&client, &case.from, JOHN));
    }
    let report = namespace::run(&job)?;
    if report.outcomes.len() != cases.len() {
        return Err("the harness did not answer every case".into());
    }
    Ok(report.outcomes.iter().map(ToString::to_string).collect())
}
