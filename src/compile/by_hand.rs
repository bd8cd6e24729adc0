//! What is wrong with files because of raw text: told at the `set` or the `file` that says it.
//!
//! The reader finds it in a file that was only made, and of which the policy has no line but that.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, Severity, SourceCode, SourceSpan};

use crate::diagnostic::{Placed, Told};
use crate::policy::{Policy, TargetOptions};
use crate::source::Loc;
use crate::syntax::tree::part;

/// How many lines one setting may be continued on.
const LINES_MAX: usize = 64;

/// An error of made files, at what was set by hand.
#[derive(Debug)]
pub struct ByHand {
    told: Told,
    /// The place in the policy.
    at: Loc,
    /// The place in the made file; none if no file is named.
    made: Option<Placed>,
    /// Whether the error is about that text itself; else it is about what the text makes of others.
    is_it: bool,
}

impl ByHand {
    /// Returns the place of the raw text.
    pub fn at(&self) -> &Loc {
        &self.at
    }

    /// Returns the error, as it is told of the made files.
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// Returns the place in the made file.
    pub fn made(&self) -> Option<&Placed> {
        self.made.as_ref()
    }
}

/// Returns an error of files that were made of a policy, told at the raw text that is the reason.
pub fn place(policy: &Policy, target: &str, told: Told) -> Told {
    let Some(options) = policy.target(target) else {
        return told;
    };
    let Some(all) = raw_text(options) else {
        return told;
    };
    let label = told
        .labels()
        .and_then(|mut labels| labels.find(LabeledSpan::primary));
    let made = label
        .as_ref()
        .and_then(|label| Placed::of(told.as_ref(), label));
    if made
        .as_ref()
        .is_some_and(|made| made.path == policy.source.path())
    {
        return told;
    }
    let it = label.zip(made.as_ref()).and_then(|(label, made)| {
        let span = SourceSpan::from((label.offset(), label.len()));
        find(options, told.source_code()?, span, &made.path)
    });
    Box::new(ByHand {
        is_it: it.is_some(),
        at: it.unwrap_or_else(|| all.clone()),
        made,
        told,
    })
}

/// Returns the place of the raw text for a target, if there is some: of one, or of the node that
/// has several. Without it the files mean what the policy means, so some of it is the reason.
pub fn raw_text(options: &TargetOptions) -> Option<&Loc> {
    let names = options.settings.iter().map(|one| &one.name.at);
    let mut names = names.chain(options.files.iter().map(|one| &one.name.at));
    let first = names.next()?;
    Some(names.next().map_or(first, |_| &options.at))
}

/// Returns the raw text of which a place in the made files of a target is made, if it is.
pub fn raw_at(policy: &Policy, target: &str, made: &Loc) -> Option<Loc> {
    find(
        policy.target(target)?,
        made,
        made.span(),
        made.source().path(),
    )
}

/// Returns what of the raw text stands at a place of a made file.
fn find(
    options: &TargetOptions,
    code: &dyn SourceCode,
    label: SourceSpan,
    path: &str,
) -> Option<Loc> {
    let (start, end) = (label.offset(), label.offset() + label.len());
    let is_of = |name: &str| {
        path.strip_suffix(name)
            .is_some_and(|head| head.ends_with('/'))
    };
    if let Some(file) = options.files.iter().find(|file| is_of(&file.name.value)) {
        let is_inside = end > start && file.text.value.is_char_boundary(start);
        let is_inside = is_inside && file.text.value.is_char_boundary(end);
        return Some(if is_inside {
            part(&file.text, start, end)
        } else {
            file.name.at.clone()
        });
    }
    let around = code.read_span(&label, LINES_MAX, 0).ok()?;
    let head = start.checked_sub(around.span().offset())?;
    let text = std::str::from_utf8(around.data()).ok()?;
    let (before, words) = (text.get(..head)?, text.get(head..head + label.len())?);
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    // A line that begins with a blank goes on with the one before.
    let begins = |line: &&str| !line.starts_with([' ', '\t', '#']) && !line.trim().is_empty();
    let own = text.get(line..)?.lines().next()?;
    let line = [own].into_iter().chain(before.lines().rev()).find(begins)?;
    let name = line.split_once('=').map_or(line, |(name, _)| name).trim();
    let setting = options.settings.iter().find(|one| one.name.value == name)?;
    let mut found = setting.value.value.match_indices(words);
    Some(match (found.next(), found.next()) {
        (Some((at, _)), None) if !words.is_empty() && words != name => {
            part(&setting.value, at, at + words.len())
        }
        _ => setting.name.at.clone(),
    })
}

impl fmt::Display for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told.fmt(f)
    }
}

impl std::error::Error for ByHand {}

impl Diagnostic for ByHand {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.told.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.told.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.told.help().map(|help| help.to_string());
        let made = self.made.as_ref().map(|made| {
            let (path, start) = (&made.path, made.start);
            format!("in the files: {path}:{}:{}", start.line, start.column)
        });
        let lines: Vec<String> = help.into_iter().chain(made).collect();
        (!lines.is_empty()).then(|| Box::new(lines.join("\n")) as Box<dyn fmt::Display + 'a>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.at)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let words = if self.is_it {
            "set by hand"
        } else {
            "what is set by hand is the reason"
        };
        let label = LabeledSpan::new_primary_with_span(Some(words.to_owned()), self.at.span());
        Some(Box::new(std::iter::once(label)))
    }
}
