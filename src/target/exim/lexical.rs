//! What Exim's files can hold: one type for each position, whose makers refuse the rest.
//!
//! A value that cannot be written plainly is refused, not escaped. In an option: no `$`, `\`, `{`
//! and `}` (string expansion), no `:` and `;` (list separators), no blank, no capital behind an
//! underscore (Exim's own macros begin so, and are replaced inside words). In a table: no blank in
//! a key, and no key that is a comment. Not here: which value goes where.

mod row;

pub(super) use row::{Held, Key, LoginName};

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use crate::mail::{Address, Domain};
use crate::policy::{DomainScope, RouteHost};
use crate::source::Loc;
use crate::target::comment;

/// Why a text cannot stand in a file of Exim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsayable {
    /// Not a path that an option can hold.
    #[error("a path begins with `/` and holds letters, digits and `._-+@%=~/` only")]
    Path,
    /// Not a login that tables and lists can hold.
    #[error("a login holds letters, digits and `._-+=@` only")]
    Login,
    /// Another login differs from it in case only.
    #[error("another login differs from this one in case only, which Exim's tables do not see")]
    Case,
    /// Not a Unix account that mail can be delivered to.
    #[error("a Unix account that gets mail holds letters, digits and `._-` only, and is no number")]
    Account,
    /// The superuser's account.
    #[error("Exim never delivers as `root`: give the mailbox to another login")]
    Root,
    /// Not an address that a table can hold as its key.
    #[error("a line that begins with `#` is a comment in tables")]
    Key,
    /// Not an address that mail can be redirected to.
    #[error("behind `#` is a comment where mail is redirected to")]
    Redirected,
    /// An address whose key means every address of its domain.
    #[error("a row for `*` and a domain means every address of that domain")]
    Star,
    /// Not an address that an option can hold.
    #[error("an address in a list holds letters, digits and `._-+=` only before its `@`")]
    Address,
}

/// Makes a newtype over text that prints and serialises as that text.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub(super) struct $name(String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// One word of an option's value: a name, a path, a number. Nothing in it is expanded, and
    /// no list is split there.
    Word
}
text! {
    /// A whole list, in the order in which Exim looks at it.
    List
}
text! {
    /// The key and the file that a host's name and password are looked up by, in their braces.
    Credentials
}
text! {
    /// A client prefix in a host list, or `!` one that is not in it although a wider one is.
    HostItem
}
text! {
    /// Text behind `#`.
    Comment
}

impl Word {
    /// Takes a domain name: letters, digits, hyphens and dots.
    pub(super) fn domain(domain: &Domain) -> Self {
        Self(domain.to_string())
    }

    /// Takes the domains of a scope: itself, or `*.domain` for all below it (section 10.9).
    pub(super) fn scope(scope: &DomainScope) -> Self {
        match scope {
            DomainScope::Exactly(domain) => Self::domain(domain),
            DomainScope::Below(domain) => Self(format!("*.{domain}")),
        }
    }

    /// Takes every address of a domain: `*@domain` (section 10.20).
    pub(super) fn at_domain(domain: &Domain) -> Self {
        Self(format!("*@{domain}"))
    }

