//! The addresses that a run speaks of: what tables and destinations of all sides name, and fresh
//! ones.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::names::{ELSEWHERE, fresh, names};
use super::universe::Axis;
use crate::decision::{
    AddressKey, AddressMap, AddressTable, Decider, KeyMap, Probe, Question, Row, lower,
};
use crate::mail::{DELIMITER, without_extension};

/// The values of a dimension of addresses.
#[derive(Debug)]
pub(super) struct Keys {
    /// How many local-parts there are, the fresh one among them.
    pub(super) locals: u128,
    pub(super) fresh_local: String,
    /// Local-parts that are told apart in every domain, sorted.
    named: Vec<String>,
    /// Every domain, sorted, with one below each; the fresh one comes first.
    pub(super) domains: Vec<String>,
    /// Whether each of them stands for others below the same name, or for all others.
    stands: Vec<bool>,
    pub(super) fresh_domain: String,
    /// The local-parts of whole addresses that are told apart, domain by domain, each sorted.
    whole: Texts,
    /// By domain: the numbers of its whole addresses, from the first up to the one behind the last.
    of_domain: KeyMap<(u32, u32)>,
    /// The extension that stands for all that no key has, if any side minds them.
    extension: Option<String>,
}

/// Which domains a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InDomain<'k> {
    /// The one of this name.
    Of(&'k str),
    /// Those below this name that nothing names.
    Below(&'k str),
    /// Those that are below no name, and that nothing names.
    Elsewhere,
}

impl<'k> InDomain<'k> {
    /// Returns the nearest of such domains below others in which this one lies; what is elsewhere,
    /// if it lies in none.
    pub fn around(self, is_one: impl Fn(Self) -> bool) -> Option<Self> {
        let (Self::Of(name) | Self::Below(name)) = self else {
            return None;
        };
        let above = |name: &'k str| name.split_once('.').map(|(_, above)| above);
        let mut parents = std::iter::successors(above(name), |name| above(name));
        let found = parents.find(|name| is_one(Self::Below(name)));
        Some(found.map_or(Self::Elsewhere, Self::Below))
    }
}

/// Texts, one behind the other.
#[derive(Debug, Default)]
struct Texts {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Texts {
    fn len(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn get(&self, number: u32) -> &str {
        let end = |number: usize| self.ends.get(number).copied().unwrap_or_default();
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, end);
        self.text.get(start..end(number)).unwrap_or_default()
    }
}

/// Whole addresses that a table names.
#[derive(Debug)]
enum Source<'t> {
    Rows(&'t AddressMap<Row>),
    Owners(&'t AddressMap<Option<u32>>),
}

impl Source<'_> {
    fn each_domain(&self, domain: impl FnMut(&str)) {
        match self {
            Self::Rows(map) => map.domains().for_each(domain),
            Self::Owners(map) => map.domains().for_each(domain),
        }
    }
}

/// Keys, as they are collected.
#[derive(Debug, Default)]
pub(super) struct Collected<'t> {
    named: BTreeSet<String>,
    domains: KeyMap<()>,
    sources: Vec<Source<'t>>,
    /// Whole addresses that destinations depend on, and those of small tables: there may be
    /// thousands of these.
    others: AddressMap<()>,
    /// Whether some side looks for an address without its extension.
    extensions: bool,
}

/// A table of more keys than this is a source by itself.
const SMALL_MAX: usize = 64;

impl<'t> Collected<'t> {
    /// Adds a key that destinations depend on; of a parent domain, the domain too.
    fn add(&mut self, part: AddressKey, key: &str) {
        let key = lower(key);
        match part {
            AddressKey::Local => {
                self.named.insert(key.into_owned());
            }
            AddressKey::Domain | AddressKey::Parent => {
                self.domains.put(&key, || ());
            }
            AddressKey::Address => {
                if let Some((local, domain)) = key.rsplit_once('@') {
                    self.others.push(local, domain, ());
                }
            }
        }
    }

    /// Adds every key that destinations of a decider depend on.
    pub(super) fn add_destinations(&mut self, decider: &dyn Decider) {
        self.extensions |= decider.has_extensions();
        decider.destination_keys(&mut |part, key| self.add(part, key));
    }

    /// Adds what a question names of an axis.
    pub(super) fn add_question(&mut self, question: &'t Question, axis: Axis) {
        self.extensions |= question.has_extensions();
        if let Some(table) = address_table(question, axis) {
            for part in [AddressKey::Domain, AddressKey::Parent] {
                for key in table.keys(part) {
                    self.domains.put(key, || ());
                }
            }
            let locals = table.keys(AddressKey::Local);
            self.named.extend(locals.map(str::to_owned));
            match table.addresses() {
                Some(addresses) if addresses.len() > SMALL_MAX => {
                    self.sources.push(Source::Rows(addresses));
                }
                Some(addresses) => {
                    for (local, domain, _) in addresses.iter() {
                        self.others.push(local, domain, ());
                    }
                }
                None => {}
            }
        }
        if let (Axis::From, Question::Owner(table) | Question::OwnerOfDomain(table)) =
            (axis, question)
        {
            let addresses = table.addresses();
            let known = self.sources.iter().any(
                |source| matches!(source, Source::Owners(known) if std::ptr::eq(*known, addresses)),
            );
            if known {
                return;
            }
            self.sources.push(Source::Owners(addresses));
            for key in table.domains() {
                self.domains.put(key, || ());
            }
        }
    }

    /// Puts the local-parts of a domain's whole addresses into a list, sorted.
    fn locals<'k>(&'k self, domain: &str, locals: &mut Vec<&'k str>) {
        locals.clear();
        let domain = Probe::new(domain);
        for source in &self.sources {
            match source {
                Source::Rows(map) => locals.extend(map.within(domain).locals()),
                Source::Owners(map) => locals.extend(map.within(domain).locals()),
            }
        }
        locals.extend(self.others.within(domain).locals());
        locals.sort_unstable();
        locals.dedup();
    }

    /// Returns local-parts that are told apart in a domain beside its own keys: these with a fresh
    /// extension, and those named in every domain that are one of these with another.
    fn extended(&self, own: &[&str], with: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
        if !self.extensions {
            return Vec::new();
        }
        let is_own = |base: &str| own.binary_search(&base).is_ok();
        let named = self.named.iter();
        let named = named.filter(|local| without_extension(local).is_some_and(is_own));
        let own = own.iter().filter_map(|local| with(local));
        own.chain(named.cloned()).collect()
    }

    /// Returns an extension that no key has, if any side minds them.
    fn fresh_extension(&self) -> Option<String> {
        if !self.extensions {
            return None;
        }
        let extension = |local: &str| Some(local.split_once(DELIMITER)?.1.to_owned());
        let mut known: BTreeSet<String> =
            self.named.iter().filter_map(|one| extension(one)).collect();
        for source in &self.sources {
            match source {
                Source::Rows(map) => known.extend(map.iter().filter_map(|one| extension(one.0))),
                Source::Owners(map) => known.extend(map.iter().filter_map(|one| extension(one.0))),
            }
        }
        known.extend(self.others.iter().filter_map(|one| extension(one.0)));
        Some(fresh("tag", |word| known.contains(word)))
    }

    /// Returns the keys with fresh ones.
    ///
    /// SOUNDNESS: a side that minds extensions looks for an address itself, and for it without its
    /// extension. So of two that are no keys and have the same base, each table says the same: one
    /// of them, with a fresh extension, is told apart beside each key without.
    pub(super) fn finish(mut self) -> Keys {
        let extension = self.fresh_extension();
        let with = |local: &str| {
            let extension = extension.as_ref().filter(|_| !local.contains(DELIMITER))?;
            Some(format!("{local}{DELIMITER}{extension}"))
        };
        let twins: Vec<String> = self.named.iter().filter_map(|local| with(local)).collect();
        self.named.extend(twins);

        let mut all = self.domains.clone();
        for source in &self.sources {
            source.each_domain(|domain| {
                all.put(domain, || ());
            });
        }
        for domain in self.others.domains() {
            all.put(domain, || ());
        }
        // SOUNDNESS: a path with an address literal has no domain (see `PathForm`).
        let is_literal = |domain: &&str| domain.starts_with('[');
        let domains = all.keys().filter(|domain| !is_literal(domain));
        let names = names(domains.map(str::to_owned).collect(), ELSEWHERE);
        let domains = std::iter::once((names.fresh.clone(), true)).chain(names.named);
        let (domains, stands): (Vec<String>, Vec<bool>) = domains.unzip();
        let mut locals: KeyMap<()> = KeyMap::default();
        let (mut whole, mut of_domain) = (Texts::default(), KeyMap::default());
        let mut own: Vec<&str> = Vec::new();
        let literals = all.keys().filter(is_literal);
        for domain in domains.iter().map(String::as_str).chain(literals) {
            self.locals(domain, &mut own);
            let beside = self.extended(&own, &with);
            let mut here: Vec<&str> = own.clone();
            here.extend(beside.iter().map(String::as_str));
            here.sort_unstable();
            here.dedup();
            let start = whole.len();
            for local in &here {
                locals.put(local, || ());
                whole.push(local);
            }
            if !own.is_empty() {
                of_domain.put(domain, || (start, whole.len()));
            }
        }
        for local in &self.named {
            locals.put(local, || ());
        }
        Keys {
            locals: locals.len() as u128 + 1,
            fresh_local: fresh("nobody", |name| locals.contains(name)),
            named: self.named.into_iter().collect(),
            domains,
            stands,
            fresh_domain: names.fresh,
            whole,
            of_domain,
            extension,
        }
    }
}

