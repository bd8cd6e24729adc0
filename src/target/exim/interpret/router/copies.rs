//! Routers that hand on a copy (`unseen`, spec 4.96, section 15.1): who gets it, and of which mail.
//!
//! Of such a router is read what hands a copy to one address and lets the recipient itself go on as
//! if the router were not there: a `redirect` before all other routers, which verifies nothing. Its
//! condition is one known by its text: the address is one that the client has named, and the
//! message came from elsewhere or has a sender. What another address leads to is not the one it
//! came from (`$original_domain`, section 11.9), and so is not who gets the copy: nothing is copied
//! twice. The copy of an address that goes on below `unseen` has a parent, which is itself. Bounces
//! that Exim makes have neither a host nor a sender.

use super::{Routers, known};
use crate::decision::{At, Copies, Unanswered};
use crate::diagnostic::Reported;
use crate::mail::{Address, Path, PathForm};
use crate::source::Loc;
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::section::Instance;
use crate::target::exim::interpret::truth::{Facts, Truth, truth};
use crate::target::exim::interpret::value::{Bool, Part, View};

/// The condition by which mail is copied once.
const ONCE: &str = "${if and{\
     {eqi{$original_local_part@$original_domain}{$local_part@$domain}}\
     {or{{def:sender_host_address}{def:sender_address}}}}}";

/// What such a router may say besides.
const KNOWN: [&str; 12] = [
    "condition",
    "data",
    "debug_print",
    "domains",
    "driver",
    "expn",
    "forbid_file",
    "forbid_pipe",
    "hide_child_in_errmsg",
    "senders",
    "unseen",
    "verify",
];

/// A router that hands on a copy.
#[derive(Debug)]
pub(super) struct Copied {
    /// Of which mail.
    conditions: Bool,
    /// To whom.
    to: Address,
    /// The words that say so.
    at: Loc,
}

impl Routers {
    /// Returns who gets a copy of a message, by its sender and the recipient that is named.
    pub(in super::super) fn copied(&self, facts: &mut dyn Facts) -> Result<Copies, Unanswered> {
        let mut found = Copies::default();
        for copied in &self.copies {
            if truth(&copied.conditions, facts)? == Truth::Yes {
                found.add(copied.to.clone(), At::Place(copied.at.clone()));
            }
        }
        Ok(found)
    }
}

impl Reader<'_> {
    /// Reads a router with `unseen`; none if it has none. `is_first`: no other router stands before
    /// it.
    pub(super) fn copied(
        &mut self,
        instance: &Instance,
        is_first: bool,
    ) -> Result<Option<Copied>, Reported> {
        let Some(unseen) = instance.get("unseen") else {
            return Ok(None);
        };
        if !unseen.boolean(self.diagnostics)? {
            return Ok(None);
        }
        let copied = self.at_place(Place::Router, |reader| reader.copy(instance, is_first));
        self.set_no_data();
        copied.map(Some)
    }

    fn copy(&mut self, instance: &Instance, is_first: bool) -> Result<Copied, Reported> {
        let reason = self.unfollowed(instance, is_first)?;
        if let Some(reason) = reason {
            return Err(self.service("unseen", reason, &instance.at));
        }
        for setting in &instance.settings {
            if !KNOWN.contains(&setting.name.as_str()) {
                let reason = "what it does to a copy is not followed";
                return Err(self.service(&setting.name, reason, &setting.at));
            }
            self.known_option(&[known::ROUTER, known::REDIRECT], setting);
        }
        let is_hidden = match instance.get("hide_child_in_errmsg") {
            Some(hidden) => hidden.boolean(self.diagnostics)?,
            None => false,
        };
        if !is_hidden {
            let reason = "a bounce would tell who wrote the message of the copy: add \
                          `hide_child_in_errmsg` (section 22.7)";
            return Err(self.service("unseen", reason, &instance.at));
        }
        self.recipient_view = View::Parsed;
        let mut conditions = Vec::new();
        if let Some(domains) = instance.get("domains") {
            let list = domains.text(self.diagnostics)?;
            conditions.push(self.precondition(Part::Domain, &list)?);
        }
        conditions.extend(self.senders(instance)?);
        let Some(data) = instance.get("data") else {
            return Err(self.syntax("the router has no `data`", &instance.at));
        };
        let text = data.text(self.diagnostics)?;
        let path = Path::parse(text.as_str(), &[]);
        let to = path.address().filter(|_| path.form() == PathForm::Plain);
        match to.filter(|_| !text.as_str().contains('$')) {
            Some(to) => Ok(Copied {
                conditions: Bool::All(conditions),
                to,
                at: text.at(),
            }),
            None => Err(self.service("data", "a copy goes to one plain address", &text.at())),
        }
    }

    /// Returns why a router with `unseen` is not followed.
    fn unfollowed(
        &mut self,
        instance: &Instance,
        is_first: bool,
    ) -> Result<Option<&'static str>, Reported> {
        if self.is_closed {
            return Ok(Some(
                "whom copies of mail made on the host go to is not followed",
            ));
        }
        if !is_first {
            return Ok(Some(
                "mail that a router above it takes would not be copied, and which that is is not \
                 followed",
            ));
        }
        let driver = match instance.get("driver") {
            Some(driver) => driver.text(self.diagnostics)?.as_str().to_owned(),
            None => String::new(),
        };
        if driver != "redirect" {
            return Ok(Some("only a `redirect` that hands on a copy is followed"));
        }
        let verifies = match instance.get("verify") {
            Some(verify) => verify.boolean(self.diagnostics)?,
            None => true,
        };
        if verifies {
            return Ok(Some(
                "who is a recipient would hang on the copy: add `no_verify`",
            ));
        }
        let mut all = instance.settings.iter();
        let mut conditions = all.by_ref().filter(|one| one.name == "condition");
        let (first, second) = (conditions.next(), conditions.next());
        let text = match first {
            Some(condition) => condition.text(self.diagnostics)?.as_str().to_owned(),
            None => String::new(),
        };
        Ok((text != ONCE || second.is_some())
            .then_some("which mail is copied, and whether only once, is not followed"))
    }

    fn set_no_data(&mut self) {
        self.domain_data = None;
        self.local_part_data = None;
        self.recipient_view = View::Parsed;
    }
}
