//! What services of master.cf must be for the model to hold: their programs and arguments
//! (master(5), master(8), smtpd(8) of 3.7.11).

use std::collections::BTreeMap;

use super::diagnostics::UnjudgedService;
use super::master_cf::Service;
use super::parameter::Settings;
use super::policyd;
use super::text::Text;
use crate::diagnostic::Diagnostics;
use crate::source::Loc;
use crate::target::digits::digits;

/// Returns what cleanup(8) is told of its own in master.cf.
pub(super) fn of_cleanup(services: &[Service]) -> BTreeMap<String, Text> {
    let mut all = services.iter();
    let cleanup = all.find(|one| one.kind == "unix" && one.name.as_str() == "cleanup");
    cleanup.map_or_else(BTreeMap::new, |cleanup| cleanup.overrides.clone())
}

/// Returns whether an `-o` has local(8) keep mail in the queue that would come back (`soft_bounce`
/// in postconf(5)): for accounts that are away, and else for five days.
pub(super) fn waits_for_accounts(service: &Service, name: &str) -> bool {
    let value = service.overrides.get(name).map(Text::as_str);
    service.command == "local" && name == "soft_bounce" && value == Some("yes")
}

/// Services that the model goes by the name of, and their programs.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("anvil", &["anvil"]),
    ("bounce", &["bounce"]),
    ("cleanup", &["cleanup"]),
    ("defer", &["bounce"]),
    ("discard", &["discard"]),
    ("error", &["error"]),
    ("flush", &["flush"]),
    ("pickup", &["pickup"]),
    ("postlog", &["postlogd"]),
    ("proxymap", &["proxymap"]),
    ("proxywrite", &["proxymap"]),
    ("qmgr", &["qmgr", "oqmgr"]),
    ("retry", &["error"]),
    ("rewrite", &["trivial-rewrite"]),
    ("scache", &["scache"]),
    ("showq", &["showq"]),
    ("tlsmgr", &["tlsmgr"]),
    ("trace", &["bounce"]),
    ("verify", &["verify"]),
];

/// The programs of `daemon_directory` that a service may be, and whether the services of each that
/// other programs look for are in the folder `public` (`MAIL_CLASS_PUBLIC` in the source).
const DAEMONS: &[(&str, bool)] = &[
    ("anvil", false),
    ("bounce", false),
    ("cleanup", true),
    ("discard", false),
    ("error", false),
    ("flush", true),
    ("lmtp", false),
    ("local", false),
    ("oqmgr", true),
    ("pickup", true),
    ("pipe", false),
    ("postlogd", true),
    ("proxymap", false),
    ("qmgr", true),
    ("scache", false),
    ("showq", true),
    ("smtp", false),
    ("smtpd", false),
    ("spawn", false),
    ("tlsmgr", false),
    ("trivial-rewrite", false),
    ("verify", false),
    ("virtual", false),
];

/// Programs that end at once unless master.cf lets them have one process, or any number
/// (`CA_MAIL_SERVER_SOLITARY` and `CA_MAIL_SERVER_UNLIMITED` in the source).
const LIMITS: &[(&str, &str)] = &[
    ("anvil", "1"),
    ("bounce", "0"),
    ("cleanup", "0"),
    ("flush", "0"),
    ("oqmgr", "1"),
    ("pickup", "1"),
    ("postlogd", "1"),
    ("qmgr", "1"),
    ("scache", "1"),
    ("tlsmgr", "1"),
    ("verify", "1"),
];

/// Services without which no mail goes through, and what becomes of it then.
const NEEDED: &[(&str, &str)] = &[
    (
        "bounce",
        "without it nobody learns of mail that cannot be delivered",
    ),
    ("cleanup", "without it smtpd answers RCPT never"),
    (
        "defer",
        "without it mail that waits too long is never sent back",
    ),
    (
        "discard",
        "without it what is to be thrown away waits for days, and comes back",
    ),
    (
        "error",
        "without it mail that is to come back waits for days first",
    ),
    (
        "pickup",
        "without it mail that programs of the host send stays where it is",
    ),
    (
        "proxymap",
        "without it smtpd waits for tables that it serves, and says nothing",
    ),
    ("qmgr", "without it no mail is delivered that was accepted"),
    (
        "retry",
        "without it mail for hosts that do not answer is not put off",
    ),
    ("rewrite", "without it smtpd answers MAIL never"),
    ("tlsmgr", "without it neither smtpd nor smtp has TLS"),
    (
        "trace",
        "without it mail whose sender asks for a report of success waits",
    ),
];

/// Programs that find mail which was there before they began when they are woken.
const WOKEN: [&str; 3] = ["oqmgr", "pickup", "qmgr"];

/// The longest time between two such wakings, in seconds (`wakeup` in master(5)).
const WAKEUP_MAX: u64 = 3_600;

