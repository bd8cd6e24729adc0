//! `publish`, but for its SPF terms, and `parked`.

use std::collections::BTreeMap;

use super::domain::Domains;
use super::{known, name, record, spf};
use crate::diagnostic::Diagnostics;
use crate::mail::{DkimKeyError, DkimPublicKey, Domain, dkim_selector};
use crate::policy::diagnostics::{
    BulkFile, DkimDuplicate, DkimMissing, DkimPublic, DkimPublicMissing, DkimSelector,
    DomainDuplicate, MaxAge, MxDuplicate, MxWithoutHost, ReportUnlisted, ReportUriInvalid,
    StsWithoutTls, beside, elsewhere,
};
use crate::policy::{
    Alignment, Disposition, DkimKey, Dmarc, Host, MtaSts, Publish, ReportUri, StsMode,
};
use crate::source::{Files, Loc, Spanned};
use crate::syntax::node;
use crate::syntax::tree::Text;

/// For how long senders keep an MTA-STS policy, where it does not say: a week.
const MAX_AGE_SECONDS: u32 = 604_800;
/// The longest that a policy may say (RFC 8461 section 3.2).
const MAX_AGE_SECONDS_MAX: u32 = 31_557_600;

/// Lowers what stands under `publish`, or nothing, of the domain at `at`.
pub(super) fn lower(
    node: &node::Publish,
    domain: &Domain,
    at: &Loc,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Publish {
    let defaults = || ["+mx", "-all"].map(|term| Spanned::new(term.to_owned(), at.clone()));
    let publish = Publish {
        mx: exchangers(node.mx.as_ref(), diagnostics),
        mx_at: node.mx.as_ref().map(|mx| mx.at.clone()),
        spf: match &node.spf {
            Some(written) => spf::terms(&written.terms, domain, &written.at, diagnostics),
            None => defaults().to_vec(),
        },
        spf_at: node.spf.as_ref().map(|spf| spf.at.clone()),
        dkim: keys(&node.dkim, files, diagnostics),
        dmarc: node
            .dmarc
            .as_ref()
            .and_then(|node| dmarc(node, diagnostics))
            .map(Box::new),
        mta_sts: node
            .mta_sts
            .as_ref()
            .and_then(|node| mta_sts(node, diagnostics))
            .map(Box::new),
        tls_rpt: tls_rpt(&node.tls_rpt, diagnostics),
    };
    if let Some(dmarc) = publish.dmarc.as_ref().filter(|_| node.dkim.is_empty()) {
        hangs_on_spf(dmarc, &publish.spf, domain, diagnostics);
    }
    publish
}

/// Warns of DMARC without DKIM: who forwards mail keeps its signature, and not the host that SPF
/// looks at (RFC 7960 section 3). A domain that nothing comes from has no mail to lose.
fn hangs_on_spf(
    dmarc: &Dmarc,
    spf: &[Spanned<String>],
    domain: &Domain,
    diagnostics: &mut Diagnostics,
) {
    let sends = spf
        .iter()
        .any(|term| !term.value.eq_ignore_ascii_case("-all"));
    if sends && !dmarc.testing && dmarc.disposition != Disposition::None {
        diagnostics.warn(DkimMissing {
            domain: domain.to_string(),
            disposition: dmarc.disposition.name(),
            at: dmarc.at.clone(),
        });
    }
}

fn tls_rpt(texts: &[Text], diagnostics: &mut Diagnostics) -> Vec<Spanned<ReportUri>> {
    let uris = texts
        .iter()
        .filter_map(|text| report_uri(text, diagnostics));
    let uris: Vec<Spanned<ReportUri>> = uris.collect();
    if let Some(first) = uris.first() {
        let octets = ReportUri::record(&uris).len();
        record::check("TLS-RPT", octets, &first.at, diagnostics);
    }
    uris
}

/// Returns the hosts that take a domain's mail; none if some could not be read, which was told.
fn exchangers(
    node: Option<&node::PublishedMx>,
    diagnostics: &mut Diagnostics,
) -> Vec<Spanned<Domain>> {
    let mut hosts: Vec<Spanned<Domain>> = Vec::new();
    for text in node.into_iter().flat_map(|mx| &mx.hosts) {
        let Some(host) = name::domain(text, diagnostics) else {
            continue;
        };
        if let Some(first) = hosts.iter().find(|one| one.value == host) {
            diagnostics.error(MxDuplicate {
                host: host.to_string(),
                at: text.at.clone(),
                first: first.at.clone(),
            });
            continue;
        }
        hosts.push(Spanned::new(host, text.at.clone()));
    }
    hosts
}

fn keys(nodes: &[node::Dkim], files: &dyn Files, diagnostics: &mut Diagnostics) -> Vec<DkimKey> {
    let mut keys: Vec<DkimKey> = Vec::new();
    for node in nodes {
        let key = node
            .key
            .as_ref()
            .map(|key| name::path(key, "/etc/dkimkeys/2026a.pem", diagnostics));
        let public = public(node, files, diagnostics);
        let Some(selector) = selector(&node.selector, diagnostics) else {
            continue;
        };
        if let Some(first) = keys.iter().find(|one| one.selector.value == selector.value) {
            diagnostics.error(DkimDuplicate {
                selector: selector.value,
                at: selector.at,
                first: first.selector.at.clone(),
            });
            continue;
        }
        let (Some(public), false) = (public, key == Some(None)) else {
            continue;
        };
        keys.push(DkimKey {
            selector,
            key: key.flatten(),
            public,
            at: node.at.clone(),
        });
    }
    keys
}

/// Returns a selector.
fn selector(text: &Text, diagnostics: &mut Diagnostics) -> Option<Text> {
    if let Some(selector) = dkim_selector(&text.value) {
        return Some(Spanned::new(selector, text.at.clone()));
    }
    diagnostics.error(DkimSelector {
        selector: name::shown(&text.value),
        at: text.at.clone(),
    });
    None
}

fn public(
    node: &node::Dkim,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Option<DkimPublicKey> {
    let (text, at) = match (&node.public, &node.public_file) {
        (Some(public), None) => (public.value.clone(), &public.at),
        (None, Some(file)) => match files.read(&file.value) {
            Ok(source) => (source.text().to_owned(), &file.at),
            Err(reason) => {
                diagnostics.error(BulkFile {
                    file: name::shown(&file.value),
                    reason,
                    at: file.at.clone(),
                });
                return None;
            }
        },
        (Some(_), Some(_)) | (None, None) => {
            let both = node.public.is_some();
            diagnostics.error(DkimPublicMissing {
                selector: name::shown(&node.selector.value),
                fault: if both { "stands twice" } else { "is missing" },
                at: node.at.clone(),
            });
            return None;
        }
    };
    match DkimPublicKey::parse(&text) {
        Ok(key) => Some(key),
        Err(error) => {
            let help = if error == DkimKeyError::Private {
                "take that key for known to others; a policy names the path of a private key \
                 (`key=`) and holds the public one"
            } else {
                "write what `mailpol dkim new` printed, or `openssl pkey -pubout`"
            };
            diagnostics.error(DkimPublic {
                reason: error.to_string(),
                help,
                at: at.clone(),
            });
            None
        }
    }
}

fn dmarc(node: &node::Dmarc, diagnostics: &mut Diagnostics) -> Option<Dmarc> {
    let disposition =
        |text: &Text| known(&Disposition::ALL, Disposition::name, text.value.as_str());
    let alignment = |text: &Option<Text>| {
        let text = text.as_ref()?;
        known(&Alignment::ALL, Alignment::name, text.value.as_str())
    };
    let mut addresses = |texts: &[Text]| {
        let address = |text: &Text, diagnostics: &mut Diagnostics| {
            let address = name::address(text, diagnostics)?;
            Some(Spanned::new(address, text.at.clone()))
        };
        texts
            .iter()
            .filter_map(|text| address(text, diagnostics))
            .collect()
    };
    let aggregate_reports = addresses(&node.aggregate_reports);
    let failure_reports = addresses(&node.failure_reports);
    let dmarc = Dmarc {
        disposition: disposition(node.disposition.as_ref()?)?,
        subdomains: node.subdomains.as_ref().and_then(disposition),
        non_existent: node.non_existent.as_ref().and_then(disposition),
        dkim_alignment: alignment(&node.dkim_alignment).unwrap_or(Alignment::Relaxed),
        spf_alignment: alignment(&node.spf_alignment).unwrap_or(Alignment::Relaxed),
        testing: node.testing,
        aggregate_reports,
        failure_reports,
        at: node.at.clone(),
    };
    record::check("DMARC", dmarc.record().len(), &node.at, diagnostics);
    Some(dmarc)
}

fn mta_sts(node: &node::MtaSts, diagnostics: &mut Diagnostics) -> Option<MtaSts> {
    let web_server = node.web_server.as_ref().and_then(|text| {
        let domain = name::domain(text, diagnostics)?;
        Some(Spanned::new(domain, text.at.clone()))
    });
    let max_age = match &node.max_age {
        None => Some(MAX_AGE_SECONDS),
        Some((seconds, at)) => {
            let good = u32::try_from(*seconds).ok();
            let good = good.filter(|seconds| (1..=MAX_AGE_SECONDS_MAX).contains(seconds));
            if good.is_none() {
                let seconds = *seconds;
                let at = at.clone();
                diagnostics.error(MaxAge { seconds, at });
            }
            good
        }
    };
    Some(MtaSts {
        mode: known(&StsMode::ALL, StsMode::name, &node.mode.as_ref()?.value)?,
        web_server: web_server?,
        max_age_seconds: max_age?,
        at: node.at.clone(),
    })
}

/// Returns where reports go: an address, or a URI of HTTPS (RFC 8460 section 3).
fn report_uri(text: &Text, diagnostics: &mut Diagnostics) -> Option<Spanned<ReportUri>> {
    let uri = match text.value.strip_prefix("https://") {
        None => ReportUri::Mail(name::address(text, diagnostics)?),
        // RFC 8460 section 3: `!`, `,` and `;` stand encoded. At `=` some readers see another tag.
        Some(rest)
            if !rest.is_empty()
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_graphic() && !b"\"\\<>^`{|}!,;=".contains(&b)) =>
        {
            ReportUri::Https(text.value.clone())
        }
        Some(_) => {
            diagnostics.error(ReportUriInvalid {
                uri: name::shown(&text.value),
                at: text.at.clone(),
            });
            return None;
        }
    };
    Some(Spanned::new(uri, text.at.clone()))
}

/// Lowers the `parked` nodes.
pub(super) fn parked(
    names: &[Text],
    domains: &Domains,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<Domain, Loc> {
    let mut parked: BTreeMap<Domain, Loc> = BTreeMap::new();
    for text in names {
        let Some(domain) = name::domain(text, diagnostics) else {
            continue;
        };
        let hosted = domains.map.get(&domain).map(|hosted| &hosted.at);
        if let Some(first) = parked.get(&domain).or(hosted) {
            diagnostics.error(DomainDuplicate {
                name: domain.to_string(),
                help: elsewhere(
                    "delete one: a parked domain has no mail, and no `domain` node",
                    &text.at,
                    first,
                ),
                at: text.at.clone(),
                first: beside(&text.at, first),
            });
            continue;
        }
        parked.insert(domain, text.at.clone());
    }
    parked
}

/// Checks what can be said when all recipients are known, and whether the host lacks a certificate.
/// What `host` is called is compared only if it was wholly understood.
pub(super) fn check(
    domains: &Domains,
    host: Option<&Host>,
    lacks_tls: bool,
    diagnostics: &mut Diagnostics,
) {
    for (domain, hosted) in &domains.map {
        let publish = &hosted.publish;
        if let (Some(host), Some(at)) = (host, &publish.mx_at)
            && publish.mx.iter().all(|one| one.value != host.name.value)
        {
            diagnostics.error(MxWithoutHost {
                host: host.name.value.to_string(),
                domain: domain.to_string(),
                at: at.clone(),
            });
        }
        if let Some(sts) = publish.mta_sts.as_ref().filter(|_| lacks_tls) {
            diagnostics.error(StsWithoutTls { at: sts.at.clone() });
        }
        let dmarc = publish.dmarc.iter();
        let by_dmarc =
            dmarc.flat_map(|dmarc| dmarc.aggregate_reports.iter().chain(&dmarc.failure_reports));
        let by_dmarc = by_dmarc.map(|address| (&address.value, &address.at));
        let by_tls = publish.tls_rpt.iter().filter_map(|uri| match &uri.value {
            ReportUri::Mail(address) => Some((address, &uri.at)),
            ReportUri::Https(_) => None,
        });
        for (address, at) in by_dmarc.chain(by_tls) {
            let ours = domains.map.get(address.domain());
            if ours.is_some_and(|ours| ours.catch_all.is_none())
                && !domains.lists(address)
                && !domains.may_list(address)
            {
                diagnostics.error(ReportUnlisted {
                    address: address.to_string(),
                    at: at.clone(),
                });
            }
        }
    }
}
