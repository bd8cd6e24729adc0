//! The data of each template: everything that it may print, and nothing else.

use serde::Serialize;

use super::emit::{Restriction, TableName};
use super::lexical::{Comment, ListPrefix, Name, OpendkimRow, Word};
use crate::target::render::{Syntax, View};

/// Joins a view with its template.
macro_rules! view {
    ($view:ty, $name:literal, $syntax:ident) => {
        impl View for $view {
            const NAME: &'static str = concat!("postfix/", $name);
            const TEXT: &'static str = include_str!(concat!("../../../templates/postfix/", $name));
            const SYNTAX: Syntax = Syntax::$syntax;
        }
    };
}

/// A parameter and its value.
#[derive(Debug, Serialize)]
pub(super) struct Setting {
    pub(super) name: Name,
    pub(super) value: Word,
}

/// main.cf: the host.
#[derive(Debug, Serialize)]
pub(super) struct HostPart {
    pub(super) policy: Comment,
    pub(super) version: Word,
    pub(super) host_line: Comment,
    pub(super) compatibility_level: Word,
    pub(super) myhostname: Word,
    pub(super) origin_about: Vec<Comment>,
    pub(super) myorigin: Word,
    pub(super) interfaces: Word,
    /// Of what the postmaster is told, if of anything.
    pub(super) notices_about: Vec<Comment>,
    pub(super) notices: Vec<Word>,
    pub(super) postmaster: Word,
}
view!(HostPart, "main/host.j2", Lines);

/// main.cf: internal clients.
#[derive(Debug, Serialize)]
pub(super) struct ClientsPart {
    /// Postfix takes the first that matches, so nested prefixes stand before those around them.
    pub(super) mynetworks: Vec<InternalPrefix>,
    /// Whose header is mended.
    pub(super) submitting: Vec<Restriction>,
}
view!(ClientsPart, "main/clients.j2", Lines);

/// A prefix in mynetworks.
#[derive(Debug, Serialize)]
pub(super) struct InternalPrefix {
    pub(super) about: Comment,
    pub(super) prefix: ListPrefix,
}

/// main.cf: domains, recipients, and where they lead.
#[derive(Debug, Serialize)]
pub(super) struct DomainsPart {
    /// The domains, or the table that holds them.
    pub(super) domains: String,
    pub(super) delivery: Word,
    pub(super) aliases: TableName,
    pub(super) mailboxes: TableName,
    pub(super) transport: TableName,
    pub(super) host_mail: TableName,
    pub(super) expansion_limit: usize,
    pub(super) recursion_limit: usize,
}
view!(DomainsPart, "main/domains.j2", Lines);

/// main.cf: nobody comes in, and nothing stays.
#[derive(Debug, Serialize)]
pub(super) struct NullClientPart {
    pub(super) host_line: Comment,
    pub(super) postmaster_line: Comment,
    pub(super) expansion_limit: usize,
    pub(super) recursion_limit: usize,
}
view!(NullClientPart, "main/null_client.j2", Lines);

/// main.cf: what else leads anywhere.
#[derive(Debug, Serialize)]
pub(super) struct DeliveryPart {
    /// The service of what is not ours, with the host that it goes to, if there is one.
    pub(super) default_transport: Word,
    /// The table of senders whose mail leaves another way, if there are any.
    pub(super) by_sender: Vec<TableName>,
    pub(super) no_recipients: TableName,
    /// What is said of extensions.
    pub(super) extensions_about: Comment,
    pub(super) extensions: Vec<Extension>,
    /// The table of addresses that are rewritten, if there is one.
    pub(super) canonical: Vec<TableName>,
}
view!(DeliveryPart, "main/delivery.j2", Lines);

/// main.cf: who gets a copy of mail that comes in.
#[derive(Debug, Serialize)]
pub(super) struct CopiesPart {
    pub(super) always: Vec<Word>,
    pub(super) senders: Vec<TableName>,
    pub(super) recipients: Vec<TableName>,
}
view!(CopiesPart, "main/copies.j2", Lines);

