//! mailpol: a mail policy compiled to the configuration of a real MTA, and proved.
#![deny(
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unreachable,
    clippy::todo,
    clippy::unimplemented
)]

pub mod source;
pub mod threads;

pub mod diagnostic;
pub mod mail;

pub mod spf;

pub mod syntax;

pub mod decision;

pub mod policy;

pub mod dns;

pub mod prove;

pub mod target;

pub mod simulate;

pub mod compare;
pub mod compile;
pub mod explain;
