//! A stream of envelopes: as many lines at once as are there, in memory that does not grow.
//!
//! One thread takes lines, as many as there are processors answer them, and one writes the answers
//! in the order of the lines. So nobody waits but for who has the most to do.

use std::io::{self, BufRead, Read as _, Write as _};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{available_parallelism, scope};

use mailpol::simulate::{Answerer, Answers, answer_lines};

use crate::cli::{Exit, Failure, input, progress};

/// The longest line without its end. No envelope comes near it (RFC 5321 section 4.5.3.1).
const LINE_BYTES_MAX: usize = 1 << 20;

/// More threads than this gain nothing.
const THREADS_MAX: usize = 8;

/// Some whole lines, and where their answers go.
struct Lot {
    lines: Vec<u8>,
    answers: Sender<Answers>,
}

/// Answers every line of a file with one on standard output.
pub(super) fn answer(file: &Path, answerer: &Answerer<'_>) -> Result<Exit, Failure> {
    let mut lines = input::lines(file)?;
    // Each line that comes out is a sign of life.
    progress::end();
    // Who is asked for SPF results is asked in the order of the lines.
    let threads = if answerer.results.are_at_hand() {
        let processors = available_parallelism().map_or(1, NonZero::get);
        processors.min(THREADS_MAX)
    } else {
        1
    };
    // While one lot of each thread is answered, another waits; so memory does not grow.
    let (open, to_answer) = sync_channel(threads);
    let (answered, to_write) = sync_channel(threads);
    // It is gone with the last thread: then nobody waits to hand out a lot.
    let to_answer = Arc::new(Mutex::new(to_answer));
    scope(|scope| {
        for _ in 1..threads {
            let to_answer = Arc::clone(&to_answer);
            scope.spawn(move || answer_lots(answerer, &to_answer));
        }
        scope.spawn(move || answer_lots(answerer, &to_answer));
        let writer = scope.spawn(|| write(to_write));
        let taken = hand_out(lines.as_mut(), &open, &answered);
        // There is no more: this is what the others wait for.
        drop((open, answered));
        match writer.join() {
            Ok(written) => {
                let (exit, lines) = written?;
                match taken? {
                    End::Reached => Ok(exit),
                    // All before it are answered by now.
                    End::LongLine => Err(Failure::Unable(format!(
                        "line {} of the envelopes is longer than {LINE_BYTES_MAX} octets",
                        lines + 1
                    ))),
                }
            }
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// How the lines ended.
enum End {
    Reached,
    LongLine,
}

/// Hands out all lines to who answers them, and to the writer, in order, where their answers come.
fn hand_out(
    lines: &mut dyn BufRead,
    open: &SyncSender<Lot>,
    answered: &SyncSender<Receiver<Answers>>,
) -> Result<End, Failure> {
    loop {
        let (some, is_long) = take(lines)?;
        if some.is_empty() {
            return Ok(if is_long { End::LongLine } else { End::Reached });
        }
        let (answers, to_write) = channel();
        let lot = Lot {
            lines: some,
            answers,
        };
        // Who is gone has said why: the writer by what it returns, the others by a panic.
        if open.send(lot).is_err() || answered.send(to_write).is_err() {
            return Ok(End::Reached);
        }
        if is_long {
            return Ok(End::LongLine);
        }
    }
}

/// Answers one lot after the other.
fn answer_lots(answerer: &Answerer<'_>, to_answer: &Mutex<Receiver<Lot>>) {
    // The lock is held while a lot is waited for, and not while it is answered.
    let next = || {
        to_answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv()
    };
    while let Ok(Lot { lines, answers }) = next() {
        if answers.send(answer_lines(answerer, &lines)).is_err() {
            return;
        }
    }
}

/// Writes answers to standard output as they come, and counts the lines that they are to.
fn write(lots: Receiver<Receiver<Answers>>) -> io::Result<(Exit, u64)> {
    let mut out = io::stdout().lock();
    let mut exit = Exit::Yes;
    let mut lines = 0;
    // Where no answers come to a lot, a thread has panicked, which the scope tells.
    for answers in lots.into_iter().map_while(|lot| lot.recv().ok()) {
        if !answers.are_good {
            exit = Exit::No;
        }
        lines += answers.lines;
        out.write_all(&answers.text)?;
        out.flush()?;
    }
    Ok((exit, lines))
}

/// Takes what is there, up to the end of its last line; nothing at the end. Also tells
/// whether the line behind that is too long.
fn take(lines: &mut dyn BufRead) -> io::Result<(Vec<u8>, bool)> {
    let there = lines.fill_buf()?;
    let mut some = there.to_vec();
    let count = some.len();
    lines.consume(count);
    if !some.is_empty() && !some.ends_with(b"\n") {
        let begun = some.iter().rev().position(|octet| *octet == b'\n');
        let begun = begun.unwrap_or(count);
        // One more than the rest of the longest line: its end.
        let room = (LINE_BYTES_MAX + 1).saturating_sub(begun) as u64;
        let rest = lines.take(room).read_until(b'\n', &mut some)?;
        if rest as u64 == room && !some.ends_with(b"\n") {
            some.truncate(count - begun);
            return Ok((some, true));
        }
    }
    Ok((some, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much is there at once makes no difference.
    #[test]
    fn a_line_has_a_greatest_length() {
        let of = |length: usize, more: &str, at_once: usize| {
            let lines = format!("one\n{}{more}", "x".repeat(length));
            let mut lines = io::BufReader::with_capacity(at_once, lines.as_bytes());
            let mut all = Vec::new();
            loop {
                match take(&mut lines).unwrap() {
                    (_, true) => return None,
                    (some, false) if some.is_empty() => return Some(all.len()),
                    (some, false) => all.extend(some),
                }
            }
        };
        for at_once in [2, 5, 1 << 17, LINE_BYTES_MAX, LINE_BYTES_MAX + 4] {
            for more in ["", "\n", "\ntwo\n"] {
                let whole = Some(4 + LINE_BYTES_MAX + more.len());
                assert_eq!(
                    of(LINE_BYTES_MAX, more, at_once),
                    whole,
                    "{at_once} {more:?}"
                );
                assert_eq!(
                    of(LINE_BYTES_MAX + 1, more, at_once),
                    None,
                    "{at_once} {more:?}"
                );
            }
        }
    }
}
