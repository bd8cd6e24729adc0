//! What is checked: the client, and the identity that it claims.

use std::fmt;
use std::net::IpAddr;

/// One SMTP client, and what it said.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The client's address. An IPv4-mapped one is taken as IPv4 (RFC 7208 section 5).
    pub client: IpAddr,
    /// The name that the client gave with HELO or EHLO.
    pub helo: &'a str,
    /// The reverse-path without angle brackets; `None` (or an empty text) if it is null.
    pub mail_from: Option<&'a str>,
    /// The name of the host that checks, for explanations (macro letter `r`).
    pub receiver: &'a str,
    /// Seconds since 1970, for explanations (macro letter `t`).
    pub time_seconds: u64,
}

/// Which claim of the client is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// The name of HELO or EHLO (RFC 7208 section 2.3).
    Helo,
    /// The reverse-path (RFC 7208 section 2.4).
    MailFrom,
}

impl fmt::Display for Identity {
    /// Writes the word of RFC 7208 section 9.1 (`identity`).
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Helo => "helo",
            Self::MailFrom => "mailfrom",
        })
    }
}

/// An identity with its parts: the arguments `<ip>`, `<domain>` and `<sender>` of
/// RFC 7208 section 4.1.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) identity: Identity,
    /// Never IPv4-mapped.
    pub(super) client: IpAddr,
    pub(super) helo: &'a str,
    pub(super) receiver: &'a str,
    pub(super) time_seconds: u64,
    pub(super) local_part: String,
    pub(super) domain: String,
}

impl<'a> Subject<'a> {
    /// The HELO name, as `postmaster@` it.
    pub(super) fn helo(query: &Query<'a>) -> Self {
        Self::new(query, Identity::Helo, "", query.helo)
    }

    /// The reverse-path, or the HELO name if it is null (RFC 7208 section 2.4).
    ///
    /// The last `@` divides: one before it is in a quoted local-part. Without any, all is
    /// domain, and the local-part is missing.
    pub(super) fn mail_from(query: &Query<'a>) -> Self {
        match query.mail_from {
            None | Some("") => Self::helo(query),
            Some(path) => {
                let (local_part, domain) = path.rsplit_once('@').unwrap_or(("", path));
                Self::new(query, Identity::MailFrom, local_part, domain)
            }
        }
    }

    /// A missing local-part is `postmaster` (RFC 7208 section 4.3).
    fn new(query: &Query<'a>, identity: Identity, local_part: &str, domain: &str) -> Self {
        let local_part = if local_part.is_empty() {
            "postmaster"
        } else {
            local_part
        };
        Self {
            identity,
            client: query.client.to_canonical(),
            helo: query.helo,
            receiver: query.receiver,
            time_seconds: query.time_seconds,
            local_part: local_part.to_owned(),
            domain: domain.strip_suffix('.').unwrap_or(domain).to_owned(),
        }
    }

    pub(super) fn sender(&self) -> String {
        format!("{}@{}", self.local_part, self.domain)
    }

    /// The address in the form of macro letter `i` (RFC 7208 section 7.3): an IPv6 address is
    /// its 32 nibbles, divided by dots.
    pub(super) fn client_dotted(&self) -> String {
        match self.client {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let nibbles = format!("{:032X}", u128::from(address));
                let nibbles: Vec<String> = nibbles.chars().map(String::from).collect();
                nibbles.join(".")
            }
        }
    }

    /// The word of macro letter `v`, which is also the domain under `arpa`.
    pub(super) const fn version(&self) -> &'static str {
        match self.client {
            IpAddr::V4(_) => "in-addr",
            IpAddr::V6(_) => "ip6",
        }
    }

    /// The name to ask for the client's PTR records.
    pub(super) fn reverse_name(&self) -> String {
        let dotted = self.client_dotted();
        let reversed: Vec<&str> = dotted.rsplit('.').collect();
        format!("{}.{}.arpa", reversed.join("."), self.version()).to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query<'a>(client: &str, mail_from: Option<&'a str>) -> Query<'a> {
        let client = client.parse().unwrap();
        Query {
            client,
            helo: "mail.example",
            mail_from,
            receiver: "",
            time_seconds: 0,
        }
    }

    #[track_caller]
    fn check(mail_from: Option<&str>, identity: Identity, sender: &str) {
        let subject = Subject::mail_from(&query("192.0.2.1", mail_from));
        assert_eq!(
            (subject.identity, subject.sender().as_str()),
            (identity, sender)
        );
    }

    #[test]
    fn the_null_reverse_path_is_postmaster_at_helo() {
        check(None, Identity::Helo, "postmaster@mail.example");
        check(Some(""), Identity::Helo, "postmaster@mail.example");
        check(Some("a@b.example"), Identity::MailFrom, "a@b.example");
        check(Some("a@b.example."), Identity::MailFrom, "a@b.example");
        check(
            Some("@b.example"),
            Identity::MailFrom,
            "postmaster@b.example",
        );
        check(
            Some("b.example"),
            Identity::MailFrom,
            "postmaster@b.example",
        );
        check(
            Some("\"a@c\"@b.example"),
            Identity::MailFrom,
            "\"a@c\"@b.example",
        );
    }

    #[test]
    fn the_last_at_sign_divides() {
        let subject = Subject::mail_from(&query("192.0.2.1", Some("\"a@c\"@b.example")));
        let parts = (subject.local_part.as_str(), subject.domain.as_str());
        assert_eq!(parts, ("\"a@c\"", "b.example"));
    }

    #[test]
    fn addresses_are_reversed_as_for_ptr() {
        let reverse = |client| Subject::helo(&query(client, None)).reverse_name();
        assert_eq!(reverse("192.0.2.1"), "1.2.0.192.in-addr.arpa");
        assert_eq!(reverse("::ffff:192.0.2.1"), "1.2.0.192.in-addr.arpa");
        assert_eq!(
            reverse("2001:db8::cb01"),
            format!("1.0.b.c.{}8.b.d.0.1.0.0.2.ip6.arpa", "0.".repeat(20))
        );
    }
}
