//! Where mail goes by its sender: `sender_dependent_default_transport_maps` and
//! `sender_dependent_relayhost_maps` (postconf(5); resolve_addr in trivial-rewrite/resolve.c of
//! 3.7.11).
//!
//! Both are asked for mail that leaves, with what mail_addr_find(3) tries: the whole address, the
//! local-part in a domain of this host, `@domain`. For the null reverse-path it is `<>`. A row of
//! `transport_maps` that names a service stands above both.

use super::addressing::Addressing;
use super::catalogue::{Catalogue, Side};
use super::daemon;
use super::diagnostics::UnjudgedParameter;
use super::entries::Rows;
use super::keyed::KeyRow;
use super::map::{Asker, Map, Seen, Strategy, Surroundings};
use super::parameter::Settings;
use super::rows::{Case, Lookup};
use super::table::{self, Files, Table};
use super::values::Values;
use crate::decision::{
    AddressKey, AddressTable, Ask, FormTable, Label, Question, Row, Test, TestId, Unanswered,
};
use crate::diagnostic::Diagnostics;
use crate::mail::PathForm;
use crate::source::Loc;

/// The parameters: services with their next hops, and next hops.
pub(super) const PARAMETERS: [&str; 2] = [
    "sender_dependent_default_transport_maps",
    "sender_dependent_relayhost_maps",
];

/// The two tables.
#[derive(Debug)]
pub(super) struct BySender {
    transports: Valued,
    relayhosts: Valued,
    around: Surroundings,
    /// What the labels of the form say: what a path of it offers for keys.
    kinds: Vec<Seen>,
    form: TestId,
    /// The reverse-path that is nobody's, where something listens.
    daemon: Option<TestId>,
}

/// A table of senders, as tests and as rows.
#[derive(Debug, Default)]
struct Valued {
    map: Map,
    values: Values<String>,
    rows: Lookup,
}

/// What the two tables say of a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Led<'a> {
    /// The service instead of `default_transport`, perhaps with a next hop.
    pub(super) transport: Option<&'a str>,
    /// The next hop instead of `relayhost`.
    pub(super) relayhost: Option<&'a str>,
}

/// Answers about the sender of some mail.
pub(super) struct Sender<'a> {
    pub(super) ask: &'a mut dyn Ask,
    pub(super) tests: &'a [Test],
}

/// Nothing is known of the sender.
pub(super) struct Unknown;

impl Ask for Unknown {
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered> {
        Err(Unanswered(test))
    }
}

impl Asker for Sender<'_> {
    type Stop = Unanswered;

    fn label(&mut self, id: TestId) -> Result<Label, Unanswered> {
        self.ask.ask(id)
    }

    fn tests(&self) -> &[Test] {
        self.tests
    }
}

impl BySender {
    /// Reads the parameters; none if neither table has a row.
    pub(super) fn read(
        settings: &Settings<'_>,
        artifacts: &Files<'_>,
        addressing: &Addressing,
        catalogue: &mut Catalogue,
        is_closed: bool,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let around = Surroundings {
            // `empty_address_default_transport_maps_lookup_key` and its like are at their defaults.
            null_key: "<>".to_owned(),
            ..addressing.around.clone()
        };
        let [transports, relayhosts] = PARAMETERS.map(|name| {
            let mut reader = Reader {
                settings,
                artifacts,
                around: &around,
                catalogue: &mut *catalogue,
                diagnostics: &mut *diagnostics,
            };
            reader.valued(name)
        });
        if transports.values.all().is_empty() && relayhosts.values.all().is_empty() {
            return None;
        }
        let (kinds, numbers) = kinds(addressing);
        let number = |form: PathForm| numbers.get(form.index() as usize).copied();
        let table = FormTable::new(|form| number(form).unwrap_or_default());
        let name = "what the reverse-path offers for keys";
        Some(Self {
            transports,
            relayhosts,
            around,
            kinds,
            form: catalogue.add(name, Question::FromKind(table), None),
            daemon: (!is_closed).then(|| {
                let at = settings.place("myorigin");
                daemon::test(&addressing.around.origin, &at, catalogue)
            }),
        })
    }

    /// Returns what the tables say of the sender of an envelope.
    pub(super) fn of_envelope(&self, sender: &mut Sender<'_>) -> Result<Led<'_>, Unanswered> {
        let label = sender.ask.ask(self.form)?;
        let Some(mut seen) = self.kinds.get(label.0 as usize) else {
            return Ok(Led::default());
        };
        if let Some(daemon) = self.daemon.filter(|_| *seen == Seen::Whole)
            && sender.ask.ask(daemon)? != Label::ABSENT
        {
            seen = &Seen::DomainOnly;
        }
        Ok(Led {
            transport: self.transports.find(seen, sender)?,
            relayhost: self.relayhosts.find(seen, sender)?,
        })
    }

    /// Returns what the tables say of senders without a row.
    pub(super) fn of_others(&self) -> Led<'_> {
        Led {
            transport: self.transports.rows.wildcard().and_then(said),
            relayhost: self.relayhosts.rows.wildcard().and_then(said),
        }
    }

