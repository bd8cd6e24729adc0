//! Postfix: a fresh installation, the check of its files, its start, its queue.

use std::fs::{self, File};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::super::job::Warnings;
use super::super::report::Gate;
use super::super::{Context, Failure, Result};
use super::command;
use super::log::Log;

const DIRECTORY: &str = "/etc/postfix";
const MAIN: &str = "/etc/postfix/main.cf";
const PROGRAMS: &str = "/usr/lib/postfix";
const MASTER: &str = "/usr/lib/postfix/sbin/master";
const SPOOL: &str = "/var/spool/postfix";
/// What master(8) logs when a service ends at its start; its clients would wait for a minute.
pub(super) const HOPELESS: &str = "bad command startup -- throttling";
/// Queues whose mail, if the host has any, is no business of ours.
const QUEUES: &[&str] = &[
    "maildrop", "incoming", "active", "deferred", "hold", "defer", "bounce",
];
/// Mail that is not delivered by then is reported as left in the queue.
const DELIVERY_PATIENCE: Duration = Duration::from_secs(15);

/// The only settings that the harness adds to a tree, at the end of main.cf.
///
/// Each of them lifts a limit that slows down or cuts off whoever asks too much at once. None
/// has a say in what the first envelope of a client is answered.
const LIMITS: &[(&str, &str)] = &[
    // Slow mail in when more comes than qmgr takes: a second for each accepted recipient.
    ("in_flow_delay", "0"),
    // A pause before refusals after the tenth, and the end of the session after the twentieth.
    ("smtpd_error_sleep_time", "0"),
    ("smtpd_soft_error_limit", "1000000"),
    ("smtpd_hard_error_limit", "1000000"),
    // RSET and the like count as errors after the hundredth.
    ("smtpd_junk_command_limit", "1000000000"),
    // How much one address may do at once, or in a minute; 0 is no limit.
    ("smtpd_client_connection_count_limit", "0"),
    ("smtpd_client_connection_rate_limit", "0"),
    ("smtpd_client_message_rate_limit", "0"),
    ("smtpd_client_recipient_rate_limit", "0"),
    ("smtpd_client_new_tls_session_rate_limit", "0"),
    ("smtpd_client_auth_rate_limit", "0"),
];

/// Makes Postfix what it is right after it was installed, whatever the host does with it.
pub(super) fn make_fresh() -> Result<()> {
    empty_queues()?;
    for file in ["main.cf", "master.cf"] {
        let path = Path::new(DIRECTORY).join(file);
        if path.exists() {
            fs::remove_file(&path).context(path.display())?;
        }
    }
    Ok(())
}

fn empty_queues() -> Result<()> {
    for queue in QUEUES {
        let queue = Path::new(SPOOL).join(queue);
        if !queue.exists() {
            continue;
        }
        for entry in fs::read_dir(&queue).context(queue.display())? {
            let path = entry.context(queue.display())?.path();
            let removed = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.context(path.display())?;
        }
    }
    Ok(())
}

/// Asks Postfix's own tools about the tree.
pub(super) fn gate(warnings: Warnings, log: &Log) -> Result<Gate> {
    age_files()?;
    // Without a terminal `postfix check` complains to syslog only.
    log.settle()?;
    let before = log.lines().len();
    let check = command("postfix", &["check"]);
    log.settle()?;
    let logged = log.lines().split_off(before);
    let check = match check {
        Ok(said) => said,
        Err(why) => return Err(Failure::new(format!("{why}\n{}", logged.join("\n")))),
    };
    let parameters = command("postconf", &["-n"])?;
    let services = command("postconf", &["-M"])?;
    let suspicious = |line: &&str| {
        // A program names itself first; `error:` in a setting is a transport.
        [": warning:", ": error:", ": fatal:"]
            .iter()
            .any(|word| line.contains(word))
    };
    let found: Vec<String> = [&check, &parameters, &services]
        .into_iter()
        .flat_map(|said| said.lines())
        .chain(logged.iter().map(String::as_str))
        .filter(suspicious)
        .map(str::to_owned)
        .collect();
    let parameters = without_complaints(&parameters);
    let services = without_complaints(&services);
    if warnings == Warnings::Refused && !found.is_empty() {
        return Err(Failure::new(format!(
            "Postfix does not like its files:\n{}",
            found.join("\n")
        )));
    }
    Ok(Gate {
        parameters,
        services,
        warnings: found,
    })
}

