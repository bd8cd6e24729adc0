//! From a proved policy to Postfix's files: all order and choice is made here.
//!
//! Every domain of ours is in `virtual_mailbox_domains`; `mydestination` and `relay_domains` are
//! empty, so no domain is in two classes (ADDRESS_CLASS_README). Who may relay is the same in each
//! list: internal clients and listed logins. Everything that bears on relaying is written out,
//! even where Postfix's default is right.
//!
//! Not here: what a restriction means (`interpret` says that, from Postfix's manual alone), and
//! passwords and keys, which only their paths stand for.

mod archive;
mod auth;
mod clients;
mod dkim;
mod expansion;
mod grants;
mod lists;
mod main_cf;
mod master_cf;
mod null_client;
mod patterns;
mod proxies;
mod raw;
mod recipients;
mod restriction;
mod rights;
mod route;
mod senders;
mod spf;
mod table;
mod version;

pub(super) use restriction::Restriction;
pub(super) use table::TableName;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::expansion::Expansion;
use self::lists::Parts;
use self::version::Version;
use super::lexical::{Comment, Word};
use super::view::RestrictionsPart;
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Address, DELIVERY_DOMAIN, Domain};
use crate::policy::Policy;
use crate::prove::{Proven, in_two};
use crate::source::{Loc, Spanned};
use crate::target::Artifacts;
use crate::target::diagnostics::ReservedAddress;
use crate::target::render::render;

/// The user that readers of these files run as cannot write them.
const MODE: u32 = 0o644;

/// Returns the complete configuration of a server that does what a proved policy says.
pub(crate) fn emit(
    proven: &Proven<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Artifacts, Reported> {
    emit_policy(proven.policy(), diagnostics)
}

/// What is collected while the files are made.
struct Emission<'p> {
    policy: &'p Policy,
    version: Version,
    /// Where mail to bare postmaster, and mail made on the host, goes.
    postmaster: Spanned<Address>,
    /// Postfix's own domain: that of the postmaster.
    origin: Domain,
    /// The domain in which accounts are delivered to.
    delivery: Domain,
    artifacts: Artifacts,
    packages: BTreeSet<&'static str>,
}

impl Emission<'_> {
    /// Adds a file of /etc/postfix.
    fn add(&mut self, name: &str, text: String) {
        self.add_at(&format!("etc/postfix/{name}"), text);
    }

    /// Adds a file by its path below the root.
    fn add_at(&mut self, path: &str, text: String) {
        self.artifacts.add(path, MODE, text);
    }

    /// Adds a command that must run after the files were copied.
    fn run(&mut self, command: impl Into<String>) {
        self.artifacts.commands.push(command.into());
    }

    /// Adds a Debian package that must be there.
    fn needs(&mut self, package: &'static str) {
        self.packages.insert(package);
    }

    /// Returns the name of the policy's text.
    fn policy_name(&self) -> Comment {
        Comment::new(self.policy.source.name())
    }
}

/// What all files hang on.
struct Given {
    version: Version,
    postmaster: Spanned<Address>,
    origin: Domain,
}

/// Tells what Postfix cannot be told. The files that are made for it go nowhere: nothing is proved.
pub(crate) fn refuse(policy: &Policy, diagnostics: &mut Diagnostics) {
    // It fails with what it tells.
    let _told = emit_policy(policy, diagnostics);
}

