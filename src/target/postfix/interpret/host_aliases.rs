//! Aliases of mail that is made on the host, beside a listener: bounces of what was accepted go by
//! them (cleanup(8), virtual(5); bounce_notify_util.c of 3.7.11).
//!
//! Where nothing listens such mail is followed (`host_mail`). Here the aliases have a closed form:
//! those of all other mail come first, and more may only lead names of ours, or of the host, to
//! addresses of ours, and all of a domain at once where each of its boxes has a row as well.

use std::collections::{BTreeMap, BTreeSet};

use super::addressing::Addressing;
use super::diagnostics::{UnjudgedParameter, UnjudgedTable};
use super::keyed::{KeyRow, Keyed, folded};
use super::keys::{self, Key};
use super::master_cf::Service;
use super::parameter::{Main, Settings};
use super::table::{self, Files, Table};
use super::text::Text;
use crate::diagnostic::Diagnostics;
use crate::mail::without_extension;

const NAME: &str = "virtual_alias_maps";
/// The tables of boxes that are no account.
const BOXES: [&str; 2] = ["virtual_mailbox_maps", "relay_recipient_maps"];
/// What a host is called beside its name.
const HOST: [&str; 2] = ["localhost", "localhost.localdomain"];

/// Reports aliases by which a bounce would not reach whom it is for.
pub(super) fn judge(
    main: &Main,
    services: &[Service],
    artifacts: &Files<'_>,
    addressing: &Addressing,
    diagnostics: &mut Diagnostics,
) {
    let base = Settings::new(main, BTreeMap::new());
    let usual = base.text(NAME, diagnostics).words();
    let is_other = |one: &&Service| one.command == "cleanup" && one.overrides.contains_key(NAME);
    for service in services.iter().filter(is_other) {
        let settings = Settings::new(main, service.overrides.clone());
        let words = settings.text(NAME, diagnostics).words();
        let is_usual = |(one, other): (&Text, &Text)| one.as_str() == other.as_str();
        let begins = words.len() >= usual.len() && words.iter().zip(&usual).all(is_usual);
        if !begins {
            let reason = "bounces would not go by the aliases that all other mail goes by first";
            let at = settings.place(NAME);
            diagnostics.error(UnjudgedParameter::new(NAME, reason, &at));
            continue;
        }
        let classes = addressing.domains.exact();
        let ours = classes.into_iter().filter(|(_, class)| class.is_ours());
        let mut judge = Names {
            ours: ours.map(|(name, _)| name).collect(),
            host: base.text("myhostname", diagnostics).as_str().to_owned(),
            null_key: &addressing.around.null_key,
            extensions: addressing.around.extensions,
            boxes: BTreeSet::new(),
        };
        let more = words.get(usual.len()..).unwrap_or_default();
        let opened: Vec<_> = more
            .iter()
            .filter_map(|word| open(word, artifacts, diagnostics))
            .collect();
        let rows = || opened.iter().flat_map(Keyed::iter);
        let of_rows: BTreeSet<String> = rows()
            .filter_map(|row| Some(folded(row.key.rsplit_once('@')?.1).into_owned()))
            .filter(|domain| judge.ours.contains(domain))
            .collect();
        let boxes = BOXES.map(|name| base.text(name, diagnostics).words());
        no_bare_keys(&boxes.concat(), artifacts, diagnostics);
        judge.boxes = addresses(&boxes.concat(), &of_rows, artifacts, diagnostics);
        rows().for_each(|row| judge.row(&row, diagnostics));
        for row in rows() {
            let domain = row.key.strip_prefix('@').map(folded);
            let Some(domain) = domain.filter(|domain| judge.ours.contains(domain.as_ref())) else {
                continue;
            };
            let known = BTreeSet::from([domain.clone().into_owned()]);
            let known = addresses(&words, &known, artifacts, diagnostics);
            let is_left_out = |one: &&String| {
                let of = one.rsplit_once('@').map(|(_, domain)| domain);
                of == Some(domain.as_ref()) && !known.contains(*one)
            };
            if let Some(one) = judge.boxes.iter().find(is_left_out) {
                let reason = format!("bounces for `{one}` would go by it, and not to that box");
                diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
            }
        }
    }
}

