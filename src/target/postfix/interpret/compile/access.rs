//! The tables of `check_..._access`.

use std::sync::Arc;

use ipnet::IpNet;

use super::super::action::{self, About, Action};
use super::super::catalogue::Side;
use super::super::client;
use super::super::diagnostics::UnjudgedTable;
use super::super::entries::Rows;
use super::super::keyed::{KeyRow, Keyed};
use super::super::keys;
use super::super::map::{Hit, Map, Parents, Strategy};
use super::super::owner::{CAPITALS, has_capitals};
use super::super::restriction::{ByMap, ByTest, Compiled, List};
use super::super::table::{self, Table, TableRow};
use super::super::text::Text;
use super::class::DEPTH_MAX;
use super::list::{Bare, Compiler};
use crate::decision::{ClientTable, Label, LoginTable, NameTable, Question, Row, TestId};
use crate::source::Loc;

const CLIENT: &str = "check_client_access";
const HELO: &str = "check_helo_access";
const LOGIN: &str = "check_sasl_access";
const SENDER: &str = "check_sender_access";
const RECIPIENT: &str = "check_recipient_access";

/// What is said of one that is deeper.
const TOO_DEEP: &str = "it names itself, or is too deep in others";

/// A table as it is looked up, whatever its values do: the same for every listener.
#[derive(Debug)]
pub(in super::super) struct Opened {
    /// The test; none if the table answers the same for all, or is looked up by mail address.
    test: Option<TestId>,
    /// The tests of a table that is looked up by mail address, but for what depends on its values.
    map: Map,
    /// The labels of rows that match sub-domains, each once.
    parents: Vec<Hit>,
    values: Values,
}

impl Opened {
    fn by_test(test: Option<TestId>, values: Values) -> Self {
        Self {
            test,
            map: Map::default(),
            parents: Vec::new(),
            values,
        }
    }

    /// A table that answers the same for all.
    fn always(row: &TableRow) -> Self {
        let mut values = Values::default();
        values.label(&row.as_row());
        Self::by_test(None, values)
    }
}

