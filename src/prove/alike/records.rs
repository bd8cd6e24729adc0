//! What policy and files say of each recipient, domain and login, with its own names left out: two
//! of which the same is said are alike.

use std::collections::HashMap;
use std::fmt::Write as _;

use rustc_hash::FxBuildHasher;

use super::names::{Entity, Listed, Names, What};
use super::rows::{Rows, Words, is_of_word};
use crate::mail::Address;
use crate::policy::{Alias, Publish};

/// What is not known yet.
const UNKNOWN: u32 = u32::MAX;
/// What is just being found out: it leads to itself.
const OPEN: u32 = u32::MAX - 1;

/// Aliases that lead to more, or through more aliases, are like nothing else.
const TARGETS_MAX: usize = 32;
const DEPTH_MAX: usize = 16;

/// Begins the number that stands in the place of a name.
const NAME: char = '\u{1}';

/// What is never left out, whatever is like it.
#[derive(Debug, Default)]
pub(super) struct Forced {
    /// By the number of the domain.
    pub(super) domains: Vec<bool>,
    /// By the number of the login.
    pub(super) logins: Vec<bool>,
}

/// Numbers of what is said: equal for two names of which the same is said.
pub(super) struct Records<'a, 'p> {
    pub(super) names: &'a Names<'p>,
    pub(super) forced: &'a Forced,
    rows: &'a Rows,
    /// Words of the rest of the files: a local-part that is one of them is like no other.
    words: &'a Words,
    said: HashMap<String, u32, FxBuildHasher>,
    /// By [`Names::number`]. Of a domain it is about every address that is not listed.
    numbers: Vec<u32>,
    /// The same of domains without what their catch-alls lead to.
    inner: Vec<u32>,
}

impl<'a, 'p> Records<'a, 'p> {
    pub(super) fn new(
        names: &'a Names<'p>,
        forced: &'a Forced,
        rows: &'a Rows,
        words: &'a Words,
    ) -> Self {
        let [recipients, domains, logins] = names.counts();
        Self {
            names,
            forced,
            rows,
            words,
            said: HashMap::default(),
            numbers: vec![UNKNOWN; recipients + domains + logins],
            inner: vec![UNKNOWN; domains],
        }
    }

    /// Returns the number of what is said of something.
    pub(super) fn number(&mut self, of: Entity) -> u32 {
        self.number_at(of, 0)
    }

    fn number_at(&mut self, of: Entity, depth: usize) -> u32 {
        let at = self.names.number(of);
        match self.numbers.get(at).copied().unwrap_or(OPEN) {
            UNKNOWN => {}
            OPEN => return self.only(of),
            known => return known,
        }
        if self.is_only(of) || depth > DEPTH_MAX {
            let number = self.only(of);
            return self.keep(at, number);
        }
        self.keep(at, OPEN);
        let text = match of {
            Entity::Recipient(one) => self.recipient(one, depth),
            Entity::Domain(one) => self.domain(one, depth),
            Entity::Login(one) => self.login(one, depth),
        };
        let number = match text {
            Some(text) => self.put(&text),
            None => self.only(of),
        };
        self.keep(at, number)
    }

    fn keep(&mut self, at: usize, number: u32) -> u32 {
        if let Some(place) = self.numbers.get_mut(at) {
            *place = number;
        }
        number
    }

    /// Returns whether nothing is like this.
    fn is_only(&self, of: Entity) -> bool {
        let is = |list: &[bool], number: u32| list.get(number as usize).copied().unwrap_or(true);
        match of {
            Entity::Recipient(one) => {
                let listed = self.names.recipients.get(one as usize);
                listed.is_none_or(|one| is(&self.forced.domains, one.domain))
            }
            Entity::Domain(one) => is(&self.forced.domains, one),
            Entity::Login(one) => is(&self.forced.logins, one),
        }
    }

    fn put(&mut self, text: &str) -> u32 {
        if let Some(number) = self.said.get(text) {
            return *number;
        }
        let number = super::names::count(self.said.len());
        self.said.insert(text.to_owned(), number);
        number
    }

    /// Returns a number that nothing else has.
    fn only(&mut self, of: Entity) -> u32 {
        self.put(&format!("only {of:?}"))
    }

