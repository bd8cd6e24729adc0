//! The policy's own records, and beside them names of which nothing is known.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::spf::{Dns, DnsError, Mx, Zone};

/// Answers from the policy's own records. A name that they do not hold is supposed to have a
/// record that decides nothing, and is remembered.
pub(super) struct Known<'a> {
    records: &'a Zone,
    supposed: RefCell<BTreeSet<String>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(records: &'a Zone) -> Self {
        Self {
            records,
            supposed: RefCell::default(),
        }
    }

    /// Returns the names of which nothing is known.
    pub(super) fn supposed(&self) -> BTreeSet<String> {
        self.supposed.borrow().clone()
    }

    /// SOUNDNESS: an included record that is neutral about everybody makes no check pass that a
    /// real one, free of errors, would not also pass or leave as it was. A check that passes by
    /// our own records alone passes whatever stands there.
    fn or<T>(&self, name: &str, answer: Result<T, DnsError>, suppose: T) -> Result<T, DnsError> {
        if let Err(DnsError::NoSuchName) = answer {
            self.supposed.borrow_mut().insert(name.to_owned());
            return Ok(suppose);
        }
        answer
    }
}

impl Dns for Known<'_> {
    fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, DnsError> {
        self.or(name, self.records.txt(name), vec![b"v=spf1 ?all".to_vec()])
    }

    fn mx(&self, name: &str) -> Result<Vec<Mx>, DnsError> {
        let exchange = name.to_owned();
        let one = vec![Mx {
            preference: 10,
            exchange,
        }];
        self.or(name, self.records.mx(name), one)
    }

    fn a(&self, name: &str) -> Result<Vec<Ipv4Addr>, DnsError> {
        self.or(name, self.records.a(name), vec![Ipv4Addr::BROADCAST])
    }

    fn aaaa(&self, name: &str) -> Result<Vec<Ipv6Addr>, DnsError> {
        self.or(name, self.records.aaaa(name), vec![Ipv6Addr::UNSPECIFIED])
    }

    fn ptr(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.or(
            name,
            self.records.ptr(name),
            vec!["nobody.invalid".to_owned()],
        )
    }
}
