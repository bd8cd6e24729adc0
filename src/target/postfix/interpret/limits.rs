//! What one message may have: `message_size_limit`, which smtpd(8) and cleanup(8) ask each by
//! itself, and `smtpd_recipient_limit` (smtpd.c, smtpd_check.c and cleanup.c of 3.7.11).

use std::collections::BTreeMap;

use super::diagnostics::UnjudgedParameter;
use super::master_cf::Service;
use super::parameter::{Main, Settings};
use super::services;
use crate::diagnostic::Diagnostics;
use crate::source::Loc;
use crate::target::digits::digits;
use crate::target::{FoundLimit, FoundLimits};

const SIZE: &str = "message_size_limit";
const RECIPIENTS: &str = "smtpd_recipient_limit";
/// How many recipients too many are no errors, after some of which the session ends.
const OVERSHOOT: &str = "smtpd_recipient_overshoot_limit";
/// Fewer a client that does not count may well send.
const OVERSHOOT_MIN: u64 = 1_000;

/// How many recipients a client may name in a minute; each other is an error (`rcpt_cmd` in smtpd.c
/// of 3.7.11).
const RATE: &str = "smtpd_client_recipient_rate_limit";

/// What main.cf need not say (`postconf -d` of 3.7.11).
const DEFAULTS: [(&str, u64); 6] = [
    (SIZE, 10_240_000),
    (RECIPIENTS, 1_000),
    (OVERSHOOT, 1_000),
    (RATE, 0),
    ("mailbox_size_limit", 51_200_000),
    ("virtual_mailbox_limit", 51_200_000),
];

/// By how much what is delivered may be larger than what smtpd(8) has measured: the fields in
/// front.
const FIELDS: u64 = 1 << 20;

/// The delivery agents that end at once where a box may be smaller than a message ("configuration
/// error: ... is smaller than ..." in local.c and virtual.c), and what says so.
const BOXES: [(&str, &str); 2] = [
    ("local", "mailbox_size_limit"),
    ("virtual", "virtual_mailbox_limit"),
];

/// Returns what a listener takes.
pub(super) fn read(
    main: &Main,
    services: &[Service],
    listener: &Service,
    diagnostics: &mut Diagnostics,
) -> FoundLimits {
    let own = Settings::new(main, listener.overrides.clone());
    let behind = own.with(services::of_cleanup(services));
    let (asked, counted) = (
        limit(&own, SIZE, diagnostics),
        limit(&behind, SIZE, diagnostics),
    );
    let is_tighter = counted.most.is_some_and(|counted| {
        let asked = asked.most;
        asked.is_none_or(|asked| counted < asked)
    });
    let recipients = limit(&own, RECIPIENTS, diagnostics);
    let otherwise = [
        is_tighter.then(|| {
            (
                "says that a message may be larger than cleanup(8) takes",
                asked.at.clone(),
            )
        }),
        hidden(&own, diagnostics),
        ends(&own, &recipients, diagnostics),
        slows(&own, &recipients, diagnostics),
    ];
    FoundLimits {
        size: if is_tighter { counted } else { asked },
        recipients,
        otherwise: otherwise.into_iter().flatten().collect(),
    }
}

/// Says so if recipients too many soon end the session: then even those that were taken before
/// get nothing (RFC 5321 section 4.5.3.1.10).
fn ends(
    settings: &Settings<'_>,
    recipients: &FoundLimit,
    diagnostics: &mut Diagnostics,
) -> Option<(&'static str, Loc)> {
    recipients.most?;
    let overshoot = limit(settings, OVERSHOOT, diagnostics);
    let is_small = overshoot.most.is_none_or(|most| most < OVERSHOOT_MIN);
    is_small.then_some((
        "soon ends a session in which there are too many recipients",
        overshoot.at,
    ))
}

/// Says so if fewer recipients in a minute end a session than one message may have: it would come
/// back at every attempt.
fn slows(
    settings: &Settings<'_>,
    recipients: &FoundLimit,
    diagnostics: &mut Diagnostics,
) -> Option<(&'static str, Loc)> {
    let rate = limit(settings, RATE, diagnostics);
    let fewer = rate.most.zip(recipients.most);
    let is_slow = rate.most.is_some() && fewer.is_none_or(|(rate, most)| rate < most);
    is_slow.then_some((
        "takes fewer recipients in a minute than one message may have",
        rate.at,
    ))
}

/// Says so if EHLO does not tell the size (RFC 1870).
fn hidden(settings: &Settings<'_>, diagnostics: &mut Diagnostics) -> Option<(&'static str, Loc)> {
    let value = settings.text("smtpd_discard_ehlo_keywords", diagnostics);
    let words = value.words();
    let word = words
        .iter()
        .find(|word| word.as_str().eq_ignore_ascii_case("size"))?;
    Some(("does not say how large a message may be", word.at()))
}

/// Returns how large the messages may be that smtpd(8), each by its own limit, and postdrop(1)
/// let in; none where some may have any size. That cleanup(8) stops some of them is left out.
fn largest(main: &Main, services: &[Service], diagnostics: &mut Diagnostics) -> Option<u64> {
    let base = Settings::new(main, BTreeMap::new());
    let mut largest = limit(&base, SIZE, diagnostics).most;
    for service in services.iter().filter(|service| service.command == "smtpd") {
        let own = Settings::new(main, service.overrides.clone());
        let most = limit(&own, SIZE, diagnostics).most;
        largest = largest.zip(most).map(|(one, other)| one.max(other));
    }
    largest
}

/// Refuses boxes that are smaller than messages: nothing would be delivered into any, or nothing
/// large (`mail_copy` in mail_copy.c panics), after which master(8) waits before it starts another.
pub(super) fn judge(main: &Main, services: &[Service], diagnostics: &mut Diagnostics) {
    let largest = largest(main, services, diagnostics);
    for service in services.iter().filter(|service| service.kind == "unix") {
        let Some((_, name)) = BOXES.iter().find(|(agent, _)| *agent == service.command) else {
            continue;
        };
        let settings = Settings::new(main, service.overrides.clone());
        let message = limit(&settings, SIZE, diagnostics).most;
        let of_box = limit(&settings, name, diagnostics);
        let is_smaller = |most: u64| {
            let messages = [message, largest];
            messages
                .iter()
                .any(|one| one.is_none_or(|one| most < one.saturating_add(FIELDS)))
        };
        let is_small = of_box.most.is_some_and(is_smaller);
        if is_small {
            let reason = format!(
                "it is no MiB more than message_size_limit, and {}(8) ends at what is larger with \
                 its fields: no mail would be kept",
                service.command
            );
            diagnostics.error(UnjudgedParameter::new(name, reason, &of_box.at));
        }
    }
}

/// Returns a limit; 0 stands for none.
fn limit(settings: &Settings<'_>, name: &'static str, diagnostics: &mut Diagnostics) -> FoundLimit {
    let at = settings.place(name);
    let default = DEFAULTS.iter().find(|(known, _)| *known == name);
    let default = default.map(|(_, number)| *number);
    let most = if settings.is_set(name) {
        // What is no number was refused by its shape.
        digits(settings.text(name, diagnostics).as_str())
    } else {
        default
    };
    FoundLimit {
        most: most.filter(|most| *most > 0),
        at,
        default_of: (!settings.is_set(name)).then_some(name),
    }
}
