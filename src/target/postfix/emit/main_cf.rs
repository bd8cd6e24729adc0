//! The parts of main.cf that are not restrictions.

use super::recipients::{self, Recipients};
use super::restriction::Restriction;
use super::table::TableName;
use super::version::Version;
use super::{Emission, address};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Spanned;
use crate::target::diagnostics::UnsayableValue;
use crate::target::postfix::lexical::{Comment, Name, Word};
use crate::target::postfix::view::{
    ClientsPart, ClosedPart, DeliveryPart, DomainsPart, Extension, HostPart, InternalPrefix,
    LimitsPart, Setting, TlsNonePart, TlsPart,
};
use crate::target::render::render;

/// The host.
pub(super) fn host(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let policy = emission.policy;
    let postmaster = &emission.postmaster;
    let is_null_client = policy.is_null_client();
    let (origin_about, notices_about, interfaces) = if is_null_client {
        let origin = "Addresses without a domain are in this one, and so the postmaster's (below).";
        let notices = "What cannot be bounced is logged: who would be told is who did not take it.";
        (vec![origin.to_owned()], notices.to_owned(), "loopback-only")
    } else {
        let origin = [
            "Addresses without a domain are in this one. It must be ours: mail to bare \
             `postmaster` and to",
            "Postfix's own double-bounce address passes every restriction, and goes there.",
        ];
        let line = Comment::line(&postmaster.at);
        let notices = format!(
            "Who reads about mail that could not even be bounced: the host's postmaster ({line})."
        );
        (origin.map(str::to_owned).into(), notices, "all")
    };
    let comments = |lines: Vec<String>| lines.iter().map(|line| Comment::new(line)).collect();
    let notices = (!is_null_client).then(|| Word::fixed("2bounce"));
    let view = HostPart {
        policy: emission.policy_name(),
        version: emission.version.word(),
        host_line: Comment::line(&policy.host.at),
        compatibility_level: Word::fixed(emission.version.compatibility_level()),
        myhostname: Word::domain(&policy.host.name.value),
        origin_about: comments(origin_about),
        myorigin: Word::domain(&emission.origin),
        interfaces: Word::fixed(interfaces),
        notices_about: comments(vec![notices_about]),
        notices: notices.into_iter().collect(),
        postmaster: address(&postmaster.value, &postmaster.at, diagnostics)?,
    };
    render(view, diagnostics)
}

/// Internal clients.
pub(super) fn clients(
    mynetworks: Vec<InternalPrefix>,
    submitting: Vec<Restriction>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let view = ClientsPart {
        mynetworks,
        submitting,
    };
    render(view, diagnostics)
}

/// Domains, recipients, and where they lead.
pub(super) fn domains(
    emission: &Emission<'_>,
    recipients: &Recipients,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let expansion = recipients.expansion;
    let view = DomainsPart {
        domains: recipients.domains.clone(),
        delivery: Word::domain(&emission.delivery),
        aliases: recipients.aliases.reference(),
        mailboxes: recipients.mailboxes.reference(),
        transport: recipients.transport.reference(),
        host_mail: recipients.host_mail.reference(),
        expansion_limit: expansion.recipients,
        recursion_limit: expansion.steps,
    };
    Ok(render(view, diagnostics)? + &delivery(emission, None, diagnostics)?)
}

/// What else leads anywhere; `canonical` is the table of addresses that are rewritten.
pub(super) fn delivery(
    emission: &Emission<'_>,
    canonical: Option<TableName>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let (extensions_about, extensions) = extensions(emission.policy);
    let view = DeliveryPart {
        extensions_about,
        extensions,
        default_transport: super::route::default_transport(emission.policy),
        by_sender: super::route::senders(emission.policy)
            .map(|table| table.reference())
            .into_iter()
            .collect(),
        no_recipients: TableName::fixed("texthash", "no-recipients"),
        canonical: canonical.into_iter().collect(),
    };
    let copies = super::archive::part(emission.policy, diagnostics)?;
    Ok(render(view, diagnostics)? + &copies)
}

