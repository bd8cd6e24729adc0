//! The forms of a path.

use std::fmt;
use std::net::IpAddr;

/// How a path is written. The order is: what RFC 5321 allows, what it leaves open, what it forbids.
///
/// "Address" below means a local-part and a domain that are compared in their canonical spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathForm {
    /// `local@domain`, both plain. The only form that most mail has.
    Plain,
    /// `"local"@domain`: one quoted-string without routing characters. Same address as unquoted.
    Quoted,
    /// `"lo\cal"@domain`: a quoted-string with a quoted-pair. Same address without it.
    QuotedPair,
    /// `@relay:local@domain`: a source route (RFC 5321 appendix C); the last address counts.
    SourceRoute,
    /// `postmaster` without a domain, in any case (RFC 5321 section 4.5.1). Has no address.
    BarePostmaster,
    /// `<>`, the null reverse-path (RFC 5321 section 4.5.5). Has no address.
    Null,
    /// `local@[192.0.2.1]`: a literal of somebody's address. Has no domain.
    Literal,
    /// `local@[198.51.100.25]`: a literal of this host's address, or of loopback. Has no domain.
    OwnLiteral,
    /// `local%elsewhere@[198.51.100.25]`, also with `!`: a route before a literal of this host.
    /// Before another's it is no form of its own, for nobody takes that literal off. Has no domain.
    RoutedOwnLiteral,
    /// `local%elsewhere@domain`. Has a domain only.
    Percent,
    /// `elsewhere!local@domain`. Has a domain only.
    Bang,
    /// `local+x%elsewhere@domain`, also with `!`: a route in the extension only, which is not in
    /// quotes. Its address is the one without the extension.
    ExtendedRoute,
    /// `"local@elsewhere"@domain`, also with `%` or `!` in the quotes. Has a domain only.
    QuotedRoute,
    /// `local@domain.`, with a dot at the end, also of a quoted or a long local-part. Same address
    /// as without.
    TrailingDot,
    /// `-local@domain`, also in quotes: a local-part that a program could take for an option.
    LeadingDash,
    /// `local@1.2.3.4`: a domain of digits only, no literal. Has a local-part only.
    NumericDomain,
    /// `local@a_b.example`: an underscore in the domain, which RFC 5321 does not know. Has a
    /// local-part only.
    Underscore,
    /// `local@elsewhere@domain`, unquoted. Has a domain only.
    DoubleAt,
    /// `local` without a domain. Has a local-part only.
    Bare,
    /// `"postmaster"`, `post\master`, ...: bare postmaster in another spelling. Has no address.
    OddPostmaster,
    /// `"local@elsewhere"`, `local%elsewhere`, `elsewhere!local` without a domain.
    BareRoute,
    /// `lo..cal%elsewhere@domain`: a route in a local-part that is odd besides (no dot-string and
    /// no quoted-string, or with a dash first). Has a domain only.
    OddRoute,
    /// `@domain` without a local-part. Has a domain only.
    EmptyLocal,
    /// `local @domain`, ` local@domain `: blanks outside quotes. Same address without them.
    Spaced,
    /// `local(comment)@domain` (RFC 5322 section 3.2.2). Same address without it.
    Comment,
    /// `lo\cal@domain`: a backslash outside quotes. Same address without it.
    Escaped,
    /// `.local@domain`, `local.@domain`, `lo..cal@domain`. Has a domain only.
    Dotted,
    /// `local::x@domain`: other characters that only a quoted-string may hold; and quotes that are
    /// not one quoted-string, such as `"a".b` or `""`. Has a domain only.
    OddLocal,
    /// `lo..cal@[192.0.2.1]`, `@[192.0.2.1]`, ...: a local-part that is no dot-string and no
    /// quoted-string, or a quoted-string with a route, before a literal of somebody else. Has no
    /// domain.
    OddLiteral,
    /// The same before a literal of this host, without a route. Has no domain.
    OddOwnLiteral,
    /// A local-part with octets over 127 outside SMTPUTF8 (RFC 6531). Has a domain only.
    EightBit,
    /// A local-part over 64 octets (RFC 5321 section 4.5.3.1.1), counted up to its first `+`. Has a
    /// domain only.
    LongLocal,
    /// `local@-domain`, `local@[192.0.2]`, `local@`: what should be a domain is neither one
    /// nor a literal. Has no address.
    BadDomain,
    /// Anything else: an open quote, bracket or comment, a list, control characters. Has no
    /// address.
    Malformed,
}

