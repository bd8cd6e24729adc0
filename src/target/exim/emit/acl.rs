//! The ACLs: the rules of a policy as statements, in the order of its rules.
//!
//! Rule 1 stands in the ACL of MAIL for reverse-paths and at the head of that of RCPT for
//! forward-paths; rules 2 to 8 follow there. A statement is there only if some client can meet it.
//! What a right covers that names something is accepted before the rules for others.

use super::Emission;
use super::clients::Clients;
use super::rights::Rights;
use super::senders::Senders;
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{DELIVERY_DOMAIN, Listener};
use crate::policy::{Auth, OwnDomain, Policy, RecordHeaders, SpfPolicy};
use crate::target::exim::lexical::{Comment, List, Word};
use crate::target::exim::view::{
    AuthRequired, BackupLimit, DataAuth, DataBoth, DataHead, DataPlain, DataSpf, Destinations,
    NetworkLimit, OwnDomainRule, PathsAcl, SenderLimit, SenderLimitWide, SpfRule,
};
use crate::target::render::render;

/// Whether anybody can authenticate: somebody checks passwords, and a listener offers AUTH.
pub(super) fn auth_is_offered(policy: &Policy) -> bool {
    policy.auth.is_some() && has_submission(policy)
}

/// Whether the host listens to anything but `smtp`.
fn has_submission(policy: &Policy) -> bool {
    let mut listeners = policy.host.listeners.iter();
    listeners.any(|listener| listener.value != Listener::Smtp)
}

/// Returns the section of ACLs.
pub(super) fn section(
    emission: &Emission<'_>,
    clients: &Clients,
    senders: Option<&Senders>,
    rights: &Rights,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let policy = emission.policy;
    let login_line = Comment::line(policy.auth.as_ref().map_or(&policy.host.at, Auth::at));
    let mut text = render(PathsAcl {}, diagnostics)?;
    text += &rights.of_networks(diagnostics)?;
    if has_submission(policy) {
        let line = login_line.clone();
        text += &render(AuthRequired { line }, diagnostics)?;
    }
    if policy.inbound.own_domain == OwnDomain::Reject {
        let line = Comment::line(&policy.inbound.own_domain_at);
        text += &render(OwnDomainRule { line }, diagnostics)?;
    }
    if let Some(senders) = senders {
        text += &sender_limit(policy, senders, login_line, diagnostics)?;
    }
    text += &rights.of_logins(diagnostics)?;
    if clients.limited {
        let wide_logins = rights.wide_logins();
        text += &render(NetworkLimit { wide_logins }, diagnostics)?;
    }
    if clients.limited_backup {
        let wide_logins = rights.wide_logins();
        text += &render(BackupLimit { wide_logins }, diagnostics)?;
    }
    let destinations = Destinations {
        delivery: Word::fixed(DELIVERY_DOMAIN),
        extensions: extensions(policy),
        wide_logins: rights.wide_logins(),
    };
    text += &render(destinations, diagnostics)?;
    text += &spf(policy, rights, diagnostics)?;
    text += &render(DataHead {}, diagnostics)?;
    text += &data(policy, diagnostics)?;
    Ok(text)
}

/// Returns what is said of extensions, if there are any.
pub(super) fn extensions(policy: &Policy) -> Vec<Comment> {
    let at = policy.host.plus_addressing.iter();
    at.map(|at| {
        let line = Comment::line(at);
        Comment::new(&format!(
            "An extension ({line}) may be anything, but no route."
        ))
    })
    .collect()
}

/// Rule 4.
fn sender_limit(
    policy: &Policy,
    senders: &Senders,
    line: Comment,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let owners = senders.owners.reference();
    let extensions = extensions(policy);
    if senders.are_wide {
        let local = senders.are_local.then(List::local_domains);
        let view = SenderLimitWide {
            line,
            extensions,
            owners,
            local: local.into_iter().collect(),
        };
        render(view, diagnostics)
    } else {
        let view = SenderLimit {
            line,
            extensions,
            owners,
        };
        render(view, diagnostics)
    }
}

/// Rule 8.
fn spf(
    policy: &Policy,
    rights: &Rights,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let refused = match policy.inbound.spf {
        SpfPolicy::Off => return Ok(String::new()),
        SpfPolicy::Soft => vec![Word::fixed("fail")],
        SpfPolicy::Strict => vec![Word::fixed("fail"), Word::fixed("softfail")],
    };
    let view = SpfRule {
        line: Comment::line(&policy.inbound.spf_at),
        refused: List::of(refused),
        limited_logins: rights.limited_logins(),
    };
    render(view, diagnostics)
}

/// What is recorded; nothing if nothing was asked.
fn data(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let line = Comment::line(&policy.inbound.spf_at);
    match (policy.inbound.spf, policy.inbound.header) {
        (SpfPolicy::Off, _) | (_, RecordHeaders::None) => render(DataPlain {}, diagnostics),
        (_, RecordHeaders::Spf) => render(DataSpf { line }, diagnostics),
        (_, RecordHeaders::Auth) => render(DataAuth { line }, diagnostics),
        (_, RecordHeaders::Both) => render(DataBoth { line }, diagnostics),
    }
}
