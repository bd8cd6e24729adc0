//! Many lines, answered in their order.

use super::answer::Answerer;
use super::line::{answer_line, answer_octets};

/// The answers to some lines.
#[derive(Debug)]
pub struct Answers {
    /// A line for each, in order.
    pub text: Vec<u8>,
    /// How many lines end, empty ones among them.
    pub lines: u64,
    /// Whether every line was an envelope.
    pub are_good: bool,
}

/// Answers whole lines, each with one. Empty lines have no answer.
pub fn answer_lines(answerer: &Answerer<'_>, lines: &[u8]) -> Answers {
    let mut text = Vec::with_capacity(lines.len() * 2);
    let mut are_good = true;
    // What is behind the last end is one more.
    let mut parts: u64 = 0;
    // Nearly all are text, which is found out at once for all lines.
    if let Ok(lines) = std::str::from_utf8(lines) {
        let lines = lines.split('\n').inspect(|_| parts += 1);
        let lines = lines.map(str::trim_ascii);
        for line in lines.filter(|line| !line.is_empty()) {
            are_good &= answer_line(answerer, line, &mut text);
        }
    } else {
        let lines = lines.split(|octet| *octet == b'\n');
        let lines = lines.inspect(|_| parts += 1);
        for line in lines
            .map(<[u8]>::trim_ascii)
            .filter(|line| !line.is_empty())
        {
            are_good &= answer_octets(answerer, line, &mut text);
        }
    }
    Answers {
        text,
        lines: parts.saturating_sub(1),
        are_good,
    }
}
