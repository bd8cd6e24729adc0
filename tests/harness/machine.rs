//! The throw-away machine: who is on it, what is left of it.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use crate::Test;
use crate::doe;
use crate::support::job::{Client, Listener};
use crate::support::namespace;
use crate::support::proxy;

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
    ("headers of proxies are what they should be", headers),
];

fn replaced() -> Result<(), Failed> {
    let multicast = Client::new([224, 0, 0, 1], Listener::Smtp);
    doe::check(
        doe::job(),
        doe::asks(&multicast, "<a@b.example> <c@d.example> broken: *"),
    )
}

/// Octet by octet, as the specification of the PROXY protocol has them.
fn headers() -> Result<(), Failed> {
    let client = [192, 168, 0, 7].into();
    let line = "PROXY TCP4 192.168.0.7 192.0.2.1 54321 25\r\n";
    let line_v6 = "PROXY TCP6 ::ffff:192.168.0.7 2001:db8::1 54321 25\r\n";
    let mut binary = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    binary.extend([192, 168, 0, 7, 192, 0, 2, 1, 0xd4, 0x31, 0, 25]);
    let mut mapped = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24".to_vec();
    mapped.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 0, 7]);
    mapped.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    mapped.extend([0xd4, 0x31, 0, 25]);
    for (made, wanted) in [
        (proxy::v1(client), line.as_bytes()),
        (proxy::v1(proxy::mapped(client)), line_v6.as_bytes()),
        (proxy::v2(client), &binary),
        (proxy::v2(proxy::mapped(client)), &mapped),
        (proxy::local(), b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"),
        (proxy::unknown(), b"PROXY UNKNOWN\r\n"),
    ] {
        if made != wanted {
            return Err(format!("{made:?} is not {wanted:?}").into());
        }
    }
    Ok(())
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
