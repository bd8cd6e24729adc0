//! `mailpol init`: a policy to begin with, from flags, or from questions on a terminal.

mod ask;
mod text;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mailpol::diagnostic::{Diagnostics, is_error};
use mailpol::source::Source;

use crate::cli::input::PolicyText;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, tree};

const NOTES: &str = "\
What is not given is asked for on a terminal; elsewhere it is an error that names the flag.
The policy that is written is without errors, formatted, proved, and can be built for every target;
or nothing is written.

Examples:
  mailpol init family --host mx.example.org --address 198.51.100.25 --login jane --login john
  mailpol init company --host mx.example.org --address 198.51.100.25 \\
      --domain example.org --domain example.com --login ann --internal 10.1.0.0/16
  mailpol init null --host mx.example.org --address 198.51.100.25 --login jane

Exit status: 0 the policy was written, 1 it would have errors, 2 it could not be written.";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub(in crate::cli) struct Args {
    /// The kind of server
    #[arg(value_enum)]
    kind: Option<Kind>,
    /// The host's name, as in MX records
    #[arg(long)]
    host: Option<String>,
    /// The host's public address; may be given again
    #[arg(long)]
    address: Vec<IpAddr>,
    /// A domain that mail is delivered for; may be given again [default: the host's]
    #[arg(long)]
    domain: Vec<String>,
    /// A Unix account with a mailbox of its name; may be given again
    #[arg(long)]
    login: Vec<String>,
    /// A prefix whose hosts may send without logging in; may be given again; `null` has none
    #[arg(long, value_name = "CIDR")]
    internal: Vec<String>,
    /// Where passwords are checked: what saslauthd asks (`pam`, `ldap`, `shadow`), or the path of
    /// Dovecot's auth socket [default: shadow]
    #[arg(long, value_name = "MECHANISM|SOCKET", value_parser = Auth::parse)]
    auth: Option<Auth>,
    /// Where the certificate is [default: where certbot keeps it]
    #[arg(long, value_name = "PATH")]
    certificate: Option<String>,
    /// Where its private key is [default: where certbot keeps it]
    #[arg(long, value_name = "PATH")]
    key: Option<String>,
    /// The file that is written; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "policy.kdl")]
    out: PathBuf,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
}

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// One domain, a few mailboxes, and a network at home
    Family,
    /// Several domains, and networks of offices
    Company,
    /// No internal network: whoever sends logs in
    Null,
}

/// What checks passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Auth {
    /// saslauthd(8), with this mechanism.
    Saslauthd(String),
    /// Dovecot, at this socket.
    Dovecot(String),
}

impl Auth {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "pam" | "ldap" | "shadow" => Ok(Self::Saslauthd(text.to_owned())),
            path if path.starts_with('/') => Ok(Self::Dovecot(path.to_owned())),
            _ => Err(format!(
                "`{text}` is neither pam, ldap, shadow nor the path of a socket"
            )),
        }
    }
}

/// What a policy is made of.
#[derive(Debug)]
struct Answers {
    kind: Kind,
    host: String,
    addresses: Vec<IpAddr>,
    domains: Vec<String>,
    logins: Vec<String>,
    internal: Vec<String>,
    auth: Auth,
    certificate: String,
    key: String,
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let printed = args.out == Path::new("-");
    if !printed && args.out.exists() && !args.force {
        let out = args.out.display();
        let why = format!("`{out}` is there already, and was left alone (`--force` replaces it)");
        return Err(Failure::Unable(why));
    }
    let mut asked = ask::Asked::default();
    let source = loop {
        let answers = ask::answers(args, &mut asked)?;
        let name = args.out.file_name().unwrap_or(args.out.as_os_str());
        let source = Source::new(name.to_string_lossy(), text::policy(&answers)?);
        let formatted = mailpol::syntax::format(&source, diagnostics)?;
        let source = Source::new(source.name(), formatted);
        let mut told = Diagnostics::new();
        if check(&source, &mut told).is_ok() {
            diagnostics.append(told);
            break source;
        }
        // What is wrong with it stands in no file.
        let source = Source::new("what would be written", source.text());
        let mut told = Diagnostics::new();
        let refused = check(&source, &mut told);
        if !asked.again(&labelled(&source, &told)) {
            diagnostics.append(told);
            return refused.map(|()| Exit::No);
        }
        output.tell(&told)?;
    };
    output.admit(diagnostics)?;
    if printed {
        output.print(source.text())?;
        output.result(serde_json::json!({ "text": source.text() }));
        return Ok(Exit::Yes);
    }
    tree::write_new(&args.out, source.text())?;
    output.result(serde_json::json!({ "written": args.out.display().to_string() }));
    let out = args.out.display();
    output.success(format!(
        "{out}: written, and proved. Read it; then\n  mailpol build {out} --target postfix"
    ));
    Ok(Exit::Yes)
}

/// Returns the words at which errors stand.
fn labelled(source: &Source, told: &Diagnostics) -> Vec<String> {
    let errors = told.sorted().into_iter();
    let errors = errors.filter(|one| is_error(one.as_ref()));
    let labels = errors.flat_map(|one| one.labels().into_iter().flatten());
    let words = labels.filter_map(|label| {
        let range = label.offset()..label.offset() + label.len();
        source.text().get(range).map(str::to_owned)
    });
    words.collect()
}

/// Reads and proves a policy, and makes the files of every target: a name that one MTA cannot have
/// is told now, not at the first build.
fn check(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Result<(), Failure> {
    let beside = BTreeMap::<String, Arc<Source>>::new();
    let text = PolicyText::from_elsewhere(Arc::clone(source), Box::new(beside));
    let policy = text.load(diagnostics)?;
    for target in mailpol::target::TARGETS {
        mailpol::compile::compile(&policy, *target, diagnostics)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