/// Returns what all files hang on, and tells what Postfix cannot be told at all.
fn given(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<Given, Reported> {
    let options = policy.target("postfix");
    let version = options.and_then(|options| options.version.as_ref());
    let version = Version::choose(version, diagnostics)?;
    let postmaster = postmaster(policy, diagnostics)?;
    let origin = if policy.is_null_client() {
        policy.host.name.value.clone()
    } else {
        postmaster.value.domain().clone()
    };
    reserved(policy, &origin, diagnostics);
    proxies::check(policy, diagnostics);
    Ok(Given {
        version,
        postmaster,
        origin,
    })
}

/// Returns the files of a policy. INVARIANT: its obligations were proved, or nobody gets the files;
/// only [`emit`], [`refuse`] and tests call this.
fn emit_policy(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<Artifacts, Reported> {
    let before = diagnostics.errors();
    let options = policy.target("postfix");
    let Given {
        version,
        postmaster,
        origin,
    } = given(policy, diagnostics)?;
    let mut emission = Emission {
        policy,
        version,
        origin,
        postmaster,
        delivery: Domain::literal(DELIVERY_DOMAIN),
        artifacts: Artifacts::new(),
        packages: BTreeSet::from(["postfix"]),
    };
    let main = if policy.is_null_client() {
        null_client::write(&mut emission, diagnostics)?
    } else {
        write(&mut emission, diagnostics)?
    };
    let main = raw::settings(main, options, diagnostics);
    emission.add("main.cf", main);
    raw::files(&mut emission, options, diagnostics);
    diagnostics.failed_since(before)?;
    Ok(finish(emission))
}

/// Writes everything of a server but main.cf, whose text it returns.
fn write(emission: &mut Emission<'_>, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let policy = emission.policy;
    let mut told = Diagnostics::new();
    let (recipients, senders) = in_two(
        || recipients::recipients(emission, diagnostics),
        || auth::is_offered(policy).then(|| senders::senders(policy, &mut told)),
    );
    diagnostics.append(told);
    for address in grants::unsayable(policy) {
        let why = super::lexical::Unsayable::Key;
        recipients::refuse(&address.value.to_string(), why, &address.at, diagnostics);
    }
    let own_domains = recipients.own_domains.reference();
    let rights = rights::rights(policy);
    let clients = clients::clients(policy, &own_domains, rights::logins_are_limited(policy));
    let inbound = &policy.inbound;
    let spf = spf::services(inbound.spf, inbound.header, &inbound.spf_at);
    let parts = Parts {
        policy,
        version: emission.version,
        clients: &clients,
        rights: &rights,
        spf: &spf,
        delivery: &emission.delivery.clone(),
        logins: senders.as_ref().map(|senders| senders.logins.reference()),
        own_domains,
        catch_all: recipients.catch_all.as_ref().map(table::Table::reference),
    };
    let restrictions = restrictions(&parts, senders.as_ref());
    drop(parts);

    let mut main = main_cf::host(emission, diagnostics)?;
    dkim::write(emission, diagnostics)?;
    let submitting = clients::submitting(policy, &clients.mynetworks, rights.at_data.as_ref());
    main += &main_cf::clients(clients.mynetworks, submitting, diagnostics)?;
    main += &main_cf::domains(emission, &recipients, diagnostics)?;
    main += &render(restrictions, diagnostics)?;
    if !spf.is_off() {
        main += &render(spf.part(), diagnostics)?;
    }
    let table = senders.as_ref().map(|senders| senders.owners.reference());
    main += &auth::part(emission, table, diagnostics)?;
    main += &main_cf::tls(emission, diagnostics)?;
    main += &main_cf::closed(emission, diagnostics)?;
    main += &main_cf::limits(policy, diagnostics)?;

    master_cf::write(emission, &spf, diagnostics)?;
    route::write(emission, diagnostics)?;
    archive::write(emission, diagnostics)?;
    spf.write(emission, diagnostics)?;
    auth::write(emission, diagnostics)?;
    patterns::command_filter(emission, diagnostics)?;
    patterns::header_checks(emission, diagnostics)?;
    patterns::tables(emission, recipients.catch_all.is_some(), diagnostics)?;
    recipients.write(emission, diagnostics)?;
    if let Some(senders) = senders {
        senders.write(emission, diagnostics)?;
    }
    for table in rights.grants.tables.into_iter().chain(rights.login_tables) {
        table.write(emission, diagnostics)?;
    }
    if !spf.is_off() {
        clients.without_spf.write(emission, diagnostics)?;
    }
    let limits = [clients.limits.strangers, clients.limits.logins];
    let limits = limits.into_iter().flatten();
    for table in rights.client_tables.into_iter().chain(limits) {
        table.write(emission, diagnostics)?;
    }
    Ok(main)
}

/// The lists, and the classes that they or their tables name.
fn restrictions(parts: &Parts<'_>, senders: Option<&senders::Senders>) -> RestrictionsPart {
    let mut classes = Vec::new();
    if senders.is_some_and(|senders| senders.limited) {
        classes.push(lists::own_addresses());
    }
    if let Some(local) = senders.and_then(|senders| senders.local.as_ref()) {
        classes.push(lists::own_and_local(&local.reference()));
    }
    if parts.catch_all.is_some() {
        classes.push(lists::catch_all(recipients::CATCH_ALL));
    }
    classes.extend(parts.rights.grants.classes.iter().cloned());
    classes.extend(parts.clients.limits.classes.iter().cloned());
    classes.extend(parts.spf.class());
    RestrictionsPart {
        order: main_cf::order(parts.version),
        codes: main_cf::codes(parts.rights.grants.needs_tls),
        command_filter: TableName::fixed("regexp", "command-filter"),
        classes,
        lists: parts.lists(),
    }
}

/// The address that mail to bare postmaster goes to. `lower` sees to it that there is one.
fn postmaster(
    policy: &Policy,
    diagnostics: &mut Diagnostics,
) -> Result<Spanned<Address>, Reported> {
    use crate::target::diagnostics::UnsayableValue;
    let postmaster = policy.postmaster().ok_or_else(|| {
        let name = policy.host.name.value.as_str();
        let why = "a server needs a domain whose postmaster reads about its troubles";
        diagnostics.error(UnsayableValue::new("postfix", name, why, &policy.host.at))
    })?;
    match Word::address(&postmaster.value) {
        Ok(_) => Ok(postmaster.clone()),
        Err(why) => {
            let text = postmaster.value.to_string();
            Err(diagnostics.error(UnsayableValue::new("postfix", &text, why, &postmaster.at)))
        }
    }
}

/// Addresses that Postfix, or the command filter, keeps for itself.
fn reserved(policy: &Policy, origin: &Domain, diagnostics: &mut Diagnostics) {
    let Some(hosted) = policy.domains.get(origin) else {
        return;
    };
    let boxes = hosted.mailboxes.iter().map(|(local, one)| (local, &one.at));
    let aliases = hosted.aliases.iter().map(|(local, one)| (local, &one.at));
    let forwards = hosted.forwards.iter().map(|(local, one)| (local, &one.at));
    for (local, at) in boxes.chain(aliases).chain(forwards) {
        let of_senders = ["mailer-daemon", "unlisted-mailer-daemon"];
        let of_senders = patterns::asks_senders(policy) && of_senders.contains(&local.as_str());
        if of_senders || matches!(local.as_str(), "double-bounce" | "unlisted-double-bounce") {
            diagnostics.error(ReservedAddress {
                target: "postfix",
                address: format!("{local}@{origin}"),
                text: Arc::clone(at.source()),
                at: at.span(),
            });
        }
    }
}

fn address(address: &Address, at: &Loc, diagnostics: &mut Diagnostics) -> Result<Word, Reported> {
    use crate::target::diagnostics::UnsayableValue;
    Word::address(address).map_err(|why| {
        let text = address.to_string();
        diagnostics.error(UnsayableValue::new("postfix", &text, why, at))
    })
}

/// The empty table.
fn no_recipients(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let about = Comment::new("Nobody, and so that it is a table: no recipient is local by itself.");
    table::Table::new("no-recipients", about).write(emission, diagnostics)
}

fn finish(mut emission: Emission<'_>) -> Artifacts {
    emission.run("postfix check");
    let host = &emission.policy.host;
    let mut artifacts = emission.artifacts;
    artifacts.packages = emission.packages.into_iter().map(str::to_owned).collect();
    if let Some(tls) = &host.tls {
        let files = [&tls.certificate.value, &tls.key.value];
        artifacts.required_files.extend(files.map(Clone::clone));
    }
    artifacts.required_files.sort();
    artifacts.required_files.dedup();
    artifacts.services.push("postfix");
    artifacts.host_addresses = host.own_addresses();
    artifacts.version = emission.version.0;
    artifacts
}

/// Returns how far aliases expand.
fn expansion(policy: &Policy) -> Expansion {
    expansion::limits(policy)
}

#[cfg(test)]
mod tests;
