//! The keys of tables that are looked up by mail address (access(5), virtual(5), transport(5);
//! mail_addr_find(3) of 3.7.11), and the values that are addresses (canonical(5), virtual(5);
//! mail_addr_map(3)).

use std::borrow::Cow;

use crate::mail::{Path, PathForm};

/// What a key of such a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key<'k> {
    /// `local@domain`.
    Whole(Cow<'k, str>, Cow<'k, str>),
    /// `@domain`.
    AtDomain(&'k str),
    /// `local@`.
    LocalAt(Cow<'k, str>),
    /// `word`: a domain in one kind of table, a local-part in another.
    Word(&'k str),
    /// `.domain`.
    DotDomain(&'k str),
    /// `*`.
    Star,
    /// `<>`, or what else stands for the null reverse-path.
    Null,
}

/// Reads a key, in lower case already.
pub(super) fn read<'k>(key: &'k str, null_key: &str) -> Result<Key<'k>, &'static str> {
    if key == null_key {
        return Ok(Key::Null);
    }
    if key == "*" {
        return Ok(Key::Star);
    }
    if let Some(domain) = key.strip_prefix('@') {
        return domain_name(domain).map(Key::AtDomain);
    }
    if let Some(local) = key.strip_suffix('@') {
        return local_part(local).map(Key::LocalAt);
    }
    if let Some(domain) = key.strip_prefix('.') {
        return domain_name(domain).map(Key::DotDomain);
    }
    if !key.contains('@') {
        return Ok(Key::Word(key));
    }
    if let Some((local, domain)) = key.split_once('@')
        && is_simple_local(local)
        && is_simple_domain(domain)
    {
        return Ok(Key::Whole(local.into(), domain.into()));
    }
    let path = Path::parse(key, &[]);
    // A local-part that needs no quotes is looked up without them: such a key is never met.
    let needs_quotes = !crate::mail::is_dot_string(path.local().unwrap_or_default());
    let plain = path.form() == PathForm::Plain || path.form() == PathForm::Quoted && needs_quotes;
    match (plain, path.local(), path.domain()) {
        (true, Some(local), Some(domain)) => {
            let (local, domain) = (local.to_owned(), domain.as_str().to_owned());
            Ok(Key::Whole(local.into(), domain.into()))
        }
        _ => Err("a key is no plain address: mailpol cannot tell which paths meet it"),
    }
}

/// Reads a domain name of a key or a list.
pub(super) fn domain_name(text: &str) -> Result<&str, &'static str> {
    if is_simple_domain(text) {
        return Ok(text);
    }
    let path = Path::parse(&format!("x@{text}"), &[]);
    match (path.form(), path.domain()) {
        (PathForm::Plain, Some(domain)) if domain.as_str() == text => Ok(text),
        _ => Err("a name is no plain domain: mailpol cannot tell which paths meet it"),
    }
}

/// Returns whether a local-part is one that needs no look at its form: nearly all are.
fn is_simple_local(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=64).contains(&text.len())
        && text.split('.').all(|atom| {
            !atom.is_empty()
                && !atom.starts_with('-')
                && atom
                    .bytes()
                    .all(|byte| is_plain(byte) || b"-_+".contains(&byte))
        })
}

/// Returns whether a domain is one that needs no look at its form.
fn is_simple_domain(text: &str) -> bool {
    text.len() <= 253
        && text
            .bytes()
            .last()
            .is_some_and(|byte| byte.is_ascii_lowercase())
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
}

/// Reads a local-part of a key.
pub(super) fn local_part(text: &str) -> Result<Cow<'_, str>, &'static str> {
    if is_simple_local(text) {
        return Ok(text.into());
    }
    let path = Path::parse(&format!("{text}@x.invalid"), &[]);
    match (path.form(), path.local()) {
        (PathForm::Plain, Some(local)) => Ok(local.to_owned().into()),
        _ => Err("a local-part is not plain: mailpol cannot tell which paths meet it"),
    }
}

/// Returns whether a value is plain addresses with commas or blanks between them, or `@domain`
/// alone.
///
/// Of a value that begins with `@` mail_addr_map(3) makes one address with all that follows, and
/// tok822_parse(3) knows quotes, comments, groups and routes besides.
pub(super) fn are_addresses(value: &str) -> bool {
    if let Some(domain) = value.strip_prefix('@') {
        return is_simple_domain(domain) || is_plain(&format!("x{value}"));
    }
    let words = value.split([',', ' ', '\t']);
    let mut words = words.filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(is_address)
}

fn is_plain(address: &str) -> bool {
    Path::parse(address, &[]).form() == PathForm::Plain
}

/// Returns whether a word is one plain address, or a local-part in `$myorigin`.
pub(super) fn is_address(word: &str) -> bool {
    match word.split_once('@') {
        None => local_part(word).is_ok(),
        Some((local, domain)) if is_simple_local(local) && is_simple_domain(domain) => true,
        Some(_) => is_plain(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart() {
        let whole =
            |local: &'static str, domain: &'static str| Key::Whole(local.into(), domain.into());
        assert_eq!(read("a@b.example", "<>"), Ok(whole("a", "b.example")));
        assert_eq!(
            read("\"a b\"@b.example", "<>"),
            Ok(whole("a b", "b.example"))
        );
        assert_eq!(read("@b.example", "<>"), Ok(Key::AtDomain("b.example")));
        assert_eq!(read("a@", "<>"), Ok(Key::LocalAt("a".into())));
        assert_eq!(read("b.example", "<>"), Ok(Key::Word("b.example")));
        assert_eq!(read(".b.example", "<>"), Ok(Key::DotDomain("b.example")));
        assert_eq!(read("<>", "<>"), Ok(Key::Null));
        for value in [
            "a@b.example",
            "A.b+c@b.example",
            "a",
            "a, b@c.example",
            "a,b c",
            "@b.example",
        ] {
            assert!(are_addresses(value), "{value}");
        }
        for value in [
            "",
            ",",
            "@b.example, a@b.example",
            "@b.example @c.example",
            "a, @b.example",
            "\"a@b.example",
            "a\"@b.example",
            "\"a\"@b.example",
            "a\\b@c.example",
            "a(b)@c.example",
            "a <b@c.example>",
            "a:b@c.example;",
            "a%b@c.example",
            "a@[192.0.2.1]",
        ] {
            assert!(!are_addresses(value), "{value}");
        }
        for key in [
            "a%b@c.example",
            "a@[192.0.2.1]",
            "\"a\"@b.example",
            "a@b_c.example",
            "a@b.",
        ] {
            assert!(read(key, "<>").is_err(), "{key}");
        }
    }
}
