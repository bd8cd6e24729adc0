//! What a policy lists, by number: its recipients, its domains and its logins.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::ops::Range;

use rustc_hash::FxBuildHasher;

use super::behind::Behind;
use super::index::Index;
use crate::mail::{Address, Domain};
use crate::policy::{Alias, HostedDomain, Login, Mailbox, Policy};
use crate::prove::threads::{in_parts, in_two};

/// What a recipient is.
#[derive(Debug, Clone, Copy)]
pub(super) enum What<'p> {
    Mailbox(&'p Mailbox),
    Alias(&'p Alias),
}

/// A recipient that is listed by name. Forwards are none: their domains are never left out.
#[derive(Debug)]
pub(super) struct Listed<'p> {
    pub(super) local: &'p str,
    pub(super) domain: u32,
    pub(super) what: What<'p>,
}

impl<'p> Listed<'p> {
    /// Returns the login of a mailbox.
    pub(super) fn login(&self) -> Option<&'p str> {
        match self.what {
            What::Mailbox(mailbox) => mailbox.login.as_ref().map(|login| login.value.as_str()),
            What::Alias(_) => None,
        }
    }
}

/// No number.
pub(super) const NONE: u32 = u32::MAX;

/// What one thread looks up before it takes more.
pub(super) const PART: usize = 1 << 14;

/// Something that a policy lists, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entity {
    Recipient(u32),
    Domain(u32),
    Login(u32),
}

/// What a policy lists, by number.
#[derive(Debug)]
pub(super) struct Names<'p> {
    pub(super) policy: &'p Policy,
    pub(super) domains: Vec<(&'p Domain, &'p HostedDomain)>,
    pub(super) logins: Vec<(&'p str, &'p Login)>,
    pub(super) recipients: Vec<Listed<'p>>,
    behind: Behind,
    /// By domain: the number of the nearest of our domains above it.
    parents: Vec<u32>,
    /// Where the recipients of each domain begin, and where the last one's end.
    starts: Vec<u32>,
    /// The numbers of recipients behind the hashes of their local-parts, sorted within each domain.
    by_hash: Vec<(u32, u32)>,
    by_domain: Index<'p>,
    by_login: Index<'p>,
    /// Every name above some of our domains, with these.
    above: HashMap<&'p str, Vec<u32>, FxBuildHasher>,
}

