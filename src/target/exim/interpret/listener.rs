//! Where the daemon listens (spec 4.96, chapter 13).

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::diagnostics::UnjudgedParameter;
use super::list::items;
use super::lookup::address_of;
use super::option::Options;
use super::reader::Reader;
use super::shape;
use super::text::Text;
use crate::diagnostic::Reported;
use crate::mail::Listener;
use crate::source::Loc;
use crate::target::digits::digits;
use crate::target::{FoundLimit, FoundLimits, FoundListener};

/// What a bounce says about one recipient, in octets.
const BOUNCED_OCTETS: u64 = 350;

/// Names of services (`/etc/services`).
const SERVICES: [(&str, u16); 6] = [
    ("smtp", 25),
    ("mail", 25),
    ("submission", 587),
    ("submissions", 465),
    ("smtps", 465),
    ("ssmtp", 465),
];

/// An interface that the daemon binds to.
struct Interface {
    /// Its address; the unspecified one stands for all of its family.
    address: IpAddr,
    /// A port of its own (section 13.2).
    port: Option<u16>,
    at: Loc,
}

/// Every address of either family (section 13.3: the default of `local_interfaces`).
const ALL: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    IpAddr::V6(Ipv6Addr::UNSPECIFIED),
];

impl Reader<'_> {
    /// Returns every way in that the options open.
    pub(super) fn listeners(&mut self, options: &Options, start: &Loc) -> Vec<FoundListener> {
        let mut found = self.find_listeners(options, start).unwrap_or_default();
        let limits = self.limits(options, start);
        for listener in &mut found {
            listener.limits = Some(limits.clone());
        }
        // What the options open, a daemon that does not listen leaves closed.
        if self.has_daemon { found } else { Vec::new() }
    }

    fn find_listeners(
        &mut self,
        options: &Options,
        start: &Loc,
    ) -> Result<Vec<FoundListener>, Reported> {
        let has_v6 = self.artifacts.host_addresses.iter().any(IpAddr::is_ipv6);
        let only_v4 = match options.get("disable_ipv6") {
            Some(setting) => setting.boolean(self.diagnostics)?,
            None => false,
        };
        if let Some(setting) = options.get("disable_ipv6").filter(|_| only_v4 && has_v6) {
            let reason = "it would not be open on every address of the host";
            let fault = UnjudgedParameter::new("disable_ipv6", reason, &setting.at);
            return Err(self.diagnostics.error(fault));
        }
        let ports = self.daemon_ports(options, start)?;
        let wrapped = match options.text("tls_on_connect_ports") {
            Some(text) => self.ports(&text)?,
            None => Vec::new(),
        };
        let mut interfaces = match options.text("local_interfaces") {
            Some(text) => self.interfaces(&text)?,
            None => ALL
                .map(|address| Interface {
                    address,
                    port: None,
                    at: start.clone(),
                })
                .into(),
        };
        // Those of the other family are skipped (`host_build_ifacelist`).
        interfaces.retain(|one| one.address.is_ipv4() || !only_v4);
        self.know_own(&interfaces, options, start)?;
        let open = self.sockets(&interfaces, &ports, start)?;
        // A socket of IPv6 takes no client of IPv4 (`IPV6_V6ONLY`, `daemon_go`).
        let is_everywhere = |port: u16| {
            let all = ALL.map(|address| open.contains(&(address, port)));
            all == [true, true] || (all == [true, false] && !has_v6)
        };
        let mut found: Vec<FoundListener> = Vec::new();
        for interface in &interfaces {
            let own = interface.port.map(|port| (port, interface.at.clone()));
            let own: Vec<(u16, Loc)> = own.into_iter().collect();
            let ports = if own.is_empty() { &ports } else { &own };
            for (port, at) in ports {
                let wrapped = wrapped.iter().any(|(one, _)| one == port);
                let tls = if wrapped { " (tls on connect)" } else { "" };
                let is_all = interface.address.is_unspecified();
                let is_whole = is_all && is_everywhere(*port);
                // One family only is no way in that policies speak of.
                let listener = Listener::from_port(*port)
                    .filter(|one| wrapped == (*one == Listener::Submissions))
                    .filter(|_| is_whole || !is_all);
                let address = match interface.address {
                    _ if is_whole => "*".to_owned(),
                    IpAddr::V4(v4) => v4.to_string(),
                    IpAddr::V6(v6) => format!("[{v6}]"),
                };
                let name = format!("{address}:{port}{tls}");
                // Every address of either family is one way in.
                if !found.iter().any(|one| one.name == name) {
                    found.push(FoundListener {
                        on: (!is_all).then_some(interface.address),
                        ..FoundListener::new(listener, name, at.clone())
                    });
                }
            }
        }
        Ok(found)
    }

    /// Returns every address and port that the daemon binds.
    fn sockets(
        &mut self,
        interfaces: &[Interface],
        ports: &[(u16, Loc)],
        start: &Loc,
    ) -> Result<Vec<(IpAddr, u16)>, Reported> {
        let open: Vec<(IpAddr, u16)> = interfaces
            .iter()
            .flat_map(|one| {
                let own = one.port.map(|port| vec![port]);
                let all = own.unwrap_or_else(|| ports.iter().map(|(port, _)| *port).collect());
                all.into_iter().map(|port| (one.address, port))
            })
            .collect();
        let mut once = BTreeSet::new();
        // The system binds no address of a family beside all of them, at one port.
        let mut is_taken = |one: &(IpAddr, u16)| {
            let all = if one.0.is_ipv4() { ALL[0] } else { ALL[1] };
            !once.insert(*one) || (one.0 != all && open.contains(&(all, one.1)))
        };
        if let Some((address, port)) = open.iter().find(|one| is_taken(one)) {
            let name = format!("{address}:{port}");
            let reason = "Exim cannot listen there twice, and gives up";
            return Err(self.refuse(&name, reason, start));
        }
        Ok(open)
    }

    /// Refuses interfaces by which Exim would take an address of the host for another's, or that of
    /// another host for its own: mail that goes there would come back (section 13.8;
    /// `host_find_interfaces`).
    fn know_own(
        &mut self,
        interfaces: &[Interface],
        options: &Options,
        start: &Loc,
    ) -> Result<(), Reported> {
        let extra = match options.text("extra_local_interfaces") {
            Some(text) if !text.as_str().trim().is_empty() => self.interfaces(&text)?,
            Some(_) | None => Vec::new(),
        };
        let all = interfaces.iter().chain(&extra);
        let host = self.artifacts.host_addresses.as_slice();
        let is_own = |ip: IpAddr| ip.is_unspecified() || ip.is_loopback() || host.contains(&ip);
        // Where the daemon listens, an interface that is not the host's is a listener too many.
        let listened = interfaces.iter().filter(|_| !self.has_daemon);
        let mut others = extra.iter().chain(listened);
        if let Some(one) = others.find(|one| !is_own(one.address)) {
            let reason = "the host has no such address, and mail for the host that has it would \
                          come back";
            return Err(self.refuse(&one.address.to_string(), reason, &one.at));
        }
        if !self.has_daemon {
            // What a host that does not listen sends goes to hosts that are named.
            return Ok(());
        }
        let known: BTreeSet<IpAddr> = all.map(|one| one.address).collect();
        let is_known = |address: &IpAddr| {
            let whole = if address.is_ipv4() { ALL[0] } else { ALL[1] };
            known.contains(address) || known.contains(&whole)
        };
        let has_v6 = host.iter().any(IpAddr::is_ipv6);
        let mut loopback = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
        // `@[]` in a list of hosts is all of them (`host_scan_for_local_hosts` in host.c of 4.96).
        loopback.extend(has_v6.then_some(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        if loopback.iter().chain(host).all(is_known) {
            return Ok(());
        }
        let at = options.text("local_interfaces");
        let at = at.map_or_else(|| start.clone(), |text| text.at());
        let reason = "without `extra_local_interfaces` other addresses of the host are not its own";
        Err(self.refuse("local_interfaces", reason, &at))
    }

    /// Returns what a message may have, on every listener alike (section 14.23; the defaults of
    /// 4.96).
    fn limits(&mut self, options: &Options, start: &Loc) -> FoundLimits {
        let limit = |name: &'static str, default: u64| {
            let text = options.text(name);
            let at = text.as_ref().map_or_else(|| start.clone(), Text::at);
            let default_of = text.is_none().then_some(name);
            // What is no number was refused by its shape; 0 is none.
            let most = text.map_or(Some(default), |text| {
                let said = text.as_str().trim();
                shape::number(shape::of_clients(said).unwrap_or(said))
            });
            FoundLimit {
                most: most.filter(|most| *most > 0),
                at,
                default_of,
            }
        };
        let size = limit("message_size_limit", 50 << 20);
        let recipients = limit("recipients_max", 50_000);
        self.bounces_fit(options, &size, &recipients);
        let name = "recipients_max_reject";
        let rejects = self.boolean(options, name, false);
        let at = options.get(name).map(|setting| setting.at.clone());
        let words = "refuses a message for its recipients as a whole";
        FoundLimits {
            size,
            recipients,
            otherwise: at
                .filter(|_| rejects)
                .map(|at| (words, at))
                .into_iter()
                .collect(),
        }
    }

    /// Refuses a limit that bounces may be over, which have the header of a message, some of its
    /// body, and words about each recipient (`deliver_message` in deliver.c of 4.96): they go
    /// through Exim itself, and one that it does not take is told nobody.
    fn bounces_fit(&mut self, options: &Options, size: &FoundLimit, recipients: &FoundLimit) {
        let number = |name: &str, default: u64| {
            let said = options.text(name);
            said.map_or(Some(default), |text| shape::number(text.as_str().trim()))
        };
        let said = options.text("message_size_limit");
        let is_of_clients = said.is_some_and(|text| shape::of_clients(text.as_str()).is_some());
        let header = number("header_maxsize", 1 << 20).unwrap_or(u64::MAX);
        // 0 is none: all of the message comes back (section 14.23; tried).
        let body = number("bounce_return_size_limit", 100 << 10).filter(|most| *most > 0);
        let body = body.unwrap_or(u64::MAX);
        let recipients = recipients
            .most
            .unwrap_or(50_000)
            .saturating_mul(BOUNCED_OCTETS);
        let needed = header.saturating_add(body).saturating_add(recipients);
        if !is_of_clients && size.most.is_some_and(|most| most < needed) {
            let reason = "a bounce may be larger: say `${if def:sender_host_address {SIZE}{0}}`";
            self.refuse("message_size_limit", reason, &size.at);
        }
    }

    fn daemon_ports(
        &mut self,
        options: &Options,
        start: &Loc,
    ) -> Result<Vec<(u16, Loc)>, Reported> {
        match (
            options.text("daemon_smtp_ports"),
            options.text("daemon_smtp_port"),
        ) {
            (Some(_), Some(again)) => {
                // Two names of one variable (`optionlist_config`): the last line counts.
                let reason = "`daemon_smtp_ports` has set the ports already";
                Err(self.refuse("daemon_smtp_port", reason, &again.at()))
            }
            (Some(text), None) | (None, Some(text)) => self.ports(&text),
            (None, None) => Ok(vec![(25, start.clone())]),
        }
    }

    fn ports(&mut self, text: &Text) -> Result<Vec<(u16, Loc)>, Reported> {
        let mut ports = Vec::new();
        // Exim expands none of these lists (`daemon_go`, `host_build_ifacelist`).
        for item in items(text, ':') {
            // With a zero in front it is octal (`Ustrtol` in daemon.c of 4.96).
            let number = Some(item.as_str()).filter(|text| !text.starts_with('0'));
            let port = number.and_then(digits::<u16>).or_else(|| {
                let known = SERVICES.iter().find(|(name, _)| *name == item.as_str());
                known.map(|(_, port)| *port)
            });
            let Some(port) = port else {
                let reason = "this is no port that mailpol knows";
                return Err(self.refuse(item.as_str(), reason, &item.at()));
            };
            ports.push((port, item.at()));
        }
        Ok(ports)
    }

    fn interfaces(&mut self, text: &Text) -> Result<Vec<Interface>, Reported> {
        let mut interfaces = Vec::new();
        for item in items(text, ':') {
            let Some((address, port)) = interface(item.as_str()) else {
                let reason = "this is no address of an interface";
                return Err(self.refuse(item.as_str(), reason, &item.at()));
            };
            interfaces.push(Interface {
                address,
                port,
                at: item.at(),
            });
        }
        Ok(interfaces)
    }
}

