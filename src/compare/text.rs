//! Texts compared line by line.

use std::time::Duration;

use similar::TextDiff;

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

#[cfg(test)]
mod tests {
    use super::unified;

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
