//! A change as a reviewer reads it: the files that differ, and the sentences about decisions, as
//! Markdown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::decisions::{Between, Change, Decisions, Kind, mark};
use super::markdown::{escape, fenced, html};
use super::text::{Difference, LineIs, Places};
use crate::diagnostic::count;

/// A file that differs.
#[derive(Debug, Clone)]
pub struct FileChange {
    /// Its path, below the target's name or folder.
    pub path: String,
    /// Whether there was such a file, and whether there is.
    pub exists: [bool; 2],
    /// Where the texts differ. Nowhere, if its comments only name other lines of the policy.
    pub difference: Difference,
}

impl FileChange {
    /// Returns whether anything but the lines that comments name is different.
    pub fn is_told(&self) -> bool {
        let [was, is] = self.exists;
        was != is || !self.difference.hunks.is_empty()
    }

    /// Returns how many lines were added, and how many removed.
    pub fn lines(&self) -> (usize, usize) {
        let count = |is: LineIs| {
            let lines = self.difference.hunks.iter().flat_map(|hunk| &hunk.lines);
            lines.filter(|line| line.is == is).count()
        };
        (count(LineIs::Added), count(LineIs::Removed))
    }

    /// Returns the names that stand above the differences: `/dev/null` for a file that is not.
    pub fn names(&self) -> [String; 2] {
        let [was, is] = self.exists;
        let name = |side: char, exists: bool| {
            if exists {
                format!("{side}/{}", self.path)
            } else {
                "/dev/null".to_owned()
            }
        };
        [name('a', was), name('b', is)]
    }

    /// Returns the unified diff.
    pub fn unified(&self) -> String {
        let [before, after] = self.names();
        self.difference.unified([&before, &after])
    }
}

/// Returns the files that differ, sorted by path. Comments that name other lines in these places
/// only are the same.
pub fn file_changes(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    places: &Places,
) -> Vec<FileChange> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |path: &String| {
        let (old, new) = (before.get(path), after.get(path));
        (old != new).then(|| FileChange {
            path: path.clone(),
            exists: [old.is_some(), new.is_some()],
            difference: Difference::of(
                old.map_or("", String::as_str),
                new.map_or("", String::as_str),
                places,
            ),
        })
    };
    paths.into_iter().filter_map(change).collect()
}

/// Returns what there is to say of comments that only name other lines of the policy: of files in
/// which nothing else is different, and of those that are shown; nothing if there are none.
pub fn renumbered(files: &[FileChange]) -> Option<String> {
    let whole = files.iter().filter(|file| !file.is_told()).count();
    let whole = match whole {
        0 => None,
        1 => Some("1 file only names other lines of the policy in its comments.".to_owned()),
        many => Some(format!(
            "{many} files only name other lines of the policy in their comments."
        )),
    };
    let shown = files.iter().filter(|file| file.is_told());
    let shown: usize = shown.map(|file| file.difference.renumbered).sum();
    let beside = (shown > 0).then(|| {
        let (comments, names) = match shown {
            1 => ("1 comment".to_owned(), "names another line"),
            many => (format!("{many} comments"), "name other lines"),
        };
        format!(
            "{comments} of the files that are shown {names} of the policy, and count as the same: \
             beside a difference stands what is there now."
        )
    });
    let told: Vec<String> = whole.into_iter().chain(beside).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

/// A change, ready to be read.
#[derive(Debug, Clone)]
pub struct Review {
    /// The files that differ; none if files were not compared.
    pub files: Option<Vec<FileChange>>,
    /// What differs of decisions; none if they were not compared.
    pub decisions: Option<Decisions>,
}

/// A file with more changed lines is not shown in Markdown, only counted.
const SHOWN_LINES_MAX: usize = 400;

impl Review {
    /// Returns the headline: what of decisions and of files is different.
    pub fn headline(&self) -> String {
        let files = self.files.as_ref().map(|files| {
            let told = files.iter().filter(|file| file.is_told()).count();
            (told, files.len())
        });
        let files = match files {
            None => None,
            Some((0, 0)) => Some("no file changes".to_owned()),
            Some((0, 1)) => Some("1 file changes, in comments only".to_owned()),
            Some((0, many)) => Some(format!("{many} files change, in comments only")),
            Some((1, _)) => Some("1 file changes".to_owned()),
            Some((many, _)) => Some(format!("{many} files change")),
        };
        let Some(decisions) = &self.decisions else {
            let mut files = files.unwrap_or_default();
            if files.starts_with("no") {
                files.replace_range(..1, "N");
            }
            return format!("{files}; decisions were not compared.");
        };
        let files = files.map_or_else(String::new, |files| format!("; {files}"));
        let count = |kind: Kind| decisions.of(kind).count();
        let words = |such: &dyn Fn(&Kind) -> bool| {
            let kinds = Kind::ALL.into_iter().filter(such);
            let words = kinds.filter(|kind| count(*kind) > 0).map(|kind| {
                let of = if kind.is_of_settings() { "of " } else { "" };
                format!("{} {of}{}", count(kind), kind.name())
            });
            words.collect::<Vec<String>>()
        };
        let settings = words(&|kind| kind.is_of_settings()).join(", ");
        let words = words(&|kind| !kind.is_of_settings());
        if decisions.between == Between::Times && !settings.is_empty() {
            let decided = if words.is_empty() {
                "No decision about an envelope changes".to_owned()
            } else {
                format!("Decisions change ({})", words.join(", "))
            };
            return format!("{decided}; settings do ({settings}){files}.");
        }
        match (&decisions.between, words.as_slice()) {
            (Between::Nothing, []) => format!("The policy is new, and accepts nothing{files}."),
            (Between::Nothing, words) => {
                format!("The policy is new ({}){files}.", words.join(", "))
            }
            (Between::Times, []) => format!("No decision changes{files}."),
            (Between::Times, words) => format!("Decisions change ({}){files}.", words.join(", ")),
            (Between::Targets([one, other]), words) => {
                let all = decisions.changes.iter();
                match all.filter(|change| change.kind != Kind::Latitude).count() {
                    0 if words.is_empty() => format!("{one} and {other} decide alike."),
                    0 => format!("{one} and {other} decide alike, but for the latitude."),
                    many => {
                        format!("{one} and {other} decide otherwise ({many}), beyond the latitude.")
                    }
                }
            }
        }
    }

    /// Returns the review as Markdown, for a comment on a change.
    pub fn markdown(&self) -> String {
        let mut text = format!("**{}**\n", self.headline());
        if let Some(decisions) = &self.decisions {
            decisions.markdown(&mut text);
        }
        let files = self.files.as_deref().unwrap_or_default();
        if !files.is_empty() {
            text.push_str("\n### Files\n\n");
        }
        for file in files.iter().filter(|file| file.is_told()) {
            let (added, removed) = file.lines();
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "<details><summary><code>{}</code> (+{added} &minus;{removed})</summary>\n",
                html(&file.path)
            );
            if added + removed > SHOWN_LINES_MAX {
                text.push_str("Too long to be shown here.\n");
            } else {
                fenced("diff", &file.unified(), &mut text);
            }
            text.push_str("\n</details>\n");
        }
        if let Some(renumbered) = renumbered(files) {
            let _ = write!(text, "\n{renumbered}\n");
        }
        text
    }
}

