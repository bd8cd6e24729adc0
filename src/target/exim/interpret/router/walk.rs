//! How an address goes through the routers (spec 4.96, sections 3.7 to 3.12).

use std::collections::BTreeSet;

use super::address_list::{Data, data};
use super::sender::Sender;
use super::text::{Known, Made};
use super::{Driver, Router, Routers, Whom};
use crate::decision::{Chooser, Destination, Hop, Test, Unanswered};
use crate::mail::Address;
use crate::target::exim::interpret::truth::{Facts, Truth, resolve, truth};
use crate::target::exim::interpret::value::{Piece, Value};

/// What more redirections than these have led to is deferred: a routing loop (`route_address` in
/// route.c of 4.96, which counts from nought).
const DEPTH_MAX: usize = 101;

/// Where an address leads, as far as a recipient is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Outcome {
    /// It is delivered here, or redirected.
    Here,
    /// To the mail exchangers of its domain, or the host of its literal.
    Foreign,
    /// To a next hop.
    Hop {
        /// The next hop.
        hop: Hop,
        /// Whether its router is for addresses that the files name, and takes no others.
        named: bool,
    },
    /// To an address that the client chooses: whether that one is verified is its choice as well.
    Chosen,
    /// `:fail:`
    Fail,
    /// `:defer:`, or something could not be completed.
    Defer,
    /// No router takes it.
    Unrouteable,
}

/// Whether the domain is an address literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum DomainKind {
    /// A name.
    Name,
    /// An address literal.
    Literal,
}

/// Whether an address is verified or a message delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Purpose {
    /// An address is verified.
    Verify,
    /// A message is delivered.
    Deliver,
}

impl Routers {
    /// Returns where a recipient leads, of whom only answers are known.
    pub(in super::super) fn outcome(
        &self,
        facts: &mut dyn Facts,
        domain: DomainKind,
        purpose: Purpose,
    ) -> Result<Outcome, Unanswered> {
        for router in self.list.iter().filter(|router| router.runs(purpose)) {
            match truth(&router.conditions, facts)? {
                Truth::Yes => {}
                Truth::No | Truth::Forced => continue,
                Truth::Defer => return Ok(Outcome::Defer),
            }
            if let Some(data) = &router.address_data {
                match resolve(data, facts)? {
                    Value::Fail => {
                        if router.more {
                            continue;
                        }
                        return Ok(Outcome::Unrouteable);
                    }
                    Value::Defer => return Ok(Outcome::Defer),
                    Value::Pieces(_) | Value::Choice(..) => {}
                }
            }
            if let Some(outcome) = router.outcome(facts, domain)? {
                return Ok(outcome);
            }
            if !router.more {
                break;
            }
        }
        Ok(Outcome::Unrouteable)
    }
}

impl Router {
    fn runs(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Verify => self.verifies,
            Purpose::Deliver => self.delivers,
        }
    }

    /// Returns where the router leads; none if it declines.
    fn outcome(
        &self,
        facts: &mut dyn Facts,
        domain: DomainKind,
    ) -> Result<Option<Outcome>, Unanswered> {
        let literal = domain == DomainKind::Literal;
        Ok(match &self.driver {
            Driver::Accept(_) => Some(Outcome::Here),
            Driver::Exchangers(_) => (!literal).then_some(Outcome::Foreign),
            Driver::Literal(_) => literal.then_some(Outcome::Foreign),
            Driver::Hosts { rules, .. } => {
                for rule in rules {
                    match truth(&rule.domains, facts)? {
                        Truth::Yes => {
                            return Ok(Some(Outcome::Hop {
                                hop: rule.hop.clone(),
                                named: !literal && self.whom == Whom::Named,
                            }));
                        }
                        Truth::No | Truth::Forced => {}
                        Truth::Defer => return Ok(Some(Outcome::Defer)),
                    }
                }
                None
            }
            Driver::Redirect(_, redirect) => redirect.outcome(facts)?,
        })
    }
}

