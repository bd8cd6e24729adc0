//! A manual page (man(7)), from a command's arguments and from the words behind its help.
//!
//! What stands behind the options in `--help` is prose, examples and exit statuses, told apart by
//! how they begin; a page has a section for each. Examples are not filled: a command is one line.

use std::fmt::Write as _;

use crate::cli::Failure;

/// The day on which the text of a page last changed, as man-pages(7) means it: a clock would make
/// other bytes on other days.
const CHANGED: &str = "2026-11-28";

/// The words behind a command's help.
#[derive(Debug, Default, PartialEq, Eq)]
struct Notes {
    /// Paragraphs, each with whether its lines stand as they are.
    prose: Vec<(bool, String)>,
    examples: String,
    statuses: String,
}

impl Notes {
    fn of(command: &clap::Command) -> Self {
        let text = command.get_after_long_help().or(command.get_after_help());
        text.map(|text| Self::read(&text.to_string()))
            .unwrap_or_default()
    }

    fn read(text: &str) -> Self {
        let mut notes = Self::default();
        for paragraph in text.split("\n\n") {
            if let Some(examples) = paragraph.strip_prefix("Examples:\n") {
                examples.clone_into(&mut notes.examples);
            } else if let Some(statuses) = paragraph.strip_prefix("Exit status") {
                notes.statuses = sentence(statuses);
            } else if paragraph.starts_with("  ") {
                notes.prose.push((true, paragraph.to_owned()));
            } else {
                notes.prose.push((false, paragraph.replace('\n', " ")));
            }
        }
        notes
    }
}

/// Returns what follows the words `Exit status` as a sentence of its own.
fn sentence(rest: &str) -> String {
    let text = rest.replace('\n', " ");
    let text = text.trim_start_matches(':').trim_start();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Returns the name of a command's page, and its text; `all` is the program with its commands.
pub(super) fn page(
    command: &clap::Command,
    all: &clap::Command,
) -> Result<(String, String), Failure> {
    let name = name(command);
    let man = clap_mangen::Man::new(command.clone());
    let notes = Notes::of(command);
    let mut text = format!(
        ".TH {} 1 \"{}\" \"mailpol {}\" \"User Commands\"\n",
        escaped(&name.to_uppercase()),
        CHANGED,
        env!("CARGO_PKG_VERSION")
    );
    text += &part(|out| man.render_name_section(out))?;
    let synopsis = part(|out| man.render_synopsis_section(out))?;
    text += &synopsis.replace("\\fIsubcommands\\fR", "\\fIcommand\\fR");
    text += &part(|out| man.render_description_section(out))?;
    for (unfilled, paragraph) in &notes.prose {
        text += ".PP\n";
        text += &if *unfilled {
            example(paragraph)
        } else {
            filled(paragraph) + "\n"
        };
    }
    text += &part(|out| man.render_options_section(out))?;
    if command.get_subcommands().next().is_some() {
        let commands = part(|out| man.render_subcommands_section(out))?;
        text += &commands.replacen(".SH SUBCOMMANDS", ".SH COMMANDS", 1);
    }
    // Writing to a string does not fail.
    let _ = write!(text, ".SH \"EXIT STATUS\"\n{}\n", filled(&notes.statuses));
    if command.get_name() == all.get_name() {
        text += PROGRAM;
        text += &targets();
    }
    if !notes.examples.is_empty() {
        let _ = write!(text, ".SH EXAMPLES\n{}", example(&notes.examples));
    }
    let _ = write!(text, ".SH \"SEE ALSO\"\n{}\n", related(command, all));
    Ok((format!("{name}.1"), in_short_lines(&text)))
}

/// An input line is no longer than this: mandoc's lint asks for it.
const COLUMNS_MAX: usize = 80;

/// Returns a page with the same words on shorter lines, where lines are filled.
fn in_short_lines(page: &str) -> String {
    let mut text = String::new();
    let mut is_filled = true;
    for line in page.lines().map(str::trim_end) {
        match line {
            ".nf" => is_filled = false,
            ".fi" => is_filled = true,
            _ => {}
        }
        let mut rest = line;
        // A line with a request is one.
        while is_filled && rest.len() > COLUMNS_MAX && !line.starts_with(['.', '\'']) {
            let blanks = rest.match_indices(' ').map(|(at, _)| at);
            let mut ends = blanks.filter(|at| {
                let ends = rest.get(..*at).is_some_and(|it| !it.ends_with('\\'));
                // What begins with a dot or an apostrophe would be a request.
                let next = rest.get(at + 1..).unwrap_or_default();
                ends && *at > 0 && !next.starts_with(['.', '\'', ' '])
            });
            let Some(first) = ends.next() else { break };
            let last = ends.take_while(|at| *at <= COLUMNS_MAX).last();
            let (head, tail) = rest.split_at(last.unwrap_or(first));
            text += head.trim_end();
            text.push('\n');
            rest = tail.trim_start();
        }
        text += rest;
        text.push('\n');
    }
    text
}

/// What only the page of the program itself has.
const PROGRAM: &str = "\
.SH ENVIRONMENT
.TP
.B NO_COLOR
If it is set and not empty, nothing is coloured, but with \\fB\\-\\-color always\\fR.
.TP
.B CLICOLOR_FORCE
If it is set and not empty, output is coloured that goes to no terminal, too.
.SH FILES
.TP
.IR mailpol.kdl \", \" policy.kdl
The policy, if none is named, or the only file here whose name ends in \\fI.kdl\\fR.
.TP
\\fIbuild/postfix\\fR, \\fIbuild/exim\\fR
Where \\fBmailpol build\\fR writes, if \\fB\\-\\-out\\fR does not say otherwise.
.TP
.I /usr/share/doc/mailpol
With the Debian package: the documents, and the policies that they speak of.
";

/// The targets, and what judged their files.
fn targets() -> String {
    let mut text = ".SH TARGETS\n".to_owned();
    for target in mailpol::target::TARGETS {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            ".TP\n.B {}\n{}",
            escaped(target.name()),
            escaped(target.judged_by())
        );
    }
    text
}

