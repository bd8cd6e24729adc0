//! The MANIFEST: what the files are, what was proved of them, and what is still to be done.

use std::collections::HashSet;
use std::fmt::Write as _;

use rustc_hash::FxBuildHasher;
use sha2::{Digest, Sha256};

use crate::decision::Decider;
use crate::dns::{STS_PATH, StsFile, sts_files};
use crate::policy::{Mailbox, Policy};
use crate::prove::{Answer, Finding, Report, WayOut, in_parts, ways_out};
use crate::target::{Artifacts, Target};

/// The name of the MANIFEST, at the top of the tree.
pub const MANIFEST: &str = "MANIFEST";

/// Adds the MANIFEST to a tree.
pub(super) fn add(
    policy: &Policy,
    target: &dyn Target,
    (report, decider): (&Report, &dyn Decider),
    artifacts: &mut Artifacts,
) {
    let leaves = ways_out(policy, Some(decider));
    let text = text(policy, target, (report, &leaves), artifacts);
    artifacts.add(MANIFEST, 0o644, text);
}

/// Returns how a question of the proof came out.
fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Proved(visited) => format!("proved classes={}", visited.leaves),
        Answer::Follows { classes, .. } => format!("proved follows={classes}"),
        Answer::Records(Ok(pairs)) => format!("proved pairs={pairs}"),
        Answer::Places(Ok(places)) => format!("proved places={places}"),
        Answer::Open(names) => format!("open names={}", names.len()),
        Answer::Refuted(_)
        | Answer::Listener(_)
        | Answer::Records(Err(_))
        | Answer::Places(Err(_)) => "refuted".to_owned(),
        Answer::Undecided(_) | Answer::Incomplete(_) => "undecided".to_owned(),
    }
}

/// Returns a question of the proof, and how it came out.
fn proved(finding: &Finding) -> String {
    let answer = answer(&finding.answer);
    format!("{answer} {} ({})", finding.name, finding.sentence)
}

/// Returns what web servers must serve, with a head if there is anything.
fn served(policy: &Policy) -> Vec<String> {
    let files = sts_files(policy);
    let head = "\n# To be served by HTTPS, by these web servers.".to_owned();
    let head = (!files.is_empty()).then_some(head);
    let served = files.iter().map(|file| {
        let (path, host, web_server) = (sts_path(file), &file.host, &file.web_server);
        format!("serve {path} as https://{host}/{STS_PATH} by {web_server}")
    });
    head.into_iter().chain(served).collect()
}

/// Returns where the MTA-STS policy of a domain stands in a tree.
pub(super) fn sts_path(file: &StsFile) -> String {
    format!("var/www/{}/{STS_PATH}", file.host)
}

/// Returns the hash of a text, in hexadecimal digits.
pub fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Returns what must be so on the server and stands in no file, with a head if there is anything.
fn checks(policy: &Policy, artifacts: &Artifacts) -> Vec<String> {
    let logins = mailbox_logins(policy);
    let accounts = "logins of mailboxes are Unix accounts with homes: getent passwd LOGIN";
    let accounts = format!("check {logins} {accounts}");
    let others = artifacts
        .checks
        .iter()
        .map(|check| format!("check {check}"));
    let accounts = (logins > 0).then_some(accounts).into_iter();
    let checks: Vec<String> = accounts.chain(others).collect();
    let head = (!checks.is_empty()).then(|| "\n# What must be so, and is in no file.".to_owned());
    head.into_iter().chain(checks).collect()
}

/// Returns how many logins have mailboxes, which are kept in the homes of their accounts.
fn mailbox_logins(policy: &Policy) -> usize {
    let is_behind = |mailbox: &Mailbox| mailbox.via.is_some();
    let mut hosted = policy.domains.values();
    if !hosted.any(|hosted| hosted.mailboxes.values().any(is_behind)) {
        // A million need no look at more: a login knows whether it has mailboxes.
        let logins = policy.logins.values();
        return logins.filter(|login| !login.mailboxes.is_empty()).count();
    }
    let mailboxes = policy
        .domains
        .values()
        .flat_map(|domain| domain.mailboxes.values());
    let kept = mailboxes.filter(|mailbox| mailbox.via.is_none());
    let logins = kept.filter_map(|mailbox| mailbox.login.as_ref());
    let logins = logins.map(|login| login.value.as_str());
    logins.collect::<HashSet<_, FxBuildHasher>>().len()
}