/// Walks addresses that are known.
pub(in super::super) struct Walk<'w> {
    pub(super) routers: &'w Routers,
    pub(super) tests: &'w [Test],
    pub(super) qualify: Option<&'w str>,
    /// What the client has written.
    pub(super) given: BTreeSet<Chooser>,
    /// Who answers for the sender.
    pub(super) sender: &'w dyn Sender,
}

/// Which routers have handled which addresses on the way.
pub(super) type Chain = Vec<(usize, Address)>;

impl<'w> Walk<'w> {
    pub(in super::super) fn new(
        routers: &'w Routers,
        tests: &'w [Test],
        qualify: Option<&'w str>,
        sender: &'w dyn Sender,
    ) -> Self {
        Self {
            routers,
            tests,
            qualify,
            given: BTreeSet::new(),
            sender,
        }
    }

    /// Returns where an address leads while it is verified, to which those of a chain have led,
    /// which is made longer; and before them so many others.
    pub(super) fn verify_behind(
        &self,
        address: &Address,
        before: usize,
        chain: &mut Chain,
    ) -> Result<Outcome, Unanswered> {
        let mut address = address.clone();
        while before + chain.len() <= DEPTH_MAX {
            let Some((number, router)) = self.router(&address, Purpose::Verify, chain)? else {
                return Ok(Outcome::Unrouteable);
            };
            let Driver::Redirect(value, _) = &router.driver else {
                let mut known = self.known(&address);
                let outcome = router.outcome(&mut known, DomainKind::Name)?;
                return Ok(outcome.unwrap_or(Outcome::Unrouteable));
            };
            match self.data(value, &address, router) {
                Some(Data::To(to)) => match to.as_slice() {
                    [one] => {
                        chain.push((number, address));
                        address = one.clone();
                    }
                    _ => return Ok(Outcome::Here),
                },
                Some(Data::Chosen(_)) => return Ok(Outcome::Chosen),
                Some(Data::Fail) => return Ok(Outcome::Fail),
                Some(Data::Decline | Data::Defer) | None => return Ok(Outcome::Defer),
            }
        }
        Ok(Outcome::Defer)
    }

    /// Returns whether the redirection with this number leads one address to the other alone.
    pub(super) fn leads(&self, number: usize, from: &Address, to: &Address) -> bool {
        let Some(router) = self.routers.list.get(number) else {
            return false;
        };
        let Driver::Redirect(value, _) = &router.driver else {
            return false;
        };
        matches!(self.data(value, from, router), Some(Data::To(all)) if all == [to.clone()])
    }

