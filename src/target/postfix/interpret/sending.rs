//! How Postfix sends (smtp(8) of 3.7.11; `smtp_bind_address`, `myhostname` in postconf(5)).
//!
//! Services that no way leads to send nothing. Behind a next hop its addresses are what receivers
//! see.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::diagnostics::UnjudgedParameter;
use super::master_cf::Service;
use super::next_hop::{Way, endpoint, is_sender};
use super::opendkim;
use super::parameter::{Main, Settings};
use super::table::Files;
use super::text::Text;
use crate::decision::{Egress, Leaving, Sending, SignedClients, Signing};
use crate::diagnostic::Diagnostics;
use crate::source::{Loc, Spanned};

/// The parameters of certificates that Postfix had before `smtpd_tls_chain_files`.
/// The key, which is in the certificate's file if it is not set, and the certificate.
const OLDER: [(&str, &str); 3] = [
    ("smtpd_tls_key_file", "smtpd_tls_cert_file"),
    ("smtpd_tls_dkey_file", "smtpd_tls_dcert_file"),
    ("smtpd_tls_eckey_file", "smtpd_tls_eccert_file"),
];

/// Reads the names that the server has, and the addresses that its smtp(8) services send from.
///
/// Without `smtp_bind_address` the system takes an address of the host. With `inet_interfaces` of
/// one address smtp(8) takes that one, which is the host's too: `listener` sees to it.
pub(super) fn read(
    main: &Main,
    services: &[Service],
    ways: &[Way],
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Sending {
    let base = Settings::new(main, BTreeMap::new());
    let (signing, signed) = signing(main, services, artifacts, diagnostics);
    let mut sending = Sending {
        names: vec![spanned(&base.text("myhostname", diagnostics))],
        egress: Vec::new(),
        shown: shown(main, services, diagnostics),
        signing,
        signed,
    };
    for service in services.iter().filter(|one| one.command == "smtpd") {
        let settings = Settings::new(main, service.overrides.clone());
        if settings.is_set("smtpd_banner") {
            sending
                .names
                .push(greeting(&settings.text("smtpd_banner", diagnostics)));
        }
    }
    for service in services.iter().filter(|one| is_sender(one)) {
        let settings = Settings::new(main, service.overrides.clone());
        if settings.is_set("smtp_helo_name") {
            let name = settings.text("smtp_helo_name", diagnostics);
            sending.names.push(spanned(&name));
        }
        let of_service = |way: &&Way| way.channel == service.name.as_str();
        if !ways.iter().any(|way| of_service(&way)) {
            continue;
        }
        let mut own: Vec<&Way> = Vec::new();
        for way in ways.iter().filter(of_service) {
            match way.next.as_deref().and_then(hop) {
                Some(host) => {
                    let by = leaving(Egress::Smarthost(host), way, &way.at);
                    let is_known = |one: &Leaving| {
                        let anybody = one.senders.is_none() && by.senders.is_none();
                        anybody && one.egress == by.egress
                    };
                    if !sending.egress.iter().any(is_known) {
                        sending.egress.push(by);
                    }
                }
                None => own.push(way),
            }
        }
        if own.iter().any(|way| way.senders.is_none()) {
            own.retain(|way| way.senders.is_none());
            own.truncate(1);
        }
        let bound = ["smtp_bind_address", "smtp_bind_address6"];
        let bound = bound.map(|name| bind(&settings, name, diagnostics));
        for way in own {
            // A service that is bound for one family only takes the host's addresses for the other.
            if bound.iter().any(Option::is_none) {
                let host = leaving(Egress::Host, way, &service.at);
                sending.egress.push(host);
            }
            let bound = bound.iter().flatten();
            let bound = bound.map(|one| leaving(one.value.clone(), way, &one.at));
            sending.egress.extend(bound);
        }
    }
    sending
}

/// Returns that the mail of a way leaves from there.
fn leaving(egress: Egress, way: &Way, at: &Loc) -> Leaving {
    Leaving {
        egress,
        senders: way.senders.clone(),
        at: at.clone(),
    }
}

/// Reads what each smtpd(8) that offers TLS shows. `smtpd_tls_chain_files` stands before the others
/// (TLS_README of 3.4 and newer, "Server-side certificate and private key configuration").
fn shown(
    main: &Main,
    services: &[Service],
    diagnostics: &mut Diagnostics,
) -> Vec<Vec<Spanned<String>>> {
    let mut shown = Vec::new();
    for service in services.iter().filter(|service| service.command == "smtpd") {
        let settings = Settings::new(main, service.overrides.clone());
        let name = "smtpd_tls_chain_files";
        let chain = settings.text(name, diagnostics).words();
        let files: Vec<Spanned<String>> = if chain.is_empty() {
            older(&settings, diagnostics)
        } else {
            chain.iter().map(spanned).collect()
        };
        // A second key of a kind comes with no certificate that fits (load_pem_bio in
        // tls_certkey.c of 3.7.11), and there is no TLS.
        let named: BTreeSet<&str> = files.iter().map(|file| file.value.as_str()).collect();
        if !chain.is_empty() && named.len() < files.len() {
            let reason = "a file stands there twice, and smtpd would offer no TLS";
            let at = settings.place(name);
            diagnostics.error(UnjudgedParameter::new(name, reason, &at));
        }
        // Without one there is no TLS: `offer` says what smtpd answers then.
        if !files.is_empty() {
            shown.push(files);
        }
    }
    shown
}

/// Reads the keys and certificates of the older parameters. Without a certificate a key is not used
/// (tls_set_my_certificate_key_info in
/// tls_certkey.c of 3.7.11).
fn older(settings: &Settings<'_>, diagnostics: &mut Diagnostics) -> Vec<Spanned<String>> {
    let mut files = Vec::new();
    for (key, name) in OLDER {
        let certificate = settings.text(name, diagnostics);
        if certificate.as_str().is_empty() {
            continue;
        }
        let key = if settings.is_set(key) {
            settings.text(key, diagnostics)
        } else {
            certificate.clone()
        };
        files.extend([spanned(&key), spanned(&certificate)]);
    }
    files
}

/// Reads the keys that sign, and for whom. Where one listener has no Milter, its mail leaves
/// without.
fn signing(
    main: &Main,
    services: &[Service],
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> (Vec<Signing>, Vec<SignedClients>) {
    let mut read: Option<(Vec<Signing>, Vec<SignedClients>)> = None;
    let mut always = true;
    for service in services.iter().filter(|service| service.command == "smtpd") {
        let settings = Settings::new(main, service.overrides.clone());
        let milter = settings.text("smtpd_milters", diagnostics);
        // What becomes of mail while the Milter is away (postconf(5)).
        let away = settings.text("milter_default_action", diagnostics);
        always &= !away.as_str().trim_ascii().eq_ignore_ascii_case("accept");
        if milter.as_str().trim_ascii().is_empty() {
            always = false;
        } else if read.is_none() {
            // What cannot be judged was told.
            let found = opendkim::read(&milter, artifacts, diagnostics).ok();
            let found = found.map(|(signing, signed)| (signing, vec![signed]));
            read = Some(found.unwrap_or_default());
        }
    }
    let (mut signing, signed) = read.unwrap_or_default();
    for one in &mut signing {
        one.always = always;
    }
    (signing, signed)
}

/// Reads an address that smtp(8) binds; brackets may stand around it.
fn bind(
    settings: &Settings<'_>,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Egress>> {
    if !settings.is_set(name) {
        return None;
    }
    let value = settings.text(name, diagnostics);
    let text = value.as_str().trim_ascii();
    if text.is_empty() {
        return None;
    }
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let address = inner.unwrap_or(text).parse::<IpAddr>();
    let is_v6 = name.ends_with('6');
    let Some(address) = address.ok().filter(|address| address.is_ipv6() == is_v6) else {
        let reason = "it is no address of this family";
        diagnostics.error(UnjudgedParameter::new(name, reason, &value.at()));
        return None;
    };
    if address.is_loopback() {
        let reason = "from an address of the loopback no other host is reached";
        diagnostics.error(UnjudgedParameter::new(name, reason, &value.at()));
    }
    Some(Spanned::new(Egress::Address(address), value.at()))
}

/// Returns the host of a next hop: `[host]:port`, or a domain, whose exchangers are not looked up.
fn hop(text: &str) -> Option<String> {
    let text = text.trim_ascii();
    let host = match endpoint(text) {
        Some(endpoint) => endpoint.rsplit_once(':').map(|(host, _)| host.to_owned()),
        None => text.split(':').next().map(str::to_ascii_lowercase),
    };
    let host = host.map(|host| host.replace(['[', ']'], ""));
    host.filter(|host| !host.is_empty())
}

/// Returns the name with which a banner begins (RFC 5321 section 4.2); without one, nothing.
fn greeting(banner: &Text) -> Spanned<String> {
    let name = banner.words().into_iter().next();
    name.map_or_else(
        || Spanned::new(String::new(), banner.at()),
        |name| spanned(&name),
    )
}

fn spanned(text: &Text) -> Spanned<String> {
    Spanned::new(text.as_str().to_owned(), text.at())
}
