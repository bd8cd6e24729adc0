//! Which recipients are known at RCPT (check_rcpt_maps in smtpd_check.c of 3.7.11), and what the
//! transport table says of them there.

use super::action::{About, Refusal, refusal};
use super::addressing::Resolved;
use super::catalogue::{Catalogue, Side};
use super::class::Class;
use super::diagnostics::UnjudgedParameter;
use super::entries::{Drafts, Rows};
use super::keyed::KeyRow;
use super::map::{Asker, Map, Parents, Seen, Strategy, Surroundings};
use super::parameter::Settings;
use super::route::DOUBLE_BOUNCE;
use super::table::{self, Files, Table};
use crate::decision::{At, Because, Label, Row};
use crate::diagnostic::Diagnostics;
use crate::mail::Status;

/// The tables of one side, as one listener sees them.
#[derive(Debug)]
pub(super) struct Listing {
    side: Side,
    alias: Map,
    local: Kept,
    virtual_: Kept,
    relay: Kept,
    /// `unknown_virtual_alias_reject_code`.
    alias_code: u16,
    transport: Map,
    /// What labels of `transport` from 2 on refuse with.
    errors: Vec<Refusal>,
    /// The default transports of the classes that are `error:` or `retry:`.
    default_errors: Vec<(Class, Refusal)>,
}

/// A table of the recipients of a class.
#[derive(Debug)]
struct Kept {
    /// Without a value every recipient is known.
    map: Option<Map>,
    code: u16,
}

/// What is known of a recipient.
#[derive(Debug)]
pub(super) enum Known {
    /// It is listed there, or nothing says that it is not.
    Listed(Option<At>),
    /// It is refused.
    Refused(Refusal),
}

/// The label of a row of the transport table that names no error.
const ORDINARY: Label = Label(1);

/// Recipients that are local whatever the table says; qmgr(8) and bounce(8) use them.
const ALWAYS_LOCAL: [&str; 3] = ["postmaster", "mailer-daemon", DOUBLE_BOUNCE];

/// The tables of recipients, whichever side asks.
#[derive(Debug)]
pub(super) struct Listed {
    alias: Option<Drafts>,
    transport: Option<Drafts>,
    /// The values of the transport table that labels from 2 on stand for.
    errors: Vec<String>,
    local: Option<Drafts>,
    virtual_: Option<Drafts>,
    relay: Option<Drafts>,
}

impl Listed {
    /// Reads the parameters.
    pub(super) fn read(
        settings: &Settings<'_>,
        artifacts: &Files<'_>,
        around: &Surroundings,
        parents: Parents,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut reader = Reader {
            settings,
            artifacts,
            around,
            diagnostics,
        };
        let alias = reader.map("virtual_alias_maps");
        let (transport, errors) = reader.transports(parents);
        Self {
            alias,
            transport,
            errors,
            local: reader.map("local_recipient_maps"),
            virtual_: reader.map("virtual_mailbox_maps"),
            relay: reader.map("relay_recipient_maps"),
        }
    }
}

impl Listing {
    /// Makes the tests of one side.
    pub(super) fn new(
        side: Side,
        listed: &Listed,
        settings: &Settings<'_>,
        catalogue: &mut Catalogue,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut map = |name: &str, drafts: &Option<Drafts>| -> Option<Map> {
            let at = settings.place(name);
            let drafts = drafts.as_ref()?;
            Some(drafts.finish(name, &at, side, catalogue))
        };
        let mut code = |name: &str| settings.code(name, diagnostics);
        let alias = map("virtual_alias_maps", &listed.alias);
        let transport = map("transport_maps", &listed.transport);
        let errors = listed.errors.iter();
        Self {
            side,
            alias: alias.unwrap_or_default(),
            transport: transport.unwrap_or_default(),
            errors: errors.filter_map(|value| error(value, side)).collect(),
            local: Kept {
                map: map("local_recipient_maps", &listed.local),
                code: code("unknown_local_recipient_reject_code"),
            },
            virtual_: Kept {
                map: map("virtual_mailbox_maps", &listed.virtual_),
                code: code("unknown_virtual_mailbox_reject_code"),
            },
            relay: Kept {
                map: map("relay_recipient_maps", &listed.relay),
                code: code("unknown_relay_recipient_reject_code"),
            },
            alias_code: code("unknown_virtual_alias_reject_code"),
            default_errors: default_errors(side, settings, diagnostics),
        }
    }

    /// Returns whether an alias or a row of the transport table is about the recipient: then where
    /// its mail goes is a matter of that row.
    pub(super) fn is_routed_by_row<A: Asker>(
        &self,
        resolved: &Resolved,
        asker: &mut A,
    ) -> Result<bool, A::Stop> {
        Ok(self.alias.find(&resolved.seen, asker)?.is_some()
            || self.transport.find(&resolved.seen, asker)?.is_some())
    }

    /// Returns what is known of a recipient.
    pub(super) fn find<A: Asker>(
        &self,
        resolved: &Resolved,
        asker: &mut A,
    ) -> Result<Known, A::Stop> {
        let seen = &resolved.seen;
        if let Some((_, at)) = self.alias.find(seen, asker)? {
            return Ok(Known::Listed(Some(at)));
        }
        let unknown = |code| {
            let detail = u16::from(self.side == Side::To);
            let mut refusal = refusal(code, Status::new(5, 1, detail), "", About::Recipient);
            refusal.because = Because::Unlisted;
            Known::Refused(refusal)
        };
        if resolved.class == Class::Alias {
            return Ok(unknown(self.alias_code));
        }
        if let Some(error) = self.transport_error(resolved, asker)? {
            return Ok(Known::Refused(error));
        }
        // SOUNDNESS: whether it is one without its extension the form does not say, so it is taken.
        if *seen == Seen::Untold {
            return Ok(Known::Listed(None));
        }
        let kept = match resolved.class {
            Class::Local if resolved.is_mailer_daemon => return Ok(Known::Listed(None)),
            Class::Local => &self.local,
            Class::Virtual => &self.virtual_,
            Class::Relay => &self.relay,
            Class::Alias | Class::Default => return Ok(Known::Listed(None)),
        };
        let Some(map) = &kept.map else {
            return Ok(Known::Listed(None));
        };
        Ok(match map.find(seen, asker)? {
            Some((_, at)) => Known::Listed(Some(at)),
            None => unknown(kept.code),
        })
    }

