//! Values by whole address, gathered by domain: perhaps a million of them.
//!
//! Whoever goes through all addresses goes from domain to domain, and there from local-part to
//! local-part in order: then nothing is hashed but the domain, and what is read lies together.

use std::sync::OnceLock;

use super::key_map::{KeyMap, Probe};

/// A map from addresses, given as local-part and domain. A key may have several values.
#[derive(Debug, Clone)]
pub(crate) struct AddressMap<V> {
    domains: KeyMap<()>,
    /// The domain of the last entry: the next one is most often in it too.
    last: Option<u32>,
    /// The local-parts of the entries, one behind the other.
    text: String,
    entries: Vec<Entry<V>>,
    /// Made when it is first looked at.
    order: OnceLock<Order>,
}

#[derive(Debug, Clone)]
struct Entry<V> {
    /// Where its local-part ends in the text.
    end: usize,
    domain: u32,
    value: V,
}

/// The entries, sorted by the number of the domain and the local-part; those of one key as they
/// were put in.
#[derive(Debug, Clone)]
struct Order {
    /// The numbers of the entries.
    sorted: Vec<u32>,
    /// By domain: where its entries begin in `sorted`. One more says where the last ones end.
    starts: Vec<u32>,
}

impl<V> Default for AddressMap<V> {
    fn default() -> Self {
        Self {
            domains: KeyMap::default(),
            last: None,
            text: String::new(),
            entries: Vec::new(),
            order: OnceLock::new(),
        }
    }
}

