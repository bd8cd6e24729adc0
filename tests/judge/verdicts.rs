//! Asks the real MTA, and compares.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use libtest_mimic::Failed;
use mailpol::compile::{compile, files};
use mailpol::decision::{Because, Decider, Envelope, Verdict, run};
use mailpol::diagnostic::Diagnostics;
use mailpol::mail::PathForm;
use mailpol::policy::{Policy, PolicyDecider};
use mailpol::prove::witnesses;
use mailpol::target::{Artifacts, TARGETS, Target};

use crate::envelopes::{at_edges, random, real};
use crate::policies::{Case, told};
use crate::scene::{PASSWORD, scene};
use crate::support::job::{self, Client, Job, Login, Until};
use crate::support::namespace;
use crate::support::report::{Answer, Outcome};

/// How many differences a failed test shows.
const SHOWN: usize = 12;

/// Judges one policy on the real Postfix.
pub(crate) fn judge(case: &Case) -> Result<(), Failed> {
    let policy = case.load()?;
    let target = TARGETS
        .iter()
        .copied()
        .find(|target| target.name() == "postfix")
        .ok_or("there is no target `postfix`")?;
    let mut diagnostics = Diagnostics::new();
    let compiled = compile(&policy, target, &mut diagnostics).map_err(|_| told(&diagnostics))?;
    let reading = target
        .interpret(&compiled.artifacts, &mut diagnostics)
        .map_err(|_| told(&diagnostics))?;
    let mut asked: Vec<Envelope> = witnesses(&policy, files(target, &reading));
    asked.extend(at_edges(&policy));
    asked.extend(random(&policy, 7));
    let asked: Vec<Envelope> = asked
        .into_iter()
        .filter_map(|envelope| real(envelope, &policy))
        .collect();
    let outcomes = ask(&policy, &compiled.artifacts, &asked)?;
    let reference = PolicyDecider::new(&policy);
    let mut differences = Differences::default();
    for (envelope, outcome) in asked.iter().zip(&outcomes) {
        differences.compare(
            envelope,
            outcome,
            &reference,
            reading.decider.as_ref(),
            target,
        )?;
    }
    differences.verdict(&policy, &case.name)
}

/// Asks the real MTA about all envelopes, in a machine of its own.
fn ask(policy: &Policy, artifacts: &Artifacts, asked: &[Envelope]) -> Result<Vec<Outcome>, Failed> {
    let tree = tempfile::tempdir()?;
    write_tree(artifacts, tree.path())?;
    let mut job = Job::new(tree.path(), scene(policy, artifacts));
    job.seconds = 240;
    job.envelopes = asked.iter().map(envelope).collect();
    let report = namespace::run(&job)?;
    if report.outcomes.len() != asked.len() {
        return Err("the harness did not answer every envelope".into());
    }
    Ok(report.outcomes)
}

/// Writes a tree of files below a folder.
pub(crate) fn write_tree(artifacts: &Artifacts, root: &Path) -> Result<(), Failed> {
    use std::os::unix::fs::PermissionsExt as _;
    for (name, artifact) in artifacts.files() {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(&path, artifact.source.text())?;
        fs::set_permissions(&path, fs::Permissions::from_mode(artifact.mode))?;
    }
    Ok(())
}

fn envelope(envelope: &Envelope) -> job::Envelope {
    let listener = match envelope.listener {
        mailpol::mail::Listener::Smtp => job::Listener::Smtp,
        mailpol::mail::Listener::Submission => job::Listener::Submission,
        mailpol::mail::Listener::Submissions => job::Listener::Submissions,
    };
    let mut client = Client::new(envelope.client, listener);
    client.tls = envelope.tls;
    client.login = envelope
        .login
        .as_ref()
        .map(|login| Login::plain(login, PASSWORD));
    client.helo.clone_from(&envelope.helo);
    let mut asked = job::Envelope::new(&client, envelope.from.text(), envelope.to.text());
    // What RCPT lets pass can be refused at DATA: the odd forms are asked that far.
    if envelope.to.form() != PathForm::Plain {
        asked.until = Until::Data;
    }
    asked
}

/// What was found different, and how often each kind of decision was met.
#[derive(Default)]
struct Differences {
    found: Vec<String>,
    latitude: usize,
    counts: BTreeMap<(&'static str, &'static str, Because), usize>,
}