impl PathForm {
    /// All forms, in order.
    pub const ALL: [Self; 34] = [
        Self::Plain,
        Self::Quoted,
        Self::QuotedPair,
        Self::SourceRoute,
        Self::BarePostmaster,
        Self::Null,
        Self::Literal,
        Self::OwnLiteral,
        Self::RoutedOwnLiteral,
        Self::Percent,
        Self::Bang,
        Self::ExtendedRoute,
        Self::QuotedRoute,
        Self::TrailingDot,
        Self::LeadingDash,
        Self::NumericDomain,
        Self::Underscore,
        Self::DoubleAt,
        Self::Bare,
        Self::OddPostmaster,
        Self::BareRoute,
        Self::OddRoute,
        Self::EmptyLocal,
        Self::Spaced,
        Self::Comment,
        Self::Escaped,
        Self::Dotted,
        Self::OddLocal,
        Self::OddLiteral,
        Self::OddOwnLiteral,
        Self::EightBit,
        Self::LongLocal,
        Self::BadDomain,
        Self::Malformed,
    ];

    /// Returns the number of the form: its label as an answer.
    pub fn index(self) -> u32 {
        self as u32
    }

    /// Returns the form of a number.
    pub fn from_index(index: u32) -> Option<Self> {
        Self::ALL.get(index as usize).copied()
    }

    /// Returns whether the form says a whole address, so that tables of addresses may be asked.
    pub fn has_address(self) -> bool {
        match self {
            Self::Plain
            | Self::Quoted
            | Self::QuotedPair
            | Self::SourceRoute
            | Self::TrailingDot
            | Self::ExtendedRoute
            | Self::Spaced
            | Self::Comment
            | Self::Escaped => true,
            Self::BarePostmaster
            | Self::Null
            | Self::Literal
            | Self::OwnLiteral
            | Self::RoutedOwnLiteral
            | Self::Percent
            | Self::Bang
            | Self::QuotedRoute
            | Self::LeadingDash
            | Self::NumericDomain
            | Self::Underscore
            | Self::DoubleAt
            | Self::Bare
            | Self::OddPostmaster
            | Self::BareRoute
            | Self::OddRoute
            | Self::EmptyLocal
            | Self::Dotted
            | Self::OddLocal
            | Self::OddLiteral
            | Self::OddOwnLiteral
            | Self::EightBit
            | Self::LongLocal
            | Self::BadDomain
            | Self::Malformed => false,
        }
    }

    /// Returns whether the form says a domain that names declared domains may equal.
    pub fn has_domain(self) -> bool {
        match self {
            Self::BarePostmaster
            | Self::Null
            | Self::Literal
            | Self::OwnLiteral
            | Self::RoutedOwnLiteral
            | Self::NumericDomain
            | Self::Underscore
            | Self::Bare
            | Self::OddPostmaster
            | Self::BareRoute
            | Self::OddLiteral
            | Self::OddOwnLiteral
            | Self::BadDomain
            | Self::Malformed => false,
            Self::Percent
            | Self::Bang
            | Self::ExtendedRoute
            | Self::QuotedRoute
            | Self::LeadingDash
            | Self::DoubleAt
            | Self::OddRoute
            | Self::EmptyLocal
            | Self::Dotted
            | Self::OddLocal
            | Self::EightBit
            | Self::LongLocal
            | Self::Plain
            | Self::Quoted
            | Self::QuotedPair
            | Self::SourceRoute
            | Self::TrailingDot
            | Self::Spaced
            | Self::Comment
            | Self::Escaped => true,
        }
    }

    /// Returns whether an address literal stands where the domain would.
    pub fn is_literal(self) -> bool {
        matches!(
            self,
            Self::Literal
                | Self::OwnLiteral
                | Self::RoutedOwnLiteral
                | Self::OddLiteral
                | Self::OddOwnLiteral
        )
    }

    /// Returns whether the local-part holds a route that a neighbour could follow.
    pub fn is_routed(self) -> bool {
        matches!(
            self,
            Self::Percent
                | Self::Bang
                | Self::ExtendedRoute
                | Self::QuotedRoute
                | Self::DoubleAt
                | Self::OddRoute
        )
    }

