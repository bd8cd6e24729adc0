//! How the program ends.

use std::process::{ExitCode, Termination};

use mailpol::diagnostic::Reported;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done; the answer is yes.
    Yes,
    /// Done; the answer is no.
    No,
    /// It could not be done.
    Unable,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        match self {
            Self::Yes => ExitCode::SUCCESS,
            Self::No => ExitCode::from(1),
            Self::Unable => ExitCode::from(2),
        }
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A diagnostic says why; the answer is no.
    Reported,
    /// It could not be done, for this reason.
    Unable(String),
    /// Nobody reads the output any more.
    Pipe,
}

impl From<Reported> for Failure {
    fn from(_: Reported) -> Self {
        Self::Reported
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self::Pipe
        } else {
            Self::Unable(error.to_string())
        }
    }
}
