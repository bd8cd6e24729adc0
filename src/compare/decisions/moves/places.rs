//! Where mail goes, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::super::words::{Lists, list};
use crate::decision::{Destination, place};

/// Where mail goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In the Maildir of this account.
    Account(String),
    /// There once more than on the other side, where there is a copy, too.
    Again(Box<Self>),
    At(Destination),
    /// To the exchangers of the recipient's own domain, or to the host of its address literal.
    Own,
}

/// Returns the places in words, of recipients in one domain, if they are.
pub(super) fn places(lists: &Lists, places: &BTreeSet<Place>, domain: Option<&str>) -> String {
    let accounts = places.iter().filter_map(|one| match one {
        Place::Account(login) => Some(login.clone()),
        Place::Again(_) | Place::At(_) | Place::Own => None,
    });
    let accounts: Vec<String> = accounts.collect();
    let others = places
        .iter()
        .filter(|one| !matches!(one, Place::Account(_)));
    let mut names: Vec<String> = match accounts.as_slice() {
        [] => Vec::new(),
        [login] => vec![format!("to the account {login}")],
        _ => {
            let logins = lists.counted(&accounts, "and");
            vec![format!("to the accounts {logins}")]
        }
    };
    names.extend(others.map(|one| one.name(domain)));
    list(&names, "and")
}

/// Returns where each of some recipients' mail goes, if not to the same places: the first few.
pub(super) fn each(lists: &Lists, places_of: &BTreeMap<String, Vec<String>>) -> String {
    let each = |names: &dyn Fn(&[String]) -> String| {
        let all = places_of.iter();
        let mut all: Vec<String> = all
            .map(|(to, whose)| format!("{} {to}", names(whose)))
            .collect();
        all.sort();
        all
    };
    let few = each(&|whose| lists.counted(whose, "and"));
    let all = || each(&|whose| list(whose, "and"));
    let text = lists.parts(few, all, |rest| format!("and to {rest} more"));
    format!("each to its own place ({text})")
}

impl Place {
    fn name(&self, domain: Option<&str>) -> String {
        match (self, domain) {
            (Self::Account(login), _) => format!("to the account {login}"),
            (Self::Again(place), _) => format!("{} a second time", place.name(domain)),
            (Self::At(destination), _) => place(destination),
            (Self::Own, Some(domain)) => format!("out to {domain}"),
            (Self::Own, None) => "out to the recipient's own domain".to_owned(),
        }
    }
}