    fn of_address(&self, local: &str, domain: &str) -> Led<'_> {
        let of = |table| Valued::listed(table, local, domain, &self.around);
        Led {
            transport: of(&self.transports),
            relayhost: of(&self.relayhosts),
        }
    }

    /// Returns everything that the tables say of some sender, and of those without a row.
    pub(super) fn all(&self) -> Vec<Led<'_>> {
        fn options(table: &Valued) -> impl Iterator<Item = Option<&str>> {
            let values = table.values.all().iter();
            std::iter::once(None).chain(values.map(|value| said(value)))
        }
        let mut all = Vec::new();
        for transport in options(&self.transports) {
            for relayhost in options(&self.relayhosts) {
                all.push(Led {
                    transport,
                    relayhost,
                });
            }
        }
        all
    }

    /// Returns the table of those whom `is_led` says a way is for, by what is said of them.
    pub(super) fn senders(&self, is_led: &dyn Fn(Led<'_>) -> bool, at: &Loc) -> AddressTable {
        let mut table = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
        let row = |led: Led<'_>| Row::new(Label(u32::from(is_led(led))), at.clone());
        for rows in [&self.transports.rows, &self.relayhosts.rows] {
            rows.listed_keys(&self.around, &mut |part, key| match part {
                AddressKey::Address => {
                    let (local, domain) = key.rsplit_once('@').unwrap_or((key, ""));
                    table.insert(part, key, row(self.of_address(local, domain)));
                }
                AddressKey::Domain => table.insert(part, key, row(self.of_address("", key))),
                AddressKey::Parent | AddressKey::Local => {}
            });
        }
        table.otherwise(row(self.of_others()));
        table
    }

    /// Returns every value of either table.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        let [one, other] = [&self.transports, &self.relayhosts].map(|table| table.values.all());
        let values = one.iter().chain(other);
        values.map(String::as_str)
    }

    /// Returns where a value stands.
    pub(super) fn place(&self, led: Led<'_>) -> Option<Loc> {
        let of = |table: &Valued, value: Option<&str>| table.rows.place_of_hop(value?);
        of(&self.transports, led.transport).or_else(|| of(&self.relayhosts, led.relayhost))
    }
}

impl Valued {
    fn find<A: Asker>(&self, seen: &Seen, asker: &mut A) -> Result<Option<&str>, A::Stop> {
        let found = self.map.find(seen, asker)?;
        let value = found.and_then(|(label, _)| self.values.get(label));
        Ok(value.and_then(|value| said(value)))
    }

    fn listed<'v>(
        table: &'v Self,
        local: &str,
        domain: &str,
        around: &Surroundings,
    ) -> Option<&'v str> {
        table.rows.listed(local, domain, around).and_then(said)
    }
}

/// Returns what reverse-paths offer for keys, and which of these each form does.
fn kinds(addressing: &Addressing) -> (Vec<Seen>, Vec<u32>) {
    let mut kinds: Vec<Seen> = Vec::new();
    let mut numbers = Vec::new();
    for form in PathForm::ALL {
        let seen = addressing.sender(form);
        let known = kinds.iter().position(|kind| *kind == seen);
        let number = known.unwrap_or(kinds.len());
        if known.is_none() {
            kinds.push(seen);
        }
        numbers.push(u32::try_from(number).unwrap_or(u32::MAX));
    }
    (kinds, numbers)
}

/// `DUNNO` is as if there were no row.
fn said(value: &str) -> Option<&str> {
    (!value.eq_ignore_ascii_case("dunno")).then_some(value)
}

/// Reads the tables.
struct Reader<'a> {
    settings: &'a Settings<'a>,
    artifacts: &'a Files<'a>,
    around: &'a Surroundings,
    catalogue: &'a mut Catalogue,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn valued(&mut self, name: &str) -> Valued {
        let value = self.settings.text(name, self.diagnostics);
        let words = value.words();
        if words.is_empty() {
            return Valued::default();
        }
        let tables = words
            .iter()
            .filter_map(|word| table::open(word, self.artifacts, self.diagnostics).ok());
        let tables: Vec<Table> = tables.collect();
        self.judge(name, &tables);
        let tables: Vec<&Table> = tables.iter().collect();
        let mut values = Values::default();
        let mut label = |row: &KeyRow<'_>| values.label(row.value.to_string());
        let strategy = Strategy::Listing;
        let rows = Rows::sort(&tables, strategy, self.around, &mut label, self.diagnostics);
        let at = self.settings.place(name);
        let permits = |_: Label| true;
        Valued {
            map: rows.finish(name, &at, Side::From, self.around, &permits, self.catalogue),
            values,
            rows: Lookup::read(
                name,
                Case::Folded,
                self.settings,
                self.artifacts,
                self.diagnostics,
            ),
        }
    }

    /// Refuses services at which smtpd(8) would refuse the recipient.
    fn judge(&mut self, name: &str, tables: &[Table]) {
        let rows = tables.iter().flat_map(|table| match table {
            Table::Rows { rows, .. } => rows.iter().collect(),
            Table::Static(row) => vec![row.as_row()],
            Table::Cidr(_) | Table::Patterns(_) => Vec::new(),
        });
        for row in rows {
            let channel = row.value.split(':').next().unwrap_or_default();
            if matches!(channel, "error" | "retry" | "") {
                let reason = "which senders are refused by it is not followed";
                let refusal = UnjudgedParameter::new(name, reason, &row.at());
                self.diagnostics.error(refusal);
            }
        }
    }
}
