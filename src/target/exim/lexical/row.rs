//! Rows of tables: their keys, and what these hold. There may be millions.

use std::borrow::Cow;

use ipnet::IpNet;

use super::{Unsayable, Word};
use crate::mail::{Address, Domain};

/// The key of a table, in lower case: Exim lowers what it looks up. In its parts: there may be a
/// million.
#[derive(Debug, Clone)]
pub(in crate::target::exim) struct Key<'a>([Cow<'a, str>; 3]);

/// What a table holds for a key.
#[derive(Debug)]
pub(in crate::target::exim) struct Held(Cow<'static, str>);

impl<'a> Key<'a> {
    fn of(parts: [&'a str; 3]) -> Self {
        Self(parts.map(Cow::Borrowed))
    }

    fn made(text: String) -> Self {
        Self([text.into(), "".into(), "".into()])
    }

    /// Takes an address; addresses are lower-case already.
    pub(in crate::target::exim) fn address(address: &'a Address) -> Result<Self, Unsayable> {
        Self::recipient(address.local(), address.domain())
    }

    /// Takes an address by its parts, in lower case.
    pub(in crate::target::exim) fn recipient(
        local: &'a str,
        domain: &'a Domain,
    ) -> Result<Self, Unsayable> {
        if local.starts_with('#') {
            return Err(Unsayable::Key);
        }
        if local == "*" {
            return Err(Unsayable::Star);
        }
        Ok(Self::of([local, "@", domain.as_str()]))
    }

    /// Takes a domain name.
    pub(in crate::target::exim) fn domain(domain: &'a Domain) -> Self {
        Self::of([domain.as_str(), "", ""])
    }

    /// Takes a prefix of clients. IPv6 has colons, which would end the key.
    pub(in crate::target::exim) fn network(net: IpNet) -> Self {
        Self::made(match net {
            IpNet::V4(net) => net.to_string(),
            IpNet::V6(net) => format!("\"{net}\""),
        })
    }

    /// Every address of every domain of ours. No address is written so.
    pub(in crate::target::exim) fn local() -> Self {
        Self::of(["local", "", ""])
    }

    /// Every address of a domain: `*@domain`.
    pub(in crate::target::exim) fn in_domain(domain: &'a Domain) -> Self {
        Self::of(["*@", domain.as_str(), ""])
    }

    /// Every address.
    pub(in crate::target::exim) fn any() -> Self {
        Self::of(["*", "", ""])
    }

    /// Names a key of DKIM as DNS does: `SELECTOR._domainkey.DOMAIN`. Selectors are labels.
    pub(in crate::target::exim) fn selector(selector: &'a str, domain: &'a Domain) -> Self {
        Self::of([selector, "._domainkey.", domain.as_str()])
    }

    /// Takes a login as it is: for a table that minds the case of letters.
    pub(in crate::target::exim) fn login_exactly(login: LoginName<'a>) -> Self {
        Self::of([login.0, "", ""])
    }

    /// Takes a login, in lower case: what the table holds says how it is really written.
    pub(in crate::target::exim) fn login(login: LoginName<'a>) -> Self {
        if login.0.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Self::made(login.0.to_ascii_lowercase())
        } else {
            Self::login_exactly(login)
        }
    }

    /// Writes it.
    pub(in crate::target::exim) fn write(&self, text: &mut String) {
        text.extend(self.parts());
    }

    /// Returns its parts.
    pub(in crate::target::exim) fn parts(&self) -> [&str; 3] {
        self.0.each_ref().map(Cow::as_ref)
    }
}

impl Held {
    /// What a table holds whose keys are all that matters.
    pub(in crate::target::exim) fn yes() -> Self {
        Self("yes".into())
    }

    /// What a table holds of a key that is in it only to hide a wider one.
    pub(in crate::target::exim) fn no() -> Self {
        Self("no".into())
    }

    /// Takes addresses: what mail goes to instead.
    pub(in crate::target::exim) fn addresses<'a>(
        addresses: impl IntoIterator<Item = &'a Address>,
    ) -> Self {
        let mut text = String::new();
        for address in addresses {
            let comma = if text.is_empty() { "" } else { ", " };
            let parts = [comma, address.local(), "@", address.domain().as_str()];
            text.reserve(parts.iter().map(|part| part.len()).sum());
            text.extend(parts);
        }
        Self(text.into())
    }

    /// Looks whether mail can be redirected to an address of others (spec 4.96, section 22.5). Ours
    /// are keys as well.
    pub(in crate::target::exim) fn redirected(address: &Address) -> Result<(), Unsayable> {
        if address.local().starts_with('#') {
            return Err(Unsayable::Redirected);
        }
        Ok(())
    }

    /// Takes a login.
    pub(in crate::target::exim) fn login(login: LoginName<'_>) -> Self {
        Self(login.0.to_owned().into())
    }

    /// Takes the name of an ACL of ours.
    pub(in crate::target::exim) fn acl(name: &Word) -> Self {
        Self(name.0.clone().into())
    }

    /// Takes logins, as a list. No login holds a colon or a blank.
    pub(in crate::target::exim) fn logins<'a>(
        logins: impl IntoIterator<Item = LoginName<'a>>,
    ) -> Self {
        let mut text = String::new();
        for login in logins {
            if !text.is_empty() {
                text.push_str(" : ");
            }
            text.push_str(login.0);
        }
        Self(text.into())
    }

    /// Takes selectors, as a list. They are labels, and hold no colon or blank.
    pub(in crate::target::exim) fn selectors(selectors: &[&str]) -> Self {
        Self(selectors.join(" : ").into())
    }

    /// Takes the path of a file.
    pub(in crate::target::exim) fn path(path: &Word) -> Self {
        Self(path.0.clone().into())
    }

    /// Takes the directory of a mailbox below /var/mail. No local-part of ours holds a `/`, or
    /// begins with a dot.
    pub(in crate::target::exim) fn directory(local: &str, domain: &Domain) -> Self {
        Self([domain.as_str(), "/", local].concat().into())
    }

    /// Takes a domain name.
    pub(in crate::target::exim) fn domain(domain: &Domain) -> Self {
        Self(domain.to_string().into())
    }

    /// Returns the text.
    pub(in crate::target::exim) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A login, as tables and authenticators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::target::exim) struct LoginName<'a>(&'a str);

impl<'a> LoginName<'a> {
    /// Takes a login that tables and lists can hold.
    pub(in crate::target::exim) fn new(text: &'a str) -> Result<Self, Unsayable> {
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"._-+=@".contains(&c);
        if !text.is_empty() && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(Unsayable::Login)
        }
    }

    /// Returns it if it is a Unix account that mail can be delivered to.
    ///
    /// Exim takes a number for a user id, and is built never to deliver as root.
    pub(in crate::target::exim) fn account(self) -> Result<Self, Unsayable> {
        let text = self.0;
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
        let begins = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let number = text.bytes().all(|c| c.is_ascii_digit());
        if text == "root" {
            Err(Unsayable::Root)
        } else if text.bytes().all(plain) && text.starts_with(begins) && !number {
            Ok(self)
        } else {
            Err(Unsayable::Account)
        }
    }
}
