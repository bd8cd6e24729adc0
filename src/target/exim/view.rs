//! The data of each template: everything that it may print, and nothing else.

use serde::Serialize;

use super::emit::TableName;
use super::lexical::{Comment, List, Word};
use crate::target::render::{Syntax, View};

/// Joins a view with its template.
macro_rules! view {
    ($view:ty, $name:literal, $syntax:ident) => {
        impl View for $view {
            const NAME: &'static str = concat!("exim/", $name);
            const TEXT: &'static str = include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/templates/exim/",
                $name
            ));
            const SYNTAX: Syntax = Syntax::$syntax;
        }
    };
}

mod data;
mod limits;
mod recipients;
mod remote;

pub(super) use data::{DataAuth, DataBoth, DataHead, DataPlain, DataSpf};
pub(super) use limits::LimitsPart;
pub(super) use recipients::{ArchiveRouter, RecipientRouters};
pub(super) use remote::{
    BehindRouter, ClientAuthenticators, ClientRoute, ExchangersRouter, NullClientRouter,
    OutboundFrom, OutboundRouter, OutboundTo, RemoteTransport, RouteTransport, RoutersHead,
    TransportOption, TransportsHead,
};

/// Something of the policy, and its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Commented {
    pub(super) text: Comment,
    pub(super) line: Comment,
}

/// Main: the host.
#[derive(Debug, Serialize)]
pub(super) struct HostPart {
    pub(super) policy: Comment,
    pub(super) version: Comment,
    pub(super) host_line: Comment,
    pub(super) primary_hostname: Word,
    pub(super) origin: Word,
    pub(super) postmaster_line: Comment,
    pub(super) listeners: Vec<Commented>,
    /// The addresses that a daemon would listen at.
    pub(super) interfaces: List,
    /// The other addresses that are the host's own, if these are not all.
    pub(super) own: Vec<List>,
    pub(super) ports: List,
    pub(super) tls_ports: List,
}
view!(HostPart, "main/host.j2", Lines);

/// Main: named lists.
#[derive(Debug, Serialize)]
pub(super) struct ListsPart {
    pub(super) domain_places: Vec<Commented>,
    pub(super) domains: List,
    pub(super) host_lists: Vec<HostList>,
}
view!(ListsPart, "main/lists.j2", Lines);

/// A named list of clients.
#[derive(Debug, Clone, Serialize)]
pub(super) struct HostList {
    pub(super) name: Word,
    pub(super) about: Comment,
    pub(super) networks: Vec<Commented>,
    /// Exim takes the first item that matches, so nested prefixes stand before those around them.
    pub(super) hosts: List,
}

/// Main: TLS.
#[derive(Debug, Serialize)]
pub(super) struct TlsPart {
    pub(super) line: Comment,
    pub(super) certificate: Word,
    pub(super) key: Word,
}
view!(TlsPart, "main/tls.j2", Lines);

/// Main: no TLS.
#[derive(Debug, Serialize)]
pub(super) struct TlsNonePart {}
view!(TlsNonePart, "main/tls_none.j2", Lines);

/// Main: AUTH.
#[derive(Debug, Serialize)]
pub(super) struct AuthPart {
    pub(super) line: Comment,
}
view!(AuthPart, "main/auth.j2", Lines);

/// Main: no AUTH.
#[derive(Debug, Serialize)]
pub(super) struct AuthNonePart {}
view!(AuthNonePart, "main/auth_none.j2", Lines);

/// Main: addresses, ACLs, and what the server does not do.
#[derive(Debug, Serialize)]
pub(super) struct ClosedPart {
    /// Each proxy that says who the client is.
    pub(super) proxy_places: Vec<Commented>,
    /// All of them, or nothing.
    pub(super) proxies: List,
}
view!(ClosedPart, "main/closed.j2", Lines);

/// ACLs: MAIL, and the first rule of RCPT.
#[derive(Debug, Serialize)]
pub(super) struct PathsAcl {}
view!(PathsAcl, "acl/paths.j2", Lines);

/// RCPT: rule 2.
#[derive(Debug, Serialize)]
pub(super) struct AuthRequired {
    pub(super) line: Comment,
}
view!(AuthRequired, "acl/auth_required.j2", Lines);

