//! The trials: all mutants where everything is asked for, else a seeded sample.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use libtest_mimic::{Failed, Trial};

use crate::class::{Class, Original};
use crate::draft::Mutant;
use crate::envelopes::Seeded;
use crate::judged::{self, Tally};
use crate::language::{LANGUAGES, Language};
use crate::policies::Case;
use crate::statements;
use crate::support;
use crate::support::job::Mta;
use crate::wild;

/// How much is tried of a policy.
#[derive(Clone, Copy)]
struct Share {
    policy: &'static str,
    /// Mutants that change nothing, and others: so many by lot for the proof.
    proof: (usize, usize),
    /// The same for the real MTA.
    real: (usize, usize),
    /// How many are made by lot, and of how many of these that seem to change nothing the real MTA
    /// is asked.
    wild: (usize, usize),
    /// How many are made of statements that the reader knows, and of how many of these that it
    /// reads the real MTA is asked.
    together: (usize, usize),
}

const fn share(policy: &'static str, proof: (usize, usize), real: (usize, usize)) -> Share {
    Share {
        policy,
        proof,
        real,
        wild: NONE,
        together: NONE,
    }
}

/// With mutants by lot.
const fn lots(share: Share, wild: (usize, usize)) -> Share {
    Share { wild, ..share }
}

/// With mutants of statements together.
const fn pairs(share: Share, together: (usize, usize)) -> Share {
    Share { together, ..share }
}

/// What the ordinary tests try.
const SAMPLE: &[Share] = &[
    pairs(
        lots(share("examples/doe", (20, 40), (1, 2)), (300, 2)),
        (100, 5),
    ),
    share("tests/corpus/accept/judge/proxied", (5, 20), (1, 1)),
    share("tests/corpus/accept/judge/archives", (5, 20), (1, 1)),
];

const EVERY: (usize, usize) = (usize::MAX, usize::MAX);
/// The proof alone is asked.
const NONE: (usize, usize) = (0, 0);

/// What is tried where everything is asked for.
const ALL: &[Share] = &[
    pairs(
        lots(share("examples/doe", EVERY, (60, 260)), (40_000, 200)),
        (4_000, 400),
    ),
    share("examples/acme", EVERY, (1, 9)),
    share("examples/acme-backup", EVERY, (1, 9)),
    share("examples/consult", EVERY, (1, 9)),
    share("examples/factory", EVERY, (1, 9)),
    share("examples/family", EVERY, (1, 9)),
    share("examples/ngo", EVERY, (1, 9)),
    share("examples/plant", EVERY, (1, 9)),
    // The proof alone: nothing listens there.
    share("examples/shop", EVERY, NONE),
    // The proof alone: a mutant of so many rows takes the reader as long as ten of Doe's.
    share("examples/university", EVERY, NONE),
    lots(
        share("tests/corpus/accept/judge/nested", EVERY, (10, 60)),
        (10_000, 40),
    ),
    lots(
        share("tests/corpus/accept/judge/logins", EVERY, (10, 40)),
        (10_000, 40),
    ),
    lots(
        share("tests/corpus/accept/judge/hand-over", EVERY, (10, 40)),
        (10_000, 40),
    ),
    lots(
        share("tests/corpus/accept/judge/domains", EVERY, (10, 40)),
        (10_000, 40),
    ),
    lots(
        share("tests/corpus/accept/judge/proxied", EVERY, (10, 40)),
        (10_000, 40),
    ),
    lots(
        share("tests/corpus/accept/judge/archives", EVERY, (10, 40)),
        (10_000, 40),
    ),
];

/// Asks for everything.
const EVERYTHING: &str = "MAILPOL_MUTANTS";
/// Begins another sample.
const SEED: &str = "MAILPOL_MUTANTS_SEED";
/// At most one in so many may be undecided.
const UNDECIDED_IN: usize = 1_000;
/// So many mutants share a machine.
const ROUNDS: usize = 20;

