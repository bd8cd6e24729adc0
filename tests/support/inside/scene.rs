//! The machine and the network around the MTA: names, addresses, accounts, certificates, files.

use std::fmt::Write;
use std::fs::{self, Permissions};
use std::net::{IpAddr, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::super::job::{Account, Certificate, DnsFailure, Record, Scene};
use super::super::{Context, Failure, Result};
use super::{command, command_with_input};

/// The program is Debian's, and reads the tree's `/etc/default/saslauthd`.
const SASLAUTHD: &str = "/etc/init.d/saslauthd";
const SASLAUTHD_DEFAULTS: &str = "etc/default/saslauthd";
const WITHOUT_WRITE_FOR_OTHERS: u32 = 0o755;
/// A route that is not there by then will not come.
const ROUTE_PATIENCE: Duration = Duration::from_secs(5);
const OPENDKIM: &str = "etc/opendkim.conf";
/// Where it listens.
const SIGNER: &str = "127.0.0.1:8891";
const SIGNER_PATIENCE: Duration = Duration::from_secs(10);
const DOVECOT: &str = "etc/dovecot/dovecot.conf";

/// Makes the machine that the tree will be copied to.
pub(super) fn set(scene: &Scene) -> Result<()> {
    fs::write("/proc/sys/kernel/hostname", &scene.hostname).context("naming the machine")?;
    let mut hosts = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n".to_owned();
    for address in &scene.addresses {
        let (family, length) = match address {
            IpAddr::V4(_) => ("-4", 32),
            IpAddr::V6(_) => ("-6", 128),
        };
        let prefix = format!("{address}/{length}");
        command("ip", &[family, "address", "add", &prefix, "dev", "lo"])?;
        acknowledge_at_once(family, &prefix)?;
        // Writing to a String cannot fail.
        let _written = writeln!(hosts, "{address} {}", scene.hostname);
    }
    fs::write("/etc/hosts", hosts).context("writing /etc/hosts")?;
    fs::write("/etc/resolv.conf", resolver(scene)).context("writing /etc/resolv.conf")?;
    for (path, text) in &scene.files {
        make_parent(path)?;
        fs::write(path, text).context(path.display())?;
    }
    scene.certificates.iter().try_for_each(make_certificate)?;
    scene.accounts.iter().try_for_each(make_account)
}

/// Returns resolv.conf(5). Where a name server is silent, nobody waits for it longer than it takes
/// to be sure: the default is five seconds, twice.
fn resolver(scene: &Scene) -> String {
    let is_silent = |record: &Record| {
        matches!(
            record,
            Record::Fails {
                how: DnsFailure::Silent,
                ..
            }
        )
    };
    let options = if scene.zone.iter().any(is_silent) {
        "options timeout:2 attempts:1\n"
    } else {
        ""
    };
    format!("nameserver 127.0.0.1\n{options}")
}

/// Lets clients acknowledge at once what comes from this address: else the first bytes after a TLS
/// handshake wait 40 ms for a delayed ACK, in every session.
fn acknowledge_at_once(family: &str, prefix: &str) -> Result<()> {
    let route = |verb, more: &[&str]| {
        let line = [
            family, "route", verb, "local", prefix, "dev", "lo", "table", "local",
        ];
        command("ip", &[&line[..], more].concat())
    };
    // An IPv6 address gets its route a moment after it was added.
    let start = Instant::now();
    while let Err(why) = route("delete", &[]) {
        if start.elapsed() > ROUTE_PATIENCE {
            return Err(why);
        }
        thread::sleep(Duration::from_millis(5));
    }
    route("add", &["quickack", "1"])?;
    Ok(())
}

/// Copies the tree to `/`, as root would by `cp -r`, whatever umask the tree was made with.
pub(super) fn copy_tree(tree: &str) -> Result<()> {
    copy(Path::new(tree), Path::new("/"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).context(from.display())? {
        let entry = entry.context(from.display())?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().context(source.display())?;
        if kind.is_dir() {
            fs::create_dir_all(&target).context(target.display())?;
            copy(&source, &target)?;
        } else if kind.is_symlink() {
            let aim = fs::read_link(&source).context(source.display())?;
            symlink(aim, &target).context(target.display())?;
        } else {
            fs::copy(&source, &target).context(target.display())?;
            let metadata = fs::metadata(&target).context(target.display())?;
            let mode = metadata.permissions().mode() & WITHOUT_WRITE_FOR_OTHERS;
            fs::set_permissions(&target, Permissions::from_mode(mode)).context(target.display())?;
        }
    }
    Ok(())
}

/// Runs what an administrator runs after copying, or what programs do.
pub(super) fn run(commands: &[String]) -> Result<()> {
    for line in commands {
        command("bash", &["-euc", line])?;
    }
    Ok(())
}

/// Starts what checks passwords, if the tree configures it.
pub(super) fn start_logins() -> Result<()> {
    let tree = PathBuf::from(super::TREE);
    if tree.join(SASLAUTHD_DEFAULTS).exists() {
        let said = command(SASLAUTHD, &["start"])?;
        if !said.contains("Starting") || said.contains("failed") {
            return Err(Failure::new(format!("saslauthd did not start: {said}")));
        }
    }
    if tree.join(DOVECOT).exists() {
        command("dovecot", &[])?;
    }
    Ok(())
}

/// Starts what signs, if the tree configures it, and waits until it listens.
pub(super) fn start_signer() -> Result<()> {
    if !PathBuf::from(super::TREE).join(OPENDKIM).exists() {
        return Ok(());
    }
    // What Debian's service does before it starts.
    command(
        "install",
        &["-d", "-o", "opendkim", "-g", "opendkim", "/run/opendkim"],
    )?;
    command("opendkim", &["-x", "/etc/opendkim.conf"])?;
    let start = Instant::now();
    while TcpStream::connect(SIGNER).is_err() {
        if start.elapsed() > SIGNER_PATIENCE {
            return Err(Failure::new("opendkim does not listen".to_owned()));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn make_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) => fs::create_dir_all(parent).context(parent.display()),
        None => Ok(()),
    }
}

fn make_account(account: &Account) -> Result<()> {
    let hash = command_with_input("openssl", &["passwd", "-6", "-stdin"], &account.password)?;
    let hash = hash.trim_end();
    let known = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
    let login = account.login.as_str();
    if known
        .lines()
        .any(|line| line.split(':').next() == Some(login))
    {
        command("usermod", &["--password", hash, login])?;
    } else {
        let shell = [
            "--create-home",
            "--shell",
            "/bin/bash",
            "--password",
            hash,
            login,
        ];
        command("useradd", &shell)?;
    }
    Ok(())
}

fn make_certificate(wanted: &Certificate) -> Result<()> {
    make_parent(&wanted.chain)?;
    make_parent(&wanted.key)?;
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let subject = format!("/CN={}", wanted.name);
    let (certificate, key) = (path(&wanted.chain), path(&wanted.key));
    command(
        "openssl",
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "7",
            "-subj",
            &subject,
            "-out",
            &certificate,
            "-keyout",
            &key,
        ],
    )?;
    Ok(())
}
