//! The pages of the diagnostics: each code has one, and its examples do what they say.
//!
//! An example leaves out what does not matter: the nodes `mailpol`, `host` and `domain` that it
//! does not have are added; no `domain` to a host of its own that takes no mail. `<U+202E>` stands
//! for that character, `<TAB>` for a tab.
#![expect(clippy::disallowed_methods, reason = "tests read pages and sources")]

#[path = "support/language.rs"]
mod language;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use language::{compile, find, rendered, root};
use mailpol::diagnostic::{CODES, Code, Diagnostics, WARNINGS, is_error};
use mailpol::policy::Policy;
use mailpol::source::Source;
use mailpol::target::TARGETS;

/// Codes whose page has no example, and why.
const WITHOUT_EXAMPLE: [(&str, &str); 19] = [
    (
        "mailpol::dns::zone",
        "it is about another file than a policy",
    ),
    ("mailpol::syntax::too_large", "4 MiB"),
    ("mailpol::dns::long_record", "64 KiB in one record"),
    ("mailpol::syntax::long_text", "8 KiB in one text"),
    ("mailpol::bulk::long", "16 KiB in one line"),
    ("mailpol::alias::total", "a thousand long lists"),
    ("mailpol::grant::too_many", "25 rights of one login"),
    ("mailpol::prove::too_large", "thousands of networks"),
    ("mailpol::internal::reader", "no policy brings it about"),
    ("mailpol::internal::format", "no policy brings it about"),
    ("mailpol::internal::divergence", "no policy brings it about"),
    ("mailpol::internal::template", "no policy brings it about"),
    ("mailpol::prove::listener", "raw settings cannot open one"),
    ("mailpol::prove::no_proof", "no policy brings it about"),
    ("mailpol::target::missing_root", "build always has it"),
    ("mailpol::target::setting", "the language says it first"),
    (
        "mailpol::target::stray_file",
        "it is about a folder, not a policy",
    ),
    (
        "mailpol::target::unjudged_service",
        "raw settings cannot add one",
    ),
    (
        "mailpol::target::unjudged_version",
        "`mailpol::target::version` comes first",
    ),
];

/// A code that an example cannot raise alone, and the one that comes with it.
const WITH_ANOTHER: (&str, &str) = (
    "mailpol::network::host_address",
    "mailpol::host::private_address",
);

/// Areas that only a build speaks of.
const BUILT: [&str; 3] = [
    "mailpol::prove::",
    "mailpol::target::",
    "mailpol::scenario::unexpected",
];

/// Codes of these areas that `check` tells too.
const CHECKED: [&str; 3] = [
    "mailpol::target::reserved",
    "mailpol::target::version",
    "mailpol::target::via",
];

/// What an example may leave out.
const BASE: [(&str, &str); 3] = [
    ("mailpol", "mailpol version=1"),
    (
        "host",
        "host \"mx.example.org\" {\n    address \"198.51.100.25\"\n    listen \"smtp\"\n}",
    ),
    (
        "domain",
        "domain \"example.org\" {\n    mailbox \"john\"\n    alias \"postmaster\" \"john\"\n}",
    ),
];

type Folder = BTreeMap<String, Arc<Source>>;

/// An example: its policy, and the files beside it.
struct Example {
    policy: String,
    files: Folder,
}

/// Returns the example of a page that begins with this fence, and the tables that follow it.
fn example(page: &str, fence: &str) -> Option<Example> {
    let mut example = None;
    let mut rest = page;
    while let Some((_, behind)) = rest.split_once("\n```") {
        let (info, body) = behind.split_once('\n').unwrap();
        let (text, after) = match body.strip_prefix("```\n") {
            Some(after) => ("", after),
            None => body.split_once("\n```\n").expect("a fence is closed"),
        };
        if info == fence {
            example = Some(Example {
                policy: complete(text),
                files: Folder::new(),
            });
        } else if let Some(file) = info.strip_prefix("tsv ") {
            if let Some(example) = &mut example {
                let text = characters(text) + "\n";
                example
                    .files
                    .insert(file.to_owned(), Source::new(file, text));
            }
        } else if example.is_some() {
            break;
        }
        rest = after;
        // The next fence may begin the rest.
        assert!(
            !rest.starts_with("```"),
            "an empty line stands between two fences"
        );
    }
    example
}

/// Returns a policy with what it leaves out.
fn complete(text: &str) -> String {
    let has = |node: &str| {
        text.lines().any(|line| {
            let line = line.strip_prefix("/- ").unwrap_or(line);
            line.split(' ').next() == Some(node)
        })
    };
    let only_sends = has("host") && !text.contains("listen ");
    let is_wanted = |node: &str| !(has(node) || node == "domain" && only_sends);
    let mut parts: Vec<&str> = BASE
        .iter()
        .filter_map(|(node, text)| is_wanted(node).then_some(*text))
        .collect();
    parts.push(text);
    characters(&parts.join("\n\n")) + "\n"
}

/// Returns a text with the characters that `<U+....>` stands for.
fn characters(text: &str) -> String {
    let text = text.replace("<TAB>", "\t");
    let mut parts = text.split("<U+");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('>').unwrap();
        let number = u32::from_str_radix(number, 16).unwrap();
        result.push(char::from_u32(number).unwrap());
        result.push_str(rest);
    }
    result
}

