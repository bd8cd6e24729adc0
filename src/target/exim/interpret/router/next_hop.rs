//! Where transports and routers hand mail to, and under what protection (spec 4.96, sections 20.4
//! to 20.6, 30.4, and chapter 43 on TLS as a client).

use std::net::IpAddr;

use super::known::UNABLE;
use super::transport::{Transport, TransportKind};
use super::{Driver, Routers};
use crate::decision::{Destination, Hop, HopTls};
use crate::diagnostic::Reported;
use crate::source::Loc;
use crate::target::digits::digits;
use crate::target::exim::interpret::client::Given;
use crate::target::exim::interpret::list::items;
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::section::{Instance, Setting};
use crate::target::exim::interpret::text::Text;

/// How an `smtp` transport speaks to a host that a router names.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    /// `port`; without it, that of the protocol.
    port: Option<u16>,
    /// `protocol = smtps`: TLS from the first byte.
    wrapped: bool,
    tls: HopTls,
    /// Where names and passwords come from, if it gives any.
    credentials: Option<Vec<Given>>,
    /// What lets MAIL FROM say which account of this host a message is from (section 30.4).
    pub(super) says_account: Option<Loc>,
    /// What hosts of anybody's may not be able to do, and why that matters.
    pub(super) demands: Option<(String, &'static str, Loc)>,
    /// `tls_sni`: the name that it asks hosts for.
    sni: Option<String>,
    /// Whether it looks for the name of a host in its certificate.
    pub(super) asks_whose: bool,
}

/// How mail leaves: by a transport to hosts that a router names, or to anybody's.
#[derive(Debug)]
pub(in super::super) struct Leaving<'r> {
    pub(in super::super) transport: &'r str,
    /// The host that the router names, in its own words.
    pub(in super::super) host: Option<&'r str>,
    /// The number of the router.
    pub(in super::super) number: usize,
    pub(in super::super) at: &'r Loc,
}

/// Whether the certificate of a host counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verifies {
    /// Without a good one the mail does not go under TLS.
    Always,
    /// It is looked at, for the log.
    Perhaps,
    Never,
}

const CLEAR: &str = "mail would leave in clear where TLS is offered";

/// Options that say whom a transport speaks to how: for everybody, or for nobody.
const FOR_ALL: [&str; 5] = [
    "hosts_avoid_tls",
    "hosts_require_auth",
    "hosts_require_tls",
    "hosts_try_auth",
    "tls_verify_cert_hostnames",
];

