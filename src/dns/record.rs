//! Resource records.

use std::fmt::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest string of a TXT record, in octets (RFC 1035 section 3.3).
pub(super) const STRING_OCTETS_MAX: usize = 255;

/// A record, with the reason why it is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// The owner's name, without a trailing dot.
    pub name: String,
    /// Type and data.
    pub data: RecordData,
    /// What it is for, in a line.
    pub purpose: String,
}

/// A record that somebody else must publish.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// Whom to ask for it.
    pub whom: String,
    /// The record.
    pub record: Record,
}

/// The type of a record, and its data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordData {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// Another name of this one (RFC 1034 section 3.6.2).
    Cname(String),
    /// A mail exchanger: its preference and name (RFC 5321 section 5.1). An empty name is that of
    /// the root: nobody takes mail (RFC 7505).
    Mx(u16, String),
    /// The name of an address (RFC 1035 section 3.3.12).
    Ptr(String),
    /// Text, whole: it is cut into strings when it is written.
    Txt(String),
}

impl RecordData {
    /// Returns the name of the type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::A(_) => "A",
            Self::Aaaa(_) => "AAAA",
            Self::Cname(_) => "CNAME",
            Self::Mx(..) => "MX",
            Self::Ptr(_) => "PTR",
            Self::Txt(_) => "TXT",
        }
    }
}

impl fmt::Display for RecordData {
    /// Writes the data as master files do (RFC 1035 section 5.1).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(address) => write!(f, "{address}"),
            Self::Aaaa(address) => write!(f, "{address}"),
            Self::Cname(name) | Self::Ptr(name) => write!(f, "{name}."),
            Self::Mx(preference, exchange) => write!(f, "{preference} {exchange}."),
            Self::Txt(text) => write_strings(f, text.as_bytes()),
        }
    }
}

fn write_strings(f: &mut fmt::Formatter<'_>, text: &[u8]) -> fmt::Result {
    let strings: Vec<&[u8]> = text.chunks(STRING_OCTETS_MAX).collect();
    f.write_str(&quoted(&strings))
}

/// Returns the strings of a TXT record as master files have them (RFC 1035 section 5.1).
pub(super) fn quoted<T: AsRef<[u8]>>(strings: &[T]) -> String {
    let mut text = String::new();
    for string in strings {
        text.push_str(if text.is_empty() { "\"" } else { " \"" });
        for byte in string.as_ref() {
            match byte {
                b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
                0x20..=0x7e => text.push(char::from(*byte)),
                _ => {
                    // Writing to a string does not fail.
                    let _ = write!(text, "\\{byte:03}");
                }
            }
        }
        text.push('"');
    }
    if text.is_empty() {
        text.push_str("\"\"");
    }
    text
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {} {}", self.name, self.data.kind(), self.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_and_escaped() {
        let long = "a".repeat(256);
        let record = RecordData::Txt(format!("{long}\"\\;\u{e9}"));
        let expected = format!("\"{}\" \"a\\\"\\\\;\\195\\169\"", "a".repeat(255));
        assert_eq!(record.to_string(), expected);
        assert_eq!(RecordData::Txt(String::new()).to_string(), "\"\"");
        let whole = "a".repeat(STRING_OCTETS_MAX);
        let record = RecordData::Txt(whole.clone());
        assert_eq!(record.to_string(), format!("\"{whole}\""));
    }
}
