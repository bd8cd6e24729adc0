//! What is printed of a comparison.

use std::fmt::Write as _;

use clap::ValueEnum as _;
use mailpol::compare::{
    Between, Change, Decisions, FileChange, Kind, List, Review, mark, renumbered,
};
use serde_json::{Value, json};

use super::declared::Marks;
use super::{Args, Stale};
use crate::cli::Failure;
use crate::cli::output::{Output, Paint};
use crate::cli::painted;

/// What is shown of a comparison.
pub(super) struct Shown<'s> {
    pub(super) review: Review,
    /// What there is to know of the sides.
    pub(super) note: Option<String>,
    /// The marks of sentences that end it with status 1.
    pub(super) failing: &'s [String],
    pub(super) declared: &'s Marks,
    /// Files of a tree that are not as the policy makes them.
    pub(super) stale: &'s [Stale],
    /// The command that would make these.
    pub(super) build: Option<String>,
}

impl Shown<'_> {
    pub(super) fn print(&self, args: &Args, output: &mut Output) -> Result<(), Failure> {
        output.result(self.json());
        if output.is_markdown() {
            let note = self.note.as_ref().map(|note| format!("{note}\n\n"));
            let mut text = note.unwrap_or_default() + &self.review.markdown();
            let stale = self.stale.iter().map(|file| format!("- {}", file.told()));
            let build = self
                .build
                .iter()
                .map(|build| format!("- `{build}` makes them"));
            let why = self.why(args).map(|why| format!("- {why}"));
            let why: Vec<String> = stale.chain(build).chain(why).collect();
            if !why.is_empty() {
                // Writing to a string does not fail.
                let _ = writeln!(text, "\n### Not to be let through\n\n{}", why.join("\n"));
            }
            if let Some(lines) = self.lines(args) {
                let _ = writeln!(text, "\n```text\n{lines}```");
            }
            return Output::raw(&text);
        }
        let paint = output.paint();
        let mut text = String::new();
        if let Some(note) = &self.note {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{note}\n");
        }
        text.push_str(&told(self.files(), paint));
        if let Some(decisions) = &self.review.decisions {
            if !text.is_empty() {
                text.push('\n');
            }
            self.decisions(decisions, args, output, &mut text);
        }
        for file in self.stale {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}", file.told());
        }
        if let Some(build) = &self.build {
            // Writing to a string does not fail.
            let _ = writeln!(text, "To make them:\n  {build}");
        }
        if let Some(why) = self.why(args) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{why}");
        }
        if let Some(lines) = self.lines(args) {
            let _ = write!(text, "\n{lines}");
        }
        output.print_unless_quiet(&text)
    }

    fn files(&self) -> &[FileChange] {
        self.review.files.as_deref().unwrap_or_default()
    }

    /// Returns why it ends with status 1 by `--fail-on`.
    fn why(&self, args: &Args) -> Option<String> {
        let gate = args.fail_on?.to_possible_value()?;
        let gate = gate.get_name();
        let marks = self.failing.join(", ");
        if !self.failing.is_empty() {
            let means = match &args.declared {
                Some(path) => format!("not declared; {}", self.declared.advice(path)),
                None => format!("`--fail-on {gate}` forbids it"),
            };
            return Some(format!("{marks}: {means}."));
        }
        (gate == "any" && !self.files().is_empty())
            .then(|| format!("Files change, and `--fail-on {gate}` forbids it."))
    }

    /// Returns the lines that would declare what is not declared: marks, and sentences behind them.
    fn lines(&self, args: &Args) -> Option<String> {
        args.declared
            .as_ref()
            .filter(|_| !self.failing.is_empty())?;
        let changes = self.review.decisions.iter();
        let changes = changes.flat_map(|decisions| &decisions.changes);
        let lines = changes.filter_map(|change| {
            let mark = mark(change);
            let sentence = change.sentence.lines().collect::<Vec<_>>().join(" ");
            let fails = self.failing.contains(&mark);
            fails.then(|| format!("{mark} {sentence}\n"))
        });
        Some(lines.collect())
    }

    fn decisions(&self, decisions: &Decisions, args: &Args, output: &Output, text: &mut String) {
        // Writing to a string does not fail.
        if decisions.changes.is_empty() {
            let _ = writeln!(text, "{}", self.review.headline());
            let _ = writeln!(text, "{}", decisions.all_same());
            return;
        }
        for kind in Kind::ALL {
            let changes: Vec<&Change> = decisions.of(kind).collect();
            if changes.is_empty() {
                continue;
            }
            let heading = decisions.between.heading(kind);
            let _ = writeln!(text, "{}\n", output.paint().bold(&heading));
            for change in changes {
                self.sentence(change, &decisions.between, args, output, text);
            }
        }
        let _ = writeln!(text, "{}", self.review.headline());
        let is_short = decisions.changes.iter().any(|one| !one.lists.is_empty());
        if is_short && !output.is_verbose() {
            text.push_str("`--verbose` lists in full what sentences sum up.\n");
        }
    }

    fn sentence(
        &self,
        change: &Change,
        between: &Between,
        args: &Args,
        output: &Output,
        text: &mut String,
    ) {
        let paint = output.paint();
        let mark = mark(change);
        let note = if args.declared.is_none() {
            ""
        } else if self.failing.contains(&mark) {
            " <- not declared"
        } else if self.declared.has(&mark) {
            " (declared)"
        } else {
            ""
        };
        let told = format!("{} [{mark}]{note}", change.told(between));
        for (number, line) in wrapped(&told).into_iter().enumerate() {
            let line = match change.kind {
                Kind::Gained => paint.green(&line),
                Kind::Lost => paint.red(&line),
                Kind::Moved
                | Kind::Limits
                | Kind::Listeners
                | Kind::Passwords
                | Kind::Proxies
                | Kind::Otherwise
                | Kind::Latitude => line,
            };
            let indent = if number == 0 { "" } else { "  " };
            // Writing to a string does not fail.
            let _ = writeln!(text, "  {indent}{line}");
        }
        if output.is_verbose() {
            in_full(&change.lists, text);
        }
        match change.shown() {
            Some(shown) => {
                for line in shown.lines() {
                    let _ = writeln!(text, "      {line}");
                }
            }
            // What the host itself makes is in none.
            None if change.envelopes == 0 => {}
            None => text.push_str("      (no envelope was found that shows it)\n"),
        }
        text.push('\n');
    }

    fn json(&self) -> Value {
        let files = self.files().iter().map(|file| {
            let (added, removed) = file.lines();
            json!({
                "path": file.path,
                "added": added,
                "removed": removed,
                "renumbered": file.difference.renumbered,
                "diff": file.unified(),
            })
        });
        let decisions = self.review.decisions.as_ref().map(|decisions| {
            let changes = decisions.changes.iter();
            let changes = changes.map(|one| change(one, &decisions.between));
            json!({
                "changes": changes.collect::<Vec<Value>>(),
                "classes": decisions.visited.leaves,
                "left_out": decisions.left_out,
                "envelopes": decisions.visited.envelopes.to_string(),
                "files": decisions.files.iter().map(|files| json!({
                    "target": files.target,
                    "as_policies": files.as_policies,
                })).collect::<Vec<Value>>(),
            })
        });
        json!({
            "files": files.collect::<Vec<Value>>(),
            "decisions": decisions,
            "note": self.note,
            "failing": self.failing,
            "stale": self.stale.iter().map(|file| &file.path).collect::<Vec<_>>(),
        })
    }
}

