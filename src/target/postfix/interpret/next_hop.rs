//! Where the smtp(8) services hand mail to, and under what protection (transport(5); postconf(5);
//! smtp_tls_policy.c, smtp_sasl_glue.c and smtp_connect.c of 3.7.11).

use std::collections::{BTreeMap, BTreeSet};

use super::by_sender::Led;
use super::class::Class;
use super::diagnostics::UnjudgedParameter;
use super::master_cf::Service;
use super::mechanism;
use super::parameter::{Main, Settings};
use super::route::{Delivery, asks_sender};
use super::text::Text;
use crate::decision::{AddressTable, Destination, Hop, HopTls, Label};
use crate::diagnostic::Diagnostics;
use crate::source::Loc;
use crate::target::digits::digits;

/// Ports by the names that mail uses (the IANA registry).
const PORTS: [(&str, u16); 4] = [
    ("smtp", 25),
    ("submission", 587),
    ("submissions", 465),
    ("smtps", 465),
];
/// What a certificate may be matched with so that it names the host of a next hop in brackets.
/// `dot-nexthop` is met by that of any host below it.
const NAMES_OF_HOST: [&str; 2] = ["hostname", "nexthop"];

/// A service that mail goes to, and the next hop that it is given.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) channel: String,
    pub(super) next: Option<String>,
    /// Whose mail takes it; without a table it may be anybody's.
    pub(super) senders: Option<AddressTable>,
    /// What says so.
    pub(super) at: Loc,
}

/// Under what protection an smtp(8) service sends.
#[derive(Debug, Clone)]
pub(super) struct Protection {
    tls: HopTls,
    wrapped: bool,
    credentials: Option<String>,
}

impl Delivery {
    /// Finds every way that mail can take: by the default of each class that has a domain, and by
    /// the rows of the transport table.
    pub(super) fn find_ways(
        &mut self,
        main: &Main,
        services: &[Service],
        diagnostics: &mut Diagnostics,
    ) {
        let base = Settings::new(main, BTreeMap::new());
        let relays = !self.relay_parents.is_empty();
        let is_used = |class: Class| {
            // Literals of this host are local without any domain.
            matches!(class, Class::Default | Class::Local)
                || (class == Class::Relay && relays)
                || self.classes.values().any(|one| *one == class)
        };
        let used: Vec<(Class, &str)> = super::delivery::DEFAULTS
            .into_iter()
            .filter(|(class, _)| is_used(*class))
            .collect();
        let mut ways = Vec::new();
        for (class, name) in &used {
            let own = self.defaults.get(class).is_some_and(|it| it.contains(':'));
            let by_relayhost = self.hop(*class, None, Led::default()).next.is_some() && !own;
            let name = if by_relayhost { "relayhost" } else { name };
            self.add_ways(*class, None, &base.place(name), &mut ways);
        }
        let rows: BTreeSet<&str> = self.transports.values().collect();
        for row in rows {
            let at = self.transports.place_of_hop(row);
            let at = at.unwrap_or_else(|| base.place("transport_maps"));
            for (class, _) in &used {
                self.add_ways(*class, Some(row), &at, &mut ways);
            }
        }
        self.ways = ways;
        self.judge_others(&base, diagnostics);
        self.judge_anybody(main, services, diagnostics);
        self.protect(main, services, diagnostics);
    }

    /// Adds the ways of a class: by what `at` says, and by what is said of senders.
    pub(super) fn add_ways(&self, class: Class, row: Option<&str>, at: &Loc, ways: &mut Vec<Way>) {
        let by_sender = self.by_sender.as_ref().filter(|_| asks_sender(class, row));
        let Some(by_sender) = by_sender else {
            let hop = self.hop(class, row, Led::default());
            ways.push(Way {
                channel: hop.channel,
                next: hop.next,
                senders: None,
                at: at.clone(),
            });
            return;
        };
        for led in by_sender.all() {
            let way = self.hop(class, row, led);
            let is_led = |other: Led<'_>| self.hop(class, row, other) == way;
            let senders = by_sender.senders(&is_led, at);
            if senders.labels().all(|label| label == Label::ABSENT) {
                continue;
            }
            let at = by_sender.place(led).unwrap_or_else(|| at.clone());
            ways.push(Way {
                channel: way.channel,
                next: way.next,
                senders: Some(senders),
                at,
            });
        }
    }

    /// Refuses what a named host alone need be able to do, of a service that some way leads to
    /// without one.
    fn judge_anybody(&self, main: &Main, services: &[Service], diagnostics: &mut Diagnostics) {
        let mut told = Vec::new();
        for service in services.iter().filter(|one| is_sender(one)) {
            let name = service.name.as_str();
            let leads = |way: &Way| way.channel == name && way.next.is_none();
            if !self.ways.iter().any(leads) {
                continue;
            }
            let settings = Settings::new(main, service.overrides.clone());
            judge_never(&settings, &mut told, diagnostics);
            for (name, at) in &service.override_places {
                if is_of_one_host(service, name) {
                    // The error is recorded; there is nothing to stop here.
                    let _ = settings.judge(name, at, &BTreeSet::new(), diagnostics);
                }
            }
        }
    }

