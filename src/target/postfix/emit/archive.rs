//! Archives: who gets a copy of mail that comes in (cleanup(8)).

use std::collections::BTreeMap;

use super::table::Table;
use super::{Emission, address};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Address, Domain};
use crate::policy::Policy;
use crate::source::Spanned;
use crate::target::postfix::lexical::{Comment, Key, Outcome};
use crate::target::postfix::view::CopiesPart;
use crate::target::render::render;

/// Returns the part of main.cf.
pub(super) fn part(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let archive = &policy.archive;
    let all = archive.all.iter();
    let all: Result<Vec<_>, Reported> = all
        .map(|to| address(&to.value, &to.at, diagnostics))
        .collect();
    let reference = |table: Option<Table>| table.map(|table| table.reference());
    let [senders, recipients] = tables(policy).map(reference);
    let view = CopiesPart {
        always: all?,
        senders: senders.into_iter().collect(),
        recipients: recipients.into_iter().collect(),
    };
    render(view, diagnostics)
}

/// Adds the tables.
pub(super) fn write(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let archive = &emission.policy.archive;
    for to in archive.from.values().chain(archive.to.values()) {
        address(&to.value, &to.at, diagnostics)?;
    }
    for table in tables(emission.policy).into_iter().flatten() {
        table.write(emission, diagnostics)?;
    }
    Ok(())
}

/// The tables of senders and of recipients, if there are any.
fn tables(policy: &Policy) -> [Option<Table>; 2] {
    let archive = &policy.archive;
    let senders = "Of whose mail a copy is kept (postconf(5), sender_bcc_maps).";
    let recipients = "For whom a copy of mail is kept (postconf(5), recipient_bcc_maps).";
    [
        table("sender-archives", senders, &archive.from),
        table("recipient-archives", recipients, &archive.to),
    ]
}

fn table(name: &str, about: &str, copies: &BTreeMap<Domain, Spanned<Address>>) -> Option<Table> {
    let mut table = Table::new(name, Comment::new(about));
    for (domain, to) in copies {
        let outcome = Outcome::addresses([&to.value]);
        table.push(Key::at_domain(domain), &outcome, Some(&to.at));
    }
    (!copies.is_empty()).then_some(table)
}
