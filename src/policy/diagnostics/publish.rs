//! What DNS says about domains, but for SPF.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostic::Warning;
use crate::source::Loc;
use crate::spf::RECORD_OCTETS_MAX;

/// Exchangers of a domain of ours, and this host is none of them.
#[derive(Debug, Error, Diagnostic)]
#[error("mail for `{domain}` would not come to `{host}`")]
#[diagnostic(
    code(mailpol::dns::mx_without_host),
    help("add `\"{host}\"`: behind the others, if this host is their backup")
)]
pub struct MxWithoutHost {
    /// This host.
    pub host: String,
    /// The domain.
    pub domain: String,
    /// Where.
    #[source_code]
    #[label(primary, "this host is none of them")]
    pub at: Loc,
}

/// An exchanger that stands twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the exchanger `{host}` stands twice")]
#[diagnostic(
    code(mailpol::dns::mx_duplicate),
    help("leave one of the two: the first choice stands first")
)]
pub struct MxDuplicate {
    /// The host.
    pub host: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first written here")]
    pub first: Loc,
}

/// A text that is no selector.
#[derive(Debug, Error, Diagnostic)]
#[error("`{selector}` is no DKIM selector")]
#[diagnostic(
    code(mailpol::dkim::selector),
    help("write letters, digits and hyphens, as in `2026a`")
)]
pub struct DkimSelector {
    /// What was written.
    pub selector: String,
    /// Where.
    #[source_code]
    #[label(primary, "not a part of a domain name")]
    pub at: Loc,
}

/// A selector that stands twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the DKIM selector `{selector}` stands twice")]
#[diagnostic(
    code(mailpol::dkim::duplicate),
    help("give every key a selector of its own")
)]
pub struct DkimDuplicate {
    /// The selector.
    pub selector: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first written here")]
    pub first: Loc,
}

/// A text that is no public key.
#[derive(Debug, Error, Diagnostic)]
#[error("the public key cannot be published: {reason}")]
#[diagnostic(code(mailpol::dkim::public_key))]
pub struct DkimPublic {
    /// Why.
    pub reason: String,
    /// What to do.
    #[help]
    pub help: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "not a public key of DKIM")]
    pub at: Loc,
}

/// A key without its public part, or with two.
#[derive(Debug, Error, Diagnostic)]
#[error("the public key of the selector `{selector}` {fault}")]
#[diagnostic(
    code(mailpol::dkim::public_missing),
    help("write one of `public=` and `public-file=`; `mailpol dkim new` prints the first")
)]
pub struct DkimPublicMissing {
    /// The selector.
    pub selector: String,
    /// `is missing` or `stands twice`.
    pub fault: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "which key shall be published?")]
    pub at: Loc,
}

/// An address of ours that reports are to go to, and that is not listed.
#[derive(Debug, Error, Diagnostic)]
#[error("reports to `{address}` would be refused")]
#[diagnostic(
    code(mailpol::dns::report_address),
    help("add it as a mailbox or an alias, or name another address")
)]
pub struct ReportUnlisted {
    /// The address.
    pub address: String,
    /// Where.
    #[source_code]
    #[label(primary, "no mailbox or alias of that domain")]
    pub at: Loc,
}

/// A record that is longer than DNS can hold.
#[derive(Debug, Error, Diagnostic)]
#[error("the {kind} record has {octets} octets, and DNS holds at most {RECORD_OCTETS_MAX}")]
#[diagnostic(
    code(mailpol::dns::long_record),
    help("write fewer or shorter words into it; of SPF, `include:` has the rest in other records")
)]
pub struct LongRecord {
    /// What it is: SPF, DMARC or TLS-RPT.
    pub kind: &'static str,
    /// How long it would be.
    pub octets: usize,
    /// Where it is written.
    #[source_code]
    #[label(primary, "what stands here is too much for one record")]
    pub at: Loc,
}

