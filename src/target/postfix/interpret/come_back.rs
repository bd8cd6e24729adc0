//! Mail that local(8) takes for a loop, and reports that smtpd(8) offers to whoever asks.
//!
//! Before it delivers, local(8) looks for a `Delivered-To:` header with the recipient's address,
//! and bounces the message if there is one (`deliver_recipient` in `recipient.c`,
//! `delivered_hdr_init` in `delivered_hdr.c` of 3.7.11). The header is the client's, and the bounce
//! goes to whoever the client says it is. virtual(8) does not look (`deliver_maildir`).

use std::collections::BTreeSet;

use super::by_sender::BySender;
use super::class::Class;
use super::decide::PostfixDecider;
use super::diagnostics::{UnjudgedParameter, UnjudgedTable};
use super::parameter::Settings;
use super::pattern;
use super::route::{Delivery, OWN_LITERAL};
use super::table::{self, Files, Table};
use crate::decision::{ByWriting, Destination, Returned, Store};
use crate::diagnostic::Diagnostics;
use crate::source::Loc;

/// The headers that cleanup(8) takes out, and where that is said.
#[derive(Debug)]
pub(super) struct Removed {
    /// A domain that local(8) delivers for and whose addresses such a header may name.
    left: Option<String>,
    at: Loc,
}

impl Removed {
    /// Reads `header_checks`: none, or tables of which every row is one that is known.
    pub(super) fn read(
        settings: &Settings<'_>,
        delivery: &Delivery,
        artifacts: &Files<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let name = "header_checks";
        let mut removed = BTreeSet::new();
        for spec in settings.text(name, diagnostics).words() {
            let rows = match table::open(&spec, artifacts, diagnostics) {
                Ok(Table::Patterns(rows)) => rows,
                Ok(Table::Rows { .. } | Table::Cidr(_) | Table::Static(_)) => {
                    let reason = "the header would decide, and may redirect";
                    diagnostics.error(UnjudgedParameter::new(name, reason, &spec.at()));
                    continue;
                }
                Err(_) => continue,
            };
            for row in &rows {
                if let Some(domain) = pattern::delivered_to(row.value.trim_ascii_end()) {
                    removed.insert(domain);
                } else {
                    let reason = "the pattern is not on the closed list of docs/targets/postfix.md";
                    diagnostics.error(UnjudgedTable::new(&row.value, reason, &row.at));
                }
            }
        }
        let left = match delivery.domains_of_local() {
            Some(all) => {
                let mut left = all.into_iter().filter(|one| !removed.contains(*one));
                left.next().map(str::to_owned)
            }
            None => Some("anywhere.example".to_owned()),
        };
        Self {
            left,
            at: settings.place(name),
        }
    }
}

impl PostfixDecider {
    /// Returns how mail can come back that goes there.
    pub(super) fn comes_back(&self, destination: &Destination) -> Option<Returned> {
        self.delivered_before(destination).or_else(|| {
            let mut programs = self.programs.iter().flatten();
            programs.find_map(|program| {
                Some(Returned {
                    by: ByWriting::Notify,
                    at: program.reports.clone()?,
                })
            })
        })
    }

    fn delivered_before(&self, destination: &Destination) -> Option<Returned> {
        let Destination::Mailbox { mailbox, store } = destination else {
            return None;
        };
        // An address literal of the host is local(8)'s, whatever the tables say.
        let own = (mailbox.domain().as_str() == OWN_LITERAL).then_some(OWN_LITERAL);
        let domain = own.or(self.removed.left.as_deref())?;
        if self.delivery.deliver_virtually(mailbox, mailbox) == *destination {
            return None;
        }
        let user = match store {
            Store::Account(user) => user,
            Store::Directory(path) | Store::File(path) => {
                path.rsplit('/').next().unwrap_or_default()
            }
        };
        Some(Returned {
            by: ByWriting::Header(format!("Delivered-To: {user}@{domain}")),
            at: self.removed.at.clone(),
        })
    }
}

impl Delivery {
    /// Returns the domains of the addresses that local(8) may be handed; none if these are more
    /// than the files name.
    fn domains_of_local(&self) -> Option<BTreeSet<&str>> {
        let is_local = |channel: &str| {
            let program = self.services.get(channel);
            program.is_some_and(|program| program == "local")
        };
        let leads = |value: &str| is_local(value.split(':').next().unwrap_or_default());
        let mut by_sender = self.by_sender.iter().flat_map(BySender::values);
        if by_sender.any(leads) {
            return None;
        }
        let mut all = self.transports.domains_led(&leads)?;
        for (class, default) in &self.defaults {
            if !leads(default) {
                continue;
            }
            let is_open = *class == Class::Relay && !self.relay_parents.is_empty();
            if *class == Class::Default || is_open {
                return None;
            }
            let domains = self.classes.iter().filter(|(_, one)| *one == class);
            all.extend(domains.map(|(domain, _)| domain.as_str()));
        }
        Some(all)
    }
}