    /// Reads the protection of each service that some way has a next hop for.
    fn protect(&mut self, main: &Main, services: &[Service], diagnostics: &mut Diagnostics) {
        for service in services.iter().filter(|one| is_sender(one)) {
            let name = service.name.as_str();
            let leads = |way: &Way| way.channel == name && way.next.is_some();
            if self.ways.iter().any(leads) {
                let settings = Settings::new(main, service.overrides.clone());
                // smtp(8) ends with a value that is none, whether it counts or not.
                for name in ["smtp_enforce_tls", "smtp_use_tls", "smtp_tls_wrappermode"] {
                    is_on(&settings, name, diagnostics);
                }
                let protection = protection(&settings, diagnostics);
                self.protections.insert(name.to_owned(), protection);
            }
        }
    }

    /// Returns the hop that a service is told.
    pub(super) fn next_hop(&self, channel: &str, next: &str) -> Hop {
        // Without brackets it is not this host, whatever its text.
        let exchangers = || format!("one of the exchangers of {next}");
        let to = endpoint(next).unwrap_or_else(exchangers);
        match self.protections.get(channel) {
            Some(protection) => Hop {
                to,
                tls: protection.tls,
                wrapped: protection.wrapped,
                credentials: protection.credentials.clone(),
            },
            None => Hop::other(to),
        }
    }

    /// Returns what says that mail goes there.
    pub(super) fn leads_by(&self, destination: &Destination) -> Option<Loc> {
        let hop = match destination {
            Destination::Hop(hop) | Destination::Forward { via: Some(hop), .. } => Some(hop),
            Destination::Exchangers(_) | Destination::Forward { via: None, .. } => None,
            Destination::Mailbox { .. }
            | Destination::Chosen(_)
            | Destination::Discard
            | Destination::Undeliverable => return None,
        };
        let leads = |way: &&Way| {
            let is_sender = self
                .services
                .get(&way.channel)
                .is_some_and(|it| it == "smtp");
            let next = way.next.as_deref();
            is_sender && next.map(|next| self.next_hop(&way.channel, next)).as_ref() == hop
        };
        self.ways.iter().find(leads).map(|way| way.at.clone())
    }
}

/// Returns whether an `-o` says what hosts must be able to do, by a service that may be for one
/// host alone.
pub(super) fn is_of_one_host(service: &Service, name: &str) -> bool {
    let demands = [
        "smtp_enforce_tls",
        "smtp_tls_security_level",
        "smtp_tls_wrappermode",
    ];
    is_sender(service) && demands.contains(&name)
}

/// Returns whether a service is one of smtp(8).
pub(super) fn is_sender(service: &Service) -> bool {
    service.kind == "unix" && service.command == "smtp"
}

/// Returns the host and port of a next hop in brackets, `[host]` or `[host]:port`; without brackets
/// it is a domain, whose exchangers are asked (transport(5)).
pub(super) fn endpoint(next: &str) -> Option<String> {
    let (host, port) = next.strip_prefix('[')?.split_once(']')?;
    let port = match port {
        "" => Some(25),
        _ => port.strip_prefix(':').and_then(port_number),
    };
    // `[ipv6:2001:db8::1]` is the spelling of RFC 5321 section 4.1.3.
    let bare = host
        .get(..5)
        .filter(|prefix| prefix.eq_ignore_ascii_case("ipv6:"))
        .and_then(|prefix| host.strip_prefix(prefix));
    Some(Hop::endpoint(bare.unwrap_or(host), port?))
}

fn port_number(text: &str) -> Option<u16> {
    let named = PORTS.iter().find(|(name, _)| *name == text);
    named.map(|(_, port)| *port).or_else(|| digits(text))
}

/// Reads the protection of a service.
fn protection(settings: &Settings<'_>, diagnostics: &mut Diagnostics) -> Protection {
    let name = "smtp_tls_policy_maps";
    let maps = settings.text(name, diagnostics);
    if !maps.as_str().is_empty() {
        let reason = "which TLS the next hop needs stands in a table that mailpol does not follow";
        diagnostics.error(UnjudgedParameter::new(name, reason, &maps.at()));
    }
    let tls = tls(settings, diagnostics);
    let credentials = credentials(settings, diagnostics);
    if credentials.is_some() {
        mechanism::judge(settings, tls, diagnostics);
    }
    Protection {
        tls,
        wrapped: is_on(settings, "smtp_tls_wrappermode", diagnostics),
        credentials,
    }
}

/// Returns a switch that is off unless it is set.
fn is_on(settings: &Settings<'_>, name: &str, diagnostics: &mut Diagnostics) -> bool {
    settings.is_set(name) && settings.boolean(name, diagnostics)
}

