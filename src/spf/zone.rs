//! Answers from maps: DNS for tests, simulations and zone files, without a network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Bound::{Included, Unbounded};

use super::dns::{Dns, DnsError, Mx, RecordType};

/// CNAME records followed for one question. A longer chain fails, as in common resolvers.
pub const CNAMES_MAX: usize = 10;

/// Everything that DNS is to know. What is not in it does not exist.
///
/// Names are compared without regard to case, and one final dot is ignored.
///
/// ```
/// use mailpol::spf::{Dns, DnsError, Zone};
/// let mut zone = Zone::new();
/// zone.add_txt("example.com", "v=spf1 -all");
/// assert_eq!(zone.txt("example.com"), Ok(vec![b"v=spf1 -all".to_vec()]));
/// assert_eq!(zone.mx("example.com"), Err(DnsError::NoRecords));
/// assert_eq!(zone.txt("example.org"), Err(DnsError::NoSuchName));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Zone {
    /// Keyed by the labels from the right: what lies below a name begins with it and a dot.
    nodes: BTreeMap<String, Node>,
}

/// The records of one name.
#[derive(Debug, Clone, Default)]
struct Node {
    a: Vec<Ipv4Addr>,
    aaaa: Vec<Ipv6Addr>,
    mx: Vec<Mx>,
    ptr: Vec<String>,
    txt: Vec<Vec<u8>>,
    cname: Option<String>,
    failing: BTreeSet<RecordType>,
}

impl Zone {
    /// Returns a zone in which no name exists.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an A record.
    pub fn add_a(&mut self, name: &str, address: Ipv4Addr) {
        self.node(name).a.push(address);
    }

    /// Adds an AAAA record.
    pub fn add_aaaa(&mut self, name: &str, address: Ipv6Addr) {
        self.node(name).aaaa.push(address);
    }

    /// Adds an MX record.
    pub fn add_mx(&mut self, name: &str, preference: u16, exchange: &str) {
        let exchange = exchange.to_owned();
        self.node(name).mx.push(Mx {
            preference,
            exchange,
        });
    }

    /// Adds a PTR record; `name` is the one under `in-addr.arpa` or `ip6.arpa`.
    pub fn add_ptr(&mut self, name: &str, target: &str) {
        self.node(name).ptr.push(target.to_owned());
    }

    /// Adds a TXT record, its strings already joined.
    pub fn add_txt(&mut self, name: &str, text: impl Into<Vec<u8>>) {
        self.node(name).txt.push(text.into());
    }

    /// Makes the name an alias of another. The last one set counts.
    pub fn set_cname(&mut self, name: &str, target: &str) {
        self.node(name).cname = Some(target.to_owned());
    }

    /// Lets every question about the name fail.
    pub fn fail(&mut self, name: &str) {
        self.node(name).failing.extend(RecordType::ALL);
    }

    /// Lets questions for one record type of the name fail.
    pub fn fail_type(&mut self, name: &str, record_type: RecordType) {
        self.node(name).failing.insert(record_type);
    }

    /// Returns what the name itself is an alias of, without following it.
    pub fn cname(&self, name: &str) -> Result<String, DnsError> {
        let node = self.find(&key(name))?;
        if node.failing.len() == RecordType::ALL.len() {
            return Err(DnsError::Failed);
        }
        node.cname.clone().ok_or(DnsError::NoRecords)
    }

    fn node(&mut self, name: &str) -> &mut Node {
        self.nodes.entry(key(name)).or_default()
    }

    /// Follows aliases to the node that answers for the name. A chain that is too long or
    /// comes back to itself is an error (RFC 1034 section 3.6.2).
    fn resolve(&self, name: &str, record_type: RecordType) -> Result<&Node, DnsError> {
        let mut wanted = key(name);
        for _ in 0..=CNAMES_MAX {
            let node = self.find(&wanted)?;
            if node.failing.contains(&record_type) {
                return Err(DnsError::Failed);
            }
            match &node.cname {
                Some(target) => wanted = key(target),
                None => return Ok(node),
            }
        }
        Err(DnsError::Failed)
    }

    /// Finds the node of a name, or of the wildcard that stands for it: the one directly below
    /// the closest ancestor that exists (RFC 4592 section 3.3.1).
    fn find(&self, wanted: &str) -> Result<&Node, DnsError> {
        if let Some(node) = self.nodes.get(wanted) {
            return Ok(node);
        }
        if self.has_below(wanted) {
            return Err(DnsError::NoRecords);
        }
        let mut rest = wanted;
        while let Some((ancestor, _)) = rest.rsplit_once('.') {
            if self.nodes.contains_key(ancestor) || self.has_below(ancestor) {
                let wildcard = self.nodes.get(&format!("{ancestor}.*"));
                return wildcard.ok_or(DnsError::NoSuchName);
            }
            rest = ancestor;
        }
        // The root is always there.
        self.nodes.get("*").ok_or(DnsError::NoSuchName)
    }

