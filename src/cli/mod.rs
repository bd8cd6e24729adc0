//! The command line: arguments, files and terminals. All meaning is in the library.

mod command;
mod exit;
mod git;
mod input;
mod output;
mod painted;
mod progress;
mod report;
mod sarif;
mod server;
mod tree;

pub(crate) use exit::{Exit, Failure};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use mailpol::diagnostic::Diagnostics;

use output::Output;

/// Compile a mail policy to the configuration of a real MTA, and prove that it is no open relay
#[derive(Debug, Parser)]
#[command(name = "mailpol", version, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  mailpol init family --host mx.example.org --address 198.51.100.25 --login jane
  mailpol check
  mailpol build --target postfix
  mailpol prove --target postfix --files build/postfix
  mailpol explain --client 203.0.113.9 --from a@b.example --to victim@c.example
  mailpol diff --against git:HEAD

The policy may be left out: it is `mailpol.kdl` or `policy.kdl` here, or the only `*.kdl`.

Exit status: 0 yes, 1 no (errors, refuted, not as wanted), 2 it could not be done.";

/// The heading of what every command takes, so that a command's own options stand together.
const GENERAL: &str = "General options";

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = GENERAL)]
struct Global {
    /// How results are printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// Say nothing on success but warnings, and `diff` nothing whatever differs; records and
    /// reasons are printed if asked for
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Show every refutation with its dialogue, not the most telling one only; of `simulate` the
    /// whole proof; of `diff` each list that a sentence cuts short, in full
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// Treat these as errors
    #[arg(long, global = true, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One JSON document, as `schemas/report.schema.json` says
    Json,
    /// A comment on a change
    Markdown,
    /// Findings as SARIF 2.1.0
    Sarif,
    /// A master file (RFC 1035 section 5)
    Zone,
    /// What must change, as commands for nsupdate(1)
    Nsupdate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Report every error and warning, with places
    Check(command::check::Args),
    /// Prove a policy and write a target's files, or nothing
    Build(command::build::Args),
    /// Play the policy's scenarios and the attack catalogue, or given envelopes
    Simulate(command::simulate::Args),
    /// Prove the obligations one by one, on the policy or on files
    Prove(command::prove::Args),
    /// Say why an envelope is decided as it is, or what a diagnostic means
    Explain(command::explain::Args),
    /// Check whether a client may send as a domain (RFC 7208), and say why
    Spf(command::spf::Args),
    /// Print the DNS records that the policy needs, or compare them with what is published
    Dns(command::dns::Args),
    /// Make a DKIM key
    Dkim(command::dkim::Args),
    /// Compare files and decisions: of two policies, of a commit, of a tree
    Diff(command::diff::Args),
    /// Write the policy in its canonical layout
    Fmt(command::fmt::Args),
    /// Write a policy to begin with
    Init(command::init::Args),
    /// Print the completions of a shell
    Completions(command::manual::CompletionsArgs),
    /// Print a manual page, or write all of them
    Man(command::manual::ManArgs),
}