/// The restriction, the name of its table, and what matches sub-domains.
pub(in super::super) type OpenedKey = (&'static str, String, Parents);

/// The different values of a table, each with the label that stands for it.
#[derive(Debug, Default)]
struct Values {
    values: Vec<(String, Loc)>,
    numbers: rustc_hash::FxHashMap<String, u32>,
}

impl Values {
    fn label(&mut self, row: &KeyRow<'_>) -> Label {
        if let Some(number) = self.numbers.get(row.value.as_ref()) {
            return Label(*number);
        }
        self.values.push((row.value.to_string(), row.at()));
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.numbers.insert(row.value.to_string(), number);
        Label(number)
    }
}

impl Compiler<'_> {
    /// Opens the table of a restriction, once for all listeners.
    fn opened(
        &mut self,
        restriction: &'static str,
        spec: &Text,
        open: impl FnOnce(&mut Self, Table) -> Option<Opened>,
    ) -> Option<Arc<Opened>> {
        let key = (restriction, spec.as_str().to_owned(), self.parents);
        if let Some(known) = self.tables.opened.get(&key) {
            return Some(Arc::clone(known));
        }
        let table = if restriction == CLIENT {
            table::open_of_clients(spec, self.artifacts, self.diagnostics)
        } else {
            table::open(spec, self.artifacts, self.diagnostics)
        };
        let table = table.ok()?;
        let opened = Arc::new(open(self, table)?);
        self.tables.opened.insert(key, Arc::clone(&opened));
        Some(opened)
    }

    /// Adds the test of a table.
    fn test(&mut self, word: &str, spec: &Text, question: Question, values: Values) -> Opened {
        let name = format!("{word} {}", spec.as_str());
        let test = self.catalogue.add(&name, question, Some(&spec.at()));
        Opened::by_test(Some(test), values)
    }

    /// `check_client_access`. The name of the client is what DNS says: no key of a name is judged.
    pub(super) fn client_access(&mut self, spec: &Text, bare: Bare) -> Option<ByTest> {
        let opened = self.opened(CLIENT, spec, |compiler, table| {
            compiler.open_clients(spec, table)
        })?;
        self.by_test(&opened, bare)
    }

    fn open_clients(&mut self, spec: &Text, table: Table) -> Option<Opened> {
        let mut values = Values::default();
        let question = match table {
            Table::Static(row) => return Some(Opened::always(&row)),
            Table::Cidr(lines) => {
                let label = |row: &TableRow| values.label(&row.as_row());
                let rows = client::cidr(&lines, label, self.diagnostics).ok()?;
                Question::Client(ClientTable::first_match(rows))
            }
            Table::Rows { rows, .. } => {
                let mut prefixes: Vec<(IpNet, Row)> = Vec::new();
                for row in rows.iter() {
                    let Some(net) = client::access_key(&row.key) else {
                        let reason = if row.key.contains(':') {
                            "smtpd looks up what is left of longer addresses as well: write \
                             IPv6 in a `cidr:` table"
                        } else {
                            "the name that DNS gives a client is not in the envelope"
                        };
                        let told = UnjudgedTable::new(&row.key, reason, &row.at());
                        self.diagnostics.error(told);
                        continue;
                    };
                    prefixes.push((net, Row::new(values.label(&row), row.at())));
                }
                Question::Client(ClientTable::longest_prefix(prefixes))
            }
            Table::Patterns(lines) => {
                self.refuse_patterns(&lines);
                return None;
            }
        };
        Some(self.test(CLIENT, spec, question, values))
    }

    /// `check_helo_access`: the name, then its parents (check_domain_access).
    pub(super) fn helo_access(&mut self, spec: &Text, bare: Bare) -> Option<ByTest> {
        let opened = self.opened(HELO, spec, |compiler, table| {
            compiler.open_helos(spec, table)
        })?;
        self.by_test(&opened, bare)
    }

    fn open_helos(&mut self, spec: &Text, table: Table) -> Option<Opened> {
        let mut values = Values::default();
        let (mut exact, mut below) = (Vec::new(), Vec::new());
        match table {
            Table::Static(row) => return Some(Opened::always(&row)),
            // A HELO of a bare address would be looked up; no other name is an address.
            Table::Cidr(_) => {
                let reason = "a `cidr:` table over HELO names is not modelled";
                let told = UnjudgedTable::new(spec.as_str(), reason, &spec.at());
                self.diagnostics.error(told);
                return None;
            }
            Table::Patterns(lines) => {
                self.refuse_patterns(&lines);
                return None;
            }
            Table::Rows { rows, .. } => {
                for row in rows.iter() {
                    let made = Row::new(values.label(&row), row.at());
                    let key = row.key.to_ascii_lowercase();
                    // Of a name that is an address no domain is looked up (`check_domain_access`
                    // in smtpd_check.c of 3.7.11).
                    let name = key.strip_prefix('.').unwrap_or(&key);
                    let last = name.rsplit('.').next().unwrap_or_default();
                    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
                    if is_number || keys::domain_name(name).is_err() {
                        let reason = "it is no plain name of a host or a domain";
                        let told = UnjudgedTable::new(&row.key, reason, &row.at());
                        self.diagnostics.error(told);
                        continue;
                    }
                    match (self.parents, key.strip_prefix('.')) {
                        (Parents::Dotted, Some(domain)) => below.push((domain.to_owned(), made)),
                        (Parents::Plain, Some(_)) => {
                            let reason = "no name that a client may say meets it but odd ones";
                            let told = UnjudgedTable::new(&row.key, reason, &row.at());
                            self.diagnostics.error(told);
                        }
                        (Parents::Plain, None) => {
                            below.push((key.clone(), made.clone()));
                            exact.push((key, made));
                        }
                        (_, None) => exact.push((key, made)),
                    }
                }
            }
        }
        let question = Question::Helo(NameTable::new(exact, below));
        Some(self.test(HELO, spec, question, values))
    }

    /// `check_sasl_access`: the whole login.
    ///
    /// Postfix folds the login to lower case here; logins that differ in case only are taken for
    /// different ones, which is what every backend that is known here does.
    pub(super) fn sasl_access(&mut self, spec: &Text, bare: Bare) -> Option<ByTest> {
        let opened = self.opened(LOGIN, spec, |compiler, table| {
            compiler.open_logins(spec, table)
        })?;
        self.by_test(&opened, bare)
    }

    fn open_logins(&mut self, spec: &Text, table: Table) -> Option<Opened> {
        let mut values = Values::default();
        let rows = match table {
            Table::Static(row) => return Some(Opened::always(&row)),
            Table::Cidr(_) => Keyed::made(Vec::new()),
            Table::Patterns(lines) => {
                self.refuse_patterns(&lines);
                return None;
            }
            Table::Rows { rows, .. } => rows,
        };
        if let Some(row) = rows.iter().find(|row| has_capitals(&row.key)) {
            let told = UnjudgedTable::new(&row.key, CAPITALS, &row.at());
            self.diagnostics.error(told);
            return None;
        }
        let rows = rows.iter().map(|row| {
            let made = Row::new(values.label(&row), row.at());
            (row.key, made)
        });
        let question = Question::Login(LoginTable::new(rows));
        Some(self.test(LOGIN, spec, question, values))
    }

    /// `check_sender_access`, `check_recipient_access`.
    pub(super) fn address_access(
        &mut self,
        spec: &Text,
        about: About,
        bare: Bare,
    ) -> Option<Arc<ByMap>> {
        let key = (spec.as_str().to_owned(), about, bare);
        if let Some(known) = self.addresses.get(&key) {
            return Some(Arc::clone(known));
        }
        let (word, side) = if about == About::Sender {
            (SENDER, Side::From)
        } else {
            (RECIPIENT, Side::To)
        };
        let open = |compiler: &mut Self, table| {
            let opened = compiler.open_addresses(side, spec, &table);
            Some(opened)
        };
        let opened = self.opened(word, spec, open)?;
        let actions = self.actions(&opened.values, about, bare)?;
        let permits = |label: Label| {
            let at = (label.0 as usize).checked_sub(1);
            !matches!(
                at.and_then(|at| actions.get(at)),
                Some(Compiled::Plain(Action::Refuse(_) | Action::Dunno))
            )
        };
        let underscore = opened.parents.iter().find(|(label, _)| permits(*label));
        let map = Map {
            underscore: underscore.cloned(),
            ..opened.map.clone()
        };
        let made = Arc::new(ByMap { map, actions });
        self.addresses.insert(key, Arc::clone(&made));
        Some(made)
    }

    fn open_addresses(&mut self, side: Side, spec: &Text, table: &Table) -> Opened {
        let mut values = Values::default();
        let mut label = |row: &KeyRow<'_>| values.label(row);
        let rows = Rows::sort(
            &[table],
            Strategy::Access(self.parents),
            self.around,
            &mut label,
            self.diagnostics,
        );
        let parents = rows.parents();
        // What the rows of parents do is a matter of the listener.
        let permits = |_: Label| false;
        let (name, at) = (spec.as_str(), spec.at());
        let map = rows.finish(name, &at, side, self.around, &permits, self.catalogue);
        Opened {
            test: None,
            map,
            parents,
            values,
        }
    }

    /// Returns the test of the machine's own addresses.
    pub(super) fn own_addresses(&mut self, word: &Text) -> TestId {
        let mut ips = self.artifacts.host_addresses.clone();
        ips.push(std::net::Ipv4Addr::LOCALHOST.into());
        ips.push(std::net::Ipv6Addr::LOCALHOST.into());
        let rows = client::addresses(&ips, &word.at());
        let make = || Question::Client(ClientTable::first_match(rows));
        self.catalogue
            .share("client is this host", Some(&word.at()), make)
    }

    fn refuse_patterns(&mut self, lines: &[TableRow]) {
        for line in lines {
            let reason = "the pattern is not on the closed list of docs/targets/postfix.md";
            self.diagnostics
                .error(UnjudgedTable::new(&line.value, reason, &line.at));
        }
    }

    fn by_test(&mut self, opened: &Opened, bare: Bare) -> Option<ByTest> {
        let actions = self.actions(&opened.values, About::Other, bare)?;
        Some(ByTest {
            test: opened.test,
            actions,
        })
    }

    fn actions(&mut self, values: &Values, about: About, bare: Bare) -> Option<Vec<Compiled>> {
        let before = self.diagnostics.errors();
        let mut actions = Vec::new();
        for (value, at) in &values.values {
            match action::read(value, about, self.codes) {
                Ok(Action::Restrictions(list)) => {
                    let list = self.restrictions(&list, at, bare);
                    actions.push(Compiled::List(list));
                }
                Ok(action) => actions.push(Compiled::Plain(action)),
                Err(reason) => {
                    self.diagnostics
                        .error(UnjudgedTable::new(value, reason, at));
                }
            }
        }
        self.diagnostics.failed_since(before).ok().map(|()| actions)
    }

    fn restrictions(&mut self, list: &str, at: &Loc, bare: Bare) -> List {
        self.depth += 1;
        let compiled = if self.depth > DEPTH_MAX {
            self.diagnostics
                .error(UnjudgedTable::new(list, TOO_DEEP, at));
            List::default()
        } else {
            self.list(&Text::made(list, at), bare)
        };
        self.depth -= 1;
        compiled
    }
}
