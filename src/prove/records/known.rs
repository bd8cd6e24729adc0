//! The policy's own records, and beside them names of which nothing is known.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::spf::{Dns, DnsError, Evaluation, Mx, SpfResult, Zone};

/// How often a check is made again with something else supposed, before it is given up.
const RUNS_MAX: usize = 256;

/// What is supposed to stand at a name of which nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Supposed {
    /// Records, and none that decides anything.
    Neutral,
    /// Records that whoever is checked meets.
    Match,
    /// None.
    Nothing,
}

/// What is asked of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Text,
    Exchangers,
    Addresses,
    /// Which names an address has. No other supposition is made: it would have to know the name
    /// that is looked for.
    Names,
}

impl Asked {
    /// Returns what else may stand there.
    const fn others(self) -> &'static [Supposed] {
        match self {
            Self::Text | Self::Addresses => &[Supposed::Match, Supposed::Nothing],
            // That an exchanger has no address says as much as that there is none.
            Self::Exchangers | Self::Names => &[],
        }
    }
}

/// A check of SPF that is being made.
#[derive(Debug)]
struct Check {
    client: IpAddr,
    /// What is supposed of the names that are asked, in the order in which they are.
    given: Vec<Supposed>,
    asked: Vec<(Asked, String, Supposed)>,
}

/// Answers from the policy's own records. A name that they do not hold is supposed to have a
/// record that decides nothing, and is remembered.
pub(super) struct Known<'a> {
    records: &'a Zone,
    supposed: RefCell<BTreeSet<String>>,
    /// Names that have addresses, whatever these are: mail leaves by them.
    hosts: RefCell<BTreeSet<String>>,
    check: RefCell<Option<Check>>,
    /// Whether supposed addresses are the first there are, instead of the last.
    is_first: Cell<bool>,
}

impl<'a> Known<'a> {
    pub(super) fn new(records: &'a Zone) -> Self {
        Self {
            records,
            supposed: RefCell::default(),
            hosts: RefCell::default(),
            check: RefCell::default(),
            is_first: Cell::new(false),
        }
    }

    /// Returns the names of which nothing is known.
    pub(super) fn supposed(&self) -> BTreeSet<String> {
        self.supposed.borrow().clone()
    }

    /// Works once, and if a name was supposed to have an address, once more with another one: the
    /// last of all, and the first. No prefix holds both but the one that holds all.
    pub(super) fn at_both_ends<T, E>(&self, work: impl Fn() -> Result<T, E>) -> Result<T, E> {
        let done = work()?;
        if self.supposed.borrow().is_empty() {
            return Ok(done);
        }
        self.is_first.set(true);
        let again = work();
        self.is_first.set(false);
        again
    }

    /// Makes a check. It passes if it does whatever stands at the names of which nothing is known,
    /// as long as that is no error; else it is one that does not pass, or none if it was given up.
    ///
    /// SOUNDNESS: to each name that a check asks everything else is supposed too that can change
    /// it, under everything that was supposed of the names before: a record that is met, and none.
    pub(super) fn whatever(
        &self,
        client: IpAddr,
        check: impl Fn() -> Evaluation,
    ) -> Option<Evaluation> {
        let mut first = None;
        let mut open = vec![Vec::new()];
        for _ in 0..RUNS_MAX {
            let Some(given) = open.pop() else {
                return first;
            };
            let known = given.len();
            self.check.replace(Some(Check {
                client,
                given,
                asked: Vec::new(),
            }));
            let evaluation = check();
            let asked = self.check.take().map_or_else(Vec::new, |check| check.asked);
            if asked.iter().any(|(asked, _, _)| *asked == Asked::Names) {
                return None;
            }
            let is_error = matches!(
                evaluation.result,
                SpfResult::Permerror | SpfResult::Temperror
            );
            if evaluation.result != SpfResult::Pass && (first.is_none() || !is_error) {
                return Some(evaluation);
            }
            for (at, (what, _, _)) in asked.iter().enumerate().skip(known) {
                let before = asked.iter().take(at).map(|(_, _, supposed)| *supposed);
                for other in what.others() {
                    open.push(before.clone().chain([*other]).collect());
                }
            }
            first.get_or_insert(evaluation);
        }
        None
    }

