//! The ways in, and the addresses that they are open at (master(5); `inet_interfaces` and
//! `inet_protocols` in postconf(5); master_ent.c and own_inet_addr.c of 3.7.11).
//!
//! Envelopes say on which port a client came, and not to which address: the services of one port
//! must do the same.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::diagnostics::{UnjudgedParameter, UnjudgedService};
use super::master_cf::{Service, bare};
use super::parameter::Settings;
use super::text::Text;
use super::{Reader, believed, limits};
use crate::diagnostic::Diagnostics;
use crate::mail::Listener;
use crate::target::FoundListener;

impl Reader<'_> {
    /// Returns every way in.
    pub(super) fn listeners(&self, diagnostics: &mut Diagnostics) -> Vec<FoundListener> {
        let mut found = Vec::new();
        for service in self.services.iter().filter(|one| one.kind == "inet") {
            let name = service.name.as_str();
            let port = service.port();
            if port.is_none() {
                let reason = "the name of its port is not known";
                diagnostics.error(UnjudgedService::new(name, reason, &service.at));
            }
            if service.command == "postscreen" {
                let reason = "it stands before smtpd, and the model does not hold it";
                diagnostics.error(UnjudgedService::new(name, reason, &service.at));
            }
            let port = port.map_or_else(|| service.endpoint().1.to_owned(), |p| p.to_string());
            let listener = self.listener(service, diagnostics);
            let wrapping = match (listener, self::listener(service)) {
                (None, Some(Listener::Submissions)) => ", without smtpd_tls_wrappermode",
                (None, Some(_)) => ", with smtpd_tls_wrappermode",
                (Some(_), _) | (None, None) => "",
            };
            let limits = (service.command == "smtpd")
                .then(|| limits::read(self.main, self.services, service, diagnostics));
            for (host, on) in self.open_at(service, diagnostics) {
                found.push(FoundListener {
                    listener,
                    on,
                    name: format!("{host}:{port} ({}{wrapping})", service.command),
                    at: service.at.clone(),
                    limits: limits.clone(),
                });
            }
        }
        found
    }

    /// Returns the addresses that a service is open at, as the files write them and as what they
    /// are; those that are no numbers are refused by [`judge_addresses`].
    pub(super) fn open_at(
        &self,
        service: &Service,
        diagnostics: &mut Diagnostics,
    ) -> Vec<(String, Option<IpAddr>)> {
        if let Some(host) = service.endpoint().0 {
            let on = bare(host).filter(|on| !on.is_unspecified());
            return vec![(host.to_owned(), on)];
        }
        let settings = Settings::new(self.main, std::collections::BTreeMap::new());
        let interfaces = settings.text("inet_interfaces", diagnostics);
        if interfaces.as_str() == ALL {
            return vec![("0.0.0.0".to_owned(), None)];
        }
        let words = interfaces.words();
        let open = words.iter().map(Text::as_str);
        open.map(|word| (word.to_owned(), bare(word))).collect()
    }

    /// Returns the listener that a service is, if it speaks as that one must: `submissions` in TLS
    /// from the first byte, and no other (RFC 8314 section 3.3).
    pub(super) fn listener(
        &self,
        service: &Service,
        diagnostics: &mut Diagnostics,
    ) -> Option<Listener> {
        let listener = listener(service)?;
        let settings = Settings::new(self.main, service.overrides.clone());
        let is_wrapped = settings.boolean("smtpd_tls_wrappermode", diagnostics);
        (is_wrapped == (listener == Listener::Submissions)).then_some(listener)
    }
}

/// Every address of the machine (`INET_INTERFACES_ALL`).
const ALL: &str = "all";

/// Returns the listener that a service is by its port, if policies speak of it.
fn listener(service: &Service) -> Option<Listener> {
    let is_open = service.kind == "inet" && service.command == "smtpd";
    is_open
        .then(|| service.port().and_then(Listener::from_port))
        .flatten()
}