/// Reports keys without a domain: whose boxes they are depends on where they are looked up.
fn no_bare_keys(words: &[Text], artifacts: &Files<'_>, diagnostics: &mut Diagnostics) {
    for word in words {
        let Ok(Table::Rows { rows, .. }) = table::open(word, artifacts, diagnostics) else {
            continue;
        };
        if let Some(row) = rows.iter().find(|row| !row.key.contains('@')) {
            let reason = "beside aliases of the host boxes have whole addresses";
            diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
        }
    }
}

/// Returns the keys of tables that are of addresses in some domains, or of all of theirs.
fn addresses(
    words: &[Text],
    domains: &BTreeSet<String>,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in words {
        let Ok(Table::Rows { rows, .. }) = table::open(word, artifacts, diagnostics) else {
            continue;
        };
        let is_of_them = |row: &KeyRow<'_>| {
            let of = row.key.rsplit_once('@').map(|(_, domain)| folded(domain));
            of.is_some_and(|one| domains.contains(one.as_ref()))
        };
        let keys = rows.iter().filter(is_of_them);
        found.extend(keys.map(|row| folded(&row.key).into_owned()));
    }
    found
}

/// Opens a table of keys and values.
fn open(word: &Text, artifacts: &Files<'_>, diagnostics: &mut Diagnostics) -> Option<Keyed> {
    match table::open(word, artifacts, diagnostics).ok()? {
        Table::Rows { rows, .. } => Some(rows),
        Table::Cidr(_) | Table::Patterns(_) | Table::Static(_) => {
            let reason = "mailpol reads keys and values here";
            diagnostics.error(UnjudgedTable::new(word.as_str(), reason, &word.at()));
            None
        }
    }
}

struct Names<'a> {
    ours: BTreeSet<String>,
    host: String,
    null_key: &'a str,
    /// Boxes that are no account, of the domains that rows of these tables are of.
    boxes: BTreeSet<String>,
    extensions: bool,
}

impl Names<'_> {
    fn row(&self, row: &KeyRow<'_>, diagnostics: &mut Diagnostics) {
        let key = folded(&row.key);
        let reason = if !self.is_known(&key) || !self.leads_to_ours(&row.value) {
            "bounces would go by it: it may lead names of ours, or of this host, to addresses of \
             ours"
        } else if self.leads_away(&key, &row.value) {
            "bounces for a box, or for an extension, would go by it, and to somebody else"
        } else {
            return;
        };
        diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
    }

    /// Returns whether a row is of a box, or of an address with an extension, and leads to another:
    /// of a box that is no account no usual alias says anything, and the whole address, with its
    /// extension, is looked for first.
    fn leads_away(&self, key: &str, value: &str) -> bool {
        let is_box = !key.starts_with('@') && self.boxes.contains(key);
        let local = key.rsplit_once('@').map_or(key, |(local, _)| local);
        let is_extended = self.extensions && without_extension(local).is_some();
        (is_box || is_extended) && !value.trim_ascii().eq_ignore_ascii_case(key)
    }

    fn is_known(&self, key: &str) -> bool {
        let is_here = |domain: &str| {
            let names = [self.host.as_str(), HOST[0], HOST[1]];
            self.ours.contains(domain) || names.iter().any(|one| one.eq_ignore_ascii_case(domain))
        };
        match keys::read(key, self.null_key) {
            Ok(Key::Whole(_, domain)) => is_here(&domain),
            Ok(Key::AtDomain(domain)) => is_here(domain),
            Ok(Key::Word(_) | Key::LocalAt(_) | Key::DotDomain(_) | Key::Star | Key::Null)
            | Err(_) => false,
        }
    }

    fn leads_to_ours(&self, value: &str) -> bool {
        let mut words = value
            .split([' ', '\t', ','])
            .filter(|word| !word.is_empty());
        words.all(|word| {
            let domain = word.rsplit_once('@').map(|(_, domain)| domain);
            let is_ours = domain.is_some_and(|one| self.ours.contains(&one.to_ascii_lowercase()));
            is_ours && keys::is_address(word)
        })
    }
}
