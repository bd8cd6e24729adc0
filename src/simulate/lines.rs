//! Many lines at once: a part on each processor, the answers in the order of the lines.

use super::answer::Answerer;
use super::line::{answer_line, answer_octets};
use crate::prove::in_parts;

/// The answers to some lines.
#[derive(Debug)]
pub struct Answers {
    /// The lines of the answers, in order, in parts.
    pub parts: Vec<Vec<u8>>,
    /// Whether every line was an envelope.
    pub are_good: bool,
}

/// How many octets a part has, about: enough that handing it over costs little beside the work, and
/// few enough that what a pipe holds (pipe(7): 65,536) is several.
const PART_BYTES: usize = 1 << 14;

/// Answers whole lines, each with one. Empty lines have no answer.
pub fn answer_lines(answerer: &Answerer<'_>, lines: &[u8]) -> Answers {
    // Who is asked for SPF results is asked in the order of the lines.
    let size = if answerer.results.are_at_hand() {
        PART_BYTES
    } else {
        lines.len()
    };
    let done = in_parts(&parts(lines, size), |part| {
        let mut text = Vec::with_capacity(part.len() * 2);
        let mut are_good = true;
        // Nearly all are text, which is found out at once for all lines of the part.
        if let Ok(lines) = std::str::from_utf8(part) {
            for line in lines
                .split('\n')
                .map(str::trim_ascii)
                .filter(|line| !line.is_empty())
            {
                are_good &= answer_line(answerer, line, &mut text);
            }
        } else {
            let lines = part.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii);
            for line in lines.filter(|line| !line.is_empty()) {
                are_good &= answer_octets(answerer, line, &mut text);
            }
        }
        (text, are_good)
    });
    let are_good = done.iter().all(|(_, are_good)| *are_good);
    Answers {
        parts: done.into_iter().map(|(text, _)| text).collect(),
        are_good,
    }
}

/// Cuts whole lines into parts of at least this size, but for the last.
fn parts(lines: &[u8], size: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let end = rest
            .iter()
            .skip(size.max(1) - 1)
            .position(|octet| *octet == b'\n');
        let end = end.map_or(rest.len(), |end| end + size.max(1));
        let (part, more) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        parts.push(part);
        rest = more;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_lines_and_all_of_them() {
        let lines = b"a\nbcd\n\nef\ngh";
        for size in 0..20 {
            let parts = parts(lines, size);
            assert_eq!(parts.concat(), lines, "{size}");
            let (_, before) = parts.split_last().unwrap();
            for part in before {
                assert!(
                    part.ends_with(b"\n") && part.len() >= size,
                    "{size} {part:?}"
                );
            }
        }
        assert_eq!(parts(lines, 1).len(), 5);
    }
}
