//! A stream of envelopes: as many lines at once as are there, in memory that does not grow.

use std::io::{self, BufRead, Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::scope;

use mailpol::simulate::{Answerer, answer_lines};

use crate::cli::{Exit, Failure, input, progress};

/// The longest line. No envelope comes near it (RFC 5321 section 4.5.3.1).
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Answers every line of a file with one on standard output.
pub(super) fn answer(file: &Path, answerer: &Answerer<'_>) -> Result<Exit, Failure> {
    let mut lines = input::lines(file)?;
    // Each line that comes out is a sign of life.
    progress::end();
    // Answers are written while the next ones are found: one lot waits at most.
    let (answered, to_write) = sync_channel(1);
    scope(|scope| {
        let writer = scope.spawn(|| write(to_write));
        let mut answer_all = || {
            let mut exit = Exit::Yes;
            let mut some = Vec::new();
            while take(&mut lines, &mut some)? {
                let answers = answer_lines(answerer, &some);
                if !answers.are_good {
                    exit = Exit::No;
                }
                if answered.send(answers.parts).is_err() {
                    break;
                }
            }
            Ok(exit)
        };
        let exit = answer_all();
        drop(answered);
        match writer.join() {
            Ok(written) => written?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        exit
    })
}

/// Writes parts of answers to standard output as they come.
fn write(answers: Receiver<Vec<Vec<u8>>>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for parts in answers {
        for part in &parts {
            out.write_all(part)?;
        }
        out.flush()?;
    }
    Ok(())
}

/// Takes what is there, up to the end of its last line. Returns whether there was anything.
fn take(lines: &mut dyn BufRead, some: &mut Vec<u8>) -> Result<bool, Failure> {
    some.clear();
    let there = lines.fill_buf()?;
    some.extend_from_slice(there);
    let count = there.len();
    lines.consume(count);
    if some.is_empty() {
        return Ok(false);
    }
    if !some.ends_with(b"\n") {
        let rest = lines.take(LINE_BYTES_MAX).read_until(b'\n', some)?;
        if rest as u64 == LINE_BYTES_MAX && !some.ends_with(b"\n") {
            return Err(Failure::Unable(format!(
                "a line of the envelopes is longer than {LINE_BYTES_MAX} octets"
            )));
        }
    }
    Ok(true)
}
