//! The real Exim and the reference decider, side by side: both sides of every prefix edge, and
//! seeded random envelopes.

use std::net::IpAddr;
use std::path::Path;

use libtest_mimic::Failed;
use mailpol::decision::{self, Because, Decision, Envelope, Verdict};
use mailpol::diagnostic::Diagnostics;
use mailpol::mail::PathForm;
use mailpol::policy::{Auth, Policy, PolicyDecider, SaslauthdMechanism};
use mailpol::spf::SpfResult;

use crate::envelopes::{at_edges, random, real};
use crate::policies::Case;
use crate::run;
use crate::scene::{PASSWORD, result_of};
use crate::support::job::{self, Client, Login};
use crate::support::namespace;
use crate::support::report::{Answer, Outcome, Reply, Stage};

/// How many differences a failed test shows.
const SHOWN: usize = 12;

/// Returns the policies of this test: every situation that the emitter tells apart.
pub(crate) fn policies() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exim/policies");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut cases: Vec<Case> = entries
        .map(|entry| Case {
            name: entry.file_name().to_string_lossy().into_owned(),
            folder: entry.path(),
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// Compares the real Exim with the reference decider.
pub(crate) fn compare(case: &Case) -> Result<(), Failed> {
    let policy = case.load()?;
    if mailpol::prove::prove(&policy, &mut Diagnostics::new()).is_err() {
        // A policy that contradicts itself has no files.
        return if policy.statements.is_empty() {
            Err("the policy is refuted".into())
        } else {
            Ok(())
        };
    }
    let (_tree, mut job) = run::job(&policy)?;
    job.seconds = 120;
    let asked: Vec<Envelope> = at_edges(&policy)
        .into_iter()
        .chain(random(&policy, 11))
        .filter_map(|envelope| real(envelope, &policy))
        // There is no directory to ask for a password.
        .filter(|envelope| envelope.login.is_none() || !asks_directory(&policy))
        // The kernel takes this address for a broadcast, and replaces it.
        .filter(|envelope| envelope.client != IpAddr::from([127, 255, 255, 255]))
        .map(|envelope| Envelope {
            // Without a certificate there is no TLS.
            tls: envelope.tls && policy.host.tls.is_some(),
            // Exim asks for the domain, whatever stands before it.
            spf: envelope
                .from
                .domain()
                .map_or(SpfResult::None, |domain| result_of(domain.as_str())),
            ..envelope
        })
        .collect();
    job.envelopes = asked.iter().map(envelope).collect();
    let report = namespace::run(&job)?;
    let reference = PolicyDecider::new(&policy);
    let mut differences = Vec::new();
    for (envelope, outcome) in asked.iter().zip(&report.outcomes) {
        let (decision, _) = decision::run(&reference, envelope)
            .map_err(|error| Failed::from(format!("undecided: {error:?}: {envelope:?}")))?;
        if !fits(envelope, &decision, outcome) {
            differences.push(describe(envelope, &decision, outcome));
        }
    }
    if differences.is_empty() && report.outcomes.len() == asked.len() {
        return Ok(());
    }
    let shown = differences.iter().take(SHOWN).map(String::as_str);
    let shown = shown.collect::<Vec<_>>().join("\n");
    Err(format!("{} of {} differ\n{shown}", differences.len(), asked.len()).into())
}

fn asks_directory(policy: &Policy) -> bool {
    match &policy.auth {
        Some(Auth::Saslauthd { mechanism, .. }) => mechanism.value == SaslauthdMechanism::Ldap,
        Some(Auth::Dovecot { .. }) | None => false,
    }
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
    job::Envelope::new(&client, envelope.from.text(), envelope.to.text())
}

/// Whether an answer is the decision, but for the latitude of `docs/targets/exim.md`.
fn fits(envelope: &Envelope, decision: &Decision, outcome: &Outcome) -> bool {
    let Answer::Replied { stage, reply } = &outcome.answer else {
        return false;
    };
    if envelope.from.form() == PathForm::Underscore {
        return *stage == Stage::Mail && reply.code == 501;
    }
    let same = same(decision, reply);
    let to = envelope.to.form();
    if same || to == PathForm::Plain || to == PathForm::BarePostmaster {
        return same && says_why(decision, reply);
    }
    // What the policy refuses may be delivered here; what it relays may not leave otherwise.
    reply.code >= 400 || decision.verdict != Verdict::Accept
}

fn same(decision: &Decision, reply: &Reply) -> bool {
    let status = decision.reply.status.to_string();
    let code = reply.code == decision.reply.code;
    // Exim's own words carry no status.
    code && reply.status.as_ref().is_none_or(|real| *real == status)
}

/// Whether a refusal of ours begins with the word of its rule.
fn says_why(decision: &Decision, reply: &Reply) -> bool {
    let word = format!("{}: ", decision.because.name());
    match (decision.verdict, decision.because, &reply.status) {
        (Verdict::Accept, _, _) | (_, Because::BadPath, None) => true,
        (Verdict::Defer | Verdict::Reject, _, _) => reply.text.contains(&word),
    }
}

fn describe(envelope: &Envelope, decision: &Decision, outcome: &Outcome) -> String {
    format!(
        "client {} {} tls={} login={:?} helo={}\n  <{}> ({}) to <{}> ({})\n  \
         policy {} {} ({}), real {outcome}: {}",
        envelope.client,
        envelope.listener,
        envelope.tls,
        envelope.login,
        envelope.helo,
        envelope.from.text(),
        envelope.from.form(),
        envelope.to.text(),
        envelope.to.form(),
        decision.verdict,
        decision.reply,
        decision.because,
        outcome.text(),
    )
}