impl Decisions {
    /// Returns the sentence about what does not differ.
    pub fn all_same(&self) -> String {
        if self.between == Between::Nothing {
            return "No class of envelopes is accepted.".to_owned();
        }
        let like = match self.left_out {
            0 => String::new(),
            1 => " 1 domain, the same on both sides, was not looked at by itself: others like it \
                  were."
                .to_owned(),
            many => format!(
                " {many} domains, the same on both sides, were not looked at one by one: others \
                 like them were."
            ),
        };
        let all = format!(
            "Every class of envelopes was compared ({}, {}): each is decided {}, and its mail goes \
             {}.",
            count(u128::from(self.visited.leaves), "class", "classes"),
            count(self.visited.envelopes, "envelope", "envelopes"),
            match self.between {
                Between::Times | Between::Nothing => "as before",
                Between::Targets(_) => "alike by both",
            },
            match self.between {
                Between::Times | Between::Nothing => "where it went",
                Between::Targets(_) => "to the same places",
            },
        );
        all + &like
    }

    /// Appends the sentences as Markdown.
    fn markdown(&self, text: &mut String) {
        // Writing to a string does not fail.
        if self.changes.is_empty() {
            let _ = write!(text, "\n{}\n", self.all_same());
        }
        for kind in Kind::ALL {
            let changes: Vec<&Change> = self.of(kind).collect();
            if changes.is_empty() {
                continue;
            }
            let _ = write!(text, "\n### {}\n\n", self.between.heading(kind));
            for change in changes {
                sentence(change, &self.between, text);
            }
        }
    }
}

impl Change {
    /// Returns the sentence with what was and what is said.
    pub fn told(&self, between: &Between) -> String {
        let [was, is] = between.sides();
        let (before, after) = (&self.before, &self.after);
        let sentence = if self.on.is_empty() {
            self.sentence.clone()
        } else {
            format!(
                "by the files of {}, {}",
                self.on.join(" and "),
                self.sentence
            )
        };
        match self.kind {
            Kind::Gained => format!("{sentence}; {was}: {before}"),
            Kind::Lost => format!("{sentence}; {is}: {after}"),
            Kind::Moved => sentence,
            Kind::Limits
            | Kind::Listeners
            | Kind::Passwords
            | Kind::Proxies
            | Kind::Otherwise
            | Kind::Latitude => {
                if before == after && self.accepted == [false; 2] {
                    // Which of these stands where another did is told by no sentence.
                    format!("{sentence}; {was} and {is}: {before}")
                } else if before == after {
                    sentence
                } else {
                    format!("{sentence}; {was}: {before}; {is}: {after}")
                }
            }
        }
    }
}

fn sentence(change: &Change, between: &Between, text: &mut String) {
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "- {} `{}`",
        escape(&change.told(between)),
        mark(change)
    );
    let Some(shown) = change.shown() else {
        // What the host itself makes is in none.
        if change.envelopes > 0 {
            text.push_str("\n  No envelope was found that shows it.\n");
        }
        return;
    };
    text.push_str("\n  <details><summary>for example</summary>\n\n");
    let mut block = String::new();
    fenced("", &shown, &mut block);
    for line in block.lines() {
        let _ = writeln!(text, "  {line}");
    }
    text.push_str("\n  </details>\n");
}