/// A setting about extensions: it has one value, or none.
#[derive(Debug, Serialize)]
pub(super) struct Extension {
    pub(super) name: Name,
    pub(super) value: Vec<Word>,
}

/// main.cf: what one message may have; of each limit one, or none.
#[derive(Debug, Serialize)]
pub(super) struct LimitsPart {
    pub(super) line: Comment,
    pub(super) size: Vec<u64>,
    pub(super) recipients: Vec<u64>,
}
view!(LimitsPart, "main/limits.j2", Lines);

/// main.cf: the lists of restrictions.
#[derive(Debug, Serialize)]
pub(super) struct RestrictionsPart {
    pub(super) order: Vec<Setting>,
    pub(super) codes: Vec<Setting>,
    pub(super) command_filter: TableName,
    pub(super) classes: Vec<RestrictionList>,
    pub(super) lists: Vec<RestrictionList>,
}
view!(RestrictionsPart, "main/restrictions.j2", Lines);

/// A list of restrictions, or a class of them.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RestrictionList {
    pub(super) about: Comment,
    pub(super) name: Name,
    /// The first that permits or refuses decides.
    pub(super) restrictions: Vec<Restriction>,
}

/// main.cf: SPF.
#[derive(Debug, Serialize)]
pub(super) struct SpfPart {
    pub(super) line: Comment,
    pub(super) services: Vec<Name>,
}
view!(SpfPart, "main/spf.j2", Lines);

/// main.cf: nobody authenticates.
#[derive(Debug, Serialize)]
pub(super) struct AuthNonePart {}
view!(AuthNonePart, "main/auth_none.j2", Lines);

/// main.cf: saslauthd.
#[derive(Debug, Serialize)]
pub(super) struct AuthSaslauthdPart {
    pub(super) line: Comment,
    pub(super) senders: TableName,
}
view!(AuthSaslauthdPart, "main/auth_saslauthd.j2", Lines);

/// main.cf: Dovecot.
#[derive(Debug, Serialize)]
pub(super) struct AuthDovecotPart {
    pub(super) line: Comment,
    pub(super) socket: Word,
    pub(super) socket_line: Comment,
    pub(super) senders: TableName,
}
view!(AuthDovecotPart, "main/auth_dovecot.j2", Lines);

/// main.cf: TLS.
#[derive(Debug, Serialize)]
pub(super) struct TlsPart {
    pub(super) line: Comment,
    pub(super) key: Word,
    pub(super) certificate: Word,
    pub(super) protocols: Word,
}
view!(TlsPart, "main/tls.j2", Lines);

/// main.cf: no TLS.
#[derive(Debug, Serialize)]
pub(super) struct TlsNonePart {}
view!(TlsNonePart, "main/tls_none.j2", Lines);

/// main.cf: what the server does not do.
#[derive(Debug, Serialize)]
pub(super) struct ClosedPart {
    /// What signs, if anything does.
    pub(super) milters: Vec<Word>,
    /// What that may not add.
    pub(super) milter_header_checks: TableName,
    /// What takes headers out that local(8) believes, if it delivers.
    pub(super) header_checks: Option<TableName>,
    pub(super) smuggling: Vec<Setting>,
}
view!(ClosedPart, "main/closed.j2", Lines);

/// master.cf: its head.
#[derive(Debug, Serialize)]
pub(super) struct MasterHead {
    pub(super) policy: Comment,
    pub(super) myhostname: Word,
}
view!(MasterHead, "master/head.j2", Words);

/// master.cf: the ways in.
#[derive(Debug, Serialize)]
pub(super) struct MasterListeners {
    pub(super) postmaster_line: Comment,
    pub(super) listeners: Vec<ListenerEntry>,
}
view!(MasterListeners, "master/listeners.j2", Words);

/// master.cf: no way in but for programs on the host.
#[derive(Debug, Serialize)]
pub(super) struct MasterNullClient {
    pub(super) host_line: Comment,
}
view!(MasterNullClient, "master/null_client.j2", Words);

