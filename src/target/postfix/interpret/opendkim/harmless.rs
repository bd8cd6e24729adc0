//! Settings without a say in what is signed, with which key, and for whom. With a value that
//! OpenDKIM cannot take it does not start, and nothing is signed (opendkim.conf(5) of 2.11.0).

/// A setting, and the values with which OpenDKIM of Debian 12 runs, and signs what lasts.
#[derive(Debug)]
pub(super) struct Setting {
    name: &'static str,
    values: Values,
}

#[derive(Debug)]
enum Values {
    /// By its first letter or digit.
    Boolean,
    /// An octal number, its 0 in front.
    Octal,
    /// One of these.
    Of(&'static [&'static str]),
}

/// In lower case, as they are asked for.
static SETTINGS: &[Setting] = &[
    Setting::new("syslog", Values::Boolean),
    Setting::new("syslogsuccess", Values::Boolean),
    Setting::new("logwhy", Values::Boolean),
    Setting::new("requiresafekeys", Values::Boolean),
    Setting::new("umask", Values::Octal),
    // By `simple` a field that is folded anew on the way breaks the signature (RFC 6376 section
    // 3.4.1).
    Setting::new(
        "canonicalization",
        Values::Of(&["relaxed/relaxed", "relaxed/simple"]),
    ),
];

/// Returns the setting of a name in lower case, if it is one of these.
pub(super) fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

impl Setting {
    const fn new(name: &'static str, values: Values) -> Self {
        Self { name, values }
    }

    /// Returns whether OpenDKIM runs with a value.
    pub(super) fn holds(&self, value: &str) -> bool {
        match self.values {
            Values::Boolean => {
                value.starts_with(['t', 'T', 'y', 'Y', '1', 'f', 'F', 'n', 'N', '0'])
            }
            Values::Octal => {
                let mut digits = value.bytes();
                digits.next() == Some(b'0')
                    && value.len() <= 4
                    && digits.all(|digit| matches!(digit, b'0'..=b'7'))
            }
            Values::Of(values) => values.contains(&value),
        }
    }

    /// Returns what is said of a value with which it may not.
    pub(super) fn reason(&self) -> String {
        let values = match self.values {
            Values::Boolean => "yes, no".to_owned(),
            Values::Octal => "an octal number".to_owned(),
            Values::Of(values) => values.join(", "),
        };
        format!("the model holds `{}` at {values} only", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_opendkim_does_not_take_does_not_hold() {
        for (name, good, bad) in [
            ("syslog", "yes", "maybe"),
            ("requiresafekeys", "0", ""),
            ("umask", "007", "8"),
            ("umask", "0027", "0o7"),
            ("umask", "0", "00007"),
            ("canonicalization", "relaxed/simple", "simple/relaxed"),
        ] {
            let setting = setting(name).unwrap();
            assert!(setting.holds(good), "{name} {good}");
            assert!(!setting.holds(bad), "{name} {bad}");
        }
        assert!(setting("mode").is_none());
    }
}
