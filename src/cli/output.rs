//! What is printed. Standard output carries what was asked for and nothing else; standard error
//! carries everything said about it.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the terminal is asked"
)]

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use mailpol::diagnostic::{Diagnostics, Style, Told, render};
use mailpol::source::Source;
use serde_json::Value;

use super::exit::{Exit, Failure};
use super::{Color, Deny, Format, Global, progress, report, sarif};

/// The width of what is rendered when nobody looks.
const WIDTH: usize = 100;

/// Where a command prints to.
#[derive(Debug)]
pub(super) struct Output {
    format: Format,
    quiet: bool,
    verbose: bool,
    deny: Option<Deny>,
    style: Style,
    /// Whether what goes to standard output is coloured.
    paint: bool,
    command: &'static str,
    policy: PathBuf,
    result: Option<Value>,
    success: Option<String>,
}

impl Output {
    pub(super) fn new(global: &Global, command: &'static str) -> Self {
        let colour = |terminal: bool| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => auto_colour(terminal),
        };
        Self {
            format: global.format,
            quiet: global.quiet,
            verbose: global.verbose,
            deny: global.deny,
            style: Style {
                colour: colour(std::io::stderr().is_terminal()),
                width: WIDTH,
            },
            paint: colour(std::io::stdout().is_terminal()),
            command,
            policy: PathBuf::new(),
            result: None,
            success: None,
        }
    }

    /// Returns whether one JSON document is asked for.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Returns whether SARIF is asked for.
    pub(super) fn is_sarif(&self) -> bool {
        self.format == Format::Sarif
    }

    /// Sets the policy that SARIF is about.
    pub(super) fn policy(&mut self, source: &Source) {
        self.policy = PathBuf::from(source.path());
    }

    /// Returns whether Markdown is asked for.
    pub(super) fn is_markdown(&self) -> bool {
        self.format == Format::Markdown
    }

    /// Returns how results are coloured.
    pub(super) fn paint(&self) -> Paint {
        Paint(self.paint)
    }

    /// Prints what was asked for, unless JSON is.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        if self.is_json() || self.is_sarif() {
            return Ok(());
        }
        Self::raw(text)
    }

    /// Prints how something came out: quietly, nothing of a success.
    pub(super) fn print_outcome(&self, text: &str, exit: Exit) -> Result<(), Failure> {
        if self.quiet && exit == Exit::Yes {
            return Ok(());
        }
        self.print(text)
    }

    /// Prints what was asked for, but quietly nothing: how the program ends says it.
    pub(super) fn print_unless_quiet(&self, text: &str) -> Result<(), Failure> {
        if self.quiet { Ok(()) } else { self.print(text) }
    }

    /// Returns whether every refutation is shown with its dialogue.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Prints what was asked for, whatever the format.
    pub(super) fn raw(text: &str) -> Result<(), Failure> {
        progress::end();
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }

    /// Tells something before the end, to whoever sits at the terminal.
    pub(super) fn tell(&self, diagnostics: &Diagnostics) -> Result<(), Failure> {
        progress::end();
        let mut stderr = std::io::stderr().lock();
        for told in diagnostics.sorted() {
            writeln!(stderr, "{}", render(told.as_ref(), self.style))?;
        }
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

    fn denies(&self, diagnostics: &Diagnostics) -> bool {
        self.deny == Some(Deny::Warnings) && diagnostics.warnings() > 0
    }

    /// Ends a command before it writes anything, where what was told is denied.
    pub(super) fn admit(&self, diagnostics: &Diagnostics) -> Result<(), Failure> {
        if self.denies(diagnostics) {
            return Err(Failure::Reported);
        }
        Ok(())
    }

    /// Says what is left to say, and returns how the program ends.
    pub(super) fn finish(self, result: &Result<Exit, Failure>, diagnostics: &Diagnostics) -> Exit {
        let denied = self.denies(diagnostics);
        let exit = match result {
            _ if diagnostics.has_internal() => Exit::Unable,
            Ok(Exit::Yes) if diagnostics.errors() > 0 || denied => Exit::No,
            Ok(exit) => *exit,
            Err(Failure::Reported) => Exit::No,
            Err(Failure::Unable(_)) => Exit::Unable,
            // Nobody hears the answer, and so it is none.
            Err(Failure::Pipe) => return Exit::Unable,
        };
        progress::end();
        match self.say(exit, result, diagnostics) {
            Ok(()) | Err(Failure::Pipe) => exit,
            Err(Failure::Reported) => Exit::Unable,
            Err(Failure::Unable(why)) => unable(&why),
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
        if self.is_sarif() && exit != Exit::Unable {
            let document = sarif::document(diagnostics, &self.policy);
            return Self::raw(&format!("{document:#}\n"));
        }
        let (shown, short) = if self.verbose {
            (diagnostics.sorted(), Vec::new())
        } else {
            telling(diagnostics.sorted())
        };
        for told in shown {
            writeln!(stderr, "{}", render(told.as_ref(), self.style))?;
        }
        let left = diagnostics.left_out();
        if left > 0 {
            writeln!(stderr, "{left} more errors and warnings are not shown.\n")?;
        }
        if !short.is_empty() {
            writeln!(
                stderr,
                "Refuted besides (`--verbose` shows the dialogues):\n"
            )?;
            for told in short {
                writeln!(stderr, "  {told}")?;
            }
        }
        self.say_aside(&mut stderr, exit, diagnostics)?;
        match &self.success {
            Some(line) if exit == Exit::Yes && !self.quiet => writeln!(stderr, "{line}")?,
            _ => {}
        }
        Ok(())
    }

    /// Says what the policy acknowledges, and, where warnings are denied, how it would say so.
    fn say_aside(
        &self,
        stderr: &mut impl std::io::Write,
        exit: Exit,
        diagnostics: &Diagnostics,
    ) -> Result<(), Failure> {
        if self.verbose {
            for one in diagnostics.put_aside() {
                writeln!(stderr, "{}", render(one.warning.as_ref(), self.style))?;
                writeln!(stderr, "  acknowledged at {}\n", one.by)?;
            }
        }
        if diagnostics.errors() > 0 {
            return Ok(());
        }
        let denied = self.deny == Some(Deny::Warnings) && exit == Exit::No;
        // Who checks wants to know what to do; other commands are about something else.
        let why = match (denied, self.command) {
            (true, _) => "Warnings are denied. ",
            (false, "check") if !self.quiet => "",
            (false, _) => return Ok(()),
        };
        let nodes = diagnostics.acknowledgements();
        if !nodes.is_empty() {
            let nodes = nodes.join("\n  ");
            writeln!(
                stderr,
                "{why}What is meant to be so is said in the policy:\n\n  {nodes}\n"
            )?;
        }
        Ok(())
    }
}

/// Says why something could not be done, as far as that can be said.
fn unable(why: &str) -> Exit {
    // Where standard error is no more, how the program ends is all that is left.
    let _ = writeln!(std::io::stderr(), "mailpol: {why}");
    Exit::Unable
}

/// Prints what clap has to tell instead of arguments: help, the version, or what is wrong.
pub(super) fn help(told: &clap::Error) -> Exit {
    let printed = told.print().and_then(|()| std::io::stdout().flush());
    match printed.map_err(Failure::from) {
        Ok(()) | Err(Failure::Pipe) if told.use_stderr() => Exit::Unable,
        Ok(()) | Err(Failure::Pipe | Failure::Reported) => Exit::Yes,
        Err(Failure::Unable(why)) => unable(&why),
    }
}

/// Divides what is told into what is shown in full, and refutations of which a line is enough: one
/// hole refutes many things, and the first in the order of the proof says most.
fn telling(told: Vec<&Told>) -> (Vec<&Told>, Vec<&Told>) {
    let refutes = |one: &&Told| {
        let code = one.code().map(|code| code.to_string());
        let code = code.unwrap_or_default();
        code == "mailpol::prove::refuted" || code == "mailpol::prove::differs"
    };
    let (mut short, mut shown): (Vec<&Told>, Vec<&Told>) = told.into_iter().partition(refutes);
    let names = mailpol::prove::question_names();
    let rank = |one: &Told| {
        let text = one.to_string();
        let of = |name: &&str| text.starts_with(&format!("`{name}`"));
        names.iter().position(of).unwrap_or(usize::MAX)
    };
    short.sort_by_key(|one| rank(one));
    if !short.is_empty() {
        shown.push(short.remove(0));
    }
    (shown, short)
}

/// Asks `NO_COLOR` (no-color.org), then `CLICOLOR_FORCE` (bixense.com/clicolors).
fn auto_colour(terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("NO_COLOR") {
        return false;
    }
    let dumb = std::env::var_os("TERM").is_some_and(|kind| kind == "dumb");
    set("CLICOLOR_FORCE") || (terminal && !dumb)
}

/// Colours of what is printed. They never carry meaning alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    /// Returns whether there are colours.
    pub(super) fn is_on(self) -> bool {
        self.0
    }

    /// Colours a text by a sequence of ECMA-48 (SGR).
    fn with(self, sequence: &str, text: &str) -> String {
        if self.0 && !text.is_empty() {
            format!("\u{1b}[{sequence}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(super) fn cyan(self, text: &str) -> String {
        self.with("36", text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    /// Red or green: how something came out.
    pub(super) fn outcome(self, text: &str, good: bool) -> String {
        if good {
            self.green(text)
        } else {
            self.red(text)
        }
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    /// Red and reversed: what differs inside of a line.
    pub(super) fn red_marked(self, text: &str) -> String {
        self.with("31;7", text)
    }

    /// Green and reversed.
    pub(super) fn green_marked(self, text: &str) -> String {
        self.with("32;7", text)
    }
}
