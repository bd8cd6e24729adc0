//! Postfix's files, read as Postfix reads them: main.cf, master.cf, and the tables they name.
//!
//! Written from Postfix's manual pages and the source of 3.7.11 alone; each file of this folder
//! names what it was written from, and what was tried on the real program.
//! INVARIANT: it knows nothing of policies. Given another tool's files it would answer the same.
//! INVARIANT: what it does not understand is an error. It never guesses a default.
//!
//! Reading order: `text` and `parameter` (main.cf), `master_cf`, `table` and `map` (lookup tables),
//! `class` and `addressing` (what a path means), `restriction`, `compile` and `evaluate`
//! (smtpd(8)), `decide` (the dialogue), `route` and `destination` (delivery).
//!
//! Not here: logins that differ in case only (Postfix folds them in tables, backends do not), the
//! number of a client's commands and connections, and what a message's text says.

mod action;
mod added;
mod addressing;
mod backend;
mod believed;
mod by_sender;
mod catalogue;
mod characters;
mod class;
mod client;
mod come_back;
mod compile;
mod copies;
mod daemon;
mod decide;
mod delivery;
mod destination;
mod diagnostics;
mod entries;
mod evaluate;
mod extension;
mod filter;
mod host_aliases;
mod host_mail;
mod inline;
mod keyed;
mod keys;
mod kinds;
mod limits;
mod listener;
mod listing;
mod local;
mod map;
mod master_cf;
mod mechanism;
mod mended;
mod next_hop;
mod offer;
mod opendkim;
mod others_mail;
mod overridden;
mod own_host;
mod owner;
mod parameter;
mod pattern;
mod policyd;
mod probe;
mod program;
mod restriction;
mod route;
mod rows;
mod sending;
mod services;
mod session;
mod status_filter;
mod table;
mod text;
mod transcript;
mod values;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::addressing::Addressing;
use self::by_sender::BySender;
use self::catalogue::{Catalogue, Side};
use self::come_back::Removed;
use self::copies::Copies;
use self::decide::PostfixDecider;
use self::diagnostics::{MissingRoot, Syntax, UnjudgedParameter, UnjudgedVersion};
use self::master_cf::Service;
use self::parameter::{Main, Settings};
use self::program::{Parts, Program, SharedTables};
use self::route::Delivery;
use self::session::Common;
use self::table::Files;
use crate::decision::Question;
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Path, PathForm};
use crate::source::Loc;
use crate::target::{Artifacts, Reading};
use crate::threads::in_two;

/// The oldest version that the model holds for.
const VERSION_MIN: (u16, u16, u16) = (3, 7, 0);

/// Who is told of what went wrong (postconf(5), `notify_classes`).
const NOTICES: [&str; 4] = [
    "2bounce_notice_recipient",
    "bounce_notice_recipient",
    "delay_notice_recipient",
    "error_notice_recipient",
];

/// Reads a tree of files as Postfix would, whoever wrote it.
pub(super) fn interpret(
    artifacts: &Artifacts,
    diagnostics: &mut Diagnostics,
) -> Result<Reading, Reported> {
    if artifacts.version < VERSION_MIN {
        return Err(diagnostics.error(UnjudgedVersion::new(artifacts.version)));
    }
    let mut file = |path: &str| match artifacts.get(path) {
        Some(artifact) => Ok(artifact.source),
        None => Err(diagnostics.error(MissingRoot::new(path, artifacts))),
    };
    let (main, master) = (file("etc/postfix/main.cf"), file("etc/postfix/master.cf"));
    let (main, master) = (main?, master?);
    let before = diagnostics.errors();
    for source in [&main, &master] {
        // Told, and below there is no way on.
        let _ = characters::check(source, diagnostics);
    }
    diagnostics.failed_since(before)?;
    let main = Main::read(&main, diagnostics);
    let services = master_cf::read(&master, diagnostics);
    let start = Loc::new(&master, 0, 0);
    diagnostics.failed_since(before)?;
    let artifacts = &Files::new(artifacts);
    let reader = Reader {
        artifacts,
        main: &main,
        services: &services,
    };
    reader.judge(diagnostics);
    services::judge_programs(reader.services, diagnostics);
    let base = Settings::new(&main, std::collections::BTreeMap::new());
    limits::judge(reader.main, reader.services, diagnostics);
    added::judge(&base, artifacts, diagnostics);
    mended::judge(reader.main, reader.services, artifacts, diagnostics);
    transcript::judge(reader.main, reader.services, diagnostics);
    services::judge_runs(reader.services, &base, diagnostics);
    services::judge_missing(reader.services, &start, diagnostics);
    let listeners = reader.listeners(diagnostics);
    diagnostics.failed_since(before)?;
    let is_closed = listeners.is_empty();
    let decider = reader.decider(is_closed, diagnostics);
    let backends = backend::read(reader.main, reader.services, artifacts, diagnostics);
    let believed = reader.believed(diagnostics);
    let ways = &decider.delivery.ways;
    let host = &artifacts.host_addresses;
    own_host::judge(reader.main, reader.services, ways, host, diagnostics);
    let sending = sending::read(reader.main, reader.services, ways, artifacts, diagnostics);
    diagnostics.failed_since(before)?;
    Ok(Reading {
        decider: Box::new(decider),
        listeners,
        backends,
        believed,
        sending,
    })
}