    /// Returns every final mailbox and next hop of an address, sorted.
    pub(super) fn destinations_given(
        &self,
        asked: &Address,
    ) -> Result<BTreeSet<Destination>, Unanswered> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<(Address, Address, Chain)> =
            vec![(asked.clone(), asked.clone(), Chain::new())];
        while let Some((address, mailbox, chain)) = open.pop() {
            // An address that leads to itself goes on behind the router that it came from: it is no
            // duplicate (section 22.5; `af_homonym`).
            let behind: Vec<usize> = chain
                .iter()
                .filter(|(_, of)| *of == address)
                .map(|(number, _)| *number)
                .collect();
            // Another way may be so long that it ends.
            let visit = (address.clone(), mailbox.clone(), behind, chain.len());
            if !seen.insert(visit) {
                continue;
            }
            if chain.len() > DEPTH_MAX {
                found.insert(Destination::Undeliverable);
                continue;
            }
            let Some((number, router)) = self.router(&address, Purpose::Deliver, &chain)? else {
                found.insert(Destination::Undeliverable);
                continue;
            };
            let Driver::Redirect(value, _) = &router.driver else {
                let taken = router.taken(&address);
                let mailbox = if mailbox == address { &taken } else { &mailbox };
                let to = self.delivery(router, &address, mailbox);
                found.insert(if taken == *asked {
                    to
                } else {
                    to.of_another(&taken)
                });
                continue;
            };
            match self.data(value, &address, router) {
                Some(Data::Chosen(by)) => {
                    found.insert(Destination::Chosen(by));
                }
                Some(Data::To(to)) if to.is_empty() => {
                    found.insert(Destination::Discard);
                }
                Some(Data::To(to)) => {
                    let mut chain = chain.clone();
                    chain.push((number, address));
                    for child in to {
                        let mailbox = if is_internal(&child) {
                            mailbox.clone()
                        } else {
                            child.clone()
                        };
                        open.push((child, mailbox, chain.clone()));
                    }
                }
                Some(Data::Fail | Data::Defer | Data::Decline) | None => {
                    found.insert(Destination::Undeliverable);
                }
            }
        }
        Ok(found)
    }

    /// Returns the number of the router that delivers mail for an address.
    pub(super) fn takes(&self, address: &Address) -> Result<Option<usize>, Unanswered> {
        let found = self.router(address, Purpose::Deliver, &Chain::new())?;
        Ok(found.map(|(number, _)| number))
    }

    pub(super) fn known<'k>(&'k self, address: &'k Address) -> Known<'k> {
        Known {
            tests: self.tests,
            address,
            given: &self.given,
            sender: self.sender,
        }
    }

    /// Returns the router that takes an address, and its number; none too if one cannot tell.
    ///
    /// A router that has handled the same address on the way to this one is left out.
    pub(super) fn router(
        &self,
        address: &Address,
        purpose: Purpose,
        chain: &Chain,
    ) -> Result<Option<(usize, &'w Router)>, Unanswered> {
        for (number, router) in self.routers.list.iter().enumerate() {
            let handled = |(one, of): &(usize, Address)| *one == number && of == address;
            if !router.runs(purpose) || chain.iter().any(handled) {
                continue;
            }
            let mut known = self.known(address);
            match truth(&router.conditions, &mut known)? {
                Truth::Yes => {}
                Truth::No | Truth::Forced => continue,
                // Routing ends (`check_router_conditions` in route.c of 4.96): it gets nothing now.
                Truth::Defer => return Ok(None),
            }
            let data = router.address_data.as_ref();
            let data = data.map(|data| self.text(data, address, router));
            if matches!(data, Some(Made::Defer)) {
                return Ok(None);
            }
            let has_data = !matches!(data, Some(Made::Fail));
            let takes = has_data
                && match &router.driver {
                    Driver::Redirect(value, _) => {
                        self.data(value, address, router) != Some(Data::Decline)
                    }
                    Driver::Accept(_)
                    | Driver::Exchangers(_)
                    | Driver::Literal(_)
                    | Driver::Hosts { .. } => {
                        let outcome = router.outcome(&mut known, DomainKind::Name);
                        outcome.ok().flatten().is_some()
                    }
                };
            if takes {
                return Ok(Some((number, router)));
            }
            if !router.more {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Returns what the data of a redirection say; none if they cannot be read.
    fn data(&self, value: &Value, address: &Address, router: &Router) -> Option<Data> {
        let chosen = resolve(value, &mut self.known(address));
        if let Ok(Value::Pieces(pieces)) = chosen
            && let [Piece::Chosen(by)] = pieces.as_slice()
        {
            return Some(Data::Chosen(by.clone()));
        }
        match self.text(value, address, router) {
            Made::Is(text) => data(&text, self.qualify).ok(),
            Made::Fail => Some(Data::Decline),
            Made::Defer => Some(Data::Defer),
        }
    }

    fn delivery(&self, router: &Router, address: &Address, mailbox: &Address) -> Destination {
        match &router.driver {
            Driver::Accept(delivery) => self.store(delivery, router, address, mailbox),
            Driver::Hosts { .. } => {
                match router.outcome(&mut self.known(address), DomainKind::Name) {
                    Ok(Some(Outcome::Hop { hop, .. })) => Destination::Hop(hop),
                    _ => Destination::Undeliverable,
                }
            }
            Driver::Exchangers(_) | Driver::Literal(_) | Driver::Redirect(..) => {
                Destination::Exchangers(address.domain().to_string())
            }
        }
    }
}

/// Returns whether an address is one that only a configuration uses to reach a mailbox.
fn is_internal(address: &Address) -> bool {
    let domain = address.domain().as_str();
    !domain.contains('.') || domain.ends_with(".invalid") || domain.ends_with(".localhost")
}
