//! The throw-away machine: who is on it, what is left of it.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use crate::Test;
use crate::doe;
use crate::support::job::{Client, Listener};
use crate::support::namespace;

pub(crate) const TESTS: &[Test] = &[
    (
        "a source address that the kernel replaces is broken",
        replaced,
    ),
    (
        "a run that takes too long ends, with all it started",
        endless,
    ),
    ("the host stays as it was", untouched),
];

fn replaced() -> Result<(), Failed> {
    let multicast = Client::new([224, 0, 0, 1], Listener::Smtp);
    doe::check(
        doe::job(),
        doe::asks(&multicast, "<a@b.example> <c@d.example> broken: *"),
    )
}

fn endless() -> Result<(), Failed> {
    let sign = "mailpol-harness-endless";
    let mut job = doe::job();
    job.seconds = 2;
    job.scene.commands = vec![format!("exec -a {sign} sleep 300")];
    match namespace::run(&job) {
        Err(why) if why.to_string().contains("gave up after 2 seconds") => {}
        Err(why) => return Err(why.into()),
        Ok(_) => return Err("it went well".into()),
    }
    let start = Instant::now();
    while is_running(sign)? {
        if start.elapsed() > Duration::from_secs(5) {
            return Err("it is still running".into());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn is_running(sign: &str) -> Result<bool, Failed> {
    for entry in fs::read_dir("/proc")? {
        // Processes may end while they are looked at.
        let line = fs::read(entry?.path().join("cmdline")).unwrap_or_default();
        if line.starts_with(sign.as_bytes()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn untouched() -> Result<(), Failed> {
    let look = || {
        let files = [
            "passwd",
            "shadow",
            "group",
            "hosts",
            "resolv.conf",
            "hostname",
        ];
        let text = files.map(|file| fs::read(format!("/etc/{file}")).ok());
        let tree = ["postfix/main.cf", "postfix/addresses", "ssl/doe"];
        let there = tree.map(|file| fs::exists(format!("/etc/{file}")).ok());
        let mounts = fs::read_to_string("/proc/self/mounts").ok();
        (text, there, mounts)
    };
    let before = look();
    namespace::run(&doe::job())?;
    if before == look() {
        return Ok(());
    }
    Err("the host has changed".into())
}