impl Reader<'_> {
    /// Reads how a transport speaks to its hosts.
    pub(super) fn remote(&mut self, instance: &Instance) -> Result<Remote, Reported> {
        let before = self.diagnostics.errors();
        let mut remote = Remote {
            port: None,
            wrapped: false,
            tls: HopTls::None,
            credentials: None,
            says_account: None,
            demands: None,
            sni: None,
            asks_whose: true,
        };
        let verifies = self.verifies(instance, &mut remote);
        let (mut avoids, mut requires) = (false, false);
        let mut authenticates = None;
        for setting in &instance.settings {
            let name = setting.name.as_str();
            if FOR_ALL.contains(&name) {
                let is_on = self.for_all(setting);
                match name {
                    "hosts_avoid_tls" => avoids = is_on,
                    "hosts_require_tls" => requires = is_on,
                    "hosts_try_auth" if is_on => {
                        // `smtp_auth` in transports/smtp.c of 4.96: it goes on without.
                        let reason = "where the login fails mail would go without, and come back";
                        self.service(name, reason, &setting.at);
                    }
                    "hosts_require_auth" if is_on => {
                        // Whoever has a domain and asks for it would have it, in clear.
                        remote.demand("the password would be told to hosts of anybody's", setting);
                        authenticates = Some(setting);
                    }
                    "tls_verify_cert_hostnames" if !is_on => {
                        let reason = "the certificate of another host would do";
                        self.service(name, reason, &setting.at);
                    }
                    _ => {}
                }
                if is_on && name.starts_with("hosts_require_") {
                    remote.demand(UNABLE, setting);
                }
                if is_on && name == "hosts_avoid_tls" {
                    remote.demand(CLEAR, setting);
                }
            } else {
                self.of_connection(setting, &mut remote);
            }
        }
        remote.tls = match (avoids, requires || remote.wrapped) {
            (true, _) => HopTls::None,
            (false, true) if verifies == Verifies::Always => HopTls::Verified,
            (false, true) => HopTls::Required,
            // Without `hosts_require_tls` it goes on in clear where TLS fails, and that fails where
            // the certificate does (`tls_tempfail_tryclear`; `smtp_transport_entry`).
            (false, false) if verifies == Verifies::Always => HopTls::None,
            (false, false) => HopTls::Opportunistic,
        };
        self.no_dane(instance, remote.tls);
        remote.asks_whose = !avoids && verifies != Verifies::Never;
        if let Some(setting) = authenticates {
            remote.credentials = Some(self.credentials(setting, &instance.name)?);
            let is_said = instance.get("authenticated_sender").is_none();
            remote.says_account = is_said.then(|| setting.at.clone());
        }
        self.diagnostics.failed_since(before)?;
        Ok(remote)
    }

    /// Returns whether certificates are looked at. What nobody has said anything of is verified
    /// always, and an empty `tls_try_verify_hosts` says nothing; a list of nobody says something
    /// (`tls_client_start` in tls-gnu.c of 4.96).
    fn verifies(&mut self, instance: &Instance, remote: &mut Remote) -> Verifies {
        let value = |setting: &Setting| setting.value.as_ref().map(|text| text.as_str().is_empty());
        let always = instance.get("tls_verify_hosts");
        let perhaps = instance.get("tls_try_verify_hosts");
        let is_empty = perhaps.and_then(value) == Some(true);
        if always.map_or(is_empty, |setting| self.for_all(setting)) {
            if let Some(setting) = always.or(perhaps) {
                remote.demand(CLEAR, setting);
            }
            Verifies::Always
        } else if perhaps.is_none_or(|setting| self.for_all(setting)) {
            Verifies::Perhaps
        } else {
            Verifies::Never
        }
    }

    /// Refuses certificates that an authority is asked for, where a TLSA record takes its place:
    /// any that the record names will do, whoever it is for (`tls_client_start` in tls-gnu.c of
    /// 4.96; tried). By default that is so of every host (`hosts_try_dane` in smtp.c), where the
    /// resolver is one that verifies (`options trust-ad`). An empty list is nobody: no code asks
    /// whether it is empty, as of `tls_try_verify_hosts`, and `hosts_require_dane` has no default.
    fn no_dane(&mut self, instance: &Instance, tls: HopTls) {
        if tls != HopTls::Verified {
            return;
        }
        let setting = instance.get("hosts_try_dane");
        if setting.is_none_or(|setting| self.for_all(setting)) {
            let at = setting.or_else(|| instance.get("tls_verify_hosts"));
            let at = at.map_or(&instance.at, |setting| &setting.at).clone();
            let reason = "a certificate that a TLSA record names would do, whoever it is for: let \
                          the transport have `hosts_try_dane = :`";
            self.service("hosts_try_dane", reason, &at);
        }
    }

    /// Returns whether a host list holds everybody; refuses one that holds some.
    fn for_all(&mut self, setting: &Setting) -> bool {
        let value = setting.value.as_ref().map(Text::as_str).unwrap_or_default();
        match value.trim() {
            "*" => true,
            "" | ":" => false,
            _ => {
                let reason = "mailpol follows `*` and an empty list";
                self.service(&setting.name, reason, &setting.at);
                false
            }
        }
    }

    fn of_connection(&mut self, setting: &Setting, remote: &mut Remote) {
        let name = setting.name.as_str();
        let value = setting.value.as_ref().map(Text::as_str).unwrap_or_default();
        let value = value.trim();
        let fault = match name {
            "port" => {
                remote.port = match value {
                    "smtp" => Some(25),
                    "submission" => Some(587),
                    "submissions" | "smtps" => Some(465),
                    // With a zero in front it is octal (`smtp_get_port` in smtp_out.c of 4.96).
                    number if number.starts_with('0') => None,
                    number => digits(number),
                };
                remote.port.is_none().then_some("it is no port")
            }
            "protocol" => {
                remote.wrapped = value == "smtps";
                let known = ["smtp", "smtps"].contains(&value);
                (!known).then_some("mailpol follows `smtp` and `smtps`")
            }
            // It is said in clear, and is a name of DNS (RFC 6066 section 3): with another text no
            // TLS comes about (`tls_client_start` in tls-gnu.c of 4.96).
            "tls_sni" if !value.is_empty() => {
                remote.sni = Some(value.to_owned());
                remote.demand(
                    "hosts would be asked for the certificate of another",
                    setting,
                );
                None
            }
            // Section 43.8: without it no certificate is verified.
            "tls_verify_certificates" if value.is_empty() => {
                Some("no certificate would be verified")
            }
            "tls_tempfail_tryclear" if setting.boolean(self.diagnostics) == Ok(false) => {
                Some("mail for hosts whose TLS is broken would not leave")
            }
            _ => None,
        };
        if matches!(name, "port" | "protocol")
            && (remote.wrapped || remote.port.is_some_and(|port| port != 25))
        {
            remote.demand(
                "other hosts take mail on port 25, without TLS at first",
                setting,
            );
        }
        if let Some(reason) = fault {
            self.service(name, reason, &setting.at);
        }
    }

    /// Returns where the name and the password come from that clients among the authenticators
    /// give where this transport speaks.
    fn credentials(&mut self, setting: &Setting, transport: &str) -> Result<Vec<Given>, Reported> {
        let all = self.given_by(transport)?;
        if all.is_empty() {
            let reason = "no authenticator has a name and a password to give";
            return Err(self.service(&setting.name, reason, &setting.at));
        }
        Ok(all)
    }
}

