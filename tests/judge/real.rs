//! Asks the real MTA, on a machine of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use libtest_mimic::Failed;
use mailpol::decision::Envelope;
use mailpol::mail::PathForm;
use mailpol::policy::{Auth, Policy};
use mailpol::target::Artifacts;
use tempfile::TempDir;

use crate::envelopes::{Seeded, VERY_MANY};
pub(crate) use crate::scene::listener;
use crate::scene::{PASSWORD, dovecot, scene};
use crate::subject::Subject;
use crate::support::job::{self, Client, Job, Login, Mta, Until};
use crate::support::namespace;
use crate::support::report::Outcome;

/// How many envelopes are asked up to DATA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ToData {
    /// Those that Postfix may let pass at RCPT unasked, and of the others a tenth, or a hundredth
    /// of very many: what we emit refuses nothing else as late as that, and an acceptance there
    /// takes a connection of its own.
    Some,
    /// All.
    All,
}

/// Where there are more accounts than this, only those are made that log in.
const ACCOUNTS_MAX: usize = 1_000;

/// Asks about all envelopes. The outcomes are in their order.
pub(crate) fn ask(
    subject: &Subject,
    asked: &[Envelope],
    to_data: ToData,
) -> Result<Vec<Outcome>, Failed> {
    let (_tree, mut job) = job(subject)?;
    if job.scene.accounts.len() > ACCOUNTS_MAX {
        let logins = asked
            .iter()
            .filter_map(|envelope| envelope.login.as_deref());
        let logins: BTreeSet<&str> = logins.collect();
        let accounts = &mut job.scene.accounts;
        accounts.retain(|account| logins.contains(account.login.as_str()));
    }
    // Fifty a second is far from what either MTA does.
    job.seconds = 240 + u64::try_from(asked.len() / 50).unwrap_or(0);
    let mut seeded = Seeded::new(11);
    let one_in = if asked.len() < VERY_MANY { 10 } else { 100 };
    let with_until = |envelope| {
        let mut one = self::envelope(envelope);
        let is_one = seeded.below(one_in) == 0;
        if is_one || to_data == ToData::All || is_restricted_late(envelope) {
            one.until = Until::Data;
        }
        one
    };
    let envelopes: Vec<job::Envelope> = asked.iter().map(with_until).collect();
    // Those up to RCPT come first: they share writes, the others need a connection each.
    let mut order: Vec<usize> = (0..envelopes.len()).collect();
    order.sort_by_key(|number| envelopes[*number].until != Until::Rcpt);
    job.envelopes = order
        .iter()
        .map(|number| envelopes[*number].clone())
        .collect();
    let report = namespace::run(&job)?;
    if report.outcomes.len() != asked.len() {
        return Err("the harness did not answer every envelope".into());
    }
    let mut outcomes: Vec<(usize, Outcome)> = order.into_iter().zip(report.outcomes).collect();
    outcomes.sort_by_key(|(number, _)| *number);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// Whether Postfix lets a recipient of this spelling pass RCPT unasked: bare postmaster, and its
/// own double-bounce address.
fn is_restricted_late(envelope: &Envelope) -> bool {
    let form = envelope.to.form();
    let text = envelope.to.text().to_ascii_lowercase();
    matches!(form, PathForm::BarePostmaster | PathForm::OddPostmaster)
        || text.contains("double-bounce")
        || text.contains("postmaster") && form != PathForm::Plain
}

/// Returns where Postfix wants to be told of everybody who it is.
fn announced(policy: &Policy) -> BTreeMap<job::Listener, Vec<IpAddr>> {
    let mut announced: BTreeMap<_, Vec<IpAddr>> = BTreeMap::new();
    for way in policy.host.ways_in() {
        if policy.is_behind_proxies(way.value) {
            let all = announced.entry(listener(way.value.listener)).or_default();
            all.extend(way.value.on);
        }
    }
    announced
}

/// Returns a job on the tree of a policy, with nothing to ask yet; the tree lives with the folder.
pub(crate) fn job(subject: &Subject) -> Result<(TempDir, Job), Failed> {
    let (policy, artifacts) = (&subject.policy, &subject.artifacts);
    let tree = tempfile::tempdir()?;
    write_tree(artifacts, tree.path())?;
    let mut scene = scene(policy, artifacts);
    match subject.mta {
        Mta::Postfix => scene.announced = announced(policy),
        Mta::Exim => scene.proxies = policy.proxies().iter().map(|one| one.value).collect(),
    }
    if let Some(Auth::Dovecot { socket, .. }) = &policy.auth {
        // Dovecot's own configuration is the administrator's, who lets the MTA ask.
        let user = match subject.mta {
            Mta::Postfix => "postfix",
            Mta::Exim => "Debian-exim",
        };
        let folder = tree.path().join("etc/dovecot");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("dovecot.conf"), dovecot(&socket.value, user))?;
        let around = Path::new(&socket.value).parent().unwrap_or(Path::new("/"));
        let around = around.display();
        let make = format!("mkdir -p {around}; chmod a+x {around}");
        scene.commands.push(make);
    }
    let mut job = Job::new(tree.path(), scene);
    job.mta = subject.mta;
    Ok((tree, job))
}

/// Writes a tree of files below a folder.
fn write_tree(artifacts: &Artifacts, root: &Path) -> Result<(), Failed> {
    use std::os::unix::fs::PermissionsExt as _;
    for (name, artifact) in artifacts.files() {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(&path, artifact.source.text())?;
        fs::set_permissions(&path, fs::Permissions::from_mode(artifact.mode))?;
    }
    Ok(())
}

/// Returns what the harness says for an envelope, up to RCPT.
pub(crate) fn envelope(envelope: &Envelope) -> job::Envelope {
    let mut client = Client::new(envelope.client, listener(envelope.listener));
    client.tls = envelope.tls;
    client.login = envelope
        .login
        .as_ref()
        .map(|login| Login::plain(login, PASSWORD));
    client.helo.clone_from(&envelope.helo);
    job::Envelope::new(&client, envelope.from.text(), envelope.to.text())
}
