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
            // A record that is named and not there is an error of theirs.
            Self::Text => &[Supposed::Match],
            Self::Exchangers => &[Supposed::Nothing],
            Self::Addresses => &[Supposed::Match, Supposed::Nothing],
            Self::Names => &[],
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
    /// The addresses of names of which nothing is known.
    neutral: Cell<(Ipv4Addr, Ipv6Addr)>,
}

impl<'a> Known<'a> {
    pub(super) fn new(records: &'a Zone) -> Self {
        Self {
            records,
            supposed: RefCell::default(),
            hosts: RefCell::default(),
            check: RefCell::default(),
            neutral: Cell::new(LAST),
        }
    }

    /// Returns the names of which nothing is known.
    pub(super) fn supposed(&self) -> BTreeSet<String> {
        self.supposed.borrow().clone()
    }

    /// Works while names of which nothing is known have this address, instead of the last of all.
    pub(super) fn at<T>(&self, address: IpAddr, work: impl FnOnce() -> T) -> T {
        let (v4, v6) = LAST;
        self.neutral.set(match address {
            IpAddr::V4(v4) => (v4, v6),
            IpAddr::V6(v6) => (v4, v6),
        });
        let done = work();
        self.neutral.set(LAST);
        done
    }

    /// Makes a check. It passes if it does whatever stands at the names of which nothing is known,
    /// as long as records of SPF are there and good; else it is one that does not pass, or none if
    /// it was given up.
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
            if evaluation.result != SpfResult::Pass {
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
        first.filter(|_| open.is_empty())
    }

    /// Returns what is known of a name, or what `suppose` makes of what is supposed.
    fn or<T>(
        &self,
        (name, asked): (&str, Asked),
        answer: Result<T, DnsError>,
        suppose: impl Fn(Option<IpAddr>) -> T,
    ) -> Result<T, DnsError> {
        if !self.is_unknown((name, asked), answer.as_ref().err()) {
            return answer;
        }
        self.supposed.borrow_mut().insert(name.to_owned());
        match self.suppose(name, asked) {
            (Supposed::Neutral, _) => Ok(suppose(None)),
            (Supposed::Match, client) => Ok(suppose(client)),
            (Supposed::Nothing, _) => Err(DnsError::NoRecords),
        }
    }

    /// Returns whether nothing is known of what is asked. Of a name that the policy publishes
    /// something of, others may publish addresses; not of one that it publishes addresses of.
    fn is_unknown(&self, (name, asked): (&str, Asked), error: Option<&DnsError>) -> bool {
        match error {
            Some(DnsError::NoSuchName) => true,
            Some(DnsError::NoRecords) => match asked {
                Asked::Addresses => {
                    self.records.a(name).is_err() && self.records.aaaa(name).is_err()
                }
                Asked::Exchangers => true,
                Asked::Text | Asked::Names => false,
            },
            Some(DnsError::Failed | DnsError::Silent) | None => false,
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

/// The last addresses there are: no packet comes from either.
const LAST: (Ipv4Addr, Ipv6Addr) = (Ipv4Addr::BROADCAST, Ipv6Addr::from_bits(u128::MAX));

/// Returns whether an address is that of a name of which nothing is known.
pub(super) fn is_supposed(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address == LAST.0,
        IpAddr::V6(address) => address == LAST.1,
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
        let (neutral, _) = self.neutral.get();
        self.or((name, Asked::Addresses), self.records.a(name), |client| {
            vec![match client {
                Some(IpAddr::V4(client)) => client,
                Some(IpAddr::V6(_)) | None => neutral,
            }]
        })
    }

    fn aaaa(&self, name: &str) -> Result<Vec<Ipv6Addr>, DnsError> {
        let (_, neutral) = self.neutral.get();
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