impl Remote {
    /// Keeps the first thing that hosts of anybody's may not be able to do.
    fn demand(&mut self, reason: &'static str, setting: &Setting) {
        let demand = (setting.name.clone(), reason, setting.at.clone());
        self.demands.get_or_insert(demand);
    }
}

impl Transport {
    /// Returns the hop that a router names for this transport: `host:port`, if it is one host.
    pub(super) fn hop(&self, hosts: &str, at: &Loc) -> Hop {
        let TransportKind::Smtp(remote) = &self.kind else {
            return Hop::other(hosts);
        };
        let port = remote.port.unwrap_or(if remote.wrapped { 465 } else { 25 });
        let list = items(&Text::made(hosts, at), ':');
        let to = match list.as_slice() {
            [host] if is_host(host.as_str()) => Hop::endpoint(host.as_str(), port),
            // Several hosts, or one that is found otherwise: not that host, whatever the text.
            _ => format!("one of {hosts}"),
        };
        let to = match &remote.sni {
            // It shows another certificate, or none, and what is wanted of it does not hold.
            Some(name) if !name.eq_ignore_ascii_case(hosts) => format!("{to} by the name {name}"),
            Some(_) | None => to,
        };
        Hop {
            to,
            tls: remote.tls,
            wrapped: remote.wrapped,
            credentials: remote.credentials.as_deref().map(|all| told(all, hosts)),
        }
    }
}

/// Names the places that names and passwords for this host come from.
fn told(all: &[Given], host: &str) -> String {
    let mut places: Vec<String> = all.iter().map(|given| given.to(host)).collect();
    places.dedup();
    places.join(", ")
}

/// Returns whether a text is one host: an address, or a name whose addresses are asked.
fn is_host(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    text.parse::<IpAddr>().is_ok() || (!text.is_empty() && text.chars().all(plain))
}

impl Routers {
    /// Returns what says that mail goes there.
    pub(in super::super) fn leads_by(&self, destination: &Destination) -> Option<Loc> {
        let hop = match destination {
            Destination::Hop(hop) | Destination::Forward { via: Some(hop), .. } => Some(hop),
            Destination::Exchangers(_) | Destination::Forward { via: None, .. } => None,
            Destination::Mailbox { .. }
            | Destination::Chosen(_)
            | Destination::Discard
            | Destination::Undeliverable => return None,
        };
        let leads = |driver: &Driver| match driver {
            Driver::Hosts { rules, .. } => {
                hop.is_some_and(|hop| rules.iter().any(|rule| rule.hop == *hop))
            }
            Driver::Exchangers(_) => hop.is_none(),
            Driver::Literal(_) | Driver::Accept(_) | Driver::Redirect(..) => false,
        };
        let router = self.list.iter().find(|router| leads(&router.driver));
        router.map(|router| router.at.clone())
    }

    /// Returns every way in which mail leaves.
    pub(in super::super) fn leaving(&self) -> Vec<Leaving<'_>> {
        let mut all = Vec::new();
        let numbered = self.list.iter().enumerate();
        for (number, router) in numbered.filter(|(_, router)| router.delivers) {
            let at = &router.at;
            match &router.driver {
                Driver::Exchangers(transport) | Driver::Literal(transport) => all.push(Leaving {
                    transport: &transport.name,
                    host: None,
                    number,
                    at,
                }),
                Driver::Hosts { transport, rules } => {
                    all.extend(rules.iter().map(|rule| Leaving {
                        transport: &transport.name,
                        host: Some(&rule.host),
                        number,
                        at,
                    }));
                }
                Driver::Accept(_) | Driver::Redirect(..) => {}
            }
        }
        all
    }
}
