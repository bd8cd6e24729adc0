//! Rights that name something, as ACLs that accept what is granted.
//!
//! A table says which ACL holds the rights of a network, or of a login; each statement of that ACL
//! is a right. What none of them accepts goes on to what strangers are told. A network has two
//! tables: what holds without TLS, and what holds under it only.

use std::collections::HashMap;

use super::Emission;
use super::clients::network_rows;
use super::scopes::{self, Names};
use super::senders::own_addresses;
use super::table::Table;
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{DELIVERY_DOMAIN, Listener};
use crate::policy::{Grant, Network, Policy};
use crate::target::exim::lexical::{Comment, Held, Key, List, LoginName, Word};
use crate::target::exim::view::{
    LoginRights, LoginRightsAcl, NetworkRights, NetworkRightsAcl, Right, RightsAcls, RightsGroup,
};
use crate::target::render::render;

/// The ACL without a right.
const NO_RIGHT: &str = "acl_no_right";

/// What is granted to those who may not send everything.
#[derive(Default)]
pub(super) struct Rights {
    /// What is said of extensions, if there are any.
    extensions: Vec<Comment>,
    groups: Vec<RightsGroup>,
    known: HashMap<Vec<What>, Word>,
    names: Names,
    plain: Option<Table>,
    under_tls: Option<Table>,
    logins: Option<Table>,
}

/// What a right covers; who holds it is a matter of tables.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct What {
    from: Option<scopes::Senders>,
    to: Option<scopes::Recipients>,
    listeners: Vec<Listener>,
}

/// Whether some login is not granted everything from its own addresses.
pub(super) fn logins_are_limited(policy: &Policy) -> bool {
    let mut logins = policy.logins.values();
    super::acl::auth_is_offered(policy)
        && logins.any(|login| !policy.grants_of(login).iter().all(Grant::is_wide))
}

/// Returns the rights of a policy.
pub(super) fn rights(emission: &Emission<'_>, diagnostics: &mut Diagnostics) -> Rights {
    let policy = emission.policy;
    let mut rights = Rights {
        extensions: super::acl::extensions(policy),
        ..Rights::default()
    };
    let about = "Networks, and which rights to send each has.";
    rights.plain = rights.networks(emission, ("networks", about), false, diagnostics);
    let about = "Networks, and which rights to send each has under TLS only.";
    rights.under_tls = rights.networks(emission, ("networks-tls", about), true, diagnostics);
    if logins_are_limited(policy) {
        rights.logins = Some(rights.logins(emission, diagnostics));
    }
    rights
}

/// Returns the rights of a network that names something in each of them.
fn limited(network: &Network) -> &[Grant] {
    if network.unlimited().is_some() {
        &[]
    } else {
        &network.grants
    }
}