/// The recipients that are told one by one.
const RECIPIENTS_MAX: usize = 100;

/// Returns what strangers' mail can leave to, with a head if there is anything.
fn leaving(leaves: &[WayOut]) -> Vec<String> {
    let head = "\n# What strangers' mail can leave to, by these files.".to_owned();
    let head = (!leaves.is_empty()).then_some(head);
    let lines = leaves.iter().take(RECIPIENTS_MAX).flat_map(|way| {
        let keep = if way.keeps {
            ", and a copy is kept"
        } else {
            ""
        };
        let line = move |to| format!("leaves {} to {to}{keep}", way.recipient);
        way.leaves.iter().map(line)
    });
    let more = leaves.len().saturating_sub(RECIPIENTS_MAX);
    let more = (more > 0).then(|| format!("leaves {more} recipients more"));
    head.into_iter().chain(lines).chain(more).collect()
}

/// Services that Debian 12 installs, and does not start when the machine starts (the postinst of
/// sasl2-bin: `update-rc.d saslauthd defaults-disabled`).
const DISABLED: [&str; 1] = ["saslauthd"];

/// Says what root does on the server. Of a tree that is copied over another one a running MTA would
/// read the new tables by the old rules.
fn installed(policy: &Policy, artifacts: &Artifacts) -> Vec<String> {
    let before = "\n# To run on the server, as root, before the files are copied.";
    let mut lines = vec![before.to_owned()];
    let mta = artifacts.services.last();
    lines.extend(mta.map(|service| format!("stop systemctl stop {service}")));
    lines.push("\n# Then, in this folder: `umask 022; cp -r etc /`, and".to_owned());
    lines.extend(artifacts.commands.iter().map(|one| format!("run {one}")));
    // Some of it holds when what stands above was run.
    lines.extend(checks(policy, artifacts));
    lines.push("\n# Then, to have running services take up the files.".to_owned());
    for service in &artifacts.services {
        if DISABLED.contains(service) {
            lines.push(format!("restart systemctl enable {service}"));
        }
        lines.push(format!("restart systemctl restart {service}"));
    }
    lines
}

fn text(
    policy: &Policy,
    target: &dyn Target,
    (report, leaves): (&Report, &[WayOut]),
    artifacts: &Artifacts,
) -> String {
    let (major, minor, patch) = artifacts.version;
    let mut text = String::new();
    let mut line = |words: std::fmt::Arguments<'_>| {
        let _ = text.write_fmt(words);
        text.push('\n');
    };
    line(format_args!(
        "# What mailpol {} made of this policy.",
        env!("CARGO_PKG_VERSION")
    ));
    line(format_args!(
        "policy sha256 {} {}",
        hash(policy.source.text()),
        policy.source.name()
    ));
    line(format_args!(
        "target {} {major}.{minor}.{patch}",
        target.name()
    ));
    line(format_args!(
        "\n# Proved of the policy and of these files, for every class of envelopes."
    ));
    for words in report.findings.iter().map(proved) {
        line(format_args!("{words}"));
    }
    if let Some(left) = report.left_out {
        line(format_args!("alike {left}"));
    }
    for words in leaving(leaves) {
        line(format_args!("{words}"));
    }
    line(format_args!("\n# Assumed by the proof."));
    for assumption in &report.assumptions {
        line(format_args!("assumed {assumption}"));
    }
    line(format_args!("\n# Debian packages that these files need."));
    for package in &artifacts.packages {
        line(format_args!("package {package}"));
    }
    line(format_args!("\n# Files that must exist on the server."));
    for file in &artifacts.required_files {
        line(format_args!("required {file}"));
    }
    for words in installed(policy, artifacts) {
        line(format_args!("{words}"));
    }
    for words in served(policy) {
        line(format_args!("{words}"));
    }
    line(format_args!("\n# The files."));
    let files: Vec<_> = artifacts.files().collect();
    let hashes = in_parts(&files, |(_, artifact)| hash(artifact.source.text()));
    for ((path, artifact), hash) in files.iter().zip(hashes) {
        let mode = artifact.mode;
        line(format_args!("file {mode:04o} sha256 {hash} {path}"));
    }
    text
}
