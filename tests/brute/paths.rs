//! How the book reads a path. It knows the ways of writing that the universe has, and no others.

use crate::site::{DOMAINS, Site};

/// What a path says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Null,
    /// Bare `postmaster`.
    Postmaster,
    Address(String, String),
    /// A local-part that a neighbour could follow elsewhere, and the domain.
    Route(String),
    /// An address literal, in brackets.
    Literal(String),
    Bad,
}

impl Said {
    pub(crate) fn domain(&self) -> Option<&str> {
        match self {
            Self::Address(_, domain) | Self::Route(domain) => Some(domain),
            Self::Null | Self::Postmaster | Self::Literal(_) | Self::Bad => None,
        }
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.domain().is_some_and(|name| DOMAINS.contains(&name))
    }
}

/// Returns what a reverse-path says.
pub(crate) fn from(site: &Site, text: &str) -> Said {
    let said = read(site, text);
    if said == Said::Postmaster || is_quoted_route(text) {
        return Said::Bad;
    }
    match (said, text.split_once('+')) {
        // Without its extension it is an address.
        (Said::Route(domain), Some((local, _))) if site.plus && !local.contains(['%', '!']) => {
            Said::Address(local.to_ascii_lowercase(), domain)
        }
        (said, _) => said,
    }
}

/// Returns what a forward-path says.
pub(crate) fn to(site: &Site, text: &str) -> Said {
    match read(site, text) {
        Said::Null => Said::Bad,
        said => said,
    }
}

fn read(site: &Site, text: &str) -> Said {
    let text = text.to_ascii_lowercase();
    let last = match text.strip_prefix('@') {
        Some(route) => route.split_once(':').map_or("", |(_, last)| last),
        None if text.is_empty() => return Said::Null,
        None if text == "postmaster" => return Said::Postmaster,
        None => &text,
    };
    let Some((local, domain)) = last.rsplit_once('@') else {
        return Said::Bad;
    };
    if local.starts_with('-') || local.contains("..") {
        return Said::Bad;
    }
    if domain.starts_with('[') {
        return Said::Literal(domain.to_owned());
    }
    let domain = domain.strip_suffix('.').unwrap_or(domain).to_owned();
    let local = local.trim_matches('"');
    if local.contains(['%', '!', '@']) {
        return Said::Route(domain);
    }
    let base = local.split('+').next().unwrap_or(local);
    let local = if site.plus { base } else { local };
    Said::Address(local.to_owned(), domain)
}

/// Whether quotes, or a second `@`, make a route of it: no reverse-path may be one.
fn is_quoted_route(text: &str) -> bool {
    text.contains("\"@") && text.contains(['%', '!'])
        || !text.starts_with('@') && text.matches('@').count() > 1
}
