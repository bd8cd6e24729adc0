//! Keys that a path can be compared with: only such as every form of a path meets or never meets.

use crate::mail::{Path, PathForm};

/// What a word of a list or a key of a file is to the paths that mailpol tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    /// This text, in lower case.
    Is(String),
    /// No path that Exim takes can meet it.
    Never,
}

/// Reads `local@domain`.
pub(super) fn address(key: &str) -> Result<Name, &'static str> {
    let path = Path::parse(key, &[]);
    match (path.form(), path.local(), path.domain()) {
        (PathForm::Plain, Some(local), Some(domain)) => Ok(Name::Is(format!("{local}@{domain}"))),
        // Exim takes no path without a domain, or with such a one.
        (PathForm::Bare | PathForm::Underscore, ..) => Ok(Name::Never),
        _ => Err("this is no plain address: mailpol cannot tell which paths meet it"),
    }
}

/// Reads a domain.
pub(super) fn domain(key: &str) -> Result<Name, &'static str> {
    let path = Path::parse(&format!("x@{key}"), &[]);
    match (path.form(), path.domain()) {
        (PathForm::Plain, Some(domain)) => Ok(Name::Is(domain.as_str().to_owned())),
        // Exim takes no path with such a domain.
        (PathForm::Underscore | PathForm::TrailingDot, _) => Ok(Name::Never),
        (PathForm::BadDomain | PathForm::Malformed, _) if !is_taken(key) => Ok(Name::Never),
        _ => Err("this is no plain domain: mailpol cannot tell which paths meet it"),
    }
}

/// Whether Exim may take a path with such a domain, though RFC 5321 does not know it: one in
/// brackets, or with too many letters.
fn is_taken(domain: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    domain.contains(['[', '@']) || domain.len() > 63 && domain.chars().all(is_letter)
}

/// Reads a local-part.
pub(super) fn local(key: &str) -> Result<Name, &'static str> {
    let path = Path::parse(&format!("{key}@x.invalid"), &[]);
    match (path.form(), path.local()) {
        (PathForm::Plain, Some(local)) => Ok(Name::Is(local.to_owned())),
        _ => Err("this is no plain local-part: mailpol cannot tell which paths meet it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_keys() {
        assert_eq!(
            address("A@B.example"),
            Ok(Name::Is("a@b.example".to_owned()))
        );
        assert_eq!(address("*"), Ok(Name::Never));
        assert_eq!(domain("LOCALHOST"), Ok(Name::Is("localhost".to_owned())));
        assert_eq!(domain("a_b.example"), Ok(Name::Never));
        assert_eq!(domain("*.b.example"), Ok(Name::Never));
        assert_eq!(domain("-b.example"), Ok(Name::Never));
        assert!(domain(&"a".repeat(64)).is_err());
        assert_eq!(local("john.doe"), Ok(Name::Is("john.doe".to_owned())));
        assert!(domain("[192.0.2.1]").is_err());
        assert!(local("a%b").is_err());
        assert!(address("a@b@c.example").is_err());
    }
}
