//! What of a text is shown around a place.

use miette::{MietteError, SourceCode, SourceSpan, SpanContents};

use super::{Position, Source};

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Bulk files have a million lines: only those around the span are handed on.
        let bytes = self.shown_text().as_bytes();
        let span_end = span.offset().saturating_add(span.len());
        let window = window(
            bytes,
            span.offset(),
            span_end,
            context_lines_before,
            context_lines_after,
        )
        .ok_or(MietteError::OutOfBounds)?;
        let window =
            clip(bytes, window, span.offset(), span_end).ok_or(MietteError::OutOfBounds)?;
        let part = bytes.get(window.clone()).ok_or(MietteError::OutOfBounds)?;
        let local = SourceSpan::from((span.offset() - window.start, span.len()));
        let contents = part.read_span(&local, context_lines_before, context_lines_after)?;
        let read = contents.span();
        let first = read.offset() + window.start;
        // Whole lines begin at their first column; without any around it, the span has its own.
        let Position { line, column } = self.position(first);
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.path().to_owned(),
            contents.data(),
            SourceSpan::from((first, read.len())),
            line - 1,
            column - 1,
            contents.line_count(),
        )))
    }
}

/// A span longer than this cannot be shown.
pub(crate) const SPAN_BYTES_MAX: usize = 4 << 10;
/// As much is shown of what stands before a span, and of what stands behind it: a line may be as
/// long as the whole text.
const AROUND_BYTES_MAX: usize = 1 << 10;

/// Returns what is shown of whole lines around `start..end`: all, unless that is too much. Lines
/// before that of the span are shown wholly or not at all.
fn clip(
    bytes: &[u8],
    window: std::ops::Range<usize>,
    start: usize,
    end: usize,
) -> Option<std::ops::Range<usize>> {
    if end - start > SPAN_BYTES_MAX {
        return None;
    }
    let begins = |at: &usize| bytes.get(*at).is_none_or(|byte| byte & 0xC0 != 0x80);
    let mut first = window.start;
    if start - first > AROUND_BYTES_MAX {
        let from = (start - AROUND_BYTES_MAX..=start).find(begins)?;
        let head = bytes.get(from..start)?;
        let newline = head.iter().position(|byte| *byte == b'\n');
        first = newline.map_or(from, |newline| from + newline + 1);
    }
    let mut last = window.end;
    if last.saturating_sub(end) > AROUND_BYTES_MAX {
        last = (end..=end + AROUND_BYTES_MAX).rev().find(begins)?;
    }
    Some(first..last)
}

/// So many octets are looked at together.
const PLAIN_BYTES: usize = 1 << 10;

/// Returns a text without what would change the terminal, if it holds any.
pub(crate) fn shown(text: &str) -> Option<String> {
    let hidden = |c: char| (is_control(c) && !"\t\r\n".contains(c)) || is_direction(c);
    // There are texts of a hundred megabytes, nearly all of plain letters.
    let is_plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b' '..=b'~');
    let all = |octets: &[u8]| {
        octets
            .iter()
            .fold(true, |plain, byte| plain & is_plain(*byte))
    };
    if text.as_bytes().chunks(PLAIN_BYTES).all(all) {
        return None;
    }
    let next = || text.bytes().skip(1).chain([b' ']);
    let is_return = |(byte, next): (u8, u8)| byte == b'\r' && next != b'\n';
    if !text.contains(hidden) && !text.bytes().zip(next()).any(is_return) {
        return None;
    }
    let next = text.chars().skip(1).chain([' ']);
    let shown = text
        .chars()
        .zip(next)
        .map(|(character, next)| match character.len_utf8() {
            // A terminal would write the next line over this one.
            _ if character == '\r' && next != '\n' => '\n',
            _ if !hidden(character) => character,
            1 => '?',
            2 => '\u{bf}',
            _ => '\u{fffd}',
        });
    Some(shown.collect())
}

/// Returns where lines end: at U+000A, and at U+000D without one behind it, as in KDL and as
/// editors have it.
pub(super) fn line_ends(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    let ends = bytes.iter().zip(next).enumerate();
    let ends = ends.filter(|(_, (byte, next))| match byte {
        b'\n' => true,
        b'\r' => *next != Some(&b'\n'),
        _ => false,
    });
    ends.map(|(at, _)| at)
}

