//! The drivers of routers (spec 4.96, chapters 16 to 22).

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::{Delivery, Driver, Permits, Redirect, Rule, Transport, known};
use crate::diagnostic::Reported;
use crate::target::exim::interpret::diagnostics::UnjudgedService;
use crate::target::exim::interpret::list::{ListKind, Subject, items};
use crate::target::exim::interpret::lookup::{address_of, network};
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::section::Instance;
use crate::target::exim::interpret::shape::Table;
use crate::target::exim::interpret::text::Text;
use crate::target::exim::interpret::value::Part;

use super::read::recipient;

/// A driver, and the options of its own.
pub(super) struct Made {
    pub(super) driver: Driver,
    pub(super) options: &'static [&'static Table],
}

/// Switches that must stand as they do here, and what else they would do.
const HELD: [(&str, bool, &str); 6] = [
    (
        "check_ancestor",
        false,
        "what leads back to an address on the way is not followed",
    ),
    (
        "one_time",
        false,
        "what an address leads to at first would count for ever",
    ),
    (
        "qualify_preserve_domain",
        false,
        "bare names would be in the domain of the recipient",
    ),
    (
        "repeat_use",
        true,
        "what this router leads to would not come through it again",
    ),
    (
        "skip_syntax_errors",
        false,
        "addresses that Exim cannot read would be left out",
    ),
    (
        "search_parents",
        false,
        "another domain might take the mail",
    ),
];

/// Addresses of hosts that are nobody else's (RFC 6890): those of this host, and unassigned ones.
const IGNORED: [&str; 7] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "fe80::/10",
];

/// Returns the address of a host that a route names by it, with a port or without (section 20.5).
fn address_of_host(host: &str) -> Option<IpAddr> {
    let bare = host
        .trim_start_matches('[')
        .split(']')
        .next()
        .unwrap_or(host);
    let without_port = || host.rsplit_once(':').map(|(address, _)| address);
    address_of(bare).or_else(|| address_of(without_port()?))
}

/// Whether an item is an address, or a prefix, in which no other host is.
fn is_nobody_else(item: &str) -> bool {
    let Some(net) = network(item) else {
        return false;
    };
    let mut ignored = IGNORED.iter().filter_map(|one| one.parse::<IpNet>().ok());
    ignored.any(|one| one.contains(&net))
}

