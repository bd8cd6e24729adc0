//! The logical lines of a configuration: comments, continuation, macros, conditionals, included
//! files (spec 4.96, sections 6.2 to 6.6; `get_config_line` of readconf.c).

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::characters;
use super::diagnostics::{MissingFile, Syntax, UnjudgedRestriction};
use super::macros::{MACRO_ELSEWHERE, Macro, Macros, is_definition};
use super::section::check_name;
use super::text::Text;
use crate::diagnostic::Diagnostics;
use crate::source::Source;
use crate::target::Artifacts;

/// How deep files may include one another.
const NESTING_MAX: usize = 20;
/// How deep conditionals may stand in one another: with more Exim does not start
/// (`CSTATE_STACK_SIZE` in readconf.c of 4.96).
const CONDITIONALS_MAX: usize = 10;

/// The words of conditionals.
const CONDITIONALS: [&str; 6] = [
    ".ifdef",
    ".ifndef",
    ".elifdef",
    ".elifndef",
    ".else",
    ".endif",
];

/// What a conditional does with the lines that follow (section 6.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    /// They are read.
    Taken,
    /// They are not; a later branch may be.
    Waiting,
    /// They are not, and no later branch will be.
    Done,
}

/// Reads lines.
struct Reader<'a> {
    artifacts: &'a Artifacts,
    diagnostics: &'a mut Diagnostics,
    macros: Macros,
    /// Whether there is more than is read: that is told, and nothing more.
    is_over: bool,
    branches: Vec<Branch>,
    lines: Vec<Text>,
    /// The logical line that a backslash continues.
    open: Option<Text>,
    /// Whether the main section is still being read: macros are defined only there.
    is_main: bool,
    /// The folder of the file that is being read, where Exim looks for what it includes.
    folder: String,
}

/// Returns the logical lines of a file, with its macros replaced and without their definitions.
pub(super) fn read(
    source: &Arc<Source>,
    artifacts: &Artifacts,
    diagnostics: &mut Diagnostics,
) -> Vec<Text> {
    let mut reader = Reader {
        artifacts,
        diagnostics,
        macros: Macros::new(),
        is_over: false,
        branches: Vec::new(),
        lines: Vec::new(),
        open: None,
        is_main: true,
        folder: "etc/exim4".to_owned(),
    };
    reader.file(source, 0);
    if let Some(line) = reader.open.take() {
        reader.line(&line);
    }
    if !reader.branches.is_empty() && !reader.is_over {
        let end = Text::empty(source, source.text().len()).at();
        let reason = "an `.ifdef` has no `.endif`";
        reader.diagnostics.error(Syntax::new(reason, &end));
    }
    reader.lines
}

