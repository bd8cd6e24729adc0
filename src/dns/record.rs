//! Resource records.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest string of a TXT record, in octets (RFC 1035 section 3.3).
const STRING_OCTETS_MAX: usize = 255;

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

/// The type of a record, and its data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordData {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// A mail exchanger: its preference and name (RFC 5321 section 5.1).
    Mx(u16, String),
    /// Text, whole: it is cut into strings when it is written.
    Txt(String),
}

impl RecordData {
    /// Returns the name of the type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::A(_) => "A",
            Self::Aaaa(_) => "AAAA",
            Self::Mx(..) => "MX",
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
            Self::Mx(preference, exchange) => write!(f, "{preference} {exchange}."),
            Self::Txt(text) => write_strings(f, text.as_bytes()),
        }
    }
}

fn write_strings(f: &mut fmt::Formatter<'_>, text: &[u8]) -> fmt::Result {
    for (number, string) in text.chunks(STRING_OCTETS_MAX).enumerate() {
        f.write_str(if number == 0 { "\"" } else { " \"" })?;
        for byte in string {
            match byte {
                b'"' | b'\\' => write!(f, "\\{}", char::from(*byte))?,
                0x20..=0x7e => write!(f, "{}", char::from(*byte))?,
                _ => write!(f, "\\{byte:03}")?,
            }
        }
        f.write_str("\"")?;
    }
    if text.is_empty() {
        f.write_str("\"\"")
    } else {
        Ok(())
    }
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
    }
}
