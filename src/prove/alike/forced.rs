//! What is never left out: what a policy names somewhere, or the rest of the files, and what is
//! not as plain as most.

use super::names::{Names, What, count};
use super::rows::Words;
use crate::mail::{Address, Domain, is_of_word};
use crate::policy::{
    Class, DomainScope, Grant, LoginScope, Policy, RecipientScope, ReversePathScope, Statement,
};
use crate::threads::in_parts;

/// Domains that one thread looks at before it takes more.
const PART: usize = 1 << 12;

/// What is never left out, whatever is like it.
#[derive(Debug, Clone, Default)]
pub(super) struct Forced {
    /// By the number of the domain.
    pub(super) domains: Vec<bool>,
    /// By the number of the login.
    pub(super) logins: Vec<bool>,
}

impl Forced {
    /// Returns whether nothing of a domain is left out.
    pub(super) fn has(&self, domain: u32) -> bool {
        self.domains.get(domain as usize).copied().unwrap_or(true)
    }

    pub(super) fn new(names: &Names<'_>, rest: &Words) -> Self {
        let [_, domains, logins] = names.counts();
        let mut forced = Self {
            domains: vec![false; domains],
            logins: vec![false; logins],
        };
        let mut named = Named {
            names,
            forced: &mut forced,
        };
        policy(names.policy, &mut named);
        let mut rest: Vec<&String> = rest.iter().collect();
        rest.sort_unstable();
        for word in rest {
            named.name(word);
            named.login(word);
        }
        named.odd();
        forced.leaving(names);
        // A row of a login may be read as one of an address where addresses without a domain are.
        for domain in 0..count(domains) {
            if !forced.has(domain) {
                continue;
            }
            for listed in names.listed_in(domain) {
                if let Some(login) = names.login(listed.local) {
                    forced.login(login);
                }
            }
        }
        forced
    }

    pub(super) fn domain(&mut self, number: u32) {
        if let Some(is) = self.domains.get_mut(number as usize) {
            *is = true;
        }
    }

    pub(super) fn login(&mut self, number: u32) {
        if let Some(is) = self.logins.get_mut(number as usize) {
            *is = true;
        }
    }

    /// Adds every domain of which some mail leaves the server: through an alias of it, too.
    fn leaving(&mut self, names: &Names<'_>) {
        let leaves = |number: u32| {
            let hosted = names.domains.get(number as usize).map(|one| one.1);
            hosted.is_some_and(|hosted| {
                let mut mailboxes = hosted.mailboxes.values();
                !hosted.forwards.is_empty() || mailboxes.any(|mailbox| mailbox.via.is_some())
            })
        };
        let domains: Vec<u32> = (0..count(names.domains.len())).collect();
        let parts: Vec<&[u32]> = domains.chunks(PART).collect();
        let left = in_parts(&parts, |part| {
            part.iter()
                .map(|domain| leaves(*domain))
                .collect::<Vec<_>>()
        });
        let mut left: Vec<bool> = left.into_iter().flatten().collect();
        if !left.contains(&true) {
            return;
        }
        // By addresses it would be finer, and no domain needs that.
        loop {
            let mut grown = false;
            for number in 0..left.len() {
                let Some((_, hosted)) = names.domains.get(number) else {
                    continue;
                };
                let aliases = hosted.aliases.values().chain(&hosted.catch_all);
                let mut targets = aliases.flat_map(|alias| &alias.targets);
                let is_left = |domain: u32| left.get(domain as usize).copied().unwrap_or(true);
                if !is_left(count(number))
                    && targets.any(|to| {
                        let domain = names.domain(to.value.domain().as_str());
                        domain.is_some_and(is_left)
                    })
                    && let Some(is) = left.get_mut(number)
                {
                    *is = true;
                    grown = true;
                }
            }
            if !grown {
                break;
            }
        }
        // Then copies of anybody's mail may leave.
        let mut archives = names.policy.archive.mailboxes().into_iter();
        let all = archives.any(|mailbox| {
            let domain = names.domain(mailbox.domain().as_str());
            domain.is_none_or(|domain| left.get(domain as usize).copied().unwrap_or(true))
        });
        for (number, _) in (0..).zip(left).filter(|(_, is)| *is || all) {
            self.domain(number);
        }
    }
}