    /// Returns a text of this form for a local-part and a domain.
    pub(super) fn spell(self, local: &str, domain: &str, own: &[IpAddr]) -> String {
        match self {
            Self::Plain => format!("{local}@{domain}"),
            Self::Quoted => format!("\"{local}\"@{domain}"),
            Self::QuotedPair => format!("\"\\{local}\"@{domain}"),
            Self::SourceRoute => format!("@relay.example:{local}@{domain}"),
            Self::BarePostmaster => "postmaster".to_owned(),
            Self::Null => String::new(),
            Self::Literal => format!("{local}@[192.0.2.99]"),
            Self::OwnLiteral => format!("{local}@{}", own_literal(own)),
            Self::RoutedOwnLiteral => format!("{local}%victim.example@{}", own_literal(own)),
            Self::Percent => format!("{local}%victim.example@{domain}"),
            Self::Bang => format!("victim.example!{local}@{domain}"),
            Self::ExtendedRoute => format!("{local}+x%victim.example@{domain}"),
            Self::QuotedRoute => format!("\"{local}@victim.example\"@{domain}"),
            Self::TrailingDot => format!("{local}@{domain}."),
            Self::LeadingDash => format!("-{local}@{domain}"),
            Self::NumericDomain => format!("{local}@192.0.2.99"),
            Self::Underscore => format!("{local}@under_score.{domain}"),
            Self::DoubleAt => format!("{local}@victim.example@{domain}"),
            Self::Bare => local.to_owned(),
            Self::OddPostmaster => "\"postmaster\"".to_owned(),
            Self::BareRoute => format!("{local}%victim.example"),
            Self::OddRoute => format!("{local}..x%victim.example@{domain}"),
            Self::EmptyLocal => format!("@{domain}"),
            Self::Spaced => format!("{local} @{domain}"),
            Self::Comment => format!("{local}(comment)@{domain}"),
            Self::Escaped => format!("\\{local}@{domain}"),
            Self::Dotted => format!("{local}..x@{domain}"),
            Self::OddLocal => format!("{local}::x@{domain}"),
            Self::OddLiteral => format!("{local}..x@[192.0.2.99]"),
            Self::OddOwnLiteral => format!("{local}..x@{}", own_literal(own)),
            Self::EightBit => format!("{local}\u{fc}@{domain}"),
            Self::LongLocal => format!("{}@{domain}", "a".repeat(65)),
            Self::BadDomain => format!("{local}@-{domain}"),
            Self::Malformed => format!("{local}@{domain},{local}@{domain}"),
        }
    }

    /// Returns the name of the form, as `explain` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Quoted => "quoted",
            Self::QuotedPair => "quoted-pair",
            Self::SourceRoute => "source-route",
            Self::BarePostmaster => "bare-postmaster",
            Self::Null => "null",
            Self::Literal => "literal",
            Self::OwnLiteral => "own-literal",
            Self::RoutedOwnLiteral => "routed-own-literal",
            Self::Percent => "percent",
            Self::Bang => "bang",
            Self::ExtendedRoute => "extended-route",
            Self::QuotedRoute => "quoted-route",
            Self::TrailingDot => "trailing-dot",
            Self::LeadingDash => "leading-dash",
            Self::NumericDomain => "numeric-domain",
            Self::Underscore => "underscore",
            Self::DoubleAt => "double-at",
            Self::Bare => "bare",
            Self::OddPostmaster => "odd-postmaster",
            Self::BareRoute => "bare-route",
            Self::OddRoute => "odd-route",
            Self::EmptyLocal => "empty-local-part",
            Self::Spaced => "spaced",
            Self::Comment => "comment",
            Self::Escaped => "escaped",
            Self::Dotted => "dotted",
            Self::OddLocal => "odd-local-part",
            Self::OddLiteral => "odd-literal",
            Self::OddOwnLiteral => "odd-own-literal",
            Self::EightBit => "eight-bit",
            Self::LongLocal => "long-local-part",
            Self::BadDomain => "bad-domain",
            Self::Malformed => "malformed",
        }
    }
}

/// Returns the literal of the host, or of loopback where its addresses are not known.
fn own_literal(own: &[IpAddr]) -> String {
    match own.iter().min() {
        Some(IpAddr::V4(v4)) => format!("[{v4}]"),
        Some(IpAddr::V6(v6)) => format!("[IPv6:{v6}]"),
        None => "[127.0.0.1]".to_owned(),
    }
}

impl fmt::Display for PathForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
