//! Manual pages: what a package's maintainer asks of them, in their own text and as they are set.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mailpol::compile::hash;
use tempfile::TempDir;

use super::{commands, run, said};

/// Writes all pages, and returns where.
fn written() -> (TempDir, Vec<(PathBuf, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, stderr) = run(&["man", "--out", &folder.path().display().to_string()]);
    assert_eq!(code, Some(0), "{stderr}");
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut pages: Vec<(PathBuf, String)> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    pages.sort();
    assert!(pages.len() > commands().len(), "{pages:?}");
    (folder, pages)
}

/// Returns the lines of a section.
fn section<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let headed = |line: &&str| {
        line.strip_prefix(".SH ")
            .is_some_and(|found| found.trim_matches('"') == name)
    };
    let lines = page.lines().skip_while(|line| !headed(line)).skip(1);
    lines.take_while(|line| !line.starts_with(".SH")).collect()
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man");
    let (code, _, stderr) = run(&["man", "--out", &out.display().to_string()]);
    assert_eq!(code, Some(0), "{stderr}");
    let page = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert!(page("mailpol.1").contains(".SH SYNOPSIS"));
    let diff = page("mailpol-diff.1");
    for form in [
        "[OPTIONS] OLD NEW\n",
        "[OPTIONS] [POLICY] \\-\\-against DIR|git:REV[:PATH]\n",
    ] {
        assert!(diff.contains(form), "{diff}");
    }
    for command in commands() {
        let text = page(&format!("mailpol-{command}.1"));
        assert!(
            text.contains(".SH NAME") && text.contains(".SH OPTIONS"),
            "{command}"
        );
        let (_, printed, _) = run(&["man", &command]);
        assert_eq!(printed, text, "{command}");
    }
    let (_, apart, _) = run(&["man", "dkim", "new"]);
    let (_, joined, _) = run(&["man", "dkim-new"]);
    assert!(apart.contains("selector") && apart == joined, "{apart}");
    let (code, _, stderr) = run(&["man", "frobnicate"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("there is no command `frobnicate`"),
        "{stderr}"
    );
}

#[test]
fn pages_have_the_sections_of_manual_pages_in_order() {
    let (_folder, pages) = written();
    for (path, page) in &pages {
        let path = path.display();
        let headings: Vec<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix(".SH "))
            .map(|name| name.trim_matches('"'))
            .collect();
        let order = [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "GENERAL OPTIONS",
            "COMMANDS",
            "EXIT STATUS",
            "ENVIRONMENT",
            "FILES",
            "TARGETS",
            "EXAMPLES",
            "SEE ALSO",
        ];
        let places = headings
            .iter()
            .map(|name| order.iter().position(|one| one == name));
        let places: Option<Vec<usize>> = places.collect();
        let places = places.unwrap_or_else(|| panic!("{path}: {headings:?}"));
        assert!(places.is_sorted(), "{path}: {headings:?}");
        for name in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "EXIT STATUS",
            "EXAMPLES",
            "SEE ALSO",
        ] {
            assert!(
                section(page, name).iter().any(|line| line.len() > 3),
                "{path}: {name}"
            );
        }
        assert!(
            section(page, "EXIT STATUS").concat().contains('2'),
            "{path}"
        );
        let title = page.lines().next().unwrap();
        let version = concat!(
            " \"mailpol ",
            env!("CARGO_PKG_VERSION"),
            "\" \"User Commands\""
        );
        assert!(
            title.starts_with(".TH MAILPOL") && title.ends_with(version),
            "{title}"
        );
        assert!(!page.contains('`'), "{path}: {page}");
    }
}

