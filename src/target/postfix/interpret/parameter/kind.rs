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
    /// The name of the host or its domain (valid_hostname.c).
    Host,
    /// A compatibility level (compat_level.c).
    Level,
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
        match name {
            "compatibility_level" => Some(Self::Level),
            "mydomain" | "myhostname" => Some(Self::Host),
            _ => TRANSPORTS.contains(&name).then_some(Self::Transport),
        }
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
            Self::Host if value.len() > HOST_OCTETS_MAX => (
                false,
                "the files of a Maildir, which end in it, could not be made",
            ),
            Self::Host => (is_host(value), "it is no name of a host"),
            Self::Level => (is_level(value), "it is no compatibility level"),
        };
        (!fits).then_some(reason)
    }
}

/// How long the name of the host may be, in octets (`deliver_maildir` in maildir.c of 3.7.11: with
/// a time, a device and a number it is the name of a file).
const HOST_OCTETS_MAX: usize = 180;

fn is_host(name: &str) -> bool {
    let is_label = |label: &str| {
        let mut octets = label.bytes();
        let is_good = octets.all(|octet| octet.is_ascii_alphanumeric() || b"_-".contains(&octet));
        is_good
            && (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_number = name
        .bytes()
        .all(|octet| octet.is_ascii_digit() || octet == b'.');
    name.len() <= 255 && name.split('.').all(is_label) && !is_number
}

/// Three numbers at most, the last two less than 1024.
fn is_level(level: &str) -> bool {
    let mut parts = level.split('.').map(digits::<u16>);
    let major = parts.next().flatten().is_some();
    let rest: Vec<Option<u16>> = parts.collect();
    let is_small = |part: &Option<u16>| part.is_some_and(|part| part < 1024);
    major && rest.len() <= 2 && rest.iter().all(is_small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts_are_told_from_others() {
        for name in [
            "mx.doe.example",
            "mx",
            "a_b.example",
            "1.a",
            "xn--a.example",
        ] {
            assert!(is_host(name), "{name}");
        }
        for name in [
            "", "a..b", ".a", "a.", "-a", "a-.b", "1.2", "a b", "mx\u{e9}",
        ] {
            assert!(!is_host(name), "{name}");
        }
    }

    #[test]
    fn levels_are_told_from_others() {
        for level in ["0", "2", "3.6", "3.7.11"] {
            assert!(is_level(level), "{level}");
        }
        for level in ["", "x", "3.", "3.6.1.2", "-1", "3.1024"] {
            assert!(!is_level(level), "{level}");
        }
    }
}