impl Reader<'_> {
    fn file(&mut self, source: &Arc<Source>, depth: usize) {
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let mut text = Text::empty(source, start);
            text.push_source(line, start);
            start += line.len();
            if self.is_over {
                return;
            }
            // A line of a file may end in any blank, but not a directive (see `ignored`).
            let has_tab = line.trim_start().contains(['\t', '\x0b', '\x0c']);
            self.physical(&text.trim(), has_tab, depth);
        }
    }

    /// Reads a physical line, without blanks at its ends.
    fn physical(&mut self, line: &Text, has_tab: bool, depth: usize) {
        // Macros are replaced in comments too, and leave them comments.
        if line.as_str().starts_with('#') {
            return;
        }
        let (line, replaced) = self.replace(line);
        let words = line.as_str();
        if words.starts_with('#') || self.ignored(&line, has_tab) {
            return;
        }
        if self.conditional(&line, replaced) {
            return;
        }
        if self.branches.iter().any(|branch| *branch != Branch::Taken) {
            return;
        }
        if let Some(rest) = words.strip_prefix(".include") {
            let optional = rest.strip_prefix("_if_exists");
            let name = optional.unwrap_or(rest);
            if name.starts_with([' ', '\t']) {
                let start = words.len() - name.len();
                let name = line.slice(start, words.len()).trim();
                self.include(&name, optional.is_some(), depth);
                return;
            }
        }
        let open = self.open.take();
        let mut whole = match open {
            Some(mut open) => {
                open.append(&line);
                open
            }
            None if words.is_empty() => return,
            None => line,
        };
        if whole.as_str().ends_with('\\') {
            whole.truncate(whole.as_str().len() - 1);
            if whole.as_str().trim().is_empty() {
                // Behind blanks in front of it macros take the next line for none of its own.
                let reason = "a line of nothing but a backslash is not followed";
                self.diagnostics.error(Syntax::new(reason, &whole.at()));
                return;
            }
            self.open = Some(whole);
        } else {
            self.line(&whole);
        }
    }

    /// Takes a logical line.
    fn line(&mut self, line: &Text) {
        let line = line.trim();
        let words = line.as_str();
        if words.is_empty() {
            return;
        }
        if words
            .get(..6)
            .is_some_and(|head| head.eq_ignore_ascii_case("begin "))
        {
            self.is_main = false;
        }
        if self.is_main && words.starts_with(|c: char| c.is_ascii_uppercase()) {
            self.define(&line);
        } else if !self.is_main && is_definition(words) {
            // `acl_read` in acl.c and `readconf_driver_init` in readconf.c of 4.96.
            self.diagnostics
                .error(Syntax::new(MACRO_ELSEWHERE, &line.at()));
        } else {
            self.lines.push(line);
        }
    }

    /// Reads `NAME = text` or `NAME == text` (section 6.4).
    fn define(&mut self, line: &Text) {
        let words = line.as_str();
        let end = words
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(words.len());
        let (name, rest) = words.split_at(end);
        let rest = rest.trim_start();
        let (redefines, value) = match (rest.strip_prefix("=="), rest.strip_prefix('=')) {
            (Some(value), _) => (true, value),
            (None, Some(value)) => (false, value),
            (None, None) => {
                let reason = "a line that begins with a capital letter defines a macro";
                self.diagnostics.error(Syntax::new(reason, &line.at()));
                return;
            }
        };
        let replacement = value.trim().to_owned();
        check_name(name, line, self.diagnostics);
        if name.contains('_') && PREDEFINED.iter().any(|one| name.contains(one)) {
            let reason = "the name of a predefined macro may be part of it";
            self.diagnostics
                .error(UnjudgedRestriction::new(name, reason, &line.at()));
        }
        let known = self.macros.all.iter_mut().find(|one| one.name == name);
        match known {
            Some(known) if redefines => known.replacement = replacement,
            Some(_) => {
                let reason = format!("the macro `{name}` is defined twice");
                self.diagnostics.error(Syntax::new(reason, &line.at()));
            }
            None if redefines => {
                let reason = format!("there is no macro `{name}` to redefine");
                self.diagnostics.error(Syntax::new(reason, &line.at()));
            }
            None => {
                if self.macros.all.iter().any(|one| name.contains(&one.name)) {
                    let reason = format!("an earlier macro's name is part of `{name}`");
                    self.diagnostics.error(Syntax::new(reason, &line.at()));
                }
                let name = name.to_owned();
                let added = self.macros.define(Macro { name, replacement });
                self.fits(added, words, line);
            }
        }
    }

    /// Replaces macros in a physical line; says whether any was met.
    fn replace(&mut self, line: &Text) -> (Text, bool) {
        let mut head = 0;
        if self.open.is_none() && line.as_str().starts_with(|c: char| c.is_ascii_uppercase()) {
            let words = line.as_str();
            let name = words.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if name.trim_start().starts_with('=') {
                head = words.len() - name.len();
            }
        }
        if predefined(line.as_str(), head) {
            let reason = "which macros are predefined is a matter of how Exim was built";
            self.diagnostics
                .error(UnjudgedRestriction::new("_MACRO", reason, &line.at()));
        }
        let replaced = self.macros.replace(line, head);
        let Some((whole, replaced)) = self.fits(replaced, line.as_str(), line) else {
            return (line.slice(0, 0), false);
        };
        // An empty replacement may leave blanks at the ends.
        (whole.trim(), replaced)
    }

    /// Tells that there is more than is read, if so.
    fn fits<T>(&mut self, found: Result<T, &'static str>, words: &str, at: &Text) -> Option<T> {
        found
            .map_err(|reason| {
                let name = words.split_whitespace().next().unwrap_or_default();
                self.diagnostics
                    .error(UnjudgedRestriction::new(name, reason, &at.at()));
                self.is_over = true;
            })
            .ok()
    }

    /// Refuses what begins like a conditional and is none to Exim: behind the word it wants a blank
    /// or the end, or the letter `t`, and passes over any other line (readconf.c of 4.96, where the
    /// letter stands for a tab).
    fn ignored(&mut self, line: &Text, has_tab: bool) -> bool {
        let words = line.as_str();
        let word = words.split(' ').next().unwrap_or_default();
        let begins = CONDITIONALS.iter().any(|one| words.starts_with(one));
        if !begins || CONDITIONALS.contains(&word) && !has_tab {
            return false;
        }
        let reason = "Exim takes a conditional with one blank behind its word only, and passes \
                      over this line";
        self.diagnostics.error(Syntax::new(reason, &line.at()));
        true
    }

    /// Obeys `.ifdef` and its like; says whether the line was one (section 6.6).
    fn conditional(&mut self, line: &Text, replaced: bool) -> bool {
        let word = line.as_str().split_whitespace().next().unwrap_or_default();
        let chosen = |holds: bool| {
            if holds {
                Branch::Taken
            } else {
                Branch::Waiting
            }
        };
        let hidden = self.branches.iter().any(|branch| *branch != Branch::Taken);
        match word {
            ".ifdef" | ".ifndef" => {
                let branch = if hidden {
                    Branch::Done
                } else {
                    chosen(replaced == (word == ".ifdef"))
                };
                self.branches.push(branch);
                if self.branches.len() > CONDITIONALS_MAX {
                    let reason = format!("more than {CONDITIONALS_MAX} stand in one another");
                    self.diagnostics.error(Syntax::new(reason, &line.at()));
                }
                return true;
            }
            ".elifdef" | ".elifndef" | ".else" | ".endif" => {}
            _ => return false,
        }
        let Some(branch) = self.branches.pop() else {
            let reason = format!("`{word}` without `.ifdef`");
            self.diagnostics.error(Syntax::new(reason, &line.at()));
            return true;
        };
        if word != ".endif" {
            let holds = word == ".else" || replaced == (word == ".elifdef");
            self.branches.push(match branch {
                Branch::Taken | Branch::Done => Branch::Done,
                Branch::Waiting => chosen(holds),
            });
        }
        true
    }

    fn include(&mut self, name: &Text, optional: bool, depth: usize) {
        let path = name.as_str();
        if path.contains('"') {
            let reason = "mailpol reads the name of a file without quotes";
            self.diagnostics.error(Syntax::new(reason, &name.at()));
            return;
        }
        if depth >= NESTING_MAX {
            let reason = "files include one another too deeply";
            self.diagnostics.error(Syntax::new(reason, &name.at()));
            return;
        }
        if optional && !path.starts_with('/') {
            let reason = "Exim takes a file that may not exist by its whole name only";
            self.diagnostics.error(Syntax::new(reason, &name.at()));
            return;
        }
        let below = format!("{}/{path}", self.folder);
        let path = if path.starts_with('/') { path } else { &below };
        match self.artifacts.get(path) {
            Some(artifact) => {
                let source = Arc::clone(&artifact.source);
                let added = self.macros.include(source.text().len());
                if self.fits(added, ".include", name).is_none() {
                    return;
                }
                if characters::check(&source, self.diagnostics).is_ok() {
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let outer = std::mem::replace(&mut self.folder, folder.to_owned());
                    self.file(&source, depth + 1);
                    self.folder = outer;
                }
            }
            // Whether it exists on the machine is not in the files.
            None if optional => {
                let reason = "whether the file exists is not in the tree";
                self.diagnostics.error(UnjudgedRestriction::new(
                    ".include_if_exists",
                    reason,
                    &name.at(),
                ));
            }
            None => {
                let missing = MissingFile::new(path, self.artifacts, &name.at());
                self.diagnostics.error(missing);
            }
        }
    }
}

/// How the names of predefined macros begin (macro_predef.c of 4.96, and what Debian's names).
const PREDEFINED: [&str; 9] = [
    "_ACL_", "_CRYPTO_", "_DKIM_", "_DRIVER_", "_HAVE_", "_LOG_", "_OPT_", "_RESUME_", "_TLS_",
];

/// Returns whether a line names a predefined macro, such as `_HAVE_TLS` (section 6.5); also inside
/// of a word, if it is the first that looks like a macro (`macros_expand`).
fn predefined(line: &str, head: usize) -> bool {
    let searched = line.get(head..).unwrap_or_default();
    let start = searched.find(|c: char| c.is_ascii_uppercase());
    let before = start.and_then(|start| searched.get(..start));
    let are_searched = before.is_some_and(|before| before.ends_with('_'));
    if are_searched && PREDEFINED.iter().any(|name| searched.contains(name)) {
        return true;
    }
    let mut before = ' ';
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '_'
            && !before.is_ascii_alphanumeric()
            && before != '_'
            && chars.peek().is_some_and(char::is_ascii_uppercase)
        {
            return true;
        }
        before = c;
    }
    false
}
