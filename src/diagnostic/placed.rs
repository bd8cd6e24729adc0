//! Where a label stands, for programs that jump there.

use miette::{Diagnostic, LabeledSpan, SourceSpan};

use crate::source::Position;

/// Where a label stands. Columns count characters, and the end is behind the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The path of the text.
    pub path: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

impl Placed {
    /// Returns where a label of a diagnostic stands; nothing if that is in no text.
    pub fn of(diagnostic: &dyn Diagnostic, label: &LabeledSpan) -> Option<Self> {
        let text = diagnostic.source_code()?;
        // A span may be too long to be shown; its ends are not.
        let end = |offset: usize| {
            let contents = text.read_span(&SourceSpan::from((offset, 0)), 0, 0).ok()?;
            let position = Position {
                line: contents.line() + 1,
                column: contents.column() + 1,
            };
            Some((contents.name().map(str::to_owned), position))
        };
        let (path, start) = end(label.offset())?;
        let (_, end) = end(label.offset() + label.len())?;
        Some(Self {
            path: path?,
            start,
            end,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::Source;

    #[derive(Debug, thiserror::Error, Diagnostic)]
    #[error("told")]
    struct Told {
        #[source_code]
        text: Arc<Source>,
        #[label("here")]
        at: SourceSpan,
    }

    #[test]
    fn the_ends_of_a_label_are_where_the_text_says() {
        // Longer than what of a text is shown, with characters of several bytes.
        let text = format!("\u{feff}{}ü€\n{}\n", "é\n".repeat(3000), "x".repeat(9000));
        let source = Source::read("b", "a/b", text.as_str());
        let near = |start: &usize| *start < 40 || (8990..9030).contains(start);
        let step = |start: &usize| near(start) || start.is_multiple_of(997);
        for start in (0..=text.len()).filter(step) {
            for end in [start, (start + 7).min(text.len()), text.len()] {
                let told = Told {
                    text: Arc::clone(&source),
                    at: SourceSpan::from((start, end - start)),
                };
                let label = told.labels().into_iter().flatten().next().unwrap();
                let expected = Placed {
                    path: "a/b".to_owned(),
                    start: source.position(start),
                    end: source.position(end),
                };
                assert_eq!(Placed::of(&told, &label), Some(expected), "{start}..{end}");
            }
        }
    }
}
