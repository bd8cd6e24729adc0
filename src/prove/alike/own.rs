//! What is said of each recipient, domain and login by itself, its own names replaced by numbers:
//! what they are like, and the rows of each.
//!
//! It is the larger part of what is said, and each has its own: so it is found on several threads.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use super::addresses::Named;
use super::forced::Forced;
use super::keywords::is_keyword;
use super::names::{Entity, Listed, Names, What, count};
use super::rows::{Rows, Words};
use super::said::{Begins, Said};
use super::{DEPTH_MAX, TARGETS_MAX};
use crate::mail::{Domain, words_of};
use crate::policy::{Alias, HostedDomain};
use crate::prove::threads::in_parts;

/// What one thread looks at before it takes more.
const PART: usize = 1 << 14;

/// Of what is like nothing else nothing is said.
const NONE: u32 = u32::MAX;

/// What is said of each by itself.
pub(super) struct Own {
    /// By [`Names::number`]: equal numbers where it is the same.
    numbers: Vec<u32>,
    /// The addresses that rows name and the policy does not, of what has any.
    named: HashMap<usize, Vec<Named>, FxBuildHasher>,
}

/// Words of local-parts.
pub(super) type Near<'p> = HashSet<&'p str, FxBuildHasher>;

/// Different texts, by number in the order in which they came.
type Texts = HashMap<Vec<u8>, u32, FxBuildHasher>;

/// What is known where something is looked at.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a, 'p> {
    pub(super) names: &'a Names<'p>,
    pub(super) forced: &'a Forced,
    pub(super) rows: &'a Rows,
    /// Words of the rest of the files: a local-part that is one of them is like no other.
    pub(super) words: &'a Words,
    /// Words of local-parts where nothing is left out: a name without a domain may be meant for one
    /// there.
    pub(super) near: &'a Near<'p>,
}

/// Returns the words of local-parts where nothing is left out.
pub(super) fn near<'p>(names: &Names<'p>, forced: &Forced) -> Near<'p> {
    let domains = 0..count(names.domains.len());
    let near = domains.filter(|domain| forced.has(*domain));
    let near = near.flat_map(|domain| names.listed_in(domain));
    near.flat_map(|listed| words_of(listed.local)).collect()
}

/// What a part of all that is listed has: its different texts, which of them each has, and the
/// addresses that rows name.
type Part = (Vec<Vec<u8>>, Vec<u32>, Vec<(usize, Vec<Named>)>);

impl Own {
    pub(super) fn new(ground: Ground<'_, '_>) -> Self {
        let total: usize = ground.names.counts().iter().sum();
        let starts = (0..total).step_by(PART);
        let parts: Vec<Range<usize>> = starts.map(|at| at..(at + PART).min(total)).collect();
        let parts = in_parts(&parts, |part| part_of(part.clone(), ground));
        let mut texts = Texts::default();
        let mut numbers = Vec::with_capacity(total);
        let mut all = HashMap::default();
        for (here, part, named) in parts {
            all.extend(named);
            let here: Vec<u32> = here.into_iter().map(|text| add(text, &mut texts)).collect();
            let number = |at: u32| here.get(at as usize).copied().unwrap_or(NONE);
            numbers.extend(part.into_iter().map(number));
        }
        Self {
            numbers,
            named: all,
        }
    }

    /// Returns the number of what is said of something by itself; nothing, if nothing is like it.
    pub(super) fn number(&self, of: usize) -> Option<u32> {
        let number = self.numbers.get(of).copied();
        number.filter(|number| *number != NONE)
    }

    /// Returns whether the rows of something name addresses that the policy does not.
    pub(super) fn has_named(&self, of: usize) -> bool {
        self.named.contains_key(&of)
    }

    /// Returns the addresses that the rows of something name and the policy does not.
    pub(super) fn named(&self, of: usize) -> Vec<Named> {
        self.named.get(&of).cloned().unwrap_or_default()
    }
}

/// Returns the number of a text.
fn add(text: Vec<u8>, texts: &mut Texts) -> u32 {
    let next = count(texts.len());
    *texts.entry(text).or_insert(next)
}