impl Reader<'_> {
    pub(super) fn driver(
        &mut self,
        instance: &Instance,
        driver: &str,
        transports: &[Arc<Transport>],
    ) -> Result<Made, Reported> {
        if let Some(own) = instance.get("self") {
            let text = own.text(self.diagnostics)?;
            let known = ["freeze", "defer", "fail"];
            if !known.contains(&text.as_str()) {
                let reason = "where mail to the host itself goes then is not followed";
                return Err(self.service("self", reason, &own.at));
            }
        }
        self.held_options(instance)?;
        match driver {
            "accept" => self.accept(instance, transports),
            "dnslookup" => {
                let transport = self.transport_of(instance, transports)?;
                transport.to_anybody(self)?;
                self.whole_names(instance)?;
                Ok(Made {
                    driver: Driver::Exchangers(transport),
                    options: &[known::DNSLOOKUP, known::NOBODY],
                })
            }
            "ipliteral" => {
                let transport = self.transport_of(instance, transports)?;
                transport.to_anybody(self)?;
                transport.to_literals(self, &instance.at)?;
                Ok(Made {
                    driver: Driver::Literal(transport),
                    options: &[known::NOBODY],
                })
            }
            "manualroute" => self.manualroute(instance, transports),
            "redirect" => self.redirect(instance),
            other => {
                let reason = "mailpol does not follow this driver";
                Err(self.service(other, reason, &instance.at))
            }
        }
    }

    /// Refuses values of options by which a router leads elsewhere, or nowhere (sections 17.3, 20.3
    /// and 22.8).
    fn held_options(&mut self, instance: &Instance) -> Result<(), Reported> {
        let before = self.diagnostics.errors();
        for setting in &instance.settings {
            let name = setting.name.as_str();
            if let Some((_, wanted, reason)) = HELD.iter().find(|(held, ..)| *held == name)
                && setting.boolean(self.diagnostics)? != *wanted
            {
                self.service(name, reason, &setting.at);
            }
            if matches!(name, "host_find_failed" | "host_all_ignored") {
                let text = setting.text(self.diagnostics)?;
                if text.as_str() != "defer" {
                    let reason = "by what DNS says mail would come back, or go elsewhere";
                    self.service(name, reason, &setting.at);
                }
            }
            if name == "ignore_target_hosts" {
                let text = setting.text(self.diagnostics)?;
                let list = items(&text, ':');
                let mut others = list.iter().filter(|item| !is_nobody_else(item.as_str()));
                if let Some(other) = others.next() {
                    let reason = "mail for hosts there would not leave";
                    self.service(name, reason, &other.at());
                }
            }
        }
        self.diagnostics.failed_since(before)
    }

    /// Refuses a router by which DNS gives a name of one label the domain of the host, as it does
    /// without `qualify_single` (section 17.4).
    fn whole_names(&mut self, instance: &Instance) -> Result<(), Reported> {
        let qualifies = match instance.get("qualify_single") {
            Some(setting) => setting.boolean(self.diagnostics)?,
            None => true,
        };
        if qualifies {
            let reason = "mail for a domain of one label would go to another: let the router have \
                          `qualify_single = false`";
            return Err(self.service("dnslookup", reason, &instance.at));
        }
        Ok(())
    }

    /// Says that a driver or an option of it cannot be judged.
    pub(super) fn service(
        &mut self,
        name: &str,
        reason: &str,
        at: &crate::source::Loc,
    ) -> Reported {
        self.diagnostics
            .error(UnjudgedService::new(name, reason, at))
    }

    fn transport_of(
        &mut self,
        instance: &Instance,
        transports: &[Arc<Transport>],
    ) -> Result<Arc<Transport>, Reported> {
        let Some(setting) = instance.get("transport") else {
            let reason = "the router has no `transport`";
            return Err(self.syntax(reason, &instance.at));
        };
        let name = setting.text(self.diagnostics)?;
        match transports.iter().find(|one| one.name == name.as_str()) {
            Some(found) => Ok(Arc::clone(found)),
            None if name.as_str().contains('$') => {
                let reason = "mailpol does not follow which transport it is";
                Err(self.service("transport", reason, &name.at()))
            }
            None => {
                let reason = "mailpol follows no transport of this name";
                Err(self.service(name.as_str(), reason, &name.at()))
            }
        }
    }

    fn accept(
        &mut self,
        instance: &Instance,
        transports: &[Arc<Transport>],
    ) -> Result<Made, Reported> {
        let verify_only = match instance.get("verify_only") {
            Some(setting) => setting.boolean(self.diagnostics)?,
            None => false,
        };
        let transport = if verify_only && instance.get("transport").is_none() {
            Arc::new(Transport::none(&instance.at))
        } else {
            self.transport_of(instance, transports)?
        };
        let user = match instance.get("user") {
            Some(setting) => {
                let text = setting.text(self.diagnostics)?;
                let user = self.expand(&text)?;
                self.known_account(setting, &user)?;
                Some(user)
            }
            None => None,
        };
        let homes = ["transport_home_directory", "router_home_directory"];
        let mut homes = homes.iter().filter_map(|name| instance.get(name));
        let home = match homes.next() {
            Some(setting) => Some(self.home(setting)?),
            None => None,
        };
        if let Some(other) = homes.next() {
            let reason = "the transport has one home directory, and this would be another";
            return Err(self.service(&other.name, reason, &other.at));
        }
        transport.local(self, &instance.at)?;
        Ok(Made {
            driver: Driver::Accept(Delivery {
                transport,
                user,
                home,
                has_group: instance.get("group").is_some(),
            }),
            options: &[known::ACCEPT],
        })
    }

    /// Reads `route_list` or `route_data` (sections 20.4 to 20.6).
    fn manualroute(
        &mut self,
        instance: &Instance,
        transports: &[Arc<Transport>],
    ) -> Result<Made, Reported> {
        let transport = self.transport_of(instance, transports)?;
        transport.remote(self)?;
        let rules = match (instance.get("route_list"), instance.get("route_data")) {
            (Some(setting), None) => {
                let list = setting.text(self.diagnostics)?;
                let mut rules = Vec::new();
                for rule in items(&list, ';') {
                    rules.push(self.rule(&rule, &transport)?);
                }
                rules
            }
            (None, Some(setting)) => {
                let data = setting.text(self.diagnostics)?;
                let Some(hop) = self.expand(&data)?.as_text() else {
                    let reason = "mailpol does not follow which hosts it names";
                    return Err(self.service("route_data", reason, &data.at()));
                };
                vec![Rule {
                    domains: crate::target::exim::interpret::value::Bool::Const(!hop.is_empty()),
                    hop: transport.hop(hop.trim(), &data.at()),
                    host: hop.trim().to_owned(),
                }]
            }
            _ => {
                let reason = "one of `route_list` and `route_data` must be set";
                return Err(self.syntax(reason, &instance.at));
            }
        };
        self.not_ignored(instance, &rules)?;
        let is_looked_up =
            |rule: &Rule| !rule.host.is_empty() && rule.host.parse::<IpAddr>().is_err();
        if instance.get("host_find_failed").is_none() && rules.iter().any(is_looked_up) {
            // Section 20.3: `freeze` is the default.
            let reason = "mail for a host that DNS does not know is frozen, and not tried again: \
                          let the router have `host_find_failed = defer`";
            return Err(self.service("manualroute", reason, &instance.at));
        }
        Ok(Made {
            driver: Driver::Hosts { transport, rules },
            options: &[known::MANUALROUTE, known::NOBODY],
        })
    }

    /// Refuses a host among those that the router passes over: all its mail would wait.
    fn not_ignored(&mut self, instance: &Instance, rules: &[Rule]) -> Result<(), Reported> {
        let Some(setting) = instance.get("ignore_target_hosts") else {
            return Ok(());
        };
        let text = setting.text(self.diagnostics)?;
        let mut hosts = Vec::new();
        for rule in rules {
            let named = items(&Text::made(&rule.host, &setting.at), ':');
            hosts.extend(
                named
                    .iter()
                    .filter_map(|host| address_of_host(host.as_str())),
            );
        }
        let list = items(&text, ':');
        let is_one = |item: &&Text| {
            let net = network(item.as_str());
            net.is_some_and(|net| hosts.iter().any(|host| net.contains(host)))
        };
        if let Some(item) = list.iter().find(is_one) {
            let reason = "the host that mail goes to is in it, and no mail would leave";
            return Err(self.service("ignore_target_hosts", reason, &item.at()));
        }
        Ok(())
    }

    fn rule(&mut self, rule: &Text, transport: &Transport) -> Result<Rule, Reported> {
        let words: Vec<&str> = rule.as_str().split_whitespace().collect();
        let options = ["byname", "bydns", "randomize", "no_randomize"];
        let known = |word: &&str| options.contains(word);
        let [pattern, hop, rest @ ..] = words.as_slice() else {
            let reason = "a rule has a pattern and hosts";
            return Err(self.service("route_list", reason, &rule.at()));
        };
        // The pattern is expanded once more (`match_isinlist` of 4.96).
        if !rest.iter().all(known) || rule.as_str().contains(['$', '"', '\\']) {
            let reason = "mailpol does not follow this rule";
            return Err(self.service("route_list", reason, &rule.at()));
        }
        if pattern.contains(':') || pattern.starts_with('<') {
            // It is one item, and no list (`match_isinlist` in manualroute.c of 4.96).
            let reason = "the pattern of a rule is one item, without a separator";
            return Err(self.service("route_list", reason, &rule.at()));
        }
        let pattern = rule.slice(0, pattern.len());
        let subject = Subject::Path(recipient(Part::Domain));
        let domains = self.list(ListKind::Domain, subject, &pattern)?;
        Ok(Rule {
            domains,
            hop: transport.hop(hop, &rule.at()),
            host: (*hop).to_owned(),
        })
    }

    fn redirect(&mut self, instance: &Instance) -> Result<Made, Reported> {
        if let Some(setting) = instance.get("file") {
            let reason = "a user's own file decides where the mail goes";
            return Err(self.service("file", reason, &setting.at));
        }
        let Some(setting) = instance.get("data") else {
            return Err(self.syntax("`data` is missing", &instance.at));
        };
        let data = setting.text(self.diagnostics)?;
        let value = self.expand(&data)?;
        if let Some(setting) = instance.get("transport") {
            return Err(self.syntax("a `redirect` router has no transport", &setting.at));
        }
        let mut is_on = |name: &str| match instance.get(name) {
            Some(setting) => setting.boolean(self.diagnostics),
            None => Ok(false),
        };
        let permits = Permits {
            fail: is_on("allow_fail")?,
            defer: is_on("allow_defer")?,
            blackhole: !is_on("forbid_blackhole")?,
        };
        Ok(Made {
            driver: Driver::Redirect(value, Redirect::Unknown(permits)),
            options: &[known::REDIRECT, known::NOBODY],
        })
    }
}
