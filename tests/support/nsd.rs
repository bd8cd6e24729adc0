//! A real name server on loopback, NSD, that serves what a test writes.
//!
//! It needs no throw-away machine: it listens on a port of its own, and keeps its files in a
//! temporary folder. Names that the root zone does not hold do not exist.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The head of every root zone here.
pub(crate) const HEAD: &str = ". 3600 SOA ns.test. host.test. 1 3600 600 86400 60\n. NS ns.test.\n";
const SERVER: &str = "/usr/sbin/nsd";
/// Names the probes whose absence is a failure: `postfix,nsd`.
const REQUIRED: &str = "MAILPOL_REQUIRE_PROBES";
/// How long it may take to start, and how often it may find its port taken.
const START: Duration = Duration::from_secs(20);
const STARTS_MAX: usize = 5;
/// A question for the SOA record of the root (RFC 1035 section 4.1).
const QUESTION: &[u8] = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\0\0\x06\0\x01";

/// Returns whether the program is here; if not, says that the test is skipped, or fails.
pub(crate) fn is_here() -> bool {
    if Path::new(SERVER).exists() {
        return true;
    }
    let required = std::env::var(REQUIRED).unwrap_or_default();
    let required = required.split(',').any(|name| name.trim() == "nsd");
    assert!(!required, "{SERVER} is missing: run tests/run as root");
    // Straight to the stream: the test harness would keep a printed line to itself.
    let told = format!("SKIPPED: a test needs {SERVER}, which `tests/run` installs\n");
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    false
}

/// A name server, until it is dropped.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    child: Child,
    _folder: TempDir,
}

impl NameServer {
    /// Serves a root zone; all questions at or below `failing` are answered with SERVFAIL.
    pub(crate) fn start(records: &str, failing: &[&str]) -> Self {
        for _ in 0..STARTS_MAX {
            if let Some(server) = Self::try_start(records, failing) {
                return server;
            }
        }
        panic!("{SERVER} does not start");
    }

    fn try_start(records: &str, failing: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let place = |name: &str| folder.path().join(name).display().to_string();
        fs::write(place("root.zone"), format!("{HEAD}{records}")).unwrap();
        let mut text = format!(
            "server:\n  ip-address: {}@{}\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n  \
             zonesdir: \"{}\"\n  database: \"\"\n  pidfile: \"{}\"\n  logfile: \"{}\"\n  \
             xfrdir: \"{}\"\n  xfrdfile: \"{}\"\n  zonelistfile: \"{}\"\n\
             remote-control:\n  control-enable: no\n\
             zone:\n  name: \".\"\n  zonefile: \"root.zone\"\n",
            address.ip(),
            address.port(),
            folder.path().display(),
            place("pid"),
            place("log"),
            folder.path().display(),
            place("xfrd"),
            place("list"),
        );
        for name in failing {
            // A zone that cannot be loaded is one that fails.
            let _ = write!(
                text,
                "zone:\n  name: \"{name}\"\n  zonefile: \"none.zone\"\n"
            );
        }
        fs::write(place("conf"), text).unwrap();
        let child = Command::new(SERVER)
            .args(["-d", "-c", &place("conf")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self {
            address,
            child,
            _folder: folder,
        };
        server.await_answer().then_some(server)
    }

    /// Waits until it answers; not if it has ended, since its port was taken.
    fn await_answer(&mut self) -> bool {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let glance = Some(Duration::from_millis(50));
        socket.set_read_timeout(glance).unwrap();
        let start = Instant::now();
        while start.elapsed() < START {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            let _sent = socket.send_to(QUESTION, self.address);
            if socket.recv(&mut [0; 512]).is_ok() {
                return true;
            }
            // A refusal comes at once.
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("{SERVER} does not answer");
    }
}

impl Drop for NameServer {
    /// Its children end with it only if it is asked to.
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _asked = Command::new("kill").args(["-TERM", &pid]).status();
        let _ended = self.child.wait();
    }
}

/// Returns an address that nobody listens on, by UDP or TCP.
fn free_address() -> SocketAddr {
    loop {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
