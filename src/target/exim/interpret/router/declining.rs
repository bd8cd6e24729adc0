//! What goes on to the next router where a router of other hosts declines: an address of a domain
//! that DNS does not know, and a literal whose host is ignored (spec 4.96, chapters 17 and 18). No
//! class of envelopes says which these are, so nothing else may take them.

use super::{Driver, Routers};
use crate::target::exim::interpret::reader::Reader;

impl Reader<'_> {
    /// Reports routers of other hosts with routers behind them that could take what they decline.
    pub(super) fn judge_declining(&mut self, routers: &Routers) {
        for pair in routers.list.windows(2) {
            let [one, behind] = pair else { continue };
            let is_safe = match &one.driver {
                Driver::Exchangers(_) => !one.more,
                // Behind it DNS is asked, which knows no literal.
                Driver::Literal(_) => !one.more || matches!(behind.driver, Driver::Exchangers(_)),
                Driver::Accept(_) | Driver::Hosts { .. } | Driver::Redirect(..) => true,
            };
            if !is_safe {
                let reason = "what DNS does not know would go to the router behind it: let the \
                              router have `no_more`";
                self.service("more", reason, &one.at.clone());
            }
        }
    }
}
