//! `mailpol completions` and `mailpol man`: what a package installs beside the binary.

mod page;

use std::path::{Path, PathBuf};

use crate::cli::output::Output;
use crate::cli::{Exit, Failure, program, tree};

const COMPLETIONS_NOTES: &str = "\
Examples:
  mailpol completions bash > /usr/share/bash-completion/completions/mailpol
  mailpol completions zsh > /usr/share/zsh/vendor-completions/_mailpol
  mailpol completions fish > /usr/share/fish/vendor_completions.d/mailpol.fish

Exit status: 0 they were printed, 2 they could not be.";

const MAN_NOTES: &str = "\
Examples:
  mailpol man diff | man -l -
  mailpol man dkim new | man -l -
  mailpol man --out /usr/local/share/man/man1

Exit status: 0 they were printed or written, 2 they could not be.";

#[derive(Debug, clap::Args)]
#[command(after_help = COMPLETIONS_NOTES)]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Prints the completions of a shell.
pub(in crate::cli) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut program(), "mailpol", &mut text);
    Output::raw(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Yes)
}

#[derive(Debug, clap::Args)]
#[command(after_help = MAN_NOTES)]
pub(in crate::cli) struct ManArgs {
    /// The command, such as `build` or `dkim new`; left out, the page of mailpol itself
    #[arg(num_args = 0..=2)]
    command: Vec<String>,
    /// Write the pages of all commands to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    out: Option<PathBuf>,
}

/// Prints a manual page, or writes all.
pub(in crate::cli) fn man(args: &ManArgs, output: &mut Output) -> Result<Exit, Failure> {
    // `help` prints what the pages say, and has none itself.
    let mut all = without_help(program());
    all.build();
    if let Some(folder) = &args.out {
        let mut count = 0;
        let mut open = vec![&all];
        while let Some(command) = open.pop() {
            let (name, text) = page::page(command, &all)?;
            tree::write_new(&folder.join(name), &text)?;
            count += 1;
            open.extend(command.get_subcommands());
        }
        let pages = mailpol::diagnostic::count(count, "page", "pages");
        output.success(format!("{pages} in {}", Path::new(folder).display()));
        return Ok(Exit::Yes);
    }
    // As a page is named, too: `dkim-new`.
    let names = args.command.iter().flat_map(|name| name.split('-'));
    let mut command = &all;
    for name in names {
        command = command.find_subcommand(name).ok_or_else(|| {
            let name = args.command.join(" ");
            Failure::Unable(format!(
                "there is no command `{name}`; see `mailpol --help`"
            ))
        })?;
    }
    Output::raw(&page::page(command, &all)?.1)?;
    Ok(Exit::Yes)
}

/// Returns a command and those below it without their `help`.
fn without_help(command: clap::Command) -> clap::Command {
    command
        .disable_help_subcommand(true)
        .mut_subcommands(without_help)
}
