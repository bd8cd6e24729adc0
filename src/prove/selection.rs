//! Which questions of the proof are put: all of them, but for tests that look at one by itself.

use super::obligation::OBLIGATIONS;
use super::records::RECORD_OBLIGATIONS;
use crate::policy::StatementKind;

/// The question whether the files open the declared listeners.
pub(super) const LISTENERS: &str = "listeners-as-declared";
/// The question whether only the declared proxies say who the client is.
pub(super) const CLIENTS: &str = "clients-as-declared";
/// The question whether passwords are checked by the declared backend.
pub(super) const BACKEND: &str = "backend-as-declared";
/// The question whether each way in takes of one message what is declared.
pub(super) const LIMITS: &str = "limits-as-declared";
/// The question what becomes of mail made on the host. It is put where nothing listens.
pub(super) const HOST_MAIL: &str = "host-mail-as-declared";
/// The question whether policy and files decide alike.
pub(super) const EQUALITY: &str = "policy-equals-files";
/// The question whether the files of two targets decide alike. It is put where there are two.
pub(super) const AGREEMENT: &str = "targets-agree";

/// What stands in the place of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// What it states.
    Stated,
    /// Nothing, so that it holds of everything: a test that stays green then tests nothing.
    Blank,
}

/// The questions of a run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Selection<'s> {
    /// All of them, as stated. What is built or reported rests on this one only.
    All,
    /// The named ones.
    Only(&'s [&'s str], Body),
}

impl Selection<'_> {
    /// Returns what stands in the place of a question; nothing if it is not put.
    pub(super) fn body(self, name: &str) -> Option<Body> {
        match self {
            Self::All => Some(Body::Stated),
            Self::Only(names, body) => names.contains(&name).then_some(body),
        }
    }
}

/// Returns the name of every question that is put to files, in the order of reports.
pub fn question_names() -> Vec<&'static str> {
    let obligations = OBLIGATIONS.iter().map(|obligation| obligation.name());
    let statements = [StatementKind::Forbid, StatementKind::Require].map(StatementKind::name);
    [LISTENERS, CLIENTS, LIMITS, BACKEND, HOST_MAIL]
        .into_iter()
        .chain(obligations)
        .chain(statements)
        .chain([EQUALITY])
        .chain(
            RECORD_OBLIGATIONS
                .iter()
                .map(|obligation| obligation.name()),
        )
        .collect()
}
