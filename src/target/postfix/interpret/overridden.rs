//! What `-o` may set for one service of master.cf (master(5); main_server in each of `*_server.c`
//! of 3.7.11: `-o` counts before main.cf is looked at, and `$name` in main.cf is what the service
//! has).
//!
//! A closed list: what the model reads for each service by itself. No other parameter may be
//! another for one service, nor may what main.cf says name one that is.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostics::UnjudgedParameter;
use super::master_cf::Service;
use super::parameter::{self, Class, Main, Settings};
use super::text::Text;
use super::{next_hop, services, status_filter};
use crate::diagnostic::Diagnostics;

/// What smtpd(8) alone reads, or the model for each smtpd(8), beside what its name begins with.
const OF_SMTPD: &str = "\
    access_map_defer_code access_map_reject_code allow_untrusted_routing defer_code \
    local_header_rewrite_clients local_recipient_maps message_size_limit mynetworks \
    plaintext_reject_code reject_code relay_domains_reject_code relay_recipient_maps \
    soft_bounce strict_rfc821_envelopes unknown_local_recipient_reject_code \
    unknown_relay_recipient_reject_code unknown_virtual_alias_reject_code \
    unknown_virtual_mailbox_reject_code";

/// Reports what one service has otherwise than the model knows. `used` are the names that values
/// name.
pub(super) fn judge(
    main: &Main,
    all: &[Service],
    used: &BTreeSet<String>,
    diagnostics: &mut Diagnostics,
) {
    let base = Settings::new(main, BTreeMap::new());
    for service in all {
        let settings = Settings::new(main, service.overrides.clone());
        let others: Vec<_> = service
            .override_places
            .iter()
            .filter(|(name, _)| !is_as_in_main(name, &base, &settings))
            .collect();
        if others.is_empty() {
            continue;
        }
        let naming = settings.naming();
        for (name, at) in others {
            let by = naming.iter().find(|(_, named)| named.contains(name));
            let reason = match by {
                Some((by, _)) => format!("`{by}` names it, and would be another there"),
                None if may_be_set(service, all, name) => {
                    // What only a named host must be able to do is judged where the ways are
                    // known.
                    if !next_hop::is_of_one_host(service, name)
                        && !status_filter::is_it(service, name)
                        && !is_for_host_mail(service, all, name)
                        && !services::waits_for_accounts(service, name)
                    {
                        // The error is recorded; there is nothing to stop here.
                        let _ = settings.judge(name, at, used, diagnostics);
                    }
                    continue;
                }
                None => "an `-o` of it for this service alone is not modelled".to_owned(),
            };
            diagnostics.error(UnjudgedParameter::new(name, reason, at));
        }
    }
}

/// Returns whether an `-o` sets what main.cf, or Postfix itself, says anyway.
fn is_as_in_main(name: &str, base: &Settings<'_>, service: &Settings<'_>) -> bool {
    // Raw values are no more than what is written.
    if parameter::is_raw(name) {
        return base.raw(name).as_ref().map(Text::as_str)
            == service.raw(name).as_ref().map(Text::as_str);
    }
    let is_known = base.is_set(name) || parameter::has_default(name);
    let mut faults = Diagnostics::new();
    let said = [base, service].map(|one| one.text(name, &mut faults));
    let [base, service] = said;
    is_known && faults.errors() == 0 && base.as_str() == service.as_str()
}

/// Returns whether a service may have a parameter of its own.
fn may_be_set(service: &Service, all: &[Service], name: &str) -> bool {
    match parameter::class(name) {
        // What has one value that is judged has it everywhere.
        Class::Fixed([_], _) => return true,
        Class::Modelled | Class::Fixed(..) | Class::Harmless => {}
        Class::Unjudged | Class::Own => return false,
    }
    if name == "syslog_name" {
        return true;
    }
    match service.command.as_str() {
        "smtpd" => {
            name.starts_with("smtpd_") || OF_SMTPD.split_ascii_whitespace().any(|one| one == name)
        }
        "smtp" => name.starts_with("smtp_"),
        "cleanup" if name == "message_size_limit" => true,
        "cleanup" | "pickup" | "bounce" => is_for_host_mail(service, all, name),
        _ => services::waits_for_accounts(service, name),
    }
}

/// Returns whether an `-o` concerns mail that is made on the host alone: pickup(8) and bounce(8)
/// may hand theirs to a cleanup(8) of their own, and that may have its own aliases. No smtpd(8)
/// can: there `cleanup_service_name` is held at its default.
fn is_for_host_mail(service: &Service, all: &[Service], name: &str) -> bool {
    let is_cleanup = |service: &Service| {
        service.kind == "unix" && service.command == "cleanup" && service.name.as_str() != "cleanup"
    };
    match name {
        "cleanup_service_name" => {
            let to = service.overrides.get(name).map(Text::as_str);
            let is_it = |one: &Service| is_cleanup(one) && Some(one.name.as_str()) == to;
            matches!(service.command.as_str(), "pickup" | "bounce") && all.iter().any(is_it)
        }
        "virtual_alias_maps" => is_cleanup(service),
        _ => false,
    }
}
