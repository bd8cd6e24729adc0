//! Routers for mail that is made on the host: cron's, and bounces. No envelope is such, so the
//! proof does not follow it; but it must not leave by a router of its own, or get lost there.

use super::address_list::{Data, data};
use super::walk::Walk;
use super::{Driver, Router, Whom};
use crate::decision::Destination;
use crate::mail::Address;
use crate::source::Loc;
use crate::target::exim::interpret::value::Bool;

impl Router {
    /// Returns whether it redirects, and never what came by SMTP.
    pub(super) fn is_for_host_alone(&self) -> bool {
        let never = |one: &Bool| matches!(one, Bool::Const(false));
        let Bool::All(all) = &self.conditions else {
            return false;
        };
        all.iter().any(never) && matches!(self.driver, Driver::Redirect(..))
    }
}

impl Walk<'_> {
    /// Returns the first router for mail of the host that leads it away, and why it does.
    pub(in super::super) fn astray(&self) -> Option<(&Loc, &'static str)> {
        let mut routers = self
            .routers
            .list
            .iter()
            .filter(|router| router.whom == Whom::Host);
        routers.find_map(|router| Some((&router.at, self.leads_astray(router)?)))
    }

    fn leads_astray(&self, router: &Router) -> Option<&'static str> {
        let Driver::Redirect(value, _) = &router.driver else {
            return None;
        };
        let Some(text) = value.as_text() else {
            return Some("mailpol follows plain addresses for mail that is made on this host");
        };
        match data(&text, self.qualify) {
            Ok(Data::To(to)) if !to.is_empty() => {
                let stays = to.iter().all(|address| self.stays(address));
                (!stays).then_some("mail that is made on this host would leave, or nobody has it")
            }
            _ => Some("mail that is made on this host, bounces too, would get lost"),
        }
    }

    /// Returns whether mail for an address comes to mailboxes, or goes where a forward of it leads.
    fn stays(&self, address: &Address) -> bool {
        // Of this one the proof says by itself where its mail goes.
        let own = self.qualify == Some(address.domain().as_str());
        if own && address.local() == "postmaster" {
            return true;
        }
        // Bounces have no sender, and what the host makes for ours no router asks for it: what
        // cannot be told is not ours.
        let (Ok(number), Ok(destinations)) = (self.takes(address), self.destinations(address))
        else {
            return false;
        };
        let taker = number.and_then(|number| self.routers.list.get(number));
        let is_ours = taker.is_some_and(|taker| taker.whom == Whom::Named);
        destinations.iter().all(|to| match to {
            // Who has this mail thrown away is an address of its own, which the proof compares.
            Destination::Mailbox { .. } | Destination::Forward { .. } | Destination::Discard => {
                true
            }
            Destination::Hop(_) => is_ours,
            Destination::Exchangers(_) | Destination::Chosen(_) | Destination::Undeliverable => {
                false
            }
        })
    }
}
