//! What is printed. Standard output carries what was asked for and nothing else; standard error
//! carries everything said about it.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the terminal is asked"
)]

use std::io::{IsTerminal as _, Write as _};

use mailpol::diagnostic::{Diagnostics, Style, render};
use serde_json::Value;

use super::exit::{Exit, Failure};
use super::{Color, Deny, Format, Global, report};

/// The width of what is rendered when nobody looks.
const WIDTH: usize = 100;

/// Where a command prints to.
#[derive(Debug)]
pub(super) struct Output {
    format: Format,
    quiet: bool,
    deny: Option<Deny>,
    style: Style,
    command: &'static str,
    result: Option<Value>,
    success: Option<String>,
}

impl Output {
    pub(super) fn new(global: &Global, command: &'static str) -> Self {
        let colour = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => auto_colour(),
        };
        Self {
            format: global.format,
            quiet: global.quiet,
            deny: global.deny,
            style: Style {
                colour,
                width: WIDTH,
            },
            command,
            result: None,
            success: None,
        }
    }

    /// Returns whether one JSON document is asked for.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints what was asked for, unless JSON is.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        if self.is_json() {
            return Ok(());
        }
        Self::raw(text)
    }

    /// Prints what was asked for, whatever the format.
    pub(super) fn raw(text: &str) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }

    /// Sets the result of the JSON document.
    pub(super) fn result(&mut self, result: impl serde::Serialize) {
        self.result = serde_json::to_value(result).ok();
    }

    /// Sets the one line that is said on success.
    pub(super) fn success(&mut self, line: String) {
        self.success = Some(line);
    }

    /// Says what is left to say, and returns how the program ends.
    pub(super) fn finish(self, result: Result<Exit, Failure>, diagnostics: &Diagnostics) -> Exit {
        let denied = self.deny == Some(Deny::Warnings) && diagnostics.warnings() > 0;
        let exit = match &result {
            _ if diagnostics.has_internal() => Exit::Unable,
            Ok(Exit::Yes) if diagnostics.errors() > 0 || denied => Exit::No,
            Ok(exit) => *exit,
            Err(Failure::Reported) => Exit::No,
            Err(Failure::Unable(_)) => Exit::Unable,
            Err(Failure::Pipe) => return Exit::Yes,
        };
        match self.say(exit, &result, diagnostics) {
            Ok(()) | Err(Failure::Pipe) => exit,
            Err(Failure::Reported | Failure::Unable(_)) => Exit::Unable,
        }
    }

    fn say(
        &self,
        exit: Exit,
        result: &Result<Exit, Failure>,
        diagnostics: &Diagnostics,
    ) -> Result<(), Failure> {
        let mut stderr = std::io::stderr().lock();
        if let Err(Failure::Unable(why)) = result {
            writeln!(stderr, "mailpol: {why}")?;
        }
        // What could not be done has no document, unless there is something to show all the same.
        if self.is_json() && (exit != Exit::Unable || self.result.is_some()) {
            let document = report::document(self.command, exit, diagnostics, self.result.as_ref());
            Self::raw(&format!("{document:#}\n"))?;
            return Ok(());
        }
        for told in diagnostics.sorted() {
            writeln!(stderr, "{}", render(told.as_ref(), self.style))?;
        }
        match &self.success {
            Some(line) if exit == Exit::Yes && !self.quiet => writeln!(stderr, "{line}")?,
            _ => {}
        }
        Ok(())
    }
}

/// Asks the stream, then `NO_COLOR` (no-color.org), then `CLICOLOR_FORCE` (bixense.com/clicolors).
fn auto_colour() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("NO_COLOR") {
        return false;
    }
    set("CLICOLOR_FORCE") || std::io::stderr().is_terminal()
}