impl Rights {
    fn networks(
        &mut self,
        emission: &Emission<'_>,
        (name, about): (&'static str, &str),
        under_tls: bool,
        diagnostics: &mut Diagnostics,
    ) -> Option<Table> {
        let mut groups: Vec<Option<Word>> = Vec::new();
        for network in &emission.policy.networks {
            let grants = limited(network).iter();
            let grants = grants.filter(|grant| grant.needs_tls == under_tls);
            let held: Vec<(&Grant, What)> = grants
                .map(|grant| {
                    let from = (!grant.is_from_any()).then(|| scopes::Senders::of_network(grant));
                    (grant, what(emission, grant, from, diagnostics))
                })
                .collect();
            groups.push((!held.is_empty()).then(|| self.group(&held, diagnostics)));
        }
        let rows = network_rows(emission.policy, |number| groups.get(number)?.clone());
        if rows.is_empty() {
            return None;
        }
        let mut table = Table::networks(name, about);
        for (net, acl, at) in rows {
            let acl = acl.unwrap_or(Word::fixed(NO_RIGHT));
            table.push(&Key::network(net), &Held::acl(&acl), at);
        }
        Some(table)
    }

    fn logins(&mut self, emission: &Emission<'_>, diagnostics: &mut Diagnostics) -> Table {
        let policy = emission.policy;
        let about = "Logins, and which rights to send each has.";
        let mut table = Table::exact("login-rights", about);
        for login in policy.logins.values() {
            // Who cannot be written here was refused with the table of logins.
            let Ok(name) = LoginName::new(&login.name.value) else {
                continue;
            };
            let grants = policy.grants_of(login);
            // If all are from the same reverse-paths, rule 4 has seen to them already.
            let own = (!Grant::are_alike(grants)).then(|| own_addresses(policy, login));
            let held: Vec<(&Grant, What)> = grants
                .iter()
                .map(|grant| {
                    let own = own.as_deref().filter(|_| !grant.is_from_any());
                    let from = own.map(|own| scopes::Senders::of_login(grant, own));
                    (grant, what(emission, grant, from, diagnostics))
                })
                .collect();
            let acl = self.group(&held, diagnostics);
            let key = Key::login_exactly(name);
            table.push(&key, &Held::acl(&acl), Some(&login.name.at));
        }
        table
    }

    /// Returns the ACL of rights that are held together.
    fn group(&mut self, held: &[(&Grant, What)], diagnostics: &mut Diagnostics) -> Word {
        let key: Vec<What> = held.iter().map(|(_, what)| what.clone()).collect();
        if let Some(name) = self.known.get(&key) {
            return name.clone();
        }
        let name = Word::numbered("acl_rights_", self.known.len() + 1);
        self.known.insert(key, name.clone());
        let rights = held.iter().map(|(grant, what)| Right {
            line: Comment::line(&grant.at),
            ports: (!what.listeners.is_empty())
                .then(|| {
                    List::of(
                        what.listeners
                            .iter()
                            .copied()
                            .map(super::main_section::port),
                    )
                })
                .into_iter()
                .collect(),
            from: what
                .from
                .iter()
                .map(|from| self.names.senders(from, &grant.at, diagnostics))
                .collect(),
            to: what
                .to
                .iter()
                .map(|to| self.names.recipients(to, &grant.at, diagnostics))
                .collect(),
        });
        let rights = rights.collect();
        self.groups.push(RightsGroup {
            name: name.clone(),
            rights,
        });
        name
    }

    /// Returns what stands in the ACL of RCPT before the rules for others; nothing if no network
    /// has a right that names something.
    pub(super) fn of_networks(&self, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
        if self.plain.is_none() && self.under_tls.is_none() {
            return Ok(String::new());
        }
        let view = NetworkRights {
            delivery: Word::fixed(DELIVERY_DOMAIN),
            extensions: self.extensions.clone(),
            under_tls: self.under_tls.iter().map(Table::reference).collect(),
        };
        render(view, diagnostics)
    }

    /// Returns what stands there behind the rule that limits reverse-paths; nothing if whatever a
    /// login sends that gets there is granted.
    pub(super) fn of_logins(&self, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
        if self.logins.is_none() {
            return Ok(String::new());
        }
        let delivery = Word::fixed(DELIVERY_DOMAIN);
        let extensions = self.extensions.clone();
        let view = LoginRights {
            delivery,
            extensions,
        };
        render(view, diagnostics)
    }

    /// Returns `*` if whatever a login sends that gets there is granted.
    pub(super) fn wide_logins(&self) -> Vec<Word> {
        let wide = self.logins.is_none();
        wide.then(|| Word::fixed("*")).into_iter().collect()
    }

    /// Returns `*` if it is not.
    pub(super) fn limited_logins(&self) -> Vec<Word> {
        self.logins.iter().map(|_| Word::fixed("*")).collect()
    }

    /// Returns the ACLs that are run by others.
    pub(super) fn acls(&self, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
        let mut text = String::new();
        if self.plain.is_some() || self.under_tls.is_some() {
            let view = NetworkRightsAcl {
                plain: self.plain.iter().map(Table::reference).collect(),
                under_tls: self.under_tls.iter().map(Table::reference).collect(),
            };
            text += &render(view, diagnostics)?;
        }
        if let Some(logins) = &self.logins {
            let logins = logins.reference();
            text += &render(LoginRightsAcl { logins }, diagnostics)?;
        }
        Ok(text)
    }

    /// Returns the ACLs that tables name, and the tables.
    pub(super) fn finish(
        self,
        diagnostics: &mut Diagnostics,
    ) -> Result<(String, Vec<Table>), Reported> {
        let mut text = self.acls(diagnostics)?;
        if !text.is_empty() {
            let groups = self.groups;
            let view = RightsAcls {
                extensions: self.extensions,
                groups,
            };
            text += &render(view, diagnostics)?;
        }
        let mut tables: Vec<Table> = self.plain.into_iter().collect();
        tables.extend(self.under_tls);
        tables.extend(self.logins);
        tables.extend(self.names.tables);
        Ok((text, tables))
    }
}

/// Returns what a right covers.
fn what(
    emission: &Emission<'_>,
    grant: &Grant,
    from: Option<scopes::Senders>,
    diagnostics: &mut Diagnostics,
) -> What {
    let to = (!grant.is_to_any()).then(|| scopes::Recipients::of(grant));
    if let Some(to) = &to {
        to.check_postmaster(emission, grant, diagnostics);
    }
    What {
        from,
        to,
        listeners: grant.listeners.clone(),
    }
}
