//! The answers of one state at a time, written down where each test finds its own at once.

use std::cell::Cell;

use crate::decision::Label;
use crate::prove::universe::TestNumber;

/// A label, and the page that it was written on: pages of other states say nothing.
#[derive(Debug, Clone, Copy)]
struct Note {
    page: u64,
    label: Label,
}

/// The answers of one state, by test. To write down those of the next, a page is turned.
#[derive(Debug)]
pub(super) struct Notes {
    /// By test.
    notes: Box<[Cell<Note>]>,
    page: Cell<u64>,
}

impl Notes {
    /// Returns notes of so many tests. Nothing is written on the first page.
    pub(super) fn new(tests: usize) -> Self {
        let none = Note {
            page: 0,
            label: Label::ABSENT,
        };
        Self {
            notes: vec![Cell::new(none); tests].into_boxed_slice(),
            page: Cell::new(0),
        }
    }

    /// Turns to a new page, writes answers down there, and returns its number.
    pub(super) fn open(&self, answers: &[(TestNumber, Label)]) -> u64 {
        let page = self.page.get() + 1;
        self.page.set(page);
        for (test, label) in answers {
            self.add(page, *test, *label);
        }
        page
    }

    /// Returns whether no other page was opened since.
    pub(super) fn is_open(&self, page: u64) -> bool {
        self.page.get() == page
    }

    /// Returns what is written on a page.
    pub(super) fn get(&self, page: u64, test: TestNumber) -> Option<Label> {
        let note = self.notes.get(test.index())?.get();
        (note.page == page).then_some(note.label)
    }

    /// Writes an answer down, if its page is still open.
    pub(super) fn add(&self, page: u64, test: TestNumber, label: Label) {
        if self.is_open(page)
            && let Some(note) = self.notes.get(test.index())
        {
            note.set(Note { page, label });
        }
    }
}
