//! Keys that a path can be compared with: only such as every form of a path meets or never meets.

use std::borrow::Cow;

use crate::mail::{Path, PathForm};

/// Reads `local@domain`; what is returned is in lower case.
pub(super) fn address(key: &str) -> Result<Cow<'_, str>, &'static str> {
    let reason = "this is no plain address: mailpol cannot tell which paths meet it";
    let (local, domain) = key.split_once('@').ok_or(reason)?;
    if is_plain_local(local) && is_plain_domain(domain) {
        return Ok(key.into());
    }
    let (local, domain) = (self::local(local), self::domain(domain));
    match (local, domain) {
        (Ok(local), Ok(domain)) => Ok(format!("{local}@{domain}").into()),
        _ => Err(reason),
    }
}

/// Reads a domain: labels of letters, digits and hyphens, of which one is no number. A literal
/// ends in a bracket, so it is none, and none stands behind a star.
pub(super) fn domain(key: &str) -> Result<Cow<'_, str>, &'static str> {
    if is_plain_domain(key) {
        return Ok(key.into());
    }
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let path = Path::parse(&format!("x@{key}"), &[]);
    match (path.form(), path.domain()) {
        (PathForm::Plain, Some(domain)) if key.bytes().all(is_letter) => {
            Ok(domain.as_str().to_owned().into())
        }
        _ => Err("this is no plain domain: mailpol cannot tell which paths meet it"),
    }
}

/// Returns whether a local-part needs no look at its form: letters, digits and `_`, between dots.
fn is_plain_local(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 64
        && text
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_plain))
}

/// Returns whether a domain needs no look at its form: labels of letters and digits, perhaps with
/// hyphens inside, of which the last holds no digit.
fn is_plain_domain(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(is_plain)
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.split('.').all(is_label)
        && last.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Reads a local-part.
pub(super) fn local(key: &str) -> Result<Cow<'_, str>, &'static str> {
    if is_plain_local(key) {
        return Ok(key.into());
    }
    let path = Path::parse(&format!("{key}@x.invalid"), &[]);
    match (path.form(), path.local()) {
        (PathForm::Plain, Some(local)) => Ok(local.to_owned().into()),
        _ => Err("this is no plain local-part: mailpol cannot tell which paths meet it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_keys() {
        assert_eq!(address("A@B.example"), Ok("a@b.example".into()));
        assert_eq!(address("a!b@b.example").ok(), None);
        assert_eq!(domain("LOCALHOST"), Ok("localhost".into()));
        assert_eq!(local("john.doe"), Ok("john.doe".into()));
        assert_eq!(domain("3com.example"), Ok("3com.example".into()));
        assert_eq!(domain("1.2.example"), Ok("1.2.example".into()));
        for key in [
            "",
            ".",
            "a_b.example",
            "*.b.example",
            "-b.example",
            "b-.example",
            "b.example.",
            ".b.example",
            "99]",
            "[192.0.2.1]",
            "1.2.3.4",
            "4",
            "!b.example",
            " b.example",
            "b.example ",
            "a b.example",
            "^.*",
            "(c)b.example",
            "b(c).example",
            "a@b.example",
            "+local",
            "lsearch;/etc/x",
            "b\u{e9}.example",
        ] {
            assert!(domain(key).is_err(), "{key}");
            assert!(address(&format!("x@{key}")).is_err(), "{key}");
        }
        assert!(domain(&"a".repeat(64)).is_err());
        for key in [
            "",
            "*",
            "a",
            "b.example",
            "@b.example",
            "a%b@c.example",
            "\"a\"@b.example",
        ] {
            assert!(address(key).is_err(), "{key}");
        }
        for key in [
            "a%b", "-a", "a..b", ".a", "a.", "\"a\"", "a b", "a(c)", "a\\b",
        ] {
            assert!(local(key).is_err(), "{key}");
        }
        for key in [
            "a.b_1@c-d.example",
            "a@localhost",
            "a@b1.c2",
            "a@1.example",
            "-a@b.example",
        ] {
            let path = Path::parse(key, &[]);
            let read = address(key);
            assert_eq!(read.is_ok(), path.form() == PathForm::Plain, "{key}");
            assert!(read.is_err() || read == Ok(key.into()));
        }
        assert!(address("a@b@c.example").is_err());
    }
}
