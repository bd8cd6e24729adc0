//! Exim.

pub mod interpret;
