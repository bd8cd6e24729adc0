//! `mailpol explain`: why an envelope is decided as it is; or what a diagnostic or an obligation
//! means.

use std::fmt::Write as _;
use std::path::PathBuf;

use mailpol::decision::{Decider, place};
use mailpol::diagnostic::Diagnostics;
use mailpol::explain;
use mailpol::mail::Listener;
use mailpol::policy::{Policy, PolicyDecider};
use mailpol::prove::destinations;
use mailpol::simulate::{Answerer, EnvelopeLine, Results, Word};

use super::FilesArgs;
use super::listed::Listed;
use super::resolve::ResolveArgs;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, input};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The policy (ends in `.kdl`, or `-`), or a code such as `mailpol::network::universal`, or an
    /// obligation such as `no-open-relay`
    policy_or_code: Option<String>,
    /// The client's address
    #[arg(long, requires = "to")]
    client: Option<String>,
    /// The reverse-path; empty for the null one
    #[arg(long, default_value = "", requires = "client")]
    from: String,
    /// The forward-path
    #[arg(long, requires = "client")]
    to: Option<String>,
    /// The way in [default: smtp]
    #[arg(long, requires = "client", value_parser = Listed::LISTENERS)]
    listener: Option<String>,
    /// The session is under TLS
    #[arg(long, requires = "client")]
    tls: bool,
    /// The login that the client has authenticated as; without an envelope: what it may send
    #[arg(long)]
    login: Option<String>,
    /// The name that the client gives with HELO
    #[arg(long, requires = "client")]
    helo: Option<String>,
    /// The SPF result of MAIL FROM
    #[arg(long, requires = "client", value_name = "RESULT", value_parser = Listed::RESULTS)]
    spf: Option<String>,
    /// The SPF result of HELO
    #[arg(long, requires = "client", value_name = "RESULT", value_parser = Listed::RESULTS)]
    spf_helo: Option<String>,
    #[command(flatten)]
    files: FilesArgs,
    #[command(flatten)]
    resolve: ResolveArgs,
}

impl Args {
    /// Refuses what is about an envelope where none is explained.
    fn is_about_an_envelope(&self, what: &str) -> Result<(), Failure> {
        let given = if self.client.is_some() {
            "--client"
        } else if self.files.target.is_some() {
            "--target"
        } else if self.resolve.is_given() {
            "--zone` and `--resolve"
        } else {
            return Ok(());
        };
        let help = if self.client.is_some() {
            "leave it out, or name the policy"
        } else {
            "add `--client` and `--to`, or leave it out"
        };
        Err(Failure::Unable(format!(
            "`{given}` is about an envelope, and {what} is told without one: {help}"
        )))
    }
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let first = args.policy_or_code.as_deref();
    if let Some(code) = first.filter(|text| !input::is_policy(text)) {
        let page = explain::page(code).ok_or_else(|| {
            Failure::Unable(format!(
                "`{code}` is neither a policy (`*.kdl`) nor a known code or obligation"
            ))
        })?;
        args.is_about_an_envelope("a page")?;
        output.result(serde_json::json!({ "code": code, "page": page }));
        output.print(page)?;
        return Ok(Exit::Yes);
    }
    let Some((client, to)) = args.client.clone().zip(args.to.clone()) else {
        if let Some(login) = &args.login {
            args.is_about_an_envelope("what a login may send")?;
            let policy = input::policy(first.map(PathBuf::from).as_deref())?;
            return send_as(&policy.load(diagnostics)?, login, output);
        }
        return Err(Failure::Unable(
            "give an envelope (`--client IP --from A --to B`), a login (`--login NAME`), or a code"
                .to_owned(),
        ));
    };
    let policy = input::policy(first.map(PathBuf::from).as_deref())?.load(diagnostics)?;
    let line = EnvelopeLine {
        client: client.into(),
        from: args.from.clone().into(),
        to: to.into(),
        listener: args.listener.clone().map(Word::from),
        tls: args.tls.then_some(true),
        login: args.login.clone().map(Word::from),
        helo: args.helo.clone().map(Word::from),
        spf: args.spf.clone().map(Word::from),
        spf_helo: args.spf_helo.clone().map(Word::from),
    };
    let spf = args.resolve.results(&policy, diagnostics)?;
    let mut text = String::new();
    let reference = PolicyDecider::new(&policy);
    let mut results = vec![one(
        "policy",
        &reference,
        &policy,
        (&line, &spf),
        &mut text,
    )?];
    if let Some((target, reading)) = args.files.reading(&policy, diagnostics)? {
        let decider = reading.decider.as_ref();
        results.push(one(
            target.name(),
            decider,
            &policy,
            (&line, &spf),
            &mut text,
        )?);
    }
    output.print(&text)?;
    output.result(results);
    Ok(Exit::Yes)
}

/// Explains what a login may send.
fn send_as(policy: &Policy, login: &str, output: &mut Output) -> Result<Exit, Failure> {
    let Some(rights) = explain::send_as(policy, login) else {
        let near = policy.near_login(login);
        let meant = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        output.print(&format!(
            "{login} is no login that the policy lists: it gives no rights, and takes none{meant}\n"
        ))?;
        output.result(serde_json::json!({ "login": login, "rights": [] }));
        return Ok(Exit::No);
    };
    output.print(&rights.table())?;
    output.result(rights);
    Ok(Exit::Yes)
}

/// Explains one decider's answer.
fn one(
    who: &str,
    decider: &dyn Decider,
    policy: &Policy,
    (line, results): (&EnvelopeLine<'_>, &Results),
    text: &mut String,
) -> Result<serde_json::Value, Failure> {
    let own = policy.host.own_addresses();
    let listeners: Vec<Listener> = policy.host.listeners.iter().map(|one| one.value).collect();
    let answerer = Answerer {
        decider,
        own: &own,
        listeners: &listeners,
        results,
    };
    let envelope = line
        .envelope(&answerer)
        .map_err(|error| Failure::Unable(error.to_string()))?;
    let (answered, decision, asked) = answerer
        .answer(&envelope)
        .map_err(|_| Failure::Unable("this envelope cannot be decided: a bug of mailpol".into()))?;
    let at = answered.at.as_ref();
    let at = at.map_or_else(|| "-".to_owned(), ToString::to_string);
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{who}: {} {} {} ({}), {at}",
        answered.verdict, answered.code, answered.status, answered.because
    );
    text.push_str(&explain::steps(decider, &asked, &envelope));
    for destination in destinations(decider, &decision, &envelope) {
        let _ = writeln!(text, "  the mail: {}", place(&destination));
    }
    for copy in decision.copies.addresses() {
        let _ = writeln!(text, "  a copy: to {copy}");
    }
    Ok(serde_json::json!({ "decider": who, "answer": answered }))
}
