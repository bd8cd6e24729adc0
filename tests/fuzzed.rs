//! The checks of `fuzz/checks` on their seeds, and on what is near them: what `fuzz/run` does for
//! hours, in every run of the tests for a second each.
#![expect(clippy::disallowed_methods, reason = "tests read the seeds")]

#[path = "../fuzz/checks/mod.rs"]
mod checks;
#[path = "fuzzed/readers.rs"]
mod readers;
#[path = "fuzzed/trees.rs"]
mod trees;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// A change of an input: where, how many octets go, and what comes there.
type Edit = (prop::sample::Index, usize, Vec<u8>);

fn edit() -> impl Strategy<Value = Edit> {
    let words = [
        "\n",
        " ",
        "\t",
        "\"",
        "{",
        "}",
        "=",
        ":",
        ";",
        "$",
        "\\",
        "#",
        "!",
        "*",
        "@",
        "0",
        "\u{0}",
        "\u{fffd}",
        "/",
        ",",
        "[",
        "]",
        "(",
        ")",
        "-",
        "99999999999999999999",
        "::",
        "${",
        "/-",
        "//",
        "/*",
        "*/",
        "\\\n",
    ];
    let words = prop::sample::select(words.map(|word| word.as_bytes().to_vec()).to_vec());
    let coming = prop_oneof![
        words,
        Just(Vec::new()),
        prop::collection::vec(any::<u8>(), 1..4)
    ];
    (any::<prop::sample::Index>(), 0_usize..12, coming)
}

fn edited(seed: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut input = seed.to_vec();
    for (at, gone, coming) in edits {
        let at = at.index(input.len() + 1);
        let end = (at + gone).min(input.len());
        input.splice(at..end, coming.iter().copied());
    }
    input
}

/// Returns the texts of files, in the order of their paths.
fn texts(mut paths: Vec<PathBuf>) -> Vec<Vec<u8>> {
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn entries(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Returns the seeds of a target: policies are those of the examples and of the layout's cases.
fn seeds(target: &'static str) -> Vec<Vec<u8>> {
    let seeds = match target {
        "policy" | "format" => {
            let policies = entries("examples").into_iter();
            let policies = policies.map(|folder| folder.join("policy.kdl"));
            let policies = policies.chain(entries("tests/corpus/format"));
            texts(policies.filter(|path| path.is_file()).collect())
        }
        _ => texts(entries(&format!("fuzz/seeds/{target}"))),
    };
    assert!(!seeds.is_empty(), "{target} has no seeds");
    seeds
}

/// Returns the files of a target's sites as seeds, each site's by itself.
fn built(target: &'static str) -> Vec<Vec<Vec<u8>>> {
    let sites = checks::site::names().filter(|_| matches!(target, "postfix" | "exim"));
    let files = |name: &'static str| {
        let files = site(name, target).tree.files();
        let files = files.map(|(path, file)| format!("{name}/{path}\n{}", file.source.text()));
        files.map(String::into_bytes).collect()
    };
    sites.map(files).collect()
}

fn site(name: &str, target: &str) -> &'static checks::site::Site {
    checks::site::site(name, target).expect("the site is one")
}

/// Tries a check on its seeds, and on some inputs near them.
#[track_caller]
fn check(target: &'static str, cases: u32, check: fn(&[u8])) {
    let mut seeds = seeds(target);
    let built = built(target);
    // Whichever file of a site is the seed, as it is it makes the same tree.
    for seed in seeds.iter().chain(built.iter().map(|site| &site[0])) {
        check(seed);
    }
    seeds.extend(built.into_iter().flatten());
    let near = (
        prop::sample::select(seeds),
        prop::collection::vec(edit(), 1..6),
    );
    let config = Config {
        cases,
        // What failed is kept as a seed or as a case, by hand.
        failure_persistence: None,
        ..Config::default()
    };
    let tried = TestRunner::new(config).run(&near, |(seed, edits)| {
        check(&edited(&seed, &edits));
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{target}: {error}"));
}

#[test]
fn every_check_is_tried_here_and_by_the_fuzzer() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let package = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let entries = fs::read_dir(fuzz.join("checks")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_check = |path: &Path| fs::read_to_string(path).unwrap().contains("fn check(data:");
    let names = paths.filter(|path| is_check(path));
    let names: Vec<String> = names
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        let target = fs::read_to_string(fuzz.join(format!("targets/{name}.rs"))).unwrap();
        let call = format!("checks::{name}::check");
        assert!(target.contains(&call), "{name}");
        assert!(
            package.contains(&format!("path = \"targets/{name}.rs\"")),
            "{name}"
        );
        assert!(include_str!("fuzzed.rs").contains(&call), "{name}");
    }
}

#[test]
fn every_reader_has_a_check() {
    readers::hold();
}

#[test]
fn every_kind_of_file_is_tried() {
    trees::hold();
}

#[test]
fn files_beside_a_policy() {
    check("bulk", 200, checks::bulk::check);
}

#[test]
fn certificates() {
    check("certificate", 500, checks::certificate::check);
}

#[test]
fn keys_of_dkim() {
    check("dkim", 300, checks::dkim::check);
}

#[test]
fn streams_of_envelopes() {
    check("envelopes", 200, checks::envelopes::check);
}

#[test]
fn trees_of_exim() {
    check("exim", 100, checks::exim::check);
}

#[test]
fn layouts_of_policies() {
    check("format", 300, checks::format::check);
}

#[test]
fn paths() {
    check("path", 2000, checks::path::check);
}

#[test]
fn policies() {
    check("policy", 100, checks::policy::check);
}

#[test]
fn trees_of_postfix() {
    check("postfix", 80, checks::postfix::check);
}

#[test]
fn published_records() {
    check("published", 300, checks::published::check);
}

#[test]
fn files_of_scenarios() {
    check("scenarios", 100, checks::scenarios::check);
}

#[test]
fn records_of_spf() {
    check("spf", 500, checks::spf::check);
}

#[test]
fn zones() {
    check("zone", 200, checks::zone::check);
}