    /// Tells whether there is anything below the name.
    fn has_below(&self, name: &str) -> bool {
        let below = format!("{name}.");
        let from = self
            .nodes
            .range::<str, _>((Included(below.as_str()), Unbounded));
        from.into_iter()
            .next()
            .is_some_and(|(found, _)| found.starts_with(&below))
    }

    /// Answers with copies of the records that `records` picks.
    fn answer<T: Clone>(
        &self,
        name: &str,
        record_type: RecordType,
        records: impl Fn(&Node) -> &Vec<T>,
    ) -> Result<Vec<T>, DnsError> {
        let found = records(self.resolve(name, record_type)?);
        if found.is_empty() {
            Err(DnsError::NoRecords)
        } else {
            Ok(found.clone())
        }
    }
}

impl Dns for Zone {
    fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, DnsError> {
        self.answer(name, RecordType::Txt, |node| &node.txt)
    }

    fn mx(&self, name: &str) -> Result<Vec<Mx>, DnsError> {
        self.answer(name, RecordType::Mx, |node| &node.mx)
    }

    fn a(&self, name: &str) -> Result<Vec<Ipv4Addr>, DnsError> {
        self.answer(name, RecordType::A, |node| &node.a)
    }

    fn aaaa(&self, name: &str) -> Result<Vec<Ipv6Addr>, DnsError> {
        self.answer(name, RecordType::Aaaa, |node| &node.aaaa)
    }

    fn ptr(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.answer(name, RecordType::Ptr, |node| &node.ptr)
    }
}

/// Returns the labels from the right, in lower case.
fn key(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut key = String::with_capacity(name.len());
    for (number, label) in name.rsplit('.').enumerate() {
        if number > 0 {
            key.push('.');
        }
        key.push_str(label);
    }
    key.make_ascii_lowercase();
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        let mut zone = Zone::new();
        zone.add_a("Host.Example.com.", Ipv4Addr::LOCALHOST);
        zone.set_cname("alias.example.com", "host.example.com");
        zone.set_cname("loop1.example.com", "loop2.example.com");
        zone.set_cname("loop2.example.com", "loop1.example.com");
        zone.add_a("*.wild.example.com", Ipv4Addr::LOCALHOST);
        zone.fail("broken.example.com");
        zone.add_txt("half.example.com", "text");
        zone.fail_type("half.example.com", RecordType::A);
        zone
    }

    #[track_caller]
    fn check(name: &str, expected: Result<(), DnsError>) {
        assert_eq!(zone().a(name).map(|_| ()), expected);
    }

    #[test]
    fn names_are_found_as_dns_finds_them() {
        check("host.example.com", Ok(()));
        check("HOST.example.COM.", Ok(()));
        check("alias.example.com", Ok(()));
        check("any.wild.example.com", Ok(()));
        check("any.deep.wild.example.com", Ok(()));
        check("ost.example.com", Err(DnsError::NoSuchName));
        check("example.com", Err(DnsError::NoRecords));
        check("wild.example.com", Err(DnsError::NoRecords));
        check("", Err(DnsError::NoSuchName));
        check("a..com", Err(DnsError::NoSuchName));
    }

    #[test]
    fn a_name_with_a_dash_is_not_below_the_one_before_it() {
        let mut zone = Zone::new();
        zone.add_a("a.example-x", Ipv4Addr::LOCALHOST);
        zone.add_a("example-x", Ipv4Addr::LOCALHOST);
        assert_eq!(zone.a("example"), Err(DnsError::NoSuchName));
        zone.add_a("*.example", Ipv4Addr::LOCALHOST);
        assert_eq!(zone.a("example"), Err(DnsError::NoRecords));
        assert!(zone.a("b.example").is_ok());
        zone.add_a("*", Ipv4Addr::BROADCAST);
        assert_eq!(zone.a("other"), Ok(vec![Ipv4Addr::BROADCAST]));
        assert_eq!(zone.a("b.example-x"), Err(DnsError::NoSuchName));
    }

    #[test]
    fn failures_are_told_from_absence() {
        check("broken.example.com", Err(DnsError::Failed));
        check("half.example.com", Err(DnsError::Failed));
        check("loop1.example.com", Err(DnsError::Failed));
        assert!(zone().txt("half.example.com").is_ok());
    }

    #[test]
    fn an_alias_can_be_asked_for_without_following_it() {
        let alias = |name| zone().cname(name);
        assert_eq!(
            alias("Alias.example.com"),
            Ok("host.example.com".to_owned())
        );
        assert_eq!(alias("host.example.com"), Err(DnsError::NoRecords));
        assert_eq!(alias("no.example.com"), Err(DnsError::NoSuchName));
        assert_eq!(alias("broken.example.com"), Err(DnsError::Failed));
    }
}
