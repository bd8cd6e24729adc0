//! Comparison of what was with what would be.
//!
//! Not here: comparing decisions, which `prove` does.

mod text;

pub use text::unified;
