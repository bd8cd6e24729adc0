//! Regions in words: who, how, as whom, to whom.

mod addresses;
mod clients;
mod listed;
mod lists;
mod owners;
mod paths;
mod terms;

pub(super) use addresses::{LITERALS, foreign_recipients, named};
pub use lists::List;
pub(super) use lists::Lists;

use std::collections::BTreeSet;

use crate::prove::{Contrast, Facet, InDomain, Region, Sets};
use crate::spf::SpfResult;

/// Names what a region holds.
#[derive(Clone, Copy)]
pub(super) struct Words<'w, 'a, 't> {
    pub(super) contrast: &'w Contrast<'a, 't>,
    pub(super) sets: &'w Sets,
    /// What is cut short.
    pub(super) lists: &'w Lists,
}

impl<'a, 't> Words<'_, 'a, 't> {
    /// Returns whom the envelopes of a region concern, and the lists that this cuts short. To whom
    /// they are is not said if that may be anybody.
    pub(super) fn concerned(
        contrast: &Contrast<'a, 't>,
        region: &Region,
        sets: &Sets,
    ) -> (String, Vec<List>) {
        let lists = Lists::default();
        let words = Words {
            contrast,
            sets,
            lists: &lists,
        };
        let text = words.whom(region);
        let lists = lists.of(&[&text]);
        (text, lists)
    }

    /// Returns whether all recipients of a region are such as are named only where there is no
    /// other.
    pub(super) fn are_odd(contrast: &Contrast<'a, 't>, region: &Region, sets: &Sets) -> bool {
        let lists = Lists::default();
        let words = Words {
            contrast,
            sets,
            lists: &lists,
        };
        paths::are_odd(&words, region)
    }

    /// Returns a sentence about the envelopes of a region.
    pub(super) fn sentence(&self, region: &Region, verb: &str) -> String {
        let senders = paths::senders(self, region);
        let who = self.parts_of_who(region, senders.logins.as_ref());
        let what = [
            senders.text,
            paths::recipients(self, region),
            self.results(region),
        ];
        join([join(who), verb.to_owned(), join(what)])
    }

    /// Returns to whom the mail of a region is.
    pub(super) fn recipients(&self, region: &Region) -> String {
        paths::recipients(self, region)
    }

    /// Returns whom the mail of a region is from, unless that may be anybody.
    pub(super) fn senders(&self, region: &Region) -> String {
        paths::senders(self, region).text
    }

    fn whom(&self, region: &Region) -> String {
        let senders = paths::senders(self, region);
        let who = self.parts_of_who(region, senders.logins.as_ref());
        let to = if paths::are_anybody(self, region) {
            String::new()
        } else {
            paths::recipients(self, region)
        };
        join([
            join(who),
            senders.text,
            join([to, self.results(region), String::new()]),
        ])
    }

    /// Returns who sends: clients, sessions and logins. Of these only `owners` are meant, if some
    /// are given.
    fn parts_of_who(&self, region: &Region, owners: Option<&BTreeSet<String>>) -> [String; 3] {
        [
            clients::clients(self, region),
            self.sessions(region),
            self.logins(region, owners),
        ]
    }

    /// Returns whether a region holds all there is of a facet.
    fn is_all(&self, facet: Facet, region: &Region) -> bool {
        let members = self.sets.of(facet, region);
        u32::try_from(members.len()) == Ok(self.contrast.size(facet))
    }

    fn sessions(&self, region: &Region) -> String {
        if self.is_all(Facet::Session, region) {
            return String::new();
        }
        let sessions = self
            .contrast
            .sessions(&self.sets.of(Facet::Session, region));
        let all: Vec<u32> = (0..self.contrast.size(Facet::Session)).collect();
        let all = self.contrast.sessions(&all);
        let mut names: Vec<String> = Vec::new();
        // Port 25 beside a listener under TLS or without: of which of them it is shall be plain.
        let mut apart = false;
        for listener in crate::mail::Listener::ALL {
            let ways = |list: &[(crate::mail::Listener, bool)]| {
                let ways = list.iter().filter(|(one, _)| *one == listener);
                ways.map(|(_, tls)| *tls).collect::<Vec<bool>>()
            };
            let (here, there) = (ways(&sessions), ways(&all));
            match here.as_slice() {
                [] => {}
                [true] if there.len() > 1 => names.push(format!("{listener} under TLS")),
                [false] if there.len() > 1 => names.push(format!("{listener} without TLS")),
                _ => {
                    apart |= listener == crate::mail::Listener::Smtp;
                    names.push(listener.to_string());
                }
            }
        }
        if apart && names.iter().any(|name| name.ends_with(" TLS")) {
            names = names.iter().map(|name| format!("on {name}")).collect();
            return list(&names, "or");
        }
        format!("on {}", list(&names, "or"))
    }

    /// Returns which logins are meant: `owners`, if some are given.
    fn logins(&self, region: &Region, owners: Option<&BTreeSet<String>>) -> String {
        if owners.is_none() && self.is_all(Facet::Login, region) {
            return String::new();
        }
        let members = self.sets.of(Facet::Login, region);
        let (mut without, mut named, mut count) = (false, BTreeSet::new(), 0_u128);
        let (mut all, mut classes) = (0_u128, BTreeSet::new());
        for number in 0..self.contrast.size(Facet::Login) {
            let class = self.contrast.login(number);
            let inside = members.binary_search(&number).is_ok();
            // A login that only the tables of files name is nobody's to the policies.
            if !class.named {
                without |= inside;
                continue;
            }
            all = all.saturating_add(class.count);
            if inside {
                count = count.saturating_add(class.count);
                named.extend(class.members.into_iter().flatten());
                classes.insert(number);
            }
        }
        if let Some(owners) = owners {
            (without, count) = (false, owners.len() as u128);
            named.clone_from(owners);
        }
        let listed = match named.len() {
            0 => None,
            2.. if count == all => Some("with any listed login".to_owned()),
            _ => Some(format!(
                "authenticated as {}",
                self.these_logins(&named, count, &classes)
            )),
        };
        match (without, listed) {
            (true, None) => "without a listed login".to_owned(),
            (true, Some(listed)) => format!("{listed}, or without a listed login,"),
            (false, Some(listed)) => listed,
            (false, None) => String::new(),
        }
    }

    /// Returns some of so many logins of these classes: of a large class not all are at hand.
    fn these_logins(
        &self,
        some: &BTreeSet<String>,
        count: u128,
        classes: &BTreeSet<u32>,
    ) -> String {
        let shown: Vec<String> = some.iter().map(|login| format!("`{login}`")).collect();
        if some.iter().any(|login| self.stands_for_others(login)) {
            return self.lists.with_others(&shown);
        }
        let all = || {
            if shown.len() as u128 == count {
                return shown.clone();
            }
            let all = self.contrast.logins_of(classes).into_iter();
            all.map(|login| format!("`{login}`")).collect()
        };
        self.lists.of_so_many(&shown, count, "or", all)
    }

    /// Returns whether a login stands for others like it, which were left out.
    fn stands_for_others(&self, login: &str) -> bool {
        let [_, after] = self.contrast.policies();
        let login = after.logins.get(login);
        let mut mailboxes = login.iter().flat_map(|login| &login.mailboxes);
        mailboxes.any(|mailbox| self.contrast.stands_for_others(mailbox.domain()))
    }

    fn results(&self, region: &Region) -> String {
        let mut parts = Vec::new();
        for (facet, identity) in [(Facet::SpfFrom, "MAIL FROM"), (Facet::SpfHelo, "HELO")] {
            let results = self.contrast.results(facet, &self.sets.of(facet, region));
            let (word, shown): (&str, Vec<SpfResult>) = if results.len() > 4 {
                let missing = SpfResult::ALL.into_iter();
                (
                    "not ",
                    missing.filter(|one| !results.contains(one)).collect(),
                )
            } else {
                ("", results)
            };
            let shown: Vec<String> = shown.iter().map(|one| one.as_str().to_owned()).collect();
            if !shown.is_empty() {
                parts.push(format!("SPF of {identity} is {word}{}", list(&shown, "or")));
            }
        }
        parts.extend(self.helo(region));
        if parts.is_empty() {
            return String::new();
        }
        format!("where {}", parts.join(" and "))
    }

    /// Returns the HELO names of a region, unless it may be any: those that it has, or has not.
    fn helo(&self, region: &Region) -> Option<String> {
        if self.is_all(Facet::Helo, region) {
            return None;
        }
        let inside = self.sets.of(Facet::Helo, region);
        let all = 0..self.contrast.size(Facet::Helo);
        let outside: Vec<u32> = all
            .filter(|one| inside.binary_search(one).is_err())
            .collect();
        let inside = self.contrast.helos(&inside);
        let (word, shown) = if inside.contains(&InDomain::Elsewhere) {
            ("not ", self.contrast.helos(&outside))
        } else {
            ("", inside)
        };
        let names = shown.into_iter().map(|name| match name {
            InDomain::Of(name) => name.to_owned(),
            InDomain::Below(name) => format!("a name below {name}"),
            InDomain::Elsewhere => "any other".to_owned(),
        });
        let names: Vec<String> = names.collect();
        let names = self.lists.counted(&names, "or");
        Some(format!("HELO is {word}{names}"))
    }
}

/// Returns the parts of a sentence, with blanks between those that say something.
fn join(parts: [String; 3]) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Returns a list as a sentence has it: `a, b or c`.
pub(super) fn list(names: &[String], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., end] => format!("{} {last} {end}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn lists_read_as_sentences() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let [one, ..] = &names;
        assert_eq!(list(std::slice::from_ref(one), "or"), "a");
        assert_eq!(list(&names, "or"), "a, b or c");
    }
}