    /// Takes an address of ours that nothing expands or splits.
    pub(super) fn address(address: &Address) -> Result<Self, Unsayable> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+=".contains(c);
        if address.local().chars().all(plain) {
            Ok(Self(address.to_string()))
        } else {
            Err(Unsayable::Address)
        }
    }

    /// Takes text of ours.
    pub(super) fn fixed(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// Takes a name of ours and a number behind it.
    pub(super) fn numbered(name: &'static str, number: usize) -> Self {
        Self(format!("{name}{number}"))
    }

    /// Takes the name of a route: small letters, digits and hyphens, which names in Exim's files do
    /// not hold.
    pub(super) fn route(name: &str) -> Self {
        Self(format!("route_{}", name.replace('-', "_")))
    }

    /// Takes a port.
    pub(super) fn port(port: u16) -> Self {
        Self(port.to_string())
    }

    /// Takes the path of a file of ours.
    pub(super) fn below_exim(path: &str) -> Self {
        Self(path.to_owned())
    }

    /// Takes the absolute path of a file.
    pub(super) fn path(text: &str) -> Result<Self, Unsayable> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+@%=~/".contains(c);
        let mut pairs = text.chars().zip(text.chars().skip(1));
        let macros = pairs.any(|(a, b)| a == '_' && b.is_ascii_uppercase());
        if text.starts_with('/') && text.chars().all(plain) && !macros {
            Ok(Self(text.to_owned()))
        } else {
            Err(Unsayable::Path)
        }
    }
}

impl List {
    /// Joins words. No word holds a colon or a blank.
    pub(super) fn of(words: impl IntoIterator<Item = Word>) -> Self {
        let words: Vec<String> = words.into_iter().map(|word| word.0).collect();
        Self(words.join(" : "))
    }

    /// Joins clients. IPv6 has colons, so the separator is another one.
    pub(super) fn hosts(items: &[HostItem]) -> Self {
        let items: Vec<&str> = items.iter().map(|item| item.0.as_str()).collect();
        if items.is_empty() {
            return Self(String::new());
        }
        Self(format!("<; {}", items.join(" ; ")))
    }

    /// The interfaces that a daemon listens at. Those without a port take `daemon_smtp_ports`
    /// (section 13.2).
    pub(super) fn interfaces(
        all: &[&'static str],
        bound: impl IntoIterator<Item = (IpAddr, Word)>,
    ) -> Self {
        let all = all.iter().map(|interface| (*interface).to_owned());
        let bound = bound.into_iter().map(|(on, port)| format!("[{on}]:{port}"));
        let items: Vec<String> = all.chain(bound).collect();
        Self(format!("<; {}", items.join(" ; ")))
    }

    /// The one host of a route: the colons of an IPv6 address are doubled, since they separate.
    pub(super) fn host(host: &RouteHost) -> Self {
        Self(host.to_string().replace(':', "::"))
    }

    /// The list of our domains.
    pub(super) fn local_domains() -> Self {
        Self("+local_domains".to_owned())
    }

    /// Names the file that holds the items, one a line.
    pub(super) fn file(path: &Word) -> Self {
        Self(path.0.clone())
    }

    /// Names the table whose keys are the items.
    pub(super) fn table(kind: &'static str, path: &Word) -> Self {
        Self(format!("{kind};{path}"))
    }
}

impl Credentials {
    /// Takes the host, by its name, and the path of the file. Both hold nothing that is expanded.
    pub(super) fn new(host: &Domain, path: &Word) -> Self {
        Self(format!("{{{host}}}lsearch{{{path}}}"))
    }

    /// Takes the name of a transport, in braces.
    pub(super) fn of_transport(name: &Word) -> Self {
        Self(format!("{{{name}}}"))
    }
}

impl HostItem {
    /// Takes a prefix that is in the list, or one that is not although a wider one is.
    pub(super) fn new(prefix: IpNet, inside: bool) -> Self {
        let sign = if inside { "" } else { "!" };
        Self(format!("{sign}{prefix}"))
    }
}

impl Comment {
    /// Takes any text; what could end the line, or be taken for a setting, becomes `?`.
    pub(super) fn new(text: &str) -> Self {
        Self(comment::in_line(text, "$\\"))
    }

    /// Returns what of it a shell may read: letters, digits, a blank and `._-/:`; `?` for the rest.
    pub(super) fn in_shell(self) -> Self {
        Self(comment::in_shell(&self.0))
    }

    /// Names the line of a place: `policy.kdl:9`.
    pub(super) fn line(at: &Loc) -> Self {
        Self::new(&comment::line(at))
    }
}

#[cfg(test)]
mod tests;