    /// Returns what is said of a domain but for where its catch-all leads.
    fn inner(&mut self, domain: u32) -> u32 {
        let known = self.inner.get(domain as usize).copied().unwrap_or(UNKNOWN);
        if known != UNKNOWN {
            return known;
        }
        let of = Entity::Domain(domain);
        let text = (!self.is_only(of))
            .then(|| self.inner_text(domain))
            .flatten();
        let number = match text {
            Some(text) => self.put(&text),
            None => self.only(of),
        };
        if let Some(place) = self.inner.get_mut(domain as usize) {
            *place = number;
        }
        number
    }

    fn inner_text(&self, domain: u32) -> Option<String> {
        let (name, hosted) = self.names.domains.get(domain as usize)?;
        let mut own = vec![name.as_str()];
        let mut text = "domain".to_owned();
        if let Some(alias) = &hosted.catch_all {
            add_targets(alias, &mut own)?;
            let _ = write!(text, " catches {}", alias.targets.len());
        }
        publish(&hosted.publish, &own, &mut text);
        self.add_rows(Entity::Domain(domain), &own, &mut text);
        Some(text)
    }

    fn domain(&mut self, domain: u32, depth: usize) -> Option<String> {
        let (name, hosted) = *self.names.domains.get(domain as usize)?;
        let mut text = format!("all of {}", self.inner(domain));
        if let Some(alias) = &hosted.catch_all {
            self.add_leads(alias, &mut vec![name.as_str()], &mut text, depth)?;
        }
        Some(text)
    }

    fn login(&mut self, login: u32, depth: usize) -> Option<String> {
        let (name, _) = *self.names.logins.get(login as usize)?;
        let mut text = "login".to_owned();
        let own: Vec<&str> = name.split('@').collect();
        if let Some((local, domain)) = name.split_once('@')
            && let Some(domain) = self.names.domain(domain)
        {
            // Its rows are those of an address.
            let recipient = self.names.recipient(local, domain)?;
            let number = self.number_at(Entity::Recipient(recipient), depth + 1);
            let _ = write!(text, " as {number}");
        }
        self.add_rows(Entity::Login(login), &own, &mut text);
        Some(text)
    }

    fn recipient(&mut self, recipient: u32, depth: usize) -> Option<String> {
        let names = self.names;
        let Listed {
            local,
            domain,
            what,
        } = names.recipients.get(recipient as usize)?;
        let (name, _) = names.domains.get(*domain as usize)?;
        let mut own = vec![*local, name.as_str()];
        let mut text = format!("in {}", self.inner(*domain));
        if *local == "postmaster" || self.words.contains(*local) {
            let _ = write!(text, " {local}");
        }
        match what {
            What::Mailbox(mailbox) => {
                text.push_str(" mailbox");
                if let Some(login) = &mailbox.login {
                    own.extend(login.value.split('@'));
                    // A login that is the address itself has its rows.
                    let is_own = login.value.split_once('@') == Some((local, name.as_str()));
                    let number = if is_own {
                        let login = names.login(&login.value)?;
                        if self.is_only(Entity::Login(login)) {
                            return None;
                        }
                        UNKNOWN
                    } else {
                        self.number_at(Entity::Login(names.login(&login.value)?), depth + 1)
                    };
                    let _ = write!(text, " of {number}");
                }
            }
            What::Alias(alias) => self.add_leads(alias, &mut own, &mut text, depth)?,
        }
        self.add_rows(Entity::Recipient(recipient), &own, &mut text);
        Some(text)
    }

    /// Adds where an alias leads, and who may call it its own.
    fn add_leads(
        &mut self,
        alias: &'p Alias,
        own: &mut Vec<&'p str>,
        text: &mut String,
        depth: usize,
    ) -> Option<()> {
        let names = self.names;
        add_targets(alias, own)?;
        text.push_str(" alias");
        for target in &alias.targets {
            let number = self.target(&target.value, depth + 1)?;
            let _ = write!(text, " {number}");
        }
        let mut owners = Vec::new();
        self.owners(alias, &mut owners, 0)?;
        for login in owners {
            own.extend(login.split('@'));
            let number = self.number_at(Entity::Login(names.login(login)?), depth + 1);
            let _ = write!(text, " of {number}");
        }
        Some(())
    }

    /// Returns the number of what is said of an address that an alias leads to.
    fn target(&mut self, address: &Address, depth: usize) -> Option<u32> {
        if let Some(recipient) = self.names.listed(address) {
            return Some(self.number_at(Entity::Recipient(recipient), depth));
        }
        // A catch-all takes it.
        let domain = self.names.domain(address.domain().as_str())?;
        if self.words.contains(address.local()) {
            return None;
        }
        let number = self.number_at(Entity::Domain(domain), depth);
        Some(self.put(&format!("any of {number}")))
    }