/// Returns the name of a command's page.
fn name(command: &clap::Command) -> String {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    name.replace(' ', "-")
}

/// Returns the pages beside one: those around it, and of the programs that it is about.
fn related(command: &clap::Command, all: &clap::Command) -> String {
    let own = name(command);
    let mut pages: Vec<String> = std::iter::once(all)
        .chain(all.get_subcommands())
        .chain(command.get_subcommands())
        .map(name)
        .filter(|name| *name != own)
        .collect();
    if own.matches('-').count() > 1 {
        // One below a command: the command is beside it, and the others are beside that.
        pages.retain(|name| own.starts_with(name.as_str()));
    }
    pages.sort();
    pages.dedup();
    let pages = pages.iter().map(|name| (name.as_str(), "1"));
    let others = [("postfix", "1"), ("postconf", "5"), ("exim", "8")];
    let pages: Vec<String> = pages
        .chain(others)
        .map(|(name, section)| format!(".BR {} ({section})", escaped(name)))
        .collect();
    pages.join(",\n")
}

/// Returns what is rendered of a page, without the strings that are defined before it.
fn part(
    render: impl FnOnce(&mut dyn std::io::Write) -> Result<(), std::io::Error>,
) -> Result<String, Failure> {
    let mut text = Vec::new();
    render(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let lines = text
        .lines()
        .filter(|line| !line.starts_with(".ie ") && !line.starts_with(".el "));
    let mut text = String::new();
    for line in lines {
        text += &quoted(&line.replace("\\*(Aq", "\\(aq"));
        text.push('\n');
    }
    // An empty line between two breaks is a paragraph.
    Ok(text.replace(".br\n\n.br\n", ".sp\n"))
}

/// Returns lines that are not filled.
fn example(lines: &str) -> String {
    let mut text = ".nf\n.RS 4\n".to_owned();
    for line in lines.lines() {
        text += &literal(&escaped(line.strip_prefix("  ").unwrap_or(line)));
        text.push('\n');
    }
    text + ".RE\n.fi\n"
}

fn filled(text: &str) -> String {
    quoted(&escaped(text))
}

/// Sets what stands between two backquotes in bold.
fn quoted(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return literal(text);
    }
    let each = parts.into_iter().enumerate();
    each.map(|(number, part)| match number % 2 {
        0 => part.to_owned(),
        _ => format!("\\fB{part}\\fR"),
    })
    .collect()
}

/// Escapes a backquote, which is set as another sign else (groff_char(7)).
fn literal(text: &str) -> String {
    text.replace('`', "\\(ga")
}

/// Escapes a text: no line of it is a request, and but for backquotes no sign is set as another.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    if text.starts_with(['.', '\'']) {
        escaped.push_str("\\&");
    }
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '~' => escaped.push_str("\\(ti"),
            '^' => escaped.push_str("\\(ha"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::in_short_lines;

    #[test]
    fn long_lines_are_broken_where_they_are_filled() {
        let word = "word ".repeat(30);
        let page = format!(".SH {word}\n{word} .n 'n a\\ {word}\n.nf\n{word}x\n.fi\nx \n");
        let short = in_short_lines(&page);
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let (one, other): (Vec<String>, Vec<String>) = (words(&page), words(&short));
        assert_eq!(one, other);
        let long: Vec<&str> = short.lines().filter(|line| line.len() > 80).collect();
        let whole = [format!(".SH {}", word.trim_end()), format!("{word}x")];
        assert_eq!(long, whole);
        // No line became a request, and no blank that is escaped was one to break at.
        let requests = short.lines().filter(|line| line.starts_with(['.', '\'']));
        assert_eq!(requests.count(), 3);
        assert!(
            short.contains("a\\ word") && !short.contains(" \n"),
            "{short}"
        );
    }
}