/// Returns whether a character is a control character, or separates lines as one does.
pub fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Returns whether a character changes the direction of the text around it (UAX #9 section 2).
pub fn is_direction(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Returns the whole lines around `start..end`, with some lines before and after.
fn window(
    bytes: &[u8],
    start: usize,
    end: usize,
    before: usize,
    after: usize,
) -> Option<std::ops::Range<usize>> {
    let mut first = start;
    for line in 0..=before {
        let head = bytes.get(..first)?;
        let Some(newline) = head.iter().rposition(|byte| *byte == b'\n') else {
            first = 0;
            break;
        };
        first = if line == before { newline + 1 } else { newline };
    }
    let mut last = end;
    for _ in 0..=after {
        let tail = bytes.get(last..)?;
        match tail.iter().position(|byte| *byte == b'\n') {
            Some(newline) => last += newline + 1,
            None => return Some(first..bytes.len()),
        }
    }
    Some(first..last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_miette_reads_it() {
        let text = "one\ntwo\n\nfour é\nfive\nsix";
        let source = Source::new("x", text);
        for start in 0..=text.len() {
            for end in start..=text.len() {
                for context in 0..4 {
                    // An empty span without context is nothing to one, a character to the other.
                    if start == end && context == 0 {
                        continue;
                    }
                    let span = SourceSpan::from((start, end - start));
                    let ours = source.read_span(&span, context, context).unwrap();
                    let theirs = text.read_span(&span, context, context).unwrap();
                    assert_eq!(ours.data(), theirs.data(), "{start}..{end} {context}");
                    assert_eq!(ours.span(), theirs.span());
                    assert_eq!(ours.line(), theirs.line(), "{start}..{end} {context}");
                    // It counts bytes, and we the characters that begin there.
                    let head = &text.as_bytes()[..ours.span().offset()];
                    let line = head.rsplit(|byte| *byte == b'\n').next().unwrap();
                    let begins = |byte: &&u8| **byte & 0xC0 != 0x80;
                    assert_eq!(ours.column(), line.iter().filter(begins).count());
                }
            }
        }
        let outside = SourceSpan::from((text.len() + 1, 1));
        assert!(source.read_span(&outside, 1, 1).is_err());
    }

    #[test]
    fn of_a_long_line_only_a_part_is_shown() {
        let text = format!("one\n{}word{}\nthree", "é".repeat(5000), "x".repeat(5000));
        let source = Source::new("x", text);
        let span = SourceSpan::from((4 + 10_000, 4));
        let read = source.read_span(&span, 1, 1).unwrap();
        assert!(read.data().len() < 2 * AROUND_BYTES_MAX + 10);
        assert_eq!(read.line(), 1);
        let shown = std::str::from_utf8(read.data()).unwrap();
        assert!(shown.contains("word"));
        assert!(!shown.contains("one"));
        let alone = source.read_span(&span, 0, 0).unwrap();
        assert_eq!((alone.line(), alone.column()), (1, 5_000));
        let whole = SourceSpan::from((4, 15_000));
        assert!(source.read_span(&whole, 0, 0).is_err());
    }

    #[test]
    fn what_would_change_the_terminal_is_not_shown() {
        let source = Source::new("x", "a\u{1b}[2J\u{85}\u{202e}b\tc\r\n");
        let whole = SourceSpan::from((0, source.text().len()));
        let read = source.read_span(&whole, 0, 0).unwrap();
        assert_eq!(read.data(), "a?[2J\u{bf}\u{fffd}b\tc\r\n".as_bytes());
        assert_eq!(read.data().len(), source.text().len());
    }

    /// A terminal would write one line over the other.
    #[test]
    fn a_return_alone_ends_a_line() {
        let source = Source::new("x", "one\rtwo\r\r\nfour\r\nfive\r");
        let whole = SourceSpan::from((0, source.text().len()));
        let read = source.read_span(&whole, 0, 0).unwrap();
        assert_eq!(read.data(), b"one\ntwo\n\r\nfour\r\nfive\n");
        let two = source.read_span(&SourceSpan::from((4, 3)), 0, 0).unwrap();
        assert_eq!((two.line(), two.column()), (1, 0));
        for (offset, line) in [
            (0, 1),
            (3, 1),
            (4, 2),
            (8, 3),
            (10, 4),
            (16, 5),
            (20, 5),
            (21, 6),
        ] {
            assert_eq!(source.position(offset).line, line, "{offset}");
        }
    }
}
