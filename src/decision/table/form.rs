//! Path forms, gathered into few kinds.

use super::Label;
use crate::mail::PathForm;

/// What each form answers.
#[derive(Debug, Clone)]
pub struct FormTable {
    labels: Vec<Label>,
}

impl FormTable {
    /// Returns the table in which each form answers what `label` says.
    pub fn new(label: impl Fn(PathForm) -> u32) -> Self {
        Self {
            labels: PathForm::ALL
                .into_iter()
                .map(|form| Label(label(form)))
                .collect(),
        }
    }

    /// Returns the label of a form.
    pub fn lookup(&self, form: PathForm) -> Label {
        self.labels
            .get(form.index() as usize)
            .copied()
            .unwrap_or_default()
    }
}
