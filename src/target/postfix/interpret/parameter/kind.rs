//! What the value of a parameter that the model reads must look like: whoever reads it ends with
//! another, even where the model has no use for it.

use crate::target::digits::digits;
/// What a value is, by the parameter's name and its default.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// `yes` or `no` (get_mail_conf_bool(3) of 3.7.11).
    Switch,
    /// A reply code (`mail_conf_int.c` and `smtpd.c` of 3.7.11).
    Code,
    /// A transport that trivial-rewrite(8) does not start without (its table of strings in 3.7.11:
    /// at least one octet each).
    Transport,
    /// Who is told of something, which is somebody (the tables of strings of smtpd(8) and bounce(8)
    /// in 3.7.11: at least one octet each).
    Somebody,
}

const TRANSPORTS: [&str; 4] = [
    "default_transport",
    "local_transport",
    "relay_transport",
    "virtual_transport",
];

impl Kind {
    /// Returns what a parameter is, if it is one of them.
    pub(super) fn of(name: &str, default: &str) -> Option<Self> {
        if matches!(default, "yes" | "no") {
            return Some(Self::Switch);
        }
        if name.ends_with("_code") {
            return Some(Self::Code);
        }
        if name.ends_with("_notice_recipient") {
            return Some(Self::Somebody);
        }
        TRANSPORTS.contains(&name).then_some(Self::Transport)
    }

    /// Says what is wrong with a value, with `$name` expanded.
    pub(super) fn fault(self, value: &str) -> Option<&'static str> {
        let (fits, reason) = match self {
            Self::Switch => (
                value.eq_ignore_ascii_case("yes") || value.eq_ignore_ascii_case("no"),
                "it is neither `yes` nor `no`",
            ),
            Self::Code => (
                digits(value).is_some_and(|code: u16| (200..600).contains(&code)),
                "it is no reply code",
            ),
            Self::Transport => (
                !value.is_empty(),
                "trivial-rewrite(8) does not start without it",
            ),
            Self::Somebody => (!value.is_empty(), "Postfix does not start without it"),
        };
        (!fits).then_some(reason)
    }
}
