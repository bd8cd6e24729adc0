//! Aliases of mail that is made on the host, beside a listener: bounces of what was accepted go by
//! them (cleanup(8), virtual(5); bounce_notify_util.c of 3.7.11).
//!
//! Where nothing listens such mail is followed (`host_mail`). Here the aliases have a closed form:
//! those of all other mail come first, and more may only lead names of ours, or of the host, to
//! addresses of ours, and all of a domain at once where each of its boxes has a row as well.

use std::collections::{BTreeMap, BTreeSet};

use super::addressing::Addressing;
use super::diagnostics::{UnjudgedParameter, UnjudgedTable};
use super::keyed::{KeyRow, folded};
use super::keys::{self, Key};
use super::master_cf::Service;
use super::parameter::{Main, Settings};
use super::table::{self, Files, Table};
use super::text::Text;
use crate::diagnostic::Diagnostics;
use crate::source::Loc;

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
        let judge = Names {
            ours: ours.map(|(name, _)| name).collect(),
            host: base.text("myhostname", diagnostics).as_str().to_owned(),
            null_key: &addressing.around.null_key,
        };
        let mut whole_domains = Vec::new();
        for word in words.iter().skip(usual.len()) {
            judge.table(word, artifacts, &mut whole_domains, diagnostics);
        }
        for (domain, at) in &whole_domains {
            let known = addresses(&words, domain, artifacts, diagnostics);
            let mut boxes = BTreeSet::new();
            for name in BOXES {
                let words = base.text(name, diagnostics).words();
                boxes.append(&mut addresses(&words, domain, artifacts, diagnostics));
            }
            if let Some(one) = boxes.difference(&known).next() {
                let reason = format!("bounces for `{one}` would go by it, and not to that box");
                diagnostics.error(UnjudgedTable::new(&format!("@{domain}"), reason, at));
            }
        }
    }
}

/// Returns the keys of tables that are of addresses in a domain, or of all of them.
fn addresses(
    words: &[Text],
    domain: &str,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in words {
        let Ok(Table::Rows { rows, .. }) = table::open(word, artifacts, diagnostics) else {
            continue;
        };
        let is_of_it = |row: &KeyRow<'_>| {
            let of = row.key.rsplit_once('@').map(|(_, domain)| domain);
            of.is_some_and(|one| one.eq_ignore_ascii_case(domain))
        };
        found.extend(
            rows.iter()
                .filter(is_of_it)
                .map(|row| folded(&row.key).into_owned()),
        );
    }
    found
}

struct Names<'a> {
    ours: BTreeSet<String>,
    host: String,
    null_key: &'a str,
}

impl Names<'_> {
    /// Reads one table, and notes the domains of ours of which it has a row for all addresses.
    fn table(
        &self,
        word: &Text,
        artifacts: &Files<'_>,
        whole_domains: &mut Vec<(String, Loc)>,
        diagnostics: &mut Diagnostics,
    ) {
        let Ok(table) = table::open(word, artifacts, diagnostics) else {
            return;
        };
        let Table::Rows { rows, .. } = table else {
            let reason = "mailpol reads keys and values here";
            diagnostics.error(UnjudgedTable::new(word.as_str(), reason, &word.at()));
            return;
        };
        for row in rows.iter() {
            let key = folded(&row.key);
            if !self.is_known(&key) || !self.leads_to_ours(&row.value) {
                let reason = "bounces would go by it: it may lead names of ours, or of this host, \
                              to addresses of ours";
                diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
            }
            if let Ok(Key::AtDomain(domain)) = keys::read(&key, self.null_key)
                && self.ours.contains(domain)
            {
                whole_domains.push((domain.to_owned(), row.at()));
            }
        }
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