/// Reports every listener of which the files do not say where it is open, or that Postfix could
/// not open there.
pub(super) fn judge_addresses(
    services: &[Service],
    host: &[IpAddr],
    settings: &Settings<'_>,
    diagnostics: &mut Diagnostics,
) {
    let everywhere = "it would not be open on every address of the host";
    let protocols = settings.text("inet_protocols", diagnostics);
    let spoken = protocols.words();
    let speaks = |name: &str| {
        spoken
            .iter()
            .any(|word| ["all", name].contains(&word.as_str()))
    };
    let is_spoken = |ip: &IpAddr| speaks(if ip.is_ipv4() { "ipv4" } else { "ipv6" });
    let listeners: Vec<&Service> = services
        .iter()
        .filter(|one| listener(one).is_some())
        .collect();
    let reason = if !host.iter().all(is_spoken) {
        Some(everywhere)
    } else if !listeners.is_empty() && !speaks("ipv6") {
        // `own_inet_addr` in own_inet_addr.c of 3.7.11.
        Some("`[IPv6:::1]` would be no address of this host, and mail for it would be relayed")
    } else {
        None
    };
    if let Some(reason) = reason {
        let (name, at) = ("inet_protocols", protocols.at());
        diagnostics.error(UnjudgedParameter::new(name, reason, &at));
    }
    judge_interfaces(host, listeners.is_empty(), settings, diagnostics);
    for (number, service) in listeners.iter().enumerate() {
        let reason = match (service.endpoint().0, service.address()) {
            (Some(_), None) => Some("the addresses of a name are not in the files"),
            (Some(_), Some(on)) if !is_spoken(&on) => {
                Some("`inet_protocols` leaves the family of its address out")
            }
            // A socket of IPv6 takes no client of IPv4 (`IPV6_V6ONLY` in inet_listen.c), and the
            // other way round.
            (Some(_), Some(on)) if on.is_unspecified() => {
                let is_other = |own: &IpAddr| own.is_ipv4() != on.is_ipv4();
                host.iter().any(is_other).then_some(everywhere)
            }
            (None, _) | (Some(_), Some(_)) => None,
        };
        let earlier = listeners.iter().take(number);
        let mut earlier = earlier.filter(|one| one.port() == service.port());
        let reason = reason.or_else(|| earlier.find_map(|one| clash(one, service)));
        if let Some(reason) = reason {
            let name = service.name.as_str();
            diagnostics.error(UnjudgedService::new(name, reason, &service.at));
        }
    }
}

/// `inet_interfaces` says which addresses are the host's own, wherever services listen. Where none
/// does, every program ends that finds an address there which the machine does not have
/// (`own_inet_addr_init` in own_inet_addr.c of 3.7.11).
fn judge_interfaces(
    host: &[IpAddr],
    only_sends: bool,
    settings: &Settings<'_>,
    diagnostics: &mut Diagnostics,
) {
    let interfaces = settings.text("inet_interfaces", diagnostics);
    let words = interfaces.words();
    let named: Option<Vec<IpAddr>> = words.iter().map(|word| bare(word.as_str())).collect();
    let mut own = host.to_vec();
    own.push(Ipv4Addr::LOCALHOST.into());
    own.push(Ipv6Addr::LOCALHOST.into());
    let covers = |named: &Vec<IpAddr>| own.iter().all(|one| named.contains(one));
    if interfaces.as_str() == ALL {
        return;
    }
    let has = |named: &Vec<IpAddr>| named.iter().all(|one| own.contains(one));
    let is_usual = if only_sends {
        interfaces.as_str() == "loopback-only" || named.as_ref().is_some_and(has)
    } else {
        named.as_ref().is_some_and(covers)
    };
    if is_usual {
        return;
    }
    let reason = "which addresses are the host's own would be other ones; a service of master.cf \
                  may be at one of them, as in `192.0.2.7:submission`";
    let (name, at) = ("inet_interfaces", interfaces.at());
    diagnostics.error(UnjudgedParameter::new(name, reason, &at));
}

/// Says why two services of one port cannot stand beside each other, or would have to be told apart
/// by their addresses.
fn clash(one: &Service, other: &Service) -> Option<&'static str> {
    let is_all = |service: &Service| {
        service
            .address()
            .is_none_or(|address| address.is_unspecified())
    };
    if is_all(one) || is_all(other) {
        return Some("another service listens on its port at every address");
    }
    let settings = |service: &Service| {
        // Who says who the client is differs; what becomes of the client does not.
        let pairs = service.overrides.iter();
        let pairs = pairs.filter(|(name, _)| name.as_str() != believed::NAME);
        let pairs = pairs.map(|(name, value)| (name.clone(), value.as_str().to_owned()));
        pairs.collect::<Vec<_>>()
    };
    let chroot = |service: &Service| service.chroot;
    let same = settings(one) == settings(other) && chroot(one) == chroot(other);
    (!same).then_some("another service listens on its port, at another address, and does otherwise")
}
