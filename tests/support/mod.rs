//! Drives a real MTA over loopback: a tree of files goes in, replies come out.
//!
//! A test describes a [`job::Job`]: a directory that mirrors a server's root, the scene around it
//! (accounts, certificates, a zone), and what clients say. [`namespace::run`] starts this very
//! test program again in a throw-away container, where `inside` puts the tree in place, starts
//! the MTA on its own ports, connects from each client's own address, and reports.
//!
//! The harness knows nothing of policies, and it keeps no promise about what is right: that is
//! what the tests say. A test program that uses it has its own `main`, opens with
//! [`inside::run_if_asked`], and hands its trials to [`probes::gate`]. See `tests/harness.rs`.
//! One that does not need all of this says so where it names the module:
//! `#[expect(dead_code, reason = "...")] mod support;`.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and starts no program; its judge has to"
)]

use std::fmt;

pub(crate) mod inside;
pub(crate) mod job;
pub(crate) mod namespace;
pub(crate) mod probes;
pub(crate) mod proxy;
pub(crate) mod report;
pub(crate) mod scripts;
pub(crate) mod sessions;
pub(crate) mod smtp;
pub(crate) mod tls;

/// Why something could not be done, as a sentence for whoever reads the failed test.
#[derive(Debug, Clone)]
pub(crate) struct Failure(String);

/// What the harness could do, or why not.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Says what was being done when an error came up.
pub(crate) trait Context<T> {
    fn context(self, doing: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context(self, doing: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Failure(format!("{doing}: {error}")))
    }
}
