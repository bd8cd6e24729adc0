//! HELO names that are longer than a domain may be (RFC 5321 section 4.5.3.1.2).
//!
//! Exim takes any, and writes it on one line of the Received field that it adds
//! (`received_header_text`, `host_build_sender_fullhost` in host.c of 4.96), as SPF's fields do. No
//! test of the lines that came sees that one; the next host may refuse it, and the message comes
//! back to whoever it says that it is from.

use super::{AclUse, Test};

/// How many octets a name has.
pub(super) const NAME: &str = "${strlen:$sender_helo_name}";
/// What every domain may have.
pub(super) const NAME_MIN: u64 = 255;
/// With what stands beside it a line of the field is one of 998 octets at most.
pub(super) const NAME_MAX: u64 = 512;

impl AclUse {
    /// Returns whether no message of a client with a longer name gets through.
    pub(in super::super) fn refuses_long_names(&self) -> bool {
        self.refuses(&|test| matches!(test, Test::LongName))
    }
}
