//! A sign of life on a terminal, for whatever takes longer than two seconds.

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long nothing is said.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the seconds are told after that.
const TICK: Duration = Duration::from_secs(1);

/// Tells how long a command has been at work, until it is dropped.
#[derive(Debug)]
struct Progress {
    done: Option<Sender<()>>,
    told: Option<JoinHandle<()>>,
}

/// What is told now. It ends before anything is printed, wherever that is.
static NOW: Mutex<Option<Progress>> = Mutex::new(None);

/// Begins, if standard error is a terminal and somebody wants to hear of it.
pub(super) fn start(command: &'static str, quiet: bool) {
    if !quiet && std::io::stderr().is_terminal() {
        *NOW.lock().unwrap_or_else(PoisonError::into_inner) = Some(Progress::start(command));
    }
}

/// Ends, and leaves nothing on the terminal.
pub(super) fn end() {
    drop(NOW.lock().unwrap_or_else(PoisonError::into_inner).take());
}

impl Progress {
    fn start(command: &'static str) -> Self {
        let (done, wait) = channel();
        let told = std::thread::spawn(move || {
            let mut seconds = PATIENCE.as_secs();
            let mut next = PATIENCE;
            while wait.recv_timeout(next) == Err(RecvTimeoutError::Timeout) {
                // If the terminal is gone, nobody misses it.
                let mut stderr = std::io::stderr().lock();
                let _ = write!(stderr, "\r{command}: at work, {seconds} s ");
                let _ = stderr.flush();
                seconds += TICK.as_secs();
                next = TICK;
            }
            if next == TICK {
                let _ = write!(std::io::stderr().lock(), "\r\u{1b}[K");
            }
        });
        Self {
            done: Some(done),
            told: Some(told),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done = None;
        if let Some(told) = self.told.take() {
            // A thread that panicked has nothing more to erase.
            let _ = told.join();
        }
    }
}
