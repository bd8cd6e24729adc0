//! What Postfix's files can hold: one type for each position, whose makers refuse the rest.
//!
//! A value that cannot be written plainly is refused, not escaped: no `$` (main.cf expands it), no
//! blank, comma or brace (lists split there), no `#` in front (a comment), no capital in a key
//! (virtual(8) folds what it looks up, but not the table). Not here: which value goes where.

mod row;

pub(super) use row::{Key, LoginName, Outcome};

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use crate::mail::{Address, Domain, WayIn};
use crate::policy::Route;
use crate::source::Loc;
use crate::target::comment;

/// Why a text cannot stand in a file of Postfix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsayable {
    /// Not a path that main.cf can hold.
    #[error("a path begins with `/` and holds letters, digits and `._-+@%=~/` only")]
    Path,
    /// Not a login that a table and a list of owners can hold.
    #[error("a login holds small letters, digits and `._-+=@` only, since Postfix folds capitals")]
    Login,
    /// Not a login that an address can carry.
    #[error("a Unix account that gets mail holds small letters, digits and `._-` only")]
    Account,
    /// Not an address that main.cf can hold.
    #[error("the host's postmaster holds letters, digits and `._-+=` only before its `@`")]
    Postmaster,
    /// Not an address that a table can hold as its key.
    #[error("a line that begins with `#` is a comment in tables")]
    Key,
}

impl From<Unsayable> for String {
    fn from(why: Unsayable) -> Self {
        why.to_string()
    }
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
    /// One word of a value in main.cf or master.cf: a domain name, a path, a number.
    Word
}
text! {
    /// A client prefix in a list: IPv6 stands in brackets (postconf(5), mynetworks).
    ListPrefix
}
text! {
    /// A client prefix in a cidr_table(5).
    TablePrefix
}
text! {
    /// A row of a table of OpenDKIM: names, paths and prefixes hold neither blanks nor colons that
    /// are not its own.
    OpendkimRow
}
text! {
    /// A name that main.cf defines: a restriction class, a service.
    Name
}
text! {
    /// Text behind `#`.
    Comment
}

impl Word {
    /// Takes a domain name: letters, digits, hyphens, dots (and what readers hold, never here).
    pub(super) fn domain(domain: &Domain) -> Self {
        Self(domain.to_string())
    }

    /// Takes an address of ours that nothing expands or splits.
    pub(super) fn address(address: &Address) -> Result<Self, Unsayable> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+=".contains(c);
        if address.local().chars().all(plain) {
            Ok(Self(address.to_string()))
        } else {
            Err(Unsayable::Postmaster)
        }
    }

    /// Takes text of ours.
    pub(super) fn fixed(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// Takes a version.
    /// The name of a DKIM key: `_domainkey` names are names (RFC 6376 section 3.6.2.1).
    pub(super) fn key_name(domain: &Domain, selector: &str) -> Self {
        Self(format!("{selector}._domainkey.{domain}"))
    }

    pub(super) fn version(parts: [u16; 3]) -> Self {
        Self(parts.map(|part| part.to_string()).join("."))
    }

    /// Names an inet service: a port, perhaps at one address, which stands in brackets if it is of
    /// IPv6 (master(5), "Service name").
    pub(super) fn inet(way: WayIn) -> Self {
        let port = way.listener;
        Self(match way.on {
            None => port.to_string(),
            Some(IpAddr::V4(address)) => format!("{address}:{port}"),
            Some(IpAddr::V6(address)) => format!("[{address}]:{port}"),
        })
    }

    /// Names a service and the host that it is told: `SERVICE:[HOST]:PORT`. In brackets no MX
    /// records are asked (transport(5)).
    pub(super) fn next_hop(service: &Name, route: &Route) -> Self {
        let (host, port) = (&route.host.value, route.port);
        Self(format!("{service}:[{host}]:{port}"))
    }

    /// Names the file of a path as a table that needs no index.
    pub(super) fn as_texthash(&self) -> Self {
        Self(format!("texthash:{self}"))
    }

    /// Takes the absolute path of a file.
    pub(super) fn path(text: &str) -> Result<Self, Unsayable> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+@%=~/".contains(c);
        if text.starts_with('/') && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Unsayable::Path)
        }
    }
}

impl Name {
    /// Takes the name of a route: small letters, digits and hyphens.
    pub(super) fn route(name: &str) -> Self {
        Self(format!("route-{name}"))
    }

    /// Takes a name of ours.
    pub(super) fn fixed(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// Makes the name of something that there are several of.
    pub(super) fn numbered(stem: &'static str, number: usize) -> Self {
        Self(format!("{stem}{number}"))
    }
}

impl ListPrefix {
    /// Takes a prefix that is in the list, or `!` one that is not although a wider one is.
    pub(super) fn new(prefix: IpNet, inside: bool) -> Self {
        let sign = if inside { "" } else { "!" };
        Self(match prefix {
            IpNet::V4(net) => format!("{sign}{net}"),
            IpNet::V6(net) => format!("{sign}[{}]/{}", net.network(), net.prefix_len()),
        })
    }
}

impl OpendkimRow {
    /// The name of a key: its domain, selector and path.
    pub(super) fn key(name: &Word, domain: &Word, selector: &str, path: &Word) -> Self {
        Self(format!("{name} {domain}:{selector}:{path}"))
    }

    /// Whose mail a key signs.
    pub(super) fn signs(domain: &Word, name: &Word) -> Self {
        Self(format!("*@{domain} {name}"))
    }

    /// A prefix of clients whose mail is signed, or is not although that of a wider one is.
    pub(super) fn host(prefix: IpNet, is_signed: bool) -> Self {
        let sign = if is_signed { "" } else { "!" };
        Self(format!("{sign}{prefix}"))
    }
}

impl TablePrefix {
    /// Takes a prefix without host bits.
    pub(super) fn new(prefix: IpNet) -> Self {
        Self(prefix.to_string())
    }
}

impl Comment {
    /// Takes any text; what could end the line, or be taken for a parameter, becomes `?`.
    pub(super) fn new(text: &str) -> Self {
        Self(comment::in_line(text, "${}"))
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
mod tests {
    use super::*;

    #[test]
    fn paths_that_main_cf_would_read_otherwise_are_refused() {
        assert!(Word::path("/etc/ssl/doe/fullchain.pem").is_ok());
        for text in [
            "", "etc/x", "/a b", "/a,b", "/a$b", "/a\nb", "/a#b", "/{a}", "/a\"b", "/ä", "/a:b",
        ] {
            assert_eq!(Word::path(text), Err(Unsayable::Path), "{text}");
        }
    }

    #[test]
    fn prefixes_are_spelt_as_their_place_wants_them() {
        let v4: IpNet = "10.0.0.0/8".parse().unwrap();
        let v6: IpNet = "fd00:d0e::/64".parse().unwrap();
        assert_eq!(ListPrefix::new(v4, false).to_string(), "!10.0.0.0/8");
        assert_eq!(ListPrefix::new(v6, true).to_string(), "[fd00:d0e::]/64");
        assert_eq!(TablePrefix::new(v6).to_string(), "fd00:d0e::/64");
    }

    #[test]
    fn comments_stay_on_their_line() {
        let text = Comment::new("a\nmynetworks = 0.0.0.0/0\u{85}$x\u{2028}");
        assert_eq!(text.to_string(), "a?mynetworks = 0.0.0.0/0??x?");
    }
}
