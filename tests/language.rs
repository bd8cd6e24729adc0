//! The language: policies that must compile, their layout, the schema, and laws about all of them.
#![expect(clippy::disallowed_methods, reason = "tests read the corpus")]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/language.rs"]
mod language;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use folder::Folder;
use language::{compile, find, rendered, root};
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;
use mailpol::syntax;
use proptest::prelude::*;

/// Returns the policies of the corpus and of the examples that must compile.
fn policies() -> Vec<PathBuf> {
    let mut policies = find(&root().join("tests/corpus/accept"), "policy.kdl");
    policies.extend(find(&root().join("examples"), "policy.kdl"));
    assert!(policies.len() > 20, "the corpus is not there");
    policies
}

fn read(path: &Path) -> Arc<Source> {
    Source::new("policy.kdl", std::fs::read_to_string(path).unwrap())
}

/// Returns a policy as it means, without places.
fn meaning(source: &Arc<Source>, folder: &Folder) -> String {
    let mut diagnostics = Diagnostics::new();
    let policy = compile(source, folder, &mut diagnostics);
    let policy = policy.unwrap_or_else(|_| panic!("{}", rendered(&diagnostics)));
    let text = format!(
        "{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}",
        policy.host,
        policy.networks,
        policy.auth,
        policy.authenticated,
        policy.logins,
        policy.domains,
        policy.routes,
        policy.outbound,
        policy.targets,
        policy.scenarios,
        policy.statements,
    );
    // A place is written `policy.kdl:1:2`.
    let mut parts = text.split("policy.kdl:");
    let mut meaning = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        meaning.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    meaning
}

#[test]
fn every_policy_of_the_corpus_compiles_without_a_word() {
    for path in policies() {
        let mut diagnostics = Diagnostics::new();
        let folder = Folder(path.parent().unwrap().to_owned());
        let policy = compile(&read(&path), &folder, &mut diagnostics);
        let told = rendered(&diagnostics);
        // What the judge tries may be worth a warning.
        let name = path.to_string_lossy();
        let may_warn = name.contains("/accept/judge/");
        assert!(
            policy.is_ok() && (told.is_empty() || may_warn),
            "{}\n{told}",
            path.display()
        );
    }
}

#[test]
fn every_policy_of_the_corpus_is_laid_out() {
    for path in policies() {
        let source = read(&path);
        let mut diagnostics = Diagnostics::new();
        let formatted = syntax::format(&source, &mut diagnostics).unwrap();
        assert_eq!(formatted, source.text(), "{}", path.display());
    }
}

#[test]
fn the_layout_of_a_badly_laid_out_policy_is_that_of_the_corpus() {
    let folder = root().join("tests/corpus/format");
    let cases = find(&folder, ".in.kdl");
    assert!(!cases.is_empty(), "the corpus is not there");
    for path in cases {
        let mut diagnostics = Diagnostics::new();
        let formatted = syntax::format(&read(&path), &mut diagnostics);
        let formatted = formatted.unwrap_or_else(|_| panic!("{}", rendered(&diagnostics)));
        let expected = path.to_string_lossy().replace(".in.kdl", ".out.kdl");
        if std::env::var_os("MAILPOL_BLESS").is_some() {
            std::fs::write(&expected, &formatted).unwrap();
        }
        assert_eq!(
            formatted,
            std::fs::read_to_string(&expected).unwrap(),
            "{expected}"
        );
    }
}

#[test]
fn the_layout_keeps_what_a_policy_means() {
    for path in policies() {
        let source = read(&path);
        let folder = Folder(path.parent().unwrap().to_owned());
        // Everything that may go on one line, and no blank that need not be.
        let squeezed: Vec<&str> = source.text().lines().map(str::trim).collect();
        let squeezed = Source::new("policy.kdl", squeezed.join("\n") + "\n");
        // A text of several lines is not the same without its indentation.
        if source.text().contains("\"\"\"") {
            continue;
        }
        let mut diagnostics = Diagnostics::new();
        let formatted = syntax::format(&squeezed, &mut diagnostics).unwrap();
        assert_eq!(formatted, source.text(), "{}", path.display());
        let formatted = Source::new("policy.kdl", formatted);
        assert_eq!(meaning(&formatted, &folder), meaning(&squeezed, &folder));
    }
}

