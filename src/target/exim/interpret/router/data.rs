//! What the data of `redirect` routers come to while a recipient is verified (spec 4.96, chapter
//! 22).

use std::sync::Arc;

use super::address_list::{Data, data};
use super::sender::Unknown;
use super::walk::{Chain, Outcome, Walk};
use super::{Driver, Permits, Redirect, Routers};
use crate::decision::{AddressKey, Test, Unanswered};
use crate::diagnostic::Reported;
use crate::mail::Address;
use crate::source::Loc;
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::truth::{Facts, Truth, truth};
use crate::target::exim::interpret::value::{self, Piece, Value};

impl Routers {
    /// Names the addresses and hosts that the routers lead to by themselves.
    pub(in super::super) fn keys(
        &self,
        qualify: Option<&str>,
        key: &mut dyn FnMut(AddressKey, &str),
    ) {
        for router in &self.list {
            match &router.driver {
                Driver::Redirect(value, _) => data_keys(value, qualify, key),
                Driver::Hosts { rules, .. } => {
                    for rule in rules {
                        key(AddressKey::Domain, &rule.host);
                    }
                }
                Driver::Accept(_) | Driver::Exchangers(_) | Driver::Literal(_) => {}
            }
        }
    }
}

fn data_keys(value: &Value, qualify: Option<&str>, key: &mut dyn FnMut(AddressKey, &str)) {
    let mut name = |text: &str| {
        if let Ok(Data::To(to)) = data(text, qualify) {
            for address in to {
                key(AddressKey::Address, &address.to_string());
                key(AddressKey::Domain, address.domain().as_str());
            }
        }
    };
    match value {
        Value::Choice(_, yes, no) => {
            data_keys(yes, qualify, key);
            data_keys(no, qualify, key);
        }
        Value::Pieces(pieces) => match (value::as_text(pieces), pieces.as_slice()) {
            (Some(text), _) => name(&text),
            (None, [Piece::Row(lookup)]) => {
                for row in &lookup.rows.list {
                    name(&row.value);
                }
            }
            _ => {}
        },
        Value::Fail | Value::Defer => {}
    }
}

impl Reader<'_> {
    /// Makes what redirections come to, now that all routers are known.
    pub(super) fn link(&mut self, routers: &mut Routers) {
        // Each redirection is made of the values alone: a child is walked by its values, not by
        // what its own router was linked to.
        for number in 0..routers.list.len() {
            let Some(router) = routers.list.get(number) else {
                continue;
            };
            let Driver::Redirect(value, Redirect::Unknown(permits)) = &router.driver else {
                continue;
            };
            let (value, permits, at) = (value.clone(), *permits, router.at.clone());
            if let Ok(made) = self.redirection(&value, permits, (routers, number), &at)
                && let Some(router) = routers.list.get_mut(number)
            {
                router.driver = Driver::Redirect(value, made);
            }
        }
    }

    fn redirection(
        &mut self,
        value: &Value,
        permits: Permits,
        of: (&Routers, usize),
        at: &Loc,
    ) -> Result<Redirect, Reported> {
        let pieces = match value {
            Value::Choice(condition, yes, no) => {
                let yes = self.redirection(yes, permits, of, at)?;
                let no = self.redirection(no, permits, of, at)?;
                return Ok(Redirect::Choice(
                    Arc::clone(condition),
                    Arc::new(yes),
                    Arc::new(no),
                ));
            }
            Value::Fail => return Ok(Redirect::Decline),
            Value::Defer => return Ok(Redirect::Is(Outcome::Defer)),
            Value::Pieces(pieces) => pieces,
        };
        if let Some(text) = value::as_text(pieces) {
            let outcome = self.outcome_of(&text, permits, of, at)?;
            return Ok(outcome.map_or(Redirect::Decline, Redirect::Is));
        }
        if let [Piece::Chosen(_)] = pieces.as_slice() {
            return Ok(Redirect::Is(Outcome::Chosen));
        }
        let [Piece::Row(lookup)] = pieces.as_slice() else {
            let reason = "mailpol does not follow the addresses it makes";
            return Err(self.service("data", reason, at));
        };
        let mut declining = Vec::new();
        let mut failing = Vec::new();
        let mut deferring = Vec::new();
        let before = self.diagnostics.errors();
        for row in &lookup.rows.list {
            let list = match self.outcome_of(&row.value, permits, of, &row.at) {
                Ok(None) => &mut declining,
                Ok(Some(Outcome::Fail | Outcome::Unrouteable)) => &mut failing,
                Ok(Some(Outcome::Defer)) => &mut deferring,
                Ok(Some(
                    Outcome::Here | Outcome::Foreign | Outcome::Hop { .. } | Outcome::Chosen,
                ))
                | Err(_) => continue,
            };
            list.push(row.value.to_string());
        }
        self.diagnostics.failed_since(before)?;
        let [declines, fails, defers] = [
            (" that declines", declining),
            (" that fails", failing),
            (" that defers", deferring),
        ]
        .map(|(what, mut values)| {
            values.sort_unstable();
            self.finds(lookup, what, &|row| {
                let found = values.binary_search_by(|value| value.as_str().cmp(&row.value));
                found.is_ok()
            })
        });
        Ok(Redirect::Row {
            declines: declines?,
            fails: fails?,
            defers: defers?,
        })
    }

    /// Returns what data come to while a recipient is verified; none if the router declines.
    ///
    /// One address that it leads to is verified in its turn; of several none is (section 44.51).
    fn outcome_of(
        &mut self,
        text: &str,
        permits: Permits,
        (routers, number): (&Routers, usize),
        at: &Loc,
    ) -> Result<Option<Outcome>, Reported> {
        let data = data(text, self.qualify_recipient.as_deref());
        let data = match data.and_then(|data| permits.check(data)) {
            Ok(data) => data,
            Err(reason) => return Err(self.service("data", reason, at)),
        };
        Ok(Some(match data {
            Data::Decline => return Ok(None),
            Data::Fail => Outcome::Fail,
            Data::Defer => Outcome::Defer,
            Data::Chosen(_) => Outcome::Chosen,
            Data::To(to) => match to.as_slice() {
                [one] => {
                    let tests: &[Test] = self.catalogue.tests();
                    let qualify = self.qualify_recipient.as_deref();
                    let walk = Walk::new(routers, tests, qualify, &Unknown);
                    // No router that verifies asks for the sender.
                    let led = |before: usize, chain: &mut Chain| {
                        let outcome = walk.verify(one, before, chain);
                        outcome.unwrap_or(Outcome::Defer)
                    };
                    // Whoever it is that this router leads there.
                    let mut chain = Chain::new();
                    let outcome = led(1, &mut chain);
                    // An address that comes back to this router is passed over if the router has
                    // led it here, and not if it has led another (`route_address` in route.c of
                    // 4.96).
                    let hangs = |of: &(usize, Address)| {
                        let mut chain = vec![of.clone()];
                        of.0 == number
                            && walk.leads(number, &of.1, one)
                            && led(0, &mut chain) != outcome
                    };
                    if chain.iter().any(hangs) {
                        let reason = "an address that it leads to comes back, and ends otherwise \
                                      where it came in itself";
                        return Err(self.service("data", reason, at));
                    }
                    outcome
                }
                _ => Outcome::Here,
            },
        }))
    }
}