/// What stands behind the first `+` of a local-part, if that counts for nothing. An alias does not
/// hand it on: it is nobody else's.
fn extensions(policy: &crate::policy::Policy) -> (Comment, Vec<Extension>) {
    let setting = |name, value: &[&'static str]| Extension {
        name: Name::fixed(name),
        value: value.iter().copied().map(Word::fixed).collect(),
    };
    let Some(at) = &policy.host.plus_addressing else {
        let about = Comment::new("An address is what it says.");
        return (about, vec![setting("recipient_delimiter", &[])]);
    };
    let line = Comment::line(at);
    let about = format!("What stands behind a `+` in a local-part counts for nothing ({line}).");
    let settings = vec![
        setting("recipient_delimiter", &["+"]),
        setting("propagate_unmatched_extensions", &[]),
    ];
    (Comment::new(&about), settings)
}

/// What one message may have, where the policy says so.
pub(super) fn limits(
    policy: &crate::policy::Policy,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let limits = &policy.host.limits;
    let first = limits.size.as_ref().or(limits.recipients.as_ref());
    let Some(first) = first else {
        return Ok(String::new());
    };
    let number = |limit: &Option<Spanned<u64>>| limit.iter().map(|one| one.value).collect();
    let view = LimitsPart {
        line: Comment::line(&first.at),
        size: number(&limits.size),
        recipients: number(&limits.recipients),
    };
    render(view, diagnostics)
}

/// The order of the lists, where the version can be told.
pub(super) fn order(version: Version) -> Vec<Setting> {
    if version.relays_first() {
        vec![setting("smtpd_relay_before_recipient_restrictions", "yes")]
    } else {
        Vec::new()
    }
}

/// The code of `reject_plaintext_session`, where that is asked (RFC 3207 section 4).
pub(super) fn codes(needs_tls: bool) -> Vec<Setting> {
    if needs_tls {
        vec![setting("plaintext_reject_code", "530")]
    } else {
        Vec::new()
    }
}

fn setting(name: &'static str, value: &'static str) -> Setting {
    Setting {
        name: Name::fixed(name),
        value: Word::fixed(value),
    }
}

/// The certificate, if there is one.
pub(super) fn tls(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let Some(tls) = &emission.policy.host.tls else {
        return render(TlsNonePart {}, diagnostics);
    };
    let view = TlsPart {
        line: Comment::line(&tls.certificate.at),
        key: path(&tls.key, diagnostics)?,
        certificate: path(&tls.certificate, diagnostics)?,
        protocols: Word::fixed(emission.version.tls_protocols()),
    };
    render(view, diagnostics)
}

/// Takes a path, or reports it.
pub(super) fn path(
    path: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Result<Word, Reported> {
    Word::path(&path.value).map_err(|why| {
        diagnostics.error(UnsayableValue::new("postfix", &path.value, why, &path.at))
    })
}

/// What the server does not do; smuggled mail above all (CVE-2023-51764).
pub(super) fn closed(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let Emission {
        policy, version, ..
    } = emission;
    // Nobody asks for a report of a delivery: it goes to whoever the client says it is.
    let mut hidden = "dsn";
    let mut smuggling = Vec::new();
    if let Some(value) = version.forbid_bare_newline() {
        smuggling.push(setting("smtpd_forbid_bare_newline", value));
        smuggling.push(setting("smtpd_forbid_bare_newline_exclusions", ""));
    } else {
        // BDAT would pass what DATA refuses.
        hidden = "dsn chunking";
    }
    smuggling.push(setting("smtpd_discard_ehlo_keywords", hidden));
    if version.replaces_stray_cr_lf() {
        smuggling.push(setting("cleanup_replace_stray_cr_lf", "yes"));
    }
    if version.forbids_unauth_pipelining() {
        smuggling.push(setting("smtpd_forbid_unauth_pipelining", "yes"));
    }
    let part = ClosedPart {
        milters: super::dkim::milters(policy),
        milter_header_checks: super::dkim::header_checks(),
        header_checks: recipients::has_accounts(emission)
            .then(|| TableName::fixed("regexp", "header-checks")),
        smuggling,
    };
    render(part, diagnostics)
}