/// Refuses that mail for anybody never leaves over TLS, as by default (TLS_README, "Client-side TLS
/// security levels"). `told` are the places that were told before.
fn judge_never(settings: &Settings<'_>, told: &mut Vec<Loc>, diagnostics: &mut Diagnostics) {
    let name = "smtp_tls_security_level";
    let is_never = match settings.text(name, diagnostics).as_str() {
        "" => !["smtp_use_tls", "smtp_enforce_tls"]
            .iter()
            .any(|name| is_on(settings, name, diagnostics)),
        level => level.eq_ignore_ascii_case("none"),
    };
    let at = settings.place(name);
    if is_never && !told.contains(&at) {
        let reason = "mail would leave in the clear where TLS is offered";
        diagnostics.error(UnjudgedParameter::new(name, reason, &at));
        told.push(at);
    }
    let name = "smtp_sasl_auth_enable";
    let at = settings.place(name);
    if is_on(settings, name, diagnostics) && !told.contains(&at) {
        let reason = "any host that mail goes to could ask for a password";
        diagnostics.error(UnjudgedParameter::new(name, reason, &at));
        told.push(at);
    }
}

/// Reads the level (TLS_README): `smtp_tls_security_level`, or the names of Postfix 2.2.
fn tls(settings: &Settings<'_>, diagnostics: &mut Diagnostics) -> HopTls {
    let name = "smtp_tls_security_level";
    let level = settings.text(name, diagnostics);
    let refuse = |reason: &str, diagnostics: &mut Diagnostics| {
        diagnostics.error(UnjudgedParameter::new(name, reason, &level.at()));
        HopTls::None
    };
    match level.as_str() {
        "" if is_on(settings, "smtp_enforce_tls", diagnostics) => refuse(
            "`smtp_enforce_tls` hangs on other parameters, which mailpol does not follow",
            diagnostics,
        ),
        "" if is_on(settings, "smtp_use_tls", diagnostics) => HopTls::Opportunistic,
        "" | "none" => HopTls::None,
        "may" => HopTls::Opportunistic,
        "encrypt" => HopTls::Required,
        "verify" => verified(settings, "smtp_tls_verify_cert_match", diagnostics),
        "secure" => verified(settings, "smtp_tls_secure_cert_match", diagnostics),
        _ => refuse(
            "whom this level lets answer for the next hop is not followed",
            diagnostics,
        ),
    }
}

/// Looks at what the certificate is matched with. By itself Postfix takes any host below the next
/// hop too, where that is asked for by `secure` (`smtp_tls_secure_cert_match` in postconf(5)).
fn verified(settings: &Settings<'_>, name: &str, diagnostics: &mut Diagnostics) -> HopTls {
    let match_with = settings.text(name, diagnostics);
    let names = match_with.as_str().split([':', ',', ' ', '\t']);
    let mut names = names.filter(|word| !word.is_empty());
    if !names.all(|word| NAMES_OF_HOST.contains(&word)) {
        let reason = "the certificate of another host would do";
        diagnostics.error(UnjudgedParameter::new(name, reason, &match_with.at()));
    }
    // What OpenSSL takes by itself is a folder that is sought in the chroot.
    let name = "smtp_tls_CAfile";
    if settings.text(name, diagnostics).as_str().is_empty() {
        let reason = "without it no certificate is good, and no mail leaves";
        diagnostics.error(UnjudgedParameter::new(name, reason, &settings.place(name)));
    }
    HopTls::Verified
}

/// Reads where a name and a password come from.
fn credentials(settings: &Settings<'_>, diagnostics: &mut Diagnostics) -> Option<String> {
    if !is_on(settings, "smtp_sasl_auth_enable", diagnostics) {
        return None;
    }
    let maps = settings.text("smtp_sasl_password_maps", diagnostics);
    let words = maps.words();
    let file = |word: &Text| {
        let (kind, path) = word.as_str().split_once(':')?;
        let is_file = ["texthash", "hash", "lmdb"].contains(&kind);
        (is_file && path.starts_with('/')).then(|| path.to_owned())
    };
    if words.is_empty() {
        // smtp_sasl_initialize in smtp_sasl_glue.c: fatal.
        let (name, reason) = ("smtp_sasl_password_maps", "without it no mail leaves");
        diagnostics.error(UnjudgedParameter::new(name, reason, &maps.at()));
    }
    match words.as_slice() {
        [word] => file(word).or_else(|| Some(word.as_str().to_owned())),
        _ => Some(maps.as_str().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn next_hops_in_brackets_are_hosts() {
        let check = |next: &str, wanted: Option<&str>| {
            assert_eq!(endpoint(next).as_deref(), wanted, "{next}");
        };
        check("[smtp.isp.example]", Some("smtp.isp.example:25"));
        check("[SMTP.isp.example]:587", Some("smtp.isp.example:587"));
        check(
            "[smtp.isp.example]:submission",
            Some("smtp.isp.example:587"),
        );
        check("[192.0.2.7]:26", Some("192.0.2.7:26"));
        check("[2001:DB8::7]:26", Some("[2001:db8::7]:26"));
        check("[IPv6:2001:db8::7]", Some("[2001:db8::7]:25"));
        check("smtp.isp.example:587", None);
        check("[smtp.isp.example]:nonsense", None);
        check("[smtp.isp.example", None);
    }
}