impl Differences {
    fn compare(
        &mut self,
        envelope: &Envelope,
        outcome: &Outcome,
        reference: &dyn Decider,
        reading: &dyn Decider,
        target: &dyn Target,
    ) -> Result<(), Failed> {
        let decide = |decider: &dyn Decider| {
            run(decider, envelope)
                .map(|(decision, _)| decision)
                .map_err(|error| Failed::from(format!("undecided: {error:?}: {envelope:?}")))
        };
        let (policy, files) = (decide(reference)?, decide(reading)?);
        let kind = kind(envelope, &policy.because);
        *self
            .counts
            .entry((envelope.listener.name(), kind, policy.because))
            .or_default() += 1;
        let told = match &outcome.answer {
            Answer::Replied { reply, .. } => {
                Some((class(reply.code), reply.code, reply.status.clone()))
            }
            Answer::Broken { .. } => None,
        };
        let says = |verdict: Verdict, code: u16, status: String| match &told {
            // 354 to DATA is the acceptance of all before it.
            Some((Verdict::Accept, 354, _)) => verdict == Verdict::Accept,
            Some((real, real_code, real_status)) => {
                *real == verdict
                    && (*real_code == code || code == 250)
                    && real_status.as_ref().is_none_or(|real| *real == status)
            }
            None => false,
        };
        let fits_files = says(
            files.verdict,
            files.reply.code,
            files.reply.status.to_string(),
        );
        let fits_policy = says(
            policy.verdict,
            policy.reply.code,
            policy.reply.status.to_string(),
        );
        if fits_files && fits_policy {
            return Ok(());
        }
        if fits_files && in_latitude(envelope, policy.verdict, files.verdict) {
            self.latitude += 1;
            return Ok(());
        }
        self.found.push(format!(
            "client {} {} tls={} login={:?} helo={} spf={}/{}\n  MAIL FROM:<{}> ({})\n  \
             RCPT TO:<{}> ({})\n  policy   {} {} ({})\n  {:8} {} {} ({})\n  real     {outcome}: {}",
            envelope.client,
            envelope.listener,
            envelope.tls,
            envelope.login,
            envelope.helo,
            envelope.spf.as_str(),
            envelope.spf_helo.as_str(),
            envelope.from.text(),
            envelope.from.form(),
            envelope.to.text(),
            envelope.to.form(),
            policy.verdict,
            policy.reply,
            policy.because,
            target.name(),
            files.verdict,
            files.reply,
            files.because,
            outcome.text(),
        ));
        Ok(())
    }

    fn verdict(&self, policy: &Policy, name: &str) -> Result<(), Failed> {
        let mut table = String::new();
        for ((listener, kind, because), count) in &self.counts {
            let _ = writeln!(table, "  {count:6}  {listener:11} {kind:13} {because}");
        }
        println!("{name}: {} in the latitude\n{table}", self.latitude);
        if !self.found.is_empty() {
            let shown: Vec<&str> = self.found.iter().take(SHOWN).map(String::as_str).collect();
            let found = self.found.len();
            return Err(format!("{found} differences\n{}", shown.join("\n\n")).into());
        }
        let listeners = &policy.host.listeners;
        let missed = listeners.iter().find(|listener| {
            !self
                .counts
                .keys()
                .any(|(name, _, _)| *name == listener.value.name())
        });
        match missed {
            Some(listener) => Err(format!("nothing was asked on {}", listener.value).into()),
            None => Ok(()),
        }
    }
}

/// A forward-path that is not plain may be refused, or delivered here; never relayed.
fn in_latitude(envelope: &Envelope, policy: Verdict, files: Verdict) -> bool {
    let form = envelope.to.form();
    let odd = form != PathForm::Plain && form != PathForm::BarePostmaster;
    odd && !(policy == Verdict::Accept && files == Verdict::Accept)
}

fn kind(envelope: &Envelope, because: &Because) -> &'static str {
    match (because, &envelope.login) {
        (Because::Granted, None) => "internal",
        (_, Some(_)) => "with a login",
        (_, None) => {
            if matches!(envelope.client, IpAddr::V6(_)) {
                "other, IPv6"
            } else {
                "other, IPv4"
            }
        }
    }
}

fn class(code: u16) -> Verdict {
    match code {
        0..=399 => Verdict::Accept,
        400..=499 => Verdict::Defer,
        _ => Verdict::Reject,
    }
}