impl<'p> Names<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        let domains: Vec<(&Domain, &HostedDomain)> = policy.domains.iter().collect();
        let logins = policy.logins.iter();
        let logins: Vec<(&str, &Login)> = logins.map(|(name, one)| (name.as_str(), one)).collect();
        let (recipients, (by_login, by_domain, above)) = in_two(
            || Recipients::new(&domains),
            || {
                let by_login = Index::of(logins.iter().map(|one| one.0));
                let by_domain = Index::of(domains.iter().map(|one| one.0.as_str()));
                (by_login, by_domain, above(&domains))
            },
        );
        let mut names = Self {
            policy,
            by_domain,
            by_login,
            above,
            domains,
            logins,
            recipients: recipients.listed,
            behind: Behind::default(),
            parents: Vec::new(),
            starts: recipients.starts,
            by_hash: recipients.by_hash,
        };
        names.behind = Behind::of(&names);
        let nearest = |domain: &Domain| domain.parents().find_map(|above| names.domain(above));
        let parents = names.domains.iter().map(|(domain, _)| nearest(domain));
        names.parents = parents.map(|parent| parent.unwrap_or(NONE)).collect();
        names
    }

    /// Returns how many of each there are.
    pub(super) fn counts(&self) -> [usize; 3] {
        [self.recipients.len(), self.domains.len(), self.logins.len()]
    }

    /// Returns the number of something among all that is listed.
    pub(super) fn number(&self, entity: Entity) -> usize {
        let [recipients, domains, _] = self.counts();
        match entity {
            Entity::Recipient(one) => one as usize,
            Entity::Domain(one) => recipients + one as usize,
            Entity::Login(one) => recipients + domains + one as usize,
        }
    }

    /// Returns what has a number.
    pub(super) fn entity(&self, number: usize) -> Option<Entity> {
        let [recipients, domains, logins] = self.counts();
        Some(match number {
            at if at < recipients => Entity::Recipient(count(at)),
            at if at < recipients + domains => Entity::Domain(count(at - recipients)),
            at if at < recipients + domains + logins => {
                Entity::Login(count(at - recipients - domains))
            }
            _ => return None,
        })
    }

    pub(super) fn domain(&self, name: &str) -> Option<u32> {
        self.by_domain.get(name)
    }

    pub(super) fn login(&self, name: &str) -> Option<u32> {
        self.by_login.get(name)
    }

    /// Returns whether one of our domains is below this name.
    pub(super) fn is_above(&self, name: &str) -> bool {
        self.above.contains_key(name)
    }

    /// Returns the numbers of a domain's recipients.
    pub(super) fn of_domain(&self, domain: u32) -> Range<u32> {
        let at = |number: usize| self.starts.get(number).copied().unwrap_or_default();
        at(domain as usize)..at(domain as usize + 1)
    }

    /// Returns a domain's recipients.
    pub(super) fn listed_in(&self, domain: u32) -> &[Listed<'p>] {
        let range = self.of_domain(domain);
        let here = self
            .recipients
            .get(range.start as usize..range.end as usize);
        here.unwrap_or_default()
    }

    pub(super) fn recipient(&self, local: &str, domain: u32) -> Option<u32> {
        let range = self.of_domain(domain);
        let here = self.by_hash.get(range.start as usize..range.end as usize)?;
        let hash = hash(local);
        let start = first_from(here, hash);
        let same = here.get(start..)?.iter().take_while(|one| one.0 == hash);
        let is_local = |number: u32| {
            let listed = self.recipients.get(number as usize);
            listed.is_some_and(|one| one.local == local)
        };
        same.map(|one| one.1).find(|number| is_local(*number))
    }

    /// Returns the alias that something is, or that takes all else in a domain.
    pub(super) fn alias(&self, of: Entity) -> Option<&'p Alias> {
        match of {
            Entity::Recipient(one) => match self.recipients.get(one as usize)?.what {
                What::Alias(alias) => Some(alias),
                What::Mailbox(_) => None,
            },
            Entity::Domain(one) => self.domains.get(one as usize)?.1.catch_all.as_ref(),
            Entity::Login(_) => None,
        }
    }

    /// Returns the number of the login that a recipient has as a mailbox.
    pub(super) fn login_of(&self, recipient: u32) -> Option<u32> {
        let listed = self.recipients.get(recipient as usize)?;
        let is_mailbox = matches!(listed.what, What::Mailbox(_));
        let login = self.behind.of.get(recipient as usize).copied();
        login.filter(|login| is_mailbox && *login != NONE)
    }

    /// Returns the targets of the alias that something is or has, by number: nothing for one that
    /// is not listed by name.
    pub(super) fn targets(&self, of: Entity) -> impl Iterator<Item = Option<u32>> {
        let long = self.alias(of).map_or(0, |alias| alias.targets.len());
        let start = self.behind.of.get(self.number(of)).copied();
        let start = start.unwrap_or_default() as usize;
        let numbers = self.behind.targets.get(start..start + long);
        let numbers = numbers.unwrap_or_default().iter().copied();
        numbers.map(|number| Some(number).filter(|number| *number != NONE))
    }

    /// Returns the number of an address that is listed by name.
    pub(super) fn listed(&self, address: &Address) -> Option<u32> {
        let domain = self.domain(address.domain().as_str())?;
        self.recipient(address.local(), domain)
    }

    /// Hands on every domain of ours that a name may be meant for: itself, those above it, and all
    /// below it.
    pub(super) fn around(&self, name: &str, take: &mut dyn FnMut(u32)) {
        let mut rest = Some(name);
        while let Some(one) = rest {
            if let Some(number) = self.domain(one) {
                take(number);
            }
            rest = one.split_once('.').map(|(_, above)| above);
        }
        let below = self.above.get(name);
        below.into_iter().flatten().copied().for_each(take);
    }

    /// Returns the nearest of our domains above one.
    pub(super) fn parent(&self, domain: u32) -> Option<u32> {
        let parent = self.parents.get(domain as usize).copied();
        parent.filter(|parent| *parent != NONE)
    }
}

/// Returns a number as small as that of a list in memory that was read from files of text.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The recipients of all domains, in their order.
#[derive(Default)]
struct Recipients<'p> {
    listed: Vec<Listed<'p>>,
    starts: Vec<u32>,
    by_hash: Vec<(u32, u32)>,
}

impl<'p> Recipients<'p> {
    fn new(domains: &[(&'p Domain, &'p HostedDomain)]) -> Self {
        let parts = parts(domains);
        let read = in_parts(&parts, |(number, start, domains)| {
            let mut part = Self::default();
            for (number, (_, hosted)) in (*number..).zip(*domains) {
                part.add(number, *start, hosted);
            }
            part
        });
        let total = read.iter().map(|part| part.listed.len()).sum();
        let mut all = Self {
            listed: Vec::with_capacity(total),
            starts: Vec::with_capacity(domains.len() + 1),
            by_hash: Vec::with_capacity(total),
        };
        for mut part in read {
            all.listed.append(&mut part.listed);
            all.starts.append(&mut part.starts);
            all.by_hash.append(&mut part.by_hash);
        }
        all.starts.push(count(all.listed.len()));
        all
    }

