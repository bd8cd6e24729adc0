//! What two policies declare otherwise, as the cause of what they decide otherwise.

use crate::prove::{Contrast, Facet, Region, Sets};

/// Which classes are the cause of a change.
pub(super) struct Causes<'c, 'a, 't> {
    contrast: &'c Contrast<'a, 't>,
    /// Whether the policies declare anything otherwise; if not, whoever is named is a cause.
    declared: bool,
}

/// The facets whose classes can be the cause of a change.
const CAUSES: [Facet; 4] = [Facet::Recipient, Facet::Login, Facet::Client, Facet::Sender];

impl<'c, 'a, 't> Causes<'c, 'a, 't> {
    pub(super) fn new(contrast: &'c Contrast<'a, 't>) -> Self {
        let changed = |facet: &Facet| {
            (0..contrast.size(*facet)).any(|member| contrast.is_changed(*facet, member))
        };
        Self {
            contrast,
            declared: CAUSES.iter().any(changed),
        }
    }

    /// Returns whether two regions name the same of what has changed.
    pub(super) fn shared(&self, a: &Region, b: &Region, sets: &Sets) -> bool {
        CAUSES.iter().any(|facet| {
            a.get(*facet) == b.get(*facet)
                && sets.of(*facet, a).iter().all(|member| {
                    if self.declared {
                        self.contrast.is_changed(*facet, *member)
                    } else {
                        !self.contrast.is_anybody(*facet, *member)
                    }
                })
        })
    }
}