/// Returns the codes of what was told.
fn codes(diagnostics: &Diagnostics) -> BTreeSet<String> {
    let told = diagnostics.sorted();
    told.iter()
        .map(|one| one.code().map(|code| code.to_string()).unwrap_or_default())
        .collect()
}

/// What only the whole line can tell is told by the whole line.
fn build(code: &Code, policy: &Policy, diagnostics: &mut Diagnostics) {
    if BUILT.iter().any(|area| code.name.starts_with(area)) {
        for target in TARGETS {
            let _ = mailpol::compile::compile(policy, *target, diagnostics);
        }
    }
}

fn check(code: &Code) {
    for heading in [
        &format!("# {}\n", code.name),
        "\n## What it means\n",
        "\n## Why it matters\n",
        "\n## How to fix it\n",
    ] {
        assert!(code.page.contains(heading), "{}: {heading}", code.name);
    }
    let fails = example(code.page, "kdl fails");
    let passes = example(code.page, "kdl passes");
    if WITHOUT_EXAMPLE.iter().any(|(name, _)| *name == code.name) {
        assert!(fails.is_none() && passes.is_none(), "{}", code.name);
        return;
    }
    let fails = fails.unwrap_or_else(|| panic!("{} has no failing example", code.name));
    let passes = passes.unwrap_or_else(|| panic!("{} has no passing example", code.name));
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", fails.policy);
    if let Ok(policy) = compile(&source, &fails.files, &mut diagnostics) {
        build(code, &policy, &mut diagnostics);
    }
    // A warning can be acknowledged, and nothing else.
    for one in diagnostics.sorted() {
        let warns = !is_error(one.as_ref());
        let name = one.code().map(|code| code.to_string()).unwrap_or_default();
        let known = WARNINGS.contains(&name.as_str()) || name == "mailpol::acknowledge::unused";
        assert_eq!(warns, known, "{name}");
    }
    let told = codes(&diagnostics);
    let mut expected = BTreeSet::from([code.name.to_owned()]);
    if code.name == WITH_ANOTHER.0 {
        expected.insert(WITH_ANOTHER.1.to_owned());
    }
    assert_eq!(
        told,
        expected,
        "{}\n{}",
        source.text(),
        rendered(&diagnostics)
    );
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", passes.policy);
    let policy = compile(&source, &passes.files, &mut diagnostics);
    if let Ok(policy) = &policy {
        build(code, policy, &mut diagnostics);
    }
    let told = rendered(&diagnostics);
    assert!(
        policy.is_ok() && told.is_empty(),
        "{}\n{told}",
        source.text()
    );
}

#[test]
fn every_page_says_what_is_true() {
    for code in CODES {
        check(code);
    }
}

#[test]
fn the_codes_are_sorted_and_can_be_found() {
    assert!(CODES.is_sorted_by_key(|code| code.name));
    for code in CODES {
        assert_eq!(Code::find(code.name).unwrap().name, code.name);
        let short = code.name.trim_start_matches("mailpol::");
        assert_eq!(Code::find(short).unwrap().name, code.name);
    }
    assert!(Code::find("mailpol::no::such").is_none());
}

#[test]
fn every_code_of_the_sources_is_registered_and_every_registered_one_is_used() {
    let mut used = BTreeSet::new();
    let mut places = BTreeSet::new();
    for path in find(&root().join("src"), ".rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        // The readers of the MTAs share no code, and say the same things of their files.
        let target = path.strip_prefix(root().join("src/target")).ok();
        let target = target.and_then(|path| path.iter().next().map(ToOwned::to_owned));
        for part in text.split("code(mailpol::").skip(1) {
            let (code, _) = part.split_once(')').unwrap();
            used.insert(format!("mailpol::{code}"));
            assert!(
                places.insert((target.clone(), code.to_owned())),
                "{code} is used twice"
            );
        }
    }
    let registered: BTreeSet<String> = CODES.iter().map(|code| code.name.to_owned()).collect();
    assert_eq!(used, registered);
}

#[test]
fn there_is_no_page_without_a_code() {
    let folder = root().join("docs/diagnostics");
    let pages: BTreeSet<String> = find(&folder, ".md")
        .iter()
        .map(|path| {
            let page = path.strip_prefix(&folder).unwrap().with_extension("");
            format!("mailpol::{}", page.display().to_string().replace('/', "::"))
        })
        .collect();
    let registered: BTreeSet<String> = CODES.iter().map(|code| code.name.to_owned()).collect();
    assert_eq!(pages, registered);
}

#[test]
fn every_code_with_an_example_has_a_case_in_the_corpus() {
    let corpus = root().join("tests/corpus");
    let mut cases = String::new();
    for kind in ["reject", "warn"] {
        for path in find(&corpus.join(kind), ".kdl") {
            cases.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    // What only a build tells has its cases in other corpora, and its page's example here.
    let built = |code: &&Code| {
        BUILT.iter().any(|area| code.name.starts_with(area)) && !CHECKED.contains(&code.name)
    };
    for code in CODES.iter().filter(|code| !built(code)) {
        let expected = format!("// expect: {}", code.name);
        let without = WITHOUT_EXAMPLE.iter().any(|(name, _)| *name == code.name);
        assert_eq!(cases.contains(&expected), !without, "{}", code.name);
    }
}
