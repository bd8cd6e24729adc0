//! Whom Postfix believes about who the client is: `smtpd_upstream_proxy_protocol` (postconf(5) and
//! postscreen(8); smtpd_peer.c, smtpd_haproxy.c and haproxy_srvr.c of 3.7.11).
//!
//! A service with it wants a header of the PROXY protocol, of either version, from everybody, and
//! hangs up without one. The address in it is the client's; one of IPv4 that is mapped into IPv6 is
//! that of IPv4. With `LOCAL` the peer stays the client; `UNKNOWN` is answered 421. Who may send a
//! header, no setting says: so it is whoever reaches the service.

use super::Reader;
use super::master_cf::Service;
use super::parameter::Settings;
use crate::decision::{Believed, Peers};
use crate::diagnostic::Diagnostics;
use crate::mail::WayIn;

pub(super) const NAME: &str = "smtpd_upstream_proxy_protocol";

impl Reader<'_> {
    /// Returns every way in at which headers count.
    pub(super) fn believed(&self, diagnostics: &mut Diagnostics) -> Vec<Believed> {
        let mut found = Vec::new();
        let is_smtpd = |one: &&Service| one.kind == "inet" && one.command == "smtpd";
        for service in self.services.iter().filter(is_smtpd) {
            let settings = Settings::new(self.main, service.overrides.clone());
            let value = settings.text(NAME, diagnostics);
            if value.as_str().is_empty() {
                continue;
            }
            let listener = self.listener(service, diagnostics);
            let port = service.endpoint().1.to_owned();
            for (host, on) in self.open_at(service, diagnostics) {
                let way = listener.map(|listener| WayIn { listener, on });
                let name = format!("{host}:{port}");
                found.push(Believed {
                    peers: Peers::Everybody { way, name },
                    at: value.at(),
                });
            }
        }
        found
    }
}
