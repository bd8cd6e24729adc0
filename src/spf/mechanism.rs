//! What the mechanisms compare with the client (RFC 7208 section 5).

use std::net::IpAddr;

use super::dns::RecordType;
use super::evaluation::Reason;
use super::macros::MacroString;
use super::name::{dns_name, is_within};
use super::network::{DualCidr, ipv4_agree, ipv6_agree};
use super::record::Mechanism;
use super::result::SpfResult;
use super::session::{Answer, Halt, Scope, Session};

/// MX records that a domain of an `mx` may have (RFC 7208 section 4.6.4).
pub const MX_NAMES_MAX: usize = 10;

/// PTR records that are looked at; the rest is ignored (RFC 7208 section 4.6.4).
pub const PTR_NAMES_MAX: usize = 10;

impl Session<'_> {
    /// Tells whether the mechanism matches the client.
    pub(super) fn matches(
        &mut self,
        scope: Scope<'_>,
        mechanism: &Mechanism,
    ) -> Result<bool, Halt> {
        if mechanism.looks_up() {
            self.count_term(scope)?;
        }
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Include(domain) => self.include_matches(scope, domain),
            Mechanism::A(domain, cidr) => self.a_matches(scope, domain.as_ref(), *cidr),
            Mechanism::Mx(domain, cidr) => self.mx_matches(scope, domain.as_ref(), *cidr),
            Mechanism::Ptr(domain) => self.ptr_matches(scope, domain.as_ref()),
            Mechanism::Ip4(network, bits) => Ok(match self.subject.client {
                IpAddr::V4(client) => ipv4_agree(client, *network, *bits),
                IpAddr::V6(_) => false,
            }),
            Mechanism::Ip6(network, bits) => Ok(match self.subject.client {
                IpAddr::V4(_) => false,
                IpAddr::V6(client) => ipv6_agree(client, *network, *bits),
            }),
            Mechanism::Exists(domain) => self.exists_matches(scope, domain),
        }
    }

    /// Matches if the other record passes the client (RFC 7208 section 5.2). An error there
    /// is an error here, and so is a domain without a record.
    fn include_matches(&mut self, scope: Scope<'_>, domain: &MacroString) -> Result<bool, Halt> {
        if domain.uses_local_part() && !self.subject.local_part.is_ascii() {
            return Ok(false); // RFC 8616 section 4, as in `target`.
        }
        let Some(target) = self.target(scope, domain)? else {
            return Err(scope.halt(Reason::MalformedTarget));
        };
        // The depth is at most the number of terms that may cause lookups.
        let verdict = self.check(&target, scope.depth + 1, Some(scope))?;
        Ok(verdict.result == SpfResult::Pass)
    }

    /// RFC 7208 section 5.3.
    fn a_matches(
        &mut self,
        scope: Scope<'_>,
        domain: Option<&MacroString>,
        cidr: DualCidr,
    ) -> Result<bool, Halt> {
        match self.target_or_domain(scope, domain)? {
            Some(target) => self.has_address(scope, &target, cidr)?.or_halt(scope),
            None => Ok(false),
        }
    }

    /// RFC 7208 section 5.4: the addresses of all exchangers are looked up, and then compared.
    /// So the answer does not hang on the order in which DNS lists records.
    fn mx_matches(
        &mut self,
        scope: Scope<'_>,
        domain: Option<&MacroString>,
        cidr: DualCidr,
    ) -> Result<bool, Halt> {
        let Some(target) = self.target_or_domain(scope, domain)? else {
            return Ok(false);
        };
        let answer = self.lookup(scope, RecordType::Mx, &target, |dns, name| dns.mx(name))?;
        let mut records = answer.or_halt(scope)?;
        if records.len() > MX_NAMES_MAX {
            return Err(scope.halt(Reason::MxLimit(target)));
        }
        records.sort();
        let mut matched = false;
        // A null MX (RFC 7505) is no name, and so has no address.
        for name in records
            .iter()
            .filter_map(|record| dns_name(&record.exchange))
        {
            matched |= self.has_address(scope, &name, cidr)?.or_halt(scope)?;
        }
        Ok(matched)
    }

    /// RFC 7208 section 5.5.
    fn ptr_matches(
        &mut self,
        scope: Scope<'_>,
        domain: Option<&MacroString>,
    ) -> Result<bool, Halt> {
        let Some(target) = self.target_or_domain(scope, domain)? else {
            return Ok(false);
        };
        let names = self.validated_names(scope)?;
        Ok(names.iter().any(|name| is_within(name, &target)))
    }

    /// RFC 7208 section 5.7: an A record is looked for, even if the client has an IPv6 address.
    fn exists_matches(&mut self, scope: Scope<'_>, domain: &MacroString) -> Result<bool, Halt> {
        let Some(target) = self.target(scope, domain)? else {
            return Ok(false);
        };
        let answer = self.lookup(scope, RecordType::A, &target, |dns, name| dns.a(name))?;
        Ok(!answer.or_halt(scope)?.is_empty())
    }

    /// Returns the client's names that have the client's address (RFC 7208 section 5.5). A name
    /// whose lookup fails is skipped; if the names themselves cannot be had, there are none.
    pub(super) fn validated_names(&mut self, scope: Scope<'_>) -> Result<Vec<String>, Halt> {
        let reverse = self.subject.reverse_name();
        let answer = self.lookup(scope, RecordType::Ptr, &reverse, |dns, name| dns.ptr(name))?;
        let names = match answer {
            Answer::Records(names) => names,
            Answer::Failed(_) => return Ok(Vec::new()),
        };
        let mut validated = Vec::new();
        for name in names
            .iter()
            .take(PTR_NAMES_MAX)
            .filter_map(|name| dns_name(name))
        {
            match self.has_address(scope, &name, DualCidr::FULL)? {
                Found::Yes => validated.push(name),
                Found::No | Found::Failed(_) => (),
            }
        }
        Ok(validated)
    }

    /// Tells whether an address of the name agrees with the client's, by the prefix length for
    /// its kind of address. Only that kind is looked up (RFC 7208 section 5).
    fn has_address(&mut self, scope: Scope<'_>, name: &str, cidr: DualCidr) -> Result<Found, Halt> {
        let client = self.subject.client;
        Ok(match client {
            IpAddr::V4(client) => {
                let answer = self.lookup(scope, RecordType::A, name, |dns, name| dns.a(name))?;
                answer.any(|address| ipv4_agree(client, *address, cidr.ipv4()))
            }
            IpAddr::V6(client) => {
                let answer =
                    self.lookup(scope, RecordType::Aaaa, name, |dns, name| dns.aaaa(name))?;
                answer.any(|address| ipv6_agree(client, *address, cidr.ipv6()))
            }
        })
    }

    /// The target of a mechanism whose domain may be left out (RFC 7208 section 4.8).
    fn target_or_domain(
        &mut self,
        scope: Scope<'_>,
        domain: Option<&MacroString>,
    ) -> Result<Option<String>, Halt> {
        match domain {
            Some(domain) => self.target(scope, domain),
            None => Ok(dns_name(scope.domain)),
        }
    }
}

/// Whether a name has an address that agrees.
enum Found {
    Yes,
    No,
    Failed(Reason),
}

impl Found {
    fn or_halt(self, scope: Scope<'_>) -> Result<bool, Halt> {
        match self {
            Self::Yes => Ok(true),
            Self::No => Ok(false),
            Self::Failed(reason) => Err(scope.halt(reason)),
        }
    }
}

impl<T> Answer<T> {
    /// A temporary error of a mechanism ends the check (RFC 7208 section 5).
    pub(super) fn or_halt(self, scope: Scope<'_>) -> Result<Vec<T>, Halt> {
        match self {
            Self::Records(records) => Ok(records),
            Self::Failed(reason) => Err(scope.halt(reason)),
        }
    }

    fn any(self, agrees: impl Fn(&T) -> bool) -> Found {
        match self {
            Self::Records(records) if records.iter().any(agrees) => Found::Yes,
            Self::Records(_) => Found::No,
            Self::Failed(reason) => Found::Failed(reason),
        }
    }
}