/// Collects what is named.
struct Named<'a, 'p> {
    names: &'a Names<'p>,
    forced: &'a mut Forced,
}

impl Named<'_, '_> {
    /// A name of a domain: it, those above it and those below.
    fn name(&mut self, name: &str) {
        let Self { names, forced } = self;
        names.around(name, &mut |number| forced.domain(number));
    }

    fn domain(&mut self, domain: &Domain) {
        self.name(domain.as_str());
    }

    fn address(&mut self, address: &Address) {
        self.name(address.domain().as_str());
    }

    fn login(&mut self, name: &str) {
        if let Some(number) = self.names.login(name) {
            self.forced.login(number);
        }
    }

    /// Domains and logins of which more is said than of most.
    fn odd(&mut self) {
        let Self { names, forced } = self;
        for (number, (_, hosted)) in (0..).zip(&names.domains) {
            let is_odd = hosted.via.is_some()
                || !hosted.forwards.is_empty()
                || !hosted.publish.dkim.is_empty();
            if is_odd {
                forced.domain(number);
            }
        }
        for listed in &names.recipients {
            let is_behind = match listed.what {
                What::Mailbox(mailbox) => mailbox.via.is_some(),
                What::Alias(_) => false,
            };
            // What no word can be is not found in rows.
            let is_word = listed.local.bytes().all(is_of_word);
            if is_behind || !is_word {
                forced.domain(listed.domain);
            }
        }
        for (number, (name, login)) in (0..).zip(&names.logins) {
            let is_word = name.bytes().all(is_of_word);
            if !login.grants.is_empty() || login.mailboxes.is_empty() || !is_word {
                forced.login(number);
            }
        }
    }

    fn grants<'g>(&mut self, grants: impl Iterator<Item = &'g Grant>) {
        for grant in grants {
            grant.each_domain(&mut |domain, _| self.domain(domain));
        }
    }

    fn class(&mut self, class: &Class) {
        if let Some(LoginScope::OneOf(logins)) = &class.login {
            for login in logins {
                self.login(login);
            }
        }
        for scope in &class.from {
            match scope {
                ReversePathScope::Address(address) => self.address(address),
                ReversePathScope::Domain(domain) | ReversePathScope::Below(domain) => {
                    self.domain(domain);
                }
                ReversePathScope::Null | ReversePathScope::Local | ReversePathScope::Foreign => {}
            }
        }
        for scope in &class.to {
            match scope {
                RecipientScope::Address(address) => self.address(address),
                RecipientScope::Domain(domain) | RecipientScope::Below(domain) => {
                    self.domain(domain);
                }
                RecipientScope::Listed | RecipientScope::Unlisted | RecipientScope::Foreign => {}
            }
        }
    }
}

/// Collects what a policy names anywhere but in its domains.
fn policy(policy: &Policy, named: &mut Named<'_, '_>) {
    // Whatever a policy says besides shall be thought of here.
    let Policy {
        source: _,
        host,
        networks,
        auth: _,
        authenticated,
        logins,
        domains: _,
        parked,
        inbound: _,
        routes: _,
        outbound,
        archive,
        targets: _,
        scenarios: _,
        statements,
        acknowledged: _,
    } = policy;
    named.domain(&host.name.value);
    if let Some(postmaster) = &host.postmaster {
        named.address(&postmaster.value);
    }
    named.grants(networks.iter().flat_map(|network| &network.grants));
    named.grants(authenticated.iter());
    named.grants(logins.values().flat_map(|login| &login.grants));
    for name in parked.keys().chain(outbound.from.keys()) {
        named.domain(name);
    }
    for scope in outbound.to.keys() {
        let (DomainScope::Exactly(name) | DomainScope::Below(name)) = scope;
        named.domain(name);
    }
    for name in archive.from.keys().chain(archive.to.keys()) {
        named.domain(name);
    }
    for mailbox in archive.mailboxes() {
        named.address(mailbox);
    }
    for class in statements.iter().flat_map(Statement::classes) {
        named.class(class);
    }
}
