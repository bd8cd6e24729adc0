//! Clients that may relay, all of them: sets of 128-bit numbers as binary decision diagrams.
//!
//! One diagram is made of the declared prefixes alone, the longest last. The other is made of the
//! intervals between which a decider's tables change, each decided once. Diagrams are canonical:
//! the sets are the same if the diagrams are.

use std::collections::BTreeSet;
use std::net::IpAddr;

use biodivine_lib_bdd::{Bdd, BddVariable, BddVariableSet};
use ipnet::IpNet;
use mailpol::decision::{Decider, Envelope, Question, Verdict, run};
use mailpol::mail::{Listener, Path, canonical_client, prefix_range, v4_or_v6};
use mailpol::spf::SpfResult;

use crate::book;
use crate::site::{Network, Right, Site};

const BITS: u16 = 128;

struct Numbers {
    set: BddVariableSet,
    /// The highest bit first.
    bits: Vec<BddVariable>,
}

impl Numbers {
    fn new() -> Self {
        let set = BddVariableSet::new_anonymous(BITS);
        Self {
            bits: set.variables(),
            set,
        }
    }

    /// Returns the numbers whose first bits are those of `first`.
    fn prefix(&self, first: u128, length: usize) -> Bdd {
        let mut numbers = self.set.mk_true();
        for (place, bit) in self.bits.iter().take(length).enumerate() {
            let is_set = first >> (127 - place) & 1 == 1;
            numbers = numbers.and(&self.set.mk_literal(*bit, is_set));
        }
        numbers
    }

    /// Returns the numbers from one to another, as a sum of prefixes.
    fn interval(&self, first: u128, last: u128) -> Bdd {
        let mut numbers = self.set.mk_false();
        let mut start = first;
        loop {
            let mut free = start.trailing_zeros().min(127);
            while start
                .checked_add((1 << free) - 1)
                .is_none_or(|end| end > last)
            {
                free -= 1;
            }
            let length = 128 - free as usize;
            numbers = numbers.or(&self.prefix(start, length));
            match start.checked_add(1 << free) {
                Some(next) if next <= last => start = next,
                Some(_) | None => return numbers,
            }
        }
    }
}

/// Returns the clients that may relay by the declared prefixes.
pub(crate) fn by_the_book(site: &Site) -> Bdd {
    let numbers = Numbers::new();
    let mut prefixes: Vec<(IpNet, bool)> = Vec::new();
    for network in &site.networks {
        prefixes.extend(
            network
                .prefixes
                .iter()
                .map(|prefix| (*prefix, relays_by_the_book(site, network))),
        );
    }
    let length = |prefix: &IpNet| match prefix {
        IpNet::V4(net) => usize::from(net.prefix_len()) + 96,
        IpNet::V6(net) => usize::from(net.prefix_len()),
    };
    prefixes.sort_by_key(|(prefix, _)| length(prefix));
    let mut may = numbers.set.mk_false();
    for (prefix, may_relay) in prefixes {
        let first = match prefix.network() {
            IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
            IpAddr::V6(v6) => u128::from(v6),
        };
        let clients = numbers.prefix(first, length(&prefix));
        may = if may_relay {
            may.or(&clients)
        } else {
            may.and_not(&clients)
        };
    }
    may
}

/// Returns the clients of port 25, without a login, whose mail for strangers a decider accepts.
pub(crate) fn that_relay(decider: &dyn Decider) -> Bdd {
    let numbers = Numbers::new();
    let mut starts = BTreeSet::from([0_u128, 0xffff_0000_0000, 0x1_0000_0000_0000]);
    for test in decider.tests() {
        if let Question::Client(table) = &test.question {
            starts.extend(table.starts());
        }
    }
    let starts: Vec<u128> = starts.into_iter().collect();
    let mut may = numbers.set.mk_false();
    for (at, start) in starts.iter().enumerate() {
        let last = starts.get(at + 1).map_or(u128::MAX, |next| next - 1);
        if relays(decider, *start) {
            may = may.or(&numbers.interval(*start, last));
        }
    }
    may
}

fn relays(decider: &dyn Decider, client: u128) -> bool {
    let envelope = for_strangers(canonical_client(v4_or_v6(client)));
    let (decision, _) = run(decider, &envelope).expect("every envelope is decided");
    decision.verdict == Verdict::Accept
}

fn relays_by_the_book(site: &Site, network: &Network) -> bool {
    let envelope = for_strangers(network.prefixes[0].network());
    let covers = |right: &Right| book::covers(site, right, &envelope, None, envelope.tls);
    network.rights.iter().any(covers)
}

fn for_strangers(client: IpAddr) -> Envelope {
    Envelope {
        client,
        listener: Listener::Smtp,
        tls: false,
        login: None,
        helo: "mail.example".to_owned(),
        from: Path::parse("x@else.example", &[]),
        to: Path::parse("victim@victim.example", &[]),
        spf: SpfResult::Pass,
        spf_helo: SpfResult::Pass,
    }
}

#[test]
fn an_interval_is_the_sum_of_its_prefixes() {
    let numbers = Numbers::new();
    let net: IpNet = "10.0.0.0/9".parse().expect("a prefix");
    let (first, last) = prefix_range(net);
    assert!(numbers.interval(first, last) == numbers.prefix(first, 96 + 9));
    assert!(numbers.interval(0, u128::MAX).is_true());
    assert!(numbers.interval(5, 5) == numbers.prefix(5, 128));
    let whole = numbers.interval(3, 1000);
    assert!(whole == numbers.interval(3, 500).or(&numbers.interval(501, 1000)));
    assert!(whole != numbers.interval(3, 999));
}
