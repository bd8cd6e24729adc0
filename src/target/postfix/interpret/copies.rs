//! Who gets a copy of mail that comes in: `always_bcc`, `sender_bcc_maps` and `recipient_bcc_maps`
//! (cleanup(8), postconf(5); cleanup_addr.c and cleanup_extracted.c of 3.7.11).
//!
//! The tables are asked with what mail_addr_find(3) tries: the whole address, the local-part in a
//! domain of this host, `@domain`. The sender is asked for unless it is the null one; a recipient
//! is, as the client has named it, before aliases are expanded. A copy goes the way of any
//! recipient, and is not copied again.
//!
//! Mail that Postfix makes itself, such as bounces, is not copied.

use super::addressing::Addressing;
use super::catalogue::{Catalogue, Side};
use super::diagnostics::{UnjudgedParameter, UnjudgedTable};
use super::entries::Rows;
use super::keyed::KeyRow;
use super::map::{Map, Seen, Strategy};
use super::parameter::Settings;
use super::session::Session;
use super::table::{self, Files, Table};
use super::values::Values;
use crate::decision::{self, At, Label, Unanswered};
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Path, PathForm};
use crate::source::Loc;

const ALWAYS: &str = "always_bcc";
const MAPS: [(&str, Side); 2] = [
    ("sender_bcc_maps", Side::From),
    ("recipient_bcc_maps", Side::To),
];

/// Who gets copies.
#[derive(Debug)]
pub(super) struct Copies {
    always: Option<(Address, Loc)>,
    maps: [Valued; 2],
}

/// A table of addresses.
#[derive(Debug, Default)]
struct Valued {
    map: Map,
    values: Values<Address>,
}

impl Copies {
    /// Reads the parameters. `is_closed`: there is no way in.
    pub(super) fn read(
        settings: &Settings<'_>,
        (artifacts, addressing, catalogue): (&Files<'_>, &Addressing, &mut Catalogue),
        is_closed: bool,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut set: Vec<(&str, Loc)> = Vec::new();
        let mut note = |name: &'static str, is_set: bool| {
            if is_set {
                set.push((name, settings.place(name)));
            }
        };
        let value = settings.text(ALWAYS, diagnostics);
        note(ALWAYS, !value.as_str().is_empty());
        let always = (!value.as_str().is_empty()).then(|| {
            let address = address(value.as_str());
            if address.is_none() {
                let reason = "it is no plain address";
                diagnostics.error(UnjudgedParameter::new(ALWAYS, reason, &value.at()));
            }
            address.map(|address| (address, value.at()))
        });
        let maps = MAPS.map(|(name, side)| {
            let mut reader = Reader {
                settings,
                artifacts,
                addressing,
                catalogue: &mut *catalogue,
                diagnostics: &mut *diagnostics,
            };
            let found = reader.valued(name, side);
            note(name, found.is_some());
            found.unwrap_or_default()
        });
        for (name, at) in set.into_iter().filter(|_| is_closed) {
            let reason = "whom copies of mail made on the host go to is not followed";
            diagnostics.error(UnjudgedParameter::new(name, reason, &at));
        }
        Self {
            always: always.flatten(),
            maps,
        }
    }

    /// Returns who gets a copy of the mail of an envelope.
    pub(super) fn of_envelope(
        &self,
        session: &mut Session<'_>,
    ) -> Result<decision::Copies, Unanswered> {
        let mut copies = decision::Copies::default();
        if let Some((to, at)) = &self.always {
            copies.add(to.clone(), At::Place(at.clone()));
        }
        for ((_, side), table) in MAPS.into_iter().zip(&self.maps) {
            if table.values.all().is_empty() {
                continue;
            }
            let seen = session.resolved(side)?.seen;
            if seen == Seen::Null {
                continue;
            }
            if let Some((label, at)) = table.map.find(&seen, session)?
                && let Some(to) = table.values.get(label)
            {
                copies.add(to.clone(), at);
            }
        }
        Ok(copies)
    }
}

/// Returns a plain address.
fn address(text: &str) -> Option<Address> {
    let path = Path::parse(text, &[]);
    path.address().filter(|_| path.form() == PathForm::Plain)
}

/// Reads the tables.
struct Reader<'a> {
    settings: &'a Settings<'a>,
    artifacts: &'a Files<'a>,
    addressing: &'a Addressing,
    catalogue: &'a mut Catalogue,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// Returns the tables of a parameter; none if it is empty.
    fn valued(&mut self, name: &str, side: Side) -> Option<Valued> {
        let value = self.settings.text(name, self.diagnostics);
        let words = value.words();
        if words.is_empty() {
            return None;
        }
        let tables = words
            .iter()
            .filter_map(|word| table::open(word, self.artifacts, self.diagnostics).ok());
        let tables: Vec<Table> = tables.collect();
        let tables: Vec<&Table> = tables.iter().collect();
        let mut values = Values::default();
        let mut wrong: Vec<(String, Loc)> = Vec::new();
        let mut label = |row: &KeyRow<'_>| {
            let Some(address) = address(&row.value) else {
                wrong.push((row.value.to_string(), row.at()));
                return Label::ABSENT;
            };
            values.label(address)
        };
        let around = &self.addressing.around;
        let strategy = Strategy::Listing;
        let rows = Rows::sort(&tables, strategy, around, &mut label, self.diagnostics);
        for (value, at) in wrong {
            let reason = "a copy goes to one plain address";
            let refusal = UnjudgedTable::new(&value, reason, &at);
            self.diagnostics.error(refusal);
        }
        let at = self.settings.place(name);
        let permits = |_: Label| true;
        Some(Valued {
            map: rows.finish(name, &at, side, around, &permits, self.catalogue),
            values,
        })
    }
}
