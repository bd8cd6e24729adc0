//! From a proved policy to Exim's files: all order and choice is made here.
//!
//! exim4.conf is put together from parts, each of them a template. Everything that bears on
//! relaying is written out, even where Exim's default is right.
//!
//! Not here: what a condition means (`interpret` says that, from Exim's manual alone), and
//! passwords and keys, which only their paths stand for.

mod acl;
mod archive;
mod clients;
mod dkim;
mod main_section;
mod null_client;
mod order;
mod postmaster;
mod raw;
mod recipients;
mod rights;
mod route;
mod scopes;
mod senders;
mod service;
mod table;
mod version;

pub(super) use table::TableName;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use self::clients::Clients;
use self::recipients::Recipients;
use self::senders::Senders;
use self::table::Table;
use super::lexical::{Comment, HostItem, List, Word};
use super::view::{
    HostNameRouter, LocalTransports, RecipientRouters, RetryPart, RoutersHead, TableHead,
};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Address, Domain};
use crate::policy::Policy;
use crate::prove::{Proven, in_two};
use crate::source::Spanned;
use crate::target::Artifacts;
use crate::target::render::render;

/// The user that Exim runs as can read them, and not write them.
const MODE: u32 = 0o644;

/// Returns the complete configuration of a server that does what a proved policy says.
pub(super) fn emit(
    proven: &Proven<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Artifacts, Reported> {
    emit_policy(proven.policy(), diagnostics)
}

/// What is collected while the files are made.
struct Emission<'p> {
    policy: &'p Policy,
    version: (u16, u16, u16),
    /// Where mail made on the host goes that is for nobody else.
    postmaster: Spanned<Address>,
    /// The domain whose `postmaster` is the bare one.
    origin: Domain,
    artifacts: Artifacts,
    packages: BTreeSet<&'static str>,
}

