//! Postfix.

pub mod interpret;