/// Prints the files alone.
pub(super) fn files(files: &[FileChange], output: &Output) -> Result<(), Failure> {
    if output.is_markdown() {
        return Ok(());
    }
    output.print_unless_quiet(&told(files, output.paint()))
}

fn told(files: &[FileChange], paint: Paint) -> String {
    let mut text = String::new();
    for file in files {
        unified(file, paint, &mut text);
    }
    if let Some(renumbered) = renumbered(files) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{renumbered}");
    }
    text
}

fn change(change: &Change, between: &Between) -> Value {
    let [first, second] = match between {
        Between::Times | Between::Nothing => ["before", "after"],
        Between::Targets(names) => names.each_ref().map(String::as_str),
    };
    let places = change.places();
    // A side that is not there, or opens no such listener by its files, has no place.
    let place = |side: &str| {
        let (who, at) = places.iter().find(|(who, _)| *who == side)?;
        let stated = change.stated.iter().flat_map(|stated| &stated.sides);
        let mut stated = stated.filter(|stated| stated.who == *who);
        let default = stated.find_map(|stated| stated.default_of);
        let at = at.map(ToString::to_string);
        Some(match default {
            None => json!({ "who": who, "at": at }),
            Some(default) => json!({ "who": who, "at": at, "default": default }),
        })
    };
    json!({
        "kind": change.kind.name(),
        "target": (!change.on.is_empty()).then(|| change.on.join(" and ")),
        "targets": change.on,
        "mark": mark(change),
        "sentence": change.sentence,
        "lists": change.lists.iter().map(|list| json!({
            "short": list.short,
            "names": list.names,
            "others": list.others,
        })).collect::<Vec<Value>>(),
        "before": change.before,
        "after": change.after,
        "envelopes": change.envelopes.to_string(),
        "widens": change.widens,
        "narrows": change.narrows,
        "dialogue": change.dialogue(),
        "places": [place(first), place(second)],
    })
}

/// Appends the lists that a sentence cuts short, one name a line.
fn in_full(lists: &[List], text: &mut String) {
    for list in lists {
        let is_begun = list.names.first();
        let is_begun = is_begun.is_some_and(|name| list.short.starts_with(name.as_str()));
        let what = if is_begun {
            format!("all {}:", list.names.len())
        } else {
            format!("{}:", list.short)
        };
        for (number, line) in wrapped(&what).into_iter().enumerate() {
            let indent = if number == 0 { "" } else { "  " };
            // Writing to a string does not fail.
            let _ = writeln!(text, "      {indent}{line}");
        }
        for name in &list.names {
            let _ = writeln!(text, "        {name}");
        }
        if list.others {
            text.push_str(
                "        and others like these, which were not looked at by themselves\n",
            );
        }
    }
}

/// The width of a sentence's lines.
const WIDTH: usize = 92;

/// Returns a text in lines of about [`WIDTH`] characters, cut between words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Appends a unified diff; with colours, what differs inside of a line stands out.
fn unified(file: &FileChange, paint: Paint, text: &mut String) {
    if file.is_told() {
        let [before, after] = file.names();
        text.push_str(&painted::unified(
            &file.difference,
            [&before, &after],
            paint,
        ));
    } else {
        text.push_str(&file.unified());
    }
}
