//! Laws of the layout: comments wherever they may stand are kept, once and in words; what was laid
//! out is laid out; and another parser reads the same from both.
#![expect(clippy::disallowed_methods, reason = "tests read the corpus")]

#[path = "fmt_laws/written.rs"]
mod written;

#[path = "support/language.rs"]
#[expect(dead_code, reason = "only the corpus is needed here")]
mod language;

use std::fmt::Write as _;

use kdl::{KdlDocument, KdlIdentifier};
use language::{find, rendered, root};
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;
use mailpol::syntax;
use proptest::prelude::*;

fn format(text: &str) -> String {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text);
    syntax::format(&source, &mut diagnostics)
        .unwrap_or_else(|_| panic!("{}\n{text}", rendered(&diagnostics)))
}

/// Returns what kdl reads from a text: without comments, in its own layout.
fn read(text: &str) -> String {
    let mut document: KdlDocument = text.parse().unwrap();
    document.autoformat_no_comments();
    document.to_string()
}

fn policies() -> Vec<String> {
    let mut paths = find(&root().join("tests/corpus/accept"), "policy.kdl");
    paths.extend(find(&root().join("examples"), "policy.kdl"));
    let texts = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap());
    // Inside of a text of several lines a comment is none.
    let texts: Vec<String> = texts.filter(|text| !text.contains("\"\"\"")).collect();
    assert!(texts.len() > 20, "the corpus is not there");
    texts
}

/// Where a comment is put, and how.
#[derive(Debug, Clone)]
enum Put {
    Above,
    Behind,
    BehindInBlock,
    Before,
}

/// Names of nodes: no keyword such as `nan` begins with one of these letters.
const NAME: &str = "[a-eg-hj-mo-su-z][a-z]{0,7}";

/// A generated policy: nodes that need not mean anything, of words that do not break it.
fn document() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["a", "\"b c\"", "#true", "1", "k=\"v\"", "#\"raw\"#"]);
    let words = prop::collection::vec(word, 0..4).prop_map(|words| words.join("  "));
    let leaf = (NAME, words.clone()).prop_map(|(name, words)| format!("{name}   {words}\n"));
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let children = prop::collection::vec(inner, 0..4);
        let blank = prop::sample::select(vec!["", " ", "\n\n", "\t"]);
        (NAME, words.clone(), children, blank).prop_map(|(name, words, children, blank)| {
            format!("{name} {words} {{{blank}\n{}{blank}}}\n", children.concat())
        })
    })
}

/// Puts numbered comments into a text, line by line.
fn commented(text: &str, puts: &[(prop::sample::Index, Put)]) -> (String, Vec<String>) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut comments = Vec::new();
    for (number, (at, put)) in puts.iter().enumerate() {
        if lines.is_empty() {
            continue;
        }
        let chosen = at.index(lines.len());
        let line = &mut lines[chosen];
        let (head, block) = (format!("// c{number}."), format!("/* c{number}. */"));
        let plain = !line.contains("//");
        match put {
            Put::Behind if plain => *line = format!("{line} {head}"),
            Put::BehindInBlock if plain => *line = format!("{line} {block}"),
            Put::Before if plain && !line.contains('\n') => *line = format!("{block} {line}"),
            _ => *line = format!("{head}\n{line}"),
        }
        comments.push(format!("c{number}."));
    }
    (lines.join("\n") + "\n", comments)
}

fn check(text: &str, puts: &[(prop::sample::Index, Put)]) {
    let (commented, comments) = commented(text, puts);
    let once = format(&commented);
    assert_eq!(format(&once), once, "{commented}");
    for comment in comments {
        assert_eq!(
            once.matches(&comment).count(),
            1,
            "{comment}: {commented}\n{once}"
        );
    }
    assert_eq!(read(&once), read(&commented), "{commented}");
}

fn puts() -> impl Strategy<Value = Vec<(prop::sample::Index, Put)>> {
    let put = prop::sample::select(vec![
        Put::Above,
        Put::Behind,
        Put::BehindInBlock,
        Put::Before,
    ]);
    prop::collection::vec((any::<prop::sample::Index>(), put), 0..8)
}

/// Returns what kdl reads from a text: names, values and children, however it is written.
fn meaning(text: &str) -> String {
    fn told(document: &KdlDocument, text: &mut String) {
        for node in document.nodes() {
            write!(text, "({:?}", node.name().value()).unwrap();
            for entry in node.entries() {
                let name = entry.name().map(KdlIdentifier::value);
                write!(text, " {name:?}={:?}", entry.value()).unwrap();
            }
            if let Some(children) = node.children().filter(|all| !all.nodes().is_empty()) {
                text.push('{');
                told(children, text);
                text.push('}');
            }
            text.push(')');
        }
    }
    let mut told_of = String::new();
    let document = KdlDocument::parse_v2(text).unwrap_or_else(|why| panic!("{why:?}\n{text}"));
    told(&document, &mut told_of);
    told_of
}

/// Checks a document that is written from octets.
fn check_written(choices: &[u8]) {
    let written = written::Writer::document(choices);
    let text = &written.text;
    let once = format(text);
    assert_eq!(format(&once), once, "{text}");
    for mark in &written.marks {
        assert_eq!(once.matches(mark).count(), 1, "{mark}: {text}\n{once}");
    }
    assert_eq!(meaning(&once), meaning(text), "{text}\n{once}");
}

/// The generator writes what it says: everything of the language that a layout could lose.
#[test]
fn documents_hold_everything_that_a_layout_could_lose() {
    let mut all = String::new();
    for seed in 0..400_u32 {
        // A linear congruence (Numerical Recipes): any spread of octets does.
        let mut state = seed;
        let octets: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(200)
        .collect();
        check_written(&octets);
        all += &written::Writer::document(&octets).text;
    }
    for words in [
        "/-{", "/-\"off", "/* c", "/*c", "/- ", "\"\"\"", "#\"\"\"", " \\\n", " \\ // c", "=/*",
        "*/=", "/-/*", "; ", "{}", "{/*",
    ] {
        assert!(all.contains(words), "{words}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        ..ProptestConfig::default()
    })]

    #[test]
    fn comments_in_policies_are_kept(which in any::<prop::sample::Index>(), puts in puts()) {
        let policies = policies();
        check(which.get::<String>(&policies), &puts);
    }

    #[test]
    fn comments_in_documents_are_kept(
        nodes in prop::collection::vec(document(), 1..4),
        puts in puts(),
    ) {
        check(&nodes.concat(), &puts);
    }
    #[test]
    fn whatever_is_written_is_kept(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        check_written(&octets);
    }
}
