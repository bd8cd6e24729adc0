//! Parameters: what main.cf and `-o` set, what is built in, and which of it the model judges.
//!
//! Every parameter that is set is modelled, or held at fixed values, or cannot touch a decision
//! (each with its reason), or an error. The administrator's own names (`mua_relay_restrictions`)
//! are read where another value or a restriction class names them.

mod among;
mod costly;
mod default;
mod ends;
mod everywhere;
mod expand;
mod fixed;
mod harmless;
mod installed;
mod kind;
mod names;
#[cfg(test)]
mod page;
mod range;
mod settings;
mod shape;
mod strength;
mod words;

pub(super) use settings::{Main, Settings};

use costly::COSTLY;
use fixed::FIXED;
pub(super) use fixed::is_raw;
use harmless::HARMLESS;
use installed::INSTALLED;
use strength::STRENGTH;

/// How the model takes a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// The model reads it.
    Modelled,
    /// Judged at these values only; else for this reason not.
    Fixed(&'static [&'static str], &'static str),
    /// It cannot touch a decision.
    Harmless,
    /// One of Postfix's own that is on no list.
    Unjudged,
    /// None of Postfix's own.
    Own,
}

/// Returns every parameter that is held at some values.
fn fixed() -> impl Iterator<Item = &'static (&'static str, &'static [&'static str], &'static str)> {
    FIXED.iter().chain(COSTLY).chain(INSTALLED).chain(STRENGTH)
}

/// Returns how the model takes a parameter.
pub(super) fn class(name: &str) -> Class {
    if let Some((_, values, why)) = fixed().find(|(fixed, ..)| *fixed == name) {
        return Class::Fixed(values, why);
    }
    let named = |names: &str| names.split_ascii_whitespace().any(|known| known == name);
    if HARMLESS.iter().any(|(_, names)| named(names)) {
        return Class::Harmless;
    }
    if default::default_value(name).is_some() || named(WITHOUT_DEFAULT) {
        return Class::Modelled;
    }
    if ends::is_held(name) {
        return Class::Harmless;
    }
    if names::is_built_in(name) {
        Class::Unjudged
    } else {
        Class::Own
    }
}

/// Modelled parameters whose default is computed from the machine: they must be set where they are
/// used.
const WITHOUT_DEFAULT: &str = "myhostname mydomain mynetworks";

/// Returns whether the model holds what Postfix takes where a parameter is not set.
pub(super) fn has_default(name: &str) -> bool {
    default::default_value(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_on_one_list() {
        for (_, names) in HARMLESS {
            for name in names.split_ascii_whitespace() {
                assert_eq!(class(name), Class::Harmless, "{name}");
                assert!(!super::fixed().any(|(fixed, ..)| *fixed == name), "{name}");
            }
        }
        assert!(matches!(class("content_filter"), Class::Fixed(..)));
        assert_eq!(class("smtpd_relay_restrictions"), Class::Modelled);
        assert_eq!(class("smtpd_tls_CApath_x"), Class::Own);
        assert_eq!(class("mua_relay_restrictions"), Class::Own);
        assert_eq!(class("policyd-spf_time_limit"), Class::Harmless);
    }
}
