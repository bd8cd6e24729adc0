//! The address classes: which domains are local, virtual or relayed to
//! (ADDRESS_CLASS_README; trivial-rewrite/resolve.c and match_list.c of 3.7.11).

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Catalogue, Side, address_table};
use super::diagnostics::{Syntax, UnjudgedParameter, UnjudgedTable};
use super::keys;
use super::map::{Asker, Seen};
use super::parameter::Settings;
use super::table::{self, Files, Table};
use super::text::Text;
use crate::decision::{AddressKey, AddressTable, At, Label, Row, TestId};
use crate::diagnostic::Diagnostics;
use crate::source::Loc;

/// The class of a domain, in the order in which resolve.c asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// `mydestination`, and literals of this host.
    Local,
    /// `virtual_alias_domains`.
    Alias,
    /// `virtual_mailbox_domains`.
    Virtual,
    /// `relay_domains`.
    Relay,
    /// All others.
    Default,
}

impl Class {
    const LISTS: [(Self, &'static str); 4] = [
        (Self::Local, "mydestination"),
        (Self::Alias, "virtual_alias_domains"),
        (Self::Virtual, "virtual_mailbox_domains"),
        (Self::Relay, "relay_domains"),
    ];

    fn label(self) -> Label {
        match self {
            Self::Default => Label::ABSENT,
            Self::Local => Label(1),
            Self::Alias => Label(2),
            Self::Virtual => Label(3),
            Self::Relay => Label(4),
        }
    }

    fn from_label(label: Label) -> Self {
        let class = Self::LISTS.iter().find(|(class, _)| class.label() == label);
        class.map_or(Self::Default, |(class, _)| *class)
    }

    /// Returns whether the files deliver or relay for the class.
    pub(super) fn is_ours(self) -> bool {
        self != Self::Default
    }
}

/// The class of every domain, as one test a side.
#[derive(Debug)]
pub(super) struct Classes {
    from: TestId,
    to: TestId,
    /// Where a sub-domain of a relayed domain is relayed to as well.
    relays_below: Option<Loc>,
}

/// An item of the domain lists.
#[derive(Debug)]
struct Item {
    class: Class,
    key: AddressKey,
    name: String,
    at: Loc,
}

/// What the domain lists say, beside the tests.
#[derive(Debug)]
pub(super) struct Domains {
    items: Vec<Item>,
    relays_below: Option<Loc>,
}

impl Domains {
    /// Reads the lists.
    pub(super) fn read(
        settings: &Settings<'_>,
        artifacts: &Files<'_>,
        relays_to_sub_domains: bool,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut domains = Self {
            items: Vec::new(),
            relays_below: None,
        };
        for (class, name) in Class::LISTS {
            let value = settings.text(name, diagnostics);
            let below = class == Class::Relay && relays_to_sub_domains;
            let mut list = List {
                name,
                class,
                below,
                artifacts,
                items: &mut domains.items,
                diagnostics,
            };
            for word in value.words() {
                list.item(&word, false);
            }
        }
        let parent = domains
            .items
            .iter()
            .find(|item| item.key == AddressKey::Parent);
        domains.relays_below = parent.map(|item| item.at.clone());
        domains
    }

    /// Returns the names of a class.
    pub(super) fn names(&self, class: Class) -> Vec<String> {
        let exact = |item: &&Item| item.class == class && item.key == AddressKey::Domain;
        self.items
            .iter()
            .filter(exact)
            .map(|item| item.name.clone())
            .collect()
    }

    /// Returns the class of each name; of one in two lists, that which is asked first.
    pub(super) fn exact(&self) -> BTreeMap<String, Class> {
        let mut classes = BTreeMap::new();
        for item in self
            .items
            .iter()
            .filter(|item| item.key == AddressKey::Domain)
        {
            classes.entry(item.name.clone()).or_insert(item.class);
        }
        classes
    }

    /// Returns the names below which everything is relayed.
    pub(super) fn relay_parents(&self) -> BTreeSet<String> {
        let parents = self
            .items
            .iter()
            .filter(|item| item.key == AddressKey::Parent);
        parents.map(|item| item.name.clone()).collect()
    }

    /// Makes the tests.
    pub(super) fn finish(&self, catalogue: &mut Catalogue, at: &Loc) -> Classes {
        let table = || {
            let mut table = AddressTable::new(&[AddressKey::Domain, AddressKey::Parent]);
            for item in &self.items {
                let row = Row::new(item.class.label(), item.at.clone());
                table.insert(item.key, &item.name, row);
            }
            table
        };
        Classes {
            from: catalogue.add(
                "sender domain class",
                Side::From.question(table()),
                Some(at),
            ),
            to: catalogue.add(
                "recipient domain class",
                Side::To.question(table()),
                Some(at),
            ),
            relays_below: self.relays_below.clone(),
        }
    }
}

/// Reads the items of one list.
struct List<'a> {
    name: &'static str,
    class: Class,
    /// Whether a name matches what is below it.
    below: bool,
    artifacts: &'a Files<'a>,
    items: &'a mut Vec<Item>,
    diagnostics: &'a mut Diagnostics,
}

