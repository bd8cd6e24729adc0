//! Stands in for syslog: reads `/dev/log`, which every program of the scene writes to.
//!
//! So no file of the tree has to say where to log.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::super::{Context, Failure, Result};

const SOCKET: &str = "/dev/log";
/// Later lines are dropped, which [`Log::is_full`] says: a hundred thousand envelopes have some
/// lines each.
const LINES_MAX: usize = 2_000_000;
/// A line of our own: when it is read, all lines before it have been.
const MARKER: &str = "<7>the harness wants to read on";
const PATIENCE: Duration = Duration::from_secs(5);

/// What was logged so far.
#[derive(Debug, Clone)]
pub(super) struct Log {
    read: Arc<Mutex<Read>>,
}

#[derive(Debug, Default)]
struct Read {
    lines: Vec<String>,
    markers: usize,
}

impl Log {
    /// Starts to read.
    pub(super) fn start() -> Result<Self> {
        let socket = UnixDatagram::bind(SOCKET).context("binding /dev/log")?;
        let everyone = Permissions::from_mode(0o666);
        fs::set_permissions(SOCKET, everyone).context("opening /dev/log to everyone")?;
        let log = Self {
            read: Arc::default(),
        };
        let reader = log.clone();
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(count) = socket.recv(&mut buffer) {
                reader.take(&String::from_utf8_lossy(
                    buffer.get(..count).unwrap_or_default(),
                ));
            }
        });
        Ok(log)
    }

    /// Waits until everything that was sent before this call is read.
    pub(super) fn settle(&self) -> Result<()> {
        let wanted = self.locked().markers + 1;
        let socket = UnixDatagram::unbound().context("marking the log")?;
        socket
            .send_to(MARKER.as_bytes(), SOCKET)
            .context("marking the log")?;
        let start = Instant::now();
        while self.locked().markers < wanted {
            if start.elapsed() > PATIENCE {
                return Err(Failure::new("the log's reader has stopped"));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Returns the lines so far, without priority and time.
    pub(super) fn lines(&self) -> Vec<String> {
        self.locked().lines.clone()
    }

    /// Returns whether lines were dropped, or the next one would be.
    pub(super) fn is_full(&self) -> bool {
        self.locked().lines.len() >= LINES_MAX
    }

    /// Forgets the lines so far, so that there is room for more.
    pub(super) fn forget(&self) {
        self.locked().lines.clear();
    }

    /// Returns the first line that has these words.
    pub(super) fn find(&self, words: &str) -> Option<String> {
        self.locked()
            .lines
            .iter()
            .find(|line| line.contains(words))
            .cloned()
    }

    fn take(&self, datagram: &str) {
        let mut read = self.locked();
        if datagram == MARKER {
            read.markers += 1;
        } else if read.lines.len() < LINES_MAX {
            read.lines.push(without_head(datagram).to_owned());
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Read> {
        // What a panicked holder left is still a list of lines.
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cuts `<22>Nov 23 06:30:00 ` off.
fn without_head(datagram: &str) -> &str {
    let datagram = datagram.trim_end_matches(['\0', '\n']);
    let line = datagram.split_once('>').map_or(datagram, |(_, rest)| rest);
    match line.as_bytes().get(..16) {
        Some(
            [
                _,
                _,
                _,
                b' ',
                _,
                _,
                b' ',
                _,
                _,
                b':',
                _,
                _,
                b':',
                _,
                _,
                b' ',
            ],
        ) => line.get(16..).unwrap_or(line),
        Some(_) | None => line,
    }
}
