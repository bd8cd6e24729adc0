//! Routers that depend on what the client writes: each way of writing is walked.

use std::collections::BTreeSet;

use super::walk::{Chain, Outcome, Purpose, Walk};
use super::{Driver, Routers, Whom};
use crate::decision::{Chooser, Destination, Unanswered};
use crate::mail::Address;
use crate::source::Loc;

impl Routers {
    /// Notes which routers deliver what no file names.
    pub(in super::super) fn note_anybody(&mut self, numbers: &BTreeSet<usize>) {
        for (place, router) in self.list.iter_mut().enumerate() {
            router.whom = match router.whom {
                Whom::Host => Whom::Host,
                _ if numbers.contains(&place) => Whom::Anybody,
                Whom::Named | Whom::Anybody => Whom::Named,
            };
        }
    }

    /// Returns a router that takes what is not ours without what stands behind a `+`, and so hands
    /// it to somebody else (`rcpt_include_affixes` is off).
    pub(in super::super) fn cuts_others(&self) -> Option<&Loc> {
        let mut routers = self.list.iter().filter(|router| router.cuts());
        let cutting = routers.find(|router| match &router.driver {
            Driver::Exchangers(transport) | Driver::Literal(transport) => {
                !transport.includes_affixes
            }
            Driver::Hosts { transport, .. } => {
                router.whom == Whom::Anybody && !transport.includes_affixes
            }
            Driver::Accept(_) | Driver::Redirect(..) => false,
        });
        cutting.map(|router| &router.at)
    }

    /// Returns whether a recipient is verified by what the sender is.
    pub(in super::super) fn verify_by_sender(&self) -> bool {
        self.choosers.contains(&Chooser::ReversePath)
    }

    /// Returns every set of what a client may have written.
    pub(in super::super) fn writings(&self) -> Vec<BTreeSet<Chooser>> {
        let mut all = vec![BTreeSet::new()];
        for chooser in &self.choosers {
            let with = all.clone().into_iter().map(|mut set| {
                set.insert(chooser.clone());
                set
            });
            all.extend(with.collect::<Vec<_>>());
        }
        all
    }
}

impl Driver {
    /// Returns whether it can lead where the client chooses.
    pub(super) fn is_chosen(&self) -> bool {
        matches!(self, Self::Redirect(value, _) if value.is_chosen())
    }
}

impl Walk<'_> {
    fn writing(&self, given: BTreeSet<Chooser>) -> Self {
        Self { given, ..*self }
    }

    /// Returns where an address leads while it is verified, to which those of a chain have led,
    /// which is made longer; and before them so many others. Headers are not there yet.
    pub(super) fn verify(
        &self,
        address: &Address,
        before: usize,
        chain: &mut Chain,
    ) -> Result<Outcome, Unanswered> {
        let mut other = chain.clone();
        let outcome = self.verify_behind(address, before, chain)?;
        if !self.routers.verify_by_sender() {
            return Ok(outcome);
        }
        let with = BTreeSet::from([Chooser::ReversePath]);
        let with = self.writing(with);
        let same = with.verify_behind(address, before, &mut other)? == outcome;
        chain.extend(other);
        Ok(if same { outcome } else { Outcome::Chosen })
    }

    /// Returns every final mailbox and next hop of an address, sorted, whatever the client writes.
    pub(in super::super) fn destinations(
        &self,
        asked: &Address,
    ) -> Result<Vec<Destination>, Unanswered> {
        let mut writings = self.routers.writings().into_iter();
        let first = writings.next().unwrap_or_default();
        let first = self.writing(first).destinations_given(asked)?;
        let mut found = first.clone();
        let mut differ = false;
        for given in writings {
            let more = self.writing(given).destinations_given(asked)?;
            differ |= more != first;
            found.extend(more);
        }
        // SOUNDNESS: where the mail goes depends on the client, so this must not look like a policy
        // that leads to all of these.
        let is_chosen = |one: &Destination| matches!(one, Destination::Chosen(_));
        if differ && !found.iter().any(is_chosen) {
            found.extend(
                self.routers
                    .choosers
                    .first()
                    .cloned()
                    .map(Destination::Chosen),
            );
        }
        Ok(found.into_iter().collect())
    }

    /// The same, of a recipient that somebody has named at RCPT. It is nobody's if it is verified
    /// by an address of others: DNS has to answer for that.
    pub(in super::super) fn destinations_of_recipient(
        &self,
        asked: &Address,
    ) -> Result<Vec<Destination>, Unanswered> {
        let mut found = self.destinations(asked)?;
        let stays = |one: &Destination| matches!(one, Destination::Mailbox { .. });
        if !found.iter().all(stays) && self.hangs(asked)? {
            found.push(Destination::Undeliverable);
            found.sort();
            found.dedup();
        }
        Ok(found)
    }

    /// Returns whether a recipient is verified by an address of others that it leads to: that is,
    /// if DNS answers for its host (`verify_address` in verify.c of 4.96).
    fn hangs(&self, asked: &Address) -> Result<bool, Unanswered> {
        let first = self.router(asked, Purpose::Verify, &Vec::new())?;
        let is_led = first.is_some_and(|(_, one)| matches!(one.driver, Driver::Redirect(..)));
        if !is_led {
            return Ok(false);
        }
        let outcome = self.verify_behind(asked, 0, &mut Chain::new())?;
        Ok(matches!(outcome, Outcome::Foreign | Outcome::Hop { .. }))
    }
}