impl List<'_> {
    fn item(&mut self, word: &Text, is_of_file: bool) {
        let text = word.as_str();
        if text.starts_with('#') {
            let reason = "a comment at the end of a line is part of the value";
            self.diagnostics.error(Syntax::new(reason, &word.at()));
        } else if text.starts_with('!') {
            let reason = "`!` in a list of domains is not modelled";
            self.diagnostics
                .error(UnjudgedParameter::new(self.name, reason, &word.at()));
        } else if text.starts_with('/') {
            let file = table::listed(word, is_of_file, self.artifacts, self.diagnostics);
            let Ok(source) = file else {
                return;
            };
            for line in table::lines(&source) {
                for word in Text::made(line.value, &line.at).words() {
                    self.item(&word, true);
                }
            }
        } else if !text.starts_with('[') && text.contains(':') {
            self.table(word);
        } else {
            self.name(&text.to_ascii_lowercase(), &word.at());
        }
    }

    /// A table in a list: each key is a name (match_string(3), match_hostname(3)).
    fn table(&mut self, word: &Text) {
        let Ok(opened) = table::open(word, self.artifacts, self.diagnostics) else {
            return;
        };
        match opened {
            Table::Rows { rows, folds_keys } => {
                for row in rows.iter() {
                    // The list is searched in lower case, and does not fold the table's keys.
                    let is_met = folds_keys || row.key == row.key.to_ascii_lowercase();
                    if is_met && !row.key.contains('@') {
                        self.name(&row.key.to_ascii_lowercase(), &row.at());
                    }
                }
            }
            Table::Patterns(lines) if lines.is_empty() => {}
            Table::Cidr(_) => {}
            Table::Static(_) | Table::Patterns(_) => {
                let reason = "such a table in a list of domains is not modelled";
                let at = word.at();
                self.diagnostics
                    .error(UnjudgedTable::new(word.as_str(), reason, &at));
            }
        }
    }

    fn name(&mut self, name: &str, at: &Loc) {
        let (bare, is_dotted) = match name.strip_prefix('.') {
            Some(bare) => (bare, true),
            None => (name, false),
        };
        let bare = match keys::domain_name(bare) {
            Ok(bare) => bare,
            Err(reason) => {
                self.diagnostics
                    .error(UnjudgedParameter::new(self.name, reason, at));
                return;
            }
        };
        let mut add = |key| {
            self.items.push(Item {
                class: self.class,
                key,
                name: bare.to_owned(),
                at: at.clone(),
            });
        };
        match (is_dotted, self.class == Class::Relay) {
            (false, _) => {
                add(AddressKey::Domain);
                if self.below {
                    add(AddressKey::Parent);
                }
            }
            (true, true) if !self.below => add(AddressKey::Parent),
            // The text with its dot is compared with domains, and never met.
            (true, _) => {}
        }
    }
}

impl Classes {
    /// Returns the class of what a path offers, and where it stands.
    pub(super) fn find<A: Asker>(
        &self,
        seen: &Seen,
        side: Side,
        origin: &str,
        asker: &mut A,
    ) -> Result<(Class, Option<At>), A::Stop> {
        let test = match side {
            Side::From => self.from,
            Side::To => self.to,
        };
        let constant = |domain: &str, asker: &A| {
            let row = address_table(asker.tests(), test)
                .and_then(|table| table.lookup(None, Some(domain)).cloned());
            row.map_or((Class::Default, None), |row| {
                (Class::from_label(row.label), Some(At::Place(row.at)))
            })
        };
        Ok(match seen {
            Seen::Whole | Seen::Extended | Seen::DomainOnly | Seen::Routed | Seen::Untold => {
                let class = Class::from_label(asker.label(test)?);
                (class, class.is_ours().then_some(At::Row(test)))
            }
            Seen::Origin => constant(origin, asker),
            Seen::Constant(_, domain) => constant(domain, asker),
            Seen::OwnLiteral | Seen::RoutedOwnLiteral => (Class::Local, None),
            Seen::Underscore => match &self.relays_below {
                Some(at) => (Class::Relay, Some(At::Place(at.clone()))),
                None => (Class::Default, None),
            },
            Seen::Null | Seen::Literal | Seen::Elsewhere => (Class::Default, None),
        })
    }
}