    /// Returns what is known of a name, or what `suppose` makes of what is supposed.
    fn or<T>(
        &self,
        (name, asked): (&str, Asked),
        answer: Result<T, DnsError>,
        suppose: impl Fn(Option<IpAddr>) -> T,
    ) -> Result<T, DnsError> {
        let Err(DnsError::NoSuchName) = answer else {
            return answer;
        };
        self.supposed.borrow_mut().insert(name.to_owned());
        match self.suppose(name, asked) {
            (Supposed::Neutral, _) => Ok(suppose(None)),
            (Supposed::Match, client) => Ok(suppose(client)),
            (Supposed::Nothing, _) => Err(DnsError::NoRecords),
        }
    }

    /// Returns what is supposed of a name, and who is checked.
    fn suppose(&self, name: &str, what: Asked) -> (Supposed, Option<IpAddr>) {
        let mut check = self.check.borrow_mut();
        let Some(check) = check.as_mut() else {
            if what == Asked::Addresses {
                self.hosts.borrow_mut().insert(name.to_owned());
            }
            return (Supposed::Neutral, None);
        };
        if what == Asked::Addresses && self.hosts.borrow().contains(name) {
            return (Supposed::Neutral, None);
        }
        let is_same = |one: &&(Asked, String, Supposed)| one.0 == what && one.1 == name;
        if let Some((_, _, supposed)) = check.asked.iter().find(is_same) {
            return (*supposed, Some(check.client));
        }
        let given = check.given.get(check.asked.len()).copied();
        let supposed = given.unwrap_or(Supposed::Neutral);
        check.asked.push((what, name.to_owned(), supposed));
        (supposed, Some(check.client))
    }
}

/// The first address there is and the last: no packet comes from either.
const V4: [Ipv4Addr; 2] = [Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST];
const V6: [Ipv6Addr; 2] = [Ipv6Addr::UNSPECIFIED, Ipv6Addr::from_bits(u128::MAX)];

/// Returns whether an address is that of a name of which nothing is known.
pub(super) fn is_supposed(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => V4.contains(&address),
        IpAddr::V6(address) => V6.contains(&address),
    }
}

impl Dns for Known<'_> {
    fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, DnsError> {
        self.or(
            (name, Asked::Text),
            self.records.txt(name),
            |client| match client {
                Some(_) => vec![b"v=spf1 +all".to_vec()],
                None => vec![b"v=spf1 ?all".to_vec()],
            },
        )
    }

    fn mx(&self, name: &str) -> Result<Vec<Mx>, DnsError> {
        self.or((name, Asked::Exchangers), self.records.mx(name), |_| {
            vec![Mx {
                preference: 10,
                exchange: name.to_owned(),
            }]
        })
    }

    fn a(&self, name: &str) -> Result<Vec<Ipv4Addr>, DnsError> {
        let [first, last] = V4;
        let neutral = if self.is_first.get() { first } else { last };
        self.or((name, Asked::Addresses), self.records.a(name), |client| {
            vec![match client {
                Some(IpAddr::V4(client)) => client,
                Some(IpAddr::V6(_)) | None => neutral,
            }]
        })
    }

    fn aaaa(&self, name: &str) -> Result<Vec<Ipv6Addr>, DnsError> {
        let [first, last] = V6;
        let neutral = if self.is_first.get() { first } else { last };
        self.or(
            (name, Asked::Addresses),
            self.records.aaaa(name),
            |client| {
                vec![match client {
                    Some(IpAddr::V6(client)) => client,
                    Some(IpAddr::V4(_)) | None => neutral,
                }]
            },
        )
    }

    fn ptr(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.or((name, Asked::Names), self.records.ptr(name), |_| Vec::new())
    }
}

#[cfg(test)]
mod tests;