    /// Adds the recipients of a domain. The part's first recipient has the number `first`.
    fn add(&mut self, domain: u32, first: u32, hosted: &'p HostedDomain) {
        let start = self.listed.len();
        self.starts.push(first + count(start));
        let listed = |local: &'p str, what| Listed {
            local,
            domain,
            what,
        };
        let mailboxes = hosted.mailboxes.iter();
        let mailboxes = mailboxes.map(|(local, one)| listed(local.as_str(), What::Mailbox(one)));
        self.listed.extend(mailboxes);
        let aliases = hosted.aliases.iter();
        let aliases = aliases.map(|(local, one)| listed(local.as_str(), What::Alias(one)));
        self.listed.extend(aliases);
        if let Some(here) = self.listed.get_mut(start..) {
            // Those of mailboxes and those of aliases are in order each.
            here.sort_by_key(|one| one.local);
            let hashed = (first + count(start)..).zip(&*here);
            self.by_hash
                .extend(hashed.map(|(number, one)| (hash(one.local), number)));
        }
        if let Some(here) = self.by_hash.get_mut(start..) {
            here.sort_unstable();
        }
    }
}

/// Some domains: the number of the first of them, that of its first recipient, and they.
type Part<'d, 'p> = (u32, u32, &'d [(&'p Domain, &'p HostedDomain)]);

/// Returns domains in parts of about as many recipients.
fn parts<'d, 'p>(domains: &'d [(&'p Domain, &'p HostedDomain)]) -> Vec<Part<'d, 'p>> {
    let mut parts = Vec::new();
    let (mut begin, mut first, mut here) = (0, 0, 0);
    for (number, (_, hosted)) in domains.iter().enumerate() {
        here += hosted.mailboxes.len() + hosted.aliases.len();
        let end = number + 1;
        if here >= PART || end == domains.len() {
            let some = domains.get(begin..end).unwrap_or_default();
            parts.push((count(begin), count(first), some));
            begin = end;
            first += here;
            here = 0;
        }
    }
    parts
}

/// Returns every name above some of our domains, with these.
fn above<'p>(
    domains: &[(&'p Domain, &'p HostedDomain)],
) -> HashMap<&'p str, Vec<u32>, FxBuildHasher> {
    let mut above: HashMap<&str, Vec<u32>, FxBuildHasher> = HashMap::default();
    for (number, (domain, _)) in (0..).zip(domains) {
        for name in domain.parents() {
            above.entry(name).or_default().push(number);
        }
    }
    above
}

/// Returns a hash of a local-part.
fn hash(local: &str) -> u32 {
    let hash = FxBuildHasher.hash_one(local) >> 32;
    u32::try_from(hash).unwrap_or_default()
}

/// Returns how many of these sorted hashes are below one.
///
/// Hashes lie evenly, so it is looked for near its share of them: a search by halves would go
/// through all of a large domain.
fn first_from(here: &[(u32, u32)], hash: u32) -> usize {
    let is_below = |at: usize| here.get(at).is_some_and(|one| one.0 < hash);
    let share = (u64::from(hash) * here.len() as u64) >> 32;
    let share = usize::try_from(share).unwrap_or_default();
    // All before `low` is below, and nothing from `high` on.
    let (mut low, mut high) = (share, share);
    let mut step = 4;
    while low > 0 && !is_below(low - 1) {
        low = low.saturating_sub(step);
        step *= 2;
    }
    while is_below(high) {
        high = (high + step).min(here.len());
        step *= 2;
    }
    let between = here.get(low..high).unwrap_or_default();
    low + between.partition_point(|one| one.0 < hash)
}

#[cfg(test)]
mod tests {
    use super::first_from;

    #[test]
    fn a_hash_is_found_wherever_it_lies() {
        let lists: [Vec<u32>; 5] = [
            vec![],
            vec![7],
            vec![0, 0, 1, 5, 5, 5, 9],
            vec![u32::MAX - 2, u32::MAX - 1, u32::MAX, u32::MAX],
            (0..1000).map(|number| number * 4_000_000).collect(),
        ];
        for list in lists {
            let here: Vec<(u32, u32)> = list.iter().copied().zip(0..).collect();
            let others = [0, 1, 5, 6, 1 << 20, 1 << 31, u32::MAX - 1, u32::MAX];
            for hash in list.iter().copied().chain(others) {
                let wanted = here.partition_point(|one| one.0 < hash);
                assert_eq!(first_from(&here, hash), wanted, "{hash} in {list:?}");
            }
        }
    }
}
