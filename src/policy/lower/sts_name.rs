//! Under which name a policy of MTA-STS is found: `mta-sts.DOMAIN`, another name (CNAME) of a web
//! server (RFC 8461 section 3.3). Such a name can be nothing else (RFC 1034 section 3.6.2).

use std::collections::BTreeMap;

use super::domain::Domains;
use crate::diagnostic::Diagnostics;
use crate::mail::Domain;
use crate::policy::Host;
use crate::policy::diagnostics::StsName;
use crate::source::Loc;

/// Tells names of policies that are something else. What `host` is called is compared only if it
/// was wholly understood.
pub(super) fn check(
    domains: &Domains,
    parked: &BTreeMap<Domain, Loc>,
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) {
    for (domain, hosted) in &domains.map {
        let Some(sts) = &hosted.publish.mta_sts else {
            continue;
        };
        // A name that is too long for DNS is nobody's.
        let Ok(name) = Domain::parse(&format!("mta-sts.{domain}")) else {
            continue;
        };
        let other = if sts.web_server.value == name {
            Some("the web server that it leads to")
        } else if host.is_some_and(|host| host.name.value == name) {
            Some("the name of this host")
        } else if domains.map.contains_key(&name) || parked.contains_key(&name) {
            Some("a domain of this policy")
        } else {
            None
        };
        if let Some(other) = other {
            diagnostics.error(StsName {
                name: name.to_string(),
                other,
                at: sts.web_server.at.clone(),
            });
        }
    }
}
