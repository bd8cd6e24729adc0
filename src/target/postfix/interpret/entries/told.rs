//! What is told of rows before tests are made of them.

use super::Rows;
use crate::target::postfix::interpret::map::Hit;

impl Rows {
    /// Returns whether some row is about the null path.
    pub(in super::super) fn has_null(&self) -> bool {
        self.null.is_some()
    }

    /// Returns whether some row is about a name.
    pub(in super::super) fn has_names(&self) -> bool {
        !(self.whole.len() == 0 && self.bare.is_empty() && self.domain.is_empty())
            || self.always.is_some()
    }

    /// Returns the labels of rows that match sub-domains, each once, with the first place.
    pub(in super::super) fn parents(&self) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (_, row) in &self.parent {
            if hits.iter().all(|(label, _)| *label != row.label) {
                hits.push((row.label, row.at.clone()));
            }
        }
        hits
    }
}
