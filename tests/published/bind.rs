//! nsupdate(1) against BIND: what it is told makes the records the wanted ones, and nothing else.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{EVERYTHING, check, mailpol, path, zone_text};

const SERVER: &str = "/usr/sbin/named";
/// Names the probes whose absence is a failure: `postfix,nsd,bind`.
const REQUIRED: &str = "MAILPOL_REQUIRE_PROBES";
const START: Duration = Duration::from_secs(20);
/// Zones that the server lets everybody on loopback change.
const ZONES: [&str; 7] = [
    "example.org",
    "example.com",
    "example.net",
    "in-addr.arpa",
    "ip6.arpa",
    "reports.example.net",
    "old.example.org",
];

/// Returns whether the program is here; if not, says that the test is skipped, or fails.
fn is_here() -> bool {
    if Path::new(SERVER).exists() {
        return true;
    }
    let required = std::env::var(REQUIRED).unwrap_or_default();
    let required = required.split(',').any(|name| name.trim() == "bind");
    assert!(!required, "{SERVER} is missing: run tests/run as root");
    // Straight to the stream: the test harness would keep a printed line to itself.
    let told = format!("SKIPPED: a test needs {SERVER}, which `tests/run` installs\n");
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    false
}

/// BIND with some zones, until it is dropped.
struct Bind {
    address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Bind {
    /// Starts with what `records` says of each zone.
    fn start(records: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let place = folder.path().display().to_string();
        let mut text = format!(
            "options {{ directory \"{place}\"; pid-file none; session-keyfile none; \
             listen-on port {} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no; \
             dnssec-validation no; empty-zones-enable no; notify no; }};\ncontrols {{ }};\n",
            address.port()
        );
        for zone in ZONES {
            let own: Vec<&str> = records
                .lines()
                .filter(|line| zone_of(line) == Some(zone))
                .collect();
            let head = format!(
                "{zone}. 3600 SOA ns.test. host.test. 1 3600 600 86400 60\n{zone}. NS ns.test.\n"
            );
            let body = own.join("\n");
            fs::write(
                folder.path().join(zone),
                format!("$TTL 3600\n{head}{body}\n"),
            )
            .unwrap();
            writeln!(
                text,
                "zone \"{zone}\" {{ type primary; file \"{zone}\"; allow-update {{ any; }}; }};"
            )
            .unwrap();
        }
        let config = folder.path().join("named.conf");
        fs::write(&config, text).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(SERVER)
            .args(["-g", "-n", "1", "-c"])
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self {
            address,
            child,
            folder,
        };
        server.await_answer();
        server
    }

    fn await_answer(&mut self) {
        let question = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x07example\x03org\0\0\x06\0\x01";
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        let start = Instant::now();
        while start.elapsed() < START {
            if self.child.try_wait().unwrap().is_some() {
                break;
            }
            let _sent = socket.send_to(question, self.address);
            if socket.recv(&mut [0; 512]).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!(
            "{}",
            fs::read_to_string(self.folder.path().join("log")).unwrap()
        );
    }

    /// Returns all records of a zone, as dig(1) prints a transfer, sorted.
    fn transfer(&self, zone: &str) -> Vec<String> {
        let port = self.address.port().to_string();
        let output = Command::new("dig")
            .args(["@127.0.0.1", "-p", &port, "axfr", zone, "+noall", "+answer"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut lines: Vec<String> = text.lines().map(words).collect();
        lines.sort();
        lines.dedup();
        lines
    }
}

impl Drop for Bind {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Returns the zone of a line of zone text: the longest whose name ends that of the line.
fn zone_of(line: &str) -> Option<&'static str> {
    let name = line
        .split(". ")
        .next()
        .filter(|_| !line.starts_with([';', '$']))?;
    let within = |zone: &&str| name == *zone || name.ends_with(&format!(".{zone}"));
    ZONES
        .into_iter()
        .filter(within)
        .max_by_key(|zone| zone.len())
}

fn free_address() -> SocketAddr {
    loop {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// Has the policy say what must change, and nsupdate(1) change it.
#[track_caller]
fn update(server: &Bind) -> String {
    let policy = path(EVERYTHING.0);
    let address = server.address.to_string();
    let arguments = ["dns", policy.to_str().unwrap(), "--format", "nsupdate"];
    let (code, commands, stderr) = mailpol(&[&arguments[..], &["--nameserver", &address]].concat());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let file = server.folder.path().join("commands");
    let head = format!("server 127.0.0.1 {}\n", server.address.port());
    fs::write(&file, format!("{head}{commands}")).unwrap();
    let output = Command::new("nsupdate").arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.is_empty(),
        "{said}\n{commands}"
    );
    commands
}

/// Records of others, and records of ours that are wrong.
const NOT_OURS: &str = "example.org. TXT \"some-site-verification=1\"\n\
    example.org. A 192.0.2.80\n\
    shop.example.org. A 192.0.2.81\n\
    example.org. CAA 0 issue \"ca.example\"\n\
    2025a._domainkey.example.org. TXT \"v=DKIM1; p=MCow\"\n";
const WRONG: &str = "example.org. TXT \"v=spf1 \" \"a ~all\"\n\
    example.org. MX 10 mx.old.example.\n\
    example.org. MX 20 mx.example.org.\n\
    mx.example.org. A 192.0.2.1\n\
    _dmarc.example.org. TXT \"v=DMARC1; p=none; pct=50\"\n\
    2026b._domainkey.example.org. TXT \"v=DKIM1; p=\"\n\
    mta-sts.example.org. CNAME old.example.org.\n\
    _smtp._tls.example.org. CNAME tls.example.org.\n\
    example.com. TXT \"v=spf1 a -all\"\n\
    example.com. TXT \"v=spf1 +mx -all\"\n";

#[test]
fn nsupdate_makes_it_so_and_leaves_the_rest_alone() {
    if !is_here() {
        return;
    }
    let others = EVERYTHING.1;
    let server = Bind::start(&format!("{NOT_OURS}{WRONG}{others}"));
    update(&server);
    assert_eq!(
        check(EVERYTHING.0, &server.address.to_string(), 0),
        Vec::<String>::new()
    );
    // What stands there now is what was wanted, what is not ours, and the zone's own.
    let wanted = Bind::start(&format!("{NOT_OURS}{}", zone_text(EVERYTHING)));
    for zone in ZONES {
        let without_soa = |server: &Bind| {
            let lines = server.transfer(zone).into_iter();
            lines
                .filter(|line| !line.contains(" SOA "))
                .collect::<Vec<_>>()
        };
        let found = without_soa(&server);
        assert!(
            found.iter().any(|line| line.contains(" NS ns.test.")),
            "{found:#?}"
        );
        assert_eq!(found, without_soa(&wanted), "{zone}");
    }
    // A second time there is nothing to do.
    assert_eq!(update(&server), "");
}

#[test]
fn an_empty_zone_is_filled() {
    if !is_here() {
        return;
    }
    let server = Bind::start(EVERYTHING.1);
    update(&server);
    assert_eq!(
        check(EVERYTHING.0, &server.address.to_string(), 0),
        Vec::<String>::new()
    );
}

#[test]
fn where_nobody_answers_nothing_is_to_be_changed() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let policy = path(EVERYTHING.0);
    let arguments = ["dns", policy.to_str().unwrap(), "--format", "nsupdate"];
    let more = ["--nameserver", &address, "--timeout", "1"];
    let (code, stdout, stderr) = mailpol(&[&arguments[..], &more].concat());
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("is not known in full"), "{stderr}");
}