/// A page says when its text last changed: who changes it says the day in `CHANGED`, and
/// `MAILPOL_BLESS=1` records what the pages are then.
#[test]
fn pages_have_the_day_of_their_last_change() {
    let (_folder, pages) = written();
    let mut titles = BTreeSet::new();
    let mut all = String::new();
    for (_, page) in &pages {
        let (title, text) = page.split_once('\n').unwrap();
        titles.insert(title.split(' ').nth(3).unwrap().trim_matches('"'));
        all += text;
    }
    let titles: Vec<&str> = titles.into_iter().collect();
    let found = format!("{} {}\n", titles.join(" "), hash(&all));
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manners/pages.txt");
    if std::env::var_os("MAILPOL_BLESS").is_some() {
        fs::write(&record, &found).unwrap();
    }
    let recorded = fs::read_to_string(&record).unwrap();
    assert_eq!(
        found, recorded,
        "manual pages changed: `CHANGED` in src/cli/command/manual/page.rs is the day"
    );
    let lengths: Vec<usize> = titles.join(" ").split('-').map(str::len).collect();
    assert_eq!(lengths, [4, 2, 2], "{titles:?}");
}

/// An example is what somebody types: no line of it is broken, hyphenated or joined with another.
#[test]
fn examples_stand_as_they_are_typed() {
    let (_folder, pages) = written();
    for (path, page) in &pages {
        let path = path.display();
        let lines = section(page, "EXAMPLES");
        let at = |request: &str| lines.iter().position(|line| *line == request).unwrap();
        let (from, to) = (at(".nf"), at(".fi"));
        let examples: Vec<&str> = lines[from + 1..to]
            .iter()
            .copied()
            .filter(|line| !line.starts_with('.'))
            .collect();
        assert!(!examples.is_empty(), "{path}");
        for line in examples {
            let bare = line.replace("\\-", "");
            assert!(
                line.starts_with("mailpol") || line.starts_with(' '),
                "{path}: {line}"
            );
            assert!(!bare.contains('-'), "{path}: a hyphen is no minus: {line}");
        }
    }
}

#[test]
fn a_page_names_those_beside_it_and_none_that_are_not_there() {
    let (folder, pages) = written();
    for (path, page) in &pages {
        let own = path.file_stem().unwrap().to_string_lossy();
        let mut named = 0;
        for line in section(page, "SEE ALSO") {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [".BR", name, number] = words[..] else {
                panic!("{own}: {line}");
            };
            let name = name.replace('\\', "");
            if !name.starts_with("mailpol") {
                continue;
            }
            assert!(number.starts_with("(1)"), "{own}: {line}");
            assert!(folder.path().join(format!("{name}.1")).is_file(), "{name}");
            assert_ne!(name, own);
            named += 1;
        }
        assert!(named > 0, "{own}");
    }
    let all = fs::read_to_string(folder.path().join("mailpol.1")).unwrap();
    for command in commands() {
        let line = format!(".BR mailpol\\-{command} (1),");
        assert!(section(&all, "SEE ALSO").contains(&line.as_str()), "{line}");
    }
}

/// mandoc(1) finds nothing to warn of, and sets the examples as they stand.
#[test]
fn mandoc_has_nothing_to_warn_of() {
    if !Path::new("/usr/bin/mandoc").is_file() {
        let required = std::env::var("MAILPOL_REQUIRE_PROBES").unwrap_or_default();
        let required = required.split(',').any(|one| one == "mandoc");
        assert!(
            !required,
            "mandoc is not installed: run tests/setup.d/50-mandoc.sh"
        );
        eprintln!("SKIPPED: mandoc is not installed; tests/setup.d/50-mandoc.sh does");
        return;
    }
    let (folder, pages) = written();
    let paths = pages.iter().map(|(path, _)| path);
    let (code, found, stderr) = said(Command::new("mandoc").args(["-Tlint", "-Wall"]).args(paths));
    let nothing = (Some(0), "", "");
    assert_eq!((code, found.as_str(), stderr.as_str()), nothing);
    let page = folder.path().join("mailpol-explain.1");
    let (_, set, _) = said(Command::new("mandoc").args(["-Tascii"]).arg(page));
    let example = "mailpol explain --client 203.0.113.9 --from a@b.example --to victim@c.example";
    // What is bold is struck twice.
    let plain: String = set.split('\u{8}').collect();
    assert!(plain.lines().any(|line| line.trim() == example), "{plain}");
}
