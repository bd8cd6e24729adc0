//! The examples of whole organisations: a policy that can be read aloud, and beside it the very
//! files and records that come of it.
//!
//! `MAILPOL_BLESS=1` writes the trees `postfix` and `exim` and the file `zone`; read them then.
#![expect(
    clippy::disallowed_methods,
    reason = "tests run the program and read what it wrote"
)]

#[path = "examples/changed.rs"]
mod changed;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use mailpol::prove::question_names;

/// The longest policy that anybody listens to.
const LINES_MAX: usize = 80;
/// The examples: all have their files beside them.
const GOLDEN: &[&str] = &[
    "acme",
    "acme-backup",
    "consult",
    "doe",
    "factory",
    "family",
    "ngo",
    "plant",
    "shop",
    "university",
];
/// Questions that a policy puts by itself.
const STATEMENTS: &[&str] = &["forbid", "require"];
const TARGETS: &[&str] = &["postfix", "exim"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("every policy is short", short),
        Trial::test("the usual mistakes are tried", tried),
        Trial::test("scenarios in files of their own come out", played),
    ];
    trials.extend(changed::trials());
    for name in GOLDEN {
        for target in TARGETS {
            let trial = move || built(name, target);
            trials.push(Trial::test(format!("{name}: files for {target}"), trial));
        }
        trials.push(Trial::test(format!("{name}: records"), move || zone(name)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn short() -> Result<(), Failed> {
    let mut faults = Vec::new();
    let mut found = 0;
    for entry in fs::read_dir(examples())? {
        let entry = entry?;
        let policy = entry.path().join("policy.kdl");
        if policy.is_file() {
            found += 1;
            if !GOLDEN.contains(&entry.file_name().to_string_lossy().as_ref()) {
                faults.push(format!("{}: no files beside it", policy.display()));
            }
            let lines = fs::read_to_string(&policy)?.lines().count();
            if lines >= LINES_MAX {
                faults.push(format!("{}: {lines} lines", policy.display()));
            }
        }
    }
    if found != GOLDEN.len() {
        faults.push(format!("only {found} examples have a policy"));
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(faults.join("\n").into())
}

/// What must not be in an example is said as the page of the examples tells, by a statement of the
/// policy or by an obligation, and every case that is named there is in the corpus, for both MTAs.
fn tried() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/examples.md"))?;
    let mut missing = Vec::new();
    let mut found = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let [name, _, said, cases] = cells.as_slice() else {
            continue;
        };
        let name = name.trim_matches('`');
        let policy = fs::read_to_string(examples().join(name).join("policy.kdl"))?;
        for word in quoted(said) {
            let says = policy
                .lines()
                .any(|line| line.starts_with(&format!("{word} \"")));
            // A code of a warning is no question.
            let is_proved = question_names().contains(&word) && !STATEMENTS.contains(&word);
            if !(says || is_proved || word.contains("::")) {
                missing.push(format!("{name}: {word}"));
            }
        }
        for (question, case) in quoted(cases).filter_map(|word| word.split_once('/')) {
            found.insert(name.to_owned());
            let folder = root.join("tests/corpus/refute").join(question);
            for case in [case.to_owned(), format!("exim-{case}")] {
                if !folder.join(&case).is_dir() {
                    missing.push(format!("{question}/{case}"));
                }
            }
        }
    }
    let untried = GOLDEN.iter().filter(|name| !found.contains(**name));
    // The reference example is that of the whole corpus.
    missing.extend(
        untried
            .filter(|name| **name != "doe")
            .map(|name| (*name).to_owned()),
    );
    if missing.is_empty() {
        return Ok(());
    }
    Err(missing.join(", ").into())
}

/// Returns the words between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What `build` writes is what stands beside the policy, and nothing more.
fn built(name: &str, target: &str) -> Result<(), Failed> {
    let out = tempfile::tempdir()?;
    let folder = out.path().join(target);
    let folder_text = folder.display().to_string();
    run(
        name,
        &[
            "build",
            "policy.kdl",
            "--target",
            target,
            "--out",
            &folder_text,
        ],
    )?;
    let golden = examples().join(name).join(target);
    if std::env::var_os("MAILPOL_BLESS").is_some() {
        if golden.is_dir() {
            fs::remove_dir_all(&golden)?;
        }
        for (path, text) in tree(&folder)? {
            let path = golden.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&golden))?;
            fs::write(path, text)?;
        }
    }
    let (wanted, found) = (tree(&golden)?, tree(&folder)?);
    let mut names: Vec<&PathBuf> = wanted.keys().chain(found.keys()).collect();
    names.sort();
    names.dedup();
    let differs = |path: &&PathBuf| wanted.get(*path) != found.get(*path);
    let differing: Vec<String> = names
        .into_iter()
        .filter(differs)
        .map(|path| path.display().to_string())
        .collect();
    if differing.is_empty() {
        return Ok(());
    }
    Err(format!("these differ: {}", differing.join(", ")).into())
}

fn zone(name: &str) -> Result<(), Failed> {
    let found = run(name, &["dns", "policy.kdl", "--format", "zone"])?;
    let path = examples().join(name).join("zone");
    if std::env::var_os("MAILPOL_BLESS").is_some() {
        fs::write(&path, &found)?;
    }
    if fs::read_to_string(&path).unwrap_or_default() == found {
        return Ok(());
    }
    Err(format!("{} is not\n{found}", path.display()).into())
}

/// Scenarios beside a policy are as expected, of the policy and of the files for each MTA.
fn played() -> Result<(), Failed> {
    let mut found = 0;
    for name in GOLDEN {
        if examples().join(name).join("scenario.kdl").is_file() {
            found += 1;
            let play = ["simulate", "policy.kdl", "--scenario", "scenario.kdl"];
            run(name, &play)?;
            for target in TARGETS {
                run(name, &[&play[..], &["--target", *target]].concat())?;
            }
        }
    }
    if found < 2 {
        return Err(format!("only {found} examples have scenarios beside them").into());
    }
    Ok(())
}

/// Runs the program in the folder of an example, and returns what it prints.
fn run(name: &str, arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(arguments)
        .current_dir(examples().join(name))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Every file below a folder, by its path; none if there is no such folder.
fn tree(folder: &Path) -> Result<BTreeMap<PathBuf, String>, Failed> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten() {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_owned();
                files.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}
