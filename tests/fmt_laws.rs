//! Laws of the layout: comments wherever they may stand are kept, once and in words; what was laid
//! out is laid out; and another parser reads the same from both.
#![expect(clippy::disallowed_methods, reason = "tests read the corpus")]

#[path = "support/language.rs"]
#[expect(dead_code, reason = "only the corpus is needed here")]
mod language;

use kdl::KdlDocument;
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

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
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
}
