//! What two policies share, left out of their comparison but for some that stand for the rest.
//!
//! Two policies of a hosting provider differ in a few of a hundred thousand domains. To a decider a
//! domain of ours is a name like any other: what tells two of them apart are their recipients, who
//! owns these, and what names them. So a domain can be left out if
//!
//! - both policies say the same of it;
//! - nothing else names it or an address of it: no grant, and no alias of a domain that is
//!   compared; and it is not that of the host's postmaster;
//! - it does not lead, through however many aliases, to an address that has changed, nor to a login
//!   whose rights have;
//! - and one is compared that has recipients of the same sorts, of which all of this holds, too.
//!
//! SOUNDNESS: put, for the domain that was left out, the one that stands for it; for a recipient
//! one of the same sort, and for a login that has no mailbox elsewhere the login of that. No test
//! of either policy answers otherwise then, as long as all logins without grants of their own are
//! asked the same. So every class of envelopes is compared; what is smaller is how many envelopes
//! it is said to have.

mod touched;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rustc_hash::FxBuildHasher;

use touched::touched;

use crate::mail::{Address, Domain};
use crate::policy::{Alias, Few, Grant, HostedDomain, Login, Logins, Policy};
use crate::prove::in_two;

/// Below this many domains nothing is gained.
pub const DOMAINS_MIN: usize = 1000;

/// How many domains stand for those of the same sorts that are left out.
const STAND_FOR: usize = 2;

/// Domains that were left out of both policies, and those that stand for them.
#[derive(Debug, Default)]
pub(super) struct Alike {
    /// How many were left out.
    pub(super) domains: usize,
    /// Those that stand for them.
    pub(super) stand: BTreeSet<Domain>,
    rest: Option<[Rest; 2]>,
}

impl Alike {
    /// Leaves out of both policies what need not be compared, if they have that many domains.
    pub(super) fn leave_out(before: &mut Policy, after: &mut Policy, domains_min: usize) -> Self {
        let few = |policy: &Policy| policy.domains.len() < domains_min;
        if few(before) || few(after) || !asks_logins_alike(before) || !asks_logins_alike(after) {
            return Self::default();
        }
        let (kept, stand) = kept(before, after);
        let all = after.domains.len();
        let (one, other) = in_two(|| Rest::of(before, &kept), || Rest::of(after, &kept));
        Self {
            domains: all - after.domains.len(),
            stand,
            rest: Some([one, other]),
        }
    }

    /// Puts back into both policies what was left out.
    pub(super) fn put_back(self, before: &mut Policy, after: &mut Policy) {
        if let Some([one, other]) = self.rest {
            one.put_back(before);
            other.put_back(after);
        }
    }
}

/// Returns the domains that are compared, and those of them that stand for others.
fn kept(before: &Policy, after: &Policy) -> (BTreeSet<Domain>, BTreeSet<Domain>) {
    let mut kept = Kept {
        policies: [before, after],
        domains: BTreeSet::new(),
        open: Vec::new(),
    };
    for domain in &touched(before, after) {
        kept.keep(domain);
    }
    for policy in [before, after] {
        named(policy, &mut |domain| kept.keep(domain));
    }
    kept.follow();
    let mut sorts: BTreeMap<Sorts, usize> = BTreeMap::new();
    let mut stand: BTreeSet<Domain> = BTreeSet::new();
    for (name, domain) in &after.domains {
        let standing = sorts.entry(sorts_of(domain, after)).or_default();
        if *standing < STAND_FOR && !kept.domains.contains(name) {
            *standing += 1;
            stand.insert(name.clone());
        }
    }
    for domain in &stand {
        kept.keep(domain);
    }
    kept.follow();
    (kept.domains.into_iter().cloned().collect(), stand)
}

/// Returns whether logins without grants of their own are asked about in the same way, whoever they
/// are.
fn asks_logins_alike(policy: &Policy) -> bool {
    let grants = &policy.authenticated;
    grants.iter().all(Grant::is_wide) || Grant::are_alike(grants)
}

/// The sorts of recipients that a domain has.
type Sorts = [bool; 8];

/// Returns which sorts of recipients a domain has: all that tells recipients of two domains apart.
fn sorts_of(domain: &HostedDomain, policy: &Policy) -> Sorts {
    let HostedDomain {
        via: _,
        mailboxes,
        aliases,
        forwards,
        catch_all,
        publish: _,
        at: _,
    } = domain;
    let is_own = |alias: &Alias| leads_to_login(alias, policy);
    [
        mailboxes.values().any(|one| one.login.is_some()),
        mailboxes.values().any(|one| one.login.is_none()),
        // Mail for these is kept elsewhere.
        mailboxes.values().any(|one| one.via.is_some()),
        // Aliases that some login may call its own, and others.
        aliases.values().any(is_own),
        !aliases.values().all(is_own),
        forwards.values().any(|one| !one.keep),
        forwards.values().any(|one| one.keep),
        catch_all.is_some(),
    ]
}