fn part_of(part: Range<usize>, ground: Ground<'_, '_>) -> Part {
    let mut texts = Texts::default();
    let mut all = Vec::new();
    let mut said = Said::default();
    let numbers = part.map(|number| {
        said.clear();
        let Some(of) = ground
            .names
            .entity(number)
            .filter(|of| !ground.is_only(*of))
        else {
            return NONE;
        };
        if ground.say(of, &mut said).is_none() {
            return NONE;
        }
        let named = ground.named(of, ground.names.alias(of));
        if !named.is_empty() {
            all.push((number, named));
        }
        match texts.get(said.octets()) {
            Some(number) => *number,
            None => add(said.octets().to_vec(), &mut texts),
        }
    });
    let numbers: Vec<u32> = numbers.collect();
    let mut texts: Vec<(Vec<u8>, u32)> = texts.into_iter().collect();
    texts.sort_unstable_by_key(|(_, number)| *number);
    let texts = texts.into_iter().map(|(text, _)| text);
    (texts.collect(), numbers, all)
}

impl<'p> Ground<'_, 'p> {
    /// Returns whether nothing is like this.
    pub(super) fn is_only(self, of: Entity) -> bool {
        let is = |list: &[bool], number: u32| list.get(number as usize).copied().unwrap_or(true);
        match of {
            Entity::Recipient(one) => {
                let listed = self.names.recipients.get(one as usize);
                listed.is_none_or(|one| is(&self.forced.domains, one.domain))
            }
            Entity::Domain(one) => is(&self.forced.domains, one),
            Entity::Login(one) => is(&self.forced.logins, one),
        }
    }

    fn say(self, of: Entity, said: &mut Said) -> Option<()> {
        let names = self.names;
        match of {
            Entity::Recipient(one) => {
                self.recipient(one, names.recipients.get(one as usize)?, said)
            }
            Entity::Domain(one) => self.domain(one, *names.domains.get(one as usize)?, said),
            Entity::Login(one) => {
                let mut own = Called::default();
                own.login(names, one)?;
                said.text("login");
                self.rows(of, &own, said);
                Some(())
            }
        }
    }

    fn domain(
        self,
        number: u32,
        (name, hosted): (&'p Domain, &'p HostedDomain),
        said: &mut Said,
    ) -> Option<()> {
        let names = self.names;
        let mut own = Called::default();
        own.domain(name.as_str());
        said.text("domain");
        if let Some(above) = names.parent(number) {
            said.text(" below");
            own.domain(names.domains.get(above as usize)?.0.as_str());
        }
        if names.is_above(name.as_str()) {
            said.text(" above");
        }
        if let Some(alias) = &hosted.catch_all {
            add_targets(alias, &mut own)?;
            said.text(" catches");
            said.number(count(alias.targets.len()));
        }
        said.publish(&hosted.publish, &own.names);
        self.rows(Entity::Domain(number), &own, said);
        Some(())
    }

    fn recipient(self, number: u32, listed: &Listed<'p>, said: &mut Said) -> Option<()> {
        let Listed {
            local,
            domain,
            what,
        } = listed;
        let (name, _) = self.names.domains.get(*domain as usize)?;
        let mut own = Called::default();
        own.name(local);
        own.domain(name.as_str());
        match what {
            What::Mailbox(mailbox) => {
                said.text(" mailbox");
                if mailbox.login.is_some() {
                    said.text(" of");
                    own.login(self.names, self.names.login_of(number)?)?;
                }
            }
            What::Alias(alias) => {
                said.text(" alias");
                add_targets(alias, &mut own)?;
                let mut owners = Vec::new();
                collect(self.names, Entity::Recipient(number), &mut owners, 0)?;
                for login in owners {
                    own.login(self.names, login)?;
                }
            }
        }
        self.rows(Entity::Recipient(number), &own, said);
        Some(())
    }

    /// Returns whether something beside what is said of a name may be about it.
    pub(super) fn is_told(self, name: &str) -> bool {
        is_keyword(name) || self.words.contains(name)
    }

    /// Adds the rows of something, behind what its own names are: which of them are the same, which
    /// are those of a login or of a domain besides, what an MTA may see in their form, and what it
    /// may put together of them.
    fn rows(self, of: Entity, own: &Called<'_>, said: &mut Said) {
        let begins = Begins::of(&own.names);
        for (number, (name, known)) in own.names.iter().zip(&own.known).enumerate() {
            let mut before = own.names.iter().take(number);
            let first = before.position(|one| one == name).unwrap_or(number);
            let has = |is: fn(&u8) -> bool| name.as_bytes().iter().any(is);
            said.name(
                first,
                [
                    *known == Known::Login || self.names.login(name).is_some(),
                    *known == Known::Domain || self.names.domain(name).is_some(),
                    has(u8::is_ascii_alphabetic),
                    has(u8::is_ascii_uppercase),
                    name.starts_with(|c: char| c.is_ascii_alphabetic()),
                    name.starts_with('-'),
                ],
            );
            said.form(name, &own.names, &begins);
            if self.is_told(name) {
                said.told(name);
            }
        }
        self.rows
            .each(self.names.number(of), &mut |file, before, rest| {
                said.row(file);
                said.text(before);
                said.replaced(rest, &own.names, &|name| self.near.contains(name));
            });
    }
}

