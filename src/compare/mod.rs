//! Comparison of what was with what would be: texts, and what is decided.

mod decisions;
mod review;
mod text;

pub use decisions::{Change, Decisions, Kind, decisions, decisions_of};
pub use review::{FileChange, Review, file_changes, mark};
pub use text::{DiffLine, Hunk, LineIs, hunks, unified};
