//! A host that listens nowhere: everything goes to the host of one route, and every address at a
//! name of this host is its postmaster's.
//!
//! Addresses are rewritten when a message is taken, in envelope and header (chapter 31). So no
//! router needs to know the host's names, and none delivers here.

use super::{Emission, host_names, main_section, postmaster, raw, route, service};
use crate::diagnostic::{Diagnostics, Reported};
use crate::target::exim::lexical::{Comment, Word};
use crate::target::exim::view::{
    LocalOnlyAcl, LocalSenders, NullClientRouter, RetryPart, RewriteRule, RoutersHead,
};
use crate::target::render::render;

/// Returns exim4.conf.
pub(super) fn conf(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let policy = emission.policy;
    let line = Comment::line(&policy.host.at);
    let mut main = main_section::null_client(emission, diagnostics)?;
    main += &render(LocalSenders {}, diagnostics)?;
    let mut text = raw::settings(main, policy.target("exim"), diagnostics);
    text += &render(LocalOnlyAcl { line }, diagnostics)?;
    if let Some(route) = policy.outbound_route() {
        let view = NullClientRouter {
            route: Comment::new(&route.name.value),
            line: Comment::line(&route.at),
            transport: Word::route(&route.name.value),
            host: super::List::host(&route.host.value),
        };
        text += &render(RoutersHead {}, diagnostics)?;
        text += &render(view, diagnostics)?;
    }
    text += &route::transports(emission, "", diagnostics)?;
    text += &render(rewriting(emission, diagnostics)?, diagnostics)?;
    text += &service::authenticators(emission, None, diagnostics)?;
    text += &route::authenticators(emission, diagnostics)?;
    Ok(text)
}

/// Whose address each of the host's names stands for.
fn rewriting(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<RetryPart, Reported> {
    let address = postmaster::word(&emission.postmaster, diagnostics)?;
    let rule = |domain| RewriteRule {
        domain,
        address: address.clone(),
    };
    let short = emission.policy.host.short_name();
    let short = short.iter().map(Word::domain);
    let names = host_names(emission.policy).chain(short);
    Ok(RetryPart {
        postmaster_line: Comment::line(&emission.postmaster.at),
        rules: names.map(rule).collect(),
    })
}