/// A text that is no URI for reports.
#[derive(Debug, Error, Diagnostic)]
#[error("`{uri}` is no URI that a record can hold")]
#[diagnostic(
    code(mailpol::dns::report_uri),
    help("write `!`, `,`, `;` and `=` in it as `%21`, `%2C`, `%3B` and `%3D`")
)]
pub struct ReportUriInvalid {
    /// What was written.
    pub uri: String,
    /// Where.
    #[source_code]
    #[label(primary, "a character of it means something in the record")]
    pub at: Loc,
}

/// A number of seconds that MTA-STS does not know.
#[derive(Debug, Error, Diagnostic)]
#[error("a `max-age` of {seconds} seconds is not one")]
#[diagnostic(
    code(mailpol::mta_sts::max_age),
    help("write 1 to 31557600 seconds; a week is 604800")
)]
pub struct MaxAge {
    /// The seconds.
    pub seconds: i128,
    /// Where.
    #[source_code]
    #[label(primary, "more than a year, or nothing")]
    pub at: Loc,
}

/// A name of an MTA-STS policy that is something else.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is another name of the web server, and {other}")]
#[diagnostic(
    code(mailpol::mta_sts::name),
    help(
        "name the web server by a name that has addresses, such as `www.example.org`, and use \
         `{name}` for nothing else"
    )
)]
pub struct StsName {
    /// The name.
    pub name: String,
    /// What else it is.
    pub other: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "senders look for the policy at `{name}`, a CNAME of this")]
    pub at: Loc,
}

/// MTA-STS for a host that cannot do TLS.
#[derive(Debug, Error, Diagnostic)]
#[error("`mta-sts` asks senders for TLS, and the host has no certificate")]
#[diagnostic(
    code(mailpol::mta_sts::without_tls),
    help(
        "add `tls certificate=\"/etc/ssl/mx/fullchain.pem\" \
         key=\"/etc/ssl/mx/privkey.pem\"` to the host"
    )
)]
pub struct StsWithoutTls {
    /// Where.
    #[source_code]
    #[label(primary, "senders would keep their mail")]
    pub at: Loc,
}

/// An SPF record that asks DNS more often than a check may.
#[derive(Debug, Error, Diagnostic)]
#[error("the SPF record asks DNS {lookups} times, and a check may ask 10 times")]
#[diagnostic(
    code(mailpol::spf::too_many_lookups),
    help("write addresses (`ip4:`, `ip6:`) in place of names")
)]
pub struct SpfTooManyLookups {
    /// How many terms ask.
    pub lookups: usize,
    /// Where.
    #[source_code]
    #[label(primary, "every check that comes this far is a permerror")]
    pub at: Loc,
}

/// An SPF record that nearly does.
#[derive(Debug, Error, Diagnostic)]
#[error("the SPF record of `{domain}` asks DNS {lookups} times of the 10 that a check may")]
#[diagnostic(
    code(mailpol::spf::many_lookups),
    severity(Warning),
    help("write addresses (`ip4:`, `ip6:`) in place of names")
)]
pub struct SpfManyLookups {
    /// The domain.
    pub domain: String,
    /// How many terms ask.
    pub lookups: usize,
    /// Where.
    #[source_code]
    #[label(primary, "included records count too")]
    pub at: Loc,
}

impl Warning for SpfManyLookups {
    fn about(&self) -> Vec<&str> {
        vec![&self.domain]
    }
}

/// DMARC that hangs on SPF alone, which fails wherever mail is forwarded.
#[derive(Debug, Error, Diagnostic)]
#[error(
    "no DKIM key is published for `{domain}`, so its mail fails DMARC wherever it is forwarded"
)]
#[diagnostic(
    code(mailpol::dkim::missing),
    severity(Warning),
    help(
        "publish a key (`mailpol dkim new` makes one), or write `dmarc \"none\"` until there is one"
    )
)]
pub struct DkimMissing {
    /// The domain.
    pub domain: String,
    /// What receivers are asked to do.
    pub disposition: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "receivers are asked to {disposition} it")]
    pub at: Loc,
}

impl Warning for DkimMissing {
    fn about(&self) -> Vec<&str> {
        vec![&self.domain]
    }
}
