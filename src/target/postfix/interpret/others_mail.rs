//! What has to have mail for domains that are not ours: a service that hands it on.

use super::class::Class;
use super::diagnostics::UnjudgedParameter;
use super::next_hop::Way;
use super::parameter::Settings;
use super::route::Delivery;
use crate::diagnostic::Diagnostics;

/// The programs that hand mail on, in another's words or in its own (smtp(8), pipe(8)).
const HAND_ON: [&str; 3] = ["smtp", "lmtp", "pipe"];
/// Services that take nothing: smtpd(8) refuses what leads to them (`check_rcpt_maps` and
/// `check_sender_rcpt_maps` in `smtpd_check.c` of 3.7.11).
const REFUSED: [&str; 2] = ["error", "retry"];

impl Delivery {
    /// Reports where mail for others goes to a program that delivers here or throws away, and where
    /// it goes to none: it waits ("mail transport unavailable"), and comes back.
    pub(super) fn judge_others(&self, base: &Settings<'_>, diagnostics: &mut Diagnostics) {
        let row = self.transports.wildcard();
        let name = match row {
            Some(_) => "transport_maps",
            None => "default_transport",
        };
        let at = row.and_then(|row| self.transports.place_of_hop(row));
        let at = at.unwrap_or_else(|| base.place(name));
        let mut ways = Vec::new();
        self.add_ways(Class::Default, row, &at, &mut ways);
        for Way { channel, at, .. } in &ways {
            let reason = match self.services.get(channel).map(String::as_str) {
                Some(program) if HAND_ON.contains(&program) => continue,
                _ if REFUSED.contains(&channel.as_str()) => continue,
                Some(_) => "mail for others goes to a program that does not hand it on",
                None => "mail for others goes to a service that master.cf does not have",
            };
            diagnostics.error(UnjudgedParameter::new(channel, reason, at));
        }
    }
}
