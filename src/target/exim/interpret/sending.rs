//! How Exim sends: the names that it has, what its smtp transports bind, and what they sign (spec
//! 4.96, sections 14.23, 30.4 and 58.1).

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostics::{UnjudgedParameter, UnjudgedService};
use super::inert::unknown;
use super::lookup::address_of;
use super::option::Options;
use super::reader::Reader;
use super::router::{Leaving, Routers, Unknown, Walk};
use super::section::{self, Sections, Setting};
use super::text::Text;
use crate::decision::{AddressTable, Egress, Leaving as Leaves, Sending, Signing};
use crate::source::{Loc, Spanned};

impl Reader<'_> {
    /// Reads how mail leaves. A transport without `interface` takes an address of the host, as the
    /// system chooses; one without `helo_data` says the host's name.
    ///
    /// What no router leads to sends nothing; behind a host that a router names its addresses are
    /// what receivers see.
    pub(super) fn sending(
        &mut self,
        sections: &Sections,
        options: &Options,
        routers: Option<&Routers>,
    ) -> Sending {
        let leaving = routers.map(Routers::leaving).unwrap_or_default();
        let senders = routers
            .map(|routers| self.senders_of(routers))
            .unwrap_or_default();
        let senders = |one: &Leaving<'_>| senders.get(one.number).cloned().flatten();
        let name = options.text("primary_hostname");
        let name = name.map(|text| Spanned::new(text.as_str().to_owned(), text.at()));
        let certificate = options.text("tls_certificate").map(|text| {
            let key = options.text("tls_privatekey");
            let key = key.filter(|key| !key.as_str().trim().is_empty());
            pairs(&shown(&key.unwrap_or_else(|| text.clone())), &shown(&text))
        });
        let mut sending = Sending {
            names: name.into_iter().chain(self.greeting(options)).collect(),
            egress: Vec::new(),
            shown: certificate.into_iter().collect(),
            signing: Vec::new(),
            signed: Vec::new(),
        };
        let mut signing: Vec<Vec<Signing>> = Vec::new();
        let empty: Vec<Text> = Vec::new();
        let lines = sections.others.get("transports").unwrap_or(&empty);
        for instance in section::instances(lines, self.diagnostics) {
            let driver = instance
                .get("driver")
                .and_then(|driver| driver.value.as_ref());
            if driver.is_none_or(|driver| driver.as_str() != "smtp") {
                continue;
            }
            let of_transport = |one: &&Leaving<'_>| one.transport == instance.name;
            let own: Vec<&Leaving<'_>> = leaving.iter().filter(of_transport).collect();
            for one in &own {
                if let Some(host) = one.host {
                    let host = host.replace("::", ":").to_ascii_lowercase();
                    let by = leaves(Egress::Smarthost(host), senders(one), one.at);
                    add(by, &mut sending.egress);
                }
            }
            let mut direct: Vec<&&Leaving<'_>> =
                own.iter().filter(|one| one.host.is_none()).collect();
            if direct.iter().any(|one| senders(one).is_none()) {
                direct.retain(|one| senders(one).is_none());
                direct.truncate(1);
            }
            let bound = instance.get("interface");
            let bound = bound.map(|setting| self.interfaces_of(setting));
            if own.iter().any(|one| one.host.is_some()) {
                self.own_interfaces(bound.iter().flatten());
            }
            for one in direct {
                if let Some(bound) = &bound {
                    let bound = bound.iter();
                    let bound = bound.map(|by| leaves(by.value.clone(), senders(one), &by.at));
                    sending.egress.extend(bound);
                } else {
                    let by = leaves(Egress::Host, senders(one), &instance.at);
                    sending.egress.push(by);
                }
            }
            if let Some(setting) = instance.get("helo_data") {
                sending.names.extend(self.helo_of(setting));
            }
            // What cannot be judged was told.
            let (signatures, signed) = self.signed_by(&instance).unwrap_or_default();
            signing.push(signatures);
            sending.signed.extend(signed);
        }
        sending.signing = every(signing);
        sending
    }

    /// Reads the name that the server greets with: the first word (RFC 5321 section 4.2; spec 4.96,
    /// section 14.23). By default it is that of the host, which `smtp_active_hostname` is too.
    fn greeting(&mut self, options: &Options) -> Option<Spanned<String>> {
        let setting = options.get("smtp_banner")?;
        let text = setting.value.as_ref()?;
        if self.active(text).is_some() || unknown(text.as_str()).is_some() {
            // That was told.
            return None;
        }
        let word = text.as_str().split_whitespace().next().unwrap_or_default();
        let name = word.strip_prefix('$').map(|name| {
            let bare = name
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'));
            bare.unwrap_or(name)
        });
        match name {
            Some("primary_hostname" | "smtp_active_hostname") => return None,
            None if is_name(word) => return Some(Spanned::new(word.to_owned(), text.at())),
            Some(_) | None => {}
        }
        let reason = "its first word is the host's name, as it is or `$smtp_active_hostname` (RFC \
                      5321 section 4.2)";
        self.diagnostics
            .error(UnjudgedParameter::new("smtp_banner", reason, &setting.at));
        None
    }

    /// Returns whose mail each router hands to other hosts.
    fn senders_of(&self, routers: &Routers) -> Vec<Option<AddressTable>> {
        let tests = self.catalogue.tests();
        let qualify = self.qualify_recipient.as_deref();
        Walk::new(routers, tests, qualify, &Unknown).senders_of_routers()
    }

    /// Reads the addresses that a transport binds.
    fn interfaces_of(&mut self, setting: &Setting) -> Vec<Spanned<Egress>> {
        let Some(text) = &setting.value else {
            return Vec::new();
        };
        // `<;` makes the semicolon the separator (section 6.21); else it is the colon.
        let value = text.as_str().trim();
        let items: Vec<&str> = match value.strip_prefix("<;") {
            Some(rest) => rest.split(';').map(str::trim).collect(),
            None => value.split(':').map(str::trim).collect(),
        };
        let mut found = Vec::new();
        for item in items {
            let Some(address) = address_of(item) else {
                let reason = "mailpol follows addresses only, IPv6 ones in a list with `<;`";
                self.unjudged_setting("interface", reason, setting);
                return Vec::new();
            };
            if address.is_loopback() {
                let reason = "from an address of the loopback no other host is reached";
                self.unjudged_setting("interface", reason, setting);
            }
            found.push(Spanned::new(Egress::Address(address), text.at()));
        }
        found
    }

    /// Refuses addresses of others where mail leaves by a host of the files. What receivers see of
    /// them elsewhere is asked of SPF; there nobody sees it.
    fn own_interfaces<'b>(&mut self, bound: impl Iterator<Item = &'b Spanned<Egress>>) {
        for by in bound {
            let is_own = |address| self.artifacts.host_addresses.contains(address);
            if !matches!(&by.value, Egress::Address(address) if is_own(address)) {
                let reason = "it is none of the addresses that the host is known by";
                self.diagnostics
                    .error(UnjudgedService::new("interface", reason, &by.at));
            }
        }
    }

    /// Reads the name that a transport says.
    fn helo_of(&mut self, setting: &Setting) -> Option<Spanned<String>> {
        let text = setting.value.as_ref()?;
        let value = text.as_str().trim();
        if value == "$primary_hostname" {
            return None;
        }
        if value.contains('$') {
            let reason = "mailpol follows a name only, or `$primary_hostname`";
            self.unjudged_setting("helo_data", reason, setting);
            return None;
        }
        Some(Spanned::new(value.to_owned(), text.at()))
    }

    fn unjudged_setting(&mut self, name: &str, reason: &str, setting: &Setting) {
        self.diagnostics
            .error(UnjudgedService::new(name, reason, &setting.at));
    }
}

