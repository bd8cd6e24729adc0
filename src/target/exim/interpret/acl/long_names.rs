//! HELO names that are longer than a domain may be (RFC 5321 section 4.5.3.1.2).
//!
//! Exim takes any, and writes it on one line of the Received field that it adds
//! (`received_header_text`, `host_build_sender_fullhost` in host.c of 4.96), as SPF's fields do. No
//! test of the lines that came sees that one; the next host may refuse it, and the message comes
//! back to whoever it says that it is from.

use super::{AclUse, Test};

/// What every domain may have.
pub(super) const NAME_MIN: u64 = 255;
/// With what stands beside it a line of the field is one of 998 octets at most.
pub(super) const NAME_MAX: u64 = 512;

/// Reads `${if >{${strlen:$sender_helo_name}}{NUMBER}}`; none if it is another condition.
pub(super) fn longer_than(text: &str) -> Option<u64> {
    let rest = text.trim().strip_prefix("${if")?.trim_start();
    let rest = rest.strip_prefix('>')?.trim_start();
    let rest = rest
        .strip_prefix("{${strlen:$sender_helo_name}}")?
        .trim_start();
    let (number, rest) = rest.strip_prefix('{')?.split_once('}')?;
    let is_number = (1..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    (is_number && rest.trim() == "}").then(|| number.parse().ok())?
}

impl AclUse {
    /// Returns whether no message of a client with a longer name gets through.
    pub(in super::super) fn refuses_long_names(&self) -> bool {
        self.refuses(&|test| matches!(test, Test::LongName))
    }
}

#[cfg(test)]
mod tests {
    use super::longer_than;

    #[test]
    fn one_condition_is_read_however_it_is_spaced() {
        for (text, wanted) in [
            ("${if >{${strlen:$sender_helo_name}}{255}}", Some(255)),
            ("${if > {${strlen:$sender_helo_name}} {300} }", Some(300)),
            ("${if >={${strlen:$sender_helo_name}}{255}}", None),
            ("${if <{${strlen:$sender_helo_name}}{255}}", None),
            ("${if >{${strlen:$sender_helo_name}}{255}{no}{yes}}", None),
            ("${if >{${strlen:$sender_helo_name}}{}}", None),
            ("${if >{${strlen:$sender_address}}{255}}", None),
        ] {
            assert_eq!(longer_than(text), wanted, "{text}");
        }
    }
}