/// The files of one tree.
struct Reader<'a> {
    artifacts: &'a Files<'a>,
    main: &'a Main,
    services: &'a [Service],
}

impl Reader<'_> {
    /// Reports every parameter that is set and not judged.
    fn judge(&self, diagnostics: &mut Diagnostics) {
        let base = Settings::new(self.main, std::collections::BTreeMap::new());
        let mut used = BTreeSet::new();
        for service in self.services {
            let settings = Settings::new(self.main, service.overrides.clone());
            settings.touch_all();
            used.append(&mut settings.used());
            let classes = settings.text("smtpd_restriction_classes", diagnostics);
            used.extend(classes.words().iter().map(|word| word.as_str().to_owned()));
        }
        base.judge_main(&used, self.artifacts.version, diagnostics);
        overridden::judge(self.main, self.services, &used, diagnostics);
    }

    /// `is_closed`: there is no way in.
    fn decider(&self, is_closed: bool, diagnostics: &mut Diagnostics) -> PostfixDecider {
        let base = Settings::new(self.main, std::collections::BTreeMap::new());
        let mut catalogue = Catalogue::default();
        let common = Common {
            listener: catalogue.add("listener", Question::Listener, None),
            tls: catalogue.add("TLS", Question::Tls, None),
            from_form: catalogue.add("form of the reverse-path", Question::FromForm, None),
            to_form: catalogue.add("form of the forward-path", Question::ToForm, None),
            spf_from: catalogue.add("SPF of MAIL FROM", Question::SpfFrom, None),
            spf_helo: catalogue.add("SPF of HELO", Question::SpfHelo, None),
        };
        self.judge_interfaces(&base, diagnostics);
        let addressing = Addressing::read(&base, self.artifacts, &mut catalogue, diagnostics);
        let classes = base.text("notify_classes", diagnostics);
        let is_silent = base.is_set("notify_classes") && classes.words().is_empty();
        if !(is_closed && is_silent) {
            judge_notices(&base, &addressing, diagnostics);
        }
        let local_mail = if is_closed {
            let (main, services, artifacts) = (self.main, self.services, self.artifacts);
            let read = host_mail::read(main, services, artifacts, &addressing, diagnostics);
            Some(read)
        } else {
            judge_canonical(&base, diagnostics);
            let (main, services, artifacts) = (self.main, self.services, self.artifacts);
            host_aliases::judge(main, services, artifacts, &addressing, diagnostics);
            None
        };
        let mut told = Diagnostics::new();
        let (programs, mut delivery) = in_two(
            || self.programs(&addressing, &mut catalogue, diagnostics),
            || self.delivery(&addressing, &mut told),
        );
        diagnostics.append(told);
        delivery.by_sender = BySender::read(
            &base,
            self.artifacts,
            &addressing,
            &mut catalogue,
            is_closed,
            diagnostics,
        );
        let read = (self.artifacts, &addressing, &mut catalogue);
        let copies = Copies::read(&base, read, is_closed, diagnostics);
        for side in [Side::From, Side::To] {
            let mut programs = programs.iter().flatten();
            if programs.all(|program| program.spoils_bare(&addressing, side)) {
                catalogue.without_bare(side);
            }
        }
        daemon::judge(&base, &addressing, &programs, diagnostics);
        extension::judge(&base, &addressing, &programs, diagnostics);
        let removed = Removed::read(&base, &delivery, self.artifacts, diagnostics);
        delivery.find_ways(self.main, self.services, diagnostics);
        let (main, services, ways) = (self.main, self.services, &delivery.ways);
        status_filter::judge(main, services, ways, self.artifacts, diagnostics);
        let kinds = |side| kinds::table(side, &addressing, &programs);
        catalogue.replace(common.from_form, Question::FromKind(kinds(Side::From)));
        catalogue.replace(common.to_form, Question::ToKind(kinds(Side::To)));
        PostfixDecider {
            tests: catalogue.finish(),
            common,
            addressing,
            programs,
            delivery,
            copies,
            removed,
            local_mail,
            start: self.main.start().clone(),
        }
    }

    /// Compiles the listeners, by their slots.
    fn programs(
        &self,
        addressing: &Addressing,
        catalogue: &mut Catalogue,
        diagnostics: &mut Diagnostics,
    ) -> [Option<Program>; 3] {
        let mut tables = SharedTables::default();
        let mut programs = [None, None, None];
        for service in self.services {
            // A listener at several addresses is several services that do the same.
            let Some(slot @ None) = self
                .listener(service, diagnostics)
                .and_then(|listener| programs.get_mut(decide::slot(listener)))
            else {
                continue;
            };
            let settings = Settings::new(self.main, service.overrides.clone());
            let parts = Parts {
                settings: &settings,
                services: self.services,
                artifacts: self.artifacts,
                addressing,
                catalogue: &mut *catalogue,
                tables: &mut tables,
                diagnostics: &mut *diagnostics,
            };
            *slot = Some(Program::compile(service, parts));
        }
        programs
    }

    fn delivery(&self, addressing: &Addressing, diagnostics: &mut Diagnostics) -> Delivery {
        let (services, artifacts) = (self.services, self.artifacts);
        let base = Settings::new(self.main, std::collections::BTreeMap::new());
        delivery::read(&base, services, artifacts, addressing, diagnostics)
    }

    /// Literals of `proxy_interfaces` are this host's: the envelope must know them as such.
    fn judge_interfaces(&self, settings: &Settings<'_>, diagnostics: &mut Diagnostics) {
        let name = "proxy_interfaces";
        for word in settings.text(name, diagnostics).words() {
            let address = master_cf::bare(word.as_str());
            let is_own = address.is_some_and(|ip| self.artifacts.host_addresses.contains(&ip));
            if !is_own {
                let reason = "it is none of the addresses that the host is known by";
                diagnostics.error(UnjudgedParameter::new(name, reason, &word.at()));
            }
        }
        let value = settings.text("inet_interfaces", diagnostics);
        if value.as_str().is_empty() {
            diagnostics.error(Syntax::new("inet_interfaces is empty", &value.at()));
        }
        let host = &self.artifacts.host_addresses;
        listener::judge_addresses(self.services, host, settings, diagnostics);
    }
}

