//! The words of a comparison: of what was with what would be, or of two targets.

use super::{Change, Kind};
use crate::prove::{Contrast, Facet, Sets, is_latitude_of_targets};

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Between {
    /// What was, and what would be.
    Times,
    /// Nothing, and a policy that is new.
    Nothing,
    /// Two targets, by name.
    Targets([String; 2]),
}

impl Between {
    /// Returns the heading above the sentences of a kind.
    pub fn heading(&self, kind: Kind) -> String {
        match (self, kind) {
            (_, Kind::Latitude) => {
                "Latitude: odd forms of forward-paths, of which an MTA may have a mind of its own, \
                 and what is as the MTA comes"
                    .to_owned()
            }
            (_, Kind::Limits) => "Limits: how much one message may have".to_owned(),
            (_, Kind::Listeners) => "Listeners: the addresses at which they are open".to_owned(),
            (_, Kind::Passwords) => "Passwords: who checks them".to_owned(),
            (_, Kind::Proxies) => "Proxies: who says who the client is".to_owned(),
            (Self::Nothing, _) => "Gained: what the new policy accepts".to_owned(),
            (Self::Times, Kind::Gained) => "Gained: accepted now, refused before".to_owned(),
            (Self::Times, Kind::Lost) => "Lost: refused now, accepted before".to_owned(),
            (Self::Times, Kind::Moved) => "Moved: accepted, and goes elsewhere".to_owned(),
            (Self::Times, Kind::Otherwise) => {
                "Otherwise: neither gained nor lost; what else differs".to_owned()
            }
            (Self::Targets([one, other]), Kind::Gained) => {
                format!("Only {other} accepts; {one} refuses")
            }
            (Self::Targets([one, other]), Kind::Lost) => {
                format!("Only {one} accepts; {other} refuses")
            }
            (Self::Targets(_), Kind::Moved) => "Both accept; the mail goes elsewhere".to_owned(),
            (Self::Targets(_), Kind::Otherwise) => {
                "Both accept, or neither does, with other words or records".to_owned()
            }
        }
    }

    /// Returns what can be done of what is gained or lost, as in "clients … may now send".
    pub(super) fn may_send(&self, kind: Kind) -> String {
        match (self, kind == Kind::Gained) {
            (Self::Times | Self::Nothing, true) => "may now send".to_owned(),
            (Self::Times | Self::Nothing, false) => "can no longer send".to_owned(),
            (Self::Targets([_, other]), true) => format!("may send by {other}"),
            (Self::Targets([one, _]), false) => format!("may send by {one}"),
        }
    }

    /// Returns where the mail for some recipients goes on one side only, and on the other only.
    pub(super) fn moves(&self, names: &str, from: Option<&str>, to: Option<&str>) -> String {
        match (self, from, to) {
            (Self::Times | Self::Nothing, Some(from), None) => {
                format!("mail for {names} no longer goes {from}")
            }
            (Self::Times | Self::Nothing, None, to) => {
                format!("mail for {names} now goes {} too", to.unwrap_or_default())
            }
            (Self::Times | Self::Nothing, Some(from), Some(to)) => {
                format!("mail for {names} now goes {to} instead of {from}")
            }
            (Self::Targets([one, other]), from, to) => {
                let goes = |place: Option<&str>, by: &str| {
                    place.map(|place| format!("{place} by {by} only"))
                };
                let ways: Vec<String> = [goes(from, one), goes(to, other)]
                    .into_iter()
                    .flatten()
                    .collect();
                format!("mail for {names} goes {}", ways.join(", and "))
            }
        }
    }

    /// Returns that some of what a gain or a loss names is no gain or loss.
    pub(super) fn in_part(&self, kind: Kind) -> String {
        let word = if kind == Kind::Gained {
            "accepted"
        } else {
            "refused"
        };
        match self {
            Self::Times | Self::Nothing => format!("; some of it was {word} already"),
            Self::Targets([one, _]) => format!("; some of it is {word} by {one} too"),
        }
    }

    /// Returns what stands before the words of the first side, and of the second.
    pub fn sides(&self) -> [&str; 2] {
        match self {
            Self::Times | Self::Nothing => ["before", "now"],
            Self::Targets([one, other]) => [one, other],
        }
    }

    /// Returns that something is the same on both sides, in this respect.
    pub(super) fn alike(&self, what: &str) -> String {
        match self {
            Self::Times | Self::Nothing => format!("{what} as before"),
            Self::Targets(_) => format!("{what} by both"),
        }
    }

    /// Returns that mail is refused in one way where it was refused in another.
    pub(super) fn instead(&self, before: &str, after: &str) -> String {
        match self {
            Self::Times | Self::Nothing => format!("{after} instead of {before}"),
            Self::Targets([one, other]) => format!("{before} by {one} and {after} by {other}"),
        }
    }

    /// Returns that some of it gets the reply of the other side on both.
    pub(super) fn some_so(&self) -> String {
        match self {
            Self::Times | Self::Nothing => "; some of it was so already".to_owned(),
            Self::Targets([_, other]) => format!("; some of it as {other} says"),
        }
    }

    /// Returns which headers only the first side records, and which only the second.
    pub(super) fn with(&self, first: &[&str], second: &[&str]) -> Vec<String> {
        let by = |headers: &[&str], words: [&str; 2]| {
            let [word, by] = words;
            (!headers.is_empty()).then(|| format!("{word} {}{by}", headers.join(" and ")))
        };
        let all = match self {
            Self::Times | Self::Nothing => [by(second, ["with", ""]), by(first, ["without", ""])],
            Self::Targets(names) => {
                let only = names.each_ref().map(|name| format!(" by {name} only"));
                let [one, other] = only.each_ref().map(String::as_str);
                [by(first, ["with", one]), by(second, ["with", other])]
            }
        };
        all.into_iter().flatten().collect()
    }
}

/// Returns whether it is only the latitude of two targets that they decide so.
pub(super) fn is_latitude(contrast: &Contrast<'_, '_>, change: &Change, sets: &Sets) -> bool {
    change.differing.iter().all(|region| {
        sets.of(Facet::Recipient, region).iter().all(|member| {
            let path = contrast.path(Facet::Recipient, *member);
            is_latitude_of_targets(change.accepted, &path.forms)
        })
    })
}
