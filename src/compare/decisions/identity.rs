//! What a sentence is about, in full. A sentence names the first few of what it speaks of and
//! counts the rest, and says of new recipients only that they are taken; the mark by which a change
//! is declared must not cover others, nor other places where their mail goes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::{Change, Kind};
use crate::decision::{Destination, Envelope, place};
use crate::mail::{Address, Domain, Path, PathForm};
use crate::prove::{
    Addresses, Contrast, Counterexample, Facet, InDomain, PathClass, Region, Sets, Standing, abroad,
};

/// Returns the mark of a sentence: what a change that is meant declares it by. It stays the same as
/// long as all that the sentence is about does, whatever else changes.
pub fn mark(change: &Change) -> String {
    let mut text = vec![
        change.kind.name(),
        &change.sentence,
        change.identity.as_str(),
    ];
    // How it was refused is no part of what is allowed now.
    if !matches!(change.kind, Kind::Gained | Kind::Lost) {
        text.extend([change.before.as_str(), &change.after]);
    }
    text.extend(change.on.iter().map(String::as_str));
    let text = text.join("\n");
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(6).fold(String::new(), |mut mark, byte| {
        // Writing to a string does not fail.
        let _ = write!(mark, "{byte:02x}");
        mark
    })
}

/// A digest of what a change is about: the same wherever and however often it is made, and whatever
/// lines of the policy say so. No change can be made without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(String);

/// What a change is about.
#[derive(Clone, Copy)]
pub(super) struct Subject<'s> {
    pub(super) kind: Kind,
    /// The region that the sentence names.
    pub(super) named: Region,
    pub(super) witness: Option<&'s Counterexample>,
}

impl Identity {
    pub(super) fn of(contrast: &Contrast<'_, '_>, subject: Subject<'_>, sets: &Sets) -> Self {
        let mut about = About {
            contrast,
            subject,
            sets,
            lines: BTreeSet::new(),
        };
        about.clients();
        about.helos();
        about.sessions();
        about.logins();
        about.results();
        about.paths(Facet::Sender);
        about.paths(Facet::Recipient);
        let mut digest = Sha256::new();
        for line in &about.lines {
            digest.update(line.as_bytes());
            digest.update(b"\n");
        }
        let digest = digest.finalize();
        Self(digest.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    /// Returns that of a change which no envelope shows: its sentence says all.
    pub(super) fn of_no_envelope() -> Self {
        Self(String::new())
    }

    /// Returns it as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an address is to both policies, and whether the login owns it.
type What = ([Standing; 2], [bool; 2]);

/// Classes of addresses that are inside, and others of the same kind.
type Classes = [BTreeSet<u32>; 2];

/// A local-part, and whether it is that with any extension.
type Local<'k> = (&'k str, bool);

/// Whether an address is meant, and where its mail goes then.
#[derive(Debug, PartialEq, Eq)]
enum Meant {
    To(String),
    Not,
}

/// Addresses of a domain: where the mail for each goes that is meant.
#[derive(Debug, Default)]
struct OfDomain<'k> {
    these: BTreeMap<Local<'k>, Meant>,
    /// All local-parts that no side names, if there are some.
    rest: Option<Meant>,
}

impl<'k> OfDomain<'k> {
    fn add(&mut self, one: &Addresses<'k>, goes: Meant) {
        let extended = one.base.map(|base| (base, true));
        match extended.or(one.local.map(|local| (local, false))) {
            Some(local) => {
                self.these.insert(local, goes);
            }
            None => self.rest = Some(goes),
        }
    }

    /// Returns whether all of it is as this.
    fn is_only(&self, rest: &Meant) -> bool {
        self.rest.as_ref() == Some(rest) && self.these.values().all(|goes| goes == rest)
    }

