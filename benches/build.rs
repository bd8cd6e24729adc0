//! What one `mailpol build` of the reference example costs, from the start of the process to its
//! end: proof of the policy, files, reading them back, proof of the files, writing them.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench runs a program and prints times"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Times that each is run.
const RUNS: usize = 31;

fn main() {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/doe/policy.kdl");
    println!("examples/doe/policy.kdl, {RUNS} runs each, into an empty folder");
    for target in ["postfix", "exim", "postfix,exim"] {
        // The first one fetches the program into memory.
        once(&policy, target);
        let mut times: Vec<Duration> = (0..RUNS).map(|_| once(&policy, target)).collect();
        times.sort();
        let middle = times.get(RUNS / 2).copied().unwrap_or_default();
        let least = times.first().copied().unwrap_or_default();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "build --target {target:13} median {:6.1} ms, least {:6.1} ms",
            ms(middle),
            ms(least)
        );
    }
}

fn once(policy: &Path, target: &str) -> Duration {
    let folder = tempfile::tempdir().expect("a folder for the files");
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(["build", "--quiet", "--target", target, "--out"])
        .arg(folder.path())
        .arg(policy)
        .stderr(Stdio::null())
        .status()
        .expect("the program starts");
    let time = start.elapsed();
    assert!(status.success(), "{target}: {status}");
    time
}
