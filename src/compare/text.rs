//! Texts compared line by line.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// Lines that are shown around a change.
const CONTEXT_LINES: usize = 3;

/// How long the shortest difference of two texts is looked for; after that any will do. Only
/// texts far beyond what anybody reads take that long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Returns the difference of two texts as a unified diff; empty if there is none.
pub fn unified(before: (&str, &str), after: (&str, &str)) -> String {
    let ((before_name, before), (after_name, after)) = (before, after);
    TextDiff::configure()
        .timeout(PATIENCE)
        .diff_lines(before, after)
        .unified_diff()
        .context_radius(CONTEXT_LINES)
        .header(before_name, after_name)
        .to_string()
}

/// What a line is to a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineIs {
    /// In both texts.
    Kept,
    /// In the text before only.
    Removed,
    /// In the text after only.
    Added,
}

/// A line of a hunk.
#[derive(Debug, Clone)]
pub struct DiffLine {
    /// What it is.
    pub is: LineIs,
    /// Its text without the line end, in parts; `true` for what is different inside of the line.
    pub parts: Vec<(bool, String)>,
    /// Whether the text ends here without a line end.
    pub unended: bool,
}

/// Lines that differ, with what stands around them.
#[derive(Debug, Clone)]
pub struct Hunk {
    /// `@@ -1,3 +1,3 @@`
    pub header: String,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

/// Returns where two texts differ, and inside of lines too.
pub fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    let diff = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_lines(before, after);
    let mut unified = diff.unified_diff();
    let hunks = unified.context_radius(CONTEXT_LINES).iter_hunks();
    hunks
        .map(|hunk| {
            let inline = hunk
                .ops()
                .iter()
                .flat_map(|op| diff.iter_inline_changes(op));
            let lines = inline.map(|change| DiffLine {
                is: match change.tag() {
                    ChangeTag::Equal => LineIs::Kept,
                    ChangeTag::Delete => LineIs::Removed,
                    ChangeTag::Insert => LineIs::Added,
                },
                parts: change
                    .iter_strings_lossy()
                    .map(|(differs, text)| (differs, text.trim_end_matches('\n').to_owned()))
                    .collect(),
                unended: change.missing_newline(),
            });
            Hunk {
                header: hunk.header().to_string(),
                lines: lines.collect(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{LineIs, hunks, unified};

    #[test]
    fn changes_inside_a_line_are_told() {
        let hunks = hunks("a = 1, 2\nb\n", "a = 1, 3\nb\n");
        let lines: Vec<_> = hunks.iter().flat_map(|hunk| &hunk.lines).collect();
        let [removed, added, kept] = lines.as_slice() else {
            panic!("{lines:?}");
        };
        assert_eq!(
            (removed.is, added.is, kept.is),
            (LineIs::Removed, LineIs::Added, LineIs::Kept)
        );
        let marked = |parts: &[(bool, String)]| {
            let marked = parts.iter().filter(|(differs, _)| *differs);
            marked.map(|(_, text)| text.clone()).collect::<String>()
        };
        assert_eq!(marked(&removed.parts).trim(), "2");
        assert_eq!(marked(&added.parts).trim(), "3");
        assert_eq!(marked(&kept.parts), "");
    }

    #[track_caller]
    fn check(before: &str, after: &str, expected: &str) {
        assert_eq!(unified(("a", before), ("b", after)), expected);
    }

    #[test]
    fn only_what_differs_is_shown() {
        check("", "", "");
        check("1\n2\n", "1\n2\n", "");
        check(
            "1\n2\n3\n",
            "1\ntwo\n3\n",
            "--- a\n+++ b\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n",
        );
    }

    #[test]
    fn a_missing_line_end_is_told() {
        let expected = "--- a\n+++ b\n@@ -1 +1 @@\n-1\n\\ No newline at end of file\n+1\n";
        check("1", "1\n", expected);
    }

    #[test]
    fn far_lines_are_left_out() {
        let lines: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let before = lines.join("\n");
        let after = before.replace("50\n", "fifty\n");
        let diff = unified(("a", &before), ("b", &after));
        assert_eq!(diff.lines().count(), 3 + 2 + 2 * 3);
    }
}
