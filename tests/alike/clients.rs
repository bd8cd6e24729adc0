//! Networks with rights of their own, of which some stand for the others: mistakes in the files of
//! any of them are not overlooked.

use std::fmt::Write as _;

use mailpol::compile::files;
use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::prove::{Given, Report, check_files_beside, prove};
use mailpol::source::Source;
use mailpol::target::{Artifacts, TARGETS, Target};

use super::folder::Folder;
use super::language::{compile, rendered, root};
use super::mistakes::HOST;
use super::{changes, edited, interpret, is_proved};

const NETWORKS: usize = 9;

/// Networks of three kinds, and of two that lie in one of these and around one.
fn lists() -> Policy {
    let mut text = HOST.to_owned();
    for number in 0..NETWORKS {
        let rights = match number % 3 {
            0 => format!(
                "may-send {{ from \"@d{number}.example\"; \
                 to \"local\" \"@partner{number}.example\" }}"
            ),
            1 => format!(
                "otherwise \"refuse\"\n    may-send {{ from \"@shop{number}.example\"; \
                 to \"orders@trade{number}.example\" }}"
            ),
            _ => format!(
                "may-send tls=\"required\" {{ from \"box@d{number}.example\" }}\n    \
                 may-send {{ from \"fax@d{number}.example\"; to \"fax@d{number}.example\" }}"
            ),
        };
        let _ = write!(
            text,
            "domain \"d{number}.example\" {{\n    mailbox \"box\" login=\"u{number}\"\n    \
             mailbox \"fax\"\n    alias \"postmaster\" \"box\"\n}}\n\
             network \"n{number}\" {{\n    cidr \"10.0.{number}.0/24\"\n    {rights}\n}}\n"
        );
    }
    text.push_str(
        "network \"inside\" { cidr \"10.0.4.128/25\"; may-send }\n\
         network \"around\" { cidr \"10.0.0.0/16\"; may-hand-over }\n",
    );
    let mut told = Diagnostics::new();
    let policy = compile(&Source::new("policy.kdl", text), &Folder(root()), &mut told);
    policy.unwrap_or_else(|_| panic!("{}", rendered(&told)))
}

/// Returns how many classes of clients others stand for, if files are proved so.
fn stood_for(
    (policy, proved): (&Policy, &Report),
    target: &dyn Target,
    artifacts: &Artifacts,
) -> Option<usize> {
    let reading = interpret(target, artifacts)?;
    let files = files(target, &reading);
    let report = check_files_beside((policy, proved), files, Given::default())?;
    Some(report.left_out.map_or(0, |left| left.clients))
}

#[test]
fn a_mistake_in_one_network_is_not_overlooked() {
    let policy = lists();
    let mut told = Diagnostics::new();
    let (proven, proved) =
        prove(&policy, &mut told).unwrap_or_else(|_| panic!("{}", rendered(&told)));
    for target in TARGETS {
        let name = target.name();
        let artifacts = target.emit(&proven, &mut told).unwrap();
        // Of each kind one stands for the others.
        let left = stood_for((&policy, &proved), *target, &artifacts);
        assert_eq!(left, Some(NETWORKS - 3), "{name}");
        let is_of_networks = |line: &str| {
            let words = [
                "10.0.", "partner", "trade", "shop", "grant_", "network", "fax@",
            ];
            words.iter().any(|word| line.contains(word)) && !line.trim_start().starts_with('#')
        };
        let (mut caught, mut same, mut alike) = (0, 0, 0);
        for (number, (path, made)) in artifacts.files().enumerate() {
            let whole = made.source.text();
            let lines: Vec<&str> = whole.lines().collect();
            let rows = (0..lines.len()).filter(|at| is_of_networks(lines[*at]));
            let rows: Vec<usize> = rows.collect();
            let step = rows.len().div_ceil(2).max(1);
            for at in rows.iter().copied().skip(number % 2).step_by(step) {
                let place = rows.iter().position(|one| *one == at).unwrap_or(0);
                let other = rows[(place + 3) % rows.len()];
                let changes = changes(&lines, at, other);
                // Some of them, in turn.
                for change in changes.iter().skip((at + number) % 2).step_by(2) {
                    let mut tree = artifacts.clone();
                    tree.add(path, made.mode, edited(whole, at, change.as_deref()));
                    let Some(left) = stood_for((&policy, &proved), *target, &tree) else {
                        caught += 1;
                        continue;
                    };
                    let change = change.as_deref().unwrap_or("gone");
                    let message = format!("{name}: {path}: {}: {change}", lines[at]);
                    assert!(is_proved(&policy, *target, &tree), "{message}");
                    same += 1;
                    alike += usize::from(left > 0);
                }
            }
        }
        assert!(caught > 20, "{name}: {caught} caught, {same} the same");
        assert_eq!(same, alike, "{name}");
    }
}