/// Copies of bounces, and transcripts of sessions that went wrong, must stay here, or go where all
/// mail of the host does: a stranger can bring both about, and text of mail is in both.
fn judge_notices(settings: &Settings<'_>, addressing: &Addressing, diagnostics: &mut Diagnostics) {
    let ours = addressing.domains.exact();
    for name in NOTICES {
        let value = settings.text(name, diagnostics);
        let address = value.as_str().to_ascii_lowercase();
        // A local-part may be a route, which Postfix follows (`unknown@elsewhere@ours`).
        let form = Path::parse(&address, &[]).form();
        let bare = [PathForm::Bare, PathForm::BarePostmaster, PathForm::Null];
        let is_here = |(_, domain): (&str, &str)| {
            domain == addressing.around.origin || ours.contains_key(domain)
        };
        let is_ours = bare.contains(&form)
            || form == PathForm::Plain && address.rsplit_once('@').is_some_and(is_here);
        if !is_ours {
            let reason = "what strangers send would leave for there";
            diagnostics.error(UnjudgedParameter::new(name, reason, &value.at()));
        }
    }
}

/// What comes in is compared as it was written.
fn judge_canonical(settings: &Settings<'_>, diagnostics: &mut Diagnostics) {
    let name = "canonical_maps";
    let value = settings.text(name, diagnostics);
    if !value.as_str().is_empty() {
        let reason = "addresses would be rewritten";
        diagnostics.error(UnjudgedParameter::new(name, reason, &value.at()));
    }
}