/// RCPT: rule 3.
#[derive(Debug, Serialize)]
pub(super) struct OwnDomainRule {
    pub(super) line: Comment,
}
view!(OwnDomainRule, "acl/own_domain.j2", Lines);

/// RCPT: rule 4, where logins own addresses.
#[derive(Debug, Serialize)]
pub(super) struct SenderLimit {
    pub(super) line: Comment,
    /// What is said of extensions, if there are any: they are cut off.
    pub(super) extensions: Vec<Comment>,
    pub(super) owners: TableName,
}
view!(SenderLimit, "acl/sender_limit.j2", Lines);

/// RCPT: rule 4, where logins own domains too, or everything.
#[derive(Debug, Serialize)]
pub(super) struct SenderLimitWide {
    pub(super) line: Comment,
    /// What is said of extensions, if there are any: they are cut off.
    pub(super) extensions: Vec<Comment>,
    pub(super) owners: TableName,
    /// Our domains, if some login may use every address of them.
    pub(super) local: Vec<List>,
}
view!(SenderLimitWide, "acl/sender_limit_wide.j2", Lines);

/// RCPT: what networks are granted.
#[derive(Debug, Serialize)]
pub(super) struct NetworkRights {
    pub(super) delivery: Word,
    /// What is said of extensions, if there are any.
    pub(super) extensions: Vec<Comment>,
    pub(super) under_tls: Vec<TableName>,
}
view!(NetworkRights, "acl/network_rights.j2", Lines);

/// RCPT: what logins are granted.
#[derive(Debug, Serialize)]
pub(super) struct LoginRights {
    pub(super) delivery: Word,
    /// What is said of extensions, if there are any.
    pub(super) extensions: Vec<Comment>,
}
view!(LoginRights, "acl/login_rights.j2", Lines);

/// What the client's network is granted.
#[derive(Debug, Serialize)]
pub(super) struct NetworkRightsAcl {
    pub(super) plain: Vec<TableName>,
    pub(super) under_tls: Vec<TableName>,
}
view!(NetworkRightsAcl, "acl/rights_of_networks.j2", Lines);

/// What the login is granted.
#[derive(Debug, Serialize)]
pub(super) struct LoginRightsAcl {
    pub(super) logins: TableName,
}
view!(LoginRightsAcl, "acl/rights_of_logins.j2", Lines);

/// What the tables of networks and logins name.
#[derive(Debug, Serialize)]
pub(super) struct RightsAcls {
    /// What is said of extensions, if there are any: they are cut off.
    pub(super) extensions: Vec<Comment>,
    pub(super) groups: Vec<RightsGroup>,
}
view!(RightsAcls, "acl/rights.j2", Lines);

/// Rights that are held together.
#[derive(Debug, Serialize)]
pub(super) struct RightsGroup {
    pub(super) name: Word,
    pub(super) rights: Vec<Right>,
}

/// One right: each list has one member if it limits that, and none if it does not.
#[derive(Debug, Serialize)]
pub(super) struct Right {
    pub(super) line: Comment,
    pub(super) ports: Vec<List>,
    pub(super) from: Vec<Senders>,
    pub(super) to: Vec<Recipients>,
}

/// Reverse-paths, each by what it is looked for in.
#[derive(Debug, Default, Serialize)]
pub(super) struct Senders {
    /// The variable that is empty for the null reverse-path.
    pub(super) null: Vec<Word>,
    pub(super) local: Vec<List>,
    pub(super) domains: Vec<TableName>,
    pub(super) addresses: Vec<TableName>,
}

/// Forward-paths, likewise.
#[derive(Debug, Default, Serialize)]
pub(super) struct Recipients {
    pub(super) local: Vec<List>,
    pub(super) domains: Vec<TableName>,
    pub(super) addresses: Vec<TableName>,
}

/// RCPT: rule 5.
#[derive(Debug, Serialize)]
pub(super) struct NetworkLimit {
    pub(super) wide_logins: Vec<Word>,
}
view!(NetworkLimit, "acl/network_limit.j2", Lines);

/// RCPT: rule 5, for our backup.
#[derive(Debug, Serialize)]
pub(super) struct BackupLimit {
    pub(super) wide_logins: Vec<Word>,
}
view!(BackupLimit, "acl/backup_limit.j2", Lines);

