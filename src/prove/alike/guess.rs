//! Names that are looked up in the order in which they are listed: most are found beside the last.
//!
//! Of a million rows each would be looked for at some place of its own in memory.

use super::names::Names;

/// So many recipients behind the last one are looked at: between mailboxes there are aliases.
const AHEAD: usize = 8;

/// What a list of names was asked last.
#[derive(Debug)]
pub(super) struct Guess<'a, 'p> {
    names: &'a Names<'p>,
    /// The domain that was found last.
    domain: u32,
    /// Whether the one before was it, or the one before it.
    is_near: bool,
    /// The recipient and the login behind those that were found last.
    recipient: u32,
    login: u32,
}

impl<'a, 'p> Guess<'a, 'p> {
    pub(super) fn new(names: &'a Names<'p>) -> Self {
        Self {
            names,
            domain: 0,
            is_near: false,
            recipient: 0,
            login: 0,
        }
    }

    /// Returns what [`Names::domain`] does.
    pub(super) fn domain(&mut self, name: &str) -> Option<u32> {
        let names = self.names;
        let is = |number: &u32| {
            let one = names.domains.get(*number as usize);
            one.is_some_and(|(domain, _)| domain.as_str() == name)
        };
        let near = [self.domain, self.domain.saturating_add(1)];
        let near = near.into_iter().find(is);
        self.is_near = near.is_some();
        let found = near.or_else(|| names.domain(name))?;
        self.domain = found;
        Some(found)
    }

    /// Returns what [`Names::recipient`] does.
    pub(super) fn recipient(&mut self, local: &str, domain: u32) -> Option<u32> {
        let names = self.names;
        let here = names.of_domain(domain);
        if !here.contains(&self.recipient) {
            self.recipient = here.start;
        }
        let is = |number: &u32| {
            let listed = names.recipients.get(*number as usize);
            listed.is_some_and(|listed| listed.local == local)
        };
        // Where the domains come in no order, nothing else does.
        let mut ahead = (self.recipient..here.end).take(if self.is_near { AHEAD } else { 0 });
        let found = ahead.find(is);
        let found = found.or_else(|| names.recipient(local, domain))?;
        self.recipient = found.saturating_add(1);
        Some(found)
    }

    /// Returns what [`Names::login`] does.
    pub(super) fn login(&mut self, name: &str) -> Option<u32> {
        let next = self.names.logins.get(self.login as usize);
        let next = next.filter(|next| next.0 == name).map(|_| self.login);
        let found = next.or_else(|| self.names.login(name))?;
        self.login = found.saturating_add(1);
        Some(found)
    }
}
