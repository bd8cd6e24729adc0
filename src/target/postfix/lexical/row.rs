//! Rows of tables: their keys, and what these give. There may be millions.

use std::borrow::Cow;

use super::{Name, Unsayable, Word};
use crate::mail::{Address, Domain};
use crate::policy::Route;

/// The key of a table, in its parts: there may be a million.
#[derive(Debug, Clone, Copy)]
pub(in crate::target::postfix) struct Key<'a>([&'a str; 3]);

/// The result of a table: addresses, a path, or what an access(5) table does.
#[derive(Debug, Clone)]
pub(in crate::target::postfix) struct Outcome(Cow<'static, str>);

impl<'a> Key<'a> {
    /// Takes an address; addresses are lower-case already.
    pub(in crate::target::postfix) fn address(address: &'a Address) -> Result<Self, Unsayable> {
        Self::recipient(address.local(), address.domain())
    }

    /// Takes an address by its parts, in lower case.
    pub(in crate::target::postfix) fn recipient(
        local: &'a str,
        domain: &'a Domain,
    ) -> Result<Self, Unsayable> {
        if local.starts_with('#') {
            return Err(Unsayable::Key);
        }
        Ok(Self([local, "@", domain.as_str()]))
    }

    /// Takes the address that local(8) delivers to an account.
    pub(in crate::target::postfix) fn account(account: Account<'a>, delivery: &'a Domain) -> Self {
        Self([account.0, "@", delivery.as_str()])
    }

    /// Takes a domain name.
    pub(in crate::target::postfix) fn domain(domain: &'a Domain) -> Self {
        Self([domain.as_str(), "", ""])
    }

    /// Takes every domain below one: `.domain` (transport(5), without
    /// `parent_domain_matches_subdomains`).
    pub(in crate::target::postfix) fn below(domain: &'a Domain) -> Self {
        Self([".", domain.as_str(), ""])
    }

    /// Takes every address of a domain: `@domain`.
    pub(in crate::target::postfix) fn at_domain(domain: &'a Domain) -> Self {
        Self(["@", domain.as_str(), ""])
    }

    /// Takes a login.
    pub(in crate::target::postfix) fn login(login: LoginName<'a>) -> Self {
        Self([login.0, "", ""])
    }

    /// The null reverse-path (postconf(5), smtpd_null_access_lookup_key).
    pub(in crate::target::postfix) fn null() -> Self {
        Self(["<>", "", ""])
    }

    /// Writes it.
    pub(in crate::target::postfix) fn write(self, text: &mut String) {
        text.extend(self.0);
    }
}

impl Outcome {
    /// Takes addresses: what mail goes to instead.
    pub(in crate::target::postfix) fn addresses<'a>(
        addresses: impl IntoIterator<Item = &'a Address>,
    ) -> Self {
        let pairs = addresses.into_iter();
        Self::pairs(pairs.map(|address| (address.local(), address.domain())))
    }

    /// Takes the account that keeps mail, and the addresses that it goes to besides.
    pub(in crate::target::postfix) fn account<'a>(
        account: Account<'a>,
        delivery: &'a Domain,
        others: impl Iterator<Item = &'a Address>,
    ) -> Self {
        let others = others.map(|address| (address.local(), address.domain()));
        Self::pairs(std::iter::once((account.0, delivery)).chain(others))
    }

    /// Takes addresses by their parts.
    fn pairs<'a>(addresses: impl Iterator<Item = (&'a str, &'a Domain)>) -> Self {
        let mut text = String::new();
        for (local, domain) in addresses {
            let comma = if text.is_empty() { "" } else { ", " };
            let parts = [comma, local, "@", domain.as_str()];
            text.reserve(parts.iter().map(|part| part.len()).sum());
            text.extend(parts);
        }
        Self(text.into())
    }

    /// Takes the owners of an address.
    pub(in crate::target::postfix) fn owners<'a>(
        owners: impl IntoIterator<Item = LoginName<'a>>,
    ) -> Self {
        let mut text = String::new();
        for owner in owners {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(owner.0);
        }
        Self(text.into())
    }

    /// Takes the directory of a mailbox, below `virtual_mailbox_base`; the slash makes it a
    /// maildir (virtual(8)).
    pub(in crate::target::postfix) fn maildir(local: &str, domain: &Domain) -> Self {
        Self([domain.as_str(), "/", local, "/"].concat().into())
    }

    /// Takes a service and the host that it is told.
    pub(in crate::target::postfix) fn next_hop(service: &Name, route: &Route) -> Self {
        Self(Word::next_hop(service, route).0.into())
    }

    /// Takes a restriction class.
    pub(in crate::target::postfix) fn class(class: &Name) -> Self {
        Self(class.0.clone().into())
    }

    /// Takes restriction classes, in the order in which they are asked.
    pub(in crate::target::postfix) fn classes(classes: &[Name]) -> Self {
        let names: Vec<&str> = classes.iter().map(|class| class.0.as_str()).collect();
        Self(names.join(", ").into())
    }

    /// Takes text of ours.
    pub(in crate::target::postfix) fn fixed(text: &'static str) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    pub(in crate::target::postfix) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A login, as tables, lists of owners and SASL see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::target::postfix) struct LoginName<'a>(&'a str);

/// A login that is a Unix account which gets mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::target::postfix) struct Account<'a>(&'a str);

impl<'a> LoginName<'a> {
    /// Takes a login that tables can hold.
    pub(in crate::target::postfix) fn new(text: &'a str) -> Result<Self, Unsayable> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-+=@".contains(&c);
        if !text.is_empty() && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(Unsayable::Login)
        }
    }

    /// Returns the Unix account, if local(8) delivers to such a one.
    pub(in crate::target::postfix) fn account(self) -> Result<Account<'a>, Unsayable> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-".contains(&c);
        let begins = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let text = self.0;
        let fits = text.bytes().all(plain)
            && text.starts_with(begins)
            && !text.ends_with('.')
            && !text.contains("..")
            && text.len() <= 32;
        if fits {
            Ok(Account(text))
        } else {
            Err(Unsayable::Account)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_that_a_list_would_split_or_fold_are_refused() {
        for text in ["john", "www-data", "app@example.com", "j_1", "a+b=c"] {
            assert!(LoginName::new(text).is_ok(), "{text}");
        }
        for text in [
            "", "John", "a b", "a,b", "#a", "a\nb", "a$b", "jürgen", "a:b", "{a}", "a\"b",
        ] {
            assert_eq!(LoginName::new(text), Err(Unsayable::Login), "{text}");
        }
    }

    #[test]
    fn logins_that_are_no_account_carry_no_mail() {
        let delivery = Domain::literal("unix.invalid");
        let at = |text: &str| {
            let account = LoginName::new(text).unwrap().account()?;
            Ok(written(Key::account(account, &delivery)))
        };
        assert_eq!(at("john").unwrap(), "john@unix.invalid");
        assert_eq!(at("_apt-x.y").unwrap(), "_apt-x.y@unix.invalid");
        for text in ["-john", "a@b.example", ".a", "a.", "a..b", "a+b", "a=b"] {
            assert_eq!(at(text), Err(Unsayable::Account), "{text}");
        }
        assert_eq!(at(&"a".repeat(33)), Err(Unsayable::Account));
    }

    fn written(key: Key<'_>) -> String {
        let mut text = String::new();
        key.write(&mut text);
        text
    }

    #[test]
    fn keys_are_no_comments() {
        let address = |local: &str| Address::new(local, Domain::literal("d.example"));
        let key = |local: &str| Key::address(&address(local)).map(written);
        assert_eq!(key("John").unwrap(), "john@d.example");
        assert_eq!(key("#a"), Err(Unsayable::Key));
    }
}