impl Permits {
    /// Refuses data that Exim does not take from this router.
    fn check(self, data: Data) -> Result<Data, &'static str> {
        let (permitted, reason) = match &data {
            Data::Fail => (self.fail, "`:fail:` is an error without `allow_fail`"),
            Data::Defer => (self.defer, "`:defer:` is an error without `allow_defer`"),
            Data::To(to) if to.is_empty() => (
                self.blackhole,
                "`:blackhole:` is an error with `forbid_blackhole`",
            ),
            Data::Decline | Data::Chosen(_) | Data::To(_) => (true, ""),
        };
        if permitted { Ok(data) } else { Err(reason) }
    }
}

impl Redirect {
    /// Returns what it comes to; none if the router declines.
    pub(super) fn outcome(&self, facts: &mut dyn Facts) -> Result<Option<Outcome>, Unanswered> {
        match self {
            Self::Unknown(_) => Ok(Some(Outcome::Defer)),
            Self::Decline => Ok(None),
            Self::Is(outcome) => Ok(Some(match outcome {
                // The message goes to the address that it leads to, not to the recipient's host.
                Outcome::Here | Outcome::Foreign | Outcome::Hop { .. } => Outcome::Here,
                Outcome::Chosen => Outcome::Chosen,
                Outcome::Fail => Outcome::Fail,
                Outcome::Defer => Outcome::Defer,
                Outcome::Unrouteable => Outcome::Unrouteable,
            })),
            Self::Choice(condition, yes, no) => match truth(condition, facts)? {
                Truth::Yes => yes.outcome(facts),
                Truth::No => no.outcome(facts),
                Truth::Forced => Ok(None),
                Truth::Defer => Ok(Some(Outcome::Defer)),
            },
            Self::Row {
                declines,
                fails,
                defers,
            } => {
                for (condition, outcome) in [
                    (declines, None),
                    (fails, Some(Outcome::Fail)),
                    (defers, Some(Outcome::Defer)),
                ] {
                    if truth(condition, facts)? == Truth::Yes {
                        return Ok(outcome);
                    }
                }
                Ok(Some(Outcome::Here))
            }
        }
    }
}
