//! Next hops that smtp(8) takes for the host itself: "mail for ... loops back to myself", and comes
//! back (`smtp_helo` in smtp_proto.c, `smtp_connect_inet` in smtp_connect.c of 3.7.11, which look
//! at the port of SMTP alone).

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::diagnostics::UnjudgedParameter;
use super::master_cf::Service;
use super::next_hop::{Way, endpoint, is_sender};
use super::parameter::{Main, Settings};
use crate::diagnostic::Diagnostics;

/// The port at which it looks for itself, as next hops say it.
const SMTP: &str = ":25";

/// Refuses ways to the name of the host, or to one of its addresses.
pub(super) fn judge(
    main: &Main,
    services: &[Service],
    ways: &[Way],
    host: &[IpAddr],
    diagnostics: &mut Diagnostics,
) {
    let sends = |way: &&Way| {
        let mut senders = services.iter().filter(|one| is_sender(one));
        senders.any(|one| one.name.as_str() == way.channel)
    };
    let settings = Settings::new(main, BTreeMap::new());
    let own = settings.text("myhostname", diagnostics);
    let mut told = Vec::new();
    for way in ways.iter().filter(sends) {
        let Some(next) = &way.next else {
            continue;
        };
        let to = endpoint(next);
        let named = match &to {
            Some(to) => to.strip_suffix(SMTP),
            None => Some(next.split_once(':').map_or(next.as_str(), |(name, _)| name)),
        };
        let Some(named) = named else {
            continue;
        };
        let bare = named.trim_start_matches('[').trim_end_matches(']');
        let is_own = match bare.parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback() || host.contains(&ip),
            Err(_) => {
                named.eq_ignore_ascii_case(own.as_str()) || named.eq_ignore_ascii_case("localhost")
            }
        };
        if is_own && !told.contains(&way.at) {
            let reason = "it is the host's own name or address: mail would loop, and come back";
            diagnostics.error(UnjudgedParameter::new(named, reason, &way.at));
            told.push(way.at.clone());
        }
    }
}