/// Reads `192.0.2.1`, `192.0.2.1.25`, `[::1]:25`, `::1.25` (section 13.2).
fn interface(text: &str) -> Option<(IpAddr, Option<u16>)> {
    let (address, port) = address_and_port(text)?;
    // All of IPv6 has one name. By another the socket takes clients of IPv4 too (`daemon_go`).
    let is_all = address == ALL[1];
    let named = text.trim_start_matches('[').strip_prefix("::0");
    let is_named = named.is_some_and(|rest| !rest.starts_with([':', '0']));
    (!is_all || is_named).then_some((address, port))
}

fn address_and_port(text: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Some(address) = address_of(text) {
        return Some((address, None));
    }
    if let Some((address, port)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let port = match port.strip_prefix(':') {
            Some(port) => Some(digits(port)?),
            None => None,
        };
        return Some((address_of(address)?, port));
    }
    let (address, port) = text.rsplit_once('.')?;
    Some((address_of(address)?, Some(digits(port)?)))
}

#[cfg(test)]
mod tests {
    use super::interface;

    #[test]
    fn interfaces_may_have_ports() {
        let check = |text: &str, address: &str, port: Option<u16>| {
            assert_eq!(interface(text), Some((address.parse().unwrap(), port)));
        };
        check("192.0.2.1", "192.0.2.1", None);
        check("192.0.2.1.26", "192.0.2.1", Some(26));
        check("[::1]:26", "::1", Some(26));
        check("::1.26", "::1", Some(26));
        check("::0", "::", None);
        check("[::0]:26", "::", Some(26));
        assert_eq!(interface("::"), None);
        assert_eq!(interface("[::]:26"), None);
        assert_eq!(interface("::00"), None);
        assert_eq!(interface("mx.example"), None);
    }
}
