//! Patterns of local-parts at routers.
//!
//! SOUNDNESS: what matches may be more than the reader says (see `acl::odd`). So a router may pass
//! it by, and no other may take it then: it is no recipient.

use crate::diagnostic::Reported;
use crate::source::Loc;
use crate::target::exim::interpret::pattern::{self, OF_ROUTES, REASON};
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::value::{Bool, Leaf};

impl Reader<'_> {
    /// Judges the patterns that a precondition asks: only that of routes, as `! ^.*[@%!]`.
    pub(super) fn judge_precondition(
        &mut self,
        name: &str,
        condition: &Bool,
        at: &Loc,
    ) -> Result<(), Reported> {
        let asked = pattern::asked(condition);
        if asked == 0 {
            return Ok(());
        }
        let is_leaf = |inner: &Bool| matches!(inner, Bool::Leaf(Leaf::Form(..)));
        let passes_by = matches!(condition, Bool::Not(inner) if is_leaf(inner));
        if passes_by && asked == OF_ROUTES {
            self.forms.routers |= asked;
            return Ok(());
        }
        Err(self.service(name, REASON, at))
    }
}