fn is_name(word: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    !word.is_empty() && word.chars().all(is_letter)
}

/// Returns the files of certificates, or of their keys: a list with `:` (section 43.4). An empty
/// item beside others is a file without a name.
fn shown(text: &Text) -> Vec<Spanned<String>> {
    if text.as_str().trim().is_empty() {
        return Vec::new();
    }
    let items = text.as_str().split(':').map(str::trim);
    items
        .map(|file| Spanned::new(file.to_owned(), text.at()))
        .collect()
}

/// Returns each key before its certificate; what has none of the other stands alone.
fn pairs(keys: &[Spanned<String>], certificates: &[Spanned<String>]) -> Vec<Spanned<String>> {
    let count = keys.len().max(certificates.len());
    let pair = |at: usize| [keys.get(at), certificates.get(at)];
    let files = (0..count).flat_map(pair).flatten();
    files.cloned().collect()
}

/// Returns what any transport signs: always, if every one of them does.
fn every(transports: Vec<Vec<Signing>>) -> Vec<Signing> {
    let number = transports.len();
    let mut found: BTreeMap<(String, String, String), (BTreeSet<usize>, Signing)> = BTreeMap::new();
    for (transport, keys) in transports.into_iter().enumerate() {
        for one in keys {
            let name = (one.domain.clone(), one.selector.clone(), one.key.clone());
            let always = one.always;
            let (by, _) = found.entry(name).or_insert((BTreeSet::new(), one));
            if always {
                by.insert(transport);
            }
        }
    }
    let merged = found.into_values().map(|(by, one)| Signing {
        always: by.len() == number,
        ..one
    });
    merged.collect()
}

fn leaves(egress: Egress, senders: Option<AddressTable>, at: &Loc) -> Leaves {
    Leaves {
        egress,
        senders,
        at: at.clone(),
    }
}

/// Adds a host that mail leaves by; once, where it is anybody's.
fn add(by: Leaves, all: &mut Vec<Leaves>) {
    let anybody = by.senders.is_none();
    let is_known = |one: &Leaves| anybody && one.senders.is_none() && one.egress == by.egress;
    if !all.iter().any(is_known) {
        all.push(by);
    }
}