impl Command {
    /// The command's name, as in reports.
    fn name(&self) -> &'static str {
        match self {
            Self::Check(_) => "check",
            Self::Build(_) => "build",
            Self::Simulate(_) => "simulate",
            Self::Prove(_) => "prove",
            Self::Explain(_) => "explain",
            Self::Spf(_) => "spf",
            Self::Dns(_) => "dns",
            Self::Dkim(_) => "dkim",
            Self::Diff(_) => "diff",
            Self::Fmt(_) => "fmt",
            Self::Init(_) => "init",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
}

impl Format {
    /// Returns whether a command prints it.
    fn suits(self, command: &str) -> bool {
        match self {
            Self::Human => true,
            // These two print a text for another program.
            Self::Json => !matches!(command, "completions" | "man"),
            Self::Markdown => command == "diff",
            Self::Sarif => matches!(command, "check" | "prove"),
            Self::Zone | Self::Nsupdate => command == "dns",
        }
    }
}

impl Arguments {
    /// Refuses a format that the command does not print, where it stood in front of the command.
    fn suits(&self) -> Result<(), Failure> {
        let (format, command) = (self.global.format, self.command.name());
        if format.suits(command) {
            return Ok(());
        }
        let name = format.to_possible_value();
        let name = name.as_ref().map_or("", |value| value.get_name());
        let why = format!("`mailpol {command}` prints no `--format {name}`");
        Err(Failure::Unable(why))
    }
}

/// Returns `--format` as a command has it: with the formats that it prints.
fn format_of(command: &str) -> Arg {
    let suiting = Format::value_variants()
        .iter()
        .filter(|format| format.suits(command));
    let values = suiting.filter_map(ValueEnum::to_possible_value);
    let parser = PossibleValuesParser::new(values)
        .try_map(|name| <Format as ValueEnum>::from_str(&name, false));
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .global(true)
        .default_value("human")
        .value_parser(parser)
        .help_heading(GENERAL)
        .help("How results are printed")
}

/// Returns the program's arguments, and with them what `--version`, completions and manual pages
/// are made from.
fn program() -> clap::Command {
    use std::fmt::Write as _;
    let mut version = format!(
        "{}\n\nTargets, and what judged their files:",
        env!("CARGO_PKG_VERSION")
    );
    for target in mailpol::target::TARGETS {
        // Writing to a string does not fail.
        let _ = write!(version, "\n  {}: {}", target.name(), target.judged_by());
    }
    let mut program = Arguments::command().long_version(version);
    let commands: Vec<String> = program
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    for name in commands {
        let format = format_of(&name);
        program = program.mut_subcommand(name, |command| command.arg(format));
    }
    program
}

/// Returns when help is coloured: it is printed while the arguments are still read.
fn colour_of_help() -> clap::ColorChoice {
    let words: Vec<_> = std::env::args_os().collect();
    let apart = words
        .windows(2)
        .filter(|pair| pair.first().is_some_and(|word| word == "--color"));
    let apart = apart.filter_map(|pair| pair.get(1)?.to_str());
    let joined = words
        .iter()
        .filter_map(|word| word.to_str()?.strip_prefix("--color="));
    match apart.chain(joined).last() {
        Some("always") => clap::ColorChoice::Always,
        Some("never") => clap::ColorChoice::Never,
        Some(_) | None => clap::ColorChoice::Auto,
    }
}

/// Runs the program.
pub(crate) fn main() -> Exit {
    let matches = program().color(colour_of_help()).try_get_matches();
    let arguments = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(told) => return output::help(&told),
    };
    let mut output = Output::new(&arguments.global, arguments.command.name());
    let mut diagnostics = Diagnostics::new();
    let format = arguments.global.format;
    if let Err(failure) = arguments.suits() {
        return output.finish(&Err(failure), &diagnostics);
    }
    // Questions are no work: whoever answers them needs no sign of life.
    let quiet = arguments.global.quiet || matches!(arguments.command, Command::Init(_));
    progress::start(arguments.command.name(), quiet);
    let result = match &arguments.command {
        Command::Dns(args) => command::dns::run(args, format, &mut output, &mut diagnostics),
        Command::Check(args) => command::check::run(args, &mut output, &mut diagnostics),
        Command::Build(args) => command::build::run(args, &mut output, &mut diagnostics),
        Command::Simulate(args) => command::simulate::run(args, &mut output, &mut diagnostics),
        Command::Prove(args) => command::prove::run(args, &mut output, &mut diagnostics),
        Command::Explain(args) => command::explain::run(args, &mut output, &mut diagnostics),
        Command::Spf(args) => command::spf::run(args, &mut output, &mut diagnostics),
        Command::Dkim(args) => command::dkim::run(args, &mut output),
        Command::Diff(args) => command::diff::run(args, &mut output, &mut diagnostics),
        Command::Fmt(args) => command::fmt::run(args, &mut output, &mut diagnostics),
        Command::Init(args) => command::init::run(args, &mut output, &mut diagnostics),
        Command::Completions(args) => command::manual::completions(args),
        Command::Man(args) => command::manual::man(args, &mut output),
    };
    output.finish(&result, &diagnostics)
}