/// Programs that serve one client, or deliver one message, at a time (single_server(3)).
const SINGLE: [&str; 5] = ["lmtp", "local", "smtp", "smtpd", "virtual"];

/// The fewest processes of such a program.
const PROCESSES_MIN: u32 = 10;

/// Programs that become somebody else, and so must begin as root: local(8), virtual(8), pipe(8) and
/// spawn(8), which find nothing of what they need in a chroot either.
const PRIVILEGED: [&str; 4] = ["local", "pipe", "spawn", "virtual"];

/// Reports every service that cannot do its work as whom, or where, it runs.
pub(super) fn judge_runs(
    services: &[Service],
    settings: &Settings<'_>,
    diagnostics: &mut Diagnostics,
) {
    for service in services {
        let name = service.name.as_str();
        let needs_root = PRIVILEGED.contains(&service.command.as_str());
        // Tried: smtpd(8) ends at its start.
        if service.is_privileged && !needs_root {
            let reason = format!("{}(8) is not made to run as root", service.command);
            diagnostics.error(UnjudgedService::new(name, reason, &service.at));
        }
        // What it is asked for is outside, as accounts are (`unix:passwd.byname`).
        if service.command == "proxymap" && is_chrooted(service, settings, diagnostics) {
            let reason = "proxymap(8) would see nothing outside the queue directory";
            diagnostics.error(UnjudgedService::new(name, reason, &service.at));
        }
        if service.kind == "inet" || !needs_root {
            continue;
        }
        if !service.is_privileged {
            let reason = format!(
                "{}(8) would not be root, and could become nobody else",
                service.command
            );
            diagnostics.error(UnjudgedService::new(name, reason, &service.at));
        }
        if is_chrooted(service, settings, diagnostics) {
            let reason = format!(
                "{}(8) would see nothing outside the queue directory",
                service.command
            );
            diagnostics.error(UnjudgedService::new(name, reason, &service.at));
        }
    }
}

/// Returns whether a service has the queue directory as its root (master(5): without a word that
/// depends on `compatibility_level`).
pub(super) fn is_chrooted(
    service: &Service,
    settings: &Settings<'_>,
    diagnostics: &mut Diagnostics,
) -> bool {
    service.chroot.unwrap_or_else(|| {
        let level = settings.text("compatibility_level", diagnostics);
        let major = level.as_str().trim_ascii().split('.').next();
        major.and_then(digits::<u32>) == Some(0)
    })
}

/// Reports every service that is missed.
pub(super) fn judge_missing(services: &[Service], start: &Loc, diagnostics: &mut Diagnostics) {
    for (name, reason) in NEEDED {
        if !has(services, name) {
            diagnostics.error(UnjudgedService::new(name, *reason, start));
        }
    }
}

/// Returns whether there is a service of this name that other programs of Postfix can reach.
pub(super) fn has(services: &[Service], name: &str) -> bool {
    let mut inside = services.iter().filter(|service| service.kind != "inet");
    inside.any(|service| service.name.as_str() == name)
}

/// Reports every service that is not what its name says, or whose arguments are not known.
pub(super) fn judge_programs(services: &[Service], diagnostics: &mut Diagnostics) {
    for service in services {
        let name = service.name.as_str();
        let known = PROGRAMS.iter().find(|(known, _)| *known == name);
        if service.kind != "inet"
            && known.is_some_and(|(_, programs)| !programs.contains(&service.command.as_str()))
        {
            let reason = format!("it is another program, `{}`", service.command);
            diagnostics.error(UnjudgedService::new(name, reason, &service.at));
        }
        if service.kind != "inet" {
            judge_socket(service, diagnostics);
            judge_wakeup(service, diagnostics);
            judge_twin(service, diagnostics);
            judge_spawn(service, diagnostics);
        }
        judge_count(service, diagnostics);
        let is_known = |word: &Text| matches!(word.as_str(), "-v" | "-vv" | "-vvv");
        // pipe(8) and spawn(8) have attributes behind their options, and a command in the last.
        let takes_words = matches!(service.command.as_str(), "pipe" | "spawn");
        let is_attribute = |word: &str| match service.command.as_str() {
            // `get_service_attr` in spawn.c: fatal with another one.
            "spawn" => word.starts_with("user="),
            _ => !word.starts_with('-'),
        };
        let is_option = |word: &&Text| !takes_words || !is_attribute(word.as_str());
        let mut options = service
            .arguments
            .iter()
            .take_while(|word| !word.as_str().starts_with("argv="))
            .filter(is_option);
        if let Some(argument) = options.find(|word| !is_known(word)) {
            let reason = format!("its argument `{}` is not modelled", argument.as_str());
            diagnostics.error(UnjudgedService::new(name, reason, &argument.at()));
        }
    }
}

