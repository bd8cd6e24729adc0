//! A unified diff in colours: what differs inside of a line stands out.

use std::fmt::Write as _;

use mailpol::compare::{Difference, LineIs};

use super::output::Paint;

/// Returns a difference as a unified diff, under these names; empty if there is none.
pub(super) fn unified(difference: &Difference, names: [&str; 2], paint: Paint) -> String {
    if !paint.is_on() || difference.hunks.is_empty() {
        return difference.unified(names);
    }
    let [before, after] = names;
    let mut text = paint.bold(&format!("--- {before}\n+++ {after}"));
    text.push('\n');
    for hunk in &difference.hunks {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", paint.cyan(&hunk.header));
        for line in &hunk.lines {
            let plain: String = line.parts.iter().map(|(_, part)| part.as_str()).collect();
            let shown = match line.is {
                LineIs::Kept => format!(" {plain}"),
                LineIs::Removed => {
                    let sign = paint.red("-");
                    sign + &parts(&line.parts, paint, Paint::red, Paint::red_marked)
                }
                LineIs::Added => {
                    let sign = paint.green("+");
                    sign + &parts(&line.parts, paint, Paint::green, Paint::green_marked)
                }
            };
            let _ = writeln!(text, "{shown}");
            if line.unended {
                text.push_str("\\ No newline at end of file\n");
            }
        }
    }
    text
}

fn parts(
    parts: &[(bool, String)],
    paint: Paint,
    plain: fn(Paint, &str) -> String,
    marked: fn(Paint, &str) -> String,
) -> String {
    let part = |(differs, text): &(bool, String)| {
        let paint_as = if *differs { marked } else { plain };
        paint_as(paint, text)
    };
    parts.iter().map(part).collect()
}
