//! What the rows of something name: what the MTA may look up next.

use super::names::{Entity, Names};
use super::own::logins;
use super::records::Records;
use super::said::begins_address;
use crate::mail::is_of_word;

/// A name in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    /// An address of ours: its local-part, and the number of its domain.
    Address(&'a str, u32),
    /// A domain of ours by itself, or one that is near the name which stands there: with it any
    /// local-part may be looked up.
    Domain(u32),
    /// A login.
    Login(u32),
}

/// Hands on what the rows of something name beside it.
pub(super) fn seen(of: Entity, records: &Records<'_, '_>, take: &mut dyn FnMut(Seen<'_>)) {
    let names = records.names();
    let mut own = Vec::new();
    // Of too many some are enough: the others are kept besides.
    let _ = logins(names, of, &mut own);
    let domain = match of {
        Entity::Recipient(one) => names.recipients.get(one as usize).map(|one| one.domain),
        Entity::Domain(one) => Some(one),
        Entity::Login(_) => None,
    };
    let rows = records.ground.rows;
    rows.each(names.number(of), &mut |_, _, rest| {
        line(rest, (names, domain), &mut |word| {
            if !matches!(word, Seen::Login(login) if own.contains(&login)) {
                take(word);
            }
        });
    });
}

/// A list of names, and the domain among them whose own name says nothing.
type Known<'n, 'p> = (&'n Names<'p>, Option<u32>);

/// Hands on what a line names.
fn line(text: &str, known: Known<'_, '_>, take: &mut dyn FnMut(Seen<'_>)) {
    let mut start = 0;
    // What stands before an `@` right before the word.
    let mut local: Option<&str> = None;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let end = rest.bytes().position(|octet| !is_of_word(octet));
        let end = end.unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if !word.is_empty() {
            for word in [word, word.trim_matches(['.', '-', '_'])] {
                one(word, local, known, take);
                let lower = word.to_ascii_lowercase();
                if lower != word {
                    one(&lower, local, known, take);
                }
            }
        }
        // Another octet before it belongs to the local-part.
        let before = text.get(..start).unwrap_or_default();
        let is_before = behind.starts_with('@') && !word.is_empty() && begins_address(before);
        local = is_before.then_some(word);
        // A delimiter is one octet, since others are of words.
        start += end + 1;
    }
}

fn one(
    word: &str,
    local: Option<&str>,
    (names, own): Known<'_, '_>,
    take: &mut dyn FnMut(Seen<'_>),
) {
    if let Some(login) = names.login(word) {
        take(Seen::Login(login));
    }
    match (names.domain(word), local) {
        (Some(domain), Some(local)) => take(Seen::Address(local, domain)),
        (Some(domain), None) if Some(domain) == own => {}
        _ => names.around(word, &mut |domain| take(Seen::Domain(domain))),
    }
}