/// Returns every trial.
pub(crate) fn all(cases: &[Case]) -> Vec<Trial> {
    let everything = std::env::var(EVERYTHING).is_ok_and(|value| value == "all");
    let mut trials = Vec::new();
    for language in LANGUAGES {
        let mta = language.mta;
        let mut of_target = Vec::new();
        for share in if everything { ALL } else { SAMPLE } {
            let case = cases.iter().find(|case| case.name == share.policy);
            let case = case.expect("the policy is there").clone();
            let name = format!("{}/{}", mta.name(), case.name);
            let again = case.clone();
            let trial = move || proof(&case, mta, share);
            trials.push(Trial::test(format!("proof/{name}"), trial));
            if share.real == NONE {
                continue;
            }
            let (wild, together) = (again.clone(), again.clone());
            let trial = move || real(&again, mta, share);
            of_target.push(Trial::test(format!("real/{name}"), trial));
            if share.wild != NONE {
                let trial = move || by_lot(&wild, mta, share.wild);
                of_target.push(Trial::test(format!("wild/{name}"), trial));
            }
            if share.together != NONE {
                let trial = move || of_statements(&together, language, share.together);
                of_target.push(Trial::test(format!("together/{name}"), trial));
            }
        }
        trials.extend(support::probes::gate_for(mta, of_target));
    }
    trials
}

fn seed() -> u64 {
    let text = std::env::var(SEED).unwrap_or_default();
    text.parse().unwrap_or(1)
}

/// Returns so many that are wanted, by lot.
fn some(mut all: Vec<Mutant>, count: usize, is_wanted: impl Fn(&Mutant) -> bool) -> Vec<Mutant> {
    if count == usize::MAX {
        return all;
    }
    let mut seeded = Seeded::new(seed());
    let mut taken = Vec::new();
    while taken.len() < count && !all.is_empty() {
        let mutant = all.swap_remove(seeded.below(all.len()));
        if is_wanted(&mutant) {
            taken.push(mutant);
        }
    }
    taken
}

/// Returns the class of each mutant; two are worked on at a time.
fn classes(original: &Original, mutants: Vec<Mutant>) -> Vec<(Mutant, Class)> {
    let total = mutants.len();
    let parts = original.parts();
    let waiting = Mutex::new(mutants.into_iter().enumerate());
    let done = Mutex::new(Vec::with_capacity(total));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("no worker panics").next();
                    let Some((number, mutant)) = next else { break };
                    let class = parts.class(&mutant);
                    let mut done = done.lock().expect("no worker panics");
                    done.push((number, mutant, class));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no worker panics");
    done.sort_by_key(|(number, _, _)| *number);
    done.into_iter()
        .map(|(_, mutant, class)| (mutant, class))
        .collect()
}

/// Asks the proof about mutants: those that change nothing must be seen as that.
fn proof(case: &Case, mta: Mta, share: &Share) -> Result<(), Failed> {
    let original = Original::new(case, mta)?;
    let neutral = original.mutants(|language| language.neutral);
    let breaks = original.mutants(|language| language.breaks);
    let of = (neutral.len(), breaks.len());
    let neutral = classes(&original, some(neutral, share.proof.0, |_| true));
    let breaks = classes(&original, some(breaks, share.proof.1, |_| true));
    println!(
        "{}: {} of {} neutral mutants",
        case.name,
        neutral.len(),
        of.0
    );
    println!("{}: {} of {} others", original.name, breaks.len(), of.1);
    print!("{}", table(&breaks));
    list(&original, &breaks)?;
    let wrong = neutral.iter().filter(|(_, class)| *class != Class::Same);
    let mut wrong: Vec<String> = wrong.map(|one| line(&original, one)).collect();
    let is_undecided = |one: &&(Mutant, Class)| matches!(one.1, Class::Undecided(_));
    let undecided: Vec<_> = breaks.iter().filter(is_undecided).collect();
    // No proof is a safe answer, and a poor one.
    if undecided.len() > 1 + breaks.len() / UNDECIDED_IN {
        wrong.extend(undecided.into_iter().map(|one| line(&original, one)));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let count = wrong.len();
    Err(format!("{count} wrong classes:\n{}", wrong.join("\n")).into())
}

/// Writes down the class of each mutant, for whoever wants to look: `target/tmp/mutants/`.
fn list(original: &Original, classed: &[(Mutant, Class)]) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants");
    fs::create_dir_all(&folder)?;
    let name = original.name.replace('/', "-");
    let line = |(mutant, class): &(Mutant, Class)| {
        format!("{class}\t{}\t{}\n", mutant.operator, mutant.what)
    };
    let lines: Vec<String> = classed.iter().map(line).collect();
    Ok(fs::write(
        folder.join(format!("{name}.txt")),
        lines.concat(),
    )?)
}