/// What a name is known to be without being looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    Domain,
    Login,
}

/// The names that something calls its own.
#[derive(Debug, Default)]
struct Called<'p> {
    /// Nearly always few: an own name, that of a domain, and that of a login.
    names: SmallVec<[&'p str; 8]>,
    known: SmallVec<[Known; 8]>,
}

impl<'p> Called<'p> {
    fn add(&mut self, name: &'p str, known: Known) {
        self.names.push(name);
        self.known.push(known);
    }

    fn name(&mut self, name: &'p str) {
        self.add(name, Known::Nothing);
    }

    /// Adds the name of a domain of ours.
    fn domain(&mut self, name: &'p str) {
        self.add(name, Known::Domain);
    }

    /// Adds the name of a login, by its number.
    fn login(&mut self, names: &Names<'p>, login: u32) -> Option<()> {
        let (name, _) = *names.logins.get(login as usize)?;
        self.add(name, Known::Login);
        Some(())
    }
}

/// Adds the names of an alias's targets to those that are replaced.
fn add_targets<'p>(alias: &'p Alias, own: &mut Called<'p>) -> Option<()> {
    if alias.targets.len() > TARGETS_MAX {
        return None;
    }
    for target in &alias.targets {
        own.name(target.value.local());
        own.name(target.value.domain().as_str());
    }
    Some(())
}

/// Adds the logins of the mailboxes that an alias leads to by names alone, each once, by number;
/// nothing is returned if they are too many, and some of them are added.
fn collect(names: &Names<'_>, of: Entity, found: &mut Vec<u32>, depth: usize) -> Option<()> {
    if depth > DEPTH_MAX {
        return None;
    }
    for number in names.targets(of).flatten() {
        match names.recipients.get(number as usize)?.what {
            What::Mailbox(_) => {
                if let Some(login) = names.login_of(number)
                    && !found.contains(&login)
                {
                    found.push(login);
                }
            }
            What::Alias(_) => collect(names, Entity::Recipient(number), found, depth + 1)?,
        }
        if found.len() > TARGETS_MAX {
            return None;
        }
    }
    Some(())
}

/// Adds the numbers of the logins that the policy says of something; nothing is returned if they
/// are too many, and some of them are added.
pub(super) fn logins(names: &Names<'_>, of: Entity, found: &mut Vec<u32>) -> Option<()> {
    match of {
        Entity::Recipient(one) => match names.recipients.get(one as usize)?.what {
            What::Alias(_) => collect(names, of, found, 0)?,
            What::Mailbox(_) => found.extend(names.login_of(one)),
        },
        Entity::Domain(_) => collect(names, of, found, 0)?,
        Entity::Login(one) => found.push(one),
    }
    Some(())
}