/// Reports a program that there must be one of under another name: each would take what the other
/// is at, be it the queue, what programs on the host hand over, or a file that one of them locks.
fn judge_twin(service: &Service, diagnostics: &mut Diagnostics) {
    let command = service.command.as_str();
    let is_solitary = LIMITS.contains(&(command, "1"));
    let has_name = PROGRAMS
        .iter()
        .any(|(name, programs)| *name == service.name.as_str() && programs.contains(&command));
    if is_solitary && !has_name {
        let reason = format!("{command}(8) is there once, under the name that others call it by");
        let name = service.name.as_str();
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
    }
}

/// Reports a service of whose processes, each with one client or delivery at a time, there would be
/// few. `default_process_limit` is held at as many.
fn judge_count(service: &Service, diagnostics: &mut Diagnostics) {
    let count = service.limit.as_deref().and_then(digits::<u32>);
    let is_few = count.is_some_and(|count| (1..PROCESSES_MIN).contains(&count));
    if is_few && SINGLE.contains(&service.command.as_str()) {
        let reason = "with so few processes clients and deliveries would wait for each other";
        let name = service.name.as_str();
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
    }
}

/// Reports a service of spawn(8) that would run its program for nobody: master(8) wakes it by
/// connecting to it (tried on 3.7.11), and then the program may open a port, or be whoever smtpd(8)
/// asks. What another than policyd-spf does is not known.
fn judge_spawn(service: &Service, diagnostics: &mut Diagnostics) {
    if service.command != "spawn" {
        return;
    }
    let name = service.name.as_str();
    if digits::<u64>(service.wakeup.trim_end_matches('?')).unwrap_or_default() > 0 {
        let reason = "whenever it is woken spawn(8) runs the program, whom nobody has asked";
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
    }
    let mut words = service.arguments.iter().map(Text::as_str);
    let program = words.find_map(|word| word.strip_prefix("argv="));
    if program != Some(policyd::PROGRAM) {
        let reason = format!("only {} under spawn(8) is known", policyd::PROGRAM);
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
    }
}

/// Returns the service whose socket this is, as a path: master(8) makes the socket anew, whoever
/// had it before (`unix_listen` in unix_listen.c of 3.7.11).
pub(super) fn at_socket<'s>(
    services: &'s [Service],
    queue: &str,
    path: &str,
) -> Option<&'s Service> {
    let mut inside = services.iter().filter(|service| service.kind != "inet");
    inside.find(|service| {
        let folder = if service.is_private {
            "private"
        } else {
            "public"
        };
        let socket = format!("{queue}/{folder}/{}", service.name.as_str());
        steps(path).eq(steps(&socket))
    })
}

/// Returns the folders that lead to a file, and its name. No path of a policy climbs with `..`.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|step| !matches!(*step, "" | "."))
}

/// Reports a service that would let mail lie which was there before it began.
fn judge_wakeup(service: &Service, diagnostics: &mut Diagnostics) {
    let seconds = digits::<u64>(&service.wakeup).unwrap_or_default();
    if WOKEN.contains(&service.command.as_str()) && !(1..=WAKEUP_MAX).contains(&seconds) {
        let reason = "it is not woken every hour, and mail that waits would lie until other mail \
                      comes";
        let name = service.name.as_str();
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
    }
}

/// Reports a service that is no program of Postfix, or whose socket others would not find.
fn judge_socket(service: &Service, diagnostics: &mut Diagnostics) {
    let name = service.name.as_str();
    let daemon = DAEMONS.iter().find(|(known, _)| *known == service.command);
    let Some((_, is_public)) = daemon else {
        let reason = format!("`{}` is no program that the reader knows", service.command);
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
        return;
    };
    if service.is_private == *is_public {
        let folder = if *is_public { "public" } else { "private" };
        let reason =
            format!("its socket would not be in the folder `{folder}`, where it is sought");
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
    }
    let needed = LIMITS.iter().find(|(known, _)| *known == service.command);
    if let Some((_, limit)) = needed
        && service.limit.as_deref() != Some(*limit)
    {
        let reason = format!("{}(8) ends without `{limit}` as `maxproc`", service.command);
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
    }
    if service.command == "spawn" && service.limit.as_deref() != Some("0") {
        // SMTPD_POLICY_README: each smtpd(8) keeps its connection to the service.
        let reason = "without `0` as `maxproc` mail is put off while all its processes are busy";
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
    }
    let kinds: &[&str] = match service.command.as_str() {
        "postlogd" => &["unix-dgram"],
        // As master.cf of old releases has them.
        "oqmgr" | "pickup" | "qmgr" => &["unix", "fifo"],
        _ => &["unix"],
    };
    if !kinds.contains(&service.kind.as_str()) {
        let reason = format!(
            "{}(8) does not speak over `{}`",
            service.command, service.kind
        );
        diagnostics.error(UnjudgedService::new(name, reason, &service.at));
    }
}
