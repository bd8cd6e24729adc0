//! What is told to the user about a policy: collected, sorted by place, rendered.
//!
//! One struct per diagnostic stands in the layer that finds it; here is what they have in common.
//! Not here: printing. Only the binary has streams.

mod acknowledge;
mod codes;
mod number;
mod placed;
mod render;

pub use acknowledge::{Acknowledged, PutAside, WARNINGS, Warning};
pub use codes::{CODES, Code};
pub use number::{count, grouped};
pub use placed::Placed;
pub use render::{Style, render};

use std::collections::BTreeSet;

use miette::{Diagnostic, Severity};

/// Anything told about a policy.
pub type Told = Box<dyn Diagnostic + Send + Sync + 'static>;

/// A token that only [`Diagnostics::error`] makes: a stage cannot fail without having said why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported(());

/// How many errors are kept, and how many warnings: whoever has more reads no more.
const KEPT_MAX: usize = 200;

/// Collects what a run has to say. No stage stops at its first error.
#[derive(Debug, Default)]
pub struct Diagnostics {
    told: Vec<Told>,
    errors: usize,
    warnings: usize,
    /// What the policy acknowledges that is looked at.
    acknowledged: Acknowledged,
    put_aside: Vec<PutAside>,
    /// How many warnings were put aside, kept or not.
    aside: usize,
    /// The nodes that would acknowledge the warnings told, by code and the words they are about.
    to_acknowledge: Vec<(String, Vec<String>)>,
}

impl Diagnostics {
    /// Returns an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records an error and returns the token that says so.
    pub fn error(&mut self, diagnostic: impl Diagnostic + Send + Sync + 'static) -> Reported {
        self.errors += 1;
        if self.errors <= KEPT_MAX {
            self.told.push(Box::new(diagnostic));
        }
        Reported(())
    }

    /// Records a warning; one that the policy acknowledges is put aside.
    pub fn warn(&mut self, warning: impl Warning) {
        let code = warning.code().map(|code| code.to_string());
        let code = code.unwrap_or_default();
        let about = warning.about();
        if let Some(by) = self.acknowledged.take(&code, &about) {
            self.aside += 1;
            if self.aside <= KEPT_MAX {
                let warning = Box::new(warning);
                self.put_aside.push(PutAside { warning, by });
            }
            return;
        }
        let about = about.into_iter().map(str::to_owned).collect();
        self.would_acknowledge(code, about);
        self.warn_plainly(warning);
    }

    /// Keeps what would acknowledge a warning. A word that stands there already is not said again.
    fn would_acknowledge(&mut self, code: String, mut about: Vec<String>) {
        if self.to_acknowledge.len() >= KEPT_MAX {
            return;
        }
        let said = self.to_acknowledge.iter().filter(|(of, _)| *of == code);
        let said: BTreeSet<&String> = said.flat_map(|(_, words)| words).collect();
        about.retain(|word| !said.contains(word));
        if !about.is_empty() {
            self.to_acknowledge.push((code, about));
        }
    }

    /// Records a warning that cannot be acknowledged.
    pub fn warn_plainly(&mut self, warning: impl Diagnostic + Send + Sync + 'static) {
        self.warnings += 1;
        if self.warnings <= KEPT_MAX {
            self.told.push(Box::new(warning));
        }
    }

    /// Looks at a policy: until `look` is done, the warnings that it acknowledges are put aside.
    pub fn under<T>(
        &mut self,
        acknowledged: &mut Acknowledged,
        look: impl FnOnce(&mut Self) -> T,
    ) -> T {
        std::mem::swap(&mut self.acknowledged, acknowledged);
        let seen = look(self);
        std::mem::swap(&mut self.acknowledged, acknowledged);
        seen
    }