    /// Returns the refusal of a recipient whose transport is `error:` or `retry:`.
    fn transport_error<A: Asker>(
        &self,
        resolved: &Resolved,
        asker: &mut A,
    ) -> Result<Option<Refusal>, A::Stop> {
        if !self.errors.is_empty()
            && let Some((label, _)) = self.transport.find(&resolved.seen, asker)?
        {
            let at = (label.0 as usize).checked_sub(2);
            return Ok(at.and_then(|at| self.errors.get(at)).copied());
        }
        let of_class = self
            .default_errors
            .iter()
            .find(|(class, _)| *class == resolved.class);
        let Some((_, error)) = of_class else {
            return Ok(None);
        };
        // A row of the table stands above the default of the class.
        let has_row = self.transport.find(&resolved.seen, asker)?.is_some();
        Ok((!has_row).then_some(*error))
    }
}

/// Reads tables.
struct Reader<'a> {
    settings: &'a Settings<'a>,
    artifacts: &'a Files<'a>,
    around: &'a Surroundings,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn open(&mut self, name: &str) -> Option<Vec<Table>> {
        let value = self.settings.text(name, self.diagnostics);
        let words = value.words();
        if words.is_empty() {
            return None;
        }
        let tables = words.iter().filter_map(|word| {
            if name == "local_recipient_maps" {
                table::open_of_accounts(word, self.artifacts, self.diagnostics).ok()
            } else {
                table::open(word, self.artifacts, self.diagnostics).ok()
            }
        });
        Some(tables.collect())
    }

    /// Returns the tables of a parameter; none if it has no value.
    fn map(&mut self, name: &str) -> Option<Drafts> {
        let tables = self.open(name)?;
        let tables: Vec<&Table> = tables.iter().collect();
        let mut label = |_: &KeyRow<'_>| ORDINARY;
        let strategy = Strategy::Listing;
        let mut rows = Rows::sort(&tables, strategy, self.around, &mut label, self.diagnostics);
        if rows.has_null() {
            // In quotes it is a local-part, and that alone a key (`find_local`).
            let reason = "the null path is nobody's address, and `\"<>\"` one";
            let at = self.settings.place(name);
            self.diagnostics
                .error(UnjudgedParameter::new(name, reason, &at));
        }
        if name == "local_recipient_maps" {
            let at = self.settings.place(name);
            if self.around.extensions && rows.has_names() {
                let reason = "with extensions, who is local by it is not modelled";
                self.diagnostics
                    .error(UnjudgedParameter::new(name, reason, &at));
            }
            for local in ALWAYS_LOCAL {
                rows.add_local(local, Row::new(ORDINARY, at.clone()));
            }
        }
        Some(rows.draft(self.around, &|_| true))
    }

    /// Returns the transport table, and the values that its labels from 2 on stand for.
    fn transports(&mut self, parents: Parents) -> (Option<Drafts>, Vec<String>) {
        let Some(tables) = self.open("transport_maps") else {
            return (None, Vec::new());
        };
        let tables: Vec<&Table> = tables.iter().collect();
        let mut errors: Vec<String> = Vec::new();
        let mut label = |row: &KeyRow<'_>| {
            // What differs in the two sides is the same for all rows of one.
            let refusal = error(&row.value, Side::To);
            if refusal.is_none() {
                return ORDINARY;
            }
            let mut all = errors.iter();
            let known = all.position(|known| error(known, Side::To) == refusal);
            let at = known.unwrap_or_else(|| {
                errors.push(row.value.to_string());
                errors.len() - 1
            });
            Label(u32::try_from(at + 2).unwrap_or(u32::MAX))
        };
        let strategy = Strategy::Transport(parents);
        let rows = Rows::sort(&tables, strategy, self.around, &mut label, self.diagnostics);
        let permits = |label: Label| label == ORDINARY;
        (Some(rows.draft(self.around, &permits)), errors)
    }
}

/// Returns the classes whose default transport refuses, and with what.
fn default_errors(
    side: Side,
    settings: &Settings<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<(Class, Refusal)> {
    let defaults = [
        (Class::Local, "local_transport"),
        (Class::Virtual, "virtual_transport"),
        (Class::Relay, "relay_transport"),
        (Class::Default, "default_transport"),
    ];
    let mut errors = Vec::new();
    for (class, name) in defaults {
        let value = settings.text(name, diagnostics);
        if let Some(error) = error(value.as_str(), side) {
            errors.push((class, error));
        }
    }
    errors
}

/// Returns the refusal of a transport `error:text` or `retry:text`.
fn error(transport: &str, side: Side) -> Option<Refusal> {
    let (channel, text) = transport.split_once(':').unwrap_or((transport, ""));
    let about = match side {
        Side::From => About::Sender,
        Side::To => About::Recipient,
    };
    let detail = u16::from(side == Side::To);
    let (code, class) = match channel {
        "error" => (550, 5),
        "retry" => (450, 4),
        _ => return None,
    };
    let mut refusal = refusal(code, Status::new(class, 1, detail), text, about);
    refusal.because = Because::Unlisted;
    Some(refusal)
}