    fn lines(&self, facet: Facet, domain: InDomain<'_>, lines: &mut BTreeSet<String>) {
        let rest = self.rest.as_ref().unwrap_or(&Meant::Not);
        let these = self.these.iter().map(|(local, goes)| (Some(local), goes));
        let these = these.filter(|(_, goes)| *goes != rest);
        let is_rest = *rest != Meant::Not;
        for (local, goes) in these.chain(is_rest.then_some((None, rest))) {
            lines.insert(match goes {
                Meant::To(goes) => format!("{facet:?} {local:?} {domain:?}{goes}"),
                Meant::Not => format!("{facet:?} but {local:?} {domain:?}"),
            });
        }
    }
}

struct About<'c, 'a, 't> {
    contrast: &'c Contrast<'a, 't>,
    subject: Subject<'c>,
    sets: &'c Sets,
    lines: BTreeSet<String>,
}

impl About<'_, '_, '_> {
    fn line(&mut self, line: String) {
        self.lines.insert(line);
    }

    /// Returns the classes of a facet; none if it holds all there are.
    fn some(&self, facet: Facet) -> Option<Vec<u32>> {
        let members = self.sets.of(facet, &self.subject.named);
        let all = u32::try_from(members.len()) == Ok(self.contrast.size(facet));
        (!all).then(|| members.to_vec())
    }

    fn clients(&mut self) {
        let some = self.some(Facet::Client).unwrap_or_default();
        for (first, last) in self.contrast.clients(&some) {
            self.line(format!("client {first:x} {last:x}"));
        }
    }

    fn helos(&mut self) {
        let some = self.some(Facet::Helo).unwrap_or_default();
        for domain in self.contrast.helos(&some) {
            self.line(format!("HELO {domain:?}"));
        }
    }

    fn sessions(&mut self) {
        let some = self.some(Facet::Session).unwrap_or_default();
        for (listener, tls) in self.contrast.sessions(&some) {
            self.line(format!("session {listener} {tls}"));
        }
    }

    fn results(&mut self) {
        for facet in [Facet::SpfFrom, Facet::SpfHelo] {
            let some = self.some(facet).unwrap_or_default();
            for result in self.contrast.results(facet, &some) {
                self.line(format!("{facet:?} {}", result.as_str()));
            }
        }
    }

    fn logins(&mut self) {
        let some = self.some(Facet::Login).unwrap_or_default();
        let all = 0..self.contrast.size(Facet::Login);
        let named: Vec<u32> = all.filter(|one| self.contrast.login(*one).named).collect();
        let is_here = |one: &u32| some.binary_search(one).is_ok();
        if named.iter().all(is_here) && !some.is_empty() {
            return self.line("every login".to_owned());
        }
        let mut cut = BTreeSet::new();
        for one in some {
            let class = self.contrast.login(one);
            if class.named && (class.members.len() as u128) < class.count {
                cut.insert(one);
            }
            for login in class.members.into_iter().flatten().filter(|_| class.named) {
                self.line(format!("login {login}"));
            }
        }
        // Of a large class only some names are at hand.
        if !cut.is_empty() {
            let names = self.contrast.logins_of(&cut);
            let names = names.into_iter().map(|login| format!("login {login}"));
            self.lines.extend(names);
        }
    }

    /// Adds the paths of a facet: of a kind of which all are meant its name, else each address.
    fn paths(&mut self, facet: Facet) {
        let inside = self.sets.of(facet, &self.subject.named);
        // By what they are: the classes that are inside, and those that are not.
        let mut kinds: BTreeMap<What, Classes> = BTreeMap::new();
        let all = 0..self.contrast.size(facet);
        for member in all.filter(|member| self.contrast.is_there(facet, *member)) {
            let path = self.contrast.path(facet, member);
            let is_here = inside.binary_search(&member).is_ok();
            if !path.forms.contains(&PathForm::Plain) {
                self.form(facet, &path, is_here);
                continue;
            }
            let standing = self.contrast.standing(facet, path.address);
            let kind = kinds.entry((standing, path.owned)).or_default();
            let [here, others] = kind;
            if is_here { here } else { others }.insert(path.address);
        }
        let is_moved = facet == Facet::Recipient && self.subject.kind == Kind::Moved;
        let is_whole = |[here, others]: &Classes| others.is_empty() && !here.is_empty();
        // Whoever sends anything, or to any listed recipient, does so to new ones, too.
        let listed = kinds.get(&([Standing::Listed; 2], [false; 2]));
        let everyone = if facet == Facet::Sender {
            kinds.values().all(is_whole)
        } else {
            listed.is_some_and(is_whole)
        };
        for ((standing, owned), held) in kinds {
            let ([was, is], is_whole) = (standing, is_whole(&held));
            let [owned_before, owned_now] = owned;
            let is_new = was != is || owned_before != owned_now;
            let [here, _] = &held;
            if here.is_empty() || (everyone && is_whole && is_new) {
                continue;
            }
            self.line(format!("{facet:?} {standing:?} {owned:?} {is_whole}"));
            if owned == [false, false] && (!is_whole || is_new || is_moved) {
                self.addresses(facet, &held);
            } else if is_new {
                self.owners();
            }
        }
    }

    /// Adds a path that is no address as everybody writes it.
    fn form(&mut self, facet: Facet, path: &PathClass, is_here: bool) {
        let telling = [PathForm::Null, PathForm::BarePostmaster];
        let told = path.forms.iter().filter(|form| telling.contains(form));
        for form in told.filter(|_| is_here) {
            let mut line = format!("{facet:?} {form}");
            if *form == PathForm::BarePostmaster {
                let postmaster = Address::new("postmaster", Domain::literal("localhost"));
                if self.subject.kind == Kind::Moved {
                    line.push_str(&self.destinations(*form, &postmaster));
                }
            }
            self.line(line);
        }
    }

    /// Adds the addresses of some classes by name; and those of the others that are exceptions of
    /// what stands for all names. Which names tables have besides is no part of a change.
    fn addresses(&mut self, facet: Facet, [here, others]: &Classes) {
        let mut domains: BTreeMap<InDomain<'_>, OfDomain<'_>> = BTreeMap::new();
        self.contrast.each_address(facet, &mut |one| {
            let is_here = here.contains(&one.class);
            if !is_here && !others.contains(&one.class) {
                return;
            }
            let goes = if !is_here {
                Meant::Not
            } else if facet == Facet::Recipient {
                Meant::To(self.destinations(PathForm::Plain, &one.example()))
            } else {
                Meant::To(String::new())
            };
            domains.entry(one.domain).or_default().add(&one, goes);
        });
        for (name, domain) in &domains {
            let around = name.around(|one| domains.contains_key(&one));
            let around = around.and_then(|one| domains.get(&one)?.rest.as_ref());
            let is_around = around.is_some_and(|around| *around != Meant::Not);
            if is_around && domain.rest == Some(Meant::Not) {
                self.line(format!("{facet:?} but {name:?}"));
            }
            if around.is_none_or(|around| !domain.is_only(around)) {
                domain.lines(facet, *name, &mut self.lines);
            }
        }
    }

    /// Returns where mail for an address goes, of the envelope that shows the change.
    fn destinations(&self, form: PathForm, address: &Address) -> String {
        let Some(witness) = self.subject.witness else {
            return String::new();
        };
        let envelope = Envelope {
            to: Path::spell(form, address, &[]),
            ..witness.envelope.clone()
        };
        let Some((_, sides)) = self.contrast.concretely(&envelope) else {
            return String::new();
        };
        let own = abroad(&envelope.to);
        let name = |end: &Destination| {
            if *end == own {
                "out".to_owned()
            } else {
                place(end)
            }
        };
        let [from, to] = sides.map(|ends| {
            let places: BTreeSet<String> = ends.iter().map(name).collect();
            places.into_iter().collect::<Vec<String>>().join(", ")
        });
        format!(" from {from} to {to}")
    }

    /// Adds who owns an address on one side only, of the logins that are meant.
    fn owners(&mut self) {
        let logins = self.sets.of(Facet::Login, &self.subject.named);
        let meant = |login: &str| {
            let class = self.contrast.class_of_login(login);
            class.is_some_and(|class| logins.binary_search(&class).is_ok())
        };
        let [before, after] = self.contrast.declared_owners();
        let lost = before.difference(&after).map(|one| ('-', one));
        let gained = after.difference(&before).map(|one| ('+', one));
        let changed = lost.chain(gained);
        let changed = changed.filter(|(_, (login, _))| meant(login));
        let lines: Vec<String> = changed
            .map(|(sign, (login, address))| format!("{sign} {login} owns {address}"))
            .collect();
        self.lines.extend(lines);
    }
}