fn line(original: &Original, (mutant, class): &(Mutant, Class)) -> String {
    let mut line = format!("{class}\t{}\t{}", mutant.operator, mutant.what);
    if let Err(why) = original.read(mutant) {
        let told = crate::policies::told(&why);
        line.push('\n');
        line.push_str(told.message().unwrap_or_default());
    }
    line
}

fn table(classed: &[(Mutant, Class)]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, class) in classed {
        *counts.entry(class.to_string()).or_default() += 1;
    }
    let rows = counts.into_iter();
    let lines: Vec<String> = rows
        .map(|(class, count)| format!("  {count:6}  {class}\n"))
        .collect();
    lines.concat()
}

/// Asks the real MTA about mutants that the reader can read.
fn real(case: &Case, mta: Mta, share: &Share) -> Result<(), Failed> {
    let original = Original::new(case, mta)?;
    let is_read = |mutant: &Mutant| original.read(mutant).is_ok();
    let neutral = original.mutants(|language| language.neutral);
    let breaks = original.mutants(|language| language.breaks);
    let mut sample = some(neutral, share.real.0, is_read);
    sample.extend(some(breaks, share.real.1, is_read));
    let sample = classes(&original, sample);
    let tally = judge(&original, &sample)?;
    for mutant in &tally.not_run {
        println!("not run: {mutant}");
    }
    misses(&tally.misses)
}

/// Asks the proof about mutants by lot, and the real MTA about those that it finds to be the same.
/// Here one with which the MTA does not run is a miss: it is proved, and serves nobody.
fn by_lot(case: &Case, mta: Mta, (made, asked): (usize, usize)) -> Result<(), Failed> {
    let original = Original::new(case, mta)?;
    let mutants = wild::mutants(&original.files, mta, seed(), made);
    let classed = classes(&original, mutants);
    println!(
        "{}: {made} mutants by lot\n{}",
        original.name,
        table(&classed)
    );
    let is_same = |one: &(Mutant, Class)| one.1 == Class::Same;
    let mut same: Vec<_> = classed.into_iter().filter(is_same).collect();
    same.truncate(asked);
    let tally = judge(&original, &same)?;
    let mut found = tally.misses;
    found.extend(
        tally
            .not_run
            .iter()
            .map(|mutant| format!("not run: {mutant}")),
    );
    misses(&found)
}

/// Asks the proof about mutants of statements that the reader knows, and the real MTA about those
/// that it reads, whatever they are: half of them are held for the same, if there are so many. One
/// of these with which the MTA does not run is a miss.
fn of_statements(
    case: &Case,
    language: &Language,
    (made, asked): (usize, usize),
) -> Result<(), Failed> {
    let original = Original::new(case, language.mta)?;
    let policy = &original.subject.policy;
    let mutants = statements::mutants(language, &original.files, policy, seed(), made);
    let classed = classes(&original, mutants);
    println!(
        "{}: {made} mutants of statements\n{}",
        original.name,
        table(&classed)
    );
    let is_read = |one: &(Mutant, Class)| one.1 != Class::Unreadable;
    let is_same = |one: &(Mutant, Class)| one.1 == Class::Same;
    let read = classed.into_iter().filter(is_read);
    let (mut same, mut others): (Vec<_>, Vec<_>) = read.partition(is_same);
    same.truncate(asked / 2);
    others.truncate(asked - same.len());
    let (of_same, of_others) = (judge(&original, &same)?, judge(&original, &others)?);
    for mutant in &of_others.not_run {
        println!("not run: {mutant}");
    }
    let mut found = of_same.misses;
    found.extend(of_others.misses);
    let not_run = of_same.not_run.iter();
    found.extend(not_run.map(|mutant| format!("not run: {mutant}")));
    misses(&found)
}

fn judge(original: &Original, sample: &[(Mutant, Class)]) -> Result<Tally, Failed> {
    let mut tally = Tally::default();
    for chunk in sample.chunks(ROUNDS) {
        tally.add(judged::judge(original, chunk, seed())?);
    }
    println!(
        "{}: {} mutants run, {} of them relay for a stranger\n{}\
         {} envelopes, {} messages; {} sessions that are not offered\n",
        original.name,
        tally.mutants,
        tally.relays,
        table(sample),
        tally.envelopes,
        tally.messages,
        tally.no_session,
    );
    Ok(tally)
}

fn misses(found: &[String]) -> Result<(), Failed> {
    if found.is_empty() {
        return Ok(());
    }
    Err(format!("{} misses\n{}", found.len(), found.join("\n")).into())
}
