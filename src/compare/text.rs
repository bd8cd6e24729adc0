//! Texts compared line by line.
//!
//! Emitted files say in comments which line of the policy each part comes from. A line that is put
//! in above moves all of these numbers, and a reviewer has no use for that: comments that differ in
//! such numbers only count as the same line, and are counted.

mod lines;
mod place;

pub use place::Places;

use similar::udiff::UnifiedHunkHeader;
use similar::{ChangeTag, DiffOp, TextDiff, group_diff_ops};

/// Lines that are shown around a change.
const CONTEXT_LINES: usize = 3;

/// What is different inside of lines is looked for in blocks of this many pairs of lines.
const PAIRS_MAX: usize = 10_000;

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

/// Where two texts differ.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// The lines that differ, and inside of them.
    pub hunks: Vec<Hunk>,
    /// How many comments name another line of a policy, and are else the same.
    pub renumbered: usize,
}

impl Difference {
    /// Returns where two texts differ.
    pub fn of(before: &str, after: &str, places: &Places) -> Self {
        if before == after {
            return Self::default();
        }
        let split = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
        let (old, new) = (split(before), split(after));
        let ops = lines::compare(&old, &new, places);
        let renumbered = renumbered(&ops, &old, &new);
        let hunks = group_diff_ops(ops, CONTEXT_LINES).into_iter();
        // What is the same all over is one group without a difference.
        let differs = |ops: &Vec<DiffOp>| ops.iter().any(|op| op.tag() != similar::DiffTag::Equal);
        let hunks = hunks.filter(differs).map(|ops| Hunk {
            header: UnifiedHunkHeader::new(&ops).to_string(),
            lines: ops.iter().flat_map(|op| shown(op, &old, &new)).collect(),
        });
        Self {
            hunks: hunks.collect(),
            renumbered,
        }
    }

    /// Returns the difference as a unified diff, under these names; empty if there is none.
    pub fn unified(&self, [before, after]: [&str; 2]) -> String {
        if self.hunks.is_empty() {
            return String::new();
        }
        let mut text = format!("--- {before}\n+++ {after}\n");
        for hunk in &self.hunks {
            text.push_str(&hunk.header);
            text.push('\n');
            for line in &hunk.lines {
                text.push(match line.is {
                    LineIs::Kept => ' ',
                    LineIs::Removed => '-',
                    LineIs::Added => '+',
                });
                line.parts.iter().for_each(|(_, part)| text.push_str(part));
                text.push('\n');
                if line.unended {
                    text.push_str("\\ No newline at end of file\n");
                }
            }
        }
        text
    }
}

/// Counts the lines that are kept, and are not the same.
fn renumbered(ops: &[DiffOp], old: &[&str], new: &[&str]) -> usize {
    let kept = ops.iter().filter(|op| op.tag() == similar::DiffTag::Equal);
    let pairs = kept.flat_map(|op| op.old_range().zip(op.new_range()));
    pairs
        .filter(|(before, after)| old.get(*before) != new.get(*after))
        .count()
}

/// Returns the lines of an operation.
fn shown(op: &DiffOp, old: &[&str], new: &[&str]) -> Vec<DiffLine> {
    let old = old.get(op.old_range()).unwrap_or_default();
    let new = new.get(op.new_range()).unwrap_or_default();
    if op.tag() == similar::DiffTag::Equal {
        return whole(LineIs::Kept, new);
    }
    if old.len().saturating_mul(new.len()) > PAIRS_MAX || old.is_empty() || new.is_empty() {
        return [whole(LineIs::Removed, old), whole(LineIs::Added, new)].concat();
    }
    let block = DiffOp::Replace {
        old_index: 0,
        old_len: old.len(),
        new_index: 0,
        new_len: new.len(),
    };
    let diff = TextDiff::from_slices(old, new);
    let inline = diff.iter_inline_changes(&block);
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
    lines.collect()
}

fn whole(is: LineIs, lines: &[&str]) -> Vec<DiffLine> {
    let line = |text: &&str| DiffLine {
        is,
        parts: vec![(false, text.trim_end_matches('\n').to_owned())],
        unended: !text.ends_with('\n'),
    };
    lines.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{Difference, LineIs, Places};

    fn difference(before: &str, after: &str) -> Difference {
        Difference::of(before, after, &Places::of(["policy.kdl"]))
    }

    #[test]
    fn changes_inside_a_line_are_told() {
        let hunks = difference("a = 1, 2\nb\n", "a = 1, 3\nb\n").hunks;
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
        assert_eq!(difference(before, after).unified(["a", "b"]), expected);
    }

    #[test]
    fn only_what_differs_is_shown() {
        check("", "", "");
        check("1\n2\n", "1\n2\n", "");
        check("", "1\n", "--- a\n+++ b\n@@ -0,0 +1 @@\n+1\n");
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
        let diff = difference(&before, &after).unified(["a", "b"]);
        assert_eq!(diff.lines().count(), 3 + 2 + 2 * 3);
    }

    #[test]
    fn comments_that_name_another_line_are_kept_and_counted() {
        let before = "# Networks (policy.kdl:9).\nmynetworks = 10.0.0.0/8\n";
        let after = before.replace(":9", ":10");
        let found = difference(before, &after);
        assert_eq!((found.hunks.len(), found.renumbered), (0, 1));
        // Beside what differs, they are shown as they are now.
        let found = difference(before, &after.replace("/8", "/9"));
        let expected = "--- a\n+++ b\n@@ -1,2 +1,2 @@\n # Networks (policy.kdl:10).\n\
                        -mynetworks = 10.0.0.0/8\n+mynetworks = 10.0.0.0/9\n";
        assert_eq!(found.unified(["a", "b"]), expected);
        assert_eq!(found.renumbered, 1);
        // What is no comment is told whatever it looks like.
        check(
            "a = policy.kdl:9\n",
            "a = policy.kdl:10\n",
            "--- a\n+++ b\n@@ -1 +1 @@\n-a = policy.kdl:9\n+a = policy.kdl:10\n",
        );
    }
}
