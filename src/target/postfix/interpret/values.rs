//! What rows of tables stand for, where that is one of many things: a label each.

use std::collections::BTreeMap;

use crate::decision::Label;

/// Values, each once.
#[derive(Debug)]
pub(super) struct Values<T> {
    list: Vec<T>,
    numbers: BTreeMap<T, Label>,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            numbers: BTreeMap::new(),
        }
    }
}

impl<T: Clone + Ord> Values<T> {
    /// Returns the label of a value, from 1 on.
    pub(super) fn label(&mut self, value: T) -> Label {
        let next = u32::try_from(self.list.len() + 1).unwrap_or(u32::MAX);
        *self.numbers.entry(value).or_insert_with_key(|value| {
            self.list.push(value.clone());
            Label(next)
        })
    }

    /// Returns the value of a label.
    pub(super) fn get(&self, label: Label) -> Option<&T> {
        self.list.get((label.0 as usize).checked_sub(1)?)
    }

    /// Returns all values, in the order of their labels.
    pub(super) fn all(&self) -> &[T] {
        &self.list
    }
}
