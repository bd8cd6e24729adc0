//! Exim: a fresh installation, the check of its file, its start, its queue.

use std::fmt::Write;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::super::job::Warnings;
use super::super::report::Gate;
use super::super::{Context, Failure, Result};
use super::{RUN, command};

/// The program, in the directory of the run.
pub(in crate::support) const PROGRAM: &str = "exim4";
const INSTALLED: &str = "/usr/sbin/exim4";
const CONFIGURATION: &str = "/etc/exim4/exim4.conf";
/// How Debian's service starts it.
const DEFAULTS: &str = "/etc/default/exim4";
const LOGS: &str = "/var/log/exim4";
/// Other names of the program. Those that another MTA has installed are taken over.
const NAMES: &[&str] = &["exim", "sendmail"];
/// What Debian's package makes when it is installed: directory, group and mode.
const DIRECTORIES: &[(&str, &str, &str)] = &[
    (LOGS, "adm", "2750"),
    ("/run/exim4", "Debian-exim", "0750"),
    ("/var/spool/exim4", "Debian-exim", "0750"),
    ("/var/spool/exim4/db", "Debian-exim", "0750"),
    ("/var/spool/exim4/input", "Debian-exim", "0750"),
    ("/var/spool/exim4/msglog", "Debian-exim", "0750"),
];
/// What a new start must not find.
const QUEUES: &[&str] = &[
    LOGS,
    "/var/spool/exim4/db",
    "/var/spool/exim4/input",
    "/var/spool/exim4/msglog",
];
const MAINLOG: &str = "/var/log/exim4/mainlog";
/// How long the daemon may take to listen.
const START_PATIENCE: Duration = Duration::from_secs(10);
/// Mail that is not delivered by then is reported as left in the queue.
const DELIVERY_PATIENCE: Duration = Duration::from_secs(15);

/// The only settings that the harness adds to a tree, at the head of exim4.conf; a line of the
/// tree that sets the same is taken out.
///
/// Each of them lifts a limit that slows down or cuts off whoever asks too much at once. None
/// has a say in what the first envelope of a client is answered.
const LIMITS: &[(&str, &str)] = &[
    // How many connections there may be at once, and how many of one client.
    ("smtp_accept_max", "10000"),
    ("smtp_accept_max_per_host", "10000"),
    // How many messages one connection may bring, and after how many they wait for the queue.
    ("smtp_accept_max_per_connection", "0"),
    ("smtp_accept_queue_per_connection", "0"),
    // RSET and the like end the session after the tenth, errors after the third.
    ("smtp_accept_max_nonmail", "100000000"),
    ("smtp_max_synprot_errors", "1000000"),
    ("smtp_max_unknown_commands", "1000000"),
];

/// Puts Exim on the machine as Debian's package does.
pub(super) fn make_fresh() -> Result<()> {
    fs::copy(format!("{RUN}/{PROGRAM}"), INSTALLED).context(INSTALLED)?;
    let setuid = Permissions::from_mode(0o4755);
    fs::set_permissions(INSTALLED, setuid).context(INSTALLED)?;
    for name in NAMES {
        let path = Path::new("/usr/sbin").join(name);
        if path.symlink_metadata().is_ok() {
            fs::remove_file(&path).context(path.display())?;
        }
        symlink(PROGRAM, &path).context(path.display())?;
    }
    for directory in ["/etc/exim4", "/var/spool/exim4", LOGS] {
        if Path::new(directory).exists() {
            fs::remove_dir_all(directory).context(directory)?;
        }
    }
    for (directory, group, mode) in DIRECTORIES {
        let owner = ["-o", "Debian-exim", "-g", group, "-m", mode];
        command("install", &[&["-d"], &owner[..], &[directory]].concat())?;
    }
    Ok(())
}

/// Asks Exim itself about the tree.
pub(super) fn gate(warnings: Warnings) -> Result<Gate> {
    let said = command("exim4", &["-bV", "-C", CONFIGURATION])?;
    let found: Vec<String> = said
        .lines()
        .filter(|line| {
            ["WARNING", "Warning", "LOG:"]
                .iter()
                .any(|word| line.contains(word))
        })
        .map(str::to_owned)
        .collect();
    if warnings == Warnings::Refused && !found.is_empty() {
        let found = found.join("\n");
        return Err(Failure::new(format!(
            "Exim does not like its file:\n{found}"
        )));
    }
    Ok(Gate {
        parameters: command("exim4", &["-bP"])?,
        services: command("exim4", &["-bP", "config"])?,
        warnings: found,
    })
}

