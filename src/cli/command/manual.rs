//! `mailpol completions` and `mailpol man`: what a package installs beside the binary.

use std::path::{Path, PathBuf};

use crate::cli::output::Output;
use crate::cli::{Exit, Failure, program, tree};

#[derive(Debug, clap::Args)]
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
pub(in crate::cli) struct ManArgs {
    /// The command; left out, the page of mailpol itself
    command: Option<String>,
    /// Write the pages of all commands to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    out: Option<PathBuf>,
}

/// Prints a manual page, or writes all.
pub(in crate::cli) fn man(args: &ManArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut all = program();
    all.build();
    if let Some(folder) = &args.out {
        let mut count = 0;
        for command in std::iter::once(&all).chain(all.get_subcommands()) {
            let (name, text) = page(command)?;
            tree::write_new(&folder.join(name), &text)?;
            count += 1;
        }
        output.success(format!("{count} pages in {}", Path::new(folder).display()));
        return Ok(Exit::Yes);
    }
    let command = match &args.command {
        None => &all,
        Some(name) => all.find_subcommand(name).ok_or_else(|| {
            Failure::Unable(format!(
                "there is no command `{name}`; see `mailpol --help`"
            ))
        })?,
    };
    Output::raw(&page(command)?.1)?;
    Ok(Exit::Yes)
}

/// Returns the name of a command's page, and its text (man(7)).
fn page(command: &clap::Command) -> Result<(String, String), Failure> {
    let name = command
        .get_bin_name()
        .unwrap_or_else(|| command.get_name())
        .replace(' ', "-");
    let page = clap_mangen::Man::new(command.clone())
        .title(&name)
        .source(concat!("mailpol ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    page.render(&mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok((format!("{name}.1"), text))
}
