//! Keys that a path can be compared with: only such as every form of a path meets or never meets.

use std::borrow::Cow;

use crate::mail::{Path, PathForm};

/// What a word of a list or a key of a file is to the paths that mailpol tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name<'k> {
    /// This text, in lower case.
    Is(Cow<'k, str>),
    /// No path that Exim takes can meet it.
    Never,
}

/// Reads `local@domain`.
pub(super) fn address(key: &str) -> Result<Name<'_>, &'static str> {
    let parts = key.split_once('@');
    if parts.is_some_and(|(local, domain)| is_plain_local(local) && is_plain_domain(domain)) {
        return Ok(Name::Is(key.into()));
    }
    let path = Path::parse(key, &[]);
    match (path.form(), path.local(), path.domain()) {
        (PathForm::Plain, Some(local), Some(domain)) => {
            Ok(Name::Is(format!("{local}@{domain}").into()))
        }
        // Exim takes no path without a domain, or with such a one.
        (PathForm::Bare | PathForm::Underscore, ..) => Ok(Name::Never),
        _ => Err("this is no plain address: mailpol cannot tell which paths meet it"),
    }
}

/// Reads a domain.
pub(super) fn domain(key: &str) -> Result<Name<'_>, &'static str> {
    if is_plain_domain(key) {
        return Ok(Name::Is(key.into()));
    }
    let path = Path::parse(&format!("x@{key}"), &[]);
    match (path.form(), path.domain()) {
        (PathForm::Plain, Some(domain)) => Ok(Name::Is(domain.as_str().to_owned().into())),
        // Exim takes no path with such a domain.
        (PathForm::Underscore | PathForm::TrailingDot, _) => Ok(Name::Never),
        (PathForm::BadDomain | PathForm::Malformed, _) if !is_taken(key) => Ok(Name::Never),
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

/// Whether Exim may take a path with such a domain, though RFC 5321 does not know it: one in
/// brackets, or with too many letters.
fn is_taken(domain: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    domain.contains(['[', '@']) || domain.len() > 63 && domain.chars().all(is_letter)
}

/// Reads a local-part.
pub(super) fn local(key: &str) -> Result<Name<'_>, &'static str> {
    let path = Path::parse(&format!("{key}@x.invalid"), &[]);
    match (path.form(), path.local()) {
        (PathForm::Plain, Some(local)) => Ok(Name::Is(local.to_owned().into())),
        _ => Err("this is no plain local-part: mailpol cannot tell which paths meet it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_keys() {
        assert_eq!(address("A@B.example"), Ok(Name::Is("a@b.example".into())));
        assert_eq!(address("*"), Ok(Name::Never));
        assert_eq!(domain("LOCALHOST"), Ok(Name::Is("localhost".into())));
        assert_eq!(domain("a_b.example"), Ok(Name::Never));
        assert_eq!(domain("*.b.example"), Ok(Name::Never));
        assert_eq!(domain("-b.example"), Ok(Name::Never));
        assert!(domain(&"a".repeat(64)).is_err());
        assert_eq!(local("john.doe"), Ok(Name::Is("john.doe".into())));
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
            assert!(read.is_err() || read == Ok(Name::Is(key.into())));
        }
        assert!(domain("[192.0.2.1]").is_err());
        assert!(local("a%b").is_err());
        assert!(address("a@b@c.example").is_err());
    }
}
