//! The tables of `check_..._access`.

use std::sync::Arc;

use ipnet::IpNet;

use super::super::action::{self, About, Action};
use super::super::catalogue::Side;
use super::super::client;
use super::super::diagnostics::UnjudgedTable;
use super::super::entries::Rows;
use super::super::map::{Parents, Strategy};
use super::super::restriction::{ByMap, ByTest, Compiled, List};
use super::super::table::{self, Table, TableRow};
use super::super::text::Text;
use super::list::{Bare, Compiler};
use crate::decision::{ClientTable, Label, LoginTable, NameTable, Question, Row, TestId};

/// The different values of a table, each with the label that stands for it.
#[derive(Debug, Default)]
struct Values {
    values: Vec<(String, TableRow)>,
    numbers: std::collections::HashMap<String, u32>,
}

impl Values {
    fn label(&mut self, row: &TableRow) -> Label {
        if let Some(number) = self.numbers.get(&row.value) {
            return Label(*number);
        }
        self.values.push((row.value.clone(), row.clone()));
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.numbers.insert(row.value.clone(), number);
        Label(number)
    }
}

impl Compiler<'_> {
    /// `check_client_access`. The name of the client is what DNS says: no key of a name is judged.
    pub(super) fn client_access(&mut self, spec: &Text, bare: Bare) -> Option<ByTest> {
        let opened = table::open(spec, self.artifacts, self.diagnostics).ok()?;
        let mut values = Values::default();
        let name = format!("check_client_access {}", spec.as_str());
        let question = match opened {
            Table::Static(row) => return self.always(&row, About::Other, bare),
            Table::Cidr(lines) => {
                let label = |row: &TableRow| values.label(row);
                let rows = client::cidr(&lines, label, self.diagnostics).ok()?;
                Question::Client(ClientTable::first_match(rows))
            }
            Table::Rows { rows, .. } => {
                let mut prefixes: Vec<(IpNet, Row)> = Vec::new();
                for row in rows {
                    let Some(net) = client::access_key(&row.key) else {
                        let reason = "the name that DNS gives a client is not in the envelope";
                        let told = UnjudgedTable::new(&row.key, reason, &row.at);
                        self.diagnostics.error(told);
                        continue;
                    };
                    prefixes.push((net, Row::new(values.label(&row), row.at.clone())));
                }
                Question::Client(ClientTable::longest_prefix(prefixes))
            }
            Table::Patterns(lines) => {
                self.refuse_patterns(&lines);
                return None;
            }
        };
        let test = self.catalogue.add(&name, question, Some(&spec.at()));
        self.by_test(test, &values, About::Other, bare)
    }

    /// `check_helo_access`: the name, then its parents (check_domain_access).
    pub(super) fn helo_access(&mut self, spec: &Text, bare: Bare) -> Option<ByTest> {
        let opened = table::open(spec, self.artifacts, self.diagnostics).ok()?;
        let mut values = Values::default();
        let (mut exact, mut below) = (Vec::new(), Vec::new());
        match opened {
            Table::Static(row) => return self.always(&row, About::Other, bare),
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
                for row in rows {
                    let made = Row::new(values.label(&row), row.at.clone());
                    let key = row.key.to_ascii_lowercase();
                    let is_numeric = key
                        .bytes()
                        .all(|byte| byte.is_ascii_digit() || byte == b'.');
                    match (self.parents, key.strip_prefix('.')) {
                        (Parents::Dotted, Some(domain)) => below.push((domain.to_owned(), made)),
                        (Parents::Plain, Some(_)) => {}
                        (Parents::Plain, None) if !is_numeric => {
                            below.push((key.clone(), made.clone()));
                            exact.push((key, made));
                        }
                        (_, None) => exact.push((key, made)),
                    }
                }
            }
        }
        let question = Question::Helo(NameTable::new(exact, below));
        let name = format!("check_helo_access {}", spec.as_str());
        let test = self.catalogue.add(&name, question, Some(&spec.at()));
        self.by_test(test, &values, About::Other, bare)
    }

    /// `check_sasl_access`: the whole login.
    ///
    /// Postfix folds the login to lower case here; logins that differ in case only are taken for
    /// different ones, which is what every backend that is known here does.
    pub(super) fn sasl_access(&mut self, spec: &Text, bare: Bare) -> Option<ByTest> {
        let opened = table::open(spec, self.artifacts, self.diagnostics).ok()?;
        let mut values = Values::default();
        let rows = match opened {
            Table::Static(row) => return self.always(&row, About::Other, bare),
            Table::Cidr(_) => Vec::new(),
            Table::Patterns(lines) => {
                self.refuse_patterns(&lines);
                return None;
            }
            Table::Rows { rows, .. } => rows,
        };
        let rows = rows.into_iter().map(|row| {
            let label = values.label(&row);
            (row.key, Row::new(label, row.at))
        });
        let table = LoginTable::new(rows.collect::<Vec<_>>());
        let name = format!("check_sasl_access {}", spec.as_str());
        let test = self
            .catalogue
            .add(&name, Question::Login(table), Some(&spec.at()));
        self.by_test(test, &values, About::Other, bare)
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
        let opened = table::open(spec, self.artifacts, self.diagnostics).ok()?;
        let mut values = Values::default();
        let side = if about == About::Sender {
            Side::From
        } else {
            Side::To
        };
        let mut label = |row: &TableRow| values.label(row);
        let rows = Rows::sort(
            &[&opened],
            Strategy::Access(self.parents),
            self.around,
            &mut label,
            self.diagnostics,
        );
        let actions = self.actions(&values, about, bare)?;
        let permits = |label: Label| {
            let at = (label.0 as usize).checked_sub(1);
            !matches!(
                at.and_then(|at| actions.get(at)),
                Some(Compiled::Plain(Action::Refuse(_) | Action::Dunno))
            )
        };
        let map = rows.finish(
            spec.as_str(),
            &spec.at(),
            side,
            self.around,
            &permits,
            self.catalogue,
        );
        let made = Arc::new(ByMap { map, actions });
        self.addresses.insert(key, Arc::clone(&made));
        Some(made)
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

    /// A table that answers the same for all.
    fn always(&mut self, row: &TableRow, about: About, bare: Bare) -> Option<ByTest> {
        let mut values = Values::default();
        values.label(row);
        let actions = self.actions(&values, about, bare)?;
        Some(ByTest {
            test: None,
            actions,
        })
    }

    fn by_test(
        &mut self,
        test: TestId,
        values: &Values,
        about: About,
        bare: Bare,
    ) -> Option<ByTest> {
        let actions = self.actions(values, about, bare)?;
        Some(ByTest {
            test: Some(test),
            actions,
        })
    }

    fn actions(&mut self, values: &Values, about: About, bare: Bare) -> Option<Vec<Compiled>> {
        let before = self.diagnostics.errors();
        let mut actions = Vec::new();
        for (value, row) in &values.values {
            match action::read(value, about, self.codes) {
                Ok(Action::Restrictions(list)) => {
                    let list = self.restrictions(&list, row, bare);
                    actions.push(Compiled::List(list));
                }
                Ok(action) => actions.push(Compiled::Plain(action)),
                Err(reason) => {
                    self.diagnostics
                        .error(UnjudgedTable::new(value, reason, &row.at));
                }
            }
        }
        self.diagnostics.failed_since(before).ok().map(|()| actions)
    }

    fn restrictions(&mut self, list: &str, row: &TableRow, bare: Bare) -> List {
        self.depth += 1;
        let compiled = if self.depth > 20 {
            self.diagnostics
                .error(UnjudgedTable::new(list, "it names itself", &row.at));
            List::default()
        } else {
            self.list(&Text::made(list, &row.at), bare)
        };
        self.depth -= 1;
        compiled
    }
}