    /// Adds what another run has to say.
    pub fn append(&mut self, other: Self) {
        for told in other.told {
            let is_error = is_error(told.as_ref());
            let kept = self
                .told
                .iter()
                .filter(|one| self::is_error(one.as_ref()) == is_error);
            if kept.count() < KEPT_MAX {
                self.told.push(told);
            }
        }
        self.errors += other.errors;
        self.warnings += other.warnings;
        let room = KEPT_MAX.saturating_sub(self.put_aside.len());
        self.put_aside
            .extend(other.put_aside.into_iter().take(room));
        self.aside += other.aside;
        for (code, about) in other.to_acknowledge {
            self.would_acknowledge(code, about);
        }
    }

    /// Adds the errors of another run, each as `tell` makes it; what it warns of is left out.
    pub fn append_errors(&mut self, other: Self, tell: impl Fn(Told) -> Told) {
        let errors = other.told.into_iter().filter(|one| is_error(one.as_ref()));
        self.append(Self {
            told: errors.map(tell).collect(),
            errors: other.errors,
            ..Self::default()
        });
    }

    /// Returns how many errors were recorded.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Returns how many warnings were recorded.
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// Returns how many warnings were put aside.
    pub fn acknowledged(&self) -> usize {
        self.aside
    }

    /// Returns the nodes of a policy that would acknowledge the warnings told, in their order.
    pub fn acknowledgements(&self) -> Vec<String> {
        let nodes = self.to_acknowledge.iter();
        nodes
            .map(|(code, about)| acknowledge::node(code, about))
            .collect()
    }

    /// Returns how many errors and warnings were counted, but not kept.
    pub fn left_out(&self) -> usize {
        self.errors + self.warnings - self.told.len()
    }

    /// Returns whether something told is a mistake of ours.
    pub fn has_internal(&self) -> bool {
        let internal = |told: &Told| {
            told.code()
                .is_some_and(|code| code.to_string().starts_with("mailpol::internal::"))
        };
        self.told.iter().any(internal)
    }

    /// Returns the token if any error was recorded since `before` of them had been.
    ///
    /// A stage that collects calls this at its end.
    pub fn failed_since(&self, before: usize) -> Result<(), Reported> {
        if self.errors > before {
            Err(Reported(()))
        } else {
            Ok(())
        }
    }

    /// Returns everything told, sorted by file and place; the same thing at the same place once.
    pub fn sorted(&self) -> Vec<&Told> {
        by_place(&self.told, |one| one)
    }

    /// Returns the warnings that a policy acknowledges, in the same order.
    pub fn put_aside(&self) -> Vec<&PutAside> {
        by_place(&self.put_aside, |one| &one.warning)
    }
}

/// Sorts by file and place; the same thing at the same place stays once.
fn by_place<T>(all: &[T], told: impl Fn(&T) -> &Told) -> Vec<&T> {
    let placed = all.iter().map(|one| {
        let told = told(one);
        (Place::of(told.as_ref()), told.to_string(), one)
    });
    let mut placed: Vec<(Place, String, &T)> = placed.collect();
    placed.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    placed.dedup_by(|a, b| (&a.0, &a.1) == (&b.0, &b.1));
    placed.into_iter().map(|(_, _, one)| one).collect()
}

/// Returns whether a diagnostic is an error; a missing severity is one.
pub fn is_error(diagnostic: &dyn Diagnostic) -> bool {
    diagnostic.severity().unwrap_or(Severity::Error) == Severity::Error
}

/// Where a diagnostic belongs in the output: those without a place come last.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    unplaced: bool,
    file: String,
    offset: usize,
}

impl Place {
    fn of(diagnostic: &dyn Diagnostic) -> Self {
        let primary = diagnostic.labels().and_then(|labels| {
            let labels: Vec<_> = labels.collect();
            labels
                .iter()
                .find(|label| label.primary())
                .or(labels.first())
                .cloned()
        });
        // The name is that of the whole source; its first line is read soonest.
        let file = primary.as_ref().and_then(|_| {
            let start = miette::SourceSpan::from((0, 0));
            let contents = diagnostic.source_code()?.read_span(&start, 0, 0).ok()?;
            contents.name().map(str::to_owned)
        });
        Self {
            unplaced: file.is_none(),
            file: file.unwrap_or_default(),
            offset: primary.map_or(0, |label| label.offset()),
        }
    }
}