/// Starts Exim as Debian's service does, with the limits lifted.
pub(super) fn start() -> Result<()> {
    let text = fs::read_to_string(CONFIGURATION).context(CONFIGURATION)?;
    let mut lifted = String::new();
    for (name, value) in LIMITS {
        // Writing to a String cannot fail.
        let _written = writeln!(lifted, "{name} = {value}");
    }
    let mut main = true;
    for line in text.split_inclusive('\n') {
        main = main && !line.starts_with("begin ");
        if !(main && LIMITS.iter().any(|(name, _)| sets(line, name))) {
            lifted.push_str(line);
        }
    }
    fs::write(CONFIGURATION, lifted).context(CONFIGURATION)?;
    // Not directly: a child of the first process stays in the foreground.
    let listens = if is_queue_only()? { "" } else { "-bd " };
    let line = format!("exim4 {listens}-q30m; exit $?");
    command("sh", &["-c", &line])?;
    // It listens before it says so, and after its parent has ended.
    let begun = Instant::now();
    while !fs::read_to_string(MAINLOG).is_ok_and(|log| log.contains("daemon started")) {
        if begun.elapsed() > START_PATIENCE {
            let said = logged(Warnings::Reported)?.join("\n");
            return Err(Failure::new(format!("Exim does not start:\n{said}")));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Whether Debian's service starts a daemon that does not listen.
fn is_queue_only() -> Result<bool> {
    if !Path::new(DEFAULTS).exists() {
        return Ok(false);
    }
    let said = command("sh", &["-euc", &format!(". {DEFAULTS}; echo $QUEUERUNNER")])?;
    Ok(said.trim() == "queueonly")
}

fn sets(line: &str, name: &str) -> bool {
    line.strip_prefix(name)
        .is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Ends every process of Exim at once, and forgets its mail and its logs.
pub(super) fn kill() -> Result<()> {
    super::kill(INSTALLED)?;
    for directory in QUEUES {
        for entry in fs::read_dir(directory).context(directory)? {
            let path = entry.context(directory)?.path();
            if path.is_file() {
                fs::remove_file(&path).context(path.display())?;
            }
        }
    }
    Ok(())
}

/// Waits for deliveries, and returns what stays in the queue.
pub(super) fn drain() -> Result<Vec<String>> {
    let start = Instant::now();
    // Who delivers is a process of its own; the daemon stays.
    while processes()? > 1 && start.elapsed() < DELIVERY_PATIENCE {
        thread::sleep(Duration::from_millis(20));
    }
    Ok(command("exim4", &["-bp"])?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect())
}

fn processes() -> Result<usize> {
    let entries = fs::read_dir("/proc").context("/proc")?;
    let named = |entry: std::io::Result<fs::DirEntry>| {
        // Processes may end while they are looked at; and nobody buries the dead here.
        let stat = fs::read_to_string(entry.ok()?.path().join("stat")).ok()?;
        let (_, rest) = stat.split_once('(')?;
        let (name, rest) = rest.rsplit_once(')')?;
        (name == PROGRAM && !rest.trim_start().starts_with('Z')).then_some(())
    };
    Ok(entries.filter_map(named).count())
}

/// Returns what Exim logged. What it logs in panic is the tree's fault, unless a test is about it.
pub(super) fn logged(warnings: Warnings) -> Result<Vec<String>> {
    let read = |name: &str| {
        let path = Path::new(LOGS).join(name);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let text = fs::read(&path).context(path.display())?;
        let text = String::from_utf8_lossy(&text);
        Ok(text.lines().map(|line| format!("{name}: {line}")).collect())
    };
    let panicked = read("paniclog")?;
    let mut lines = read("mainlog")?;
    lines.extend(read("rejectlog")?);
    if warnings == Warnings::Refused && !panicked.is_empty() {
        lines.extend(panicked);
        return Err(Failure::new(format!(
            "Exim panicked:\n{}",
            lines.join("\n")
        )));
    }
    lines.extend(panicked);
    Ok(lines)
}
