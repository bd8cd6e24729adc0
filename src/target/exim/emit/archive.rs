//! Archives: routers that hand on a copy, one for each mailbox and kind of mail.
//!
//! Their condition stands in the template: the address is one that the client has named, and none
//! that another leads to; and the mail is no bounce that Exim makes, which comes from no host and
//! has no sender (spec 4.96, section 11.9).

use std::collections::BTreeMap;

use super::postmaster;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain};
use crate::policy::Policy;
use crate::source::{Loc, Spanned};
use crate::target::exim::lexical::{Comment, List, Word};
use crate::target::exim::view::ArchiveRouter;

/// Whose mail one router copies.
#[derive(Clone, Copy)]
enum Of {
    Everybody,
    Senders,
    Recipients,
}

/// Returns the routers. An address that cannot be said was told.
pub(super) fn routers(policy: &Policy, diagnostics: &mut Diagnostics) -> Vec<ArchiveRouter> {
    let archive = &policy.archive;
    let mut copies: Vec<(Of, &Spanned<Address>, Vec<&Domain>)> = Vec::new();
    copies.extend(archive.all.iter().map(|to| (Of::Everybody, to, Vec::new())));
    for (of, named) in [(Of::Senders, &archive.from), (Of::Recipients, &archive.to)] {
        let mut by_mailbox: BTreeMap<&Address, (&Spanned<Address>, Vec<&Domain>)> = BTreeMap::new();
        for (domain, to) in named {
            let held = by_mailbox.entry(&to.value).or_insert((to, Vec::new()));
            held.1.push(domain);
        }
        copies.extend(by_mailbox.into_values().map(|(to, held)| (of, to, held)));
    }
    let mut routers = Vec::new();
    for (of, to, domains) in copies {
        if let Ok(mailbox) = postmaster::word(to, diagnostics) {
            let number = routers.len() + 1;
            routers.push(router(number, of, &to.at, &domains, mailbox));
        }
    }
    routers
}

fn router(number: usize, of: Of, at: &Loc, domains: &[&Domain], mailbox: Word) -> ArchiveRouter {
    let list = |word: fn(&Domain) -> Word| vec![List::of(domains.iter().map(|one| word(one)))];
    let (senders, domains) = match of {
        Of::Everybody => (Vec::new(), Vec::new()),
        Of::Senders => (list(Word::at_domain), Vec::new()),
        Of::Recipients => (Vec::new(), list(Word::domain)),
    };
    ArchiveRouter {
        line: Comment::line(at),
        name: Word::numbered("archive_", number),
        senders,
        domains,
        mailbox,
    }
}