impl Keys {
    /// Collects what the tests of an axis name.
    pub(super) fn of<'q>(questions: impl IntoIterator<Item = &'q Question>, axis: Axis) -> Self {
        let mut collected = Collected::default();
        for question in questions {
            collected.add_question(question, axis);
        }
        collected.finish()
    }

    /// Returns the local-parts of the whole addresses of a domain, sorted, each with the number of
    /// its address.
    pub(super) fn own(&self, domain: &str) -> impl Iterator<Item = (&str, u32)> + Clone {
        let (start, end) = self.of_domain.get(domain).copied().unwrap_or_default();
        (start..end).map(|number| (self.whole.get(number), number))
    }

    /// Returns which domains that with a number stands for.
    pub(super) fn domain(&self, number: usize) -> InDomain<'_> {
        let name = self.domains.get(number).map_or("", String::as_str);
        match self.stands.get(number) {
            Some(true) if number == 0 => InDomain::Elsewhere,
            Some(true) => InDomain::Below(name.split_once('.').map_or("", |(_, above)| above)),
            _ => InDomain::Of(name),
        }
    }

    /// Returns the local-part that one with the fresh extension stands for, with any.
    pub(super) fn base<'k>(&self, local: &'k str) -> Option<&'k str> {
        let (base, extension) = local.split_once(DELIMITER)?;
        (self.extension.as_deref() == Some(extension)).then_some(base)
    }

    /// Returns the local-part that stands for one with an extension: the one with the fresh
    /// extension, if neither this local-part nor its whole address is a key.
    pub(super) fn stands_for(&self, local: &str, domain: &str) -> Option<String> {
        let (base, extension) = (without_extension(local)?, self.extension.as_ref()?);
        let within = self.of_domain.get(domain).copied().unwrap_or_default();
        let is_key = self.named(local).is_some()
            || (within.0..within.1).any(|number| self.whole.get(number) == local);
        (!is_key).then(|| format!("{base}{DELIMITER}{extension}"))
    }

    /// Returns the number of a local-part that is told apart in every domain.
    pub(super) fn named(&self, local: &str) -> Option<u32> {
        let find = |one: &String| one.as_str().cmp(local);
        let at = self.named.binary_search_by(find).ok()?;
        u32::try_from(at).ok()
    }

    /// Returns the local-part of such a number.
    pub(super) fn local(&self, number: u32) -> &str {
        self.named.get(number as usize).map_or("", String::as_str)
    }

    /// Returns whether a whole address is told apart.
    fn has(&self, local: &str, domain: &str) -> bool {
        let (mut start, mut end) = self.of_domain.get(domain).copied().unwrap_or_default();
        while start < end {
            let middle = start + (end - start) / 2;
            match self.whole.get(middle).cmp(local) {
                Ordering::Less => start = middle + 1,
                Ordering::Equal => return true,
                Ordering::Greater => end = middle,
            }
        }
        false
    }

    /// Returns the local-parts that are told apart in a domain, sorted, each with the number of its
    /// whole address, if it is one: all others are as the fresh one.
    pub(super) fn special(&self, domain: &str) -> Vec<(&str, Option<u32>)> {
        let own = self
            .own(domain)
            .map(|(local, number)| (local, Some(number)));
        let mut special: Vec<(&str, Option<u32>)> = own.collect();
        if !self.named.is_empty() {
            let named = self.named.iter().map(String::as_str);
            let beside = named.filter(|local| !self.has(local, domain));
            special.extend(beside.map(|local| (local, None)));
            special.sort_unstable();
        }
        special
    }

    /// Returns how many whole addresses are told apart.
    pub(super) fn wholes(&self) -> usize {
        self.whole.ends.len()
    }
}

/// Returns the table of a question that looks at addresses of this axis.
pub(super) fn address_table(question: &Question, axis: Axis) -> Option<&AddressTable> {
    match (axis, question) {
        (Axis::From, Question::From(table)) | (Axis::To, Question::To(table)) => Some(table),
        _ => None,
    }
}