#[test]
fn the_schema_is_printed_from_the_table_of_nodes() {
    let schemas = [
        ("schemas/policy.kdl", syntax::schema()),
        ("schemas/scenario.kdl", syntax::scenario_schema()),
    ];
    for (path, schema) in schemas {
        let path = root().join(path);
        if std::env::var_os("MAILPOL_BLESS").is_some() {
            std::fs::write(&path, &schema).unwrap();
        }
        assert_eq!(schema, std::fs::read_to_string(&path).unwrap_or_default());
        let mut diagnostics = Diagnostics::new();
        let source = Source::new("policy.kdl", schema.clone());
        assert_eq!(syntax::format(&source, &mut diagnostics).unwrap(), schema);
    }
}

#[test]
fn every_node_of_the_language_is_said_in_the_corpus() {
    let mut corpus = String::new();
    for path in policies() {
        corpus.push_str(&std::fs::read_to_string(path).unwrap());
    }
    let mut open: Vec<&syntax::shape::NodeSpec> = syntax::NODES.to_vec();
    while let Some(spec) = open.pop() {
        let said = corpus
            .lines()
            .any(|line| line.split([' ', ';', '{']).any(|word| word == spec.name));
        assert!(said, "no policy says `{}`", spec.name);
        assert!(
            !spec.about.is_empty() && spec.about.ends_with('.'),
            "{}",
            spec.name
        );
        open.extend(spec.children);
    }
}

/// Reads, lowers, renders and lays out a text: whatever it is, nothing may break.
fn survives(text: &str) {
    let source = Source::new("policy.kdl", text);
    let mut diagnostics = Diagnostics::new();
    let files: BTreeMap<String, Arc<Source>> = ["domains.tsv", "mailboxes.tsv", "networks.tsv"]
        .into_iter()
        .map(|name| (name.to_owned(), Source::new(name, text)))
        .collect();
    let policy = compile(&source, &files, &mut diagnostics);
    assert_eq!(policy.is_err(), diagnostics.errors() > 0);
    let _ = rendered(&diagnostics);
    let mut diagnostics = Diagnostics::new();
    let Ok(once) = syntax::format(&source, &mut diagnostics) else {
        let told = rendered(&diagnostics);
        assert!(!told.contains("mailpol::internal"), "{told}");
        return;
    };
    let source = Source::new("policy.kdl", once.clone());
    let twice = syntax::format(&source, &mut diagnostics);
    assert_eq!(twice, Ok(once), "{text:?}");
}

/// Words that policies are made of, and some that break them.
fn word() -> impl Strategy<Value = String> {
    let words = [
        " ",
        " ",
        "\n",
        "\n",
        ";",
        "{",
        "}",
        "{}",
        "=",
        "/-",
        "/- ",
        "/*",
        "*/",
        "// c\n",
        "/* c */",
        "\\\n",
        "\\",
        "\"",
        "\"\"\"",
        "\"\"\"\n",
        "#\"",
        "\"#",
        "#",
        "#true",
        "true",
        "(",
        ")",
        "1",
        "-1",
        "a",
        "\"b\"",
        "b=\"c\"",
        "a = 1",
        "\t",
        "\r\n",
        "é",
        "\\u{202e}",
        "\u{202e}",
        "\0",
        "\u{feff}",
        "domain \"example.org\" {",
        "mailbox \"john\"",
        "alias \"a\" \"b\"",
        "host \"mx.example.org\" {",
        "may-send",
        "cidr \"10.0.0.0/8\" \"::/1\"",
        "network \"n\" {",
        "mailpol version=1\n",
        "domains file=\"domains.tsv\"\n",
        "mailboxes file=\"mailboxes.tsv\"\n",
        "catch-all \"a@b.example\"",
        "networks file=\"networks.tsv\"\n",
        "domain\tlocal-part\tlogin\n",
        "example.org\tjohn\n",
        "publish { spf \"v=spf1 +all\" }",
        "postmaster \"a@b\"",
        "/-{",
        "a /-{ b } {",
    ];
    prop::sample::select(words.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_words_are_survived(words in prop::collection::vec(word(), 0..60)) {
        survives(&words.concat());
    }

    #[test]
    fn a_policy_with_changes_is_survived(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), word(), 0..3usize), 1..5),
    ) {
        let policies = policies();
        let mut text: Vec<char> = read(which.get::<PathBuf>(&policies)).text().chars().collect();
        for (at, word, removed) in changes {
            let at = at.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, word.chars());
        }
        survives(&text.into_iter().collect::<String>());
    }
}