/// RCPT: rules 6 and 7, and who is not asked for SPF.
#[derive(Debug, Serialize)]
pub(super) struct Destinations {
    pub(super) delivery: Word,
    /// What is said of extensions, if there are any.
    pub(super) extensions: Vec<Comment>,
    /// `*`, if whatever a login sends is granted once it got here.
    pub(super) wide_logins: Vec<Word>,
}
view!(Destinations, "acl/destinations.j2", Lines);

/// RCPT: rule 8.
#[derive(Debug, Serialize)]
pub(super) struct SpfRule {
    pub(super) line: Comment,
    pub(super) refused: List,
    /// `*`, if a login may get here without a right to send this.
    pub(super) limited_logins: Vec<Word>,
}
view!(SpfRule, "acl/spf.j2", Lines);

/// Routers: mail for the host itself.
#[derive(Debug, Serialize)]
pub(super) struct HostNameRouter {
    pub(super) archives: Vec<ArchiveRouter>,
    pub(super) host_names: List,
    pub(super) postmaster: Word,
    pub(super) postmaster_line: Comment,
}
view!(HostNameRouter, "routers/host_name.j2", Lines);

/// The same: what it signs.
#[derive(Debug, Serialize)]
pub(super) struct DkimPart {
    pub(super) line: Comment,
    /// Networks whose mail is signed, if any has such a right.
    pub(super) clients: Option<TableName>,
    /// Named so that the domain is found that is looked up.
    pub(super) domains: TableName,
    pub(super) selectors: TableName,
    pub(super) keys: TableName,
}
view!(DkimPart, "transports/dkim.j2", Lines);

/// Transports: mailboxes.
#[derive(Debug, Serialize)]
pub(super) struct LocalTransports {}
view!(LocalTransports, "transports/local.j2", Lines);

/// When a transport tries again, and which addresses are rewritten.
#[derive(Debug, Serialize)]
pub(super) struct RetryPart {
    pub(super) postmaster_line: Comment,
    pub(super) rules: Vec<RewriteRule>,
}
view!(RetryPart, "retry.j2", Lines);

/// Every address of a domain is this one.
#[derive(Debug, Serialize)]
pub(super) struct RewriteRule {
    pub(super) domain: Word,
    pub(super) address: Word,
}

/// No authenticators.
#[derive(Debug, Serialize)]
pub(super) struct Authenticators {}
view!(Authenticators, "auth/none.j2", Lines);

/// Authenticators by saslauthd.
#[derive(Debug, Serialize)]
pub(super) struct SaslauthdAuthenticators {
    pub(super) line: Comment,
    pub(super) logins: TableName,
}
view!(SaslauthdAuthenticators, "auth/saslauthd.j2", Lines);

/// Authenticators by Dovecot.
#[derive(Debug, Serialize)]
pub(super) struct DovecotAuthenticators {
    pub(super) line: Comment,
    pub(super) logins: TableName,
    pub(super) socket: Word,
    pub(super) socket_line: Comment,
}
view!(DovecotAuthenticators, "auth/dovecot.j2", Lines);

/// /etc/default/saslauthd.
#[derive(Debug, Serialize)]
pub(super) struct Saslauthd {
    pub(super) policy: Comment,
    pub(super) line: Comment,
    pub(super) mechanism: Word,
}
view!(Saslauthd, "saslauthd.j2", Shell);

/// Main: whose word counts for who a message made on the host is from.
#[derive(Debug, Serialize)]
pub(super) struct LocalSenders {}
view!(LocalSenders, "main/local_senders.j2", Lines);

/// ACLs: nobody but programs on the host.
#[derive(Debug, Serialize)]
pub(super) struct LocalOnlyAcl {
    pub(super) line: Comment,
}
view!(LocalOnlyAcl, "acl/local_only.j2", Lines);

/// /etc/default/exim4: whether the daemon listens.
#[derive(Debug, Serialize)]
pub(super) struct Daemon {
    pub(super) policy: Comment,
    pub(super) line: Comment,
    pub(super) about: Word,
    pub(super) runner: Word,
}
view!(Daemon, "daemon.j2", Shell);

/// The head of a table.
#[derive(Debug, Serialize)]
pub(super) struct TableHead {
    pub(super) policy: Comment,
    pub(super) about: Comment,
}
view!(TableHead, "table.j2", Lines);
