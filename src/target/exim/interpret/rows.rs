//! From the rows of a lookup to tests: which keys have a row that a condition holds for.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;

use super::catalogue::{Met, Side};
use super::keys;
use super::lookup::{FileRow, Key, Lookup, Matching, Rows, network};
use super::reader::Reader;
use super::value::{Bool, Case, Leaf, Part, PathAtom};
use crate::decision::{
    AddressKey, AddressTable, ClientTable, Label, LoginTable, NameTable, Question, Row, TestId,
};
use crate::diagnostic::Reported;
use crate::mail::DELIMITER;

/// The label of a row for which the condition holds.
pub(super) const HOLDS: Label = Label(1);

impl Reader<'_> {
    /// Returns the condition that the lookup finds a row for which `holds`. `what` names that.
    pub(super) fn finds(
        &mut self,
        lookup: &Lookup,
        what: &str,
        holds: &dyn Fn(&FileRow) -> bool,
    ) -> Result<Bool, Reported> {
        let rows = lookup.rows.as_ref();
        match &lookup.key {
            Key::Text(text) => Ok(Bool::Const(rows.find(text).is_some_and(holds))),
            Key::Path(atom) => self.finds_path(*atom, rows, what, holds),
            Key::Client => {
                self.client_keys(rows)?;
                Ok(self.finds_client(rows, what, holds))
            }
            Key::Login => self.finds_login(rows, what, holds),
            Key::Helo(case) => self.finds_helo(*case, rows, what, holds),
        }
    }

    pub(super) fn finds_path(
        &mut self,
        atom: PathAtom,
        rows: &Rows,
        what: &str,
        holds: &dyn Fn(&FileRow) -> bool,
    ) -> Result<Bool, Reported> {
        let exact = rows.matching == Matching::Exact;
        if exact && atom.case == Case::Kept && rows.list.iter().any(|row| has_letters(&row.key)) {
            let reason = "it minds the case of letters, which mailpol cannot tell apart here";
            return Err(self.refuse_table(&rows.name, reason, &rows.at));
        }
        if rows.star.is_some() && atom.side == Side::From {
            let reason = "a default row answers for the null reverse-path as well";
            return Err(self.refuse_table(&rows.name, reason, &rows.at));
        }
        let part = match atom.part {
            Part::Whole => AddressKey::Address,
            Part::Domain => AddressKey::Domain,
            Part::Local => AddressKey::Local,
        };
        self.in_lower_case(rows)?;
        let (mut table, mut any) = (AddressTable::new(&[part]), false);
        table.reserve(rows.list.len());
        for (number, row) in rows.list.iter().enumerate() {
            let holds = holds(row);
            let label = if holds { HOLDS } else { Label::ABSENT };
            let made = Row::new(label, row.at.clone());
            if rows.star == Some(number) {
                any |= holds;
                table.otherwise(made);
                continue;
            }
            let key = &*row.key;
            // An address meets no word without an `@`, which another lookup may be for; and what
            // has lost its extension, no key that has one.
            let is_word = part == AddressKey::Address && !key.contains('@');
            if is_word || atom.is_cut() && is_extended(key) {
                continue;
            }
            match name(part, key) {
                Ok(name) => {
                    any |= holds;
                    table.insert(part, &name, made);
                }
                Err(reason) => return Err(self.refuse_table(&rows.name, reason, &row.at)),
            }
        }
        if !any {
            return Ok(Bool::Const(false));
        }
        self.forms.view(atom);
        if atom.is_cut() {
            table.with_extensions();
        }
        let name = format!("{}{what} in {}", subject(atom), rows.name);
        let met = Met::of(&rows.list, holds);
        let ask = || atom.side.question(table);
        let test = self.catalogue.share_of(name, met, Some(&rows.at), ask);
        Ok(Bool::Leaf(Leaf::Path(atom, test)))
    }

    /// Refuses keys in capitals where what is looked up was lower-cased, and the case of letters
    /// counts: none is ever met.
    fn in_lower_case(&mut self, rows: &Rows) -> Result<(), Reported> {
        let is_odd = |row: &&FileRow| row.key.bytes().any(|byte| byte.is_ascii_uppercase());
        match rows.list.iter().find(is_odd) {
            Some(row) if rows.matching == Matching::Exact => {
                let reason = "what is looked up is in lower case, and never meets this key";
                Err(self.refuse_table(&rows.name, reason, &row.at))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn finds_client(&mut self, rows: &Rows, what: &str, holds: &dyn Fn(&FileRow) -> bool) -> Bool {
        let label = |row: &FileRow| if holds(row) { HOLDS } else { Label::ABSENT };
        let prefixes = prefixes(rows, &label);
        if !prefixes.iter().any(|(_, row)| row.label == HOLDS) {
            return Bool::Const(false);
        }
        let name = format!("client{what} in {}", rows.name);
        let question = || Question::Client(clients(prefixes));
        let met = Met::of(&rows.list, holds);
        Bool::Leaf(Leaf::Client(self.catalogue.share_of(
            name,
            met,
            Some(&rows.at),
            question,
        )))
    }

    /// Returns the condition that the client is in one of these prefixes; the first that holds it
    /// answers.
    pub(super) fn client(
        &mut self,
        name: String,
        prefixes: Vec<(IpNet, Row)>,
        at: Option<&crate::source::Loc>,
    ) -> Bool {
        if !prefixes.iter().any(|(_, row)| row.label == HOLDS) {
            return Bool::Const(false);
        }
        Bool::Leaf(Leaf::Client(self.client_table(name, prefixes, at)))
    }

    /// Returns the test for the first of these prefixes that holds the client.
    ///
    /// An IPv6 prefix holds no IPv4 client (`host_is_in_net`): in tables IPv4 lies inside of
    /// IPv6, so it is cut out.
    pub(super) fn client_table(
        &mut self,
        name: String,
        prefixes: Vec<(IpNet, Row)>,
        at: Option<&crate::source::Loc>,
    ) -> TestId {
        let question = || Question::Client(clients(prefixes));
        self.catalogue.share(name, at, question)
    }

    /// Refuses a file that does not mind the case of a login's letters.
    pub(super) fn exact_logins(&mut self, rows: &Rows) -> Result<(), Reported> {
        let folds = rows.matching != Matching::Exact;
        if rows.star.is_some() || (folds && rows.list.iter().any(|row| has_letters(&row.key))) {
            let reason = "it ignores the case of letters, which a login's backend minds: use `cdb`";
            return Err(self.refuse_table(&rows.name, reason, &rows.at));
        }
        Ok(())
    }

    fn finds_login(
        &mut self,
        rows: &Rows,
        what: &str,
        holds: &dyn Fn(&FileRow) -> bool,
    ) -> Result<Bool, Reported> {
        self.exact_logins(rows)?;
        let kept = rows.list.iter().filter(|row| holds(row));
        let table: Vec<(String, Row)> = kept
            .map(|row| (row.key.to_string(), Row::new(HOLDS, row.at.clone())))
            .collect();
        if table.is_empty() {
            return Ok(Bool::Const(false));
        }
        let name = format!("login{what} in {}", rows.name);
        let question = || Question::Login(LoginTable::new(table));
        let met = Met::of(&rows.list, holds);
        Ok(Bool::Leaf(Leaf::Login(self.catalogue.share_of(
            name,
            met,
            Some(&rows.at),
            question,
        ))))
    }

    /// Returns the condition that the login is one of these.
    pub(super) fn login(
        &mut self,
        name: String,
        logins: Vec<(String, Row)>,
        at: Option<&crate::source::Loc>,
    ) -> Bool {
        if logins.is_empty() {
            return Bool::Const(false);
        }
        let question = || Question::Login(LoginTable::new(logins));
        Bool::Leaf(Leaf::Login(self.catalogue.share(name, at, question)))
    }

    fn finds_helo(
        &mut self,
        case: Case,
        rows: &Rows,
        what: &str,
        holds: &dyn Fn(&FileRow) -> bool,
    ) -> Result<Bool, Reported> {
        let exact = rows.matching == Matching::Exact;
        if rows.star.is_some() || (exact && case == Case::Kept) {
            let reason = "mailpol does not tell such HELO names apart";
            return Err(self.refuse_table(&rows.name, reason, &rows.at));
        }
        let kept: Vec<&FileRow> = rows.list.iter().filter(|row| holds(row)).collect();
        self.in_lower_case(rows)?;
        if kept.is_empty() {
            return Ok(Bool::Const(false));
        }
        let pair = |row: &FileRow| {
            let found = Row::new(HOLDS, row.at.clone());
            (row.key.to_ascii_lowercase(), found)
        };
        let table = NameTable::new(kept.into_iter().map(pair), []);
        let name = format!("HELO{what} in {}", rows.name);
        let question = || Question::Helo(table);
        let met = Met::of(&rows.list, holds);
        Ok(Bool::Leaf(Leaf::Helo(self.catalogue.share_of(
            name,
            met,
            Some(&rows.at),
            question,
        ))))
    }
}

/// Returns who meets networks of which the first decides: IPv4 none that is written as IPv6.
pub(super) fn clients(prefixes: Vec<(IpNet, Row)>) -> ClientTable {
    let (v4, v6): (Vec<_>, Vec<_>) = prefixes
        .into_iter()
        .filter(|(net, _)| !is_mapped(net))
        .partition(|(net, _)| matches!(net, IpNet::V4(_)));
    let mut all = v4;
    if let (Some(place), Some(wall)) = (v6.first().map(|(_, row)| &row.at), all_of_v4()) {
        all.push((wall, Row::new(Label::ABSENT, place.clone())));
    }
    all.extend(v6);
    ClientTable::first_match(all)
}

/// Returns the networks that are the keys of a file, with a label for each row.
pub(super) fn prefixes(rows: &Rows, label: &dyn Fn(&FileRow) -> Label) -> Vec<(IpNet, Row)> {
    // The default row is looked up when no other has the address, wherever it stands (search_find
    // in search.c of 4.96; lsearch.c passes over it).
    let is_star = |number: usize| rows.star == Some(number);
    let (stars, others): (Vec<_>, Vec<_>) = rows
        .list
        .iter()
        .enumerate()
        .partition(|(number, _)| is_star(*number));
    let mut prefixes = Vec::new();
    for (number, row) in others.into_iter().chain(stars) {
        let nets = if is_star(number) {
            everything()
        } else if rows.matching == Matching::Network {
            network(&row.key).into_iter().collect()
        } else {
            // The key is the text of an address: other spellings of it are never met.
            let folds = rows.matching == Matching::Folded;
            let is_text =
                |text: &str| text == &*row.key || folds && row.key.eq_ignore_ascii_case(text);
            let ip = row.key.parse::<IpAddr>().ok();
            let ip = ip.filter(|ip| is_text(&ip.to_string()));
            ip.map(IpNet::from).into_iter().collect()
        };
        for net in nets {
            prefixes.push((net, Row::new(label(row), row.at.clone())));
        }
    }
    prefixes
}

/// Returns the words for a part of a path in names of tests.
pub(super) fn subject(atom: PathAtom) -> String {
    let part = match atom.part {
        Part::Whole => "",
        Part::Local => " local-part",
        Part::Domain => " domain",
    };
    let cut = if atom.is_cut() {
        " without its extension"
    } else {
        ""
    };
    format!("{}{part}{cut}", atom.side.word())
}

/// Returns what a key is to paths.
fn name(part: AddressKey, key: &str) -> Result<Cow<'_, str>, &'static str> {
    match part {
        AddressKey::Address => keys::address(key),
        AddressKey::Domain | AddressKey::Parent => keys::domain(key),
        AddressKey::Local => keys::local(key),
    }
}

/// Returns whether the local-part of a key is none that is left of one with an extension: of `+x`
/// nothing is (`route_check_suffix` in route.c of 4.96).
pub(super) fn is_extended(key: &str) -> bool {
    let local = key.rsplit_once('@').map_or(key, |(local, _)| local);
    local.contains(DELIMITER)
}

/// Returns whether a text has letters, whose case may matter.
pub(super) fn has_letters(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Returns prefixes that hold every client.
pub(super) fn everything() -> Vec<IpNet> {
    let v6 = IpNet::new(IpAddr::from([0_u16; 8]), 0).ok();
    all_of_v4().into_iter().chain(v6).collect()
}

fn all_of_v4() -> Option<IpNet> {
    IpNet::new(IpAddr::from([0_u8; 4]), 0).ok()
}

/// Returns whether a prefix lies in `::ffff:0:0/96`: no client's address is written so.
fn is_mapped(net: &IpNet) -> bool {
    match net {
        IpNet::V4(_) => false,
        IpNet::V6(net) => net.prefix_len() >= 96 && net.addr().to_ipv4_mapped().is_some(),
    }
}