impl Emission<'_> {
    /// Adds a file of /etc/exim4.
    fn add(&mut self, name: &str, text: String) {
        self.add_at(&format!("etc/exim4/{name}"), text);
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

/// Tells what Exim cannot be told. The files that are made for it go nowhere: nothing is proved.
pub(super) fn refuse(policy: &Policy, diagnostics: &mut Diagnostics) {
    // It fails with what it tells.
    let _told = emit_policy(policy, diagnostics);
}

/// What all files hang on: the version, the host's postmaster, and his domain.
type Given = ((u16, u16, u16), Spanned<Address>, Domain);

/// Returns what all files hang on, and tells what Exim cannot be told at all.
fn given(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<Given, Reported> {
    let options = policy.target("exim");
    let version = options.and_then(|options| options.version.as_ref());
    let version = version::choose(version, diagnostics)?;
    let (postmaster, origin) = postmaster::choose(policy, diagnostics)?;
    Ok((version, postmaster, origin))
}

/// Returns the files of a policy. INVARIANT: its obligations were proved, or nobody gets
/// the files; only [`emit`] and [`refuse`] call this.
fn emit_policy(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<Artifacts, Reported> {
    let before = diagnostics.errors();
    let options = policy.target("exim");
    let (version, postmaster, origin) = given(policy, diagnostics)?;
    let mut emission = Emission {
        policy,
        version,
        postmaster,
        origin,
        artifacts: Artifacts::new(),
        packages: BTreeSet::from(["exim4-daemon-heavy"]),
    };
    if policy.is_null_client() {
        let conf = null_client::conf(&emission, diagnostics)?;
        emission.add("exim4.conf", conf);
    } else {
        write_server(&mut emission, diagnostics)?;
    }
    service::write(&mut emission, diagnostics)?;
    route::write(&mut emission, diagnostics)?;
    raw::files(&mut emission, options, diagnostics);
    diagnostics.failed_since(before)?;
    Ok(finish(emission))
}

/// Writes exim4.conf of a host that takes mail, and its tables.
fn write_server(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let policy = emission.policy;
    let mut told = Diagnostics::new();
    let (recipients, senders) = in_two(
        || recipients::recipients(policy, diagnostics),
        || acl::auth_is_offered(policy).then(|| senders::senders(policy, &mut told)),
    );
    diagnostics.append(told);
    let clients = clients::clients(policy);
    let mut tables = Vec::new();
    let conf = conf(
        emission,
        &recipients,
        senders.as_ref(),
        &clients,
        &mut tables,
        diagnostics,
    )?;
    emission.add("exim4.conf", conf);
    write_tables(emission, recipients, senders, tables, diagnostics)?;
    write_lists(emission, clients.files, diagnostics)
}

/// Returns exim4.conf; adds the tables of rights, and of what is signed.
fn conf(
    emission: &Emission<'_>,
    recipients: &Recipients,
    senders: Option<&Senders>,
    clients: &Clients,
    tables: &mut Vec<Table>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let rights = rights::rights(emission, diagnostics);
    let main = main_section::section(emission, recipients, clients, diagnostics)?;
    let mut text = raw::settings(main, emission.policy.target("exim"), diagnostics);
    text += &acl::section(emission, clients, senders, &rights, diagnostics)?;
    let (acls, held) = rights.finish(diagnostics)?;
    text += &acls;
    tables.extend(held);
    let postmaster = postmaster::word(&emission.postmaster, diagnostics)?;
    text += &render(RoutersHead {}, diagnostics)?;
    let host_name = HostNameRouter {
        archives: archive::routers(emission.policy, diagnostics),
        host_names: List::of(host_names(emission.policy)),
        postmaster: postmaster.clone(),
        postmaster_line: Comment::line(&emission.postmaster.at),
    };
    let extended = emission.policy.host.plus_addressing.is_some();
    let suffix = ["local_part_suffix = +*", "local_part_suffix_optional"];
    let recipients = RecipientRouters {
        suffix: suffix
            .into_iter()
            .filter(|_| extended)
            .map(Word::fixed)
            .collect(),
        aliases: recipients.aliases.reference(),
        forwards: recipients.forwards.iter().map(Table::reference).collect(),
        accounts: recipients.accounts.reference(),
        boxes: recipients.boxes.reference(),
        behind: recipients.behind_routers(emission.policy),
        catch_all: recipients.catch_all.reference(),
        postmaster,
    };
    text += &render(host_name, diagnostics)?;
    text += &route::routers(emission, diagnostics)?;
    text += &render(recipients, diagnostics)?;
    let signing = dkim::part(emission.policy, tables, diagnostics)?;
    text += &route::transports(emission, &signing, diagnostics)?;
    text += &render(LocalTransports {}, diagnostics)?;
    let retry = RetryPart {
        postmaster_line: Comment::line(&emission.postmaster.at),
        rules: Vec::new(),
    };
    text += &render(retry, diagnostics)?;
    text += &service::authenticators(emission, senders, diagnostics)?;
    text += &route::authenticators(emission, diagnostics)?;
    Ok(text)
}

/// The names that mail made on the host may be for, unless one is a domain of ours.
fn host_names(policy: &Policy) -> impl Iterator<Item = Word> {
    let host = &policy.host.name.value;
    let host = (!policy.domains.contains_key(host)).then(|| Word::domain(host));
    let local = ["localhost", "localhost.localdomain"].map(Word::fixed);
    host.into_iter().chain(local)
}

fn write_tables(
    emission: &mut Emission<'_>,
    recipients: Recipients,
    senders: Option<Senders>,
    more: Vec<Table>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let mut tables = vec![
        recipients.aliases,
        recipients.accounts,
        recipients.boxes,
        recipients.catch_all,
    ];
    tables.extend(recipients.forwards);
    tables.extend(recipients.behind.into_values());
    tables.extend(recipients.domain_table);
    if let Some(senders) = senders {
        tables.extend([senders.logins, senders.owners]);
    }
    tables.extend(more);
    tables
        .into_iter()
        .try_for_each(|table| table.write(emission, diagnostics))
}

/// Writes the host lists that are too long for exim4.conf: an item a line.
fn write_lists(
    emission: &mut Emission<'_>,
    lists: Vec<(Word, Comment, Vec<HostItem>)>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    for (name, about, items) in lists {
        let policy = emission.policy_name();
        let mut text = render(TableHead { policy, about }, diagnostics)?;
        for item in items {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{item}");
        }
        emission.add(&name.to_string(), text);
    }
    Ok(())
}

fn finish(mut emission: Emission<'_>) -> Artifacts {
    emission.run("exim4 -bV");
    let host = &emission.policy.host;
    let mut artifacts = emission.artifacts;
    artifacts.packages = emission.packages.into_iter().map(str::to_owned).collect();
    if let Some(tls) = &host.tls {
        let files = [&tls.certificate.value, &tls.key.value];
        artifacts.required_files.extend(files.map(Clone::clone));
    }
    artifacts.required_files.sort();
    artifacts.required_files.dedup();
    artifacts.services.push("exim4");
    artifacts.host_addresses = host.own_addresses();
    artifacts.version = emission.version;
    artifacts
}
