//! What DNS shall say about a domain.

use std::fmt::Write as _;

use crate::mail::{Address, DkimPublicKey, Domain};
use crate::source::{Loc, Spanned};

/// What DNS shall say about a domain that mail is delivered for.
#[derive(Debug, Clone)]
pub struct Publish {
    /// Its exchangers, the first choice first, this host among them; empty: this host alone.
    pub mx: Vec<Spanned<Domain>>,
    /// Where the exchangers stand, if they were written.
    pub mx_at: Option<Loc>,
    /// The terms of its SPF record, without `v=spf1`; by default `+mx -all`.
    pub spf: Vec<Spanned<String>>,
    /// Where the SPF node stands, if it was written.
    pub spf_at: Option<Loc>,
    /// Its DKIM keys, each selector once.
    pub dkim: Vec<DkimKey>,
    /// Its DMARC record.
    pub dmarc: Option<Box<Dmarc>>,
    /// Its MTA-STS policy.
    pub mta_sts: Option<Box<MtaSts>>,
    /// Where senders report how TLS went (RFC 8460); empty if no report is asked for.
    pub tls_rpt: Vec<Spanned<ReportUri>>,
}

impl Publish {
    /// Returns the hosts that take the domain's mail, the first choice first.
    pub fn exchangers<'p>(&'p self, host: &'p Domain) -> Vec<&'p Domain> {
        if self.mx.is_empty() {
            return vec![host];
        }
        self.mx.iter().map(|one| &one.value).collect()
    }
}

/// A DKIM key (RFC 6376).
#[derive(Debug, Clone)]
pub struct DkimKey {
    /// Its selector, in lower case.
    pub selector: Spanned<String>,
    /// The path of the private key on the server: mail is signed with it. Without one the key is
    /// published only: it has signed, or somebody else signs with it.
    pub key: Option<Spanned<String>>,
    /// The public key.
    pub public: DkimPublicKey,
    /// Where the node stands.
    pub at: Loc,
}

/// A DMARC record (RFC 9989).
#[derive(Debug, Clone)]
pub struct Dmarc {
    /// What receivers shall do.
    pub disposition: Disposition,
    /// The same for sub-domains.
    pub subdomains: Option<Disposition>,
    /// The same for sub-domains that do not exist.
    pub non_existent: Option<Disposition>,
    /// How near the domain must be that signed.
    pub dkim_alignment: Alignment,
    /// How near the domain of the reverse-path must be.
    pub spf_alignment: Alignment,
    /// Whether receivers shall do one step less than asked.
    pub testing: bool,
    /// Where aggregate reports go.
    pub aggregate_reports: Vec<Spanned<Address>>,
    /// Where failure reports go.
    pub failure_reports: Vec<Spanned<Address>>,
    /// Where the node stands.
    pub at: Loc,
}

/// What receivers shall do, from nothing to most (RFC 9989 section 4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disposition {
    /// Nothing.
    None,
    /// Take it for suspicious.
    Quarantine,
    /// Refuse it.
    Reject,
}

impl Disposition {
    /// All dispositions.
    pub const ALL: [Self; 3] = [Self::None, Self::Quarantine, Self::Reject];

    /// Returns the word for it, the same in a policy and in a record.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}

/// How near a domain must be to the author's (RFC 9989 section 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alignment {
    /// Of one organisation.
    Relaxed,
    /// The same.
    Strict,
}

impl Alignment {
    /// All alignments.
    pub const ALL: [Self; 2] = [Self::Relaxed, Self::Strict];

    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relaxed => "relaxed",
            Self::Strict => "strict",
        }
    }
}

/// An MTA-STS policy (RFC 8461).
#[derive(Debug, Clone)]
pub struct MtaSts {
    /// What senders shall do where TLS fails.
    pub mode: StsMode,
    /// The host that serves the policy file.
    pub web_server: Spanned<Domain>,
    /// For how long senders keep it.
    pub max_age_seconds: u32,
    /// Where the node stands.
    pub at: Loc,
}

/// What senders shall do where TLS fails, in the order of RFC 8461 section 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StsMode {
    /// Not deliver.
    Enforce,
    /// Deliver, and report.
    Testing,
    /// Forget the policy.
    None,
}

impl StsMode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Testing, Self::None];

    /// Returns the word for it, the same in a policy and in the policy file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Testing => "testing",
            Self::None => "none",
        }
    }
}

/// Where reports go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportUri {
    /// By mail.
    Mail(Address),
    /// By HTTPS, to this URI.
    Https(String),
}

impl Dmarc {
    /// Returns the record (RFC 9989 section 4.7).
    pub fn record(&self) -> String {
        let mut text = format!("v=DMARC1; p={}", self.disposition.name());
        let mut tag = |name: &str, value: &str| {
            // Writing to a string does not fail.
            let _ = write!(text, "; {name}={value}");
        };
        if let Some(subdomains) = self.subdomains {
            tag("sp", subdomains.name());
        }
        if let Some(non_existent) = self.non_existent {
            tag("np", non_existent.name());
        }
        if self.dkim_alignment == Alignment::Strict {
            tag("adkim", "s");
        }
        if self.spf_alignment == Alignment::Strict {
            tag("aspf", "s");
        }
        let addresses = |addresses: &[Spanned<Address>]| {
            let uris = addresses.iter().map(|address| address.value.mailto());
            uris.collect::<Vec<_>>().join(",")
        };
        if !self.aggregate_reports.is_empty() {
            tag("rua", &addresses(&self.aggregate_reports));
        }
        if !self.failure_reports.is_empty() {
            tag("ruf", &addresses(&self.failure_reports));
        }
        if self.testing {
            tag("t", "y");
        }
        text
    }
}

impl ReportUri {
    /// Returns the record that names where reports go (RFC 8460 section 3).
    pub fn record(uris: &[Spanned<Self>]) -> String {
        let uris: Vec<String> = uris.iter().map(|uri| uri.value.uri()).collect();
        format!("v=TLSRPTv1; rua={}", uris.join(","))
    }

    /// Returns the URI as a record has it.
    pub fn uri(&self) -> String {
        match self {
            Self::Mail(address) => address.mailto(),
            Self::Https(uri) => uri.clone(),
        }
    }
}
