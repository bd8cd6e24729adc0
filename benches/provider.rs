//! What a hosting provider's policy costs, from the start of the process to its end. The sizes grow
//! tenfold; `benches/scale.sh` goes on to a million mailboxes, and measures memory.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench runs a program and prints times"
)]

#[path = "../examples/provider/site.rs"]
mod site;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The numbers of domains; ten mailboxes and a tenth of a network for each.
const DOMAINS: [usize; 3] = [100, 1_000, 10_000];
/// Times that each command is run.
const RUNS: usize = 5;

fn main() {
    for domains in DOMAINS {
        let folder = tempfile::tempdir().expect("a folder for the policy");
        let size = site::Size {
            domains,
            mailboxes: domains * 10,
            networks: domains / 10,
        };
        for (name, text) in site::files(size).expect("the sizes fit") {
            fs::write(folder.path().join(name), text).expect("the policy is written");
        }
        println!("{domains} domains, {RUNS} runs each");
        let policy = folder.path().join("policy.kdl");
        run(&["check"], &policy);
        run(&["prove"], &policy);
        for target in ["postfix", "exim"] {
            let out = folder.path().join(target);
            let out = out.to_str().expect("the folder is named by text");
            run(
                &["build", "--quiet", "--target", target, "--out", out],
                &policy,
            );
        }
    }
}

/// Runs a command on a policy, and prints what it took. What is built again is compared with what
/// is there, and is not written: the least time is that, the longest one that of writing.
fn run(command: &[&str], policy: &Path) {
    let mut times: Vec<Duration> = (0..RUNS).map(|_| once(command, policy)).collect();
    times.sort();
    let ms = |time: Option<&Duration>| time.map_or(0.0, Duration::as_secs_f64) * 1e3;
    println!(
        "{:14} {:8} least {:8.1} ms, most {:8.1} ms",
        command.first().copied().unwrap_or_default(),
        command.get(3).copied().unwrap_or_default(),
        ms(times.first()),
        ms(times.last())
    );
}

fn once(command: &[&str], policy: &Path) -> Duration {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(command)
        .arg(policy)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program starts");
    let time = start.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    time
}