/// Leaves only what postconf(1) was asked for.
fn without_complaints(said: &str) -> String {
    let asked = said.lines().filter(|line| !line.starts_with("postconf: "));
    asked.collect::<Vec<_>>().join("\n") + "\n"
}

/// Starts the tree's own services, with the limits lifted.
pub(super) fn start(warnings: Warnings) -> Result<()> {
    if warnings == Warnings::Unasked {
        return start_again();
    }
    lift_limits()?;
    // What Debian's service does before it starts Postfix.
    command("/usr/lib/postfix/configure-instance.sh", &["-"])?;
    command("postfix", &["start"])?;
    Ok(())
}

/// Starts Postfix on files that were changed while it was down.
pub(super) fn start_again() -> Result<()> {
    if Path::new(MAIN).is_file() {
        lift_limits()?;
    }
    // The server itself: it returns when the services of master.cf are open.
    command(MASTER, &["-w"])?;
    Ok(())
}

/// Ends every process of Postfix at once, and forgets its mail.
pub(super) fn kill() -> Result<()> {
    super::kill(PROGRAMS)?;
    empty_queues()
}

/// Puts the limits at the end of main.cf. A line of the tree that sets the same is taken out, since
/// Postfix's commands warn of settings that come twice.
fn lift_limits() -> Result<()> {
    let text = fs::read(MAIN).context(MAIN)?;
    let sets = |line: &[u8]| {
        let name = line.split(|octet| *octet == b'=').next();
        let name = name.unwrap_or_default().trim_ascii_end();
        LIMITS.iter().any(|(limit, _)| limit.as_bytes() == name)
    };
    let mut lines = text.split(|octet| *octet == b'\n').peekable();
    let mut main = Vec::new();
    while let Some(line) = lines.next() {
        let goes_on = lines
            .peek()
            .is_some_and(|next| next.starts_with(b" ") || next.starts_with(b"\t"));
        if goes_on || !sets(line) {
            main.extend_from_slice(line);
            main.push(b'\n');
        }
    }
    for (name, value) in LIMITS {
        main.extend_from_slice(format!("{name} = {value}\n").as_bytes());
    }
    fs::write(MAIN, main).context(MAIN)?;
    age_files()
}

/// Makes the files look old: every Postfix process dozes over a main.cf that is newer than two
/// seconds, 0.3 s at a time, to see whether it is still being written.
pub(super) fn age_files() -> Result<()> {
    let old = SystemTime::now() - Duration::from_hours(1);
    for entry in fs::read_dir(DIRECTORY).context(DIRECTORY)? {
        let path = entry.context(DIRECTORY)?.path();
        if path.is_file() {
            let file = File::open(&path).context(path.display())?;
            file.set_modified(old).context(path.display())?;
        }
    }
    Ok(())
}

/// Waits for deliveries, and returns what stays in the queue.
pub(super) fn drain() -> Result<Vec<String>> {
    let start = Instant::now();
    loop {
        let moving = ["maildrop", "incoming", "active"]
            .iter()
            .map(|queue| Ok(fs::read_dir(Path::new(SPOOL).join(queue))?.count()))
            .sum::<std::io::Result<usize>>()
            .context("looking into the queue")?;
        if moving == 0 || start.elapsed() > DELIVERY_PATIENCE {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(command("postqueue", &["-j"])?
        .lines()
        .map(str::to_owned)
        .collect())
}