/// Returns whether an alias leads to the mailbox of a login, by names alone.
fn leads_to_login(alias: &Alias, policy: &Policy) -> bool {
    let mut open: Vec<&Alias> = vec![alias];
    let mut seen: BTreeSet<&Address> = BTreeSet::new();
    while let Some(alias) = open.pop() {
        for target in alias.targets.iter().map(|target| &target.value) {
            let mailbox = policy.mailbox(target);
            if mailbox.is_some_and(|mailbox| mailbox.login.is_some()) {
                return true;
            }
            if mailbox.is_none() && seen.insert(target) {
                open.extend(policy.alias(target));
            }
        }
    }
    false
}

/// Domains that are compared.
struct Kept<'p> {
    policies: [&'p Policy; 2],
    domains: BTreeSet<&'p Domain>,
    /// Those of them that were not followed yet.
    open: Vec<&'p Domain>,
}

impl Kept<'_> {
    /// Keeps a domain, if it is one of ours.
    fn keep(&mut self, domain: &Domain) {
        for policy in self.policies {
            if let Some((domain, _)) = policy.domains.get_key_value(domain)
                && self.domains.insert(domain)
            {
                self.open.push(domain);
            }
        }
    }

    /// Keeps whatever kept domains lead to.
    fn follow(&mut self) {
        while let Some(domain) = self.open.pop() {
            for policy in self.policies {
                let Some(hosted) = policy.domains.get(domain) else {
                    continue;
                };
                let aliases = hosted.aliases.values().chain(&hosted.catch_all);
                for target in aliases.flat_map(|alias| &alias.targets) {
                    self.keep(target.value.domain());
                }
            }
        }
    }
}

/// Hands on every domain that something but the domain itself names.
fn named(policy: &Policy, take: &mut dyn FnMut(&Domain)) {
    // Whatever a policy says besides shall be thought of here.
    let Policy {
        source: _,
        host,
        networks,
        auth: _,
        authenticated,
        logins,
        domains,
        parked: _,
        inbound: _,
        routes: _,
        outbound,
        archive,
        targets: _,
        scenarios: _,
        statements: _,
        acknowledged: _,
    } = policy;
    let postmaster = host.postmaster.iter().map(|address| address.value.domain());
    postmaster.for_each(&mut *take);
    // Recipients' domains are none of ours.
    outbound.from.keys().for_each(&mut *take);
    archive.from.keys().for_each(&mut *take);
    archive.to.keys().for_each(&mut *take);
    let archives = archive.mailboxes().into_iter();
    archives.for_each(|mailbox| take(mailbox.domain()));
    let mut above: BTreeSet<&str> = BTreeSet::new();
    let networks = networks.iter().flat_map(|network| &network.grants);
    let own = logins.values().flat_map(|login| &login.grants);
    for grant in networks.chain(authenticated).chain(own) {
        grant.each_domain(&mut |domain, is_below| {
            if is_below {
                above.insert(domain.as_str());
            } else {
                take(domain);
            }
        });
    }
    if !above.is_empty() {
        let is_below = |domain: &&Domain| domain.parents().any(|one| above.contains(one));
        domains.keys().filter(is_below).for_each(take);
    }
}

/// What was left out of a policy.
#[derive(Debug, Default)]
pub(super) struct Rest {
    domains: BTreeMap<Domain, HostedDomain>,
    logins: Logins,
}

impl Rest {
    /// Leaves out of a policy what is not kept: domains, and logins that have mailboxes there only.
    fn of(policy: &mut Policy, kept: &BTreeSet<Domain>) -> Self {
        let mut rest = Self {
            domains: std::mem::take(&mut policy.domains),
            logins: std::mem::take(&mut policy.logins),
        };
        for domain in kept {
            policy.domains.extend(rest.domains.remove_entry(domain));
        }
        let names: HashSet<&str, FxBuildHasher> = kept.iter().map(Domain::as_str).collect();
        let is_kept = |address: &&Address| names.contains(address.domain().as_str());
        for login in rest.logins.values() {
            let had = !login.mailboxes.is_empty();
            let mailboxes: Few<Address> = login.mailboxes.iter().filter(is_kept).cloned().collect();
            if had && mailboxes.is_empty() && login.grants.is_empty() {
                continue;
            }
            let login = Login {
                name: login.name.clone(),
                mailboxes,
                grants: login.grants.clone(),
            };
            policy.logins.insert(login);
        }
        rest
    }

    /// Puts it back.
    fn put_back(mut self, policy: &mut Policy) {
        self.domains.append(&mut policy.domains);
        policy.domains = self.domains;
        policy.logins = self.logins;
    }
}
