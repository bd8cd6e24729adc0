//! Comparison of what was with what would be: texts, and what is decided.

mod decisions;
mod markdown;
mod review;
mod text;

pub use decisions::{
    Between, Change, DOMAINS_MIN, Decisions, FilesOf, Identity, Kind, List, Stated, StatedBy,
    decisions, decisions_of, decisions_of_new, decisions_of_new_policy, decisions_of_policies,
    decisions_of_targets, mark, settings,
};
pub use review::{FileChange, Review, file_changes, renumbered};
pub use text::{DiffLine, Difference, Hunk, LineIs, Places};
