//! `acknowledge`: warnings that are known.

use super::name::shown;
use crate::diagnostic::{Acknowledged, Code, Diagnostics, WARNINGS};
use crate::policy::diagnostics::{AcknowledgeError, AcknowledgeUnknown, AcknowledgeUnused};
use crate::syntax::tree::Text;
use crate::syntax::{node, suggest};

/// What stands before every code, and need not be written.
const PREFIX: &str = "mailpol::";

/// Lowers the `acknowledge` nodes.
pub(super) fn lower(nodes: &[node::Acknowledge], diagnostics: &mut Diagnostics) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    for node in nodes {
        let code = node.code.as_ref();
        let Some(code) = code.and_then(|code| known(code, diagnostics)) else {
            continue;
        };
        for word in &node.words {
            acknowledged.add(code, &word.value, word.at.clone());
        }
    }
    acknowledged
}

/// Returns the whole code of a warning.
fn known(written: &Text, diagnostics: &mut Diagnostics) -> Option<&'static str> {
    let code = Code::find(&written.value).map(|code| code.name);
    if let Some(code) = code.filter(|code| WARNINGS.contains(code)) {
        return Some(code);
    }
    let at = written.at.clone();
    if let Some(code) = code {
        let short = code.strip_prefix(PREFIX).unwrap_or(code).to_owned();
        diagnostics.error(AcknowledgeError { code: short, at });
        return None;
    }
    let bare = written.value.strip_prefix(PREFIX);
    let codes = WARNINGS.iter();
    let codes: Vec<&str> = codes.filter_map(|code| code.strip_prefix(PREFIX)).collect();
    diagnostics.error(AcknowledgeUnknown {
        code: shown(&written.value),
        help: suggest::help(bare.unwrap_or(&written.value), &codes),
        at,
    });
    None
}

/// Warns of what acknowledges nothing.
pub(super) fn check(acknowledged: &Acknowledged, diagnostics: &mut Diagnostics) {
    for (code, word, at) in acknowledged.unused() {
        diagnostics.warn_plainly(AcknowledgeUnused {
            code: code.strip_prefix(PREFIX).unwrap_or(code).to_owned(),
            word: shown(word),
            at: at.clone(),
        });
    }
}