impl<V> AddressMap<V> {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Makes room for so many values more.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.entries.reserve_exact(count);
    }

    /// Adds a value.
    pub(crate) fn push(&mut self, local: &str, domain: &str, value: V) {
        self.order.take();
        let last = self.last.filter(|last| self.domains.key(*last) == domain);
        let number = last.unwrap_or_else(|| self.domains.put(domain, || ()));
        self.last = Some(number);
        self.text.push_str(local);
        self.entries.push(Entry {
            end: self.text.len(),
            domain: number,
            value,
        });
    }

    /// Returns the domains, in the order in which they came.
    pub(crate) fn domains(&self) -> impl Iterator<Item = &str> {
        self.domains.keys()
    }

    /// Returns all keys with their values, in the order in which they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str, &V)> {
        let numbered = (0..).zip(&self.entries);
        numbered.map(|(number, entry)| {
            let domain = self.domains.key(entry.domain);
            (self.local(number), domain, &entry.value)
        })
    }

    /// Returns the first value of an address.
    pub(crate) fn get(&self, local: &str, domain: Probe<'_>) -> Option<&V> {
        self.all(local, domain).next()
    }

    /// Returns the values of an address, in the order in which they came.
    pub(crate) fn all<'m>(
        &'m self,
        local: &str,
        domain: Probe<'_>,
    ) -> impl Iterator<Item = &'m V> + use<'m, V> {
        self.within(domain).all(local)
    }

    /// Returns the entries of a domain, to be gone through.
    pub(crate) fn within(&self, domain: Probe<'_>) -> Within<'_, V> {
        let range = || {
            let order = self.order.get_or_init(|| self.sort());
            let number = self.domains.number(domain)? as usize;
            let (start, end) = (order.starts.get(number)?, order.starts.get(number + 1)?);
            order.sorted.get(*start as usize..*end as usize)
        };
        let all = if self.is_empty() { None } else { range() };
        let all = all.unwrap_or_default();
        Within {
            map: self,
            all,
            rest: all,
        }
    }

    /// Returns the local-part of an entry.
    fn local(&self, number: u32) -> &str {
        let number = number as usize;
        let end = |number: usize| self.entries.get(number).map_or(0, |entry| entry.end);
        let start = number.checked_sub(1).map_or(0, end);
        self.text.get(start..end(number)).unwrap_or_default()
    }

    fn sort(&self) -> Order {
        let mut starts: Vec<u32> = vec![0; self.domains.len() + 1];
        for entry in &self.entries {
            if let Some(count) = starts.get_mut(entry.domain as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut sorted: Vec<u32> = vec![0; self.entries.len()];
        for (number, entry) in (0..).zip(&self.entries) {
            if let Some(next) = next.get_mut(entry.domain as usize) {
                if let Some(slot) = sorted.get_mut(*next as usize) {
                    *slot = number;
                }
                *next += 1;
            }
        }
        let mut rest = sorted.as_mut_slice();
        let mut before = 0;
        for start in starts.iter().skip(1) {
            let (own, others) = rest.split_at_mut((*start - before) as usize);
            own.sort_by(|a, b| self.local(*a).cmp(self.local(*b)));
            (rest, before) = (others, *start);
        }
        Order { sorted, starts }
    }
}

/// The entries of a domain, from some local-part on.
#[derive(Debug)]
pub(crate) struct Within<'m, V> {
    map: &'m AddressMap<V>,
    all: &'m [u32],
    rest: &'m [u32],
}

impl<V> Clone for Within<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Within<'_, V> {}

impl<'m, V> Within<'m, V> {
    /// Goes on to a local-part, which must not come before one that was gone to, and returns its
    /// values.
    pub(crate) fn go_to(&mut self, local: &str) -> impl Iterator<Item = &'m V> + use<'m, V> {
        let map = self.map;
        let ahead = self.rest.iter();
        let before = ahead.take_while(|number| map.local(**number) < local);
        self.rest = self.rest.get(before.count()..).unwrap_or_default();
        self.at(local)
    }

    /// Returns the first value of a local-part, wherever it is.
    pub(crate) fn find(&self, local: &str) -> Option<&'m V> {
        self.all(local).next()
    }

    /// Returns the values of a local-part, wherever it is.
    pub(crate) fn all(&self, local: &str) -> impl Iterator<Item = &'m V> + use<'m, V> {
        let map = self.map;
        let behind = self
            .all
            .partition_point(|number| map.local(*number) < local);
        let rest = self.all.get(behind..).unwrap_or_default();
        Self { rest, ..*self }.at(local)
    }

    /// Returns the values of the local-part, if it comes next.
    fn at(&self, local: &str) -> impl Iterator<Item = &'m V> + use<'m, V> {
        let map = self.map;
        let same = self.rest.iter();
        let count = same.take_while(|number| map.local(**number) == local);
        let numbers = self.rest.get(..count.count()).unwrap_or_default();
        let entries = numbers
            .iter()
            .map(|number| map.entries.get(*number as usize));
        entries.flatten().map(|entry| &entry.value)
    }

    /// Returns the local-parts, ascending; one as often as it has values.
    pub(crate) fn locals(&self) -> impl Iterator<Item = &'m str> + use<'m, V> {
        let map = self.map;
        self.rest.iter().map(|number| map.local(*number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_domain_and_local_part() {
        let mut map: AddressMap<u32> = AddressMap::default();
        let rows = [
            ("b", "x.example"),
            ("a", "y.example"),
            ("a", "x.example"),
            ("b", "x.example"),
        ];
        for (number, (local, domain)) in (0..).zip(rows) {
            map.push(local, domain, number);
        }
        let all =
            |local, domain| -> Vec<u32> { map.all(local, Probe::new(domain)).copied().collect() };
        assert_eq!(all("a", "x.example"), [2]);
        assert_eq!(all("b", "x.example"), [0, 3]);
        assert_eq!(all("a", "y.example"), [1]);
        assert_eq!(all("aa", "x.example"), [0; 0]);
        assert_eq!(all("a", "z.example"), [0; 0]);
        let mut within = map.within(Probe::new("x.example"));
        assert_eq!(within.locals().collect::<Vec<_>>(), ["a", "b", "b"]);
        assert_eq!(within.go_to("aa").count(), 0);
        assert_eq!(within.go_to("b").copied().collect::<Vec<_>>(), [0, 3]);
        assert_eq!(within.go_to("c").count(), 0);
        map.push("c", "x.example", 4);
        assert_eq!(map.get("c", Probe::new("x.example")), Some(&4));
    }
}