    /// Collects the logins of the mailboxes that an alias leads to by names alone.
    fn owners(&self, alias: &'p Alias, found: &mut Vec<&'p str>, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        for target in &alias.targets {
            let listed = self.names.listed(&target.value);
            let listed = listed.and_then(|one| self.names.recipients.get(one as usize));
            match listed.map(|one| one.what) {
                Some(What::Mailbox(mailbox)) => {
                    let login = mailbox.login.iter().map(|login| login.value.as_str());
                    found.extend(
                        login
                            .filter(|login| !found.contains(login))
                            .collect::<Vec<_>>(),
                    );
                }
                Some(What::Alias(alias)) => self.owners(alias, found, depth + 1)?,
                None => {}
            }
            if found.len() > TARGETS_MAX {
                return None;
            }
        }
        Some(())
    }

    /// Adds the rows of something, its own names replaced by numbers.
    fn add_rows(&self, of: Entity, own: &[&str], text: &mut String) {
        self.rows
            .each(self.names.number(of), &mut |file, before, rest| {
                let _ = write!(text, "\n{file}{before}");
                replace(rest, own, text);
            });
    }

    /// Returns the text of a name's rows, kept or not, its own names replaced by numbers: what is
    /// left are names that the policy does not say of it.
    pub(super) fn others(&self, of: Entity) -> String {
        let names = self.names;
        let mut own: Vec<&str> = Vec::new();
        let mut add = |alias: &'p Alias| {
            let _ = add_targets(alias, &mut own);
            let mut owners = Vec::new();
            let _ = self.owners(alias, &mut owners, 0);
            own.extend(owners.iter().flat_map(|login| login.split('@')));
        };
        match of {
            Entity::Recipient(one) => {
                if let Some(listed) = names.recipients.get(one as usize) {
                    if let What::Alias(alias) = listed.what {
                        add(alias);
                    }
                    if let What::Mailbox(mailbox) = listed.what {
                        let login = mailbox.login.iter();
                        own.extend(login.flat_map(|login| login.value.split('@')));
                    }
                    own.push(listed.local);
                    let domain = names.domains.get(listed.domain as usize);
                    own.extend(domain.map(|one| one.0.as_str()));
                }
            }
            Entity::Domain(one) => {
                if let Some((name, hosted)) = names.domains.get(one as usize) {
                    if let Some(alias) = &hosted.catch_all {
                        add(alias);
                    }
                    own.push(name.as_str());
                }
            }
            Entity::Login(one) => {
                let login = names.logins.get(one as usize);
                own.extend(login.iter().flat_map(|one| one.0.split('@')));
            }
        }
        let mut text = String::new();
        self.add_rows(of, &own, &mut text);
        text
    }
}

/// Adds the names of an alias's targets to those that are replaced.
fn add_targets<'p>(alias: &'p Alias, own: &mut Vec<&'p str>) -> Option<()> {
    if alias.targets.len() > TARGETS_MAX {
        return None;
    }
    for target in &alias.targets {
        own.push(target.value.local());
        own.push(target.value.domain().as_str());
    }
    Some(())
}

/// Adds what DNS shall say of a domain, as far as an obligation asks it.
fn publish(publish: &Publish, own: &[&str], text: &mut String) {
    for exchanger in &publish.mx {
        text.push_str(" mx ");
        replace(exchanger.value.as_str(), own, text);
    }
    for term in &publish.spf {
        text.push_str(" spf ");
        replace(&term.value, own, text);
    }
    let has = [
        publish.mx_at.is_some(),
        publish.spf_at.is_some(),
        publish.dmarc.is_some(),
        publish.mta_sts.is_some(),
        publish.tls_rpt.is_empty(),
    ];
    let _ = write!(text, " {has:?}");
}

/// Adds a text in which the words that are own names are replaced by numbers, the same name by the
/// same.
fn replace(text: &str, own: &[&str], to: &mut String) {
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.bytes().position(|octet| !is_of_word(octet));
        let (word, more) = rest.split_at(end.unwrap_or(rest.len()));
        match own.iter().position(|name| *name == word) {
            Some(number) => {
                to.push(NAME);
                let _ = write!(to, "{number}");
                to.push(NAME);
            }
            None => to.push_str(word),
        }
        let end = more.bytes().position(is_of_word).unwrap_or(more.len());
        let (between, more) = more.split_at(end);
        to.push_str(between);
        rest = more;
    }
}