/// master.cf: the rest.
#[derive(Debug, Serialize)]
pub(super) struct MasterServices {
    pub(super) routes: Vec<RouteService>,
    pub(super) spf: Vec<SpfService>,
    pub(super) spf_line: Comment,
}
view!(MasterServices, "master/services.j2", Words);

/// A listener in master.cf.
#[derive(Debug, Serialize)]
pub(super) struct ListenerEntry {
    pub(super) name: Comment,
    pub(super) line: Comment,
    pub(super) service: Word,
    pub(super) columns: Word,
    pub(super) options: Vec<Word>,
    /// Lists that are asked instead of those of the same name in main.cf.
    pub(super) lists: Vec<Setting>,
}

/// A service that sends by a route.
#[derive(Debug, Serialize)]
pub(super) struct RouteService {
    pub(super) name: Comment,
    pub(super) line: Comment,
    pub(super) service: Name,
    pub(super) options: Vec<Setting>,
}

/// A policy service in master.cf.
#[derive(Debug, Serialize)]
pub(super) struct SpfService {
    pub(super) name: Name,
    pub(super) about: Comment,
}

/// A configuration of policyd-spf.
#[derive(Debug, Serialize)]
pub(super) struct SpfConf {
    pub(super) policy: Comment,
    pub(super) about: Comment,
    pub(super) line: Comment,
    pub(super) helo_reject: Word,
    pub(super) mail_from_reject: Word,
    pub(super) header_type: Word,
    pub(super) authserv_id: Word,
}
view!(SpfConf, "spf.conf.j2", Lines);

/// The command filter.
#[derive(Debug, Serialize)]
pub(super) struct CommandFilter {
    pub(super) policy: Comment,
    pub(super) postmaster: Word,
    pub(super) postmaster_line: Comment,
    pub(super) origin: Word,
    /// The same with each dot quoted.
    pub(super) origin_pattern: String,
    /// What `mailer-daemon` there becomes: one, if copies or routes depend on who sends, or none.
    pub(super) renamed: Vec<Word>,
}
view!(CommandFilter, "command-filter.j2", Lines);

/// Headers that are taken out.
#[derive(Debug, Serialize)]
pub(super) struct HeaderChecks {
    pub(super) policy: Comment,
    /// The domain that accounts are delivered in, with each dot quoted.
    pub(super) delivery_pattern: String,
}
view!(HeaderChecks, "header-checks.j2", Lines);

/// Failures for which mail of a route waits.
#[derive(Debug, Serialize)]
pub(super) struct RouteFailures {
    pub(super) policy: Comment,
}
view!(RouteFailures, "route-failures.j2", Lines);

/// sasl/smtpd.conf.
#[derive(Debug, Serialize)]
pub(super) struct SmtpdConf {
    pub(super) policy: Comment,
    pub(super) line: Comment,
}
view!(SmtpdConf, "smtpd.conf.j2", Lines);

/// /etc/default/saslauthd.
#[derive(Debug, Serialize)]
pub(super) struct Saslauthd {
    pub(super) policy: Comment,
    pub(super) line: Comment,
    pub(super) mechanism: Word,
}
view!(Saslauthd, "saslauthd.j2", Shell);

/// The head of a table.
#[derive(Debug, Serialize)]
pub(super) struct TableHead {
    pub(super) policy: Comment,
    pub(super) about: Comment,
}
view!(TableHead, "table.j2", Lines);

/// The configuration of OpenDKIM.
#[derive(Debug, Serialize)]
pub(super) struct OpendkimConf {
    pub(super) policy: Comment,
    pub(super) line: Comment,
}
view!(OpendkimConf, "opendkim.conf.j2", Lines);

/// A table of OpenDKIM.
#[derive(Debug, Serialize)]
pub(super) struct OpendkimTable {
    pub(super) policy: Comment,
    pub(super) about: Comment,
    pub(super) rows: Vec<OpendkimRow>,
}
view!(OpendkimTable, "opendkim_table.j2", Lines);
