//! Reverse-paths and forward-paths: what stands between `<` and `>`, told apart by form.
//!
//! RFC 5321 section 4.1.2 allows few forms; clients send many, and MTAs differ about the rest.
//! So a path is a *form* and an address: every form is a class of its own in the proof, and a
//! decider decides from the form before it looks at the address.
//! Not here: what a form means to a policy (`policy`) or to an MTA (its reader).

mod form;
mod literal;
mod parse;
mod quoted;

pub use form::PathForm;

use std::net::IpAddr;

use super::{Address, Domain};

/// A path as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    text: String,
    form: PathForm,
    local: Option<String>,
    domain: Option<Domain>,
}

impl Path {
    /// Reads a path. `own` are the host's addresses: a literal of one is the host itself.
    pub fn parse(text: &str, own: &[IpAddr]) -> Self {
        parse::parse(text, own)
    }

    /// Returns the null path, `<>`.
    pub fn null() -> Self {
        Self {
            text: String::new(),
            form: PathForm::Null,
            local: None,
            domain: None,
        }
    }

    /// Returns the path of an address in a form: a member of the class that the prover speaks of.
    pub fn spell(form: PathForm, address: &Address, own: &[IpAddr]) -> Self {
        let text = form.spell(address.local(), address.domain().as_str(), own);
        Self::parse(&text, own)
    }

    /// Returns the text as sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the form.
    pub fn form(&self) -> PathForm {
        self.form
    }

    /// Returns the local-part in lower case, without quotes and escapes, if the form has one.
    pub fn local(&self) -> Option<&str> {
        self.local.as_deref()
    }

    /// Returns the domain, if the form has one; that of a source route is its last.
    pub fn domain(&self) -> Option<&Domain> {
        self.domain.as_ref()
    }

    /// Returns the address, if the form has both parts.
    pub fn address(&self) -> Option<Address> {
        Some(Address::new(self.local.as_deref()?, self.domain.clone()?))
    }
}

/// A reverse-path: what MAIL FROM gives (RFC 5321 section 3.3).
pub type ReversePath = Path;

/// A forward-path: what one RCPT TO gives (RFC 5321 section 3.3).
pub type ForwardPath = Path;

/// Returns whether a text is a Dot-string (RFC 5321 section 4.1.2).
pub(crate) fn is_dot_string(text: &str) -> bool {
    let mut before = b'.';
    let is_good = text.bytes().all(|byte| {
        let is_empty = byte == b'.' && before == b'.';
        before = byte;
        !is_empty && (byte == b'.' || is_atext(byte))
    });
    is_good && before != b'.'
}

/// Returns whether a byte may stand in an atom (RFC 5322 section 3.2.3).
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

#[cfg(test)]
mod tests;
