//! What is told about what a policy means.
//!
//! A place is the source code of its own label: see [`crate::source::Loc`].

mod acknowledge;
mod archive;
mod bulk;
mod chain;
mod domain;
mod forward;
mod grant;
mod host;
mod network;
mod publish;
mod route;
mod statement;
mod via;

pub use acknowledge::{AcknowledgeError, AcknowledgeUnknown, AcknowledgeUnused};
pub use archive::{ArchiveAgain, ArchiveBoth, ArchiveDomain, ArchiveMailbox, ArchiveSelector};
pub use bulk::{
    BulkBoth, BulkCell, BulkColumn, BulkEmpty, BulkEncoding, BulkFile, BulkHeader, BulkLong,
    BulkMixed, BulkRow,
};
pub use chain::{AliasDepth, AliasLoop, AliasMany, AliasTotal};
pub use domain::{
    AliasAndMailbox, AliasCaught, AliasForeign, AliasUnlisted, CatchAllTarget, Confusable,
    DomainDuplicate, DomainInvalid, DomainMissing, DomainUndeclared, LocalPartInvalid,
    MixedScripts, NoAddress, PostmasterAdded, PostmasterUnlisted, RecipientDuplicate, SpfEveryone,
    SpfTerm, SpfVersion,
};
pub use forward::{ForwardAll, ForwardKeeps, ForwardOverwrites, ForwardSender, ForwardTarget};
pub use grant::{
    GrantBelow, GrantDestination, GrantListener, GrantMany, GrantTls, LoginAnybody, SenderInvalid,
};
pub use host::{
    AddressDuplicate, AddressInvalid, AddressPrivate, AddressUnusable, AuthMissing,
    AuthMissingForListener, LimitInvalid, ListenerAddress, ListenerDuplicate, ListenerElsewhere,
    LoginCase, LoginDuplicate, LoginInvalid, NameExtended, NoListener, NullClient, PathInvalid,
    TlsMissing, Unreachable,
};
pub use network::{
    HostBits, Loopback, MappedPrefix, NetworkContainer, NetworkDuplicate, NetworkEmptyName,
    NetworkHostAddress, NetworkPublic, NetworkSenders, NetworkUniversal, NetworkWide,
    PrefixDuplicate, PrefixInvalid,
};
pub use publish::{
    DkimDuplicate, DkimMissing, DkimPublic, DkimPublicMissing, DkimSelector, LongRecord, MaxAge,
    MxDuplicate, MxWithoutHost, ReportUnlisted, ReportUriInvalid, SpfManyLookups,
    SpfTooManyLookups, StsName, StsWithoutTls,
};
pub use route::{
    OutboundAgain, OutboundBoth, OutboundRecipient, OutboundSelector, OutboundSender,
    RouteCredentials, RouteCycle, RouteDuplicate, RouteName, RouteOfNobody, RoutePort,
    RouteTlsImpossible, RouteUnknown, RouteUnusable, RouteUnused,
};
pub use statement::{
    ExceptionEmpty, HeaderWithoutCheck, LoginOrNull, Misspelt, ScopeInvalid, SettingDuplicate,
    SettingName, SubmissionsTls, TargetDuplicate,
};
pub use via::{
    BridgeRights, ProxyAddress, ProxyBridge, ProxyLocal, ProxyPublic, ProxyRights, ViaInvalid,
};

use std::sync::Arc;

use miette::SourceSpan;

use crate::source::Loc;

/// Returns the place of a first declaration, if a label can point at it beside `at`.
pub(crate) fn beside(at: &Loc, first: &Loc) -> Option<SourceSpan> {
    Arc::ptr_eq(at.source(), first.source()).then(|| first.span())
}

/// Returns a help that also names a first declaration in another file.
pub(crate) fn elsewhere(help: &str, at: &Loc, first: &Loc) -> String {
    match beside(at, first) {
        Some(_) => help.to_owned(),
        None => format!("{help}; the first stands at {first}"),
    }
}
