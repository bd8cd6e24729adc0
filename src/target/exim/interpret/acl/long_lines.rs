//! Lines that are longer than what other hosts have to take (RFC 5321 section 4.5.3.1.6).
//!
//! `$max_received_linelength` is the longest line that came, in the header and in the body, without
//! its end and without a dot that was doubled (spec 4.96, section 11.9; `read_message_data_smtp`,
//! `receive_msg`). A transport that sends to other hosts compares the same number with its
//! `message_linelength_limit` (section 30.4; `smtp_transport_entry`), and what has more comes back:
//! lines that are added on the way do not count.

use super::above::above;
use super::{AclUse, Test};
use crate::source::Loc;

/// What every host takes, without the end of the line. No transport that is read sends less.
pub(in super::super) const LINE_MAX: u32 = 998;

/// What a condition says of the longest line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Longest {
    /// Lines are as long as every host takes them, if it does not hold.
    Usual,
    /// It holds for some lines that others may refuse, and not for all of them.
    More,
    /// It holds for lines that everybody may send.
    Less,
}

/// How long the longest line is.
const LONGEST: &str = "$max_received_linelength";

/// Reads `${if >{$max_received_linelength}{NUMBER}}`; none if it is another condition.
pub(super) fn longest(text: &str) -> Option<Longest> {
    Some(match above(text, LONGEST)?.cmp(&u64::from(LINE_MAX)) {
        std::cmp::Ordering::Less => Longest::Less,
        std::cmp::Ordering::Equal => Longest::Usual,
        std::cmp::Ordering::Greater => Longest::More,
    })
}

impl AclUse {
    /// Returns where it stands, if it is one ACL.
    pub(in super::super) fn place(&self) -> Option<Loc> {
        match self {
            Self::One(acl) => Some(acl.at.clone()),
            Self::Choice(..) | Self::Named(_) | Self::Accept | Self::Deny => None,
        }
    }

    /// Returns whether no message with a longer line gets through.
    pub(in super::super) fn refuses_long_lines(&self) -> bool {
        self.refuses(&|test| matches!(test, Test::LongLine))
    }
}

#[cfg(test)]
mod tests {
    use super::{Longest, longest};

    #[test]
    fn a_line_of_998_octets_is_the_edge() {
        for (number, wanted) in [
            (997, Longest::Less),
            (998, Longest::Usual),
            (999, Longest::More),
        ] {
            let text = format!("${{if >{{$max_received_linelength}}{{{number}}}}}");
            assert_eq!(longest(&text), Some(wanted), "{text}");
        }
    }
}
